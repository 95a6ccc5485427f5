"""The demo's people act through the API alone, and leave the cast to whoever signs in."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli import clock
from linli.demo import build, inflight
from linli.demo.actors import Actors
from linli.demo.calls import Calls
from linli.demo.city import City, build_city
from linli.demo.plan import wuhan
from linli.loops.ledger import Event, Item
from linli.loops.shipped import ship_limits
from linli.loops.write import rebuild_tallies
from linli.registry.accounts import Account
from tests.cast import EVENING, HOUR
from tests.journeys.tallies import count_rows, tallies

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.usefixtures("kept_connection")]

SEED = 5
SCALE = 0.0005
STEP_S = 15 * 60


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = EVENING
        clock.follow(lambda: clock.Dial(shown=self.at, speed=0))


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def town(db: None, hands: Hands, settings: Any) -> City:
    """City W with few people in it, in a demo, with some requests under way."""
    settings.DEMO, settings.FILING_RATE = True, None  # as the environment of a demo has it
    ship_limits()
    build.build(wuhan(), scale=SCALE, seed=SEED, now=EVENING, whole_home=False)
    count_rows()
    city = build_city(wuhan(), scale=SCALE, seed=SEED)
    inflight.leave_in_flight(city, seed=SEED, now=EVENING, waves=[(1.0, 60)])
    return city


def calls(kept: Path) -> Calls:
    """The API without a socket: the application itself behind the client."""
    from linli.site.wsgi import application

    return Calls("http://localhost/", kept, httpx.WSGITransport(app=application))


def act(actors: Actors, hands: Hands, hours: int) -> None:
    """Let hours pass, everybody doing what is due."""
    for _ in range(hours * HOUR // STEP_S):
        hands.at += STEP_S
        while actors.act_once():
            pass


def test_they_do_all_there_is_to_do_and_take_it_up_again_after_a_stop(
    town: City, hands: Hands, tmp_path: Path
) -> None:
    before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with calls(tmp_path / "kept") as api:
        first = Actors(api, town, seed=SEED)
        first.take_up()
        hands.at += 14 * HOUR  # the morning
        act(first, hands, hours=2)
    n_items = Item.objects.count()

    with calls(tmp_path / "kept") as api:
        second = Actors(api, town, seed=SEED)
        second.take_up()
        alive = Item.objects.exclude(state="closed").values_list("id", flat=True)
        assert {item.id for _, _, item in second.coming} == set(alive)
        assert Item.objects.count() == n_items
        own = [i for i in alive if api.token_of(i)]
        assert api.see(own[0], token=api.token_of(own[0])).id == own[0]
        act(second, hands, hours=1)

    done = Event.objects.filter(id__gt=before).exclude(role="system")
    steps = Counter(done.values_list("step", flat=True))
    assert {"open", "accept", "answer", "read", "rate"} <= set(steps)
    assert set(done.values_list("role", flat=True)) >= {"visitor", "grid_worker"}
    cast = Account.objects.filter(is_cast=True).values("id")
    assert not done.filter(actor_id__in=cast).exists()
    assert not Item.objects.filter(exercise=False).exists()
    kept = tallies()
    rebuild_tallies()
    assert tallies() == kept
