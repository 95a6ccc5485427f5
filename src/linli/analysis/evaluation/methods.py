"""What would another way of ranking say? TOPSIS, VIKOR, Copeland, fuzzy grades, best weights.

These compare units with each other instead of climbing a tree, so they stand beside the engine:
each takes an evaluation's indicators and their weights in the composite, and gives an order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation import fuzzy, ranking, weights
from linli.analysis.evaluation.evaluate import Evaluation
from linli.analysis.evaluation.normalisation import low_ranks
from linli.errors import N_, BadInput

GRADES = (0.2, 0.4, 0.6, 0.8, 1.0)  # centres as shares of the scale; assumed


class Method(StrEnum):
    """A way of ranking that compares units with each other."""

    TOPSIS = "topsis"
    VIKOR = "vikor"
    COPELAND = "copeland"
    FUZZY = "fuzzy"
    BEST_WEIGHTS = "best_weights"  # the benefit of the doubt


OPTIONS: dict[Method, dict[str, str]] = {  # what each may be told, and what it is if not
    Method.TOPSIS: {"scaling": "vector"},
    Method.VIKOR: {"majority": "0.5"},
    Method.COPELAND: {},
    Method.FUZZY: {"operator": "product_sum", "grades": ""},  # five, even over the scale
    Method.BEST_WEIGHTS: {"least": "0", "most": "1"},
}


@dataclass(frozen=True)
class Ranked:
    """What a method says: a score a unit, the place that follows, and its choices."""

    method: Method
    options: dict[str, str]
    scores: NDArray[np.float64]  # more is better, but for VIKOR, where less is
    ranks: NDArray[np.float64]  # 1 is best
    more: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def ranked(result: Evaluation, method: Method, said: Mapping[str, str] | None = None) -> Ranked:
    """Rank the units of an evaluation by another method, with the weights it has.

    Raises
    ------
    BadInput
        For an option the method does not have, a value that is none, or a missing cell: these
        methods compare every unit in every indicator. Impute, or leave the indicator out.
    """
    options = _options(method, said or {})
    if "grades" in options and not options["grades"]:
        options["grades"] = "|".join(f"{g * result.recipe.scale:g}" for g in GRADES)
    keep = _of_composite(result)
    shares = result.tree.nominal()[: result.normalised.shape[1]][keep]
    level, raw = result.normalised[:, keep], result.treated[:, keep]
    _refuse_gaps(result, keep)
    direction = np.array([n.direction for n in result.framework.indicators])[keep]
    if method is Method.TOPSIS:
        scaling = _word(ranking.Scaling, options, "scaling")
        found = ranking.topsis(raw, shares, direction=direction, scaling=scaling)
        return Ranked(method, options, found.scores, _best_first(found.scores))
    if method is Method.VIKOR:
        majority = _number(options, "majority")
        told = ranking.vikor(raw, shares, direction=direction, majority=majority)
        return Ranked(method, options, told.q, _best_first(-told.q), {"s": told.s, "r": told.r})
    if method is Method.COPELAND:
        duels = ranking.copeland(level, shares)
        return Ranked(method, options, duels, _best_first(duels))
    if method is Method.FUZZY:
        return _by_grades(level, shares, options)
    least, most = (_number(options, key) for key in ("least", "most"))
    best, _ = weights.benefit_of_doubt(level, least=least, most=most)
    return Ranked(method, options, best, _best_first(best))


def _by_grades(level: NDArray, shares: NDArray, options: dict[str, str]) -> Ranked:
    centres = np.array([_one(part, "grades") for part in options["grades"].split("|")])
    operator = _word(fuzzy.Operator, options, "operator")
    whole = fuzzy.comprehensive(fuzzy.memberships(level, centres), shares, operator=operator)
    scores = whole @ centres
    more = {f"grade {centre:g}": whole[:, k] for k, centre in enumerate(centres)}
    return Ranked(Method.FUZZY, options, scores, _best_first(scores), more)


def _of_composite(result: Evaluation) -> NDArray[np.intp]:
    """The indicators that have a weight in the composite: outcomes have none in capacity."""
    inside = {result.tree.at(result.root)}
    for number in range(len(result.tree.groups) - 1, -1, -1):
        if len(result.tree.indicators) + number in inside:
            inside |= {int(p) for p in result.tree.groups[number].parts}
    return np.array(sorted(k for k in inside if k < len(result.tree.indicators)), dtype=np.intp)


def _refuse_gaps(result: Evaluation, keep: NDArray) -> None:
    missing = np.isnan(result.normalised[:, keep])
    if missing.any():
        unit, at = (int(k) for k in np.argwhere(missing)[0])
        raise BadInput(
            N_("{unit} has no {indicator}; this method compares every cell. Impute first."),
            unit=result.table.ids[unit],
            indicator=result.table.columns[keep[at]],
        )


def _options(method: Method, said: Mapping[str, str]) -> dict[str, str]:
    known = OPTIONS[method]
    for key in said:
        if key not in known:
            raise BadInput(
                N_("{method} has no option {given}. It takes: {known}."),
                method=str(method), given=key, known=tuple(known) or ("-",),
            )  # fmt: skip
    return {**known, **{key: str(value) for key, value in said.items()}}


def _word(of: Any, options: dict[str, str], key: str) -> Any:
    if options[key] not in set(of):
        raise BadInput(
            N_("{key} is {given}. Choose one of: {known}."),
            key=key, given=options[key], known=tuple(of),
        )  # fmt: skip
    return of(options[key])


def _number(options: dict[str, str], key: str) -> float:
    return _one(options[key], key)


def _one(text: str, key: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise BadInput(N_("{key} is {given}, which is no number."), key=key, given=text)
    return value


def _best_first(scores: NDArray) -> NDArray[np.float64]:
    return low_ranks(-scores[:, None])[:, 0] + 1
