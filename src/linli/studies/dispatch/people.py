"""Who is to be moved from where to which facility, by which vehicles, as some tables say it?"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

from linli.analysis.dispatch.snapshot import (
    WHOLE_NIGHT_S,
    Category,
    Depot,
    Facility,
    Lot,
    Need,
    Rules,
    Severity,
    Snapshot,
    Vehicle,
)
from linli.analysis.dispatch.trips import Placed, Plan
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.dispatch.roads import MINUTE_S, Places
from linli.studies.dispatch.supply import read_windows, told

GROUP_COLUMNS = ("group", "place", "category", "count", "facility")
GROUP_ALSO = ("severity", "needs", "from_minute", "until_minute", "ride_minutes", "priority")
FACILITY_COLUMNS = ("facility", "place")
FACILITY_ALSO = ("receiver", "from_minute", "until_minute")
VEHICLE_COLUMNS = ("vehicle", "place", "seats")
VEHICLE_ALSO = ("stretchers", "wheelchairs", "escort_seats", "equipment", "passes", "from_minute",
                "until_minute")  # fmt: skip
ESCORT_SEATS = 2  # assumed
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, eq=False)
class Asked:
    """A snapshot, and who goes where."""

    snapshot: Snapshot
    placed: tuple[Placed, ...]


def read_people(
    places: Places, *, groups: Path, facilities: Path, vehicles: Path, ride_minutes: int = 60
) -> Asked:
    """Groups with the facility they go to, facilities, and vehicles at their yards."""
    hosts = _facilities(places, facilities)
    buses, yards = _vehicles(places, vehicles)
    number = {host.id: n for n, host in enumerate(hosts)}
    lots, to = _groups(places, groups, number)
    snapshot = Snapshot(
        places.places, places.travel, tuple(hosts), tuple(lots), tuple(buses), (), tuple(yards),
        Rules(ride_limit_s=ride_minutes * MINUTE_S),
    )  # fmt: skip
    placed = tuple(Placed(n, to[n], 0, lot.count) for n, lot in enumerate(lots))
    return Asked(snapshot, placed)


def write(plan: Plan, snapshot: Snapshot, path: Path) -> None:
    """One row a stop and group, in the order in which each vehicle calls."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["trip", "vehicle", "stop", "place", "what", "group", "count",
                      "arrive_minute", "leave_minute"])  # fmt: skip
        for trip in plan.trips:
            for k, stop in enumerate(trip.stops):
                for party in (*stop.boards, *stop.leaves) or (None,):
                    who = "" if party is None else snapshot.lots[plan.placed[party.placed].lot].id
                    out.writerow([
                        trip.id, tables.neutral(snapshot.vehicles[trip.vehicle].id), k,
                        tables.neutral(snapshot.places[stop.place].id), stop.kind.value,
                        tables.neutral(who), "" if party is None else party.count,
                        -(-stop.arrive_s // MINUTE_S), -(-stop.leave_s // MINUTE_S),
                    ])  # fmt: skip


def _groups(
    places: Places, path: Path, hosts: dict[str, int]
) -> tuple[list[Lot], list[int]]:  # fmt: skip
    rows = tables.read(path, wanted=GROUP_COLUMNS, also=GROUP_ALSO)
    names, at = rows.filled("group"), _places(rows, places)
    for column in ("category", "count", "facility"):
        rows.filled(column)
    category = rows.read("category", one_of(Category), empty=Category.ORDINARY)
    severity = rows.read("severity", one_of(Severity), empty=Severity.UNKNOWN)
    count = rows.read("count", tables.count, empty=0)
    to = rows.read("facility", _known(hosts), empty=0)
    needs: list[frozenset[Need]] = rows.read("needs", _needs, empty=frozenset())
    ready = read_windows(rows, most_s=WHOLE_NIGHT_S)
    ride = rows.read("ride_minutes", tables.count, empty=-1)
    priority = rows.read("priority", tables.count, empty=0)
    lots = [
        told(rows, n, partial(
            Lot, names[n], at[n], category[n], severity[n], count[n], needs=needs[n],
            ready=ready[n], ride_limit_s=None if ride[n] < 0 else ride[n] * MINUTE_S,
            priority=priority[n], confirmed=True,
        ))
        for n in range(len(names))
    ]  # fmt: skip
    return lots, to


def _facilities(places: Places, path: Path) -> list[Facility]:
    rows = tables.read(path, wanted=FACILITY_COLUMNS, also=FACILITY_ALSO)
    names, at = rows.filled("facility"), _places(rows, places)
    takes = read_windows(rows, most_s=WHOLE_NIGHT_S)
    return [
        Facility(names[n], at[n], receiver=rows.cells["receiver"][n], takes=takes[n])
        for n in range(len(names))
    ]


def _vehicles(places: Places, path: Path) -> tuple[list[Vehicle], list[Depot]]:
    rows = tables.read(path, wanted=VEHICLE_COLUMNS, also=VEHICLE_ALSO)
    names, at = rows.filled("vehicle"), _places(rows, places)
    rows.filled("seats")
    seats, stretchers, chairs = (
        rows.read(c, tables.count, empty=0) for c in ("seats", "stretchers", "wheelchairs")
    )
    escorts = rows.read("escort_seats", tables.count, empty=ESCORT_SEATS)
    equipment: list[frozenset[Need]] = rows.read("equipment", _needs, empty=frozenset())
    duty = read_windows(rows, most_s=WHOLE_NIGHT_S)
    yards = {place: n for n, place in enumerate(dict.fromkeys(at))}
    vehicles = [
        told(rows, n, partial(
            Vehicle, names[n], yards[at[n]], seats[n], stretchers[n], chairs[n], escorts[n],
            equipment=equipment[n], duty=duty[n],
            passes=frozenset(rows.cells["passes"][n].split()),
        ))
        for n in range(len(names))
    ]  # fmt: skip
    return vehicles, [Depot(f"yard {places.places[p].id}", p) for p in yards]


def _places(rows: tables.Columns, places: Places) -> list[int]:
    rows.filled("place")
    return rows.read("place", places.index, empty=0)


def _known(hosts: dict[str, int]) -> Callable[[str], int]:
    def read(name: str) -> int:
        if name not in hosts:
            raise BadInput(N_("There is no facility {name}. Add it to the file of facilities."),
                           name=name)  # fmt: skip
        return hosts[name]

    return read


def one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    """What reads one of a closed set; another text is told with what there is."""

    def read(text: str) -> Choice:
        try:
            return choices(text.lower())
        except ValueError:
            known = tuple(c.value for c in choices if c.value)
            raise BadInput(
                N_("{text} is none of: {known}. Write one of them."), text=text, known=known
            ) from None

    return read


def _needs(text: str) -> frozenset[Need]:
    read = one_of(Need)
    return frozenset(read(word) for word in text.replace(",", " ").split())
