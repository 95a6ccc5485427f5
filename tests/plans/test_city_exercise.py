"""An exercise of the whole city W: every unit is called, climbs its ladder, and nobody is told."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as letters

import linli
from linli import clock
from linli.demo import build
from linli.demo.plan import wuhan
from linli.jobs import mail, outbox
from linli.jobs.outbox import Message, Notice
from linli.loops import tick
from linli.loops.advance import advance_many
from linli.loops.counted import items
from linli.loops.scene import Scene
from linli.loops.shipped import ship_limits
from linli.plans import running, runs, shelf
from linli.plans.starting import NewRun
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import Area
from tests.cast import EVENING, HOUR

SCALE = 0.0005  # of the people; areas, posts and staff are all there
SEED = 47
SENDERS = re.compile(
    r"send_mail|EmailMessage|smtplib|httpx|urllib\.request|requests\.post|aiohttp|webpush", re.I
)
# Mail to staff; the demonstration's own browser, actors and callers, who are no channel.
KNOWN = {"jobs/mail.py", "cli/opening.py", "demo/actors.py", "demo/calls.py"}


def test_nothing_leaves_the_house_but_by_the_known_doors() -> None:
    source = Path(linli.__file__).parent
    modules = [one for one in source.rglob("*.py") if not one.name.startswith("test_")]

    found = {str(one.relative_to(source)) for one in modules if SENDERS.search(one.read_text())}

    assert found == KNOWN


@pytest.mark.slow
@pytest.mark.db
def test_an_exercise_of_the_whole_city_gives_no_channel_anything(db: None, settings: Any) -> None:
    settings.EMAIL_HOST, settings.DEMO = "mail.test", False
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))
    ship_limits()
    shelf.ship_plans()
    build.build(wuhan(), scale=SCALE, seed=SEED, now=EVENING, whole_home=False)
    Account.objects.update(email="somebody@example.test")
    city = Area.objects.get(parent=None)
    gil = roster.actor_of(Account.objects.get(username="gil"), EVENING, two_factor=True)

    new = NewRun("mass-screening", city.id, "exercise", "The yearly exercise.", hours=96)
    run = runs.begin(gil, new, now=EVENING)
    for hour in (1, 3, 6, 12):
        running.chore(EVENING + hour * HOUR)
        tick.tick(EVENING + hour * HOUR)
        _send(EVENING + hour * HOUR)
    _sign_for_all(EVENING + 12 * HOUR)
    runs.finish(gil, run.id, reason="Enough.", now=EVENING + 13 * HOUR)
    _send(EVENING + 13 * HOUR)

    told = set(Notice.objects.values_list("account_id", flat=True))
    assert items(exercise=True).filter(loop="receipt").count() > 3_000
    assert len(told) > 1_000  # who takes part is told
    assert Message.objects.filter(exercise=False).count() == 0
    assert Notice.objects.filter(exercise=False).count() == 0
    assert [one for one in told if outbox.n_unread(one, exercise=False)] == []
    assert letters.outbox == []
    assert items(exercise=False).count() == 0


def _send(now: int) -> None:
    """Everything that waits is gathered, and the post goes."""
    while outbox.send(now=now):
        pass
    assert mail.post() == 0


def _sign_for_all(now: int) -> None:
    """Some of those called sign for the order, which tells whoever gave it."""
    waiting = items(exercise=True).filter(loop="receipt", stage="sent", holder_id__isnull=False)
    for holder in waiting.values_list("holder_id", flat=True).distinct()[:50]:
        account = Account.objects.get(id=holder)
        actor = roster.actor_of(account, now, two_factor=True, exercise=True)
        ids = list(waiting.filter(holder_id=holder).values_list("id", flat=True))
        advance_many(ids, "receive", Scene(actor, now, "service"))
