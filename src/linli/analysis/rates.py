"""How sure is a share? A rate with its interval, and silence where there is too little."""

from dataclasses import dataclass
from math import sqrt

from linli.errors import N_, BadInput

Z_95 = 1.959964  # standard normal quantile for a two-sided 95 % interval
LEAST_N = 10  # fewer than this and a rate says nothing; assumed


@dataclass(frozen=True)
class Rate:
    """A share of ``n`` with its 95 % interval; ``share`` is None where ``n`` is too small."""

    successes: int
    n: int
    share: float | None
    low: float | None
    high: float | None


def rate(successes: int, n: int, *, least_n: int = LEAST_N) -> Rate:
    """The share of successes with its Wilson score interval.

    Parameters
    ----------
    successes, n
        Counts, 0 <= successes <= n.
    least_n
        Below this many the share and interval are withheld (None).

    Raises
    ------
    BadInput
        If the counts are negative or there are more successes than n.

    Source
    ------
    Wilson (1927), doi:10.1080/01621459.1927.10502953, without continuity correction.
    """
    if not 0 <= successes <= n:
        raise BadInput(N_("{successes} of {n} is no share."), successes=successes, n=n)
    if n < max(1, least_n):
        return Rate(successes, n, None, None, None)
    share = successes / n
    z2 = Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return Rate(successes, n, share, max(0.0, centre - half), min(1.0, centre + half))
