"""What long work is under way, how far is it, and who takes it up again after a crash?

A job is a row. A worker leases it for a while and renews the lease as it goes; when a worker
dies, the lease runs out and the next worker takes the job up from the progress it had saved.
A worker that was only slow finds its lease gone when it next tells how far it is, and stops:
the number of the attempt says whose job it is.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from linli import clock
from linli.columns import MomentField
from linli.errors import Problem

log = logging.getLogger("linli.worker")

LEASE_S = 60
LONG_LEASE_S = 900  # of a long kind, which may be silent for minutes
MOST_ATTEMPTS = 5
PAUSE_AFTER_FAILURE_S = 30  # doubled with each attempt


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Job(models.Model):
    """One long piece of work: its kind, what it was given, how far it is, what came of it."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    given = models.JSONField(default=dict)
    account_id = models.BigIntegerField(null=True)
    asked_at = MomentField()
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.IntegerField(default=0)
    not_before = MomentField()
    lease_until = MomentField(null=True)
    n_done = models.BigIntegerField(default=0)
    n_total = models.BigIntegerField(null=True)
    result = models.JSONField(default=dict)
    problem = models.TextField(blank=True)

    class Meta:
        app_label = "jobs"
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_waiting",
            )
        ]


@dataclass(frozen=True)
class Running:
    """A leased job in the hands of its function: read what was given, tell how far it is."""

    job: Job
    watch: Callable[[int, int | None], None] | None = None  # somebody at a prompt looks on

    def progress(self, done: int, total: int | None = None, **result: Any) -> None:
        """Save how far the job is and renew the lease; raises LeaseLost if another has it."""
        self.job.n_done = done
        self.job.n_total = total if total is not None else self.job.n_total
        self.job.result = {**self.job.result, **result}
        self.job.lease_until = clock.moment(clock.wall_now() + _lease_s(self.job.kind))
        if not _mine(self.job).update(**{name: getattr(self.job, name) for name in SAVED}):
            raise LeaseLost(f"Job {self.job.id} is in other hands.")
        if self.watch is not None:
            self.watch(done, self.job.n_total)


class LeaseLost(Exception):
    """The worker was silent for longer than its lease, and another one has taken the job up."""


SAVED = ("n_done", "n_total", "result", "lease_until")
Work = Callable[[Running], None]
_kinds: dict[str, Work] = {}
_long: set[str] = set()
_in_hand: dict[int, Job] = {}  # what this process is doing


def job(kind: str, *, long: bool = False) -> Callable[[Work], Work]:
    """Register the function that does jobs of this kind; it must bear being run again.

    ``long``: it may take hours, and nobody else's job waits for it.
    """

    def register(work: Work) -> Work:
        _kinds[kind] = work
        if long:
            _long.add(kind)
        return work

    return register


def ask(kind: str, *, account_id: int | None = None, **given: Any) -> Job:
    """Put a job into the queue, in the caller's transaction."""
    at = int(clock.wall_now())
    return Job.objects.create(
        kind=kind, given=given, account_id=account_id, asked_at=at, not_before=at
    )


def under_way(kind: str) -> QuerySet[Job]:
    """The jobs of a kind that wait or are being done."""
    return Job.objects.filter(kind=kind, state__in=[JobState.WAITING, JobState.RUNNING])


def run_next(*, long: bool | None = None) -> bool:
    """Lease the job that waits longest and do it; False when nothing waits.

    ``long``: of the long kinds only, or of the others only; of all if it is not said.
    """
    some = Q() if long is None else Q(kind__in=_long) if long else ~Q(kind__in=_long)
    return _do(_lease(int(clock.wall_now()), some), None)


def run_this(job_id: int, *, watch: Callable[[int, int | None], None] | None = None) -> bool:
    """Lease one job and do it here, for whoever waits at a prompt; False if a worker has it."""
    return _do(_lease(int(clock.wall_now()), Q(id=job_id)), watch)


def _do(leased: Job | None, watch: Callable[[int, int | None], None] | None) -> bool:
    if leased is None:
        return False
    if leased.attempts > MOST_ATTEMPTS:  # it ended its workers too often to be tried again
        _end(leased, JobState.STOPPED, leased.problem or "The worker died each time.")
        return True
    _in_hand[leased.id] = leased
    try:
        _kinds[leased.kind](Running(leased, watch))
    except LeaseLost as lost:
        log.warning("%s", lost)
    except Problem as problem:
        _end(leased, JobState.FAILED, problem.tell())
    except Exception as error:  # whatever broke is kept with the job, and it is tried again
        _again(leased, type(error).__name__)  # its text may hold what somebody wrote
    else:
        _end(leased, JobState.DONE, "")
    finally:
        _in_hand.pop(leased.id, None)
    return True


def let_go() -> None:
    """Give back what is not finished: whoever stops does not let it wait for its lease to end."""
    for job in list(_in_hand.values()):
        _mine(job).filter(state=JobState.RUNNING).update(lease_until=0)


def _lease_s(kind: str) -> int:
    return LONG_LEASE_S if kind in _long else LEASE_S


def _lease(wall: int, some: Q) -> Job | None:
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=wall)
    waiting = Job.objects.filter(free, some, not_before__lte=wall)
    for candidate in waiting.order_by("not_before", "id")[:5]:
        took = Job.objects.filter(free, id=candidate.id).update(
            state=JobState.RUNNING, lease_until=wall + _lease_s(candidate.kind),
            attempts=F("attempts") + 1,
        )  # fmt: skip
        if took:
            candidate.refresh_from_db()
            return candidate
    return None


def _mine(job: Job) -> QuerySet[Job]:
    """The row, as long as nobody else has taken the job up."""
    return Job.objects.filter(id=job.id, attempts=job.attempts)


def _end(job: Job, state: JobState, problem: str) -> None:
    _mine(job).update(state=state, problem=problem, lease_until=None)


def _again(job: Job, problem: str) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        _end(job, JobState.STOPPED, problem)
        return
    pause = PAUSE_AFTER_FAILURE_S * 2 ** (job.attempts - 1)
    _mine(job).update(
        state=JobState.WAITING,
        problem=problem,
        lease_until=None,
        not_before=int(clock.wall_now()) + pause,
    )
