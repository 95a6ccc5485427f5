"""What became of every row? Outcomes that add up, and the file that tells them row by row."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from linli import bulk
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.jobs.queue import Job
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.imports import files
from linli.registry.imports.kind import Outcome, Row

CHUNK = 5_000
OUTCOME_NAMES = {
    Outcome.CREATED: N_("created"),
    Outcome.UPDATED: N_("updated"),
    Outcome.UNCHANGED: N_("unchanged"),
    Outcome.QUEUED: N_("queued"),
    Outcome.REFUSED: N_("refused"),
}


class ImportOutcome(models.Model):
    """What became of one row of one run, which record it is, and why if it was refused."""

    pk = models.CompositePrimaryKey("job_id", "n")
    job_id = models.BigIntegerField()
    n = models.IntegerField()
    outcome = models.CharField(max_length=10)
    subject = models.CharField(max_length=40, blank=True)
    reasons = models.JSONField(default=list)

    class Meta:
        app_label = "registry"


@dataclass(frozen=True)
class Result:
    """How far a run is, and what became of its rows so far."""

    job: Job
    dry_run: bool
    n_rows: int
    n_done: int
    counts: dict[str, int]

    @property
    def balances(self) -> bool:
        """Whether every row that was done has exactly one outcome."""
        return sum(self.counts.values()) == self.n_done


def result(job: Job) -> Result:
    """What is known of a run now."""
    job.refresh_from_db()
    counts = {outcome.value: int(job.result.get(outcome.value, 0)) for outcome in Outcome}
    return Result(job, bool(job.given.get("dry_run")), job.n_total or 0, job.n_done, counts)


def job_of(actor: Actor, job_id: int) -> Job:
    """A run of one's own; raises NotFound for another's and for none alike."""
    can(actor, Ask("imports.run", roles_for("imports.run"))).required()
    job = Job.objects.filter(id=job_id, kind="import", account_id=actor.id).first()
    if job is None:
        raise NotFound(what=Word(N_("import")), value=job_id)
    return job


def lines(job: Job, translate: Callable[[str], str] = str) -> Iterator[str]:
    """The result file as CSV: row, outcome, id and reason, in the language asked for."""
    yield _line([translate(N_("row")), translate(N_("outcome")), "id", translate(N_("reason"))])
    found = ImportOutcome.objects.filter(job_id=job.id).order_by("n")
    for row in found.iterator(chunk_size=CHUNK):
        reasons = " ".join(_told(reason, translate) for reason in row.reasons)
        name = translate(OUTCOME_NAMES[Outcome(row.outcome)])
        yield _line([str(row.n), name, row.subject, files.neutral(reasons)])


def keep(job_id: int, rows: list[Row]) -> None:
    """Write the outcomes of a batch, in the caller's transaction."""
    bulk.insert(
        ImportOutcome,
        ("job_id", "n", "outcome", "subject", "reasons"),
        [
            (
                job_id,
                row.n,
                (row.outcome or Outcome.REFUSED).value,
                str(row.known.id) if row.known is not None and row.known.id is not None else "",
                [_kept(problem) for problem in row.problems],
            )
            for row in rows
        ],
    )


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _kept(problem: Problem) -> dict[str, Any]:
    return {"s": problem.template, "v": {k: _plain(v) for k, v in problem.values.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Word):
        return {"w": str(value)}
    if isinstance(value, Problem):
        return {"p": _kept(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return value if isinstance(value, int | float) else str(value)


def _told(reason: dict[str, Any], translate: Callable[[str], str]) -> str:
    return _problem(reason).tell(translate)


def _problem(reason: dict[str, Any]) -> BadInput:
    return BadInput(reason["s"], **{k: _lively(v) for k, v in reason["v"].items()})


def _lively(value: Any) -> Any:
    if isinstance(value, dict):
        return Word(value["w"]) if "w" in value else _problem(value["p"])
    return [_lively(part) for part in value] if isinstance(value, list) else value
