"""A vehicle keeps to its route: where it is follows from the clock alone."""

import pytest

from linli.demo.riding import along
from linli.loops.routes.tables import RouteWhy, RunRoute

LEG = {"seconds": 100, "metres": 2000, "line": [[114.0, 30.0], [114.1, 30.0], [114.2, 30.0]],
       "arcs": []}  # fmt: skip
STOPS = [
    {"at": [114.0, 30.0], "transfer_ids": [], "arrive_at": 1000},
    {"at": [114.2, 30.0], "transfer_ids": [7], "arrive_at": 1100},
    {"at": [114.0, 30.0], "transfer_ids": [], "arrive_at": 1260},
]
BACK = {**LEG, "line": LEG["line"][::-1]}


def row(why: str = RouteWhy.PLANNED) -> RunRoute:
    return RunRoute(why=why, stops=STOPS, legs=[LEG, BACK])


@pytest.mark.parametrize(
    ("now", "lon", "on_board", "arrived"),
    [(1000, 114.0, (), False), (1050, 114.1, (), False), (1100, 114.2, (7,), False),
     (1150, 114.2, (7,), False), (1210, 114.1, (7,), False), (1260, 114.0, (7,), True)],
)  # fmt: skip
def test_it_drives_boards_waits_and_arrives(now: int, lon: float, on_board: tuple, arrived: bool):
    there = along(row(), 1000, now)

    assert there.point[0] == pytest.approx(lon, abs=1e-3)
    assert (there.on_board, there.arrived) == (on_board, arrived)


def test_who_leaves_later_is_later_everywhere_and_a_new_way_begins_when_it_is_taken():
    assert along(row(), 1030, 1130).point == along(row(), 1000, 1100).point
    assert along(row(RouteWhy.REPLANNED), 900, 1100).on_board == (7,)
    assert along(row(RouteWhy.REPLANNED), 1030, 1100).on_board == (7,)
