"""Does the Bayesian nowcast find the truth it was made from? And what without its packages?"""

import importlib.util

import numpy as np
import pytest

from linli.analysis.epidemic import renewal
from linli.analysis.epidemic.intervals import discretised
from linli.analysis.epidemic.renewal import NoBayes, Sampling, renewal_nowcast
from linli.errors import BadInput

DELAYS = np.array([0.1, 0.25, 0.3, 0.2, 0.1, 0.05])
SERIAL = discretised(5.0, 2.0, 30)
bayes = pytest.mark.skipif(
    importlib.util.find_spec("numpyro") is None, reason="The extra linli[bayes] is not installed."
)


def made_up(r_early: float, r_late: float) -> tuple[np.ndarray, np.ndarray]:
    """All reports of an outbreak whose R changes after five weeks, and what its last day knew."""
    dice, n_days = np.random.default_rng(4), 56
    new = np.full(n_days, 8.0)
    for day in range(10, n_days):
        r = r_early if day < 35 else r_late
        new[day] = r * new[:day][::-1][:29] @ SERIAL[1 : min(day, 29) + 1]
    whole = dice.poisson(new[:, None] * DELAYS).astype(float)
    seen = whole.copy()
    seen[np.arange(n_days)[:, None] + np.arange(len(DELAYS)) > n_days - 1] = np.nan
    return whole, seen


@bayes
@pytest.mark.slow
def test_r_of_each_week_and_what_is_still_to_come_are_found_again():
    whole, seen = made_up(1.4, 0.7)

    found = renewal_nowcast(seen[None], SERIAL, sampling=Sampling(draws=150, warmup=200))

    truth = whole.sum(axis=1)[-5:]
    assert found.worst_r_hat < 1.1
    assert (found.now.quantiles[0, -5:, 0] <= truth).mean() >= 0.8
    assert (found.now.quantiles[0, -5:, -1] >= truth).mean() >= 0.8
    assert found.now.expected[0, -5:].sum() == pytest.approx(truth.sum(), rel=0.3)
    assert found.r[3, 0] < 1.4 < found.r[3, -1] + 0.2
    assert found.r[-1, 2] < 1


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    def lacking(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(renewal, "import_module", lacking)

    with pytest.raises(NoBayes, match=r"pip install 'linli\[bayes\]'"):
        renewal_nowcast(made_up(1.2, 1.0)[1][None], SERIAL)


def test_it_is_of_one_area():
    seen = made_up(1.2, 1.0)[1]

    with pytest.raises(BadInput, match="of one area; this has 2"):
        renewal_nowcast(np.stack([seen, seen]), SERIAL)
