"""Where was somebody, as whoever may know sees it? Every look is written down."""

from dataclasses import dataclass

from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops.scene import Scene
from linli.loops.visits.tables import Visit
from linli.policy.can import Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.person import Person, resolve

SEE = "visits.see"
MOST = 2000


@dataclass(frozen=True)
class Stays:
    """The visits of one person, oldest first."""

    person_id: int
    path: str
    rows: list[Visit]


def of_person(
    person_id: int, scene: Scene, *, from_at: int | None = None, until_at: int | None = None
) -> Stays:
    """One person's visits; raises NotFound out of reach and PurposeNeeded without a purpose."""
    now_id = resolve(person_id)
    path = Person.objects.filter(id=now_id).values_list("path", flat=True).first()
    roles = roles_for(SEE)
    if path is None or not any(path.startswith(h.path) for h in scene.actor.holds(roles)):
        raise NotFound(what=Word(N_("person")), value=person_id)
    purpose = Purpose(scene.purpose) if scene.purpose else None
    holding = can(scene.actor, Ask(SEE, roles, path, purpose, True)).required()
    record(
        scene.actor, "see_visits", "people", now_id, holding=holding, purpose=scene.purpose,
        path=path,
    )  # fmt: skip
    rows = Visit.objects.filter(person_id=now_id, exercise=scene.actor.exercise)
    if from_at is not None:
        rows = rows.filter(until_at__gte=from_at)
    if until_at is not None:
        rows = rows.filter(from_at__lt=until_at)
    return Stays(now_id, path, list(rows.order_by("from_at", "id")[:MOST]))
