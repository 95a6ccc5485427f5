"""Whatever stands in an entry of the two files: it is read, or refused in a sentence by name."""

import copy
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from linli.analysis.simulation.city import Contacts
from linli.analysis.simulation.compare import compare
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.scenario import read_study
from linli.errors import BadInput

CITY: dict[str, Any] = {
    "city": {
        "people": 120, "seed": 1, "household_size": 2.5, "size_shares": [20, 30, 30, 20.0],
        "floating": 0.3, "employed": 0.7, "workplace_size": 20.0, "class_size": 40.0,
        "near_work": 0.4, "response": 0.004,
        "contacts": {f.name: f.default for f in fields(Contacts)},
    },
    "run": {"disease": "covid-19-2020", "starts": tomllib.loads("d = 2020-01-20")["d"],
            "days": 15, "first": 5, "imported_a_day": 0.5},
    "observation": {
        **{f.name: f.default for f in fields(Observation) if f.name != "periods"},
        "periods": [{"from": 0, "onset_to_visit": {"mean": 4.0, "sd": 2.0}, "tests_a_day": 100,
                     "definition": "laboratory"}],
    },
    "marks": [{"on": 3, "words": "an order"}],
}  # fmt: skip
CHOICES: dict[str, Any] = {
    "scenario": [{"name": "other", "policy": [
        {"kind": "close_compounds", "from": 3, "until": 9, "leakage": 0.1, "within": 0.3,
         "response": 1.0, "reopen": [{"quiet_days": 2, "share": 0.5}],
         "when": {"reports": 3, "days": 7, "per": "city"}, "where": ["district:D1"]},
        {"kind": "reduce", "layers": {"school": 0.2}},
        {"kind": "isolate", "rooms": 10, "home_share": 0.5},
        {"kind": "trace", "found": {"work": 0.5}, "delay_days": {"work": 1}, "cases_a_day": 5,
         "days": 14, "look_back_days": 4, "obey": 0.9, "rooms": 3, "test": True},
        {"kind": "screen", "samples_a_day": 100, "pool": 10, "rounds": 1, "coverage": 0.9,
         "sensitivity": 0.8, "result_days": 1, "from": 4},
        {"kind": "beds", "ward": 10, "intensive": 2, "shelter": 4, "transfer_days": 1},
        {"kind": "vaccinate", "doses_a_day": 10, "reach": 0.9, "efficacy": 0.8,
         "against_severe": 0.9, "delay_days": 5},
        {"kind": "deliver", "households_a_day": 10, "every_days": 3},
    ]}],
}  # fmt: skip
ODD = (
    "nan", "inf", "1e308", "-1", "2.5", "1" + "0" * 30, "1" + "0" * 400, "true",
    '"no"', '"a\\u0000"',
    "[]", "[5]", "{}", "{a = 1}", "0001-01-01", "9999-12-31", "2020-01-20T05:00:00",
)  # fmt: skip


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value[1:] if value.startswith("=") else f'"{value}"'
    return str(value)


def _text(tables: dict[str, Any]) -> str:
    return "\n".join(f"{name} = {_written(value)}" for name, value in tables.items())


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key, part in ((key, value[key]) for key in keys):
        yield from _places(part, (*at, key))


def _with(tables: dict[str, Any], at: tuple[Any, ...], odd: str) -> str:
    changed: Any = copy.deepcopy(tables)
    inner = changed
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = f"={odd}"
    return _text(changed)


def _nowhere(name: str) -> str:
    raise BadInput("There is no file {name}.", name=name)


@pytest.mark.parametrize("odd", ODD, ids=[odd[:20] for odd in ODD])
def test_no_entry_breaks_on_an_odd_value(odd: str):
    tried = [(_with(CITY, at, odd), _text(CHOICES)) for at in _places(CITY)]
    tried += [(_text(CITY), _with(CHOICES, at, odd)) for at in _places(CHOICES)]

    told = []
    for city, choices in tried:
        try:
            read_study(city, choices, _nowhere)
        except BadInput as problem:
            told.append(problem.tell())

    assert len(told) > len(tried) / 4
    assert max(map(len, told)) < 1000


@pytest.mark.parametrize(
    ("where", "odd", "names"),
    [
        (("scenario", 0, "policy", 3, "test"), '"no"', "test: 'no' is neither true nor false"),
        (("scenario", 0, "policy", 2, "rooms"), "1e308", "rooms: 1e+308 is out of range"),
        (("scenario", 0, "policy", 5, "ward"), "10000000000", "ward: 10000000000 is too much"),
        (("scenario", 0, "policy", 3, "look_back_days"), "40000", "give at most 3650"),
        (("scenario", 0, "policy", 1, "until_day"), "nan", "until: day nan is not after day 0"),
        (("scenario", 0, "policy", 0, "reopen"), "[{quiet_days = 2.5, share = 1}]", "no rung"),
        (("scenario", 0, "policy", 3, "delay_days"), "{work = 1.5}", "delay_days.work: 1.5"),
        (("scenario", 0, "policy"), "5", "policy: has to be tables of entries: write [[policy]]"),
        (("city", "size_shares"), "[true]", "size_shares have to be numbers"),
        (("city", "response"), "true", "response is True, which is no number"),
        (("run", "imported_a_day"), "1e9", "no number from 0 to 1,000,000"),
        (("run", "starts"), "9999-12-31", "starts: is no date"),
        (("observation", "retest_days"), "1.5", "retest_days: 1.5 is no whole number"),
        (("observation", "periods"), '[{onset_to_visit = {mean = "x"}}]', "mean and sd"),
        (("observation", "periods"), "[{onset_to_visit = {mean = 4, sd = 1e9}}]", "does not go"),
    ],
)  # fmt: skip
def test_an_odd_value_is_refused_by_name(where: tuple[Any, ...], odd: str, names: str):
    in_city = where[0] in CITY
    city = _with(CITY, where, odd) if in_city else _text(CITY)
    choices = _text(CHOICES) if in_city else _with(CHOICES, where, odd)

    with pytest.raises(BadInput) as refused:
        read_study(city, choices, _nowhere)

    assert names in refused.value.tell()


def test_the_most_that_is_taken_is_simulated():
    study = read_study(_text(CITY), _with(CHOICES, ("scenario", 0, "policy"), MOST), _nowhere)

    found = compare(study.settings, n_days=study.n_days, most_seeds=1, least_seeds=1)

    assert (found.outcomes >= 0).all()


BILLION = 10**9
MOST = _written(
    [
        {"kind": "isolate", "rooms": BILLION},
        {"kind": "quarantine", "days": 3650},
        {"kind": "trace", "cases_a_day": BILLION, "days": 3650, "look_back_days": 3650,
         "rooms": BILLION},
        {"kind": "screen", "samples_a_day": BILLION, "pool": BILLION, "rounds": BILLION,
         "result_days": 3650},
        {"kind": "beds", "ward": BILLION, "intensive": BILLION, "shelter": BILLION,
         "transfer_days": 3650},
        {"kind": "vaccinate", "doses_a_day": BILLION, "delay_days": 3650},
        {"kind": "deliver", "households_a_day": BILLION, "every_days": 3650},
    ]
)  # fmt: skip
