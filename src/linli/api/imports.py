"""How do lists come in and go out through the API? Upload, look, try dry, run, read the result."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext
from ninja import Body, File, Form, Path, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from linli.api.auth import actor_of
from linli.api.doors import Id, allow, door, purpose_of
from linli.api.reading import refuse_no_text
from linli.registry import exports, imports
from linli.registry.areas import get as area_of
from linli.registry.forms import RecordForm
from linli.registry.imports import kinds

router = Router(tags=["imports"])
RUN = "imports.run"
_enum: Any = StrEnum
ImportKind = _enum("ImportKind", {name: name for name in kinds.every()})
Title = Annotated[str, Field(max_length=200)]


class ImportUpload(BaseModel):
    """A file that was read into rows; nothing of it has been judged yet."""

    id: int
    kind: str
    name: str
    at: datetime
    n_rows: int


class ImportPreview(BaseModel):
    """The first rows, and what each header would mean; change the mapping where it is wrong."""

    id: int
    kind: str
    header: list[str]
    mapping: dict[str, str]
    remembered: bool
    rows: list[list[str]]
    n_rows: int
    missing: list[str]
    unknown: list[str]


class ImportRun(RecordForm):
    """Which header means which column (as remembered, if none is sent), and whether for real."""

    dry_run: bool
    mapping: Annotated[dict[Title, Title], Field(max_length=200)] | None = None


class ImportProgress(BaseModel):
    """How far a run is and what became of its rows; every row has exactly one outcome."""

    id: int
    state: str
    dry_run: bool
    n_rows: int
    n_done: int
    counts: dict[str, int]
    balances: bool
    problem: str


class ExportForm(StrEnum):
    """The two files a list can leave as."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportAsk(BaseModel):
    """The file wanted, and the area it is narrowed to."""

    form: ExportForm = ExportForm.CSV
    area_id: Id | None = None
    tags: bool = False


@router.post(
    "/imports",
    response={201: ImportUpload},
    operation_id="imports_upload",
    summary="Send a CSV or XLSX file to be read",
    openapi_extra=door(RUN, placed=False),
)
def upload(request: HttpRequest, kind: Form[ImportKind], file: File[UploadedFile]) -> Any:  # type: ignore[valid-type]
    """The file's rows are staged; a wrong file is told in one sentence, and nothing is kept."""
    actor, _ = allow(request, RUN)
    refuse_no_text(file.name or "")
    made = imports.begin(actor, str(kind.value), file.file, file.name or "file")  # type: ignore[attr-defined, arg-type]
    made.refresh_from_db()
    told = ImportUpload(
        id=made.id, kind=made.kind, name=made.name, at=made.at, n_rows=made.n_rows or 0
    )
    return Status(201, told)


@router.get(
    "/imports/{upload_id}",
    response=ImportPreview,
    operation_id="imports_preview",
    summary="The first rows of an upload, and how they would be read",
    openapi_extra=door(RUN, placed=False),
)
def preview(request: HttpRequest, upload_id: Path[Id]) -> Any:
    """What the file holds."""
    found = imports.preview(imports.upload_of(actor_of(request), upload_id))
    return ImportPreview(
        id=upload_id,
        kind=found.kind.name,
        header=found.header,
        mapping=found.mapping,
        remembered=found.remembered,
        rows=found.rows,
        n_rows=found.n_rows,
        missing=found.missing,
        unknown=found.unknown,
    )


@router.post(
    "/imports/{upload_id}/runs",
    response={202: ImportProgress},
    operation_id="imports_run",
    summary="Import an upload, or try it dry; the worker does it",
    openapi_extra=door(RUN, placed=False),
)
def run(request: HttpRequest, upload_id: Path[Id], body: Body[ImportRun]) -> Any:
    """The run's progress; ask again until it is done."""
    actor = actor_of(request)
    upload_ = imports.upload_of(actor, upload_id)
    job = imports.run(upload_, body.mapping, body.dry_run, actor=actor)
    return Status(202, _progress(imports.result(job)))


@router.get(
    "/imports/runs/{job_id}",
    response=ImportProgress,
    operation_id="imports_progress",
    summary="How far a run is, and what became of its rows so far",
    openapi_extra=door(RUN, placed=False),
)
def progress(request: HttpRequest, job_id: Path[Id]) -> Any:
    """Counts by outcome."""
    return _progress(imports.result(imports.job_of(actor_of(request), job_id)))


@router.get(
    "/imports/runs/{job_id}/lines",
    operation_id="imports_lines",
    summary="What became of each row, as a CSV file",
    openapi_extra=door(RUN, placed=False)
    | {"responses": {"200": {"description": "OK", "content": {"text/csv": {}}}}},
)
def lines(request: HttpRequest, job_id: Path[Id]) -> HttpResponseBase:
    """One line a row: its outcome, the record, and why it was refused."""
    job = imports.job_of(actor_of(request), job_id)
    return StreamingHttpResponse(
        imports.lines(job, gettext), content_type="text/csv; charset=utf-8"
    )


@router.get(
    "/exports/{kind}",
    operation_id="exports_run",
    summary="A list as the caller may see it, as a file that comes in again",
    openapi_extra=door("exports.run", about_residents=True, placed=False)
    | {"responses": {"200": {"description": "OK", "content": {"*/*": {}}}}},
)
def export(
    request: HttpRequest,
    kind: Annotated[ImportKind, Path()],  # type: ignore[valid-type]
    wanted: Query[ExportAsk],
) -> HttpResponseBase:
    """Streamed; what is masked for the caller leaves masked."""
    path = area_of(wanted.area_id).path if wanted.area_id else ""
    made = exports.export(
        actor_of(request),
        str(kind.value),  # type: ignore[attr-defined]
        purpose=purpose_of(request),
        form=wanted.form.value,
        area_path=path,
        language=get_language() or "zh-hans",
        tags=wanted.tags,
    )
    answer = StreamingHttpResponse(made.chunks, content_type=made.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


def _progress(found: imports.Result) -> ImportProgress:
    return ImportProgress(
        id=found.job.id,
        state=found.job.state,
        dry_run=found.dry_run,
        n_rows=found.n_rows,
        n_done=found.n_done,
        counts=found.counts,
        balances=found.balances,
        problem=found.job.problem,
    )
