"""What has to stand before the curtain rises? The city, its emergency, and the days before."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.core.management import call_command
from django.db import connection

from linli.audit.records import Record, record
from linli.demo import build, dial, estates, health, inflight, reserves
from linli.demo.plan import plan_named
from linli.errors import N_, Conflict
from linli.loops.shipped import ship_limits
from linli.plans import modes, shelf
from linli.policy.can import SYSTEM
from linli.registry import dial as city_dial
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.declarations import Mode, Phase
from linli.registry.dial import ClockDial
from linli.studies.risk import runs as risk

DAY = 86_400
DECLARED_S = 17 * DAY + 8 * 3600  # before the start: 23 January, 10:00, as Wuhan closed
ENDS_AFTER_S = 30 * DAY  # an emergency has an end, in the demo too
Progress = Callable[[str, int, int], None]  # what, done, of how many


@dataclass(frozen=True)
class Wanted:
    """Which city is to be shown."""

    plan: str = "wuhan"
    scale: float = 0.01
    seed: int = 1


class RealCity(Conflict):
    """The database holds a city that the demo did not build."""

    code = "real_city"
    sentence = N_("This database holds {area}, which no demo built. Give the demo another one.")


class OtherCity(Conflict):
    """The demo that stands is not the one asked for."""

    code = "other_city"
    sentence = N_(
        "The city that stands here has plan {plan}, scale {scale} and seed {seed}. "
        "Leave these options out to open it, or add --fresh to build another."
    )


def standing() -> Wanted | None:
    """The city the demo built here and finished, None if there is none.

    Raises RealCity when there are areas that no demo has built.
    """
    first = Area.objects.filter(parent=None).first()
    if first is not None and not ClockDial.objects.exists():
        raise RealCity(area=first.name_zh)
    made = Record.objects.filter(kind="demo", act="build").order_by("-id").first()
    return Wanted(**made.detail) if made is not None else None


def clear() -> None:
    """Take down what a demo built; raises RealCity for anything else."""
    standing()
    call_command("flush", interactive=False, verbosity=0)
    ship_limits()
    shelf.ship_plans()


def set_up(wanted: Wanted, progress: Progress) -> None:
    """Build the city, declare its emergency, let the days before pass, and start its clock."""
    dial.stand_still_at_start()
    city_dial.follow()
    plan = plan_named(wanted.plan)
    with _in_one_go():
        build.build(plan, scale=wanted.scale, seed=wanted.seed, now=dial.START, progress=progress)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # so that both databases know how many rows came in
        declare(dial.START - DECLARED_S)
        progress("requests", 0, 1)
        city = inflight.city_for(plan, scale=wanted.scale, seed=wanted.seed)
        known = inflight.places_of(city)
        begins = dial.START - DECLARED_S
        days = health.health_of(city, known, seed=wanted.seed, start=begins, until=dial.START)
        inflight.leave_in_flight(
            city,
            seed=wanted.seed,
            now=dial.START,
            health=days.work,
            progress=lambda done, total: progress("requests", done, total),
        )
        progress("risk", 0, 1)
        estates.see_to(seed=wanted.seed, now=dial.START)
        reserves.see_to(seed=wanted.seed, now=dial.START)
        risk.chore(dial.START, exercise=True)
    record(SYSTEM, "build", "demo", wanted.plan, detail=asdict(wanted))


UNHURRIED = {  # how a database is told not to wait for the disk, and how to wait again
    "postgresql": ("SET synchronous_commit = off", "RESET synchronous_commit"),
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA synchronous = NORMAL"),
}
ROWS_BETWEEN_SWEEPS = 200_000  # plain rows make no rings, so memory is seldom swept for them


@contextmanager
def _in_one_go() -> Iterator[None]:
    """A city that can be made again is made without waiting for the disk, or sweeping for rings."""
    unhurried, as_before = UNHURRIED[connection.vendor]
    thresholds = gc.get_threshold()
    gc.set_threshold(ROWS_BETWEEN_SWEEPS, *thresholds[1:])
    try:
        with connection.cursor() as cursor:
            cursor.execute(unhurried)
            yield
            cursor.execute(as_before)
    finally:
        gc.set_threshold(*thresholds)


def declare(now: int) -> None:
    """The city's commander declares the emergency, with its end."""
    commander = Account.objects.get(username="gil")
    root = Area.objects.get(parent=None)
    modes.declare(
        roster.actor_of(commander, dial.START, two_factor=True, exercise=True),
        root,
        modes.NewDeclaration(
            mode=Mode.EMERGENCY,
            phase=Phase.CONTAIN,
            authority="W市疫情防控指挥部（演练）",
            reason="不明原因肺炎扩散，全市控制人员流动。",
            starts_at=dial.START - DECLARED_S,
            ends_at=dial.START + ENDS_AFTER_S,
        ),
        now=now,
    )
