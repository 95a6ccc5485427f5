"""What has to be declared so that a kind of record can come in and go out as a list?"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from linli.errors import Problem
from linli.policy.can import Actor
from linli.registry.imports.columns import Column
from linli.registry.imports.references import References

Values = dict[str, Any]


class Outcome(StrEnum):
    """What became of a row; the five add up to the rows in."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    QUEUED = "queued"  # taken in, and put into the review queue as perhaps a duplicate
    REFUSED = "refused"


@dataclass(eq=False, slots=True)
class Known:
    """A record as it stands or will stand: its id (None until written) and its values."""

    id: Any
    values: Values
    changes: Values = field(default_factory=dict)
    before: Values = field(default_factory=dict)  # the values of what has changed, as they were
    frozen: bool = False  # merged into another: found, and left as it is


@dataclass(frozen=True, slots=True)
class Doubt:
    """Another record that may be the same thing: how alike (0 to 1), and in what."""

    known: Known
    score: float
    evidence: tuple[str, ...]


@dataclass(slots=True)
class Row:
    """One row on its way in. ``values`` are what it gives, as the columns of the table."""

    n: int
    values: Values = field(default_factory=dict)
    given: frozenset[str] = frozenset()  # the columns that hold something
    problems: list[Problem] = field(default_factory=list)
    known: Known | None = None
    doubts: list[Doubt] = field(default_factory=list)
    outcome: Outcome | None = None

    def refuse(self, problem: Problem) -> None:
        """Refuse the row; further reasons are added to the first."""
        self.problems.append(problem)


@dataclass
class World:
    """What a run knows while it goes: who asked, from which list, and what references mean."""

    actor: Actor
    source: str
    today: date
    now: int
    references: References
    scratch: dict[str, Any] = field(default_factory=dict)  # what a kind keeps in mind of a run


@dataclass(frozen=True)
class Kind:
    """A kind of record: its columns, how a row finds what it is about, and who writes it.

    ``resolve`` turns references into columns of the table and refuses what cannot be;
    ``fetch`` reads in bulk all records that rows may be about; ``lookups`` gives the keys under
    which a record is found; ``judge`` picks among those. ``create`` and ``change`` write.
    """

    name: str
    zh: str
    en: str
    power: str  # what it takes to write one, asked at its area
    columns: tuple[Column, ...]
    resolve: Callable[[list[Row], World], None]
    fetch: Callable[[list[Row], World], Iterable[Known]]
    lookups: Callable[[Values], Sequence[Hashable]]
    judge: Callable[[Values, Sequence[Known]], tuple[Known | None, list[Doubt]]]
    create: Callable[[list[Known], World], None]
    change: Callable[[list[Known], World], None]
    rows: Callable[[], QuerySet[Any]]  # for export, in the order of the list
    cells: Callable[[Iterable[Any], References], Iterator[Values]]
    check: Callable[[Row, World], None] = lambda row, world: None
    about_residents: bool = False
    has_path: bool = True
    never_compared: frozenset[str] = frozenset()
    queue: Callable[[Known, Sequence[Doubt], World], None] | None = None

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(c for c in self.columns if c.name == name)
