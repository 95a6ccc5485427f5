"""When are the counts of a night kept? A chore asks for it once, and a job counts beside the rest.

Counting a whole city may take minutes, and the clocks of the items do not wait for it.
"""

from linli import clock
from linli.analysis.evaluation.formulas import shipped_formulas
from linli.jobs import queue
from linli.jobs.queue import Job, Running, job
from linli.studies.evaluation import snapshots
from linli.studies.evaluation.records import vocabulary
from linli.studies.evaluation.study import framework

NIGHT = "evaluation_night"


def ask_for_the_night(*, now: int, exercise: bool) -> int:
    """Ask for this night's counts where they are owed and nobody has asked; 1 if it did."""
    night = clock.day(clock.moment(now)).isoformat()
    if Job.objects.filter(kind=NIGHT, given__night=night, given__exercise=exercise).exists():
        return 0
    if not snapshots.owed_tonight(framework(), now=now, exercise=exercise):
        return 0
    queue.ask(NIGHT, night=night, now=now, exercise=exercise)
    return 1


@job(NIGHT)
def keep_the_night(running: Running) -> None:
    """Keep the counts of every city that owes this night's; run again, it goes on."""
    given, measured = running.job.given, framework()
    snapshots.nightly(
        measured, shipped_formulas(measured, vocabulary()), now=given["now"],
        exercise=given["exercise"], told=running.progress,
    )  # fmt: skip
