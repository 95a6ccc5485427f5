"""What would each method have said? One call for all detectors, on counts or on a nowcast."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.warning.cusum import cusum
from linli.analysis.warning.ears import Rule, ears
from linli.analysis.warning.farrington import CLASSIC, IMPROVED, ORIGINAL, farrington
from linli.analysis.warning.finding import Findings, checked
from linli.analysis.warning.glr import glr
from linli.analysis.warning.outbreak_p import outbreak_p
from linli.analysis.warning.tail import tail
from linli.analysis.warning.windows import bayes, rki
from linli.errors import N_, BadInput


class Method(StrEnum):
    """A detector by its name."""

    C1 = "c1"
    C2 = "c2"
    C3 = "c3"
    FARRINGTON = "farrington"
    FARRINGTON_ORIGINAL = "farrington-original"
    FARRINGTON_CLASSIC = "farrington-classic"
    CUSUM = "cusum"
    GLR = "glr"
    BAYES = "bayes"
    RKI = "rki"
    OUTBREAK_P = "outbreak-p"
    TAIL = "tail"


def detect(
    counts: NDArray,
    method: Method = Method.C2,
    *,
    last: int = 1,
    factor: NDArray[np.float64] | None = None,
    **options: Any,
) -> Findings:
    """Test the last times of many series by one method.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first; NaN where not known. While reports are still
        coming in give the nowcast, or every last day looks like a decline.
    last
        How many of the last times to test.
    factor
        What calendar, reporting or a change of definition multiply the counts by, a number a time
        or a number an area and time. The method sees counts divided by it; expected and upper are
        told in the scale of what was counted.
    options
        Those of the method. A method that needs something else says so.
    """
    if method not in set(Method):
        raise BadInput(
            N_("{given} is no detector. Choose one of: {known}."),
            given=method,
            known=tuple(str(m) for m in Method),
        )
    counts = checked(counts)
    call = CALLS[Method(method)]
    if factor is None:
        return call(counts, last=last, **options)
    scale = np.broadcast_to(np.asarray(factor, dtype=np.float64), counts.shape)
    if not (scale > 0).all():
        raise BadInput(N_("A factor of the calendar has to be above 0."))
    found = call(counts / scale, last=last, **options)
    back = scale[:, found.times]
    return replace(
        found,
        observed=found.observed * back,
        expected=found.expected * back,
        upper=found.upper * back,
    )


def _ears(rule: Rule) -> Callable[..., Findings]:
    return lambda counts, **options: ears(counts, rule=rule, **options)


def _farrington(plan: Any) -> Callable[..., Findings]:
    def call(counts: NDArray, *, last: int, **options: Any) -> Findings:
        return farrington(counts, plan=replace(plan, **options), last=last)

    return call


CALLS: Mapping[Method, Callable[..., Findings]] = {
    Method.C1: _ears(Rule.C1),
    Method.C2: _ears(Rule.C2),
    Method.C3: _ears(Rule.C3),
    Method.FARRINGTON: _farrington(IMPROVED),
    Method.FARRINGTON_ORIGINAL: _farrington(ORIGINAL),
    Method.FARRINGTON_CLASSIC: _farrington(CLASSIC),
    Method.CUSUM: cusum,
    Method.GLR: glr,
    Method.BAYES: bayes,
    Method.RKI: rki,
    Method.OUTBREAK_P: outbreak_p,
    Method.TAIL: tail,
}
