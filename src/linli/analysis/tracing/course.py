"""How well do two onsets fit a meeting? The course of the disease, read in both directions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, ndtr

LONGEST_DAYS = 60  # tables of the course reach this far on either side of an onset
WINDOW_DAYS = 21  # over which an onset unrelated to the meeting is as likely on one day as another
LEAST_RATIO = 0.03  # floor of a likelihood ratio: records err, so no timing rules a pair out
MOST_DAYS = 30  # of a long meeting, days looked at


@dataclass(frozen=True)
class Course:
    """When an infected person falls ill, and when an ill person infects.

    Defaults are those of COVID-19 early in 2020; another disease is another Course.
    """

    incubation_log_mean: float = 1.621
    """Log-normal incubation, mean of the logarithm, log days: Lauer et al. (2020),
    doi:10.7326/M20-0504."""
    incubation_log_sd: float = 0.418
    """Its standard deviation, log days: the same."""
    infectious_shape: float = 97.1875
    """Gamma shape of the day of infecting: He et al. (2020), doi:10.1038/s41591-020-0869-5, as
    corrected by Ashcroft et al. (2020), doi:10.4414/smw.2020.20336."""
    infectious_rate: float = 3.71875
    """Gamma rate, per day: the same."""
    infectious_before_days: float = 25.625
    """How long before onset that gamma begins, days: the same."""
    serial_mean_days: float = 5.0
    """Mean serial interval, normal, days: fitted to the 604 pairs with both onsets of the data of
    Ali et al. (2020), doi:10.1126/science.abc9004."""
    serial_sd_days: float = 5.2
    """Its standard deviation, days: the same."""
    untold: float = 0.5
    """Share of infections at a meeting that nobody told of, between people who are known to have
    met: assumed. People who share one supper share others."""


COVID_2020 = Course()


@dataclass(frozen=True)
class Timing:
    """How a meeting's days fit two onsets.

    ``log_ratio``: log likelihood ratio against onsets that have nothing to do with the meeting;
    0 where nothing is known. ``first_to_second``: the probability that, if one infected the
    other, it went from the first to the second; 0.5 where nothing is known.
    """

    log_ratio: NDArray[np.float64]
    first_to_second: NDArray[np.float64]


def timing(
    days: tuple[NDArray[np.float64], NDArray[np.float64]],
    first_onset: tuple[NDArray[np.float64], NDArray[np.float64]],
    second_onset: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    course: Course = COVID_2020,
) -> Timing:
    """Weigh meetings against the onsets of the two who met, whoever fell ill first.

    Parameters
    ----------
    days
        First and last day of each meeting, shape (meetings,); NaN where unknown.
    first_onset, second_onset
        Earliest and latest day of onset of each person; NaN where there is none (yet). Any day
        within is as likely as another.

    Notes
    -----
    One direction: the mean over the meeting's days of (infector infects on that day) x (infected
    falls ill so long after), each over a flat chance of one in WINDOW_DAYS; mixed with the serial
    interval alone, since they may have met on days that nobody told. The ratio is the mean of both
    directions, so nobody is taken for the source because they fell ill first: in 7.6 % of the
    pairs with known onsets of Ali et al. (2020) the infected did.
    """
    falls_ill, infects = _falls_ill(course), _infects(course)
    there, back = np.zeros(len(days[0])), np.zeros(len(days[0]))
    n_days = np.clip(np.nan_to_num(days[1] - days[0]) + 1, 1, MOST_DAYS)
    for k in range(int(n_days.max(initial=0))):
        on = days[0] + k
        counted = k < n_days
        there += counted * _ratio(infects, on, first_onset) * _ratio(falls_ill, on, second_onset)
        back += counted * _ratio(infects, on, second_onset) * _ratio(falls_ill, on, first_onset)
    told = 1 - course.untold
    there = told * there / n_days + course.untold * _serial(first_onset, second_onset, course)
    back = told * back / n_days + course.untold * _serial(second_onset, first_onset, course)
    both = np.maximum((there + back) / 2, LEAST_RATIO)
    share = (there + LEAST_RATIO / 2) / (there + back + LEAST_RATIO)
    return Timing(np.log(both), share)


def _ratio(
    table: NDArray[np.float64],
    on: NDArray[np.float64],
    onset: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """The mean chance over an interval of onsets, against a flat one; 1 where unknown."""
    earliest, latest = onset
    known = ~(np.isnan(on) | np.isnan(earliest) | np.isnan(latest))
    reach = len(table) // 2
    low = np.clip(np.where(known, earliest - on, 0) + reach, 0, len(table) - 1).astype(int)
    high = np.clip(np.where(known, latest - on, 0) + 1 + reach, 0, len(table) - 1).astype(int)
    width = np.where(known, latest - earliest + 1, 1)
    return np.where(known, (table[high] - table[low]) / width * WINDOW_DAYS, 1.0)


def _serial(
    infector: tuple[NDArray[np.float64], NDArray[np.float64]],
    infected: tuple[NDArray[np.float64], NDArray[np.float64]],
    course: Course,
) -> NDArray[np.float64]:
    """How well the days between two onsets fit a serial interval, against a flat chance."""
    apart = (infected[0] + infected[1] - infector[0] - infector[1]) / 2
    blur = ((infector[1] - infector[0]) ** 2 + (infected[1] - infected[0]) ** 2) / 12
    spread = np.sqrt(course.serial_sd_days**2 + blur)
    z = (apart - course.serial_mean_days) / spread
    density = np.exp(-(z**2) / 2) / (np.sqrt(2 * np.pi) * spread)
    return np.where(np.isnan(density), 1.0, density * 2 * WINDOW_DAYS)


def _falls_ill(course: Course) -> NDArray[np.float64]:
    """Cumulative chance that onset lies fewer than x days after the meeting's day."""
    x = np.arange(-LONGEST_DAYS, LONGEST_DAYS + 1) - 0.5
    safe = np.maximum(x, 1e-9)
    z = (np.log(safe) - course.incubation_log_mean) / course.incubation_log_sd
    return np.where(x > 0, ndtr(z), 0.0)


def _infects(course: Course) -> NDArray[np.float64]:
    """Cumulative chance that onset lies fewer than x days after the day of infecting."""
    x = np.arange(-LONGEST_DAYS, LONGEST_DAYS + 1) - 0.5
    since_start = np.maximum(course.infectious_before_days - x, 0)
    return 1 - gammainc(course.infectious_shape, course.infectious_rate * since_start)
