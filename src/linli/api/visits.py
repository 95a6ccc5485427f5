"""How do visits come in and out through the API? In batches, as a file, or one person's."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, File, Path, Query, Router
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door, purpose_of
from linli.api.faults import Fault, fault_of
from linli.api.openings import Happened
from linli.loops.advance import Refused
from linli.loops.scene import Scene
from linli.loops.visits import files, find, intake
from linli.loops.visits.intake import EDIT, NewVisit, Taken
from linli.loops.visits.tables import Air, Certainty, PlaceKind, Precision, Source
from linli.registry.forms import RecordForm

router = Router(tags=["visits"])
MOST_AT_ONCE = 2000
_enum: Any = StrEnum


def _closed(name: str, known: Any) -> Any:
    return _enum(name, {str(code).upper(): str(code) for code in known.values if code})


VisitPlaceKind = _closed("VisitPlaceKind", PlaceKind)
VisitPrecision = _closed("VisitPrecision", Precision)
VisitCertainty = _closed("VisitCertainty", Certainty)
VisitSource = _closed("VisitSource", Source)
VisitAir = _closed("VisitAir", Air)


class VisitNew(RecordForm):
    """One stay: who by id, where by site, area or name; the same stay sent twice is one."""

    person_id: Id
    place_kind: VisitPlaceKind  # type: ignore[valid-type]
    name: Annotated[str, Field(max_length=160)] = ""
    area_id: Id | None = None
    site_id: Id | None = None
    from_at: Happened
    until_at: Happened
    precision: VisitPrecision = VisitPrecision.MINUTE  # type: ignore[valid-type]
    certainty: VisitCertainty = VisitCertainty.LIKELY  # type: ignore[valid-type]
    source: VisitSource = VisitSource.INTERVIEW  # type: ignore[valid-type]
    air: VisitAir | None = None  # type: ignore[valid-type]
    carriage: Annotated[int, Field(ge=1, le=40)] | None = None
    row: Annotated[int, Field(ge=1, le=200)] | None = None
    seat: Annotated[str, Field(max_length=2)] = ""
    case_id: Id | None = None
    uid: UUID | None = None


class VisitBatch(RecordForm):
    """Up to 2,000 stays taken in together."""

    rows: Annotated[list[VisitNew], Field(min_length=1, max_length=MOST_AT_ONCE)]


class VisitRefused(BaseModel):
    """A row that was refused, and why; in a file the index is the number of its row."""

    index: int
    fault: Fault


class VisitTaken(BaseModel):
    """What became of the rows: new + again + refused are all that were sent."""

    n_new: int
    n_again: int
    refused: list[VisitRefused]


class VisitRow(BaseModel):
    """One stay of a person."""

    model_config = {"from_attributes": True}

    id: int
    place: str
    place_kind: str
    name: str
    area_id: int | None
    site_id: int | None
    carriage: int | None
    row: int | None
    seat: str
    air: str
    from_at: datetime
    until_at: datetime
    precision: str
    certainty: str
    source: str


class VisitAsked(BaseModel):
    """In which time."""

    from_at: Happened | None = None
    until_at: Happened | None = None


@router.post(
    "",
    response=VisitTaken,
    operation_id="visits_take_in",
    summary="Take in visits; the same ones twice change nothing",
    openapi_extra=door(EDIT, about_residents=True, placed=False),
)
def batch(request: HttpRequest, body: Body[VisitBatch]) -> Any:
    """Rows that are refused are told apart; the others go in."""
    rows = [_new(row) for row in body.rows]
    return _told(intake.take_in(rows, _scene(request)))


@router.post(
    "/file",
    response=VisitTaken,
    operation_id="visits_take_in_file",
    summary="Take in a file of visits: CSV, XLSX or Parquet",
    openapi_extra=door(EDIT, about_residents=True, placed=False),
)
def file(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Titles in Chinese or English; the same file twice changes nothing."""
    return _told(files.take_in(file.file, _scene(request)))  # type: ignore[arg-type]


@router.get(
    "/{person_id}",
    response=list[VisitRow],
    operation_id="visits_list",
    summary="One person's visits, oldest first",
    openapi_extra=door(find.SEE, about_residents=True),
)
def listing(request: HttpRequest, person_id: Path[Id], wanted: Query[VisitAsked]) -> Any:
    """The look is recorded, and the person can read of it."""
    return find.of_person(
        person_id,
        _scene(request),
        from_at=clock.seconds(wanted.from_at) if wanted.from_at else None,
        until_at=clock.seconds(wanted.until_at) if wanted.until_at else None,
    ).rows


def _scene(request: HttpRequest) -> Scene:
    return Scene(actor_of(request), clock.now_s(), purpose_of(request) or "")


def _new(row: VisitNew) -> NewVisit:
    plain = row.model_dump(mode="python")
    plain |= {"from_at": clock.seconds(row.from_at), "until_at": clock.seconds(row.until_at)}
    for name in ("place_kind", "precision", "certainty", "source"):
        plain[name] = plain[name].value
    plain["air"] = plain["air"].value if plain["air"] else ""
    return NewVisit(**plain)


def _told(done: Taken) -> VisitTaken:
    return VisitTaken(n_new=done.n_new, n_again=done.n_again, refused=refused_rows(done.refused))


def refused_rows(refused: list[Refused]) -> list[VisitRefused]:
    """Each refused row with its fault, in order."""
    return [VisitRefused(index=r.index, fault=fault_of(r.problem)) for r in refused]
