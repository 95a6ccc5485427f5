"""Which pairs of people may have infected each other, and why does a pair stand where it does?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.tracing.course import COVID_2020, Course, Timing, timing
from linli.analysis.tracing.visits import (
    AIRS,
    KINDS,
    OVERLAPS,
    UNKNOWN,
    VEHICLES,
    Meetings,
    Overlap,
    Visits,
    meetings,
)
from linli.analysis.tracing.weights import CHINA_2020, FACTORS, TERMS, Weights, factor_of

TOGETHER_S = 3_600  # two who come, and leave, within this of each other move together; assumed
NEAR_ROWS = 3  # rows on either side: the definition of a close contact on a train or a flight

Put = Callable[[str, NDArray], None]


@dataclass(frozen=True)
class People:
    """What is known of each person, by number; days on the scale of the visits.

    ``onset_from``, ``onset_to``: earliest and latest day of onset, NaN where unknown or none.
    ``household``, ``workplace``, ``area``: numbers, UNKNOWN (-1) where nobody said.
    """

    onset_from: NDArray[np.float64]
    onset_to: NDArray[np.float64]
    household: NDArray[np.int64]
    workplace: NDArray[np.int64]
    area: NDArray[np.int64]


@dataclass(frozen=True)
class Factor:
    """One part of a score: what was seen, and the log-odds it is worth."""

    name: str
    seen: str
    log_odds: float


@dataclass(frozen=True)
class Candidates:
    """Pairs of people, the likeliest first; a person decides about each.

    ``terms``: how much of each term of TERMS a pair has, shape (pairs, terms). ``score``: log-odds,
    the sum over the terms. ``first_to_second``: the probability that, if one infected the other,
    it was the first. ``meeting``: the row of the meeting that counts most; ``n_places``: at how
    many places they met.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    score: NDArray[np.float64]
    first_to_second: NDArray[np.float64]
    meeting: NDArray[np.int64]
    n_places: NDArray[np.int64]
    terms: NDArray[np.float64]
    weights: Weights

    def __len__(self) -> int:
        return len(self.first)

    def factors(self, pair: int) -> list[Factor]:
        """Why a pair stands where it does: parts in log-odds that sum to its score."""
        worth = self.terms[pair] * self.weights.values
        found = []
        for name in FACTORS:
            of_factor = [i for i, term in enumerate(TERMS) if factor_of(term) == name]
            seen = [TERMS[i].partition(":")[2] for i in of_factor if self.terms[pair, i]]
            found.append(Factor(name, " + ".join(seen), float(worth[of_factor].sum())))
        return found

    @property
    def probability(self) -> NDArray[np.float64]:
        """The score as a probability, right on average where the weights were learnt."""
        return 1 / (1 + np.exp(-self.score))


def candidates(
    visits: Visits,
    people: People,
    *,
    weights: Weights = CHINA_2020,
    course: Course = COVID_2020,
    met: Meetings | None = None,
) -> Candidates:
    """Rank every pair that shares a place, by log-odds that a person would link the two.

    A pair takes the meeting that counts most, and something for each further place. Nothing here
    decides: a low score is a question for later, not a contact ruled out.
    """
    met = meetings(visits) if met is None else met
    fits = timing(
        (met.from_day, met.to_day),
        (people.onset_from[met.first], people.onset_to[met.first]),
        (people.onset_from[met.second], people.onset_to[met.second]),
        course=course,
    )
    terms = _terms(visits, people, met, fits)
    strength = terms @ weights.values
    order = np.lexsort((-strength, met.second, met.first))
    pair = np.stack([met.first[order], met.second[order]])
    is_best = np.ones(len(order), dtype=bool)
    is_best[1:] = (pair[:, 1:] != pair[:, :-1]).any(axis=0)
    best = order[is_best]
    n_places = _places_of(visits, met, order, is_best)
    terms = terms[best]
    terms[:, TERMS.index("repeats:further places")] = np.log(n_places)
    score = terms @ weights.values
    ranked = np.argsort(-score, kind="stable")
    return Candidates(
        first=met.first[best][ranked],
        second=met.second[best][ranked],
        score=score[ranked],
        first_to_second=fits.first_to_second[best][ranked],
        meeting=best[ranked],
        n_places=n_places[ranked],
        terms=terms[ranked],
        weights=weights,
    )


def _terms(visits: Visits, people: People, met: Meetings, fits: Timing) -> NDArray[np.float64]:
    """How much of each term every meeting has, shape (meetings, terms)."""
    terms = np.zeros((len(met), len(TERMS)))

    def put(name: str, amount: NDArray) -> None:
        terms[:, TERMS.index(name)] = amount

    put("any pair:", np.ones(len(met)))
    _put_each(put, "place", KINDS, visits.kind[met.one])
    _put_each(put, "air", AIRS, np.maximum(visits.air[met.one], visits.air[met.other]))
    _put_each(put, "overlap", OVERLAPS, met.overlap)
    sure = met.overlap == OVERLAPS.index(Overlap.SURE)
    put("overlap:possible", sure | (met.overlap == OVERLAPS.index(Overlap.POSSIBLE)))
    put("together:came and left", _moved_together(visits, met))
    put("timing:onsets", fits.log_ratio)
    put("rarity:company", np.log(np.maximum(met.company, 2) / 2))
    put("certainty:visits", np.log(visits.certainty[met.one] * visits.certainty[met.other]))
    for name, tie in (
        ("household", people.household), ("workplace", people.workplace), ("area", people.area)
    ):  # fmt: skip
        known = (tie[met.first] != UNKNOWN) & (tie[met.second] != UNKNOWN)
        same = tie[met.first] == tie[met.second]
        put(f"ties:same {name}", known & same)
        put(f"ties:other {name}", known & ~same)
    _put_seats(put, visits, met)
    return terms


def _put_each(put: Put, factor: str, names: Sequence[str], code: NDArray[np.int64]) -> None:
    for i, name in enumerate(names):
        put(f"{factor}:{name}", code == i)


def _moved_together(visits: Visits, met: Meetings) -> NDArray[np.bool_]:
    """Whether two came at the same stated time, and left so or have no stated end.

    On a vehicle everybody does, and it says nothing.
    """
    came = np.abs(visits.start_s[met.one] - visits.start_s[met.other]) <= TOGETHER_S
    left = np.abs(visits.end_s[met.one] - visits.end_s[met.other]) <= TOGETHER_S
    unsaid = np.isnan(visits.end_s[met.one]) & np.isnan(visits.end_s[met.other])
    vehicle = np.isin(visits.kind[met.one], [KINDS.index(kind) for kind in VEHICLES])
    return came & (left | unsaid) & ~vehicle


def _put_seats(put: Put, visits: Visits, met: Meetings) -> None:
    """How near two seats are; nothing where one of them is unknown."""
    carriage = visits.carriage[met.one], visits.carriage[met.other]
    row = visits.row[met.one], visits.row[met.other]
    seated = (carriage[0] != UNKNOWN) & (carriage[1] != UNKNOWN)
    together = seated & (carriage[0] == carriage[1])
    rows_known = together & (row[0] != UNKNOWN) & (row[1] != UNKNOWN)
    between = np.abs(row[0] - row[1])
    put("seats:same row", rows_known & (between == 0))
    put("seats:near rows", rows_known & (between > 0) & (between <= NEAR_ROWS))
    put("seats:far rows", rows_known & (between > NEAR_ROWS))
    put("seats:same carriage", together & ~rows_known)
    put("seats:other carriage", seated & ~together)


def _places_of(
    visits: Visits, met: Meetings, order: NDArray[np.int64], is_best: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """At how many places each pair met, pairs in the order of their best meetings."""
    pair = np.cumsum(is_best) - 1
    place = visits.place[met.one[order]]
    pairs, n = np.unique(np.unique(np.stack([pair, place]), axis=1)[0], return_counts=True)
    found = np.zeros(int(is_best.sum()), dtype=np.int64)
    found[pairs] = n
    return found
