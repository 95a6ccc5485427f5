"""Does every shared ride keep its limit, and is who cannot be taken told before the search?"""

import numpy as np
import pytest

from linli.analysis.dispatch.shared_rides import (
    SharedPlan,
    points_of,
    read_cars,
    read_rides,
    shared,
)
from linli.analysis.dispatch.snapshot import Rules, Travel
from linli.analysis.dispatch.tables import WrongCell

HEAD = "ride,from_lon,from_lat,to_lon,to_lat,count,ride_minutes,kind\n"
CARS = "car,lon,lat,seats\nA,0,0,4\nB,0,0,4\n"
NO_STOPS = Rules(stopping_s=0, boarding_s=0)


def planned(rows: str, cars: str = CARS, *, cut_at: float | None = None) -> SharedPlan:
    """Places on one line, a minute for each 0.01 degree; nothing leads past ``cut_at``."""
    rides, pool = read_rides(HEAD + rows), read_cars(cars)
    at = np.array([lon for lon, _ in points_of(rides, pool)])
    seconds = np.rint(np.abs(at[:, None] - at) * 6_000).astype(np.int32)
    cut = np.zeros_like(seconds, bool)
    if cut_at is not None:
        cut = (at[:, None] < cut_at) != (at < cut_at)
    way = np.ma.MaskedArray(seconds, cut)
    return shared(rides, pool, Travel(way, way * 10, "line"), rules=NO_STOPS, solutions=60)


def test_two_who_go_the_same_way_share_a_car_and_neither_rides_too_long():
    found = planned("a,0.10,0,0.30,0,1,20,any\nb,0.20,0,0.30,0,1,20,any\n")

    (calls,) = found.calls.values()
    begun = {c.ride: c.begin_s for c in calls if not c.ends}
    ended = {c.ride: c.begin_s for c in calls if c.ends}
    assert found.left == ()
    assert {ride: ended[ride] - begun[ride] for ride in begun} == {"a": 20 * 60, "b": 10 * 60}


def test_two_kinds_are_never_on_board_together():
    found = planned("a,0.10,0,0.30,0,1,60,fever\nb,0.20,0,0.30,0,1,60,dialysis\n",
                    "car,lon,lat,seats\nA,0,0,4\n")  # fmt: skip

    aboard: set[str] = set()
    for call in found.calls["A"]:
        (aboard.discard if call.ends else aboard.add)(call.ride)
        assert len(aboard) <= 1
    assert found.left == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,0.10,0,0.40,0,1,20,any\n", "30 minutes without a stop, and the limit on board is 20"),
        ("a,0.10,0,0.30,0,5,60,any\n", "5 persons, and the largest car has 4 seats"),
    ],
)
def test_what_cannot_be_is_told_before_the_search(row, said):
    ((ride, why),) = planned(row).left

    assert ride == "a"
    assert said in why.tell()


def test_a_ride_over_a_cut_road_and_one_that_no_car_reaches_are_told_apart():
    found = planned("a,0.10,0,0.30,0,1,60,any\nb,0.30,0,0.40,0,1,60,any\n", cut_at=0.2)

    told = {ride: why.code for ride, why in found.left}
    assert told == {"a": "no_way", "b": "not_reached"}


def test_a_wrong_cell_names_its_line_and_column():
    with pytest.raises(WrongCell, match="rides, line 2, column latest"):
        read_rides("ride,from_lon,from_lat,to_lon,to_lat,earliest,latest\na,0,0,1,0,2:00,1:00\n")
