"""Which choice moves the result most? Sobol indices from scrambled quasi-random points."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput

N_BOOTSTRAP = 200  # resamples of an interval; assumed
WIDE = 0.2  # an interval wider than this has not converged; assumed


@dataclass(frozen=True)
class Indices:
    """First-order and total indices, shape (factors, outputs), with 95 % intervals."""

    first: NDArray[np.float64]
    total: NDArray[np.float64]
    first_interval: NDArray[np.float64]  # (2, factors, outputs)
    total_interval: NDArray[np.float64]
    warnings: tuple[str, ...]


def points(n: int, d: int, *, seed: int) -> NDArray[np.float64]:
    """Scrambled Sobol points in the unit cube, shape (n, d). Owen (1998) as in SciPy."""
    from scipy.stats import qmc

    if n < 2 or d < 1:
        raise BadInput(N_("Sensitivity needs at least two points and one factor."))
    with np.errstate(all="ignore"):
        sampler = qmc.Sobol(d, scramble=True, rng=np.random.default_rng(seed))
        return sampler.random_base2(int(np.ceil(np.log2(n))))[:n]


def design(n: int, d: int, *, seed: int) -> NDArray[np.float64]:
    """Points A, B, A with one column of B each, B with one of A each: shape (2 d + 2, n, d)."""
    both = points(n, 2 * d, seed=seed)
    a, b = both[:, :d], both[:, d:]
    whole = np.concatenate([np.repeat(a[None], d + 2, axis=0), np.repeat(b[None], d, axis=0)])
    whole[1] = b
    for factor in range(d):
        whole[factor + 2, :, factor] = b[:, factor]
        whole[factor + 2 + d, :, factor] = a[:, factor]
    return whole


def indices(outputs: NDArray[np.float64], *, seed: int) -> Indices:
    """Indices from the outputs at the design's points.

    Parameters
    ----------
    outputs
        Shape (2 d + 2, n, outputs).

    Source
    ------
    First order by Azzini and Rosati (2021), doi:10.1016/j.envsoft.2021.105167, whose error on
    Ishigami is a fifth of that of Saltelli et al. (2010); total by Jansen, as in Saltelli et al.,
    doi:10.1016/j.cpc.2009.09.018. Bootstrap over points.
    """
    d = (len(outputs) - 2) // 2
    a, b, a_with_b, b_with_a = outputs[0], outputs[1], outputs[2 : d + 2], outputs[d + 2 :]
    centre = np.concatenate([a, b]).mean(axis=0)
    draws = _draws(len(a), seed=seed)
    variance = draws @ (0.5 * ((a - centre) ** 2 + (b - centre) ** 2))
    s1, st = np.zeros((len(draws), d, a.shape[1])), np.zeros((len(draws), d, a.shape[1]))
    for k in range(d):
        joint = draws @ (2 * (b_with_a[k] - b) * (a - a_with_b[k]))
        whole = draws @ ((a - b) ** 2 + (b_with_a[k] - a_with_b[k]) ** 2)
        s1[:, k] = _ratio(joint, whole)
        st[:, k] = _ratio(draws @ (0.5 * (a - a_with_b[k]) ** 2), variance)
    low_high = [np.quantile(s[1:], (0.025, 0.975), axis=0) for s in (s1, st)]
    return Indices(s1[0], st[0], low_high[0], low_high[1], _warnings(s1[0], *low_high))


def sobol(
    model: Callable[[NDArray[np.float64]], NDArray[np.float64]], *, n: int, d: int, seed: int
) -> Indices:
    """Indices of any model of points (m, d) that answers (m,) or (m, outputs)."""
    at = design(n, d, seed=seed)
    told = model(at.reshape(-1, d))
    return indices(told.reshape(2 * d + 2, n, -1), seed=seed)


def _draws(n: int, *, seed: int) -> NDArray[np.float64]:
    """How often each point counts: once each in the first row, as the dice fall in the others."""
    even = np.full(n, 1 / n)
    drawn = np.random.default_rng(seed).multinomial(n, even, size=N_BOOTSTRAP) / n
    return np.vstack([even, drawn])


def _ratio(part: NDArray, whole: NDArray) -> NDArray[np.float64]:
    """A share of a variance; an output that never moves is moved by nothing."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def _warnings(first: NDArray, first_interval: NDArray, total_interval: NDArray) -> tuple[str, ...]:
    said = []
    for factor, value in enumerate(first[:, 0]):
        if not -0.01 <= value <= 1.01:
            said.append(f"factor {factor}: S1 is {value:.2f}, outside 0 to 1; take more points")
        for name, interval in (("S1", first_interval), ("ST", total_interval)):
            width = interval[1, factor, 0] - interval[0, factor, 0]
            if width > WIDE:
                said.append(f"factor {factor}: interval of {name} is {width:.2f} wide; take more")
    return tuple(said)
