"""While the demo's clock runs, grid workers, clinicians and tracers act by the API alone."""

from pathlib import Path
from typing import Any

import pytest

from linli import clock
from linli.demo import dial, health, inflight
from linli.demo.build import build
from linli.demo.cast import home_of
from linli.demo.plan import wuhan
from linli.demo.rounds_people import RoundsPeople
from linli.demo.stage import declare
from linli.loops.follow_ups.tables import FollowUp, Seen
from linli.loops.laboratory.tables import LabResult
from linli.loops.ledger import Event, Item
from linli.loops.screening import counting
from linli.loops.shipped import ship_limits
from linli.registry.accounts import Account
from linli.registry.areas import Area
from tests.journeys.test_actors import calls

pytestmark = [
    pytest.mark.django_db, pytest.mark.db, pytest.mark.slow, pytest.mark.search,
    pytest.mark.usefixtures("kept_connection"),
]  # fmt: skip

DAY = 86_400


def test_they_move_the_boards_and_leave_the_cast_alone(db: None, settings: Any, tmp_path: Path):
    settings.DEMO, settings.FILING_RATE = True, None
    ship_limits()
    build(wuhan(), scale=0.0003, seed=5, now=dial.START, whole_home=False)
    begins = dial.START - 5 * DAY
    declare(begins)
    city = inflight.city_for(wuhan(), scale=0.0003, seed=5)
    places = inflight.places_of(city)
    days = health.health_of(city, places, seed=5, start=begins, until=dial.START)
    inflight.leave_in_flight(city, seed=5, now=dial.START, waves=((1, 3),), health=days.work)
    clock.follow(lambda: clock.Dial(shown=dial.START + 60, speed=0))
    cast = set(Account.objects.filter(is_cast=True).values_list("id", flat=True))
    home = Area.objects.get(id=places.areas[home_of(city.frame).community])
    today = clock.day(clock.moment(dial.START))
    before = (counting.n_reports(today, exercise=True), _told(), _found(), _moves())

    with calls(tmp_path / "tokens") as client:
        people = RoundsPeople(client, cast, home=home.path, seed=5)
        done = [people.turn() for _ in range(48)]

    after = (counting.n_reports(today, exercise=True), _told(), _found(), _moves())
    assert sum(done) > 8
    assert [new > old for new, old in zip(after, before, strict=True)] == [True] * 4
    assert counting.differences(today, exercise=True) == []
    late = Event.objects.filter(at__gt=clock.moment(dial.START))
    assert not late.filter(actor_id__in=cast).exists()


def _told() -> int:
    return FollowUp.objects.exclude(status=Seen.DUE).count()


def _found() -> int:
    return LabResult.objects.count()


def _moves() -> int:
    rows = Item.objects.filter(loop__in=("fever", "investigation"))
    return sum(rows.values_list("n_events", flat=True))
