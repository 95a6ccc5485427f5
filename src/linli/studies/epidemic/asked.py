"""What may be asked of a course: by which day, over how many days, with which serial interval?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import intervals, reproduction
from linli.errors import N_, BadInput
from linli.studies import tables

BY = ("onset", "report")  # by which day cases are counted for R
# Mean and spread of the serial interval, days. COVID-19: Li et al. 2020, doi:10.1056/NEJMoa2001316.
SERIAL = {"covid19": (7.5, 3.4)}
MOST_SERIAL_DAYS = 60
MOST_MEAN_DAYS = 60
MOST_WINDOW = 28  # days of a window, and ahead


@dataclass(frozen=True)
class Asked:
    """What is asked of a course. ``serial``: mean and spread in days; None: that of the disease."""

    by: str = ""  # of BY; empty: whatever the data allow
    window: int = reproduction.WINDOW
    ahead: int = 7
    serial: tuple[float, float] | None = None
    delay: tuple[float, float] | None = None  # of reports, where no case tells it

    def __post_init__(self) -> None:
        if self.by not in ("", *BY):
            raise BadInput(N_("R goes by onset or report, not by {given}."), given=self.by[:20])
        for value in (self.window, self.ahead):
            if not 1 <= value <= MOST_WINDOW:
                raise BadInput(
                    N_("{given} days are too few or too many. Choose 1 to {most}."),
                    given=value, most=MOST_WINDOW,
                )  # fmt: skip


def two_of(text: str) -> tuple[float, float]:
    """A mean and a spread in days, written as 7.5,3.4."""
    parts = text.replace("，", ",").split(",")
    if len(parts) != 2:
        raise BadInput(N_("{text} is no mean and spread in days. Write them like 7.5,3.4."),
                       text=text[:40])  # fmt: skip
    mean, spread = (tables.number(part.strip()) for part in parts)
    if not (0 < mean <= MOST_MEAN_DAYS and 0 < spread <= MOST_MEAN_DAYS):
        raise BadInput(N_("{text} days cannot be. Mean and spread lie above 0, up to {most}."),
                       text=text[:40], most=MOST_MEAN_DAYS)  # fmt: skip
    return mean, spread


def serial_of(disease: str, asked: Asked) -> NDArray[np.float64]:
    """Chances of a serial interval of 0, 1, 2 ... days; raises BadInput where none is known."""
    said = asked.serial or SERIAL.get(disease)
    if said is None:
        raise BadInput(
            N_("No serial interval of {disease} is known here. Give its mean and spread in days."),
            disease=disease,
        )
    chances = intervals.discretised(*said, MOST_SERIAL_DAYS)
    return np.asarray(chances / chances.sum())
