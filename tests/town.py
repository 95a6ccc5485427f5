"""A small town on a straight street, for tests of dispatch: distances anybody can add up.

Places stand a minute and a kilometre apart: place 0 is the yard, 1 to 4 are lanes, 5 is the shelter
hospital and 6 the ward.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Crew,
    Depot,
    Facility,
    Lot,
    Need,
    Place,
    Severity,
    Snapshot,
    Travel,
    Vehicle,
)
from linli.analysis.dispatch.trips import Leg, Party, Placed, Plan, Stop, StopKind, Trip, Worth

MINUTE = 60
N_PLACES = 7
SHELTER, WARD = 5, 6
MILD = frozenset({Severity.MILD, Severity.ORDINARY})
OXYGEN = frozenset({Need.OXYGEN})
GRAVE = frozenset({Severity.SEVERE, Severity.CRITICAL})


def street(n: int = N_PLACES, *, shut: tuple[tuple[int, int], ...] = ()) -> Travel:
    """A minute from each place to the next; ``shut`` names pairs without a way."""
    away = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
    mask = np.zeros((n, n), bool)
    for a, b in shut:
        mask[a, b] = True
    return Travel(
        np.ma.array(away * MINUTE, mask=mask, dtype=np.int32),
        np.ma.array(away * 1000, mask=mask, dtype=np.int32),
        roads_id="street",
    )


def lot(name: str, place: int, count: int = 1, **more: Any) -> Lot:
    """Mild confirmed patients at a place, unless said otherwise."""
    said = {"category": Category.CONFIRMED, "severity": Severity.MILD, **more}
    return Lot(name, place, count=count, **said)


def beds(name: str, free: int, *, severities: frozenset[Severity] = MILD, **more: Any) -> BedClass:
    """Beds for confirmed patients, unless said otherwise."""
    said = {"category": Category.CONFIRMED, **more}
    return BedClass(name, severities=severities, free=free, **said)


def town(*lots: Lot, **more: Any) -> Snapshot:
    """A shelter of 40 mild beds, a ward of 4 grave ones, two buses, an ambulance, three crews."""
    said: dict[str, Any] = {
        "places": tuple(Place(f"p{k}", 114.3 + k / 100, 30.6) for k in range(N_PLACES)),
        "travel": street(),
        "facilities": (
            Facility("shelter", SHELTER, (beds("hall A", 40),), receiver="dee"),
            Facility("ward", WARD, (beds("ward 1", 4, severities=GRAVE),), receiver="hal"),
        ),
        "lots": lots,
        "vehicles": (
            Vehicle("bus 1", 0, seats=20),
            Vehicle("bus 2", 0, seats=20),
            Vehicle("ambulance", 0, seats=4, stretchers=1),
        ),
        "crews": tuple(Crew(f"crew {k}", 0, escorts=2) for k in (1, 2, 3)),
        "depots": (Depot("yard", 0),),
        **more,
    }
    return Snapshot(**said)


def with_free(snapshot: Snapshot, facility: int, free: int) -> Snapshot:
    """The same with another number of free beds in the first class of a facility."""
    rows = list(snapshot.facilities)
    first = replace(rows[facility].beds[0], free=free)
    rows[facility] = replace(rows[facility], beds=(first, *rows[facility].beds[1:]))
    return replace(snapshot, facilities=tuple(rows))


def good_night() -> tuple[Snapshot, Plan]:
    """Two buses bring mild patients to the shelter, an ambulance a grave one to the ward."""
    snapshot = town(
        lot("a", 1, 10, confirmed=True),
        lot("b", 2, 8, confirmed=True),
        lot("c", 3, 12, confirmed=True),
        lot("d", 4, 1, severity=Severity.SEVERE, needs=frozenset({Need.OXYGEN}), confirmed=True),
        facilities=(
            Facility("shelter", SHELTER, (beds("hall A", 40),), receiver="dee"),
            Facility("ward", WARD, (beds("w", 4, severities=GRAVE, equipment=OXYGEN),), "hal"),
        ),
        vehicles=(
            Vehicle("bus 1", 0, seats=20),
            Vehicle("bus 2", 0, seats=20),
            Vehicle("ambulance", 0, seats=4, stretchers=1, equipment=OXYGEN),
        ),
    )
    placed = tuple(
        Placed(k, int(k == 3), 0, snapshot.lots[k].count, confirmed=True) for k in range(4)
    )
    trips = (
        drive("t1", snapshot, placed, [0, 1], vehicle=0, crew=0),
        drive("t2", snapshot, placed, [2], vehicle=1, crew=1),
        drive("t3", snapshot, placed, [3], vehicle=2, crew=2),
    )
    worth = Worth(0, max(t.arrive_s for t in trips), 0, sum(t.driving_s for t in trips))
    return snapshot, Plan(placed, trips, (), worth, worth, 1, 0, "street", estimate=False)


def drive(
    name: str, snapshot: Snapshot, placed: tuple[Placed, ...], riders: list[int], **by: int
) -> Trip:
    """A trip from the yard past the lots of these placements to their facility and back."""
    facility = placed[riders[0]].facility
    goal = snapshot.facilities[facility].place
    route = [0, *(snapshot.lots[placed[k].lot].place for k in riders), goal, 0]
    stops, legs, now = [], [], by.pop("start_s", 0)
    for n, place in enumerate(route):
        if n:
            way = snapshot.travel.seconds_between(route[n - 1], place) or 0
            legs.append(Leg(now, now + way, way, arcs=(100 * route[n - 1] + place,)))
            now += way
        boards = (
            (Party(riders[n - 1], placed[riders[n - 1]].count),) if 0 < n <= len(riders) else ()
        )
        leaves = tuple(Party(k, placed[k].count) for k in riders) if n == len(riders) + 1 else ()
        kind = StopKind.PICK_UP if boards else StopKind.HAND_OVER if leaves else StopKind.YARD
        stay = MINUTE if boards or leaves else 0
        stops.append(Stop(kind, place, now, now, now + stay, boards, leaves))
        now += stay
    category = snapshot.lots[placed[riders[0]].lot].category
    return Trip(name, stops=tuple(stops), legs=tuple(legs), category=category, facility=facility,
                vehicle=by["vehicle"], crew=by["crew"])  # fmt: skip
