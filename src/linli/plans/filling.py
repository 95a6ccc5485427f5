"""With what is the form of a step filled? With what the plan says, and the place and day in it.

A value may hold ``{day}``, ``{day+3}``, ``{place}``; a value that is ``{site}``, ``{organisation}``
or ``{area}`` alone becomes the number of that record. A text in two languages is said in one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from linli.errors import N_, BadInput
from linli.plans.plan import Step, Whereabouts

MARK = re.compile(r"\{([^{}]*)\}")
DAY = re.compile(r"day(?:\+(\d{1,3}))?")
NUMBERS = ("site", "organisation", "area")  # stand alone and become a number
LANGUAGES = frozenset({"zh", "en"})


class UnknownMark(BadInput):
    """A value of a form holds a mark in braces that means nothing here."""

    code = "unknown_mark"
    sentence = N_("{given} means nothing here; known are {known}.")


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a step goes to: its area, and its site or organisation where it is one."""

    area_id: int
    name_zh: str
    name_en: str
    path: str = ""
    site_id: int | None = None
    organisation_id: int | None = None

    @property
    def key(self) -> str:
        """What tells it apart from the other places of its step."""
        return f"{self.area_id}:{self.site_id or ''}:{self.organisation_id or ''}"

    def said(self, language: str) -> str:
        """Its name in a language, in the other where it has none there."""
        first, second = (self.name_zh, self.name_en)
        if not language.startswith("zh"):
            first, second = second, first
        return first or second


def filled(step: Step, place: Place, day: date, language: str) -> dict[str, Any]:
    """The form of a step for one place; raises UnknownMark."""

    def one(mark: str) -> str | int:
        found = DAY.fullmatch(mark)
        if found:
            return (day + timedelta(days=int(found[1] or 0))).isoformat()
        if mark == "place":
            return place.said(language)
        number = {
            "site": place.site_id, "organisation": place.organisation_id, "area": place.area_id,
        }.get(mark)  # fmt: skip
        if number is None:
            raise UnknownMark(given="{" + mark + "}", known=known_marks(step))
        return number

    return {key: _value(value, one, language) for key, value in step.form.items()}


def known_marks(step: Step) -> tuple[str, ...]:
    """The marks that a step's form may hold."""
    own = {Whereabouts.SITE: ("{site}",), Whereabouts.ORGANISATION: ("{organisation}",)}
    return ("{day}", "{day+3}", "{place}", "{area}", *own.get(step.each.sort, ()))


def sample(step: Step) -> Place:
    """A place as one of the step's would be, to try its form before there is one."""
    return Place(
        1, "某处", "Some place",
        site_id=1 if step.each.sort is Whereabouts.SITE else None,
        organisation_id=1 if step.each.sort is Whereabouts.ORGANISATION else None,
    )  # fmt: skip


def _value(value: Any, one: Callable[[str], str | int], language: str) -> Any:
    if isinstance(value, Mapping):
        if set(value) == LANGUAGES:
            return _value(value["zh" if language.startswith("zh") else "en"], one, language)
        return {key: _value(part, one, language) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_value(part, one, language) for part in value]
    if not isinstance(value, str):
        return value
    alone = MARK.fullmatch(value)
    if alone and alone[1] in NUMBERS:
        return one(alone[1])
    return MARK.sub(lambda found: str(one(found[1])), value)
