"""Does the glossary speak of what is there, and do the pages speak its words?"""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from scripts import messages
from tests.house.tracked import ROOT

ROW = re.compile(r"^\| (?!English |-)(.+) \|$", re.MULTILINE)
CODE = re.compile(r"`([\w.]+)`")


class Term(NamedTuple):
    """One line of the glossary."""

    english: str
    firm: bool
    chinese: tuple[str, ...]
    code: str

    @property
    def said(self) -> re.Pattern[str]:
        """The term as a whole word, in the singular or plural."""
        return re.compile(rf"(?<![\w-]){re.escape(self.english)}s?(?![\w-])", re.IGNORECASE)


@cache
def terms() -> tuple[Term, ...]:
    """Every line of the glossary that names where the code keeps it."""
    rows = [row.split(" | ") for row in ROW.findall((ROOT / "GLOSSARY.md").read_text())]
    return tuple(
        Term(cells[0].strip("* "), cells[0].startswith("**"), tuple(cells[1].split("、")), cells[3])
        for cells in rows
        if len(cells) == 4
    )


def translated() -> Iterator[tuple[str, str]]:
    """Every text without a context, and how it reads in Chinese."""
    for message in messages.merged():
        if message.id and not message.context:
            chinese = message.string if isinstance(message.string, str) else message.string[0]
            yield (message.id if isinstance(message.id, str) else message.id[0]), chinese


def test_the_glossary_has_terms_and_none_twice():
    english = [term.english for term in terms()]

    assert len(english) > 80
    assert sorted(set(english)) == sorted(english)


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.english)
def test_the_code_has_what_the_glossary_names(term: Term):
    (name,) = CODE.findall(term.code)

    assert found(name), f"{term.english}: there is no linli.{name}."


def found(name: str) -> bool:
    """Whether a dotted name below linli leads to a module or to something in one."""
    parts = ["linli", *name.split(".")]
    for n in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for part in parts[n:]:
            fields = getattr(thing, "__dataclass_fields__", {})
            if part not in fields and not hasattr(thing, part):
                return False
            thing = getattr(thing, part, fields.get(part))
        return True
    return False


def test_a_text_that_is_a_term_alone_is_said_in_its_word():
    known = {term.english: term.chinese for term in terms()}

    other = [
        f"{english!r} is {known[english.lower()]}, not {chinese}"
        for english, chinese in translated()
        if english.lower() in known and chinese not in known[english.lower()]
    ]

    assert other == []


def test_a_firm_term_is_said_in_its_word_wherever_it_stands():
    firm = [term for term in terms() if term.firm]

    other = [
        f"{term.english} is {term.chinese}: {english!r} says {chinese!r}"
        for english, chinese in translated()
        for term in firm
        if term.said.search(english) and not any(word in chinese for word in term.chinese)
    ]

    assert other == []
