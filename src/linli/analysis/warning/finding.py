"""What does a detector say about each series and each time? One shape for all methods."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


class Status(StrEnum):
    """How far a finding can be trusted; only ``ok`` and ``all_zero`` are whole answers."""

    OK = "ok"
    TOO_SHORT = "too_short"  # the method needs more past than there is
    NO_VARIANCE = "no_variance"  # the past shows no spread, so the bound is its mean
    ALL_ZERO = "all_zero"  # all that the method looked at, the time tested too, is zero
    MISSING = "missing"  # a count that the method needs is not known
    TOO_FEW = "too_few"  # fewer cases lately than the method asks for before it warns
    UNSTEADY = "unsteady"  # the fit did not settle


CODES = tuple(Status)
OK, TOO_SHORT, NO_VARIANCE, ALL_ZERO, MISSING, TOO_FEW, UNSTEADY = range(len(CODES))

WHY = {
    Status.OK: N_("Sound."),
    Status.TOO_SHORT: N_("Too short: {needs} more times of the past are needed."),
    Status.NO_VARIANCE: N_("The past has no spread: any rise above it warns. Set a least spread."),
    Status.ALL_ZERO: N_("Nothing but zeros: there is nothing to warn of."),
    Status.MISSING: N_("A count that the method needs is missing. Fill it in, or choose another."),
    Status.TOO_FEW: N_("Too few cases lately for this method to warn."),
    Status.UNSTEADY: N_("The fit did not settle. Choose a simpler method."),
}


@dataclass(frozen=True)
class Findings:
    """What one method found in many series.

    All arrays have shape (areas, times tested). ``times``: which columns of the counts were
    tested. ``upper``: the greatest count that raises no alarm, or the bound it is compared with.
    A value is NaN only where ``status`` says why. ``p``: the chance of at least this count where
    nothing is unusual, for methods that have one. ``needs``: how many more times of the past a
    series that is too short needs; shape (areas,). ``details``: what else the method computed.
    """

    method: str
    parameters: Mapping[str, object]
    times: NDArray[np.int64]
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    upper: NDArray[np.float64]
    alarm: NDArray[np.bool_]
    status: NDArray[np.uint8]
    needs: NDArray[np.int64]
    p: NDArray[np.float64] | None = None
    details: Mapping[str, NDArray] = field(default_factory=dict)

    def status_of(self, area: int, at: int = -1) -> Status:
        """How sound the finding of one area at one of the times tested is."""
        return CODES[self.status[area, at]]

    def why(self, area: int, at: int = -1) -> BadInput:
        """The status as a sentence that can be told in any language."""
        return BadInput(WHY[self.status_of(area, at)], needs=int(self.needs[area]))


def checked(counts: NDArray) -> NDArray[np.float64]:
    """Counts as numbers; raises BadInput for another shape, a negative count or infinity.

    NaN stands for a count that is not known.
    """
    found = np.asarray(counts, dtype=np.float64)
    if found.ndim != 2:
        raise BadInput(
            N_("counts needs the shape (areas, times); it has {shape}."), shape=found.shape
        )
    if np.isinf(found).any() or (found < 0).any():
        area, at = (int(n) for n in np.argwhere(np.isinf(found) | (found < 0))[0])
        raise BadInput(
            N_("Area {area}, time {at} holds {value}. A count is a number from 0 up."),
            area=area + 1,
            at=at + 1,
            value=found[area, at],
        )
    return found


def tested(counts: NDArray, last: int | None) -> NDArray[np.int64]:
    """The columns to be tested: the last so many, or all."""
    n_times = counts.shape[1]
    if last is not None and last < 1:
        raise BadInput(N_("{last} times cannot be tested. Ask for 1 or more."), last=last)
    return np.arange(n_times if last is None else min(last, n_times)) + (
        0 if last is None else n_times - min(last, n_times)
    )


def found(
    method: str,
    parameters: Mapping[str, object],
    counts: NDArray[np.float64],
    times: NDArray[np.int64],
    *,
    expected: NDArray[np.float64],
    upper: NDArray[np.float64],
    alarm: NDArray[np.bool_],
    least_past: int,
    no_variance: NDArray[np.bool_] | None = None,
    all_zero: NDArray[np.bool_] | None = None,
    too_few: NDArray[np.bool_] | None = None,
    unsteady: NDArray[np.bool_] | None = None,
    p: NDArray[np.float64] | None = None,
    details: Mapping[str, NDArray] | None = None,
) -> Findings:
    """Findings with the status of each; arrays hold NaN where nothing could be computed."""
    observed = counts[:, times]
    status = np.zeros(observed.shape, dtype=np.uint8)
    for code, where in {NO_VARIANCE: no_variance, TOO_FEW: too_few, UNSTEADY: unsteady}.items():
        if where is not None:
            status[where] = code
    status[np.isnan(upper) & ~np.isin(status, (TOO_FEW, UNSTEADY))] = MISSING
    if all_zero is not None:
        status[all_zero] = ALL_ZERO
        expected, upper = (np.where(all_zero, np.nan_to_num(v), v) for v in (expected, upper))
    status[np.isnan(observed)] = MISSING
    status[:, times < least_past] = TOO_SHORT
    silent = np.isin(status, (TOO_SHORT, MISSING, UNSTEADY))
    short = max(least_past - int(times[-1]), 0) if len(times) else least_past
    return Findings(
        method,
        dict(parameters),
        times,
        observed,
        np.where(silent, np.nan, expected),
        np.where(silent, np.nan, upper),
        alarm & ~silent & ~np.isin(status, (ALL_ZERO, TOO_FEW)),
        status,
        np.full(len(counts), short),
        None if p is None else np.where(silent, np.nan, p),
        details or {},
    )
