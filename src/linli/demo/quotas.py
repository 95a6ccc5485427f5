"""How many households and people does each place get at a scale? Whole numbers that sum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.demo.frame import Frame
from linli.demo.tables import apportion
from linli.errors import N_, BadInput


@dataclass(frozen=True)
class Quotas:
    """Households by community (in the order of the block), people by district."""

    families: NDArray
    collectives: NDArray
    family_people: NDArray
    collective_people: NDArray
    mean_family: float  # people in a family household

    @property
    def people(self) -> int:
        """Everybody in the city."""
        return int(self.family_people.sum() + self.collective_people.sum())


def quotas_at(frame: Frame, *, scale: float, whole: Sequence[str] = ()) -> Quotas:
    """Apportion the published totals, times the scale, to districts and communities.

    ``whole`` names communities (by code) that get all their people whatever the scale, so that
    somebody's round is a real day's work even in a small demo.
    """
    if not 0 < scale <= 1:
        raise BadInput(N_("A scale lies above 0 and up to 1; got {scale}."), scale=scale)
    plan = frame.plan
    totals = {
        "families": plan.family_households,
        "collectives": plan.collective_households,
        "family_people": plan.people - plan.collective_people,
        "collective_people": plan.collective_people,
    }
    scaled = {name: max(1, round(total * scale)) for name, total in totals.items()}
    first = frame.blocks["district"].start
    district = frame.district_of - first
    weight = np.bincount(district, weights=frame.weight)
    per_district = {name: apportion(total, weight) for name, total in scaled.items()}
    mean_room = totals["collective_people"] / totals["collectives"]
    families = _within(frame.weight, district, per_district["families"], least=1)
    collectives = _within(frame.weight, district, per_district["collectives"], least=0)
    mean = totals["family_people"] / totals["families"]
    for row in _rows_of(frame, whole) if scale < 1 else ():
        share = frame.weight[row] / frame.weight.sum()
        more_families = round(share * totals["families"]) - int(families[row])
        more_rooms = round(share * totals["collectives"]) - int(collectives[row])
        families[row] += more_families
        collectives[row] += more_rooms
        per_district["family_people"][district[row]] += round(more_families * mean)
        per_district["collective_people"][district[row]] += round(more_rooms * mean_room)
    return Quotas(
        families=families,
        collectives=collectives,
        family_people=per_district["family_people"],
        collective_people=per_district["collective_people"],
        mean_family=mean,
    )


def _within(weight: NDArray, district: NDArray, totals: NDArray, *, least: int) -> NDArray:
    counts = np.zeros(len(weight), dtype=np.int64)
    for at, total in enumerate(totals):
        here = district == at
        counts[here] = apportion(int(total), weight[here], least=least)
    return counts


def _rows_of(frame: Frame, codes: Sequence[str]) -> list[int]:
    block = frame.areas.code[frame.blocks["community"]]
    unknown = [code for code in codes if code not in block]
    if unknown:
        raise BadInput(
            N_("The plan {plan} has no community {codes}."),
            plan=frame.plan.name,
            codes=tuple(unknown),
        )
    return [int(np.flatnonzero(block == code)[0]) for code in codes]
