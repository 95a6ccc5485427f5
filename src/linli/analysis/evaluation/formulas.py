"""How does an indicator follow from records? A formula for each, as data beside the framework.

A file of formulas is TOML: one table an indicator, named by its id. It counts named records
(`count`), divides by others (`per`), or says why nothing can be counted yet (`awaits`). What
records there are, and which of their fields may be asked for, comes in as a vocabulary, so this
module reads no table. A file that cannot be used is refused with the line and the reason.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from typing import Any

from linli import toml_text
from linli.analysis.evaluation.framework import Framework
from linli.errors import N_, BadInput, Problem

Value = str | int | bool
ALL_KEYS = frozenset(
    {"count", "per", "times", "most", "from_tier", "needs", "fact", "awaits", "awaits_zh", "note",
     "note_zh"}
)  # fmt: skip
TERM_KEYS = frozenset({"records", "sum", "when", "days", "ago", "times", "above"})
MOST_DAYS = 3660


class FromTier(StrEnum):
    """The lowest tier for which a formula speaks."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"


@dataclass(frozen=True)
class Vocabulary:
    """What a formula may ask of one kind of record: filters with their type, measures, moments."""

    filters: Mapping[str, type]
    measures: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Term:
    """Some records, counted or summed, perhaps of the last days only."""

    records: str
    where: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    measure: str = ""  # what is summed; nothing: rows are counted
    when: str = ""  # the moment that has to lie in the window
    days: int = 0  # length of the window, days
    ago: int = 0  # how many days before now the window ends
    times: float = 1.0  # -1 takes away
    above: bool = False  # the units above count as well


@dataclass(frozen=True)
class Formula:
    """How one indicator follows from records; without terms, why it does not."""

    indicator: str
    count: tuple[Term, ...] = ()
    per: tuple[Term, ...] = ()
    times: float = 1.0
    most: float | None = None
    from_tier: FromTier = FromTier.COMMUNITY
    needs: Term | None = None  # records that must exist somewhere in the city
    fact: str = ""  # the key of a figure of the registry
    awaits: str = ""
    awaits_zh: str = ""
    note: str = ""
    note_zh: str = ""
    line: int = field(default=0, compare=False)

    @property
    def collected(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.count or self.fact)

    def digest(self) -> str:
        """The same for the same way of counting; words and lines do not matter."""
        said = asdict(self)
        for words in ("line", "note", "note_zh", "awaits", "awaits_zh"):
            del said[words]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


class WrongFormula(BadInput):
    """A file of formulas cannot be used; the sentence names line and remedy."""

    code = "wrong_formula"
    sentence = N_("Formulas {name}, line {line}, {indicator}: {reason}")


def shipped_formulas(
    framework: Framework, vocabulary: Mapping[str, Vocabulary]
) -> dict[str, Formula]:
    """The formulas that come with a framework; raises BadInput where none do."""
    folder = files("linli.analysis.evaluation").joinpath("frameworks")
    path = folder.joinpath(f"{framework.name}.toml")
    if not path.is_file():
        raise BadInput(
            N_("{name} has no formulas over records. Score it from a file."), name=framework.name
        )
    return read_formulas(path.read_text("utf-8"), framework, vocabulary)


def read_formulas(
    text: str, framework: Framework, vocabulary: Mapping[str, Vocabulary]
) -> dict[str, Formula]:
    """Turn the text of a file into checked formulas by indicator; raises WrongFormula."""
    known = [node.id for node in framework.indicators]
    return read_formulas_of(text, framework.name, known, vocabulary)


def read_formulas_of(
    text: str, name: str, known: Sequence[str], vocabulary: Mapping[str, Vocabulary]
) -> dict[str, Formula]:
    """The same for any list of things that are counted, such as the factors of a risk."""
    try:
        said = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = text.count("\n", 0, getattr(error, "pos", 0) or 0) + 1
        reason = Problem(N_("it is no TOML: {error}."), error=str(error).splitlines()[0])
        raise WrongFormula(name=name, line=line, indicator="-", reason=reason) from None
    reader = _Reader(text, name, known, vocabulary)
    found = {key: reader.formula(key, table) for key, table in said.items()}
    for one in known:
        if one not in found:
            raise reader.refuse(one, "", Problem(N_("it has no formula; say what it awaits.")))
    return found


class _Reader:
    """Reads one file; knows its lines, so that a refusal can name them."""

    def __init__(
        self, text: str, name: str, known: Sequence[str], vocabulary: Mapping[str, Vocabulary]
    ) -> None:
        self.lines, self.name, self.known = text.splitlines(), name, known
        self.vocabulary = vocabulary

    def refuse(self, indicator: str, key: str, reason: Problem) -> WrongFormula:
        """The refusal, at the line of the key where it can be found."""
        return WrongFormula(
            name=self.name, line=self._line(indicator, key), indicator=indicator, reason=reason
        )

    def _line(self, indicator: str, key: str = "") -> int:
        heads = (f'["{indicator}"]', f"[{indicator}]", f"['{indicator}']")
        at = next((n for n, said in enumerate(self.lines) if said.strip() in heads), -1)
        for n in range(at + 1, len(self.lines) if at >= 0 and key else 0):
            if self.lines[n].startswith("["):
                break
            if key in self.lines[n]:
                return n + 1
        return at + 1 or 1

    def formula(self, indicator: str, said: Any) -> Formula:
        """One table of the file."""
        if indicator not in self.known:
            reason = Problem(N_("{name} has no such indicator."), name=self.name)
            raise self.refuse(indicator, "", reason)
        if not isinstance(said, dict):
            raise self.refuse(indicator, "", Problem(N_("it is no table of keys and values.")))
        self._only(indicator, said, ALL_KEYS)
        ways = [key for key in ("count", "fact", "awaits") if key in said]
        if len(ways) != 1:
            raise self.refuse(indicator, "", Problem(N_("say one of count, fact and awaits.")))
        tier = said.get("from_tier", "community")
        if tier not in set(FromTier):
            reason = Problem(N_("from_tier is {given}; say one of {known}."), given=tier,
                            known=", ".join(FromTier))  # fmt: skip
            raise self.refuse(indicator, "from_tier", reason)
        needs = self._terms(indicator, "needs", said)
        most = said.get("most")
        return Formula(
            indicator=indicator,
            count=self._terms(indicator, "count", said),
            per=self._terms(indicator, "per", said),
            times=self._number(indicator, "times", said.get("times", 1)),
            most=None if most is None else self._number(indicator, "most", most),
            from_tier=FromTier(tier),
            needs=needs[0] if needs else None,
            line=self._line(indicator),
            **{k: str(said.get(k, "")) for k in ("fact", "awaits", "awaits_zh", "note", "note_zh")},
        )

    def _only(self, indicator: str, said: Mapping[str, Any], known: frozenset[str]) -> None:
        for key in said:
            if key not in known:
                reason = Problem(N_("{key} is not known; known are {known}."), key=key,
                                known=", ".join(sorted(known)))  # fmt: skip
                raise self.refuse(indicator, key, reason)

    def _number(self, indicator: str, key: str, said: Any) -> float:
        if isinstance(said, bool) or not isinstance(said, int | float):
            reason = Problem(N_("{key} is {given}, which is no number."), key=key, given=said)
            raise self.refuse(indicator, key, reason)
        return float(said)

    def _terms(self, indicator: str, key: str, said: Mapping[str, Any]) -> tuple[Term, ...]:
        given = said.get(key, [])
        listed = given if isinstance(given, list) else [given]
        if key in said and not (listed and all(isinstance(one, dict) for one in listed)):
            reason = Problem(N_("{key} is a table such as {{ records = … }}, or a list of them."),
                            key=key)  # fmt: skip
            raise self.refuse(indicator, key, reason)
        return tuple(self._term(indicator, one) for one in listed)

    def _term(self, indicator: str, said: Mapping[str, Any]) -> Term:
        records = said.get("records", "")
        known = self.vocabulary.get(records)
        if known is None:
            reason = Problem(N_("there are no records {given}; there are {known}."), given=records,
                            known=", ".join(sorted(self.vocabulary)))  # fmt: skip
            raise self.refuse(indicator, str(records), reason)
        self._only(indicator, said, TERM_KEYS | frozenset(known.filters))
        for key, named in (("sum", known.measures), ("when", known.moments)):
            if key in said and said[key] not in named:
                reason = Problem(
                    N_("{records} have no {given}; there is {known}."),
                    records=records, given=said[key], known=", ".join(sorted(named)) or "–",
                )  # fmt: skip
                raise self.refuse(indicator, str(said[key]), reason)
        if ("days" in said) != ("when" in said):
            raise self.refuse(indicator, "days", Problem(N_("days and when go together.")))
        where = {key: self._values(indicator, key, said[key], known.filters[key])
                 for key in known.filters if key in said}  # fmt: skip
        return Term(
            records=records,
            where=tuple(sorted(where.items())),
            measure=said.get("sum", ""),
            when=said.get("when", ""),
            days=self._days(indicator, "days", said, least=1 if "days" in said else 0),
            ago=self._days(indicator, "ago", said, least=0),
            times=self._number(indicator, "times", said.get("times", 1)),
            above=bool(said.get("above", False)),
        )

    def _days(self, indicator: str, key: str, said: Mapping[str, Any], *, least: int) -> int:
        value = said.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_DAYS:
            reason = Problem(N_("{key} is {given}; give whole days from {least} to {most}."),
                            key=key, given=value, least=least, most=MOST_DAYS)  # fmt: skip
            raise self.refuse(indicator, key, reason)
        return value

    def _values(self, indicator: str, key: str, said: Any, kind: type) -> tuple[Value, ...]:
        values = said if isinstance(said, list) else [said]
        fits = all(type(one) is kind for one in values)
        if not values or not fits:
            reason = Problem(N_("{key} is {given}; it takes {kind}."), key=key, given=said,
                            kind=kind.__name__)  # fmt: skip
            raise self.refuse(indicator, key, reason)
        return tuple(values)
