"""Do travel times keep to open roads, and is "no way" never a number?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.conftest import BLOCK_DEG, grid
from linli.analysis.dispatch.roads import closures
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.estimate import Bridge, estimated
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.openstreetmap import network_of
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import Window
from linli.errors import BadInput

TOWN = grid(4, 4)
AMBULANCE = frozenset({"ambulance"})
STREETS = b"""<osm version="0.6">
<node id="1" lon="0" lat="0"/><node id="2" lon="0.009" lat="0"/><node id="3" lon="0.018" lat="0"/>
<node id="4" lon="0.009" lat="0.009"/><node id="5" lon="0.009" lat="0.018">
<tag k="barrier" v="bollard"/></node><node id="6" lon="0.009" lat="0.027"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way>
<way id="12"><nd ref="4"/><nd ref="5"/><nd ref="6"/><tag k="highway" v="service"/></way>
<way id="13"><nd ref="1"/><nd ref="4"/><tag k="highway" v="footway"/></way>
<way id="14"><nd ref="3"/><nd ref="4"/><tag k="highway" v="service"/>
<tag k="access" v="private"/></way></osm>"""


def test_a_way_of_three_blocks_takes_three_minutes_and_1500_metres():
    travel = Ways.of(TOWN).travel([0, 3])

    assert travel.seconds_between(0, 1) == 180
    assert travel.metres_between(0, 1) == 1_500


def test_what_cannot_be_reached_is_masked_and_stays_so_when_added():
    cut = open_arcs(TOWN, [Closure("c", closures.within(TOWN, _box(2.5, -1, 2.6, 4)))])

    travel = Ways.of(TOWN, cut).travel([0, 3])

    assert travel.seconds_between(0, 1) is None
    assert np.ma.is_masked(travel.seconds[0, 1] + travel.seconds[1, 0])
    assert Ways.of(TOWN, cut).paths([(0, 3)]) == {(0, 3): None}


def test_a_point_far_from_any_road_reaches_nothing_but_itself():
    nodes, near = TOWN.snap([(0.0, 0.0), (9.0, 9.0)])

    travel = Ways.of(TOWN).travel(nodes, near=near)

    assert near.tolist() == [True, False]
    assert travel.seconds_between(0, 1) is None
    assert travel.seconds_between(1, 1) == 0


def test_a_point_is_snapped_to_the_part_in_which_every_node_reaches_every_other():
    lon = [*TOWN.lon, 5 * BLOCK_DEG]  # one more node, from which no road leads back
    dead = Network.of(
        lon, [*TOWN.lat, 0.0], [*TOWN.tail, 3], [*TOWN.head, 16], ms=[*TOWN.ms, 1],
        dm=[*TOWN.dm, 1],
    )  # fmt: skip

    nodes, near = dead.snap([(5 * BLOCK_DEG, 0.0)], farthest_m=2_000)

    assert nodes.tolist() == [3]
    assert near.all()


def test_of_two_parallel_roads_the_slower_one_serves_when_the_faster_is_closed():
    two = Network.of([0, 0.01], [0, 0], [0, 0, 1], [1, 1, 0], ms=[9_000, 5_000, 1_000],
                     dm=[10, 10, 10])  # fmt: skip

    assert Ways.of(two).travel([0, 1]).seconds_between(0, 1) == 5
    faster = Ways.of(two).paths([(0, 1)])[0, 1]
    without = Ways.of(two, open_arcs(two, [Closure("c", frozenset(faster))]))
    assert without.travel([0, 1]).seconds_between(0, 1) == 9


def test_a_closure_stops_who_has_no_permit_and_only_in_its_hours():
    night = Closure("c", frozenset({0}), Window(100, 200), passes=AMBULANCE)

    assert not open_arcs(TOWN, [night])[0]
    assert not open_arcs(TOWN, [night], during=Window(0, 100))[0]
    assert open_arcs(TOWN, [night], during=Window(201, 300))[0]
    assert open_arcs(TOWN, [night], passes=AMBULANCE)[0]


def test_a_polygon_closes_the_roads_that_cross_it_though_no_end_lies_in_it():
    found = closures.within(TOWN, _box(0.4, -0.1, 0.6, 0.1))

    ends = {(int(TOWN.tail[a]), int(TOWN.head[a])) for a in found}
    assert ends == {(0, 1), (1, 0)}


def test_the_road_a_driver_stands_on_is_closed_both_ways():
    found = closures.at(TOWN, (0.5 * BLOCK_DEG, 0.01 * BLOCK_DEG))

    assert {(int(TOWN.tail[a]), int(TOWN.head[a])) for a in found} <= {(0, 1), (1, 0)}
    with pytest.raises(BadInput, match="no road within 1000 m"):
        closures.at(TOWN, (50.0, 50.0))


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        ([(0, 0), (1, 1)], "needs three corners"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "crosses itself"),
    ],
)
def test_an_area_that_is_none_is_refused_in_a_sentence(ring, sentence):
    with pytest.raises(BadInput, match=sentence):
        closures.within(TOWN, ring)


def test_the_number_of_the_roads_follows_from_what_is_open():
    some = open_arcs(TOWN, [Closure("c", frozenset({3}))])

    assert Ways.of(TOWN).id == Ways.of(grid(4, 4)).id
    assert Ways.of(TOWN, some).id != Ways.of(TOWN).id


def test_an_extract_keeps_one_way_streets_private_roads_and_bollards():
    network = network_of(STREETS, kind="osm")
    points = zip(network.lon.round(3), network.lat.round(3), strict=True)
    at = {point: n for n, point in enumerate(points)}
    first, middle, last, north = (at[p] for p in ((0, 0), (0.009, 0), (0.018, 0), (0.009, 0.009)))
    travel = Ways.of(network).travel([first, middle, last, north])

    assert 11 not in network.way[network.head == middle]
    assert travel.seconds_between(3, 0) is None  # one way
    assert travel.seconds_between(1, 0) == 145  # 1,001 m at 25 km/h
    assert travel.seconds_between(2, 3) == 225  # back to the middle, 144.1 s, and 80.1 s north
    assert travel.metres_between(0, 2) == pytest.approx(2_002, abs=2)
    beyond = at[0.009, 0.027]
    assert Ways.of(network).travel([first, beyond]).seconds_between(0, 1) is None  # a bollard


@pytest.mark.parametrize(("what", "kind"), [(b"no map", "pbf"), (b"<osm></osm>", "osm")])
def test_a_file_that_is_no_map_is_refused_in_a_sentence(what, kind):
    with pytest.raises(BadInput, match=r"Download it again|Use another file"):
        network_of(what, kind=kind)


@given(st.sets(st.integers(0, TOWN.n_arcs - 1), max_size=30), st.data())
def test_times_and_paths_agree_and_use_no_closed_arc(shut, data):
    is_open = open_arcs(TOWN, [Closure("c", frozenset(shut))])
    ways = Ways.of(TOWN, is_open)
    a, b = (data.draw(st.integers(0, 15)) for _ in range(2))

    path = ways.paths([(a, b)])[a, b]

    seconds = ways.travel([a, b]).seconds_between(0, 1)
    assert (path is None) == (seconds is None)
    if path is not None:
        assert seconds == ways.seconds(path)
        assert is_open[list(path)].all()
        assert [int(TOWN.head[p]) for p in path[:-1]] == [int(TOWN.tail[p]) for p in path[1:]]


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_on_a_real_extract_what_is_closed_is_driven_around_as_if_it_were_not_there(baltimore, seed):
    dice = np.random.default_rng(seed)
    nodes = dice.choice(baltimore.joined, 8)
    shut = frozenset(dice.choice(baltimore.n_arcs, 200, replace=False).tolist())
    is_open = open_arcs(baltimore, [Closure("c", shut)])
    keep = np.flatnonzero(is_open)
    without = Network.of(
        baltimore.lon, baltimore.lat, baltimore.tail[keep], baltimore.head[keep],
        ms=baltimore.ms[keep], dm=baltimore.dm[keep],
    )  # fmt: skip

    closed = Ways.of(baltimore, is_open).travel(nodes)

    whole = Ways.of(without).travel(nodes)
    assert (closed.reachable == whole.reachable).all()
    assert (closed.seconds == whole.seconds).all()
    assert (closed.metres == whole.metres).all()


def test_without_a_map_the_way_is_the_great_circle_and_a_detour_and_is_marked():
    travel = estimated([(114.3, 30.6), (114.3, 30.7)])

    assert travel.estimate
    assert travel.metres_between(0, 1) == 15_568  # 11,119.5 m times 1.4
    assert travel.seconds_between(0, 1) == 2_242  # at 25 km/h


def test_from_bank_to_bank_the_way_leads_over_an_open_bridge_or_there_is_none():
    points = [(114.30, 30.55), (114.31, 30.55), (114.32, 30.55)]
    banks = ["west", "east", "south"]
    first = Bridge("1", ("west", "east"), (114.30, 30.60))
    second = Bridge("2", ("east", "south"), (114.31, 30.55))

    both = estimated(points, banks=banks, bridges=[first, second])
    shut = estimated(points, banks=banks, bridges=[first, Bridge("2", second.banks, second.at,
                                                                 is_open=False)])  # fmt: skip

    straight = estimated(points).metres_between(0, 1)
    assert both.metres_between(0, 1) > 10 * straight
    assert both.metres_between(0, 2) > both.metres_between(0, 1)
    assert shut.seconds_between(0, 2) is None
    assert shut.metres_between(0, 1) == both.metres_between(0, 1)


def _box(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return [(x * BLOCK_DEG, y * BLOCK_DEG) for x, y in corners]
