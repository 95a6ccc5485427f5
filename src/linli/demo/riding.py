"""Where is a run by its route at a moment, and who has got on by then? Nothing is drawn by dice."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from linli.geo import Point, distance_m
from linli.loops.routes.tables import RouteWhy, RunRoute


@dataclass(frozen=True)
class There:
    """A point on the way, who is on board by then, and whether it has reached its site."""

    point: Point
    on_board: tuple[int, ...]
    arrived: bool


def along(row: RunRoute, left_at: int, now: int) -> There:
    """Where whoever keeps to a route is; it is begun when the run leaves, or when it was made."""
    stops, legs = row.stops, row.legs
    begun = stops[0]["arrive_at"]
    late = max(0, left_at - begun) if row.why == RouteWhy.PLANNED else 0
    at = now - late
    on = [i for stop in stops if stop["arrive_at"] <= at for i in stop["transfer_ids"]]
    for n, leg in enumerate(legs):
        ends = stops[n + 1]["arrive_at"]
        if at < ends:
            share = max(0.0, 1 - (ends - at) / max(1, leg["seconds"]))
            return There(_at_share(leg["line"], share), tuple(sorted(on)), False)
    end = stops[-1]["at"]
    return There((end[0], end[1]), tuple(sorted(on)), True)


def _at_share(line: Sequence[Sequence[float]], share: float) -> Point:
    """The point of a line after so much of its length."""
    points = [(p[0], p[1]) for p in line]
    lengths = [distance_m(a, b) for a, b in pairwise(points)]
    left = share * sum(lengths)
    for (a, b), metres in zip(pairwise(points), lengths, strict=True):
        if metres >= left and metres:
            part = left / metres
            lon, lat = (a[k] + part * (b[k] - a[k]) for k in (0, 1))
            return (round(lon, 6), round(lat, 6))
        left -= metres
    return points[-1]
