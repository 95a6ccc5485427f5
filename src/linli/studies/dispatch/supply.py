"""Which bus brings what to whom, from tables of deliveries, warehouses and buses?"""

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from linli.analysis.dispatch.snapshot import WHOLE_NIGHT_S, Depot, Window
from linli.analysis.dispatch.supply import Bus, Drop, Supply, SupplyPlan, supply
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.dispatch.roads import MINUTE_S, Places

T = TypeVar("T")
DROP_COLUMNS = ("delivery", "place", "units")
DROP_ALSO = ("from_minute", "until_minute", "priority")
WAREHOUSE_COLUMNS = ("warehouse", "place")
BUS_COLUMNS = ("bus", "warehouse", "holds")
BUS_ALSO = ("from_minute", "until_minute", "trips")
USUAL_TRIPS = 3  # assumed
SUPPLY_DAY_S = 8 * 3_600  # assumed: a shift


def read_supply(
    places: Places, *, drops: Path, warehouses: Path, buses: Path, reload_s: int = 1_200
) -> Supply:
    """A day's supply from three tables; a wrong cell is told by its row and column.

    ``reload_s`` is how long loading a bus takes; twenty minutes are assumed.
    """
    depots = tables.read(warehouses, wanted=WAREHOUSE_COLUMNS)
    names = depots.filled("warehouse")
    at = depots.read("place", places.index, empty=0)
    known = {name: n for n, name in enumerate(names)}

    def warehouse(name: str) -> int:
        if name not in known:
            raise BadInput(N_("There is no warehouse {name}. Add it to the file of warehouses."),
                           name=name)  # fmt: skip
        return known[name]

    return Supply(
        travel=places.travel,
        warehouses=tuple(
            Depot(name, place, reload_s=reload_s) for name, place in zip(names, at, strict=True)
        ),
        drops=tuple(_drops(places, drops)),
        buses=tuple(_buses(warehouse, buses)),
    )


def planned(
    asked: Supply, *, seed: int, iterations: int, watch: Callable[[int, int], None] | None = None
) -> SupplyPlan:
    """The plan; see `linli.analysis.dispatch.supply`."""
    return supply(asked, seed=seed, iterations=iterations, watch=watch)


def write(plan: SupplyPlan, asked: Supply, places: Places, path: Path) -> None:
    """One row a stop, in the order in which each bus calls."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["trip", "bus", "stop", "place", "what", "delivery", "units", "arrive_minute"])
        for trip in plan.trips:
            for k, stop in enumerate(trip.stops):
                parties = stop.leaves or (None,)
                for party in parties:
                    drop = "" if party is None else tables.neutral(asked.drops[party.placed].id)
                    out.writerow([
                        tables.neutral(trip.id), tables.neutral(asked.buses[trip.vehicle].id), k,
                        tables.neutral(places.places[stop.place].id), stop.kind.value, drop,
                        "" if party is None else party.count, -(-stop.arrive_s // MINUTE_S),
                    ])  # fmt: skip


def _drops(places: Places, path: Path) -> list[Drop]:
    rows = tables.read(path, wanted=DROP_COLUMNS, also=DROP_ALSO)
    names, at = rows.filled("delivery"), rows.read("place", places.index, empty=0)
    rows.filled("place"), rows.filled("units")
    units = rows.read("units", tables.count, empty=0)
    windows = read_windows(rows, most_s=WHOLE_NIGHT_S)
    priority = rows.read("priority", tables.count, empty=0)
    return [
        told(rows, n, partial(Drop, names[n], at[n], (units[n],), windows[n], priority[n]))
        for n in range(len(names))
    ]


def _buses(warehouse: Callable[[str], int], path: Path) -> list[Bus]:
    rows = tables.read(path, wanted=BUS_COLUMNS, also=BUS_ALSO)
    names, at = rows.filled("bus"), rows.read("warehouse", warehouse, empty=0)
    rows.filled("warehouse"), rows.filled("holds")
    holds = rows.read("holds", tables.count, empty=0)
    windows = read_windows(rows, most_s=SUPPLY_DAY_S)
    trips = rows.read("trips", tables.count, empty=USUAL_TRIPS)
    return [
        told(rows, n, partial(Bus, names[n], at[n], (holds[n],), windows[n], trips[n]))
        for n in range(len(names))
    ]


def read_windows(rows: tables.Columns, *, most_s: int) -> list[Window]:
    """The windows of rows that have them in minutes; an empty cell is no limit."""
    begin = rows.read("from_minute", tables.count, empty=0)
    end = rows.read("until_minute", tables.count, empty=most_s // MINUTE_S)
    return [
        told(rows, n, partial(Window, begin[n] * MINUTE_S, end[n] * MINUTE_S))
        for n in range(len(rows))
    ]


def told(rows: tables.Columns, n: int, make: Callable[[], T]) -> T:
    """What a row makes; a problem with it is told with the file and the row."""
    try:
        return make()
    except BadInput as problem:
        raise BadInput(
            N_("{file}, row {row}: {problem}"), file=rows.file, row=rows.row[n], problem=problem
        ) from None
