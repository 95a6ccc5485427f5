"""What is known of an epidemic before its reports are fitted? Periods, waits, definitions.

A TOML file says it; those that come with Linli lie in `epidemics/` and are found by being there.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli import toml_text
from linli.errors import N_, BadInput

LAST_PERIOD_DAYS = 13  # how long the last period is taken to be where waits change between periods
NO_DAY = 10_000
N_EARLY = 3  # latent, presymptomatic, ill


class WrongEpidemic(BadInput):
    """A file on an epidemic cannot be used; the sentence names the entry."""

    code = "wrong_epidemic"
    sentence = N_("Epidemic {name}, {entry}: {reason}")


@dataclass(frozen=True)
class OnsetShare:
    """What share of all reported cases fell ill within some days, as found out afterwards."""

    first: int  # day
    after: int  # the day after the last
    share: float
    log_odds_sd: float = 0.1  # days of onset are remembered, not measured; assumed

    def __post_init__(self) -> None:
        if not 0 < self.share < 1 or not self.log_odds_sd > 0 or self.after <= self.first:
            raise BadInput(N_("{share} is no share of onsets; give 0 to 1."), share=self.share)


@dataclass(frozen=True)
class Model:
    """What is known beforehand. Days count from the model's first."""

    periods: tuple[int, ...]  # the first day of each period
    shared: tuple[int, ...]  # which contact rate a period has: those before any measure share one
    report_days: tuple[float, ...]  # mean wait from onset to a laboratory's report, by period
    leaving: tuple[float, ...]  # share of people who leave and are replaced a day, by period
    clinical: tuple[int, int]  # days on which a clinical definition counts, first and after last
    first_report: int  # before this day nobody was tested
    early_onsets: tuple[float, float, float]  # seen cases that were latent, presymptomatic, ill
    late_from: int = NO_DAY  # from here on, waits have a factor of their own
    onsets: tuple[OnsetShare, ...] = ()
    latent_days: float = 2.9
    presymptomatic_days: float = 2.3
    ill_days: float = 2.9
    unseen_infectiousness: float = 0.55  # of the presymptomatic too
    reported: float = 0.2  # of infections; the series alone cannot tell it, see `calibrate.fit`
    clinical_days: float = 0.5  # mean wait while the clinical definition holds; assumed
    people: float = 10_000_000

    def __post_init__(self) -> None:
        if not self.periods or list(self.periods) != sorted({0, *self.periods}):
            raise BadInput(N_("The days of the periods have to rise from 0."))
        n = len(self.periods)
        if not n == len(self.shared) == len(self.report_days) == len(self.leaving):
            raise BadInput(N_("Each period needs its R and its wait until the report."))
        if set(self.shared) != set(range(max(self.shared) + 1)):
            raise BadInput(N_("The contact rates of the periods have to be numbered from 1."))
        if not 0 < self.reported <= 1:
            raise BadInput(N_("{share} reported is no share; give 0 to 1."), share=self.reported)
        lengths = (*self.report_days, self.latent_days, self.presymptomatic_days, self.ill_days)
        if min(*lengths, self.clinical_days, self.people, *self.early_onsets) <= 0:
            raise BadInput(N_("Waits, lengths, people and early onsets have to be above 0."))

    def period(self, day: int) -> int:
        """Which period a day lies in."""
        return int(np.searchsorted(self.periods, day, side="right")) - 1

    def wait_days(self, day: float) -> float:
        """The mean wait for a report; it changes steadily from period to period."""
        return float(np.exp(np.interp(day + 0.5, self.middles, np.log(self.report_days))))

    @property
    def middles(self) -> list[float]:
        """The middle of each period, in days."""
        ends = (*self.periods[1:], self.periods[-1] + LAST_PERIOD_DAYS)
        return [(a + b) / 2 for a, b in zip(self.periods, ends, strict=True)]

    def r_of(
        self, contact: NDArray[np.float64], slower: NDArray[np.float64], late: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """R of each period, from contact rates and by how much waits are slower; (draws, periods).

        ``contact``: shape (draws, rates).
        """
        wait = np.array([self.wait_days(middle - 0.5) for middle in self.middles])
        is_late = np.array([middle >= self.late_from for middle in self.middles])
        wait = wait * np.where(is_late, late[:, None], slower[:, None])
        leave, less = np.array(self.leaving), self.unseen_infectiousness
        days = (
            self.reported / (1 / self.ill_days + 1 / wait)
            + (1 - self.reported) * less / (1 / self.ill_days + leave)
            + less / (1 / self.presymptomatic_days + leave)
        )
        return contact[:, list(self.shared)] * days

    @property
    def n_r(self) -> int:
        """How many contact rates are fitted."""
        return max(self.shared) + 1


def epidemic_names() -> list[str]:
    """The epidemics that come with Linli."""
    folder = files("linli.analysis.simulation").joinpath("epidemics")
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if ".toml" in p.name)


def shipped_epidemic(name: str) -> tuple[Model, date]:
    """One of the epidemics that come with Linli, and its first day."""
    if name not in epidemic_names():
        raise BadInput(
            N_("There is no epidemic {name}. Choose one of: {known}, or give a file."),
            name=name,
            known=epidemic_names(),
        )
    path = files("linli.analysis.simulation").joinpath("epidemics", f"{name}.toml")
    return read_epidemic(path.read_text("utf-8"), name=name)


PLAIN = (
    "latent_days", "presymptomatic_days", "ill_days", "unseen_infectiousness", "reported",
    "clinical_days", "people",
)  # fmt: skip
ENTRIES = {
    *PLAIN, "starts", "first_report", "late_from", "clinical", "early_onsets", "period", "onsets",
    "sources",
}  # fmt: skip


def read_epidemic(text: str, *, name: str) -> tuple[Model, date]:
    """What a file says of an epidemic, and its first day; raises WrongEpidemic."""
    try:
        given = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongEpidemic(name=name, entry="file", reason=f"{error}.") from None
    for entry in given:
        if entry not in ENTRIES:
            known = ", ".join(sorted(ENTRIES))
            raise WrongEpidemic(name=name, entry=entry, reason=f"is not known. Choose: {known}.")
    starts = given.get("starts")
    if not isinstance(starts, date):
        raise WrongEpidemic(name=name, entry="starts", reason="is no date; write 2020-01-01.")
    reads = _Reads(name, starts)
    periods = reads.parts(given, "period", {"from", "rate", "report_days"}, {"leaving"})
    if not periods:
        raise WrongEpidemic(name=name, entry="period", reason="is missing; say one or more.")
    clinical = given.get("clinical")
    early = given.get("early_onsets")
    if not isinstance(early, list) or len(early) != 3:
        raise WrongEpidemic(name=name, entry="early_onsets", reason="needs three numbers.")
    latent, presymptomatic, ill = (reads.number(n, "early_onsets") for n in early)
    onsets = reads.parts(given, "onsets", {"from", "until", "share"}, {"log_odds_sd"})
    model = Model(
        periods=tuple(reads.day(p["from"], "period.from") for p in periods),
        shared=tuple(int(reads.number(p["rate"], "period.rate")) - 1 for p in periods),
        report_days=tuple(reads.number(p["report_days"], "period.report_days") for p in periods),
        leaving=tuple(reads.number(p.get("leaving", 0), "period.leaving") for p in periods),
        clinical=(
            (reads.day(clinical.get("from"), "clinical"),
             reads.day(clinical.get("until"), "clinical"))
            if isinstance(clinical, dict) else (NO_DAY, NO_DAY)
        ),
        early_onsets=(latent, presymptomatic, ill),
        onsets=tuple(
            OnsetShare(
                reads.day(o["from"], "onsets.from"), reads.day(o["until"], "onsets.until"),
                reads.number(o["share"], "onsets.share"),
                reads.number(o.get("log_odds_sd", OnsetShare.log_odds_sd), "onsets.log_odds_sd"),
            )
            for o in onsets
        ),
        first_report=reads.day(given.get("first_report", starts), "first_report"),
        late_from=reads.day(given["late_from"], "late_from") if "late_from" in given else NO_DAY,
        **{k: reads.number(given[k], k) for k in PLAIN if k in given},
    )  # fmt: skip
    return model, starts


@dataclass(frozen=True)
class _Reads:
    """Reads entries of a file and names the wrong ones."""

    name: str
    starts: date

    def number(self, value: Any, entry: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise WrongEpidemic(name=self.name, entry=entry, reason=f"{value!r} is not 0 or more.")
        return float(value)

    def day(self, value: Any, entry: str) -> int:
        if not isinstance(value, date):
            reason = f"{value!r} is no date; write 2020-01-01."
            raise WrongEpidemic(name=self.name, entry=entry, reason=reason)
        return (value - self.starts).days

    def parts(
        self, given: Mapping[str, Any], entry: str, needed: set[str], more: set[str]
    ) -> list[dict[str, Any]]:
        found = given.get(entry, [])
        for part in found if isinstance(found, list) else [None]:
            if not isinstance(part, dict) or not needed <= set(part) <= needed | more:
                reason = f"needs {', '.join(sorted(needed))}, perhaps {', '.join(sorted(more))}."
                raise WrongEpidemic(name=self.name, entry=entry, reason=reason)
        return list(found)
