"""Who moves the clocks, sends what waits and does the jobs? One worker, any number of copies.

Each chore runs under a lease, so that copies do not step on each other, and a copy that dies
leaves a lease that runs out. A chore that fails is reported and tried again at its next turn.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import OperationalError, close_old_connections, connection, models
from django.db.models import Q

from linli import clock
from linli.columns import MomentField
from linli.jobs import outbox, queue

JOB_ENDS_WITHIN_S = 5.0  # how long a worker that stops waits for the job in its hands
log = logging.getLogger("linli.worker")


class Lease(models.Model):
    """Who does a chore right now, and until when the others keep off."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=80, blank=True)
    until = MomentField(default=0)

    class Meta:
        app_label = "jobs"


@dataclass(frozen=True)
class Chore:
    """Something to be done again and again: what, how often, and how long it may take."""

    name: str
    do: Callable[[], int]
    every_s: float = 1.0
    lease_s: int = 120


CHORES: tuple[Chore, ...] = (Chore("send", outbox.send, every_s=1.0),)


def claim(name: str, holder: str, wall: int, lease_s: int) -> bool:
    """Take the lease of a chore if it is free, ours, or has run out."""
    free = Q(holder="") | Q(holder=holder) | Q(until__lt=wall)
    if Lease.objects.filter(free, name=name).update(holder=holder, until=wall + lease_s):
        return True
    _, made = Lease.objects.get_or_create(
        name=name, defaults={"holder": holder, "until": wall + lease_s}
    )
    return made


def release(name: str, holder: str) -> None:
    """Give the lease back."""
    Lease.objects.filter(name=name, holder=holder).update(holder="", until=0)


def run(
    chores: Sequence[Chore],
    *,
    stop: threading.Event | None = None,
    with_jobs: bool = True,
    pause_s: float = 0.25,
) -> None:
    """Do the chores in turn until ``stop`` is set; jobs run beside them.

    A job may take minutes, and clocks and messages do not wait for it: it has a thread of its
    own, and the long kinds have another, so that no list waits for a what-if. One still running
    at the end is given back, and taken up again.
    """
    stop = stop or threading.Event()
    holder = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
    due = {chore.name: 0.0 for chore in chores}
    lanes = [
        threading.Thread(target=_do_jobs, args=(stop, pause_s, long), name=name, daemon=True)
        for name, long in (("jobs", False), ("long jobs", True)) if with_jobs
    ]  # fmt: skip
    for lane in lanes:
        lane.start()
    while not stop.is_set():
        busy = False
        for chore in chores:
            if due[chore.name] <= clock.wall_now():
                busy = do_once(chore, holder) > 0 or busy
                due[chore.name] = clock.wall_now() + chore.every_s
        close_old_connections()
        if not busy:
            stop.wait(pause_s)
    for lane in lanes:
        lane.join(JOB_ENDS_WITHIN_S)
    if lanes:
        queue.let_go()


def _do_jobs(stop: threading.Event, pause_s: float, long: bool) -> None:
    try:
        while not stop.is_set():
            did = _guarded("jobs", lambda: int(queue.run_next(long=long)))
            close_old_connections()
            if not did:
                stop.wait(pause_s)
    finally:
        connection.close()


def do_once(chore: Chore, holder: str) -> int:
    """Do one chore under its lease; returns what it counted, 0 if another copy has it."""

    def leased() -> int:
        if not claim(chore.name, holder, int(clock.wall_now()), chore.lease_s):
            return 0
        try:
            return chore.do()
        finally:
            release(chore.name, holder)

    return _guarded(chore.name, leased)


def _guarded(name: str, do: Callable[[], int]) -> int:
    try:
        return do()
    except OperationalError as error:
        if "locked" in str(error):  # SQLite has one writer, and another had it all the while
            log.warning("The chore %s waited in vain to write and will be tried again.", name)
        else:
            log.exception("The chore %s failed and will be tried again.", name)
        return 0
    except Exception:  # a chore that breaks must not stop the others; it is logged, and comes again
        log.exception("The chore %s failed and will be tried again.", name)
        return 0
