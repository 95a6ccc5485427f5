"""Which category follows from the evidence, on that day, in that region? By files of rules.

A disease is one file of ``diseases``, found by being there: its criteria, and editions of its
definition with the days and the region they hold for. A rule tells what follows and what is missing
for more; a person decides.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from linli import toml_text
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.cases.forms import CATEGORY_NAMES, Category
from linli.loops.diseases import FOLDER

PLACES = frozenset({"treatment", "ward", "isolation", "observation", "none"})
ORDER = tuple(CATEGORY_NAMES)  # the most certain first
LEAST = re.compile(r"least (\d+) of (.+)")
BASES = {
    "laboratory": N_("by the laboratory"),
    "clinical": N_("by clinical diagnosis"),
    "link": N_("by a link to a case"),
    "": "",
}


class WrongDefinition(BadInput):
    """A file of rules cannot be used; the sentence names the line and the reason."""

    code = "wrong_definition"
    sentence = N_("{file}, line {line}: {reason}")


@dataclass(frozen=True)
class Need:
    """At least so many of some criteria."""

    least: int
    of: tuple[str, ...]

    def is_met(self, evidence: Collection[str]) -> bool:
        """Whether the evidence has enough of them."""
        return sum(code in evidence for code in self.of) >= self.least


@dataclass(frozen=True)
class Rule:
    """What has to be there for a category, and on what it then rests."""

    category: Category
    basis: str
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class Edition:
    """A definition as it held from one day to another, in a region or everywhere."""

    name: str
    starts: date
    until: date | None
    region: str
    source: str
    rules: tuple[Rule, ...]

    def holds(self, on: date, region: str) -> bool:
        """Whether it is the law on this day, here."""
        in_time = self.starts <= on and (self.until is None or on <= self.until)
        return in_time and region.startswith(self.region)


@dataclass(frozen=True)
class Disease:
    """A disease: its names, its criteria by code, its editions, and which places it requires."""

    code: str
    names: Mapping[str, str]
    criteria: Mapping[str, Mapping[str, str]]
    editions: tuple[Edition, ...]
    places: Mapping[str, str] = field(default_factory=dict)  # the place that a category requires

    def called(self, language: str) -> str:
        """Its name in a language, Chinese or else English."""
        return self.names["zh" if language.startswith("zh") else "en"]

    def criterion(self, code: str, language: str) -> str:
        """A criterion in a language; a code that is not known stays as it is."""
        names = self.criteria.get(code)
        return code if names is None else names["zh" if language.startswith("zh") else "en"]

    def edition(self, on: date, region: str = "") -> Edition | None:
        """The edition in force; one of the region goes before one that holds everywhere."""
        found = [e for e in self.editions if e.holds(on, region)]
        return max(found, key=lambda e: (len(e.region), e.starts), default=None)


@dataclass(frozen=True)
class Weighed:
    """One rule held against the evidence: what of it is met, and what is missing."""

    rule: Rule
    met: tuple[Need, ...]
    missing: tuple[Need, ...]


@dataclass(frozen=True)
class Verdict:
    """What follows from the evidence by the edition in force, and each rule on the way."""

    disease: Disease
    edition: Edition | None
    category: Category | None
    basis: str
    weighed: tuple[Weighed, ...]


def diseases(folder: Path = FOLDER) -> dict[str, Disease]:
    """Every disease that has a file; raises WrongDefinition for one that cannot be used."""
    return _read_all(folder)


def disease(code: str) -> Disease:
    """The disease of that code, or a sentence that there is none."""
    found = diseases().get(code)
    if found is None:
        raise NotFound(what=Word(N_("disease")), value=code)
    return found


def refuse_unknown(code: str, evidence: Collection[str]) -> None:
    """Raise BadInput for evidence that is no criterion of the disease, if we have rules for it."""
    known = diseases().get(code)
    foreign = () if known is None else tuple(sorted(set(evidence) - known.criteria.keys()))
    if foreign and known is not None:
        raise BadInput(
            N_("{foreign} is no evidence for {disease}. Known is: {known}."),
            foreign=foreign,
            disease=code,
            known=tuple(known.criteria),
        )


def judge(code: str, evidence: Collection[str], on: date, *, region: str = "") -> Verdict:
    """Hold the evidence against the edition in force that day; the most certain category wins.

    A close contact without a category of its own is one; nothing else follows from nothing.
    """
    asked = disease(code)
    edition = asked.edition(on, region)
    weighed = tuple(_weigh(rule, evidence) for rule in (edition.rules if edition else ()))
    met = [w.rule for w in weighed if not w.missing]
    best = min(met, key=lambda rule: ORDER.index(rule.category), default=None)
    category, basis = (best.category, best.basis) if best else (None, "")
    if category is None and "contact" in evidence:
        category = Category.CONTACT
    return Verdict(asked, edition, category, basis, weighed)


def _weigh(rule: Rule, evidence: Collection[str]) -> Weighed:
    met = tuple(need for need in rule.needs if need.is_met(evidence))
    return Weighed(rule, met, tuple(need for need in rule.needs if need not in met))


@cache
def _read_all(folder: Path) -> dict[str, Disease]:
    found = {}
    for path in sorted(folder.glob("*.toml")):
        one = read(path.read_text("utf-8"), path.name)
        found[one.code] = one
    return found


def read(text: str, file: str) -> Disease:
    """A disease from the text of its file; raises WrongDefinition with the line and the reason."""
    try:
        told = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = int(line[1]) if line else text.count("\n") + 1
        reason = Word(N_("it cannot be read as TOML"))
        raise WrongDefinition(file=file, line=where, reason=reason) from None
    wrong = _Wrong(text, file)
    for name in ("disease", "name", "criteria", "edition"):
        if not told.get(name):
            raise wrong("disease", N_("{what} is missing"), what=name)
    criteria = told["criteria"]
    for code, names in {"name": told["name"], **criteria}.items():
        if not isinstance(names, dict) or {"en", "zh"} - names.keys():
            raise wrong(code, N_("{what} needs a name in en and in zh"), what=code)
    editions = tuple(_edition(one, criteria, wrong) for one in told["edition"])
    _refuse_overlaps(editions, wrong)
    places = told.get("places", {})
    for category, place in places.items():
        if category not in set(Category) or place not in PLACES:
            raise wrong(category, N_("{what} has no place of that kind"), what=category)
    return Disease(told["disease"], told["name"], criteria, editions, places)


class _Wrong:
    """Makes the problem of a file: finds the line on which the thing stands."""

    def __init__(self, text: str, file: str) -> None:
        self._lines, self._file = text.splitlines(), file

    def __call__(self, stands: str, reason: str, /, **values: Any) -> WrongDefinition:
        line = next((n for n, text in enumerate(self._lines, 1) if stands in text), 1)
        return WrongDefinition(file=self._file, line=line, reason=_Reason(reason, values))


@dataclass(frozen=True)
class _Reason:
    sentence: str
    values: Mapping[str, Any]

    def tell(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.sentence).format(**self.values)


def _edition(told: Mapping[str, Any], criteria: Mapping[str, Any], wrong: _Wrong) -> Edition:
    name = told.get("name", "")
    for key in ("name", "source", "rule"):
        if not told.get(key):
            raise wrong(name or "[[edition]]", N_("{what} is missing"), what=key)
    starts, until = told.get("from"), told.get("until")
    for key, day in (("from", starts), ("until", until)):
        if not isinstance(day, date) and not (key == "until" and day is None):
            raise wrong(f'"{name}"', N_("{what} has to be a day such as 2020-02-12"), what=key)
    assert isinstance(starts, date)
    if until is not None and until < starts:
        raise wrong(f'"{name}"', N_("it ends on {until}, before it begins"), until=until)
    rules = tuple(_rule(rule, criteria, wrong) for rule in told["rule"])
    return Edition(name, starts, until, told.get("region", ""), told["source"], rules)


def _rule(told: Mapping[str, Any], criteria: Mapping[str, Any], wrong: _Wrong) -> Rule:
    category, basis = told.get("category"), told.get("basis", "")
    if category not in set(Category):
        known = ", ".join(Category)
        raise wrong(
            f'"{category}"', N_("{what} is no category; known are {known}"),
            what=category, known=known,
        )  # fmt: skip
    if basis not in BASES:
        known = ", ".join(b for b in BASES if b)
        raise wrong(
            f'"{basis}"', N_("{what} is no basis; known are {known}"), what=basis, known=known
        )
    lines = told.get("needs") or ()
    if not lines:
        raise wrong(f'"{category}"', N_("{what} is missing"), what="needs")
    return Rule(Category(category), basis, tuple(_need(line, criteria, wrong) for line in lines))


def _need(line: str, criteria: Mapping[str, Any], wrong: _Wrong) -> Need:
    several = LEAST.fullmatch(line)
    of = tuple(part.strip() for part in several[2].split(",")) if several else (line,)
    least = int(several[1]) if several else 1
    for code in of:
        if code not in criteria:
            raise wrong(line, N_("{what} is not among the criteria"), what=code)
    if not 1 <= least <= len(set(of)):
        raise wrong(
            line, N_("{what} of {n} criteria cannot be asked for"), what=least, n=len(set(of))
        )
    return Need(least, of)


def _refuse_overlaps(editions: Sequence[Edition], wrong: _Wrong) -> None:
    """Two editions of one region never hold on the same day: what follows has one answer."""
    by_region: dict[str, list[Edition]] = {}
    for edition in editions:
        by_region.setdefault(edition.region, []).append(edition)
    for group in by_region.values():
        ordered = sorted(group, key=lambda e: e.starts)
        for first, second in pairwise(ordered):
            if first.until is None or first.until >= second.starts:
                raise wrong(
                    f'"{second.name}"', N_("it holds on the same days as {what}"), what=first.name
                )
