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
    Place,
    Severity,
    Snapshot,
    Travel,
    Vehicle,
)

MINUTE = 60
N_PLACES = 7
SHELTER, WARD = 5, 6
MILD = frozenset({Severity.MILD, Severity.ORDINARY})
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
