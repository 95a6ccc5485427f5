"""Which closed requests are to be asked about again, and how often does the second word differ?"""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef

from linli.analysis.rates import Rate, rate
from linli.loops.find import Page
from linli.loops.ledger import Event, Item
from linli.loops.loop import State
from linli.loops.requests.loop import LOOP
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import PURPOSES, Purpose
from linli.registry.areas import under, within

ITEMS_A_PAGE = 50


def waiting(
    actor: Actor, *, purpose: str | None, after: str | None = None, most: int = ITEMS_A_PAGE
) -> Page:
    """The sampled requests that this person may check, the one closed longest ago first.

    Whoever solved it is not asked. Raises NotAllowed, or PurposeNeeded for resident data.
    """
    roles = roles_for("back_check.see")
    chosen = Purpose(purpose) if purpose else None
    fit = frozenset(role for role in roles if chosen in PURPOSES.get(role, ()))
    if not actor.holds(fit) or not actor.two_factor:
        path = min((h.path for h in actor.holds(roles)), key=len, default="")
        can(actor, Ask("back_check.see", roles, path, chosen, about_residents=True)).required()
    answers = Event.objects.filter(item_id=OuterRef("id"), step="answer", actor_id=actor.id)
    rows = (
        Item.objects.filter(
            within(scope(actor, fit)),
            loop=LOOP.name,
            back_check="asked",
            state=State.CLOSED,
            exercise=actor.exercise,
        )
        .exclude(holder_id=actor.id, holder_id__isnull=False)
        .exclude(Exists(answers))
        .order_by("closed_at", "id")
    )
    if after:
        closed, last = (int(part) for part in after.split("-"))
        rows = rows.filter(closed_at__gte=closed).exclude(closed_at=closed, id__lte=last)
    found = list(rows[: most + 1])
    if len(found) <= most:
        return Page(found)
    key = found[most - 1]
    at = int(key.closed_at.timestamp()) if key.closed_at else 0
    return Page(found[:most], f"{at}-{key.id}")


@dataclass(frozen=True)
class BackChecks:
    """How the sample stands in an area (S66): paper against what the resident says."""

    n_closed: int
    n_sampled: int
    n_waiting: int
    mismatch: Rate  # differs, of those checked; withheld below ten


def back_checks(path: str, *, exercise: bool = False) -> BackChecks:
    """The sample of an area and all below it, and the rate at which the second word differs."""
    rows = Item.objects.filter(
        under(path), loop=LOOP.name, state=State.CLOSED, replied_at__isnull=False, exercise=exercise
    )
    counts = dict(rows.values_list(F("back_check")).annotate(n=Count("id")))
    differs, agrees = counts.get("differs", 0), counts.get("agrees", 0)
    sampled = sum(n for word, n in counts.items() if word)
    return BackChecks(
        n_closed=sum(counts.values()),
        n_sampled=sampled,
        n_waiting=counts.get("asked", 0),
        mismatch=rate(differs, differs + agrees),
    )
