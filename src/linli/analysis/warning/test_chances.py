"""Of many warnings few are false, and a rise is told once, where it is."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from linli.analysis.warning.chances import adjusted, chances, explained
from linli.analysis.warning.detect import Method, detect
from linli.errors import BadInput


def test_ears_has_the_chance_of_one_more_day_of_a_small_sample() -> None:
    quiet = [2, 3, 2, 3, 2, 3, 2]  # mean 17/7, spread 0.5345

    found = detect(np.array([[*quiet, 2, 3, 5]]), Method.C2)

    # (5 - 2.4286) / (0.5345 x sqrt(8/7)) = 4.5 spreads; Student's t with 6 degrees
    assert chances(found)[0, 0] == pytest.approx(0.00206, abs=1e-5)


def test_a_method_without_a_chance_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="cusum tells no chance"):
        chances(detect(np.ones((1, 30)), Method.CUSUM))


def test_a_thousand_quiet_series_seldom_warn_and_an_outbreak_among_them_does() -> None:
    dice = np.random.default_rng(7)
    nights = 40
    n_loud = 0
    for _ in range(nights):
        quiet = dice.poisson(0.8, (1000, 15))
        quiet[0, -1] = 12
        p = chances(detect(quiet, Method.BAYES, half_window=14))[:, 0]
        believed = adjusted(p, ["grid"] * len(p)) <= 0.05
        assert believed[0]
        n_loud += int(believed[1:].any())

    assert n_loud <= 0.05 * nights + 3 * np.sqrt(0.05 * nights)  # three spreads above 5 %


def test_families_are_weighed_apart() -> None:
    p = np.array([0.004, np.nan, *[0.5] * 98])

    told = adjusted(p, ["district", "district", *["grid"] * 98])

    assert told[0] == 0.004
    assert np.isnan(told[1])
    assert adjusted(p, ["one"] * 100)[0] > 0.05


@settings(max_examples=25, deadline=None)
@given(arrays(np.float64, 12, elements=st.floats(0, 1)), st.permutations(range(12)))
def test_the_order_of_series_changes_nothing(p, order) -> None:
    family = ["a", "b"] * 6

    told = adjusted(p, family)[order]

    assert np.allclose(adjusted(p[order], [family[n] for n in order]), told)


def nested(*paths: str) -> np.ndarray:
    """Which area lies in which, by their paths."""
    return np.array([[a != b and b.startswith(a) for b in paths] for a in paths])


def test_a_rise_in_one_grid_is_told_there_and_not_four_times() -> None:
    inside = nested("1", "12", "123", "1234")

    assert explained(inside, np.array([9.0, 9, 8, 8]), share=0.5) == [3, 3, 3, None]


def test_a_rise_all_over_a_district_stands_for_itself_beside_its_worst_street() -> None:
    inside = nested("1", "12", "13")

    assert explained(inside, np.array([40.0, 8, 6]), share=0.5) == [None, None, None]
    assert explained(inside, np.array([40.0, 8, 13]), share=0.5) == [2, None, None]
