"""Who was expected, who was seen, and who was missed? The arithmetic of any round, and no table.

A round has an expected set for each day. Whoever of it was seen stands in one of five states;
whoever was not stays uncovered, and nothing else exists. What is said later replaces what was
said earlier by a sequence made where it was said, so that the order of arrival does not matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum
from uuid import UUID

from linli.errors import N_


class Seen(IntEnum):
    """How somebody was found on a day; there is no sixth way."""

    CHECKED = 1
    REFUSED = 2
    UNREACHABLE = 3
    AWAY = 4
    EXEMPT = 5


SEEN_NAMES: dict[Seen, str] = {
    Seen.CHECKED: N_("screened"),
    Seen.REFUSED: N_("declined"),
    Seen.UNREACHABLE: N_("unreachable"),
    Seen.AWAY: N_("away"),
    Seen.EXEMPT: N_("exempt"),
}
Order = tuple[int, UUID]  # the sequence made on the device, and the id that settles a tie


@dataclass(frozen=True)
class Told:
    """One report of one person on one day, as far as the arithmetic needs it."""

    day: date
    person: int
    seen: Seen
    order: Order


@dataclass(frozen=True)
class Coverage:
    """How many were expected in an area on a day, and how each of them was found."""

    expected: int = 0
    checked: int = 0
    refused: int = 0
    unreachable: int = 0
    away: int = 0
    exempt: int = 0

    @property
    def covered(self) -> int:
        """Those who stand in one of the five states."""
        return self.checked + self.refused + self.unreachable + self.away + self.exempt

    @property
    def uncovered(self) -> int:
        """Those of whom nobody knows anything."""
        return self.expected - self.covered

    @property
    def share(self) -> float | None:
        """The covered of the expected; of nobody there is no share."""
        return self.covered / self.expected if self.expected else None

    def __add__(self, more: "Coverage") -> "Coverage":
        return Coverage(*(getattr(self, f.name) + getattr(more, f.name) for f in fields(self)))


def beats(one: Order, other: Order) -> bool:
    """Whether what was said with this order replaces what was said with the other."""
    return one > other


def settled(told: Iterable[Told]) -> dict[tuple[date, int], Told]:
    """What holds for each person and day once everything has arrived, in whatever order."""
    held: dict[tuple[date, int], Told] = {}
    for one in told:
        known = held.get((one.day, one.person))
        if known is None or beats(one.order, known.order):
            held[one.day, one.person] = one
    return held


def missed(expected: Iterable[int], seen: Iterable[int]) -> set[int]:
    """The expected set minus what was seen."""
    return set(expected) - set(seen)


def coverage(expected: Iterable[int], seen: Mapping[int, Seen]) -> Coverage:
    """Count an expected set by how its people were found.

    Whoever was seen counts as expected, even if nobody had listed them before.
    """
    counts = {f.name: 0 for f in fields(Coverage)}
    for found in seen.values():
        counts[found.name.lower()] += 1
    counts["expected"] = len(set(expected) | set(seen))
    return Coverage(**counts)
