"""Which estates lack a property manager, a guard, a fence or cleaning? The register, by figures.

Whether an estate lacks something is a figure of its area (1 lacks it, 0 has it), with a day and a
source, written by the same doors as every figure. What nobody wrote down is unknown, never "has".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q

from linli.errors import N_
from linli.registry.areas import Area, AreaKind, within
from linli.registry.facts import Fact


class Lack(StrEnum):
    """What an estate may lack; the key of the figure that says so."""

    MANAGER = "no_property_manager"
    GUARD = "no_guard"
    FENCE = "no_enclosure"
    CLEANING = "no_cleaning"


LACK_NAMES: dict[Lack, str] = {
    Lack.MANAGER: N_("no property manager"),
    Lack.GUARD: N_("no guard"),
    Lack.FENCE: N_("no fence"),
    Lack.CLEANING: N_("no cleaning"),
}
THREE_WITHOUT = (Lack.MANAGER, Lack.GUARD, Lack.FENCE)  # 三无: 无物业、无保安、无封闭


@dataclass(frozen=True)
class Estate:
    """A compound and what is written down of it; None: nobody wrote it down."""

    area: Area
    lacks: Mapping[Lack, bool | None]

    @property
    def three_without(self) -> bool:
        """No manager, no guard and no fence, all three written down."""
        return all(self.lacks[one] for one in THREE_WITHOUT)

    @property
    def known(self) -> bool:
        """Whether anything is written down of it."""
        return any(one is not None for one in self.lacks.values())


def estates(ranges: Sequence[tuple[str, str]], day: date) -> list[Estate]:
    """The compounds in these ranges with what they lack as of a day, in the order of the tree."""
    lasting = Q(valid_until=None) | Q(valid_until__gte=day)
    listed = Area.objects.filter(within(ranges), lasting, kind=AreaKind.COMPOUND).order_by("path")
    newest: dict[tuple[int, str], float] = {}
    rows = Fact.objects.filter(within(ranges), key__in=list(Lack), as_of__lte=day)
    for area_id, key, value in rows.order_by("as_of", "id").values_list("area", "key", "value"):
        newest[area_id, key] = value
    return [
        Estate(area, {one: _lacks(newest.get((area.id, one))) for one in Lack}) for area in listed
    ]


def _lacks(value: float | None) -> bool | None:
    return None if value is None else value > 0
