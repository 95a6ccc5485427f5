"""Several workers move the same things in the same moment: one wins, and nothing is lost."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from linli.errors import Problem, StepNotPossible
from linli.loops import catalogue
from linli.loops.advance import advance, advance_many, open_many
from linli.loops.ledger import Event, Item
from linli.loops.shipped import ship_limits
from tests.cast import City, build_city
from tests.engine.convoy import BOX, CONVOY
from tests.engine.test_kin import own_loops, sent  # noqa: F401 - the fixture of these loops too
from tests.engine.world import LOOP, World, fresh_tallies, tallies

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(transactional_db: None) -> City:
    """The small city, committed, so that other threads see it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, so there is nothing to be at once.")
    ship_limits()
    return build_city()


def at_once(*moves: Callable[[], Any]) -> list[Any]:
    """What each move led to, begun together, each in a thread and connection of its own."""
    start = threading.Barrier(len(moves))
    outcomes: list[Any] = [None] * len(moves)

    def run(n: int, move: Callable[[], Any]) -> None:
        start.wait()
        try:
            outcomes[n] = move()
        except Exception as error:
            outcomes[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(moves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_one_of_many_who_accept_at_once_wins(town: City) -> None:
    item_id = World(town).open("oak1", "noise")

    outcomes = at_once(
        *(lambda by=by: advance(item_id, "accept", town.scene(by)) for by in ("cy", "cleo", "bo"))
    )

    lost = [o for o in outcomes if isinstance(o, Exception)]
    assert [type(o) for o in lost] == [StepNotPossible] * 2
    assert Event.objects.filter(item_id=item_id, step="accept").count() == 1
    assert tallies() == fresh_tallies()


def test_the_same_event_sent_at_once_is_written_once(town: City) -> None:
    item_id, uid = World(town).open("oak1", "noise"), uuid4()

    outcomes = at_once(
        *(lambda: advance(item_id, "accept", town.scene("cy"), uid=uid) for _ in range(4))
    )

    assert sorted(o.again for o in outcomes) == [False, True, True, True]
    assert Event.objects.filter(uid=uid).count() == 1


def test_the_same_batch_sent_at_once_is_opened_once(town: City) -> None:
    openings = [World(town).opening("oak1", "noise") for _ in range(20)]

    outcomes = at_once(*(lambda: open_many(LOOP, openings, town.scene("ann")) for _ in range(3)))

    assert [len(moved) for moved, _ in outcomes] == [20] * 3
    assert Item.objects.count() == 20
    assert tallies() == fresh_tallies()


@pytest.mark.parametrize("n", range(3))
def test_the_last_two_children_that_close_at_once_move_their_parent(town: City, n: int) -> None:
    for loop in (CONVOY, BOX):
        catalogue.add(loop)
    item_id, boxes = sent(town, boxes=2)
    advance_many(boxes, "load", town.scene("bo"), data={"carrier": 7})

    at_once(
        *(
            lambda box=box: advance(box, "arrive", town.scene("bo"), data={"outcome": "whole"})
            for box in boxes
        )
    )

    assert Item.objects.get(id=item_id).stage == "finished"


def test_a_parent_that_is_dropped_while_its_children_arrive_leaves_none_open(town: City) -> None:
    for loop in (CONVOY, BOX):
        catalogue.add(loop)
    item_id, boxes = sent(town, boxes=3)
    advance_many(boxes, "load", town.scene("bo"), data={"carrier": 7})

    outcomes = at_once(
        lambda: advance(item_id, "drop", town.scene("sam")),
        *(
            lambda box=box: advance(box, "arrive", town.scene("bo"), data={"outcome": "whole"})
            for box in boxes
        ),
    )

    assert not [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, Problem)]
    assert not Item.objects.exclude(state="closed").exists()
    assert tallies() == fresh_tallies()
