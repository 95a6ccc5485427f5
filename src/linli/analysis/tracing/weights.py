"""What is each factor of a score worth, and where does the figure come from?"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


class Term(NamedTuple):
    """One term of a score: ``factor:what was seen``, its log-odds, and where they come from."""

    name: str
    before: float  # believed before any link was looked at
    sure: float  # how much that belief weighs against records: 1 / variance of the log-odds
    learnt: float  # from the notices of 2020, see CHINA_2020; as before where they say nothing
    why: str  # where the belief comes from


_ASSUMED = "assumed"
_BI = "Bi et al. (2020), doi:10.1016/S1473-3099(20)30287-5: odds ratio 6.3"
_HU = "Hu et al. (2021), doi:10.1093/cid/ciaa1057: 1.5 % against 0.3 % within three rows"
_NISHIURA = "Nishiura et al. (2020), doi:10.1101/2020.02.28.20029272: odds ratio 1 / 18.7"

# A belief is held with a standard deviation of 1 / sqrt(sure): 0.5 for a 4, 0.25 for a 16.
BELIEVED = (
    Term("any pair:", -2.0, 0.3, -1.09, _ASSUMED),
    Term("place:private", 1.5, 4.0, 0.38, _ASSUMED),
    Term("place:train", 0.0, 4.0, 0.32, _ASSUMED),
    Term("place:plane", 0.0, 4.0, 0.39, _ASSUMED),
    Term("place:coach", 0.0, 4.0, 0.0, _ASSUMED),
    Term("place:car", 0.5, 4.0, 0.5, _ASSUMED),
    Term("place:metro", -0.5, 4.0, -0.5, _ASSUMED),
    Term("place:transport", -0.5, 4.0, -0.53, _ASSUMED),
    Term("place:work", 0.5, 4.0, 0.53, _ASSUMED),
    Term("place:school", 0.5, 4.0, 0.5, _ASSUMED),
    Term("place:restaurant", 0.5, 4.0, 0.49, _ASSUMED),
    Term("place:shop", -0.5, 4.0, -0.47, _ASSUMED),
    Term("place:market", -0.5, 4.0, -0.28, _ASSUMED),
    Term("place:hospital", -1.0, 4.0, -0.77, "assumed: the ill go there because they are ill"),
    Term("place:outdoors", -2.0, 4.0, -2.0, _ASSUMED),
    Term("place:other", -0.5, 4.0, -0.5, _ASSUMED),
    Term("air:closed", 0.5, 8.0, 0.5, _ASSUMED),
    Term("air:normal", 0.0, 8.0, 0.0, "the reference"),
    Term("air:open", -2.9, 8.0, -2.9, _NISHIURA),
    Term("overlap:possible", 0.5, 8.0, -0.05, _ASSUMED),
    Term("overlap:sure", 0.3, 100.0, 0.17, "assumed, and firmly: more than possible, on top of it"),
    Term("overlap:missed", -0.3, 8.0, -0.31, _ASSUMED),
    Term("overlap:near", -1.0, 8.0, -0.91, _ASSUMED),
    Term("overlap:apart", -2.0, 8.0, -1.62, _ASSUMED),
    Term("overlap:unknown", -0.5, 8.0, -0.38, _ASSUMED),
    Term(
        "together:came and left",
        0.7,
        8.0,
        0.67,
        "assumed: people who know each other move together",
    ),
    Term("timing:onsets", 1.0, 16.0, 0.4, "a likelihood ratio counts as what it is"),
    Term("rarity:company", -1.0, 20.0, -0.84, "one of the n who were there: odds of 1 to n"),
    Term("certainty:visits", 1.0, 16.0, 1.0, "odds fall as the chance that both visits took place"),
    Term("ties:same household", 1.8, 8.0, 1.8, _BI),
    Term("ties:other household", 0.0, 8.0, 0.0, _ASSUMED),
    Term("ties:same workplace", 0.5, 8.0, 0.5, _ASSUMED),
    Term("ties:other workplace", 0.0, 8.0, 0.0, _ASSUMED),
    Term("ties:same area", 0.3, 8.0, 1.12, _ASSUMED),
    Term("ties:other area", -0.3, 8.0, -0.68, _ASSUMED),
    Term("seats:same row", 1.5, 8.0, 1.5, _HU),
    Term("seats:near rows", 0.0, 8.0, 0.0, "the reference"),
    Term("seats:far rows", -1.0, 8.0, -1.0, _ASSUMED),
    Term("seats:same carriage", 0.0, 8.0, 0.0, _ASSUMED),
    Term("seats:other carriage", -2.0, 8.0, -2.0, _ASSUMED),
    Term("repeats:further places", 1.0, 4.0, 1.1, _ASSUMED),
)
TERMS = tuple(term.name for term in BELIEVED)


def factor_of(term: str) -> str:
    """The factor a term belongs to: place, air, overlap, ..."""
    return term.partition(":")[0]


FACTORS = tuple(dict.fromkeys(factor_of(term) for term in TERMS))


@dataclass(frozen=True)
class Weights:
    """What every term is worth, log-odds in the order of TERMS, and the source of the whole."""

    values: NDArray[np.float64]
    source: str

    def __post_init__(self) -> None:
        if len(self.values) != len(TERMS):
            raise BadInput(
                N_("Weights need {wanted} values, one a term; got {given}."),
                wanted=len(TERMS),
                given=len(self.values),
            )

    def of(self, term: str) -> float:
        """The log-odds of one term."""
        return float(self.values[TERMS.index(term)])


PRIOR = Weights(np.array([term.before for term in BELIEVED]), "believed before any link")
CHINA_2020 = Weights(
    np.array([term.learnt for term in BELIEVED]),
    "learnt from 179 links among 1,557 pairs in the public case notices of twelve provinces and "
    "regions of China, January to March 2020; `python -m benchmarks tracing` does it again",
)
