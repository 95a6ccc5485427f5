"""How does a test take a list in? As Ida of the data office, two rows a batch."""

import io
from unittest.mock import patch

from linli.jobs import queue
from linli.jobs.queue import Job
from linli.registry import imports
from linli.registry import jobs as jobs  # makes the kind of job known
from linli.registry.imports import running
from linli.registry.imports.results import ImportOutcome
from tests.cast import City


def come_in(
    city: City, text: str | bytes, *, kind: str = "people", dry_run: bool = False,
    mapping: dict[str, str] | None = None, batch: int = 2, by: str = "ida",
) -> imports.Result:  # fmt: skip
    """Import a text as Ida of the data office, two rows a batch."""
    data = text if isinstance(text, bytes) else text.encode()
    upload = imports.begin(city.actor(by), kind, io.BytesIO(data), "list.csv")
    job = imports.run(upload, mapping, dry_run)
    work_off(job, batch=batch)
    return imports.result(job)


def work_off(job: Job, *, batch: int = 2) -> None:
    """Let the worker do an import, and not keep silent about what broke."""
    with patch.object(running, "BATCH_ROWS", batch):
        assert queue.run_this(job.id)
    job.refresh_from_db()
    assert job.problem == ""


def counts(result: imports.Result) -> dict[str, int]:
    """The counters that are not zero, once they add up."""
    assert result.balances
    assert ImportOutcome.objects.filter(job_id=result.job.id).count() == result.n_rows
    return {name: n for name, n in result.counts.items() if n}


def reasons(result: imports.Result) -> list[str]:
    """What the result file says of each row."""
    return [line.strip().split(",", 3)[3] for line in list(imports.lines(result.job))[1:]]
