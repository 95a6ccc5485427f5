"""What is each factor of a score worth, and where does the figure come from?"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


class Term(NamedTuple):
    """One term of a score: ``factor:what was seen``, its log-odds, and where they come from."""

    name: str
    before: float  # believed before any record was looked at
    sure: float  # how much that belief weighs against records: 1 / variance of the log-odds
    why: str


_ASSUMED = "assumed"
_BI = "Bi et al. (2020), doi:10.1016/S1473-3099(20)30287-5: odds ratio 6.3"
_HU = "Hu et al. (2021), doi:10.1093/cid/ciaa1057: 1.5 % against 0.3 % within three rows"
_NISHIURA = "Nishiura et al. (2020), doi:10.1101/2020.02.28.20029272: odds ratio 1 / 18.7"

# A belief is held with a standard deviation of 1 / sqrt(sure): 0.5 for a 4, 0.25 for a 16.
BELIEVED = (
    Term("any pair:", -2.0, 0.3, _ASSUMED),
    Term("place:private", 1.5, 4.0, _ASSUMED),
    Term("place:train", 0.0, 4.0, _ASSUMED),
    Term("place:plane", 0.0, 4.0, _ASSUMED),
    Term("place:coach", 0.0, 4.0, _ASSUMED),
    Term("place:car", 0.5, 4.0, _ASSUMED),
    Term("place:metro", -0.5, 4.0, _ASSUMED),
    Term("place:transport", -0.5, 4.0, _ASSUMED),
    Term("place:work", 0.5, 4.0, _ASSUMED),
    Term("place:school", 0.5, 4.0, _ASSUMED),
    Term("place:restaurant", 0.5, 4.0, _ASSUMED),
    Term("place:shop", -0.5, 4.0, _ASSUMED),
    Term("place:market", -0.5, 4.0, _ASSUMED),
    Term("place:hospital", -1.0, 4.0, "assumed: the ill go there because they are ill"),
    Term("place:outdoors", -2.0, 4.0, _ASSUMED),
    Term("place:other", -0.5, 4.0, _ASSUMED),
    Term("air:closed", 0.5, 8.0, _ASSUMED),
    Term("air:normal", 0.0, 8.0, "the reference"),
    Term("air:open", -2.9, 8.0, _NISHIURA),
    Term("overlap:sure", 1.0, 8.0, _ASSUMED),
    Term("overlap:possible", 0.5, 8.0, _ASSUMED),
    Term("overlap:missed", -0.3, 8.0, _ASSUMED),
    Term("overlap:near", -1.0, 8.0, _ASSUMED),
    Term("overlap:apart", -2.0, 8.0, _ASSUMED),
    Term("overlap:unknown", -0.5, 8.0, _ASSUMED),
    Term("together:came and left", 0.7, 8.0, "assumed: people who know each other move together"),
    Term("timing:onsets", 1.0, 16.0, "a likelihood ratio counts as what it is"),
    Term("rarity:company", -1.0, 20.0, "one of the n who were there: odds of 1 to n"),
    Term("certainty:visits", 1.0, 16.0, "odds fall as the chance that both visits took place"),
    Term("ties:same household", 1.8, 8.0, _BI),
    Term("ties:other household", 0.0, 8.0, _ASSUMED),
    Term("ties:same workplace", 0.5, 8.0, _ASSUMED),
    Term("ties:other workplace", 0.0, 8.0, _ASSUMED),
    Term("ties:same area", 0.3, 8.0, _ASSUMED),
    Term("ties:other area", -0.3, 8.0, _ASSUMED),
    Term("seats:same row", 1.5, 8.0, _HU),
    Term("seats:near rows", 0.0, 8.0, "the reference"),
    Term("seats:far rows", -1.0, 8.0, _ASSUMED),
    Term("seats:same carriage", 0.0, 8.0, _ASSUMED),
    Term("seats:other carriage", -2.0, 8.0, _ASSUMED),
    Term("repeats:further places", 1.0, 4.0, _ASSUMED),
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


PRIOR = Weights(np.array([term.before for term in BELIEVED]), "believed before any record")
CHINA_2020 = PRIOR
