"""Days pass in a city of made-up people: nothing is lost, late work climbs, everybody is asked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db.models import F, Q

from linli import clock
from linli.demo import build, inflight
from linli.demo.city import City, build_city
from linli.demo.drive import Drive
from linli.demo.plan import wuhan
from linli.demo.requests import build_requests
from linli.jobs.outbox import Message
from linli.loops import catalogue
from linli.loops.ledger import Event, Item
from linli.loops.shipped import ship_limits
from linli.loops.write import rebuild_tallies
from linli.registry.roster import first_responsible
from tests.cast import EVENING, HOUR
from tests.journeys.by_hand import Step, due
from tests.journeys.tallies import count_rows, tallies

SEED = 47
SCALE = 0.0005
DAY = 24 * HOUR
ASKED_DAYS = 4
WATCHED_EVERY_S = 12 * HOUR
ENDS_WITHOUT_REPLY = ("withdrawn", "merged")  # asked by the resident, or it goes on elsewhere


@dataclass
class Watched:
    """What was found wrong at the moments somebody looked."""

    n_looked: int = 0
    n_late: int = 0
    unassigned: int = 0
    unanswered_for: int = 0
    wrong_tier: int = 0


@pytest.fixture
def town(db: None) -> City:
    """City W with few people in it."""
    ship_limits()
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))
    build.build(wuhan(), scale=SCALE, seed=SEED, now=EVENING, whole_home=False)
    count_rows()
    return build_city(wuhan(), scale=SCALE, seed=SEED)


def let_days_pass(town: City, *, n: int, days: int) -> Watched:
    """n requests in the first days, and looks at everything twice a day."""
    until = EVENING + ASKED_DAYS * DAY
    asked = build_requests(town, n=n, seed=SEED, until=until, days=ASKED_DAYS)
    drive = Drive(seed=SEED)
    places = inflight.places_of(town)
    drive.expect(catalogue.get("request"), inflight.openings_of(town, asked, places, SEED))
    drive.echo(inflight.echoes_of(asked, SEED))
    watched = Watched()

    def watch(done: int, total: int) -> None:
        if done % WATCHED_EVERY_S == 0 or done == total:
            look(watched, EVENING + done)

    passed = drive.pass_until(EVENING, EVENING + days * DAY, watch)
    assert passed.opened == n
    assert sum(passed.refused.values()) <= n // 50, passed.refused
    return watched


def look(watched: Watched, now: int) -> None:
    """Check every request that is under way against what its events alone would say."""
    alive = {i.id: i for i in Item.objects.exclude(state="closed")}
    history: dict[int, list[Step]] = {}
    for item_id, *event in (
        Event.objects.filter(item_id__in=Item.objects.exclude(state="closed").values("id"))
        .order_by("item_id", "n")
        .values_list("item_id", "step", "to_stage", "tier", "at")
    ):
        step, stage, tier, at = event
        history.setdefault(item_id, []).append(Step(step, stage, tier, clock.seconds(at)))
    answers = {
        (i.unit_id, i.topic): first_responsible(i.unit_id, i.topic, now)
        for i in alive.values()
        if i.holder_id is None
    }
    for item in alive.values():
        expected = due(history[item.id], item.item_class, now)
        watched.n_looked += 1
        if expected is None:
            watched.wrong_tier += item.clock_id is not None
            continue
        watched.n_late += expected.late
        watched.unassigned += item.stage == "received" and expected.late
        watched.unanswered_for += (
            item.holder_id is None and answers[item.unit_id, item.topic] is None
        )
        found = (item.tier, item.late, item.level)
        watched.wrong_tier += found != (expected.tier, expected.late, expected.rungs)


def climbs() -> Iterator[list[int]]:
    """The tiers that each request's rungs led to, in order."""
    tiers: dict[int, list[int]] = {}
    for item_id, tier in Event.objects.order_by("item_id", "n").values_list("item_id", "tier"):
        tiers.setdefault(item_id, []).append(tier)
    yield from tiers.values()


def check_the_end() -> None:
    """What must hold of everything that was closed, and of the books."""
    closed = Item.objects.filter(state="closed")
    ended = closed.exclude(outcome__in=ENDS_WITHOUT_REPLY)
    assert ended.count() > closed.count() // 2
    assert not ended.filter(rating_asked_at=None).exists()
    assert not ended.filter(Q(replied_at=None) | Q(reply_seen_at=None)).exists()
    assert not ended.filter(reply_seen_at__gt=F("closed_at")).exists()
    told = Event.objects.filter(
        Q(step__in=["read", "deliver", "rate"])
        | Q(step="answer", data__reach__in=["phone", "visit"])
    ).values("item_id")
    assert not ended.exclude(id__in=told).exists()
    assert not Message.objects.filter(notice_id=None).exists()
    kept = tallies()
    rebuild_tallies()
    assert tallies() == kept


def check_all(town: City, *, n: int, days: int) -> None:
    watched = let_days_pass(town, n=n, days=days)

    assert watched.n_late > n // 50
    assert (watched.unassigned, watched.unanswered_for, watched.wrong_tier) == (0, 0, 0)
    outcomes = Counter(Item.objects.filter(state="closed").values_list("outcome", flat=True))
    assert {"solved", "not_solved", "unrated", "withdrawn", "merged"} <= set(outcomes)
    assert {0, 1, 2, 3} <= {tier for tiers in climbs() for tier in tiers}
    check_the_end()


def test_five_hundred_requests_over_days_none_lost_none_at_the_wrong_tier(town: City) -> None:
    check_all(town, n=500, days=9)


@pytest.mark.search
@pytest.mark.slow
def test_ten_thousand_mixed_requests_over_simulated_days(town: City) -> None:
    check_all(town, n=10_000, days=12)
