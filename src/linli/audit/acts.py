"""Who did and saw what? The acts as an auditor reads them, and as the person concerned does."""

from django.db.models import Q

from linli.audit.records import Record
from linli.policy.can import PATH_STEP, Actor, Ask, can, scope
from linli.policy.powers import roles_for

SEE = "audit.see"
PERSON = "people"  # the kind under which looks at a resident are recorded


def acts(
    actor: Actor,
    *,
    kind: str = "",
    subject: str = "",
    actor_id: int | None = None,
    before: int | None = None,
    most: int = 50,
) -> list[Record]:
    """A page of acts within an auditor's reach, the newest first."""
    held = actor.holds(roles_for(SEE))
    can(
        actor, Ask(SEE, roles_for(SEE), min((h.path for h in held), key=len, default=""))
    ).required()
    seen = Q(pk__in=[])
    for first, end in scope(actor, roles_for(SEE)):
        seen |= Q(path__gte=first, path__lt=end)
        if len(first) <= PATH_STEP:
            seen |= Q(path="")  # what has no place is for who audits the whole city
    asked = {"kind": kind, "subject": subject, "actor_id": actor_id}
    rows = Record.objects.filter(seen, **{k: v for k, v in asked.items() if v not in ("", None)})
    if before:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:most])


def looks_at(person_id: int, *, before: int | None = None, most: int = 50) -> list[Record]:
    """Every look at one resident, the newest first: for the resident to read."""
    rows = Record.objects.filter(kind=PERSON, subject=str(person_id))
    if before:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:most])
