"""Which bus brings what to which community, from which warehouse, by when?

Communities are split between warehouses by road time (by straight lines it costs a tenth more
driving), loads beyond a bus are cut, and each warehouse is one search with reloads. Whoever is to
be served first has a window that ends early; who cannot be served is named with the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from linli.analysis.dispatch.engines import vrp
from linli.analysis.dispatch.snapshot import Depot, Travel, Window
from linli.analysis.dispatch.trips import Leg, Party, Reason, Stop, StopKind, Trip
from linli.errors import N_, BadInput

LEFT_COSTS_S = 10**6  # of a delivery that is not made: more than any way there
NO_WAREHOUSE = N_(
    "No warehouse with a bus has an open road to {drop}. Open a road, or send from elsewhere."
)
NO_TIME = N_(
    "The first bus can be at {drop} after {reached} minutes, and it takes deliveries until "
    "{until}. Widen its window, or open a warehouse nearer."
)
TOO_BIG = N_(
    "{drop} asks for something of which no bus of warehouse {warehouse} holds any. Send a bus that "
    "does."
)
NO_BUS = N_(
    "The buses of warehouse {warehouse} have no time left for {drop} in its window. Add buses, "
    "more trips or a longer duty, or widen the window."
)


@dataclass(frozen=True, slots=True)
class Drop:
    """What one community gets today, in units of each kind of goods."""

    id: str
    place: int
    amounts: tuple[int, ...]
    window: Window = field(default_factory=Window)
    priority: int = 0  # higher is left out last

    def __post_init__(self) -> None:
        if not any(self.amounts) or min(self.amounts) < 0:
            raise BadInput(
                N_("The delivery {drop} asks for {amounts}. Give 1 or more, or leave it out."),
                drop=self.id,
                amounts=self.amounts,
            )


@dataclass(frozen=True, slots=True)
class Bus:
    """A bus that carries goods."""

    id: str
    warehouse: int
    holds: tuple[int, ...]
    duty: Window = field(default_factory=Window)
    most_trips: int = 3

    def __post_init__(self) -> None:
        if not any(self.holds) or min(self.holds) < 0 or self.most_trips < 1:
            raise BadInput(
                N_("The bus {bus} holds {holds} in {trips} trips. Give 1 or more of each."),
                bus=self.id,
                holds=self.holds,
                trips=self.most_trips,
            )


@dataclass(frozen=True, eq=False)
class Supply:
    """A day's supply as it is asked for."""

    travel: Travel
    warehouses: tuple[Depot, ...]
    drops: tuple[Drop, ...]
    buses: tuple[Bus, ...]
    stopping_s: int = 120  # assumed: of a stop, before anything is handed over
    unit_s: int = 2  # assumed: to hand one unit over

    def __post_init__(self) -> None:
        kinds = {len(drop.amounts) for drop in self.drops} | {len(b.holds) for b in self.buses}
        if len(kinds) != 1:
            raise BadInput(N_("Deliveries and buses name different kinds of goods. Name the same."))
        places = [(depot.id, depot.place) for depot in self.warehouses]
        places += [(drop.id, drop.place) for drop in self.drops]
        for name, place in places:
            if not 0 <= place < len(self.travel):
                raise BadInput(N_("{row} stands at no known place. Correct it."), row=name)


@dataclass(frozen=True, slots=True)
class Missed:
    """What is not delivered, and why."""

    drop: int
    amounts: tuple[int, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class SupplyPlan:
    """Trips of the day. A party of a trip is a drop and its units of all kinds together."""

    trips: tuple[Trip, ...]
    missed: tuple[Missed, ...]
    warehouse_of: tuple[int, ...]  # of each drop; -1: none
    driving_s: int
    trips_at_least: int
    seed: int
    iterations: int
    roads_id: str
    estimate: bool
    versions: tuple[tuple[str, str], ...]


def supply(
    asked: Supply, *, seed: int = 0, iterations: int = 1_000, stop: vrp.Stop | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> SupplyPlan:  # fmt: skip
    """Plan a day's deliveries; the same seed and iterations give the same plan.

    Parameters
    ----------
    iterations
        Of each warehouse's search.
    watch
        Is told how many of how many warehouses are done, for a bar.
    """
    missed: list[Missed] = []
    whose = split(asked)
    for n, drop in enumerate(asked.drops):
        reason = _refusal(asked, drop, whose[n])
        if reason is not None:
            missed.append(Missed(n, drop.amounts, reason))
            whose[n] = -1
    trips: list[Trip] = []
    total = least = 0
    for w in range(len(asked.warehouses)):
        which = [n for n in range(len(asked.drops)) if whose[n] == w]
        if which:
            found, left, spent = _one(asked, w, which, seed, iterations, stop)
            trips += found
            missed += left
            total += spent
            least += _at_least(asked, w, which)
        if watch is not None:
            watch(w + 1, len(asked.warehouses))
    return SupplyPlan(
        trips=tuple(trips), missed=tuple(missed), warehouse_of=tuple(whose),
        driving_s=sum(trip.driving_s for trip in trips), trips_at_least=least, seed=seed,
        iterations=total, roads_id=asked.travel.roads_id, estimate=asked.travel.estimate,
        versions=(("pyvrp", vrp.version()),),
    )  # fmt: skip


def split(asked: Supply) -> list[int]:
    """The warehouse of each drop: the nearest by road that has buses, while they can carry it.

    A warehouse that is asked for more than its buses hold in all their trips hands on those whose
    way grows least. Without any way from any: -1.
    """
    by = [[bus for bus in asked.buses if bus.warehouse == w] for w in range(len(asked.warehouses))]
    at = np.array([depot.place for depot in asked.warehouses])
    rows = np.array([drop.place for drop in asked.drops])
    seconds = np.ma.filled(asked.travel.seconds[np.ix_(at, rows)].astype(float), np.inf)
    seconds[[w for w, buses in enumerate(by) if not buses]] = np.inf
    amounts = np.array([drop.amounts for drop in asked.drops])
    room = np.array([
        np.sum([np.multiply(b.holds, b.most_trips) for b in buses] or [0 * amounts[0]], axis=0)
        for buses in by
    ])  # fmt: skip
    return _nearest_with_room(seconds, amounts, room)


def _nearest_with_room(
    seconds: np.ndarray, amounts: np.ndarray, room: np.ndarray
) -> list[int]:  # fmt: skip
    """Those who lose most by another warehouse choose first."""
    ranked = np.sort(seconds, axis=0)
    second = ranked[1] if len(ranked) > 1 else np.full(seconds.shape[1], np.inf)
    with np.errstate(invalid="ignore"):
        loss = np.nan_to_num(second - ranked[0], nan=np.inf, posinf=np.inf)
    left = room.astype(np.int64)
    whose = [-1] * seconds.shape[1]
    for n in np.lexsort((np.arange(len(loss)), -loss)):
        choice = np.argsort(seconds[:, n], kind="stable")
        reachable = [int(w) for w in choice if np.isfinite(seconds[w, n])]
        fits = [w for w in reachable if (amounts[n] <= left[w]).all()]
        if reachable:
            whose[n] = (fits or reachable)[0]
            left[whose[n]] -= amounts[n]
    return whose


def _refusal(asked: Supply, drop: Drop, warehouse: int) -> Reason | None:
    if warehouse < 0:
        return Reason.of("no_warehouse", NO_WAREHOUSE, drop=drop.id)
    depot = asked.warehouses[warehouse]
    buses = [bus for bus in asked.buses if bus.warehouse == warehouse]
    most = np.max([bus.holds for bus in buses], axis=0)
    if any(a and not m for a, m in zip(drop.amounts, most, strict=True)):
        return Reason.of("too_big", TOO_BIG, drop=drop.id, warehouse=depot.id)
    way = asked.travel.seconds_between(depot.place, drop.place) or 0
    begins = min(max(bus.duty.from_s, depot.open.from_s) for bus in buses)
    reached = begins + depot.reload_s + way
    if reached > drop.window.until_s:
        return Reason.of("no_time", NO_TIME, drop=drop.id, reached=-(-reached // 60),
                         until=drop.window.until_s // 60)  # fmt: skip
    return None


Piece = tuple[int, tuple[int, ...]]  # a drop, and the part of it that fits on one bus


def _one(
    asked: Supply, w: int, which: Sequence[int], seed: int, iterations: int,
    stop: vrp.Stop | None,
) -> tuple[list[Trip], list[Missed], int]:  # fmt: skip
    fleets: dict[tuple[tuple[int, ...], Window, int], list[int]] = {}
    for n, bus in enumerate(asked.buses):
        if bus.warehouse == w:
            fleets.setdefault((bus.holds, bus.duty, bus.most_trips), []).append(n)
    kinds = sorted(fleets, key=repr)
    pieces = _pieces(asked, which, np.max([kind[0] for kind in kinds], axis=0))
    spent = 0
    for may_miss in (False, True):  # first as if all had to be served, which is searched better
        problem = _problem(asked, w, pieces, [(kind, len(fleets[kind])) for kind in kinds],
                           may_miss=may_miss)  # fmt: skip
        found = vrp.solve(problem, iterations=iterations, seed=seed, stop=stop)
        spent += found.iterations
        if found.feasible:
            break
    trips: list[Trip] = []
    free = {n: iter(fleets[kind]) for n, kind in enumerate(kinds)}
    routes = found.routes if found.feasible else ()
    for route in routes:
        trips += _trips(asked, w, pieces, route, next(free[route.fleet]))
    done = {visit.index for route in routes for visit in route.visits if visit.kind == "job"}
    missed = [
        Missed(pieces[k][0], pieces[k][1],
               Reason.of("no_bus", NO_BUS, drop=asked.drops[pieces[k][0]].id,
                         warehouse=asked.warehouses[w].id))
        for k in range(len(pieces)) if k not in done
    ]  # fmt: skip
    return trips, missed, spent


def _pieces(asked: Supply, which: Sequence[int], most: np.ndarray) -> list[Piece]:
    found = []
    for n in which:
        left = np.array(asked.drops[n].amounts)
        while left.any():
            part = np.minimum(left, most)
            found.append((n, tuple(int(a) for a in part)))
            left = left - part
    return found


def _problem(
    asked: Supply, w: int, pieces: Sequence[Piece],
    fleets: Sequence[tuple[tuple[tuple[int, ...], Window, int], int]], *, may_miss: bool,
) -> vrp.Problem:  # fmt: skip
    depot = asked.warehouses[w]
    places = np.array([depot.place, *(asked.drops[n].place for n, _ in pieces)])
    driving = asked.travel.seconds[np.ix_(places, places)]
    jobs = []
    for k, (n, amounts) in enumerate(pieces, start=1):
        drop = asked.drops[n]
        jobs.append(
            vrp.Job(k, amounts, service=_service_s(asked, amounts), window=drop.window,
                    prize=LEFT_COSTS_S * (1 + drop.priority) if may_miss else None)
        )  # fmt: skip
    return vrp.Problem(
        distance=(driving,), duration=(driving,),
        yards=(vrp.Yard(0, depot.open, depot.reload_s),),
        fleets=tuple(
            vrp.Fleet(count, holds, window=duty, longest=duty.until_s - duty.from_s,
                      reloads=(0,) if trips > 1 else (), most_reloads=trips - 1)
            for (holds, duty, trips), count in fleets
        ),
        jobs=tuple(jobs),
    )  # fmt: skip


def _service_s(asked: Supply, amounts: Sequence[int]) -> int:
    return asked.stopping_s + asked.unit_s * sum(amounts)


def _at_least(asked: Supply, w: int, which: Sequence[int]) -> int:
    most = np.max([bus.holds for bus in asked.buses if bus.warehouse == w], axis=0)
    need = np.sum([asked.drops[n].amounts for n in which], axis=0)
    return max(int(-(-n // m)) for n, m in zip(need, most, strict=True) if m)


def _trips(
    asked: Supply, w: int, pieces: Sequence[Piece], route: vrp.Route, bus: int
) -> list[Trip]:
    """A route is a trip for every time the bus leaves the warehouse."""
    home = asked.warehouses[w].place
    found: list[Trip] = []
    clock = route.begin
    for trip in sorted({visit.trip for visit in route.visits if visit.kind == "job"}):
        some = [v for v in route.visits if v.trip == trip and v.kind == "job"]
        leave = clock + asked.warehouses[w].reload_s
        stops = [Stop(StopKind.RELOAD, home, clock, clock, leave)]
        legs: list[Leg] = []
        for visit in some:
            n, amounts = pieces[visit.index]
            drop = asked.drops[n]
            arrive = _drive(asked, stops[-1], drop.place, legs)
            begin = max(arrive, drop.window.from_s)
            end = begin + _service_s(asked, amounts)
            leaves = (Party(n, sum(amounts)),)
            stops.append(Stop(StopKind.DELIVERY, drop.place, arrive, begin, end, leaves=leaves))
        clock = _drive(asked, stops[-1], home, legs)
        stops.append(Stop(StopKind.YARD, home, clock, clock, clock))
        load = tuple(sum(a) for a in zip(*(pieces[v.index][1] for v in some), strict=True))
        name = f"{asked.buses[bus].id}.{len(found) + 1}"
        found.append(Trip(name, bus, tuple(stops), tuple(legs), load=load))
    return found


def _drive(asked: Supply, stop: Stop, place: int, legs: list[Leg]) -> int:
    seconds = asked.travel.seconds_between(stop.place, place) or 0
    metres = asked.travel.metres_between(stop.place, place) or 0
    legs.append(Leg(stop.leave_s, stop.leave_s + seconds, metres))
    return stop.leave_s + seconds
