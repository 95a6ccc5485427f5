"""How does a laboratory's list come in? Row by row, each taken or refused with its reason."""

import hashlib
from collections.abc import Sequence
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
from linli.registry.imports.references import References
from linli.registry.imports.typed import RowRefused

ROWS_AT_ONCE = 1_000
Short = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]


class LabResultRow(BaseModel):
    """One result as it is sent; a moment without a zone is the city's.

    ``area`` is where it was sampled: ``id:7``, its code, or its name. Whose desk that is sees what
    was told, should nobody be found.
    """

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
    area: Annotated[str, Field(max_length=160)] = ""
    uid: UUID | None = None

    def told(self) -> Told:
        """What is known of whose sample it was."""
        return Told(
            sample=self.sample, code=self.code, document=self.document, name=self.name.strip(),
            birth_date=self.birth_date, phone=self.phone,
        )  # fmt: skip

    def result(self, *, exercise: bool, references: References | None = None) -> NewResult:
        """The result; the same row without an uid has the same one every time.

        One of a drill has another than the same one in earnest. Raises UnknownReference or
        SeveralMeant for an area that cannot be found.
        """
        asked = references or References()
        return NewResult(
            test=self.test.value,
            disease=self.disease,
            finding=self.finding.value,
            found_at=_city(self.found_at),
            told=self.told(),
            ct=self.ct,
            laboratory=self.laboratory.strip(),
            sampled_at=None if self.sampled_at is None else _city(self.sampled_at),
            path=asked.area(self.area).path if self.area.strip() else "",
            uid=self.uid or self._own_uid(exercise),
        )

    def _own_uid(self, exercise: bool) -> UUID:
        left_out = {"uid"} if self.area else {"uid", "area"}
        text = self.model_dump_json(exclude=left_out) + ("exercise" if exercise else "")
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


def take_rows(
    actor: Actor,
    rows: Sequence[LabResultRow],
    *,
    now: int,
    references: References | None = None,
) -> tuple[TakenIn, list[tuple[int, Problem]]]:
    """Take some rows in, in one transaction; those refused are told by their place among them."""
    asked = references or References()
    good: list[NewResult] = []
    places: list[int] = []
    refused: list[tuple[int, Problem]] = []
    for n, row in enumerate(rows):
        try:
            result = row.result(exercise=actor.exercise, references=asked)
            if not result.has_happened(now):
                raise results.in_the_future()
        except Problem as problem:
            refused.append((n, problem))
        else:
            good.append(result)
            places.append(n)
    foreign = results.foreign(actor, good)
    refused += [(places[n], problem) for n, problem in foreign.items()]
    kept = [one for n, one in enumerate(good) if n not in foreign]
    return results.take_in(actor, kept, now=now), sorted(refused, key=lambda one: one[0])


def take_file(actor: Actor, file: IO[bytes], *, now: int) -> tuple[ListTaken, list[RowRefused]]:
    """Take a CSV, XLSX or Parquet file of results in, a thousand rows a transaction.

    Raises WrongFile or ForeignColumns before anything is taken. The same file again changes
    nothing, so one that was broken off is simply sent again.
    """
    told, refused, references = ListTaken(), [], References()
    for part in typed.in_parts(typed.rows_of(file, LabResultRow), ROWS_AT_ONCE):
        told.rows += len(part)
        good = [(read.number, read.row) for read in part if read.row is not None]
        bad = [RowRefused(r.number, r.problem) for r in part if r.problem is not None]
        rows = [row for _, row in good]
        taken, wrong = take_rows(actor, rows, now=now, references=references)
        bad += [RowRefused(good[n][0], problem) for n, problem in wrong]
        told.add(taken)
        refused += sorted(bad, key=lambda one: one.number)
    return told, refused


def _city(at: datetime) -> int:
    aware = at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(clock.CITY_ZONE_DEFAULT))
    return clock.seconds(aware)
