"""Which place does each of the four categories require, and which of them are open or done?"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from linli.errors import N_
from linli.loops import diseases
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene


class Need(StrEnum):
    """What kind of place somebody needs."""

    TREATMENT = "treatment"  # 应收: a bed where the illness is treated
    WARD = "ward"  # 应收: a single room in a hospital until it is known
    ISOLATION = "isolation"  # 应隔: an isolation site, apart from others
    OBSERVATION = "observation"  # 应隔: an observation site, or the own home where that will do


NAMES = {
    Need.TREATMENT: N_("a bed where it is treated"),
    Need.WARD: N_("a single room until it is known"),
    Need.ISOLATION: N_("a place in an isolation site"),
    Need.OBSERVATION: N_("a place under observation"),
}

# By the class of the case, where the file of a disease says nothing else; Wuhan's notice of 2
# February 2020 (four categories, four places).
REQUIRED = {
    "confirmed": Need.TREATMENT,
    "suspected": Need.WARD,
    "fever": Need.ISOLATION,
    "contact": Need.OBSERVATION,
}
NO_PLACE = "none"  # a disease whose category may stay at home
IN_BED = (Need.TREATMENT, Need.WARD)
AWAY = (Need.ISOLATION, Need.OBSERVATION)
SEVERE = ("severe", "critical")
RANK = {need: rank for rank, need in enumerate(Need)}  # the first is the most that is asked


def required(disease: str, category: str, severity: str = "") -> Need | None:
    """The place that a category of a disease requires; None where somebody may stay at home.

    Whoever is severely ill needs a bed, whatever the category.
    """
    known = diseases.every().get(disease)
    said = known.places.get(category) if known is not None else None
    need = REQUIRED[category] if said is None else None if said == NO_PLACE else Need(said)
    return Need.TREATMENT if severity in SEVERE and need not in IN_BED else need


Placed = tuple[int, str, str]  # the id, need and stage of a placement
MEMO = "placements by person"


def of_person(person_id: int, scene: Scene) -> list[Placed]:
    """A person's placements that have not ended, the newest first."""
    foreseen: Any = scene.memo.get(MEMO, {})
    if person_id in foreseen:
        return list(foreseen[person_id])
    return of_people([person_id], exercise=scene.actor.exercise)[person_id]


def of_people(person_ids: Sequence[int], *, exercise: bool) -> dict[int, list[Placed]]:
    """The same for many, each with a list."""
    found: dict[int, list[Placed]] = {person_id: [] for person_id in person_ids}
    for n in range(0, len(person_ids), 500):
        rows = Item.objects.filter(
            loop="placement",
            subject_kind="person",
            subject_id__in=person_ids[n : n + 500],
            exercise=exercise,
        ).exclude(state=State.CLOSED)
        told = rows.order_by("-id").values_list("subject_id", "id", "item_class", "stage")
        for person_id, item_id, need, stage in told:
            found[person_id or 0].append((item_id, need, stage))
    return found


def foresee(person_ids: Sequence[int], scene: Scene) -> None:
    """Look up the placements of many who are about to get a case, before they are asked for."""
    scene.memo[MEMO] = of_people(person_ids, exercise=scene.actor.exercise)


def asked_for(person_id: int, need: str, scene: Scene) -> None:
    """A place is being asked for in this call, so that it is not asked for twice."""
    foreseen: Any = scene.memo.get(MEMO, {})
    if person_id in foreseen:
        foreseen[person_id].insert(0, (0, need, "needed"))


def requiring(person_id: int, need: str, *, exercise: bool) -> int | None:
    """The open case of a person whose category requires this kind of place, if there is one."""
    rows = Item.objects.filter(
        loop="case", subject_kind="person", subject_id=person_id, exercise=exercise
    ).exclude(state=State.CLOSED)  # fmt: skip
    return next((row.id for row in rows.order_by("id") if of_case(row) == need), None)


def of_case(case: Item) -> Need | None:
    """The place that a case requires as it stands."""
    return required(case.kind, case.item_class, case.data.get("severity", ""))
