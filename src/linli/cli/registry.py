"""`linli import` and `linli export`: lists of the registry in and out, without a browser."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

app = typer.Typer()

EXIT_REFUSED = 1
LOOK_EVERY_S = 0.3


@app.command("import", help=_("Take a list in (CSV or XLSX): people, households, areas, ..."))
def take_in(
    kind: Annotated[str, typer.Argument(help=_("Which list: people, sites, duties, ..."))],
    file: Annotated[Path, typer.Argument(help=_("The file to read."), exists=True)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Count what would happen, and write nothing."))
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", help=_('What titles mean, as JSON: {"title": "column"}.')),
    ] = None,
    result: Annotated[
        Path | None, typer.Option("--result", help=_("Write what became of every row here."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Import a file here and now; exit code 1 if any row was refused."""
    get_ready()
    import linli.registry.jobs  # noqa: F401 - makes the kind of job known
    from linli.jobs import queue
    from linli.registry import imports

    chosen = _mapping(mapping)
    with file.open("rb") as opened:
        upload = imports.begin(imports.OPERATOR, kind, opened, file.name)
    job = imports.run(upload, chosen, dry_run, actor=imports.OPERATOR)
    with _bar(job.n_total or 0, shown=not as_json) as moved:
        if not queue.run_this(job.id, watch=moved):
            _look_on(job, moved)
    found = imports.result(job)
    if found.job.problem:
        raise BadInput(N_("The import stopped: {reason}"), reason=found.job.problem)
    if result is not None:
        with result.open("w", encoding="utf-8-sig", newline="") as out:
            out.writelines(imports.lines(job, _))
    if as_json:
        say_json({"job": job.id, "dry_run": dry_run, "rows": found.n_rows, **found.counts})
    else:
        say(
            _(
                "{rows} rows: {created} created, {updated} updated, {unchanged} unchanged, "
                "{queued} to be looked at, {refused} refused."
            ),
            rows=found.n_rows,
            **found.counts,
        )
    if found.counts["refused"]:
        raise typer.Exit(EXIT_REFUSED)


@app.command("export", help=_("Send a list out as CSV or XLSX, or print its table schema."))
def send_out(
    kind: Annotated[str, typer.Argument(help=_("Which list: people, sites, duties, ..."))],
    out: Annotated[
        Path | None, typer.Option("--out", help=_("The file to write; else standard output."))
    ] = None,
    form: Annotated[str, typer.Option("--form", help=_("csv or xlsx."))] = "csv",
    tags: Annotated[
        bool, typer.Option("--tags", help=_("Add a line of HXL tags below the header."))
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help=_("Print the columns as a table schema instead."))
    ] = False,
) -> None:
    """Export the whole list; the look is recorded as the operator's."""
    get_ready()
    from django.utils import translation

    from linli.policy.roles import Purpose
    from linli.registry import exports, imports

    if schema:
        say_json(exports.schema(kind))
        return
    sent = exports.export(
        imports.OPERATOR,
        kind,
        purpose=Purpose.REGISTRY,
        form=form,
        tags=tags,
        language=translation.get_language() or "en",
    )
    if out is None:
        for chunk in sent.chunks:
            sys.stdout.buffer.write(chunk)
        return
    with out.open("wb") as written:
        written.writelines(sent.chunks)


def _look_on(job: Any, moved: Any) -> None:
    """A worker was quicker: follow its progress until it has ended."""
    from threading import Event

    while job.state in {"waiting", "running"}:
        Event().wait(LOOK_EVERY_S)
        job.refresh_from_db()
        moved(job.n_done, job.n_total)


def _mapping(file: Path | None) -> dict[str, str] | None:
    if file is None:
        return None
    try:
        read = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(v, str) for v in read.values()):
        raise BadInput(N_("{file} is no JSON of titles and columns."), file=file.name)
    return read


class _bar:  # noqa: N801 - read as a phrase: with _bar(...)
    """A progress bar on standard error; calling it moves it."""

    def __init__(self, total: int, *, shown: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), disable=not shown)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda done, total: self._bar.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
