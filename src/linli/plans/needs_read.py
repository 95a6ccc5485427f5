"""Are the needs of a plan sound: roles, stock and places, where and how many?"""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.plans.faults import Faults
from linli.plans.plan import (
    Each,
    Per,
    PlaceNeed,
    PlaceSort,
    RoleNeed,
    StockNeed,
    Whereabouts,
)
from linli.plans.steps_read import each_of
from linli.policy.roles import STAFF, Role
from linli.registry.areas import AreaKind
from linli.registry.qualifications import QualificationKind
from linli.registry.sites import SiteKind
from linli.registry.vehicles import VehicleKind
from linli.registry.wards import BedCategory, BedSeverity

USUAL_HOURS = 12  # for which a role has to be held on from now; ours: a night
MOST_HOURS = 24 * 14
MOST_COUNT = 100_000
MOST_DAYS = 366


def roles(said: Mapping[str, Any], faults: Faults) -> tuple[RoleNeed, ...]:
    """The roles that have to be filled."""
    found = []
    for n, one in enumerate(faults.tables(said, "role")):
        at = f"role[{n}]"
        faults.only(at, one, frozenset(
            {"role", "each", "count", "per_1000", "hours", "qualification"}))  # fmt: skip
        each = each_of(f"{at}.each", one.get("each", "area"), faults)
        if each.sort in (Whereabouts.SITE, Whereabouts.ORGANISATION):
            faults.add(f"{at}.each", N_("Posts lie in areas: name the area or a kind of area."))
        role = faults.one_of(f"{at}.role", one.get("role"), sorted(STAFF - {Role.AUDITOR}))
        count, rate = _how_many(at, one, faults)
        kind = one.get("qualification", "")
        found.append(
            RoleNeed(
                role=Role(role) if role else Role.SECRETARY,
                each=each,
                count=count,
                per_1000=rate,
                hours=faults.whole(f"{at}.hours", one.get("hours", USUAL_HOURS), least=0,
                                   most=MOST_HOURS),
                qualification=faults.one_of(
                    f"{at}.qualification", kind, ["", *QualificationKind.values]),
            )
        )  # fmt: skip
    return tuple(found)


def stock(said: Mapping[str, Any], days: int, faults: Faults) -> tuple[StockNeed, ...]:
    """The stock that it takes."""
    found = []
    for n, one in enumerate(faults.tables(said, "stock")):
        at = f"stock[{n}]"
        faults.only(at, one, frozenset(
            {"what", "name", "unit", "per", "quantity", "a_day", "days"}))  # fmt: skip
        if ("quantity" in one) == ("a_day" in one):
            faults.add(at, N_("Say one of quantity (once) and a_day (every day)."))
        per, each = _per(f"{at}.per", one.get("per", "area"), faults)
        found.append(
            StockNeed(
                what=faults.text(f"{at}.what", one.get("what"), most=40),
                name=faults.both(f"{at}.name", one.get("name"), most=80),
                unit=faults.text(f"{at}.unit", one.get("unit"), most=24),
                per=per,
                each=each,
                quantity=faults.number(f"{at}.quantity", one["quantity"])
                if "quantity" in one else None,
                a_day=faults.number(f"{at}.a_day", one["a_day"]) if "a_day" in one else None,
                days=faults.whole(f"{at}.days", one.get("days", days), least=1, most=MOST_DAYS),
            )
        )  # fmt: skip
    return tuple(found)


def places(said: Mapping[str, Any], faults: Faults) -> tuple[PlaceNeed, ...]:
    """The beds, sites and vehicles that it takes."""
    kinds = {
        PlaceSort.BEDS: BedCategory.values,
        PlaceSort.SITES: SiteKind.values,
        PlaceSort.VEHICLES: VehicleKind.values,
    }
    found = []
    for n, one in enumerate(faults.tables(said, "place")):
        at = f"place[{n}]"
        sort = faults.one_of(f"{at}.sort", one.get("sort"), list(PlaceSort))
        if not sort:
            continue
        own = {PlaceSort.BEDS: {"severity"}, PlaceSort.VEHICLES: {"seats"}}.get(PlaceSort(sort))
        faults.only(at, one, frozenset({"sort", "kind", "count", "per_1000"} | (own or set())))
        count, rate = _how_many(at, one, faults)
        severity = one.get("severity", "")
        found.append(
            PlaceNeed(
                sort=PlaceSort(sort),
                kind=faults.one_of(f"{at}.kind", one.get("kind"), kinds[PlaceSort(sort)]),
                count=count,
                per_1000=rate,
                severity=faults.one_of(f"{at}.severity", severity, ["", *BedSeverity.values]),
                seats=faults.whole(f"{at}.seats", one.get("seats", 0), least=0, most=1000),
            )
        )
    return tuple(found)


def _how_many(at: str, said: Mapping[str, Any], faults: Faults) -> tuple[int | None, float | None]:
    """So many in all, or so many for 1,000 people: one of the two."""
    if ("count" in said) == ("per_1000" in said):
        faults.add(at, N_("Say one of count and per_1000."))
        return 1, None
    if "count" in said:
        return faults.whole(f"{at}.count", said["count"], least=1, most=MOST_COUNT), None
    return None, faults.number(f"{at}.per_1000", said["per_1000"])


def _per(place: str, said: Any, faults: Faults) -> tuple[Per, Each]:
    """For each person, each household, or each area of a kind; once for the area itself."""
    if said in (Per.PERSON, Per.HOUSEHOLD):
        return Per(said), Each(Whereabouts.AREA)
    if said == Whereabouts.AREA:
        return Per.PLACE, Each(Whereabouts.AREA)
    known = [Per.PERSON, Per.HOUSEHOLD, "area", *AreaKind.values]
    return Per.PLACE, Each(Whereabouts.UNIT, faults.one_of(place, said, known))
