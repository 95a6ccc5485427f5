"""Does the scan find neighbours with too many cases, and nothing where there is nothing?"""

import numpy as np
import pytest

from linli.analysis.warning.scan import scan
from linli.errors import BadInput

GRID = np.array([[x, y] for x in range(8) for y in range(8)], dtype=float) * 100


def quiet(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(0.3, (64, 30)).astype(float)


@pytest.mark.parametrize("people", [None, np.full(64, 500.0)])
def test_three_neighbours_with_a_new_cluster_are_found(people):
    counts = quiet()
    counts[[27, 28, 35], -3:] += 2

    best = scan(counts, GRID, np.random.default_rng(2), people=people, permutations=99)[0]

    assert {27, 28, 35} <= set(best.places)
    assert len(best.places) <= 6
    assert (best.first_day, best.p) == (27, 0.01)
    assert best.cases > 2 * best.expected


def test_where_nothing_is_unusual_p_is_evenly_spread():
    p = [scan(quiet(seed), GRID, np.random.default_rng(seed), permutations=39)[0].p
         for seed in range(24)]  # fmt: skip

    assert 0.3 < np.mean(p) < 0.7
    assert np.mean(np.array(p) <= 0.1) <= 0.25


def test_the_ratio_is_that_of_the_definition():
    counts = np.zeros((2, 10))
    counts[0] = 1
    counts[1, :9], counts[1, 9] = 1, 8
    points = np.array([[0.0, 0.0], [1e6, 0.0]])

    found = scan(counts, points, np.random.default_rng(1), people=np.ones(2), permutations=19,
                 most_places=1)  # fmt: skip

    cases, expected, total = 8.0, 27 / 20, 27.0
    by_hand = cases * np.log(cases / expected)
    by_hand += (total - cases) * np.log((total - cases) / (total - expected))
    assert found[0].ratio == pytest.approx(by_hand)
    assert (found[0].places, found[0].first_day) == ((1,), 9)


def test_a_circle_does_not_reach_beyond_its_distance():
    counts = quiet()
    counts[[0, 63], -2:] += 5

    found = scan(counts, GRID, np.random.default_rng(1), permutations=19, most_distance=150)

    assert 0 in {place for one in found[:2] for place in one.places}
    for one in found:
        apart = np.linalg.norm(GRID[list(one.places)] - GRID[one.places[0]], axis=1)
        assert apart.max() <= 150


def test_no_case_is_no_cluster():
    assert scan(np.zeros((4, 9)), GRID[:4], np.random.default_rng(1)) == []


@pytest.mark.parametrize(
    ("counts", "points", "people", "sentence"),
    [
        (np.full((4, 5), 0.5), GRID[:4], None, "takes whole counts"),
        (np.ones((4, 5)), GRID[:3], None, "needs a point"),
        (np.ones((4, 5)), GRID[:4], np.array([1.0, 0, 1, 1]), "Area 2 has no people"),
        (np.ones((1, 5)), GRID[:1], None, "two places or more"),
    ],
)
def test_what_cannot_be_scanned_is_told(counts, points, people, sentence):
    with pytest.raises(BadInput, match=sentence):
        scan(counts, points, np.random.default_rng(1), people=people)
