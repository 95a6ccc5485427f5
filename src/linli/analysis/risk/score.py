"""How risky is each community, and why? A product of four means, split again into its factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linli.analysis.risk.communities import Communities, Floats
from linli.analysis.risk.importation import Sources, importation
from linli.analysis.risk.model import IMPORTATION, Factor, Flag, Model
from linli.errors import N_, BadInput

LEAST, MOST = 0.05, 1.0  # of a factor: a product must not vanish because one factor is at its best
LOW_SHARE, HIGH_SHARE = 0.05, 0.95  # percentiles that stand for low and high where none are given
TEN = 10.0


class NothingVaries(BadInput):
    """A factor is the same everywhere, so its low and high cannot be taken from the data."""

    code = "nothing_varies"
    sentence = N_("{factor} is {value} everywhere. Give its low and high in the model, or leave it "
                  "out.")  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One thing that could be done in a community, and what the score would become."""

    factor: str
    before: float
    after: float
    score: float
    enough: bool  # it alone takes the community off the list


@dataclass(frozen=True)
class Risk:
    """Scores from 0 to 10, higher being riskier, with everything they are made of.

    ``scaled``: (n, factors) from 0.05 to 1, NaN where missing. ``means``: (n, dimensions).
    ``score``: (n,); NaN where a dimension is not known at all. ``goalposts``: (factors, 2).
    """

    model: Model
    communities: Communities
    phase: str
    raw: Floats
    scaled: Floats
    means: Floats
    score: Floats
    goalposts: Floats

    @cached_property
    def ranked(self) -> NDArray[np.int64]:
        """Communities with a score, the riskiest first; ties by id."""
        known = np.flatnonzero(~np.isnan(self.score))
        order = sorted(known, key=lambda at: (-self.score[at], self.communities.ids[at]))
        return np.array(order, dtype=np.int64)

    def top(self, k: int) -> NDArray[np.int64]:
        """The k riskiest; raises BadInput when there are fewer."""
        if not 1 <= k <= len(self.ranked):
            raise BadInput(
                N_("A list of {k} cannot be made of {n} communities with a score."),
                k=k,
                n=len(self.ranked),
            )
        return self.ranked[:k]

    def unknown(self) -> dict[str, list[str]]:
        """Communities without a score, each with the dimensions of which nothing is known."""
        gaps = np.isnan(self.means)
        return {
            self.communities.ids[at]: [
                d.id for d, gap in zip(self.model.dimensions, gaps[at], strict=True) if gap
            ]
            for at in np.flatnonzero(gaps.any(axis=1))
        }

    @cached_property
    def parts(self) -> Floats:
        """What each factor adds, (n, factors), in logarithms of the score against the middle.

        The middle is a made-up community with the median of every factor. A row sums to
        ln(score / score of the middle) exactly: each dimension's logarithm is shared out by
        logarithmic means (LMDI; Ang 2004, Energy Policy 32:1131).
        """
        out = np.full_like(self.scaled, np.nan)
        rows = ~np.isnan(self.score)
        scaled = self.scaled[rows]
        weights = dimension_weights(self.model)
        for d, dimension in enumerate(self.model.dimensions):
            at = self.model.of(dimension.id)
            shares = _shares(self.model, at, ~np.isnan(scaled[:, at]))
            apart = np.where(shares > 0, scaled[:, at] - self.middle[at], 0.0)
            reference = shares @ self.middle[at]
            log_mean = _log_mean(reference + np.sum(shares * apart, axis=1), reference)
            drift = np.log(reference / self._middle_mean(at))  # where factors are missing
            share = weights[d] * shares * (apart / log_mean[:, None] + drift[:, None])
            out[np.ix_(rows, np.array(at))] = share
        return out

    @cached_property
    def middle(self) -> Floats:
        """The median of every factor on its scale, (factors,); 0 where none is known."""
        known = ~np.all(np.isnan(self.scaled), axis=0)
        found = np.zeros(len(known))
        found[known] = np.nanmedian(self.scaled[:, known], axis=0)
        return found

    def middle_score(self) -> float:
        """The score of the made-up community in the middle."""
        means = [self._middle_mean(self.model.of(d.id)) for d in self.model.dimensions]
        return float(TEN * np.exp(np.log(means) @ dimension_weights(self.model)))

    def _middle_mean(self, at: Sequence[int]) -> float:
        shares = _shares(self.model, at, (self.middle[at] > 0)[None])[0]
        return float(shares @ self.middle[at])

    def actions(self, at: int, *, k: int) -> list[Action]:
        """What could be done in a community of the list, the most helpful first.

        Everything else stays as it is, the other communities too.
        """
        last = self.score[self.top(k)[-1]]
        after_list = self.ranked[k] if k < len(self.ranked) else None
        bar = self.score[after_list] if after_list is not None else last
        found = []
        for n, factor in enumerate(self.model.factors):
            if factor.reachable is None or np.isnan(self.raw[at, n]):
                continue
            better = scale(np.array([factor.reachable]), factor, self.goalposts[n])[0]
            if better >= self.scaled[at, n]:
                continue
            row = self.scaled[at].copy()
            row[n] = better
            score = float(combined(self.model, row[None])[1][0])
            found.append(Action(factor.id, float(self.raw[at, n]), factor.reachable, score,
                                enough=score < bar))  # fmt: skip
        return sorted(found, key=lambda one: one.score)

    def way_off(self, at: int, *, k: int) -> list[Action]:
        """The fewest actions, taken one after another, that lead off the list; empty: none do."""
        after_list = self.ranked[k] if k < len(self.ranked) else None
        if after_list is None:
            return []
        row, taken = self.scaled[at].copy(), []
        for one in self.actions(at, k=k):
            n = [f.id for f in self.model.factors].index(one.factor)
            factor = self.model.factors[n]
            row[n] = scale(np.array([one.after]), factor, self.goalposts[n])[0]
            score = float(combined(self.model, row[None])[1][0])
            taken.append(Action(one.factor, one.before, one.after, score,
                                enough=score < self.score[after_list]))  # fmt: skip
            if taken[-1].enough:
                return taken
        return []

    def flags(self) -> dict[str, NDArray[np.bool_]]:
        """Which communities are of which type; a missing value is never a match."""
        return {flag.id: self._flagged(flag) for flag in self.model.flags}

    def _flagged(self, flag: Flag) -> NDArray[np.bool_]:
        holds = [rule.holds(self._raw(rule.column)) for rule in flag.rules]
        return np.logical_and.reduce(holds)

    def _raw(self, factor: str) -> Floats:
        ids = [f.id for f in self.model.factors]
        return self.raw[:, ids.index(factor)] if factor in ids else self.communities.column(factor)


def assess(
    communities: Communities,
    model: Model,
    *,
    sources: Sources | None = None,
    phase: str = "first",
    stretch: float = 1.0,
) -> Risk:
    """Score communities by a model: 10 x product of (weighted mean of a dimension)^weight.

    A factor that is missing is left out of its mean and the others take its weight; a dimension of
    which nothing is known leaves the community without a score, which is told, not filled.

    Raises
    ------
    BadInput
        For an unknown phase, and when no community can be scored.
    NothingVaries
        When a factor without goalposts is the same everywhere.
    """
    raw = np.column_stack([communities.column(factor.id) for factor in model.factors])
    if sources is not None and IMPORTATION in [f.id for f in model.factors]:
        n = [f.id for f in model.factors].index(IMPORTATION)
        raw[:, n] = importation(communities, sources, model.kernel(phase), stretch=stretch)
    else:
        model.kernel(phase)
    goalposts = np.array([_goalposts(raw[:, n], f) for n, f in enumerate(model.factors)])
    scaled = np.column_stack(
        [scale(raw[:, n], f, goalposts[n]) for n, f in enumerate(model.factors)]
    )
    means, score = combined(model, scaled)
    if np.isnan(score).all():
        lacking = [d.id for d, gap in zip(model.dimensions, np.all(np.isnan(means), axis=0),
                                          strict=True) if gap]  # fmt: skip
        raise BadInput(
            N_("No community can be scored: nothing is known of {lacking}. Give one of its "
               "factors."),
            lacking=", ".join(lacking) or "some dimension",
        )  # fmt: skip
    return Risk(model, communities, phase, raw, scaled, means, score, goalposts)


def scale(values: Floats, factor: Factor, goalposts: Floats) -> Floats:
    """A factor from its own unit to 0.05 ... 1, 1 being risky."""
    low, high = goalposts
    if np.isnan(low):
        return np.full(len(values), np.nan)
    share = np.clip((_shown(values, factor) - low) / (high - low), 0.0, 1.0)
    if not factor.higher:
        share = 1.0 - share
    return LEAST + (MOST - LEAST) * share


def combined(model: Model, scaled: Floats) -> tuple[Floats, Floats]:
    """The mean of each dimension, (n, dimensions), and the score, (n,)."""
    means = np.full((len(scaled), len(model.dimensions)), np.nan)
    for d, dimension in enumerate(model.dimensions):
        at = model.of(dimension.id)
        there = ~np.isnan(scaled[:, at])
        shares = _shares(model, at, there)
        mean = np.sum(np.where(there, scaled[:, at], 0.0) * shares, axis=1)
        means[:, d] = np.where(there.any(axis=1), mean, np.nan)
    return means, TEN * np.exp(np.log(means) @ dimension_weights(model))


def dimension_weights(model: Model) -> Floats:
    """Weights of the dimensions, adding up to 1."""
    weights = np.array([d.weight for d in model.dimensions])
    return weights / weights.sum()


def _shares(model: Model, at: Sequence[int], there: NDArray[np.bool_]) -> Floats:
    """Weights within a dimension, (n, factors of it), of what is known."""
    weights = np.where(there, np.array([model.factors[n].weight for n in at]), 0.0)
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _goalposts(values: Floats, factor: Factor) -> tuple[float, float]:
    shown = _shown(values, factor)
    shown = shown[~np.isnan(shown)]
    if not len(shown):
        return np.nan, np.nan
    ends = _shown(np.array([factor.low or 0.0, factor.high or 0.0]), factor)
    low = ends[0] if factor.low is not None else np.quantile(shown, LOW_SHARE)
    high = ends[1] if factor.high is not None else np.quantile(shown, HIGH_SHARE)
    if not low < high:
        low, high = low if factor.low is not None else shown.min(), shown.max()
    if not low < high:
        if factor.low is not None:  # all are at their best
            return float(low), float(low) + 1.0
        raise NothingVaries(factor=factor.id, value=f"{values[~np.isnan(values)][0]:g}")
    return float(low), float(high)


def _shown(values: Floats, factor: Factor) -> Floats:
    return np.log1p(values) if factor.log else values


def _log_mean(a: Floats, b: Floats) -> Floats:
    """(a - b) / (ln a - ln b), and a where the two are one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (a - b) / np.log(a / b)
    return np.where(np.isclose(a, b, rtol=1e-12, atol=0), a, found)
