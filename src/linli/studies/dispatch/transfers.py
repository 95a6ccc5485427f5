"""Which beds and runs does the planner propose for who waits now? A proposal, and why; no more.

The queue, the beds, the vehicles and who is on duty become a snapshot of numbers: no name, phone
or diagnosis goes into it. Ways lead over the city's roads and around what is closed; where no file
of roads is named they are estimates, and the page says so. A dispatcher takes a proposed run over,
or leaves it; every gate is asked again before it leaves.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linli.analysis.dispatch.plan import Planned, Roads, plan
from linli.analysis.dispatch.roads.estimate import estimated
from linli.analysis.dispatch.runs import Budget
from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Crew,
    Depot,
    Facility,
    Group,
    Lot,
    Need,
    Place,
    Rules,
    Snapshot,
    Travel,
    Vehicle,
)
from linli.analysis.dispatch.trips import Reason
from linli.geo import Point, distance_m
from linli.loops.beds import search
from linli.loops.beds.receivers import DISPATCHERS, on_duty
from linli.loops.beds.rules import rules
from linli.loops.runs import sheet as sheets
from linli.loops.transfers import queue
from linli.loops.transfers.gates import need_of
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.roles import Role
from linli.registry import areas, vehicles
from linli.registry.areas import Area, within
from linli.registry.roster import Assignment, current
from linli.registry.sites import Site
from linli.registry.wards import SEVERITY_RANK
from linli.studies.dispatch.city_roads import known_roads
from linli.studies.dispatch.closing import in_force
from linli.studies.dispatch.on_board import CREW_SIZE, ON_BOARD, SEVERITY

MOST_PLANNED = 500  # of the queue, from its head on
MOST_OF_A_KIND = 60  # vehicles of one kind, those nearest to who waits
ESCORTS = frozenset({Role.GRID_WORKER, Role.CLINICIAN, Role.COMMUNITY_DESK})
ITERATIONS = 200
GROUPS = {"female": Group.WOMEN, "male": Group.MEN}


@dataclass(frozen=True)
class Rider:
    """One who would go on a proposed run: their transfer, and the ward with a bed for them."""

    transfer_id: int
    ward_id: int


@dataclass(frozen=True)
class ProposedRun:
    """One run: its vehicle, its riders, its crew, and when it would leave and arrive."""

    vehicle_id: int
    site_id: int
    riders: tuple[Rider, ...]
    escort_ids: tuple[int, ...]
    depart_min: int
    arrive_min: int
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Left:
    """Whom the plan does not move, and why."""

    transfer_ids: tuple[int, ...]
    reason: Reason


@dataclass(frozen=True)
class Proposal:
    """What the planner proposes, who is left, and by which seed it can be computed again."""

    runs: tuple[ProposedRun, ...]
    left: tuple[Left, ...]
    n_without_point: int
    seed: int
    reasons: tuple[Reason, ...]
    estimate: bool = True
    breaches: tuple[Reason, ...] = ()  # of the checker, which shares nothing with the planner

    @property
    def n_moved(self) -> int:
        """How many would be moved."""
        return sum(len(run.riders) for run in self.runs)


class _Places:
    """Points by number, each once."""

    def __init__(self) -> None:
        self.number: dict[Point, int] = {}

    def of(self, point: Point) -> int:
        return self.number.setdefault(point, len(self.number))

    def all(self) -> tuple[Place, ...]:
        return tuple(Place(str(n), *point) for point, n in self.number.items())


def propose(actor: Actor, *, purpose: str | None, now: int, seed: int = 1) -> Proposal:
    """Plan for who waits within reach; raises NotAllowed for who does not dispatch."""
    can(actor, Ask("run.open", DISPATCHERS)).required()
    rows, _ = queue.listed(actor, purpose=purpose, most=MOST_PLANNED)
    places = _Places()
    lots, members, lost = _lots([row.item for row in rows], places, now)
    facilities = _facilities(actor, places, now)
    depots, fleet, yards = _fleet(actor, places, [places.all()[lot.place] for lot in lots])
    crews = _crews(actor, now, yards)
    crewed = {crew.depot for crew in crews}
    fleet = [vehicle for vehicle in fleet if not crewed or vehicle.depot in crewed]
    if not (lots and facilities and fleet):
        return Proposal((), (), lost, seed, ())
    travel, roads = _travel(actor, list(places.number), now)
    snapshot = Snapshot(
        places.all(), travel, tuple(facilities), tuple(lots), tuple(fleet), tuple(crews),
        tuple(depots), _rules(),
    )  # fmt: skip
    made = plan(snapshot, budget=Budget(ITERATIONS), seed=seed, crew_counts=(),
                roads=roads)  # fmt: skip
    return _told(made, snapshot, members, lost, seed)


def _travel(actor: Actor, points: list[Point], now: int) -> tuple[Travel, Roads | None]:
    """Times on the city's roads, around what is closed; by great circle where none are known."""
    known = known_roads()
    if known is None:
        return estimated(points), None
    closed = in_force(known, exercise=actor.exercise, now=now)
    ways = known.ways(closed)
    travel, node_of = known.travel(ways, points)
    return travel, Roads(ways, node_of, tuple(closed))


def _lots(
    items: Sequence[Any], places: _Places, now: int
) -> tuple[list[Lot], list[list[int]], int]:
    """People at one place who need the same are one lot; in the order of the queue."""
    known = Area.objects.in_bulk({item.area_id for item in items})
    points: dict[int, Point | None] = {i: areas.point_of(area) for i, area in known.items()}
    fetched = Site.objects.in_bulk({i for item in items if (i := item.data.get("from_site_id"))})
    groups: dict[tuple[Any, ...], list[Any]] = {}
    lost = 0
    for item in items:
        site = fetched.get(item.data.get("from_site_id") or 0)  # a step up or down, or a closing
        point = (_at(site.longitude, site.latitude) if site else None) or points[item.area_id]
        if point is None:
            lost += 1
            continue
        need = need_of(item)
        wants = frozenset(_needs(item.data, need))
        key = (point, need.category, need.severity, wants, GROUPS.get(need.sex, Group.ANYBODY))
        groups.setdefault(key, []).append(item)
    lots, members = [], []
    for (point, category, severity, wants, group), found in groups.items():
        waited = max(now - int(item.opened_at.timestamp()) for item in found)
        lots.append(
            Lot(
                ", ".join(str(item.id) for item in found), places.of(point), Category(category),
                SEVERITY[severity], len(found),
                needs=wants, group=group, waiting_s=max(0, waited),
                priority=SEVERITY_RANK[severity],
            )
        )  # fmt: skip
        members.append([item.id for item in found])
    return lots, members, lost


def _needs(data: dict[str, Any], need: Any) -> list[Need]:
    asked = [
        (need.oxygen, Need.OXYGEN), (need.icu, Need.INTENSIVE_CARE), (need.dialysis, Need.DIALYSIS),
        (data.get("posture") == "sits", Need.WHEELCHAIR),
        (data.get("posture") == "lies", Need.STRETCHER),
    ]  # fmt: skip
    return [word for wanted, word in asked if wanted]


def _facilities(actor: Actor, places: _Places, now: int) -> list[Facility]:
    wards: dict[int, list[search.BedPlace]] = {}
    for place in search.everywhere(actor):
        if place.n_free:
            wards.setdefault(place.site_id, []).append(place)
    found = []
    for site in Site.objects.filter(id__in=wards).order_by("id"):
        point = _at(site.longitude, site.latitude)
        receivers = on_duty(site.path, now)
        if point is not None:
            beds = tuple(_beds(ward) for ward in wards[site.id])
            receiver = str(receivers[0]) if receivers else ""
            found.append(Facility(str(site.id), places.of(point), beds, receiver))
    return found


def _beds(ward: search.BedPlace) -> BedClass:
    treats = frozenset(
        SEVERITY[severity]
        for severity, rank in SEVERITY_RANK.items()
        if rank <= SEVERITY_RANK[ward.severity]
    )
    has = ((ward.oxygen, Need.OXYGEN), (ward.icu, Need.INTENSIVE_CARE),
           (ward.dialysis, Need.DIALYSIS))  # fmt: skip
    group = GROUPS.get(ward.sex, Group.ANYBODY)
    return BedClass(
        str(ward.ward_id), Category(ward.category), treats, ward.n_free,
        group=Group.CHILDREN if ward.age_group == "child" else group,
        equipment=frozenset(need for there, need in has if there),
    )  # fmt: skip


def _fleet(
    actor: Actor, places: _Places, waiting: Sequence[Place]
) -> tuple[list[Depot], list[Vehicle], list[tuple[str, int]]]:  # fmt: skip
    """The vehicles within reach that stand idle, each at its own point.

    The last list holds for each depot the path of its area, and how many vehicles stand there.
    """
    out = {run.data.get("vehicle_id") for run in sheets.runs_of(actor)}
    rows = vehicles.Vehicle.objects.filter(within(scope(actor, DISPATCHERS)), valid_until=None)
    depots: dict[int, int] = {}
    yards: list[tuple[str, int]] = []
    fleet = []
    listed = rows.exclude(kind="truck").select_related("area").order_by("id")
    idle = [
        (row, point)
        for row in listed
        if row.id not in out
        and row.n_seats > CREW_SIZE
        and (point := _at(row.longitude, row.latitude) or areas.point_of(row.area)) is not None
    ]
    for row, point in _nearest_of_each_kind(idle, waiting):
        seats = row.n_seats - CREW_SIZE
        number = depots.setdefault(places.of(point), len(depots))
        if number == len(yards):
            yards.append((row.path, 0))
        yards[number] = (yards[number][0], yards[number][1] + 1)
        fleet.append(
            Vehicle(
                str(row.id), number, seats, stretchers=int(row.kind == "ambulance"),
                wheelchairs=row.n_wheelchairs, equipment=ON_BOARD.get(row.kind, frozenset()),
            )
        )  # fmt: skip
    return [Depot(str(n), place) for place, n in depots.items()], fleet, yards


def _nearest_of_each_kind(
    idle: Sequence[tuple[vehicles.Vehicle, Point]], waiting: Sequence[Place]
) -> list[tuple[vehicles.Vehicle, Point]]:
    """Not more of a kind than a plan can use, the nearest to who waits; in order of number."""
    spots = list({(place.lon, place.lat) for place in waiting})

    def far(one: tuple[vehicles.Vehicle, Point]) -> float:
        return min((distance_m(one[1], spot) for spot in spots), default=0.0)

    found = []
    for kind in sorted({row.kind for row, _ in idle}):
        mine = sorted((one for one in idle if one[0].kind == kind), key=far)
        found += mine[:MOST_OF_A_KIND]
    return sorted(found, key=lambda one: one[0].id)


def _crews(actor: Actor, now: int, yards: Sequence[tuple[str, int]]) -> list[Crew]:
    """Pairs of those on duty in the dispatcher's area, each at the yard nearest to its posts.

    A crew leaves with a vehicle of its yard, so first every yard gets one, then those with more
    vehicles get more. The dispatcher names others.
    """
    base = min((h.path for h in actor.holds(DISPATCHERS)), key=len)
    held = Assignment.objects.filter(
        current(now), areas.under(base, "post__path"),
        post__role__in=[role.value for role in ESCORTS], account__is_active=True,
    )  # fmt: skip
    free = sorted({(path, who) for who, path in held.values_list("account_id", "post__path")})
    wanted = [(turn, n) for n, (_, vehicles) in enumerate(yards) for turn in range(vehicles)]
    crews: list[Crew] = []
    seen: set[int] = set()
    for _, yard in sorted(wanted):
        pair: list[int] = []
        while free and len(pair) < CREW_SIZE:
            _, who = free.pop(_nearest(free, yards[yard][0]))
            if who not in seen:  # somebody may hold two posts
                seen.add(who)
                pair.append(who)
        if len(pair) < CREW_SIZE:
            break
        crews.append(Crew("-".join(map(str, sorted(pair))), yard, CREW_SIZE))
    return crews


def _nearest(posts: Sequence[tuple[str, int]], path: str) -> int:
    """Which of these sorted posts shares most of its way from the city down with a place."""
    at = bisect_left(posts, (path, 0))
    beside = [n for n in (at, at - 1) if 0 <= n < len(posts)]
    return max(beside, key=lambda n: _shared(posts[n][0], path))


def _shared(path: str, other: str) -> int:
    """How much of the way from the city down two places share."""
    return next((n for n, (a, b) in enumerate(zip(path, other, strict=False)) if a != b),
                min(len(path), len(other)))  # fmt: skip


def _rules() -> Rules:
    """The rules of the gates, so that what is planned may also leave."""
    ratios = rules().patients_an_escort
    return Rules(persons_per_escort=tuple((SEVERITY[word], n) for word, n in ratios.items()))


def _at(longitude: float | None, latitude: float | None) -> Point | None:
    return None if longitude is None or latitude is None else (longitude, latitude)


def _told(
    made: Planned, snapshot: Snapshot, members: list[list[int]], lost: int, seed: int
) -> Proposal:
    """The plan in our own numbers: transfers, wards, vehicles, accounts."""
    left_of = [list(ids) for ids in members]
    proposed = []
    for trip in sorted(made.plan.trips, key=lambda trip: (trip.depart_s, trip.id)):
        riders = []
        for stop in trip.stops:
            for party in stop.boards:
                placed = made.plan.placed[party.placed]
                ward = snapshot.facilities[placed.facility].beds[placed.bed]
                waiting = left_of[placed.lot]
                riders += [Rider(waiting.pop(0), int(ward.id)) for _ in range(party.count)]
        crew = snapshot.crews[trip.crew].id.split("-") if trip.crew is not None else ()
        proposed.append(
            ProposedRun(
                int(snapshot.vehicles[trip.vehicle].id),
                int(snapshot.facilities[trip.facility or 0].id),
                tuple(riders),
                tuple(int(account) for account in crew),
                trip.depart_s // 60,
                -(-trip.arrive_s // 60),
                tuple(why for why in trip.because if "crew" not in dict(why.values)),
            )
        )
    left = [Left(tuple(left_of[one.lot][: one.count]), one.reason) for one in made.plan.unserved]
    plates = dict(vehicles.Vehicle.objects.filter(
        id__in=[run.vehicle_id for run in proposed]
    ).values_list("id", "plate"))  # fmt: skip
    called = {trip.id: plates[int(snapshot.vehicles[trip.vehicle].id)] for trip in made.plan.trips}
    breaches = tuple(_by_plate(breach, called) for breach in made.verdict.breaches)
    return Proposal(
        tuple(proposed), tuple(left), lost, seed, tuple(made.plan.reasons),
        made.plan.estimate, breaches,
    )  # fmt: skip


def _by_plate(breach: Reason, called: Mapping[str, str]) -> Reason:
    """A trip is told by the plate of its vehicle: its number means nothing to anybody."""
    values = tuple((k, called.get(v, v) if k == "trip" else v) for k, v in breach.values)
    return Reason(breach.code, breach.sentence, values)
