"""Where does every vehicle stand now, who is on board, and which legs does a closure hit?

What is done is frozen: stops that were served, the stop being served, people on board. A vehicle on
a road goes on to the end of its piece of road, unless that is what is closed: then it turns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from linli.analysis.dispatch.roads.closures import NOBODY, Closure
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.snapshot import Vehicle
from linli.analysis.dispatch.trips import Leg, Party, Stop, StopKind, Trip

MS = 1_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A leg that leads over a road that is shut when it is to be driven."""

    trip: int
    leg: int
    closure: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A trip at one moment: what is done, where its vehicle is, what is left to do."""

    trip: int
    begun: bool
    node: int | None  # where it is when on a road; None: at a place
    place: int  # the place it stands at, or comes from
    from_s: int  # when it can go on from there
    done_stops: tuple[Stop, ...]
    done_legs: tuple[Leg, ...]  # the last one is the piece driven, where it is on a road
    on_board: tuple[Party, ...]
    ridden_s: int
    to_board: tuple[Party, ...]


def hits(
    trips: Sequence[Trip], closures: Iterable[Closure], *, now_s: int, network: Network,
    vehicles: Sequence[Vehicle] = (),
) -> list[Hit]:  # fmt: skip
    """The legs, or what is left of them, that a closure hits at the time they are driven.

    With ``vehicles``, a closure does not hit those whose permits let them pass.
    """
    found = []
    shut = list(closures)
    for n, trip in enumerate(trips):
        permits = vehicles[trip.vehicle].passes if vehicles else NOBODY
        for k, leg in enumerate(trip.legs):
            if leg.arcs is None or leg.arrive_s <= now_s:
                continue
            ahead = leg.arcs[_driven(leg, now_s, network) :]
            for closure in shut:
                drives = closure.during.from_s <= leg.arrive_s and (
                    closure.during.until_s >= max(leg.depart_s, now_s)
                )
                if drives and closure.stops(permits) and not closure.arcs.isdisjoint(ahead):
                    found.append(Hit(n, k, closure.id))
                    break
    return found


def standing(
    trip: Trip, number: int, *, now_s: int, network: Network, shut: frozenset[int],
    places: Mapping[int, int],
) -> Standing | None:  # fmt: skip
    """Where a trip stands; None when it is over.

    Parameters
    ----------
    shut
        Arcs that are closed now: a vehicle that is on one turns round.
    places
        The node of each place.
    """
    if trip.stops[-1].arrive_s <= now_s:
        return None
    reached = sum(stop.arrive_s <= now_s for stop in trip.stops)
    if now_s < trip.stops[0].leave_s or reached == 0:
        stop = trip.stops[0]
        return Standing(
            number, False, None, stop.place, stop.leave_s, (), (), stop.boards, 0, _later(trip, 1)
        )
    done = trip.stops[:reached]
    riding = tuple(p for stop in done for p in stop.boards)
    first = next((stop.leave_s for stop in done if stop.boards), None)
    last = done[-1]
    leg = trip.legs[reached - 1]
    if now_s <= last.leave_s or not leg.arcs:
        ridden = 0 if first is None else max(0, last.leave_s - first)
        return Standing(
            number, True, None, last.place, last.leave_s, done, trip.legs[: reached - 1], riding,
            ridden, _later(trip, reached),
        )  # fmt: skip
    driven, node, at_s = _on_the_leg(leg, now_s, network, shut, places[last.place])
    piece = Leg(leg.depart_s, at_s, _metres(network, driven), driven)
    there = Stop(StopKind.ON_THE_ROAD, last.place, at_s, at_s, at_s)
    return Standing(
        number, True, node, last.place, at_s, (*done, there), (*trip.legs[: reached - 1], piece),
        riding, 0 if first is None else at_s - first, _later(trip, reached),
    )  # fmt: skip


def joined(trip: Trip, stands: Standing, rest: Trip, *, place: int) -> Trip:
    """What is done and what is newly planned, as one trip."""
    if not stands.done_stops:
        return replace(rest, id=trip.id)
    head = (*stands.done_stops[:-1], replace(stands.done_stops[-1], place=place))
    legs = (*stands.done_legs, *rest.legs)
    return replace(rest, id=trip.id, stops=(*head, *rest.stops[1:]), legs=legs)


def _driven(leg: Leg, now_s: int, network: Network) -> int:
    """How many arcs of a leg lie wholly behind."""
    if now_s <= leg.depart_s or not leg.arcs:
        return 0
    ends = np.cumsum(network.ms[list(leg.arcs)].astype(np.int64))
    return int(np.searchsorted(ends, (now_s - leg.depart_s) * MS, side="right"))


def _on_the_leg(
    leg: Leg, now_s: int, network: Network, shut: frozenset[int], came_from: int
) -> tuple[tuple[int, ...], int, int]:
    """The arcs driven when it can turn off, the node where, and when."""
    arcs = leg.arcs or ()
    behind = _driven(leg, now_s, network)
    if behind >= len(arcs):
        return arcs, int(network.head[arcs[-1]]), leg.arrive_s
    if arcs[behind] in shut:  # it stands before what is closed, and turns round
        node = int(network.head[arcs[behind - 1]]) if behind else came_from
        return arcs[:behind], node, now_s
    driven = arcs[: behind + 1]
    ms = int(network.ms[list(driven)].astype(np.int64).sum())
    return driven, int(network.head[arcs[behind]]), leg.depart_s + -(-ms // MS)


def _metres(network: Network, arcs: tuple[int, ...]) -> int:
    return -(-int(network.dm[list(arcs)].astype(np.int64).sum()) // 10)


def _later(trip: Trip, first: int) -> tuple[Party, ...]:
    return tuple(p for stop in trip.stops[first:] for p in stop.boards)
