"""What is wrong with a plan? Gathered while it is read, each fault with its place."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from linli.errors import N_, Phrase, Sentences
from linli.plans.plan import HOUR_S, Both

UNITS_S = {"m": 60, "h": HOUR_S, "d": 24 * HOUR_S}
MOST = 1e9  # of any number in a plan
LEAST_TEXT = 2
MOST_FAULTS = 50  # that are told
LONGEST_PLACE = 120  # characters of where a fault is


class Faults:
    """Reads values one by one; what cannot be read is noted, and something harmless goes on."""

    def __init__(self) -> None:
        self.found: list[Phrase] = []
        self.n_more = 0

    def add(self, place: str, sentence: str, /, **values: Any) -> None:
        """Note one fault; of very many only how many more there are."""
        if len(self.found) >= MOST_FAULTS:
            self.n_more += 1
            return
        shown = {key: _shown(value) for key, value in values.items()}
        reason = Phrase(sentence, **shown)
        self.found.append(
            Phrase(N_("{place}: {reason}"), place=place[:LONGEST_PLACE], reason=reason)
        )

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.found) + self.n_more

    @property
    def told(self) -> Sentences:
        """All of them, one after the other."""
        more = [Phrase(N_("{n} more are not told."), n=self.n_more)] if self.n_more else []
        return Sentences([*self.found, *more])

    def only(self, place: str, said: Mapping[str, Any], known: frozenset[str]) -> None:
        """Every key is known."""
        for key in sorted(set(said) - known):
            self.add(_at(place, key), N_("This word is not known; known are {known}."),
                     known=tuple(sorted(known)))  # fmt: skip

    def tables(self, said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        """The tables of a list such as [[step]]."""
        given = said.get(name, [])
        if isinstance(given, list) and all(isinstance(one, dict) for one in given):
            return given
        self.add(name, N_("Write each as a table of its own: [[{name}]]."), name=name)
        return []

    def both(self, place: str, said: Any, *, most: int) -> Both:
        """A text in both languages."""
        if not isinstance(said, dict) or set(said) != {"zh", "en"}:
            self.add(place, N_("It takes a text in both languages: zh and en."))
            return Both("", "")
        for language, text in said.items():
            if not isinstance(text, str) or not LEAST_TEXT <= len(text.strip()) <= most:
                self.add(_at(place, language), N_("It takes a text of {least} to {most} letters."),
                         least=LEAST_TEXT, most=most)  # fmt: skip
        return Both(str(said["zh"]).strip(), str(said["en"]).strip())

    def one_of(self, place: str, said: Any, known: Iterable[str]) -> str:
        """One of a closed set of words."""
        listed = tuple(str(one) for one in known)
        if said in listed:
            return str(said)
        self.add(place, N_("{given} is not known; choose one of: {known}."), given=said,
                 known=tuple(one for one in listed if one))  # fmt: skip
        return ""

    def text(self, place: str, said: Any, *, most: int, least: int = 1) -> str:
        """A word or two."""
        if isinstance(said, str) and least <= len(said.strip()) <= most:
            return said.strip()
        self.add(place, N_("It takes a text of {least} to {most} letters."), least=least, most=most)
        return ""

    def whole(self, place: str, said: Any, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        if isinstance(said, int) and not isinstance(said, bool) and least <= said <= most:
            return said
        self.add(place, N_("{given} will not do; give a whole number from {least} to {most}."),
                 given=said, least=least, most=most)  # fmt: skip
        return least

    def number(self, place: str, said: Any) -> float:
        """A number above nothing."""
        fits = isinstance(said, int | float) and not isinstance(said, bool)
        if fits and math.isfinite(said) and 0 < said <= MOST:
            return float(said)
        self.add(place, N_("{given} will not do; give a number above 0."), given=said)
        return 1.0

    def span(self, place: str, said: Any) -> int:
        """Seconds of "90m", "4h", "7d", "0h"."""
        if isinstance(said, str) and said[:-1].isascii() and said[:-1].isdigit():
            unit = UNITS_S.get(said[-1:])
            if unit is not None and len(said) <= len("99999m"):
                return int(said[:-1]) * unit
        self.add(place, N_("{given} is no length of time: write a whole number and m, h or d."),
                 given=said)  # fmt: skip
        return 0


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _shown(value: Any) -> Any:
    if value is None:
        return "–"
    return value[:60] if isinstance(value, str) else value
