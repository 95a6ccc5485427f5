"""How does a laboratory's list come in? Row by row, each taken or refused with its reason."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, StringConstraints

from linli import clock
from linli.errors import Problem
from linli.loops.laboratory import results
from linli.loops.laboratory.results import NewResult, TakenIn
from linli.loops.laboratory.tables import Finding, Test
from linli.loops.laboratory.whose import Told
from linli.policy.can import Actor
from linli.registry.imports import typed

ROWS_AT_ONCE = 1_000
Short = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]


class LabResultRow(BaseModel):
    """One result as it is sent; a moment without a zone is the city's."""

    model_config = {"extra": "forbid"}

    sample: Short = ""
    test: Test = Test.PCR
    disease: Annotated[str, Field(max_length=24, pattern="^[a-z0-9_]+$")] = "covid19"
    finding: Finding
    found_at: datetime
    ct: Annotated[float, Field(ge=0, le=60)] | None = None
    laboratory: Annotated[str, Field(max_length=120)] = ""
    sampled_at: datetime | None = None
    code: Short = ""
    document: Short = ""
    name: Annotated[str, Field(max_length=120)] = ""
    birth_date: date | None = None
    phone: Short = ""
    uid: UUID | None = None

    def told(self) -> Told:
        """What is known of whose sample it was."""
        return Told(
            sample=self.sample, code=self.code, document=self.document, name=self.name.strip(),
            birth_date=self.birth_date, phone=self.phone,
        )  # fmt: skip

    def result(self, *, exercise: bool) -> NewResult:
        """The result; the same row without an uid has the same one every time.

        One of a drill has another than the same one in earnest.
        """
        return NewResult(
            test=self.test.value,
            disease=self.disease,
            finding=self.finding.value,
            found_at=_city(self.found_at),
            told=self.told(),
            ct=self.ct,
            laboratory=self.laboratory.strip(),
            sampled_at=None if self.sampled_at is None else _city(self.sampled_at),
            uid=self.uid or self._own_uid(exercise),
        )

    def _own_uid(self, exercise: bool) -> UUID:
        text = self.model_dump_json(exclude={"uid"}) + ("exercise" if exercise else "")
        return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4)


@dataclass
class ListTaken:
    """What became of a list: rows = new + again + refused; new = matched + unmatched."""

    rows: int = 0
    new: int = 0
    again: int = 0
    matched: int = 0
    unmatched: int = 0
    opened: int = 0
    moved: int = 0

    def add(self, taken: TakenIn) -> None:
        """Count one part of the list."""
        for name in ("new", "again", "matched", "unmatched", "opened", "moved"):
            setattr(self, name, getattr(self, name) + getattr(taken, name))


@dataclass(frozen=True)
class RowRefused:
    """A row that was refused: its number in the file, and the problem."""

    number: int
    problem: Problem


def take_file(actor: Actor, file: IO[bytes], *, now: int) -> tuple[ListTaken, list[RowRefused]]:
    """Take a CSV, XLSX or Parquet file of results in, a thousand rows a transaction.

    Raises WrongFile or ForeignColumns before anything is taken. The same file again changes
    nothing, so one that was broken off is simply sent again.
    """
    told, refused = ListTaken(), []
    for part in _parts(typed.rows_of(file, LabResultRow)):
        told.rows += len(part)
        good: list[NewResult] = []
        for read in part:
            problem = read.problem
            if read.row is not None:
                result = read.row.result(exercise=actor.exercise)
                if result.has_happened(now):
                    good.append(result)
                    continue
                problem = results.in_the_future()
            refused.append(RowRefused(read.number, problem or results.in_the_future()))
        told.add(results.take_in(actor, good, now=now))
    return told, refused


def _parts(
    rows: Iterator[typed.Read[LabResultRow]],
) -> Iterator[list[typed.Read[LabResultRow]]]:
    part: list[typed.Read[LabResultRow]] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    yield part


def _city(at: datetime) -> int:
    aware = at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(clock.CITY_ZONE_DEFAULT))
    return clock.seconds(aware)
