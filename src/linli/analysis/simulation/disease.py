"""What does a disease do to people, how long does it take, and how does it pass on?

A disease is a TOML file: numbers, and under `[sources]` where each number comes from. Shipped files
lie in `diseases/` and are found by being there.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli import toml_text
from linli.errors import N_, BadInput, Phrase

AGE_GROUPS = 9  # decades: 0-9, 10-19, ..., 80 and over
QUANTILES = 4096  # points of a table that stands for a distribution


class Layer(StrEnum):
    """Where people meet; the order is the kernel's."""

    HOUSEHOLD = "household"
    COMPOUND = "compound"
    COMMUNITY = "community"
    WORK = "work"
    SCHOOL = "school"
    CITY = "city"
    RESPONSE = "response"  # riders, volunteers and testers, and those they come to


LAYERS = tuple(Layer)


class Family(StrEnum):
    """The shape of a duration."""

    FIXED = "fixed"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"


class WrongDisease(BadInput):
    """A disease file cannot be used; the sentence names the entry."""

    code = "wrong_disease"
    sentence = N_("Disease {name}, {entry}: {reason}")


@dataclass(frozen=True)
class Duration:
    """How long something takes, in days."""

    mean_days: float
    sd_days: float = 0.0
    family: Family = Family.GAMMA

    def table(self) -> NDArray[np.float32]:
        """Equally likely durations, days, shape (QUANTILES,), with this mean."""
        from scipy.special import gammaincinv, ndtri

        if self.family is Family.FIXED or self.mean_days == 0 or self._spread == 0:
            return np.full(QUANTILES, self.mean_days, dtype=np.float32)
        u = (np.arange(QUANTILES) + 0.5) / QUANTILES
        if self.family is Family.EXPONENTIAL:
            found = -np.log1p(-u) * self.mean_days
        elif self.family is Family.LOGNORMAL:
            s2 = np.log1p((self.sd_days / self.mean_days) ** 2)
            found = np.exp(np.log(self.mean_days) - s2 / 2 + np.sqrt(s2) * ndtri(u))
        else:
            shape = (self.mean_days / self.sd_days) ** 2
            found = gammaincinv(shape, u) * self.mean_days / shape
        return (found * self.mean_days / found.mean()).astype(np.float32)

    @property
    def _spread(self) -> float:
        return self.mean_days if self.family is Family.EXPONENTIAL else self.sd_days


@dataclass(frozen=True)
class Disease:
    """One disease. Shares by age have one entry a decade of age, 80 and over last."""

    name: str
    r0: float  # infected by one in a city where nobody is immune and nothing is done
    dispersion: float  # k of the negative binomial of offspring; inf: all alike
    latent: Duration  # from infection to the first infectious moment
    presymptomatic: Duration  # from there to onset
    infectious: Duration  # from there until no longer infectious
    infectiousness: tuple[float, ...]  # weight of each day since; a single one holds throughout
    asymptomatic_infectiousness: float  # as a share of the others'
    layers: Mapping[Layer, float]  # how easily one contact infects, relative to another layer's
    susceptibility: tuple[float, ...]  # 1: as the most susceptible
    symptomatic: tuple[float, ...]  # of the infected
    severe: tuple[float, ...]  # of those with symptoms: need a bed
    critical: tuple[float, ...]  # of the severe: need intensive care
    death: tuple[float, ...]  # of the critical, in intensive care
    death_without_care: float  # of the critical who got no bed in time
    onset_to_severe: Duration
    severe_to_critical: Duration
    stay: Duration  # in a bed, of those who do not become critical
    critical_stay: Duration
    sources: Mapping[str, str]

    @property
    def days_to_death(self) -> float:
        """From infection to death, on average, of those who die in intensive care."""
        way = (self.latent, self.presymptomatic, self.onset_to_severe, self.severe_to_critical,
               self.critical_stay)  # fmt: skip
        return sum(d.mean_days for d in way)

    def cumulative(self) -> NDArray[np.float64]:
        """Infectiousness until each whole day since the first, shape (128,); on average 1 a day."""
        weights = np.zeros(127)
        if len(self.infectiousness) == 1:
            weights[:] = 1.0
        else:
            given = np.array(self.infectiousness, dtype=float)
            weights[: len(given)] = given / given.mean()
        return np.concatenate([[0.0], np.cumsum(weights)])


def disease_names() -> list[str]:
    """The diseases that come with Linli."""
    return sorted(p.name.removesuffix(".toml") for p in _folder().iterdir() if ".toml" in p.name)


def shipped(name: str) -> Disease:
    """Read one of the diseases that come with Linli."""
    if name not in disease_names():
        raise BadInput(
            N_("There is no disease {name}. Choose one of: {known}, or give a file."),
            name=name,
            known=disease_names(),
        )
    return read_disease(_folder().joinpath(f"{name}.toml").read_text("utf-8"), name=name)


def read_disease(text: str, *, name: str) -> Disease:
    """Turn the text of a disease file into a checked disease; raises WrongDisease."""
    try:
        given = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongDisease(
            name=name, entry="file", reason=Phrase(N_("it is no TOML text: {value}."), value=error)
        ) from None
    known = {f.name for f in fields(Disease)}
    for entry in given:
        if entry not in known:
            raise WrongDisease(
                name=name, entry=entry, reason=Phrase(N_("is no entry of a disease; drop it."))
            )
    for entry in known - {"name"}:
        if entry not in given:
            raise WrongDisease(name=name, entry=entry, reason=Phrase(N_("is missing; say it.")))
    made: dict[str, Any] = {"name": name, **{k: _made(name, k, v) for k, v in given.items()}}
    disease = Disease(**made)
    for entry in known - {"name", "sources"}:
        if entry not in disease.sources:
            raise WrongDisease(name=name, entry=entry, reason=Phrase(N_("has no source; add one.")))
    return disease


DURATIONS = {f.name for f in fields(Disease) if f.type is Duration}
BY_AGE = ("susceptibility", "symptomatic", "severe", "critical", "death")


def _made(name: str, entry: str, value: Any) -> Any:
    if entry in ("name", "sources"):
        return value
    if entry in DURATIONS:
        return _duration(name, entry, value)
    if entry == "layers":
        return _layers(name, value)
    if entry in BY_AGE:
        shares = (value,) * AGE_GROUPS if isinstance(value, int | float) else tuple(value)
        if len(shares) != AGE_GROUPS:
            raise WrongDisease(
                name=name,
                entry=entry,
                reason=Phrase(N_("needs {value} decades of age."), value=AGE_GROUPS),
            )
        return tuple(_share(name, entry, s) for s in shares)
    if entry == "infectiousness":
        weights = tuple(_number(name, entry, w, least=0) for w in value)
        if not 0 < len(weights) < 127 or not sum(weights):
            raise WrongDisease(
                name=name, entry=entry, reason=Phrase(N_("needs 1 to 126 days, not all zero."))
            )
        return weights
    if entry in ("asymptomatic_infectiousness", "death_without_care"):
        return _share(name, entry, value)
    found = _number(name, entry, value, least=0, endless=entry == "dispersion")
    if entry == "dispersion" and found == 0:
        raise WrongDisease(
            name=name, entry=entry, reason=Phrase(N_("is 0; it has to be above 0, or inf."))
        )
    return found


def _duration(name: str, entry: str, value: Any) -> Duration:
    if not isinstance(value, dict) or not set(value) <= {"mean", "sd", "family"}:
        raise WrongDisease(
            name=name, entry=entry, reason=Phrase(N_("needs mean, and perhaps sd and family."))
        )
    family = value.get("family", "gamma" if value.get("sd") else "fixed")
    if family not in tuple(Family):
        raise WrongDisease(
            name=name,
            entry=entry,
            reason=Phrase(N_("{family} is none of {value}."), family=family, value=tuple(Family)),
        )
    mean = _number(name, entry, value.get("mean"), least=0)
    return Duration(mean, _number(name, entry, value.get("sd", 0), least=0), Family(family))


def _layers(name: str, value: Any) -> dict[Layer, float]:
    for layer in value:
        if layer not in LAYERS:
            raise WrongDisease(
                name=name,
                entry="layers",
                reason=Phrase(N_("{layer} is none of {value}."), layer=layer, value=tuple(LAYERS)),
            )
    return {la: _number(name, "layers", value.get(la, 1.0), least=0) for la in LAYERS}


def _share(name: str, entry: str, value: Any) -> float:
    found = _number(name, entry, value, least=0)
    if found > 1:
        raise WrongDisease(
            name=name,
            entry=entry,
            reason=Phrase(N_("{value} is no share; give 0 to 1."), value=found),
        )
    return found


def _number(name: str, entry: str, value: Any, *, least: float, endless: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongDisease(
            name=name, entry=entry, reason=Phrase(N_("{value!r} is no number."), value=value)
        )
    if value < least or not (isfinite(value) or (endless and value == inf)):
        raise WrongDisease(
            name=name,
            entry=entry,
            reason=Phrase(N_("{value} is not {least} or more."), value=value, least=least),
        )
    return float(value)


def _folder() -> Traversable:
    return files("linli.analysis.simulation").joinpath("diseases")
