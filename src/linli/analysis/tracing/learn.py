"""What do links that people have decided on teach about the worth of each factor?"""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.tracing.weights import BELIEVED, Weights
from linli.errors import N_, BadInput

MOST_STEPS = 50
CLOSE_ENOUGH = 1e-8
SURE_OF_LEVEL = 0.25  # places differ by a standard deviation of 2 in log-odds; assumed


def learn(
    terms: NDArray[np.float64],
    linked: NDArray[np.bool_],
    *,
    source: str,
    stratum: NDArray[np.int64] | None = None,
) -> Weights:
    """Fit the weights to decided pairs, pulled towards what is believed where records are few.

    Parameters
    ----------
    terms
        ``Candidates.terms`` of the decided pairs, shape (pairs, terms).
    linked
        Whether a person linked the pair.
    stratum
        Where each pair was decided on, such as a province. Some places write down every link and
        some write few; each stratum gets a level of its own, so that this teaches nothing.

    Notes
    -----
    Logistic regression with a normal prior on each weight (mean ``before``, precision ``sure`` of
    BELIEVED), its mode by Newton's method; the problem is convex.
    """
    if terms.ndim != 2 or terms.shape != (len(linked), len(BELIEVED)):
        raise BadInput(
            N_("terms needs shape (pairs, {terms}); got {shape}."),
            terms=len(BELIEVED),
            shape=str(terms.shape),
        )
    prior = np.array([term.before for term in BELIEVED])
    sure = np.array([term.sure for term in BELIEVED])
    if stratum is not None:
        levels = (stratum[:, None] == np.unique(stratum)).astype(float)
        terms = np.hstack([terms, levels])
        prior = np.append(prior, np.zeros(levels.shape[1]))
        sure = np.append(sure, np.full(levels.shape[1], SURE_OF_LEVEL))

    def cost(values: NDArray[np.float64]) -> float:
        odds = terms @ values
        surprise = np.sum(np.logaddexp(0, odds) - linked * odds)
        return float(surprise + sure @ (values - prior) ** 2 / 2)

    values, stands = prior.copy(), cost(prior)
    for _ in range(MOST_STEPS):
        expected = 1 / (1 + np.exp(-terms @ values))
        slope = terms.T @ (linked - expected) - sure * (values - prior)
        bend = (terms * (expected * (1 - expected))[:, None]).T @ terms + np.diag(sure)
        step = np.linalg.solve(bend, slope)
        while cost(values + step) > stands and np.abs(step).max() > CLOSE_ENOUGH:
            step = step / 2  # far from the mode a whole step may overshoot
        values = values + step
        stands = cost(values)
        if np.abs(step).max() <= CLOSE_ENOUGH:
            break
    return Weights(values[: len(BELIEVED)], source)
