"""Who shares a car, where everybody goes somewhere else and nobody may ride too long?

A few severe cases by ambulance, dialysis trips, the community's pool: pairs of a place to be taken
up and a place to be set down. People of different kinds are never on board together. What cannot
be is told before the search, ride by ride; who is left out afterwards is named as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from linli.analysis.dispatch.engines import rides as engine
from linli.analysis.dispatch.snapshot import WHOLE_NIGHT_S, Rules, Travel, Window
from linli.analysis.dispatch.tables import read_rows
from linli.analysis.dispatch.trips import Reason
from linli.errors import N_
from linli.geo import Point

SOLUTIONS = 400  # plans looked at, unless said; the same number gives the same routes
RIDES = ("ride", "from_lon", "from_lat", "to_lon", "to_lat")
RIDES_ALSO = ("count", "earliest", "latest", "arrive_by", "ride_minutes", "kind")
CARS = ("car", "lon", "lat", "seats")
CARS_ALSO = ("from", "until")
NO_WAY = N_("No open road leads {ride} from where it begins to where it ends. Have one opened.")
TOO_FAR = N_(
    "{ride} takes {minutes} minutes without a stop, and the limit on board is {limit}. Raise it "
    "for this ride, or let it begin nearer."
)
TOO_MANY = N_("{ride} is of {count} persons, and the largest car has {seats} seats. Split it.")
NOT_REACHED = N_("No car has an open road to {ride}. Open one, or send a car from elsewhere.")
LEFT_OUT = N_(
    "{ride} found no place within its times, its longest ride and the seats. Add a car, or widen "
    "one of them."
)


@dataclass(frozen=True)
class Wanted:
    """One ride: so many of one kind, from here to there, within times."""

    id: str
    begins: Point
    ends: Point
    count: int
    taken_up: Window
    arrive_by_s: int
    longest_s: int
    kind: str


@dataclass(frozen=True)
class Pool:
    """One car: where it stands, its seats, and when it is there."""

    id: str
    stands: Point
    seats: int
    duty: Window


@dataclass(frozen=True)
class Call:
    """A stop of a car: a ride begins there or ends."""

    ride: str
    ends: bool
    begin_s: int


@dataclass(frozen=True)
class SharedPlan:
    """What each car does in order, who is left out and why, and how far is driven."""

    calls: dict[str, tuple[Call, ...]]  # by car; those that stay are not named
    left: tuple[tuple[str, Reason], ...]
    driving_s: int
    estimate: bool
    roads_id: str
    version: str


def read_rides(text: str, *, rules: Rules | None = None) -> list[Wanted]:
    """The rides of a CSV text; times are hours and minutes since the start, as 1:30."""
    limit_s = (rules or Rules()).ride_limit_s
    found = []
    for row in read_rows(text, table="rides", needed=RIDES, known=RIDES_ALSO):
        minutes = row.whole("ride_minutes", least=1, default=-(-limit_s // 60))
        earliest = row.moment("earliest", default=0)
        latest = row.moment("latest", default=WHOLE_NIGHT_S)
        if latest < earliest:
            raise row.wrong("latest", N_("it is before the earliest. Turn them round."))
        found.append(
            Wanted(
                row.text("ride"),
                (row.degrees("from_lon", most=180), row.degrees("from_lat", most=90)),
                (row.degrees("to_lon", most=180), row.degrees("to_lat", most=90)),
                row.whole("count", least=1, default=1),
                Window(earliest, latest),
                row.moment("arrive_by", default=WHOLE_NIGHT_S),
                60 * minutes,
                row.text("kind", default="any"),
            )
        )
    return found


def read_cars(text: str) -> list[Pool]:
    """The cars of a CSV text."""
    return [
        Pool(row.text("car"), row.point(), row.whole("seats", least=1), row.window())
        for row in read_rows(text, table="cars", needed=CARS, known=CARS_ALSO)
    ]


def points_of(rides: Sequence[Wanted], cars: Sequence[Pool]) -> list[Point]:
    """Every place, in the order in which travel times are asked: cars, then both ends of rides."""
    return [car.stands for car in cars] + [at for r in rides for at in (r.begins, r.ends)]


def shared(
    rides: Sequence[Wanted], cars: Sequence[Pool], travel: Travel, *,
    rules: Rules | None = None, solutions: int = SOLUTIONS,
) -> SharedPlan:  # fmt: skip
    """Plan the cars; ``travel`` is between the places that `points_of` names, in its order."""
    held = rules or Rules()
    refused = {n: why for n, ride in enumerate(rides)
               if (why := _refusal(n, ride, cars, travel, held)) is not None}  # fmt: skip
    able = [n for n in range(len(rides)) if n not in refused]
    kinds = sorted({ride.kind for ride in rides})
    asked = [_asked(n, rides[n], len(cars), kinds, travel, held) for n in able]
    fleet = [
        engine.Car(n, n, (car.seats,), car.duty, car.duty.until_s - car.duty.from_s)
        for n, car in enumerate(cars)
    ]
    found = (
        engine.share(travel.seconds, travel.seconds, asked, fleet, solutions=solutions)
        if asked else engine.Shared(tuple(() for _ in cars), (), 0, complete=True)
    )  # fmt: skip
    calls = {
        car.id: tuple(Call(rides[able[s.ride]].id, s.ends, s.begin) for s in route)
        for car, route in zip(cars, found.routes, strict=True)
        if route
    }
    left = [(rides[n].id, why) for n, why in refused.items()]
    left += [(rides[able[n]].id, Reason.of("left_out", LEFT_OUT, ride=rides[able[n]].id))
             for n in found.left_out]  # fmt: skip
    return SharedPlan(
        calls, tuple(sorted(left, key=lambda pair: pair[0])), found.distance, travel.estimate,
        travel.roads_id, engine.version(),
    )  # fmt: skip


def _ends(n: int, n_cars: int) -> tuple[int, int]:
    return n_cars + 2 * n, n_cars + 2 * n + 1


def _limit_s(ride: Wanted, travel: Travel, rules: Rules) -> int:
    return int(ride.longest_s * rules.estimate_share) if travel.estimate else ride.longest_s


def _refusal(
    n: int, ride: Wanted, cars: Sequence[Pool], travel: Travel, rules: Rules
) -> Reason | None:
    begins, ends = _ends(n, len(cars))
    way = travel.seconds_between(begins, ends)
    if way is None:
        return Reason.of("no_way", NO_WAY, ride=ride.id)
    limit = _limit_s(ride, travel, rules)
    if way > limit:
        return Reason.of("too_far", TOO_FAR, ride=ride.id, minutes=-(-way // 60),
                         limit=limit // 60)  # fmt: skip
    seats = max((car.seats for car in cars), default=0)
    if ride.count > seats:
        return Reason.of("too_many", TOO_MANY, ride=ride.id, count=ride.count, seats=seats)
    if all(travel.seconds_between(k, begins) is None for k in range(len(cars))):
        return Reason.of("not_reached", NOT_REACHED, ride=ride.id)
    return None


def _asked(
    n: int, ride: Wanted, n_cars: int, kinds: Sequence[str], travel: Travel, rules: Rules
) -> engine.Ride:
    begins, ends = _ends(n, n_cars)
    board = rules.stopping_s + rules.boarding_s * ride.count
    return engine.Ride(
        engine.Call(begins, ride.taken_up, board),
        engine.Call(ends, Window(0, ride.arrive_by_s), rules.boarding_s * ride.count),
        (ride.count,),
        _limit_s(ride, travel, rules),
        kinds.index(ride.kind),
    )
