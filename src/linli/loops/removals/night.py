"""When do residents leave the register? A chore asks once a night, and a job does it.

Removing a hundred thousand takes minutes, and the clocks of the items do not wait for it.
"""

from django.conf import settings

from linli import clock
from linli.jobs import queue
from linli.jobs.queue import Job, Running, job
from linli.loops.removals import rules
from linli.loops.removals.remove import remove_due

NIGHT = "removals_night"
HOUR_S = 3600
FROM_HOUR = 2  # of the city's day: few write then, and the counts of the night are under way


def ask_for_the_night(now: int) -> int:
    """Ask for this night's removals where somebody's time has come; 1 if it did."""
    today = clock.day(clock.moment(now))
    night, exercise = today.isoformat(), bool(settings.DEMO)
    if now < clock.midnight_s(today) + FROM_HOUR * HOUR_S:
        return 0
    if Job.objects.filter(kind=NIGHT, given__night=night).exists():
        return 0
    if not any(rules.due(rule, now).exists() for rule in rules.RULES):
        return 0
    queue.ask(NIGHT, night=night, now=now, exercise=exercise)
    return 1


@job(NIGHT)
def remove_tonight(running: Running) -> None:
    """Remove whose time has come; taken up again after a crash, it goes on with who is left."""
    given = running.job.given
    night = remove_due(given["now"], told=running.progress, exercise=given["exercise"])
    running.progress(sum(night.went.values()), went=dict(night.went), held=dict(night.held))
