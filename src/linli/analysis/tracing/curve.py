"""How good is a ranking? Precision at every recall, counted against links people decided on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


@dataclass(frozen=True)
class Curve:
    """Precision and recall after each pair of a ranking, the best first; ties share one point."""

    recall: NDArray[np.float64]
    precision: NDArray[np.float64]

    def precision_at(self, recall: float) -> float:
        """The best precision of any cut that reaches a recall; NaN where none does."""
        reached = self.precision[self.recall >= recall - 1e-12]
        return float(reached.max()) if len(reached) else float("nan")

    @property
    def average_precision(self) -> float:
        """The area below the curve, step by step."""
        return float(np.sum(np.diff(self.recall, prepend=0.0) * self.precision))


def curve(score: NDArray[np.float64], linked: NDArray[np.bool_], *, n_links: int) -> Curve:
    """Cut a ranking at every score.

    ``n_links``: all links that there are, those that no candidate covers included, so that recall
    is of the truth and not of what was proposed.
    """
    if not 0 < int(linked.sum()) <= n_links:
        raise BadInput(
            N_("{found} links found of {n}: there is no curve."), found=int(linked.sum()), n=n_links
        )
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(linked[order])
    last_of_tie = np.append(np.diff(score[order]) != 0, True)
    proposed = np.arange(1, len(score) + 1)
    return Curve(hits[last_of_tie] / n_links, (hits / proposed)[last_of_tie])
