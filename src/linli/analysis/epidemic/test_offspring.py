"""Are R and k those of publications, and honest where records say little?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.epidemic.offspring import offspring
from linli.errors import BadInput

# Ebola in Conakry, Guinea, February to August 2014: how many each of 152 cases infected.
# Counts of Faye et al. (2015), doi:10.1016/S1473-3099(14)71075-8; the other 109 infected nobody.
CONAKRY = [1, 2, 2, 5, 14, 1, 4, 4, 1, 3, 3, 8, 2, 1, 1, 4, 9, 9, 1, 1, 17, 2, 1, 1, 1, 4, 3, 3,
           4, 2, 5, 1, 2, 2, 1, 9, 1, 3, 1, 2, 1, 1, 2]  # fmt: skip


def test_ebola_in_conakry_spreads_as_published():
    """Althaus (2015), doi:10.1016/S1473-3099(15)70135-0: R 0.95, k 0.18 (0.10 to 0.26)."""
    found = offspring(np.array(CONAKRY + [0] * (152 - len(CONAKRY))))

    assert found.r.value == pytest.approx(0.95, abs=0.005)
    assert found.k.value == pytest.approx(0.18, abs=0.005)
    assert found.k.low == pytest.approx(0.10, abs=0.02)
    assert found.k.high == pytest.approx(0.26, abs=0.02)


def test_leaving_out_those_who_infected_nobody_makes_spread_look_even():
    assert offspring(np.array(CONAKRY)).k.value > 5 * 0.18


def test_made_up_offspring_are_found_again():
    counts = np.random.default_rng(3).negative_binomial(0.4, 0.4 / 2.4, 4_000)

    found = offspring(counts)

    falling = np.sort(counts)[::-1]
    share = (np.searchsorted(np.cumsum(falling), 0.8 * counts.sum()) + 1) / len(counts)
    assert found.r.low < 2.0 < found.r.high
    assert found.share_of_cases_behind(0.8) == pytest.approx(share, abs=0.01)
    assert found.mass(np.arange(400)).sum() == pytest.approx(1)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    dice = np.random.default_rng(4)
    fits = [offspring(dice.negative_binomial(0.5, 0.5 / 2.0, 150)) for _ in range(120)]

    covered = np.mean([fit.k.low < 0.5 < fit.k.high for fit in fits])

    assert 0.89 < covered < 0.99


def test_an_even_spread_has_no_upper_end_of_k():
    found = offspring(np.array([1, 1, 1, 2, 1, 0, 1]))

    assert np.isinf(found.k.value)
    assert np.isinf(found.k.high)
    assert found.k.low > 0.5


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60).filter(any))
def test_the_interval_holds_the_estimate_whatever_the_counts(counts):
    found = offspring(np.array(counts))

    assert found.r.low <= found.r.value <= found.r.high
    assert found.k.low <= found.k.value <= found.k.high
    assert 0 < found.share_of_cases_behind(0.8) <= 1


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([0, 0], "None of 2 cases infected anybody"),
        ([-1, 2], "numbers from 0 up"),
        ([], "numbers from 0 up"),
        ([np.nan, 1], "numbers from 0 up"),
    ],
)
def test_counts_that_cannot_be_fitted_are_told(counts, sentence):
    with pytest.raises(BadInput, match=sentence):
        offspring(np.array(counts, dtype=float))
