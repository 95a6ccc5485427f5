"""What is watched every night, at which levels, by which method? Data that a city may change."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings

from linli import toml_text
from linli.analysis.warning.detect import Method
from linli.errors import N_, BadInput
from linli.registry.areas import TIER_OF, AreaKind, Tier
from linli.studies.signals import CASES, OF_A_DISEASE, ONSETS, SIGNALS
from linli.studies.warning.detectors import FLAGS, NUMBERS, WHOLES

WEIGHED = (Method.C1, Method.C2, Method.BAYES, Method.TAIL, Method.FARRINGTON)  # tell a chance
LEAST_HISTORY, MOST_HISTORY = 3, 390  # days


class Level(StrEnum):
    """How wide the areas of a series are."""

    GRID = "grid"
    COMPOUND = "compound"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"


LEVEL_NAMES = {
    Level.GRID: N_("grid"),
    Level.COMPOUND: N_("compound"),
    Level.COMMUNITY: N_("community"),
    Level.STREET: N_("street"),
    Level.DISTRICT: N_("district"),
    Level.CITY: N_("city"),
}
OF_TIER = {Tier.COMMUNITY: Level.COMMUNITY, Tier.STREET: Level.STREET,
           Tier.DISTRICT: Level.DISTRICT, Tier.CITY: Level.CITY}  # fmt: skip


class BadPlan(BadInput):
    """A plan of warnings that cannot be used."""

    code = "bad_warning_plan"
    sentence = N_("{file}, {where}: {problem}")


@dataclass(frozen=True)
class Watch:
    """One signal (or all of a pattern) at some levels, and the method that tests it."""

    signal: str
    levels: tuple[Level, ...]
    method: Method
    least_cases: int = 2
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared:
    """A change of how a signal other than cases is counted: of which, when, and why."""

    signal: str
    first: date
    last: date
    why: str
    backlog: int = 0
    ratio: float | None = None


@dataclass(frozen=True)
class Plan:
    """All that a night needs to know; the file says what each field means."""

    watches: tuple[Watch, ...]
    changes: tuple[Declared, ...] = ()
    history_days: int = 42
    false_share: float = 0.05
    urgent_p: float = 0.0001
    explained: float = 0.5
    quiet_days: int = 7
    grown: float = 2.0
    least_told: float = 0.5
    most_delay: int = 14

    def watch_of(self, signal: str, level: Level) -> Watch | None:
        """How a signal is tested at a level; None if it is not watched there."""
        return next(
            (w for w in self.watches if level in w.levels and fnmatchcase(signal, w.signal)), None
        )

    def changes_of(self, signal: str) -> list[Declared]:
        """The changes of definition declared for a signal."""
        return [one for one in self.changes if fnmatchcase(signal, one.signal)]

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every level that is watched, the narrowest first."""
        wanted = {level for watch in self.watches for level in watch.levels}
        return tuple(level for level in Level if level in wanted)

    def digest(self) -> str:
        """The same for the same plan."""
        return sha256(repr(self).encode()).hexdigest()[:16]


def level_of(kind: str) -> Level | None:
    """The level of a kind of area; None for a building."""
    if kind in (AreaKind.GRID, AreaKind.COMPOUND):
        return Level(kind)
    tier = TIER_OF[kind]
    return None if tier is None else OF_TIER[tier]


def in_force() -> Plan:
    """The city's own plan if it has one, else the one that is shipped."""
    own = settings.WARNING_PLAN
    if own:
        return read(Path(own))
    return parse(files("linli.studies.warning").joinpath("plan.toml").read_text("utf-8"))


def read(path: Path) -> Plan:
    """A plan from a file; raises BadPlan."""
    if not path.is_file():
        raise BadInput(N_("There is no file {file}."), file=str(path))
    return parse(path.read_text("utf-8"), path.name)


def parse(text: str, file: str = "plan.toml") -> Plan:
    """A plan from its text; raises BadPlan naming the place and what is wrong there."""
    try:
        told = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPlan(file=file, where="TOML", problem=str(error)) from None
    reader = _Reader(file)
    known = {f.name: f.default for f in fields(Plan)} | {"watch": [], "change": []}
    reader.known("", told, known.keys() - {"watches", "changes"})
    numbers = {
        name: reader.number(name, told[name], type(known[name]))
        for name in told if name not in ("watch", "change")
    }  # fmt: skip
    watches = tuple(reader.watch(n, one) for n, one in enumerate(told.get("watch", []), 1))
    changes = tuple(reader.change(n, one) for n, one in enumerate(told.get("change", []), 1))
    if not watches:
        raise reader.wrong("[[watch]]", N_("it watches nothing. Add at least one."))
    plan = Plan(watches, changes, **numbers)
    reader.sound(plan)
    return plan


class _Reader:
    """Reads the tables of one file, and says where one is wrong."""

    def __init__(self, file: str) -> None:
        self.file = file

    def wrong(self, where: str, problem: str, **values: Any) -> BadPlan:
        """The problem with its place."""
        return BadPlan(file=self.file, where=where, problem=BadInput(problem, **values))

    def known(self, where: str, told: Mapping[str, Any], keys: Any) -> None:
        """Refuse a word that means nothing here."""
        foreign = sorted(set(told) - set(keys))
        if foreign:
            raise self.wrong(
                where or foreign[0], N_("{given} is not known. Known is: {known}."),
                given=foreign[0], known=tuple(sorted(keys)),
            )  # fmt: skip

    def number(self, where: str, value: Any, kind: type) -> Any:
        """A number of a kind, not below zero."""
        wanted = int if kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or value < 0:
            raise self.wrong(where, N_("{given} is no number from 0 up."), given=value)
        return kind(value)

    def watch(self, n: int, told: Mapping[str, Any]) -> Watch:
        """One [[watch]]."""
        where = f"[[watch]] {n}"
        self.known(where, told, [f.name for f in fields(Watch)])
        for name in ("signal", "levels", "method"):
            if name not in told:
                raise self.wrong(where, N_("{what} is missing"), what=name)
        self.signal(where, told["signal"])
        levels = told["levels"] if isinstance(told["levels"], list) else [told["levels"]]
        foreign = [level for level in levels if level not in set(Level)]
        if foreign or not levels:
            raise self.wrong(
                where, N_("{given} is no level. Choose of: {known}."),
                given=(foreign or ["-"])[0], known=tuple(str(level) for level in Level),
            )  # fmt: skip
        if told["method"] not in WEIGHED:
            raise self.wrong(
                where,
                N_("{given} tells no chance to weigh its warnings by. Choose of: {known}."),
                given=told["method"], known=tuple(str(m) for m in WEIGHED),
            )  # fmt: skip
        options = told.get("options", {})
        self.known(where, options, NUMBERS | WHOLES | FLAGS)
        least = self.number(f"{where} least_cases", told.get("least_cases", 2), int)
        return Watch(told["signal"], tuple(Level(level) for level in levels),
                     Method(told["method"]), least, dict(options))  # fmt: skip

    def change(self, n: int, told: Mapping[str, Any]) -> Declared:
        """One [[change]]."""
        where = f"[[change]] {n}"
        self.known(where, told, [f.name for f in fields(Declared)])
        for name in ("signal", "first", "last", "why"):
            if not told.get(name):
                raise self.wrong(where, N_("{what} is missing"), what=name)
        self.signal(where, told["signal"])
        if str(told["signal"]).startswith((CASES, ONSETS)):
            raise self.wrong(
                where, N_("how {given} are counted is declared once, for all studies: on the page "
                          "of the outbreak's course, or by linli epidemic-mark."),
                given=told["signal"],
            )  # fmt: skip
        for name in ("first", "last"):
            if not isinstance(told[name], date):
                raise self.wrong(where, N_("{what} has to be a day such as 2020-02-12"), what=name)
        if told["last"] < told["first"]:
            raise self.wrong(where, N_("it ends on {until}, before it begins"), until=told["last"])
        backlog = self.number(f"{where} backlog", told.get("backlog", 0), int)
        ratio = told.get("ratio")
        if ratio is not None:
            ratio = self.number(f"{where} ratio", ratio, float)
        return Declared(told["signal"], told["first"], told["last"], str(told["why"]), backlog,
                        ratio)  # fmt: skip

    def signal(self, where: str, given: Any) -> None:
        """A signal there is, or a pattern of those of a disease."""
        names = [*SIGNALS, *(f"{prefix}*" for prefix in OF_A_DISEASE)]
        if given not in names and not str(given).startswith(tuple(OF_A_DISEASE)):
            raise self.wrong(
                where, N_("{given} is no signal. Choose of: {known}."),
                given=given, known=tuple(names),
            )  # fmt: skip

    def sound(self, plan: Plan) -> None:
        """Refuse numbers that make no plan."""
        if not LEAST_HISTORY <= plan.history_days <= MOST_HISTORY:
            raise self.wrong(
                "history_days", N_("{given} days cannot be read. Choose {least} to {most}."),
                given=plan.history_days, least=LEAST_HISTORY, most=MOST_HISTORY,
            )  # fmt: skip
        for name in ("false_share", "urgent_p", "explained", "least_told"):
            if not 0 < getattr(plan, name) <= 1:
                raise self.wrong(
                    name, N_("{given} is no share above 0 and up to 1."), given=getattr(plan, name)
                )
        if not 1 <= plan.most_delay < plan.history_days:
            raise self.wrong(
                "most_delay", N_("it has to be 1 or more, and shorter than history_days.")
            )
