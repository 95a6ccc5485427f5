"""Which place does each of the four categories require, and which of them are open or done?"""

from enum import StrEnum

from linli.errors import N_
from linli.loops.ledger import Item
from linli.loops.loop import State


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

# By the class of the case; Wuhan's notice of 2 February 2020 (four categories, four places).
REQUIRED = {
    "confirmed": Need.TREATMENT,
    "suspected": Need.WARD,
    "fever": Need.ISOLATION,
    "contact": Need.OBSERVATION,
}
RANK = {need: rank for rank, need in enumerate(Need)}  # the first is the most that is asked


def of_person(person_id: int, *, exercise: bool) -> list[tuple[int, str, str]]:
    """The (id, need, stage) of a person's placements that have not ended, the newest first."""
    rows = Item.objects.filter(
        loop="placement", subject_kind="person", subject_id=person_id, exercise=exercise
    ).exclude(state=State.CLOSED)
    return list(rows.order_by("-id").values_list("id", "item_class", "stage"))
