"""Is the score a product that splits into its factors, and does nothing vanish on the way?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.risk.communities import Communities
from linli.analysis.risk.importation import Sources, importation
from linli.analysis.risk.model import Kernel, Model, read_model, shipped
from linli.analysis.risk.score import LEAST, assess
from linli.analysis.risk.simulated import city
from linli.analysis.risk.top import _ranks, certainty
from linli.errors import BadInput
from linli.geo import distance_m

MODEL = """
[[kernel]]
phase = "first"
form = "exponential"
reach_m = 2000
[[dimension]]
id = "hazard"
[[dimension]]
id = "coping"
[[factor]]
id = "importation"
dimension = "hazard"
[[factor]]
id = "crowding"
dimension = "hazard"
weight = 3
low = 0
high = 10
[[factor]]
id = "doctors"
dimension = "coping"
direction = "lower"
low = 0
high = 20
reachable = 20
action_en = "send doctors"
[[flag]]
id = "far"
all = ["doctors <= 2", "crowding >= 5"]
"""


def small(n: int = 6, **changes: object) -> Communities:
    points = np.column_stack([114.3 + np.arange(n) * 0.01, np.full(n, 30.6)])
    values = np.column_stack([np.arange(n) * 2.0, 20.0 - np.arange(n) * 3.5])
    made = Communities(tuple(f"c{m}" for m in range(n)), points, np.full(n, 1000.0),
                       ("crowding", "doctors"), values)  # fmt: skip
    return replace(made, **changes)


def model() -> Model:
    return read_model(MODEL, name="small")


def source_at(community: int) -> Sources:
    return Sources(small().points[[community]], np.array([50.0]))


def test_a_score_is_ten_times_the_weighted_geometric_mean_by_hand():
    found = assess(small(), model(), sources=source_at(0))

    raw = [50 * np.exp(-distance_m(tuple(small().points[0]), tuple(p)) / 2000)
           for p in small().points]  # fmt: skip
    low, high = np.quantile(raw, [0.05, 0.95])
    near = LEAST + (1 - LEAST) * np.clip((raw[2] - low) / (high - low), 0, 1)
    hazard = (near + 3 * (LEAST + (1 - LEAST) * 0.4)) / 4
    coping = LEAST + (1 - LEAST) * (1 - 13 / 20)
    assert found.score[2] == pytest.approx(10 * np.sqrt(hazard * coping), rel=1e-3)


@given(st.integers(0, 10_000), st.floats(0, 0.4))
def test_parts_add_up_to_the_score_whatever_is_missing(seed: int, gaps: float):
    made = city(shipped("community"), n=40, seed=seed, effects={}, near=1.0)
    dice = np.random.default_rng(seed)
    values = np.where(dice.random(made.communities.values.shape) < gaps, np.nan,
                      made.communities.values)  # fmt: skip
    found = assess(replace(made.communities, values=values), shipped("community"),
                   sources=made.sources)  # fmt: skip
    known = ~np.isnan(found.score)

    told = found.parts[known].sum(axis=1)
    assert told == pytest.approx(np.log(found.score[known] / found.middle_score()), abs=1e-9)
    assert (found.score[known] > 0).all()
    assert set(found.unknown()) == {i for i, k in zip(found.communities.ids, known,
                                                      strict=True) if not k}  # fmt: skip


@given(st.integers(0, 1000), st.integers(0, 39))
def test_more_of_a_risky_factor_never_lowers_a_score(seed: int, at: int):
    made = city(shipped("community"), n=40, seed=seed, effects={}, near=1.0).communities
    n = made.factors.index("no_guard")  # its low and high stand in the model
    without, with_ = (made.values.copy() for _ in range(2))
    without[:, n], with_[:, n] = 0, 0
    with_[at, n] = 1
    before, after = (
        assess(replace(made, values=v), shipped("community"),
               sources=Sources(made.points[:1], np.ones(1)))
        for v in (without, with_)
    )  # fmt: skip

    assert after.score[at] >= before.score[at]
    others = np.arange(40) != at
    assert (after.score[others] == before.score[others]).all()


def test_the_order_of_communities_changes_nothing():
    made = city(shipped("community"), n=50, seed=2, effects={}, near=1.0)
    turned = np.arange(50)[::-1]
    other = replace(
        made.communities,
        ids=tuple(made.communities.ids[n] for n in turned),
        points=made.communities.points[turned],
        population=made.communities.population[turned],
        values=made.communities.values[turned],
        districts=(),
        area_km2=np.empty(0),
    )
    one, two = (assess(c, shipped("community"), sources=made.sources)
                for c in (made.communities, other))  # fmt: skip

    assert two.score == pytest.approx(one.score[turned])


def test_actions_lead_off_the_list_and_the_fewest_are_named():
    found = assess(small(), model(), sources=source_at(5))

    assert found.ranked[0] == 5
    best = found.actions(5, k=1)[0]
    assert (best.factor, best.before, best.after) == ("doctors", 2.5, 20)
    assert best.enough
    assert [one.factor for one in found.way_off(5, k=1)] == ["doctors"]
    assert found.way_off(5, k=6) == []  # everybody is on that list


def test_types_follow_rules_and_a_missing_value_is_no_match():
    values = small().values.copy()
    values[5, 1] = np.nan
    assert assess(small(), model()).flags()["far"].tolist() == [False] * 6
    values[4, 1] = 2
    assert assess(small(values=values), model()).flags()["far"].tolist() == [
        False, False, False, False, True, False]  # fmt: skip


def test_importation_equals_the_sum_by_hand_and_leaves_the_own_cases_out():
    place = small()
    sources = Sources(place.points[:2], np.array([3.0, 5.0]), home=np.array([0, 1]))
    kernel = Kernel("first", "gaussian", 1500.0)

    found = importation(place, sources, kernel)

    by_hand = [
        sum(c * np.exp(-0.5 * (distance_m(tuple(p), tuple(q)) / 1500) ** 2)
            for q, c, home in zip(place.points[:2], (3, 5), (0, 1), strict=True) if home != at)
        for at, p in enumerate(place.points)
    ]  # fmt: skip
    assert found == pytest.approx(by_hand, rel=2e-3)


def test_flow_takes_the_place_of_distance():
    flow = np.zeros((6, 1))
    flow[3, 0] = 20
    found = importation(small(), Sources(small().points[:1], np.array([7.0]), flow=flow),
                        Kernel("first", "power", 1.0))  # fmt: skip

    assert found.tolist() == [0, 0, 0, 20 / 1000 * 7, 0, 0]


def test_certainty_counts_k_in_every_draw_and_is_the_same_for_the_same_seed():
    made = city(shipped("community"), n=200, seed=5, effects={}, near=1.0)
    found = assess(made.communities, shipped("community"), sources=made.sources)

    one, two = (certainty(found, k=10, n_draws=150, seed=3, sources=made.sources)
                for _ in range(2))  # fmt: skip

    assert np.nansum(one.in_top) == pytest.approx(10)
    assert (one.in_top == two.in_top).all()
    assert (one.rank_low <= one.rank_high).all()
    firm = certainty(found, k=10, n_draws=150, seed=3, firmness=1e9, reach_spread=0)
    assert firm.stable > one.stable


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ids": ("a", "a", "c", "d", "e", "f")}, "a: the id is there twice"),
        ({"ids": ("", "b", "c", "d", "e", "f")}, "#1: the id is empty"),
        ({"population": np.array([1.0, 0, 1, 1, 1, 1])}, "c1: nobody lives there"),
        ({"population": np.array([1.0, np.nan, 1, 1, 1, 1])}, "c1: nobody lives there"),
        ({"points": np.full((6, 2), 400.0)}, "c0: its longitude"),
        ({"values": -np.ones((6, 2))}, "c0: crowding is -1"),
        ({"values": np.ones((6, 3))}, "values has shape"),
    ],
)
def test_what_cannot_be_true_is_named(changes: dict, says: str):
    with pytest.raises(BadInput) as told:
        small(**changes)

    assert says in told.value.tell()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('direction = "lower"', 'direction = "down"', "factor doctors: direction is one of"),
        ("high = 10", "high = 0", "factor crowding: low must lie below high"),
        ("reachable = 20", "", "action_en and reachable go together"),
        ("weight = 3", "weight = -1", "weight must be a number above 0"),
        ("weight = 3", 'wieght = "x"', "wieght means nothing here"),
        ('dimension = "coping"', 'dimension = "coping2"', "there is no dimension coping2"),
        ('"doctors <= 2"', '"nurses <= 2"', "nurses <= 2 is no rule"),
        ('form = "exponential"', 'form = "flat"', "form is one of"),
        ('id = "crowding"', 'id = "importation"', "factor importation: it is there twice"),
        ("[[kernel]]", "[[kernel", "it is not TOML"),
    ],
)
def test_a_wrong_model_is_refused_with_the_entry_and_the_reason(before: str, after: str, says: str):
    with pytest.raises(BadInput) as told:
        read_model(MODEL.replace(before, after), name="mine")

    assert says in told.value.tell()
    assert "Model mine" in told.value.tell()


def test_a_factor_that_never_varies_and_a_dimension_nobody_knows_are_told():
    with pytest.raises(BadInput) as flat:
        assess(small(values=np.column_stack([np.full(6, 3.0), np.full(6, 3.0)])),
               read_model(MODEL.replace("low = 0\nhigh = 10\n", ""), name="mine"))  # fmt: skip
    unknown = small().values.copy()
    unknown[:, 1] = np.nan
    with pytest.raises(BadInput) as gone:
        assess(small(values=unknown), model())

    assert "crowding is 3 everywhere" in flat.value.tell()
    assert "nothing is known of coping" in gone.value.tell()


def test_ranks_of_a_draw_are_those_of_a_stable_sort_ties_and_zeros_too():
    logs = np.round(np.random.default_rng(2).standard_normal((20, 300)), 1).astype(np.float32)

    order = np.argsort(-logs, axis=1, kind="stable")
    by_hand = np.empty(logs.shape, dtype=int)
    np.put_along_axis(by_hand, order, np.arange(1, 301)[None], axis=1)

    assert (_ranks(logs) == by_hand).all()
