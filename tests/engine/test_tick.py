"""The tick: what it asks of the database when nothing is due, and what a busy one leaves alone."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.loops import office, tick
from linli.loops.ledger import Event, Item
from tests.cast import EVENING, HOUR, City
from tests.engine.world import World

pytestmark = pytest.mark.db
DAY = 24 * HOUR


def asked_of(do: Callable[[], object]) -> list[str]:
    """The statements of a call, beside the one that looks once a second for a new calendar."""
    office.named("office")
    with CaptureQueriesContext(connection) as captured:
        do()
    return [q["sql"] for q in captured if "loops_officedays" not in q["sql"]]


def test_a_tick_that_finds_nothing_asks_one_question_however_many_items_there_are(city: City):
    world = World(city)

    none = asked_of(lambda: tick.tick(EVENING))
    for kind in ("noise", "water", "breath"):
        for place in ("oak1", "oak2", "ash1"):
            world.open(place, kind)
    many = asked_of(lambda: tick.tick(EVENING))

    assert len(none) == len(many) == 1
    assert all(sql.startswith("SELECT") for sql in many)


def test_the_question_of_an_idle_tick_is_answered_from_the_index_of_what_is_next(city: City):
    World(city).open("oak1", "water")
    (question,) = asked_of(lambda: tick.tick(EVENING))
    explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a small table it would read whole
        cursor.execute(explain + question)
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())

    assert plan.count("item_next") == len(office.NAMES)
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_what_one_calendar_has_due_is_seen_to_without_a_pass_by_the_others(city: City):
    world = World(city)
    urgent = world.open("oak1", "breath")
    calendar = Item.objects.get(id=urgent).calendar
    others = Item.objects.exclude(calendar=calendar)

    statements = asked_of(lambda: world.pass_time(DAY))

    assert not others.exists()
    assert Event.objects.filter(item_id=urgent, step="rung").exists()
    assert sum("CREATE TEMP TABLE due" in sql for sql in statements) == 1


def test_when_the_next_rung_comes_is_the_first_whose_time_has_not_come(city: City):
    world = World(city)
    made = [world.open("oak1", kind) for kind in ("noise", "water", "breath")]

    for _ in range(30):
        world.pass_time(5 * HOUR)

        for item in Item.objects.filter(id__in=made, clock_id__isnull=False):
            count = office.named(item.calendar).count(world.now)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT MIN(after_s) FROM loops_rung WHERE clock_id = %s AND after_s > %s",
                    [item.clock_id, count - item.entered_c],
                )
                (ahead,) = cursor.fetchone()
            assert item.next_c == (None if ahead is None else item.entered_c + ahead)
