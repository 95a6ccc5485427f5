"""How is a plan typed in by hand? One line a pick-up, in the order they are made; times follow.

The times are worked out from the departure, so that what the checker says is about the plan and not
about somebody's sums.
"""

from collections.abc import Sequence
from typing import Any

from linli.analysis.dispatch.plan import Roads
from linli.analysis.dispatch.runs import with_paths, worth_of
from linli.analysis.dispatch.snapshot import Snapshot, Travel
from linli.analysis.dispatch.tables import Row, read_rows
from linli.analysis.dispatch.trips import (
    Leg,
    Party,
    Placed,
    Plan,
    Reason,
    Stop,
    StopKind,
    Trip,
    Unserved,
)
from linli.errors import N_

NEEDED = ("trip", "vehicle", "leaves", "patient", "facility", "bed")
KNOWN = ("crew", "count", "to", "confirmed")


def read_plan(
    text: str, snapshot: Snapshot, *, roads: Roads | None = None, travel: Travel | None = None
) -> Plan:
    """Read a plan from CSV text, its ids those of the snapshot.

    Parameters
    ----------
    roads
        The roads that drivers will take; legs then name their arcs.
    travel
        The times that drivers count on, if they are not those of the snapshot.
    """
    rows = read_rows(text, table="plan", needed=NEEDED, known=KNOWN)
    placed = tuple(_placed(row, snapshot) for row in rows)
    by_trip: dict[str, list[int]] = {}
    for n, row in enumerate(rows):
        by_trip.setdefault(row.text("trip"), []).append(n)
    trips = tuple(
        _trip(name, [(n, rows[n]) for n in numbers], placed, snapshot, travel or snapshot.travel)
        for name, numbers in by_trip.items()
    )
    if roads is not None:
        trips = with_paths(trips, roads.node_of, roads.of(snapshot))
    left = _left(snapshot, placed)
    worth = worth_of(trips, left)
    return Plan(placed, trips, left, worth, worth, seed=0, iterations=0,
                roads_id=snapshot.travel.roads_id, estimate=snapshot.travel.estimate)  # fmt: skip


def _placed(row: Row, snapshot: Snapshot) -> Placed:
    facility = _number(row, "facility", snapshot.facilities)
    bed = _number(row, "bed", snapshot.facilities[facility].beds)
    lot = _number(row, "patient", snapshot.lots)
    count = row.whole("count", least=1, default=snapshot.lots[lot].count)
    return Placed(lot, facility, bed, count, confirmed=row.yes("confirmed"))


def _trip(
    name: str, rows: Sequence[tuple[int, Row]], placed: Sequence[Placed], snapshot: Snapshot,
    travel: Travel,
) -> Trip:  # fmt: skip
    head = rows[0][1]
    vehicle = _number(head, "vehicle", snapshot.vehicles)
    crew = _number(head, "crew", snapshot.crews) if head.text("crew", default="") else None
    goal = _number(head, "to" if head.text("to", default="") else "facility", snapshot.facilities)
    yard = snapshot.depots[snapshot.vehicles[vehicle].depot].place
    now = head.moment("leaves")
    stops, legs = [Stop(StopKind.YARD, yard, now, now, now)], []
    calls: list[tuple[int, tuple[Party, ...]]] = []
    for n, _ in rows:
        place = snapshot.lots[placed[n].lot].place
        party = Party(n, placed[n].count)
        if calls and calls[-1][0] == place:
            calls[-1] = (place, (*calls[-1][1], party))
        else:
            calls.append((place, (party,)))
    riders = tuple(Party(n, placed[n].count) for n, _ in rows)
    nobody: tuple[Party, ...] = ()
    ends = [(p, boards, nobody) for p, boards in calls]
    ends += [(snapshot.facilities[goal].place, nobody, riders), (yard, nobody, nobody)]
    for place, boards, leaves in ends:
        legs.append(_leg(travel, stops[-1].place, place, now))
        now = legs[-1].arrive_s
        stay = _stay_s(snapshot, goal, boards, leaves)
        kind = StopKind.PICK_UP if boards else StopKind.HAND_OVER if leaves else StopKind.YARD
        stops.append(Stop(kind, place, now, now, now + stay, boards, leaves))
        now += stay
    lots = {snapshot.lots[placed[n].lot].category for n, _ in rows}
    return Trip(name, vehicle, tuple(stops), tuple(legs), category=min(lots), facility=goal,
                crew=crew)  # fmt: skip


def _leg(travel: Travel, here: int, there: int, now: int) -> Leg:
    """As long as it takes; where there is no way, no time, which the checker takes up."""
    seconds = travel.seconds_between(here, there) or 0
    return Leg(now, now + seconds, travel.metres_between(here, there) or 0)


def _stay_s(
    snapshot: Snapshot, facility: int, boards: Sequence[Party], leaves: Sequence[Party]
) -> int:  # fmt: skip
    rules = snapshot.rules
    boarding = rules.stopping_s * bool(boards) + rules.boarding_s * sum(p.count for p in boards)
    return boarding + snapshot.facilities[facility].unloading_s * sum(p.count for p in leaves)


def _left(snapshot: Snapshot, placed: Sequence[Placed]) -> tuple[Unserved, ...]:
    """Whoever the plan does not name, so that nobody is lost without a word."""
    left = []
    for n, lot in enumerate(snapshot.lots):
        count = lot.count - sum(p.count for p in placed if p.lot == n)
        if count > 0:
            reason = Reason.of("not_planned", N_("{lot}: {count} persons are not in the plan."),
                               lot=lot.id, count=count)  # fmt: skip
            left.append(Unserved(n, count, reason))
    return tuple(left)


def _number(row: Row, column: str, known: Sequence[Any]) -> int:
    said = row.text(column)
    for n, it in enumerate(known):
        if it.id == said:
            return n
    ids = tuple(it.id for it in known[:8])
    raise row.wrong(column, N_("there is no {said}. There are: {known}."), said=said, known=ids)
