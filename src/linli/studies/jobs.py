"""Which studies are made anew each night? A chore asks for them once; a job makes them.

A study of a whole city may take minutes, and the clocks of the items do not wait for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from linli import clock
from linli.jobs import queue
from linli.jobs.queue import Job, Running, job
from linli.studies.risk import runs
from linli.studies.warning import watch


@dataclass(frozen=True)
class Night:
    """A study of the night: the kind of its job, whether it is owed, and what makes it."""

    kind: str
    owed: Callable[..., bool]
    make: Callable[..., int]


RISK = Night("risk_night", runs.owed, runs.chore)
WARNINGS = Night("warning_night", watch.owed, watch.chore)


def ask_for(night: Night, *, now: int, exercise: bool) -> int:
    """Ask for a study where it is owed and nobody has asked today; 1 if it did."""
    today = clock.day(clock.moment(now)).isoformat()
    asked = Job.objects.filter(kind=night.kind, given__night=today, given__exercise=exercise)
    if asked.exists() or not night.owed(now, exercise=exercise):
        return 0
    queue.ask(night.kind, night=today, now=now, exercise=exercise)
    return 1


@job(RISK.kind)
def count_the_risk(running: Running) -> None:
    """Count the risk of the communities; run again, it counts nothing twice."""
    RISK.make(running.job.given["now"], exercise=running.job.given["exercise"])


@job(WARNINGS.kind)
def look_at_the_signals(running: Running) -> None:
    """Look at the signals of the day before; run again, it raises nothing twice."""
    WARNINGS.make(running.job.given["now"], exercise=running.job.given["exercise"])
