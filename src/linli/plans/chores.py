"""What does the worker do again and again? Every chore of every ring, declared in one place."""

import os
import pkgutil
import socket
import threading
from importlib import import_module

from django.conf import settings

import linli
from linli import clock
from linli.audit.sealed import seal_all
from linli.jobs import mail, outbox, worker
from linli.jobs.worker import Chore, Lease
from linli.knocks import counter
from linli.loops import destroy, tick
from linli.loops.calls import watch as calls
from linli.loops.campaigns import watch as rounds
from linli.loops.disinfections import watch as disinfections
from linli.loops.follow_ups import watch as follow_ups
from linli.loops.removals import night
from linli.loops.screening import owed
from linli.loops.substitutes import watch as substitutes
from linli.loops.vacancies import watch
from linli.plans import modes, running
from linli.registry.imports import staging
from linli.studies import jobs as studies
from linli.studies import thinning
from linli.studies.dispatch import closing
from linli.studies.evaluation.jobs import ask_for_the_night

HEARTBEAT = "worker"  # the lease that shows that some worker is alive
HEARTBEAT_EVERY_S = 5
HEARTBEAT_LASTS_S = 20  # a worker that was silent for longer is taken for dead


def beat() -> int:
    """Say that a worker is alive; the newest one signs."""
    until = int(clock.wall_now()) + HEARTBEAT_LASTS_S
    Lease.objects.update_or_create(
        name=HEARTBEAT,
        defaults={"holder": f"{socket.gethostname()}:{os.getpid()}", "until": until},
    )
    return 0


def last_beat_s() -> int | None:
    """When a worker last said that it is alive, in wall seconds; None if none ever did."""
    row = Lease.objects.filter(name=HEARTBEAT).first()
    return None if row is None else clock.seconds(row.until) - HEARTBEAT_LASTS_S


def silent_for_s() -> int | None:
    """Wall seconds since a worker last said that it is alive; None if none ever did."""
    last = last_beat_s()
    return None if last is None else int(clock.wall_now()) - last


def _vacancies() -> int:
    """Look after the units for which nobody answers; in a demonstration that is an exercise."""
    return watch.chore(exercise=bool(settings.DEMO))


def _rounds() -> int:
    """Close the days of the rounds that are over, and the rounds themselves."""
    return rounds.chore(exercise=bool(settings.DEMO))


def _expected() -> int:
    """Count whom today's rounds expect: people come, go and move meanwhile."""
    return rounds.count(exercise=bool(settings.DEMO))


def _disinfections() -> int:
    """Open today's disinfections, and close those that were missed."""
    return disinfections.chore(exercise=bool(settings.DEMO))


def _substitutes() -> int:
    """Ask for what stands in where an estate has no manager, guard and fence."""
    return substitutes.chore(exercise=bool(settings.DEMO))


def _removals() -> int:
    """Ask once a night for residents to be removed whose time has come."""
    return night.ask_for_the_night(clock.now_s())


def _staged() -> int:
    """Drop the rows of lists that were sent in and that nobody took in."""
    return staging.forget(clock.now_s())


def _risk() -> int:
    """Ask for the risk of the communities once a day."""
    return studies.ask_for(studies.RISK, now=clock.now_s(), exercise=bool(settings.DEMO))


def _calls() -> int:
    """See to those in special care with whom nobody had contact today."""
    return calls.chore(exercise=bool(settings.DEMO))


def _ways() -> int:
    """Keep the way of every run that has none yet."""
    return closing.keep_ways(exercise=bool(settings.DEMO), now=clock.now_s())


def _snapshots() -> int:
    """Ask for the counts of the evaluation once a night."""
    return ask_for_the_night(now=clock.now_s(), exercise=bool(settings.DEMO))


def _warnings() -> int:
    """Ask once a night for a look at the signals of the day before."""
    return studies.ask_for(studies.WARNINGS, now=clock.now_s(), exercise=bool(settings.DEMO))


# A lease is how long the others wait when a worker is killed in the middle of a chore.
CHORES: tuple[Chore, ...] = (
    Chore("alive", beat, every_s=HEARTBEAT_EVERY_S, lease_s=10),
    Chore("tick", tick.chore, every_s=1.0, lease_s=30),
    Chore("modes", modes.chore, every_s=1.0, lease_s=120),
    Chore("plans", running.chore, every_s=5.0, lease_s=300),
    Chore("contacts", follow_ups.chore, every_s=60.0, lease_s=300),
    Chore("vacancies", _vacancies, every_s=60.0, lease_s=60),
    Chore("rounds", _rounds, every_s=60.0, lease_s=300),
    Chore("expected", _expected, every_s=600.0, lease_s=300),
    Chore("owed", owed.chore, every_s=1.0, lease_s=60),
    Chore("disinfections", _disinfections, every_s=60.0, lease_s=60),
    Chore("calls", _calls, every_s=60.0, lease_s=60),
    Chore("substitutes", _substitutes, every_s=600.0, lease_s=300),
    Chore("ways", _ways, every_s=5.0, lease_s=120),
    Chore("risk", _risk, every_s=600.0, lease_s=60),
    Chore("warnings", _warnings, every_s=600.0, lease_s=60),
    Chore("send", outbox.send, every_s=1.0, lease_s=30),
    Chore("mail", mail.post, every_s=5.0),
    Chore("snapshots", _snapshots, every_s=600.0, lease_s=60),
    Chore("destroy", destroy.chore, every_s=3600.0, lease_s=600),
    Chore("removals", _removals, every_s=600.0, lease_s=60),
    Chore("thin", thinning.chore, every_s=3600.0, lease_s=600),
    Chore("staged", _staged, every_s=3600.0, lease_s=600),
    Chore("seal", seal_all, every_s=5.0, lease_s=60),
    Chore("knocks", counter.forget, every_s=300.0, lease_s=60),
)


def learn_jobs() -> list[str]:
    """Import every module named ``jobs`` below a ring, so that the kinds of job are known."""
    found = []
    for module in pkgutil.walk_packages(linli.__path__, "linli."):
        if module.name.endswith(".jobs") and not module.ispkg:
            import_module(module.name)
            found.append(module.name)
    return found


def run(stop: threading.Event) -> None:
    """Be the worker until ``stop`` is set."""
    learn_jobs()
    worker.run(CHORES, stop=stop)
