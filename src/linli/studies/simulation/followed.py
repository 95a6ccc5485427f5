"""What stood on the curves when something happened, under each choice, and half a month later?

The city's own orders stand beside what each choice begins and ends. Needs no database: runs from
files have the same marks. Days count from the first one that is simulated; the others are past.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from linli.analysis.epidemic.afterwards import AFTER_DAYS, then_and_later
from linli.analysis.simulation.turns import Turn
from linli.errors import N_, Phrase

CHOICE = "choice"
OF_CHOICE = N_("choice")
ORDER = "order"
Translate = Callable[[str], str]
Bands = Sequence[Sequence[float]]  # low, middle, high by day


@dataclass(frozen=True)
class Stand:
    """A value of a curve: counted, or the middle world with the band of nine in ten."""

    middle: float
    low: float | None = None  # None: counted
    high: float | None = None

    @property
    def plain(self) -> dict[str, float | None]:
        """As it is sent."""
        return {"middle": self.middle, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Marked:
    """One thing on the curves. ``of``: an order, a mode ..., or what a choice does."""

    day: int  # from the first day that is simulated
    words: str | Phrase
    of: str
    choices: tuple[str, ...] = ()  # those that do it; empty: it holds whatever is chosen
    is_ours: bool = False  # whether the words are to be translated

    def told(self, translate: Translate) -> str:
        """The words in the reader's language, where they are ours."""
        if isinstance(self.words, Phrase):
            return self.words.tell(translate)
        return translate(self.words) if self.is_ours else self.words


@dataclass(frozen=True)
class Followed:
    """A mark on one curve, by its number: what stood there then, and later, for each choice."""

    number: int
    mark: Marked
    stands: tuple[tuple[Stand | None, Stand | None], ...]


def of_turns(turns: Iterable[Turn], names: Sequence[str], *, first_day: int = 0) -> list[Marked]:
    """What choices begin and end, as marks; what all of them do is of none."""
    return [
        Marked(t.day - first_day, t.words, CHOICE,
               () if len(names) > 1 and set(t.choices) == set(names) else t.choices)
        for t in turns
    ]  # fmt: skip


def in_order(marks: Iterable[Marked]) -> list[Marked]:
    """The oldest first; their numbers follow from it."""
    return sorted(marks, key=lambda mark: mark.day)


def followed(
    marks: Sequence[Marked], bands: Sequence[Bands], past: Sequence[float] = ()
) -> list[Followed]:
    """Each mark that lies on a curve, with what stood there.

    Parameters
    ----------
    marks
        In order; a mark's number is its place, from 1 on.
    bands
        The curve of each choice: low, middle and high by day.
    past
        What was counted on the days before; it is the same for all choices.
    """
    before = [Stand(float(n)) for n in past]
    curves = [
        before + [Stand(m, low, high) for low, m, high in zip(*band, strict=True)] for band in bands
    ]
    found = []
    for number, mark in enumerate(marks, start=1):
        stands = tuple(then_and_later(curve, mark.day + len(past)) for curve in curves)
        if any(then is not None for then, _ in stands):
            found.append(Followed(number, mark, stands))
    return found


def numbers_by_day(marks: Sequence[Marked]) -> dict[int, str]:
    """What stands at the head of a day's line: the numbers of its marks."""
    found: dict[int, list[str]] = {}
    for number, mark in enumerate(marks, start=1):
        found.setdefault(mark.day, []).append(str(number))
    return {day: ",".join(numbers) for day, numbers in found.items()}


def values_of(
    marks: Sequence[Marked],
    bands: Mapping[str, Mapping[str, Bands]],
    pasts: Mapping[str, Sequence[float]],
    *,
    starts_on: date | None,
    translate: Translate,
) -> list[dict[str, Any]]:
    """Every mark for a machine to read: its day, words, and each series by choice.

    ``bands``: by choice and series. Without a first date, ``on`` is null and ``day`` tells.
    """
    names = list(bands)
    series = list(next(iter(bands.values()))) if names else []
    told: list[dict[str, Any]] = [
        {
            "number": n, "day": mark.day, "on": _on(starts_on, mark.day),
            "later_on": _on(starts_on, mark.day + AFTER_DAYS), "of": mark.of,
            "words": mark.told(translate), "choices": list(mark.choices), "series": {},
        }
        for n, mark in enumerate(marks, start=1)
    ]  # fmt: skip
    for one in series:
        for found in followed(marks, [bands[name][one] for name in names], pasts.get(one, ())):
            told[found.number - 1]["series"][one] = {
                name: {"then": then and then.plain, "later": later and later.plain}
                for name, (then, later) in zip(names, found.stands, strict=True)
            }
    return told


def _on(starts_on: date | None, day: int) -> date | None:
    return None if starts_on is None else starts_on + timedelta(days=day)
