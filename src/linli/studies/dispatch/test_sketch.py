"""A sketch joins neighbours, is longer than the bird's way, and crosses water only by bridges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.dispatch.roads.estimate import Bridge
from linli.analysis.dispatch.roads.ways import Ways
from linli.errors import BadInput
from linli.geo import distance_m
from linli.studies.dispatch.sketch import sketched

NORTH = [(114.30 + n / 100, 30.60) for n in range(4)]
SOUTH = [(114.30 + n / 100, 30.57) for n in range(4)]
BANKS = ["north"] * 4 + ["south"] * 4
BRIDGE = Bridge("first", ("north", "south"), (114.30, 30.585))


def seconds(network, a: int, b: int) -> int | None:
    return Ways.of(network).travel([a, b]).seconds_between(0, 1)


def test_without_water_everybody_is_reached_and_no_way_is_shorter_than_the_bird_s():
    network = sketched([*NORTH, *SOUTH])
    travel = Ways.of(network).travel(range(8))

    assert travel.reachable.all()
    assert travel.metres_between(0, 7) >= distance_m(NORTH[0], SOUTH[3])


def test_over_water_a_way_leads_by_an_open_bridge_or_there_is_none():
    joined = sketched([*NORTH, *SOUTH], banks=BANKS, bridges=[BRIDGE])
    shut = Bridge("first", BRIDGE.banks, BRIDGE.at, is_open=False)
    apart = sketched([*NORTH, *SOUTH], banks=BANKS, bridges=[shut])

    assert (seconds(joined, 3, 7) or 0) > (seconds(sketched([*NORTH, *SOUTH]), 3, 7) or 0)
    assert seconds(apart, 3, 7) is None


@given(st.integers(20, 60), st.integers(0, 2**16))
def test_a_sketch_of_many_points_hangs_together_and_is_the_same_again(n: int, seed: int):
    points = [tuple(p) for p in np.random.default_rng(seed).uniform((114, 30), (115, 31), (n, 2))]

    network = sketched(points)

    assert len(network.joined) == n
    assert sketched(points).digest == network.digest


def test_one_place_is_no_map():
    with pytest.raises(BadInput, match="fewer than two places"):
        sketched([(114.3, 30.6), (114.3, 30.6)])
