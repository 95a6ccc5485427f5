"""What is seen of an epidemic, and when? Visits, tests, reports, and a case definition with a date.

Whoever decides sees reports only. Between an infection and its report lie the wish to be seen, the
way to a clinic, the queue for a test, the test's sensitivity and the laboratory's days.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from linli.analysis.simulation.disease import Duration, Family
from linli.errors import N_, BadInput, Phrase

MOST_DAYS = 365  # between two tests, or until a result
ALL = 100_000  # of 100,000 people
FOUR_DAYS = Duration(4.0, 2.5, Family.GAMMA)  # from onset to a visit; assumed


class Definition(StrEnum):
    """What makes a case one that counts."""

    LABORATORY = "laboratory"  # a positive test
    CLINICAL = "clinical"  # signs and imaging; who waits for a test is reported at once


class WrongObservation(BadInput):
    """What is said of visits, tests and reports cannot be; the sentence names the entry."""

    code = "wrong_observation"
    sentence = N_("Observation, {entry}: {reason}")


@dataclass(frozen=True)
class Period:
    """What holds from a day on, until the next period's."""

    from_day: int = 0
    onset_to_visit: Duration = FOUR_DAYS
    tests_a_day: int = 1_000_000  # of people who come with symptoms, theirs and others'
    definition: Definition = Definition.LABORATORY

    def __post_init__(self) -> None:
        if self.tests_a_day < 0:
            entry = "tests_a_day"
            raise WrongObservation(
                entry=entry, reason=Phrase(N_("{value} is below 0."), value=self.tests_a_day)
            )


@dataclass(frozen=True)
class Observation:
    """How cases come to be known."""

    periods: tuple[Period, ...] = (Period(),)
    mild_seek: float = 0.5  # of those with mild symptoms who ever come; assumed
    sensitivity: float = 0.7  # of one test of somebody ill; Wuhan's swabs, about, assumed
    retest_days: int = 2  # after a negative test, until the next
    most_tests: int = 3  # of one person
    result_days: int = 1
    imaging: float = 0.95  # share of those ill whom signs and imaging find; assumed
    others_per_100k: float = 10.0  # who come a day with another illness and take a test; assumed

    def __post_init__(self) -> None:
        for entry in ("mild_seek", "sensitivity", "imaging"):
            share = getattr(self, entry)
            if not 0 <= share <= 1:
                raise WrongObservation(
                    entry=entry, reason=Phrase(N_("{value} is no share; give 0 to 1."), value=share)
                )
        for entry in ("retest_days", "most_tests", "result_days"):
            n = getattr(self, entry)
            if not 1 <= n <= MOST_DAYS or n != int(n):  # NaN fails this too
                reason = Phrase(N_("{value} is no whole number from 1 to {most}."), value=n,
                                most=MOST_DAYS)  # fmt: skip
                raise WrongObservation(entry=entry, reason=reason)
        if not 0 <= self.others_per_100k <= ALL:
            reason = Phrase(N_("{value} lies outside 0 to {most:,}."), value=self.others_per_100k,
                            most=ALL)  # fmt: skip
            raise WrongObservation(entry="others_per_100k", reason=reason)
        days = [p.from_day for p in self.periods]
        if not days or days != sorted(set(days)):
            raise WrongObservation(
                entry="periods", reason=Phrase(N_("their days have to rise; sort them."))
            )

    @property
    def retest_wait(self) -> Duration:
        """How long tests that find nothing keep a case from being known, of those who are."""
        n = np.arange(self.most_tests)
        each = self.sensitivity * (1 - self.sensitivity) ** n
        if not each.sum():
            return Duration(0.0)
        each /= each.sum()
        mean = float(each @ n)
        sd = float(np.sqrt(each @ n**2 - mean**2))
        return Duration(mean * self.retest_days, sd * self.retest_days)

    def period(self, day: int) -> Period:
        """What holds on a day; before the first period, the first."""
        held = [p for p in self.periods if p.from_day <= day]
        return held[-1] if held else self.periods[0]
