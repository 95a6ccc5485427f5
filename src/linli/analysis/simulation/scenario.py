"""What is to be compared? A city, what is known, and choices, from two files a person can write.

The city's file has `[city]`, `[run]` and perhaps `[observation]`; the choices' file one
`[[scenario]]` each, with a name and its policies. Days are dates, or numbers from the first day on.
Whatever cannot be is refused here, by name, before anything runs.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np

from linli import toml_text
from linli.analysis.simulation.build import CityPlan, build, even_grids, read_grids
from linli.analysis.simulation.city import City, Contacts, WrongCity
from linli.analysis.simulation.disease import Duration, Family, read_disease, shipped
from linli.analysis.simulation.observation import (
    Definition,
    Observation,
    Period,
    WrongObservation,
)  # fmt: skip
from linli.analysis.simulation.policies import Policy, WrongPolicy, policy_of
from linli.analysis.simulation.setting import Setting
from linli.errors import N_, BadInput, Phrase, Word

MOST_WORDS = 200  # of a mark
MOST_IMPORTED = 1_000_000  # people a day
MOST_SIZES = 100  # of households
MOST_WAIT = 365  # days from onset to a visit
UNEVEN = 100  # how many times as big as the mean an sd may be, or as small
MOST_AWAY = 100_000  # days between anything and the run's first day
BEYOND = 1e15  # no entry has a number as big
EARLIEST, LATEST = date(1850, 1, 1), date(2200, 12, 31)
CITY, SCENARIOS = Word(N_("city")), Word(N_("scenarios"))
Reads = Callable[[str], str]  # the name of a file beside the city's: its text


class WrongScenario(BadInput):
    """A file of scenarios cannot be used; the sentence names the entry."""

    code = "wrong_scenario"
    sentence = N_("{file}, {entry}: {reason}")


@dataclass(frozen=True)
class Study:
    """A city and the choices for it, all checked."""

    settings: Mapping[str, Setting]  # by the scenario's name, in the file's order
    n_days: int
    starts_on: date | None
    marks: tuple[tuple[int, str], ...] = ()  # day and words of orders that hold for all choices


def read_study(city_text: str, scenario_text: str, reads: Reads) -> Study:
    """Make a study of two TOML texts; the city is built once and shared."""
    given = _toml(city_text, CITY)
    _known(given, {"city", "run", "observation", "marks"}, CITY, "file")
    run = given.get("run", {})
    _known(run, {"disease", "starts", "days", "first", "imported_a_day"}, CITY, "run")
    starts_on = run.get("starts")
    if starts_on is not None and not _is_day(starts_on):
        raise WrongScenario(
            file=CITY, entry="starts", reason=Phrase(N_("is no date; write 2020-01-23."))
        )
    n_days = _whole(run.get("days", 120), "days", least=1, most=1000)
    scenarios = _scenarios(scenario_text, starts_on, n_days)
    marks = [
        *_marks(given, CITY, starts_on, n_days),
        *_marks(_toml(scenario_text, SCENARIOS), SCENARIOS, starts_on, n_days),
    ]
    said = str(run.get("disease", "covid-19-2020"))
    disease = read_disease(reads(said), name=said) if said.endswith(".toml") else shipped(said)
    observation = _observation(given.get("observation", {}), starts_on)
    first = _whole(run.get("first", 20), "first", least=0, most=100_000_000)
    imported = run.get("imported_a_day", 0.0)
    if not _is_number(imported) or imported > MOST_IMPORTED:
        reason = Phrase(N_("{value!r} is no number from 0 to {most:,}."), value=imported,
                        most=MOST_IMPORTED)  # fmt: skip
        raise WrongScenario(file=CITY, entry="imported_a_day", reason=reason)
    city = read_city(given.get("city", {}), reads)
    settings = {
        name: Setting(city, disease, policies, observation, first=first, imported_a_day=imported)
        for name, policies in scenarios.items()
    }
    return Study(settings, n_days, starts_on, tuple(sorted(marks)))


def read_city(given: Mapping[str, Any], reads: Reads) -> City:
    """Build a city as a file's `[city]` says."""
    plans = {f.name for f in fields(CityPlan)} - {"age_shares", "contacts", "size_shares"}
    _known(given, plans | {"people", "grids", "seed", "contacts", "size_shares"}, CITY, "city")
    said = dict(given)
    if ("people" in said) == ("grids" in said):
        raise WrongCity(
            reason=Phrase(N_("say either people, or grids and the name of a table of them."))
        )
    contacts = said.get("contacts", {})
    _known(contacts, {f.name for f in fields(Contacts)}, CITY, "contacts")
    for name, value in (*contacts.items(), *((n, said[n]) for n in plans if n in said)):
        if not _is_number(value):
            raise WrongCity(
                reason=Phrase(
                    N_("{name} is {value!r}, which is no number."), name=name, value=value
                )
            )
    sizes = said.get("size_shares", CityPlan().size_shares)
    is_list = isinstance(sizes, list | tuple) and 0 < len(sizes) <= MOST_SIZES
    if not is_list or not all(_is_number(s) and s >= 0 for s in sizes) or not sum(sizes):
        raise WrongCity(
            reason=Phrase(N_("size_shares have to be numbers of 0 or more, and not all 0."))
        )
    plan = CityPlan(
        **{n: said[n] for n in plans if n in said}, size_shares=tuple(sizes),
        contacts=Contacts(**contacts),
    )  # fmt: skip
    seed = _whole(said.get("seed", 1), "seed", least=0, most=2**63)
    if "grids" in said:
        grids = read_grids(reads(str(said["grids"])))
    else:
        people = said["people"]
        if isinstance(people, bool) or not isinstance(people, int):
            raise WrongCity(
                reason=Phrase(N_("people is {value!r}, which is no whole number."), value=people)
            )
        grids = even_grids(people)
    return build(grids, plan, np.random.default_rng(seed))


def _scenarios(text: str, starts_on: date | None, n_days: int) -> dict[str, tuple[Policy, ...]]:
    given = _toml(text, SCENARIOS)
    _known(given, {"scenario", "marks"}, SCENARIOS, "file")
    found: dict[str, tuple[Policy, ...]] = {}
    for n, one in enumerate(_tables(given, "scenario", SCENARIOS), start=1):
        _known(one, {"name", "policy"}, SCENARIOS, Phrase(N_("scenario {n}"), n=n))
        name = str(one.get("name", "")).strip()
        if not name or name in found:
            why = (
                Phrase(N_("{value} stands twice; name each once."), value=name)
                if name
                else Phrase(N_("needs a name."))
            )
            entry = Phrase(N_("scenario {n}"), n=n)
            raise WrongScenario(file=SCENARIOS, entry=entry, reason=why)
        found[name] = tuple(
            policy_of(_with_days(p, starts_on, n_days)) for p in _tables(one, "policy", SCENARIOS)
        )
    if not found:
        raise WrongScenario(
            file=SCENARIOS, entry="file", reason=Phrase(N_("holds no [[scenario]]."))
        )
    return found


def _marks(
    given: Mapping[str, Any], file: Word, starts_on: date | None, n_days: int
) -> list[tuple[int, str]]:
    """Orders in force that a file names: a day and some words each."""
    found = []
    for n, one in enumerate(_tables(given, "marks", file), start=1):
        entry = Phrase(N_("mark {n}"), n=n)

        def refuse(why: Phrase, entry: Phrase = entry) -> None:
            raise WrongScenario(file=file, entry=entry, reason=why)

        _known(one, {"on", "words"}, file, entry)
        words = one.get("words", "")
        if not isinstance(words, str) or not 0 < len(words.strip()) <= MOST_WORDS:
            refuse(Phrase(N_("needs words, up to {most} characters."), most=MOST_WORDS))
        day = _day(one.get("on"), starts_on, refuse)
        if not 0 <= day < n_days:
            refuse(Phrase(N_("day {value} lies outside the run, 0 to {last}."), value=day,
                          last=n_days - 1))  # fmt: skip
        found.append((day, words.strip()))
    return found


def _with_days(given: Mapping[str, Any], starts_on: date | None, n_days: int) -> dict[str, Any]:
    """`from` and `until` as days of the run."""
    said = dict(given)
    kind = said.get("kind")
    for entry, name in (("from", "from_day"), ("until", "until_day")):
        if entry not in said:
            continue
        day = _day(said.pop(entry), starts_on, partial(_refuse, kind, entry))
        if day < 0:
            _refuse(kind, entry, Phrase(N_("day {value} lies before the run begins."), value=day))
        if entry == "from" and day >= n_days:
            _refuse(
                kind,
                entry,
                Phrase(
                    N_("day {day} lies after the run's last, {value}."), day=day, value=n_days - 1
                ),
            )
        said[name] = day
    return said


def _refuse(policy: Any, entry: str, reason: Phrase) -> None:
    raise WrongPolicy(policy=policy, entry=entry, reason=reason)


def _day(value: Any, starts_on: date | None, refuse: Callable[[Phrase], None]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < MOST_AWAY:
        return value
    if not _is_day(value):
        refuse(Phrase(N_("{value!r} is no day; give a date or a number."), value=value))
    elif starts_on is None:
        refuse(Phrase(N_("is a date, and the city's file does not say when the run starts.")))
    else:
        return (value - starts_on).days
    return -1


def _observation(given: Mapping[str, Any], starts_on: date | None) -> Observation:
    _known(given, {f.name for f in fields(Observation)}, CITY, "observation")
    periods = []
    for period in _tables({"periods": [{}], **given}, "periods", CITY):
        known = {"from", "onset_to_visit", "tests_a_day", "definition"}
        _known(period, known, CITY, "observation.periods")

        def refuse(why: Phrase) -> None:
            raise WrongObservation(entry="from", reason=why)

        made: dict[str, Any] = {"from_day": _day(period.get("from", 0), starts_on, refuse)}
        if "onset_to_visit" in period:
            made["onset_to_visit"] = _wait(period["onset_to_visit"])
        if "tests_a_day" in period:
            made["tests_a_day"] = _whole(period["tests_a_day"], "tests_a_day", least=0, most=10**9)
        if "definition" in period:
            if period["definition"] not in tuple(Definition):
                reason = Phrase(
                    N_("{value} is none of {known}."), value=period["definition"],
                    known=tuple(Definition),
                )  # fmt: skip
                raise WrongObservation(entry="definition", reason=reason)
            made["definition"] = Definition(period["definition"])
        periods.append(Period(**made))
    said = {name: value for name, value in given.items() if name != "periods"}
    for name, value in said.items():
        if not _is_number(value):
            raise WrongObservation(
                entry=name, reason=Phrase(N_("{value!r} is no number."), value=value)
            )
    return Observation(periods=tuple(periods), **said)


def _wait(given: Any) -> Duration:
    if not isinstance(given, dict) or not set(given) <= {"mean", "sd"} or "mean" not in given:
        raise WrongObservation(
            entry="onset_to_visit", reason=Phrase(N_("needs mean, perhaps sd, in days."))
        )
    mean, sd = given["mean"], given.get("sd", 0.0)
    if not (_is_number(mean) and _is_number(sd) and 0 <= mean <= MOST_WAIT and sd >= 0):
        reason = Phrase(N_("mean and sd have to be 0 or more, and at most {most} days."),
                        most=MOST_WAIT)  # fmt: skip
        raise WrongObservation(entry="onset_to_visit", reason=reason)
    if sd and not mean / UNEVEN <= sd <= mean * UNEVEN:
        reason = Phrase(N_("an sd of {sd} does not go with a mean of {mean}; give 0, or nearer."),
                        sd=sd, mean=mean)  # fmt: skip
        raise WrongObservation(entry="onset_to_visit", reason=reason)
    mean, sd = float(mean), float(sd)
    return Duration(mean, sd, Family.GAMMA if sd else Family.FIXED)


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongScenario(
            file=file, entry="file", reason=Phrase(N_("it is no TOML text: {value}."), value=error)
        ) from None


def _tables(given: Mapping[str, Any], name: str, file: str) -> list[dict[str, Any]]:
    found = given.get(name, [])
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    reason = Phrase(N_("has to be tables of entries: write [[{name}]] before each."), name=name)
    raise WrongScenario(file=file, entry=name, reason=reason)


def _is_number(value: Any) -> bool:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return fits and -BEYOND < value < BEYOND  # NaN does not


def _is_day(value: Any) -> bool:
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    return is_date and EARLIEST <= value <= LATEST


def _known(given: Any, known: set[str], file: str, entry: str | Phrase) -> None:
    if not isinstance(given, dict):
        raise WrongScenario(
            file=file, entry=entry, reason=Phrase(N_("has to be a table of entries."))
        )
    for name in given:
        if name not in known:
            listed = tuple(sorted(known))
            raise WrongScenario(
                file=file,
                entry=entry,
                reason=Phrase(
                    N_("{name} is not known. Choose: {listed}."), name=name, listed=listed
                ),
            )


def _whole(value: Any, entry: str, *, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        reason = Phrase(
            N_("{value!r} is no whole number from {least} to {most}."), value=value, least=least,
            most=most,
        )  # fmt: skip
        raise WrongScenario(file=CITY, entry=entry, reason=reason)
    return value
