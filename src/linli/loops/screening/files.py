"""A list of reports comes as a file: CSV, XLSX or Parquet. What came of each of its rows?

Columns: ``person`` or ``household`` (code or number), ``day``, ``seen``; and if there are any
``how``, ``uid``, ``seq`` and the questions of the form by their names. A row without an uid has
one made from the file's words, so that the same file twice changes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from linli import clock
from linli.errors import N_, NotFound, Problem, Word
from linli.forms import BadForm
from linli.loops.screening import receive
from linli.loops.screening.receive import Answer, Outcome, ScreeningReport
from linli.policy.can import Actor
from linli.registry.households import Household
from linli.registry.imports import files
from linli.registry.person import Person

LISTS = UUID("a6f0d4c2-6f7b-4d6e-8a53-0c9a1f2b7d31")  # the name space of their uids; ours
AT_ONCE = 200
OURS = frozenset({"person", "household", "day", "seen", "how", "uid", "seq"})


@dataclass(frozen=True)
class Line:
    """What came of one row of the file."""

    number: int
    answer: Answer | None
    problem: Problem | None

    @property
    def outcome(self) -> str:
        """The word for it."""
        return self.answer.outcome.value if self.answer else Outcome.REJECTED.value


def take_in(actor: Actor, path: Path, *, now: int, purpose: str | None) -> Iterator[Line]:
    """Send the rows of a file as reports, some at a time, and say of each what came of it."""
    batch: list[tuple[int, ScreeningReport]] = []
    for number, cells in rows_of(path):
        try:
            batch.append((number, _report(cells, now)))
        except Problem as problem:
            yield Line(number, None, problem)
        if len(batch) == AT_ONCE:
            yield from _send(actor, batch, now, purpose)
            batch = []
    yield from _send(actor, batch, now, purpose)


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV, XLSX or Parquet file as texts by column, with their numbers."""
    if not path.is_file():
        raise NotFound(what=Word(N_("file")), value=path.name)
    with path.open("rb") as file, files.opened(file) as table:
        header = [name.strip().lower() for name in table.header]
        for number, cells in table.rows:
            yield number, dict(zip(header, (files.plain(cell) for cell in cells), strict=False))


def _report(cells: Mapping[str, str], now: int) -> ScreeningReport:
    person, household = cells.get("person", ""), cells.get("household", "")
    day = cells.get("day") or clock.day(clock.moment(now)).isoformat()
    answers = {name: value for name, value in cells.items() if name not in OURS and value}
    words = "|".join(f"{name}={value}" for name, value in sorted(cells.items()) if value)
    given: dict[str, Any] = {
        "uid": cells.get("uid") or uuid5(LISTS, words),
        "seq": cells.get("seq") or _noon_ms(day),
        "day": day,
        "person_id": _id_of(Person, person) if person else None,
        "household_id": _id_of(Household, household) if household else None,
        "seen": cells.get("seen") or "checked",
        "how": cells.get("how") or "list",
        "answers": answers or None,
    }
    try:
        return ScreeningReport.model_validate(given)
    except ValidationError as error:
        raise BadForm(error.errors()) from None


def _noon_ms(day: str) -> int:
    """The sequence of a row without one: the beginning of its day, so that devices win."""
    try:
        return max(1, (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400_000)
    except ValueError:
        return 1  # the day itself is refused with its own sentence


def _id_of(kind: type[Person] | type[Household], text: str) -> int:
    """The id of a record by its code or its number; one that is not there keeps its number."""
    found = kind._default_manager.filter(code=text).values_list("id", flat=True).first()
    if found is not None:
        return int(found)
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    what = N_("person") if kind is Person else N_("household")
    raise NotFound(what=Word(what), value=text[:40])


def _send(
    actor: Actor, batch: list[tuple[int, ScreeningReport]], now: int, purpose: str | None
) -> Iterator[Line]:
    if not batch:
        return
    answers = receive.receive(actor, [report for _, report in batch], now=now, purpose=purpose)
    for (number, _), answer in zip(batch, answers, strict=True):
        yield Line(number, answer, answer.problem)
