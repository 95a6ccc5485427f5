"""Clocks: it matters not when the tick comes, how often, or in which order people act."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from linli.loops import tick, write
from linli.loops.ledger import Event, Item
from linli.loops.retime import retime
from linli.loops.scene import Scene
from linli.loops.work import Work
from linli.plans.modes import NewDeclaration
from linli.policy.can import SYSTEM
from linli.registry.declarations import Declaration
from tests.cast import EVENING, HOUR, City
from tests.engine.world import KINDS, World, items, tallies

pytestmark = pytest.mark.db
DAY = 24 * HOUR
TRIES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KIND = st.sampled_from(sorted(KINDS))
STAGES = st.sampled_from(["assigned", "working", "waiting_resident", "answered"])
SPAN = st.integers(1, 12 * DAY)
STANDING = ("stage", "state", "level", "tier", "unit_id", "late", "holder_id", "next_c", "missed")


@contextmanager
def tried() -> Iterator[None]:
    """What happens inside is taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def brought_to(world: World, kind: str, stage: str) -> int:
    """A request that stands at a stage."""
    item_id = world.open("oak1", kind)
    path = {
        "assigned": (),
        "working": ("accept",),
        "waiting_resident": ("accept", "ask_resident"),
        "answered": ("accept", "answer"),
    }[stage]
    for step in path:
        assert world.take(item_id, step, "cy")
    return item_id


def standing(item_id: int) -> dict[str, Any]:
    """How an item stands, without the times at which it was written."""
    return {column: items()[item_id][column] for column in STANDING}


@given(kind=KIND, stage=STAGES, first=SPAN, second=SPAN)
@TRIES
def test_two_ticks_lead_where_one_leads(city: City, kind, stage, first, second) -> None:
    with tried():
        item_id = brought_to(World(city), kind, stage)
        end = EVENING + first + second
        with tried():
            tick.tick(EVENING + first)
            tick.tick(end)
            in_two, counted = standing(item_id), tallies()

        tick.tick(end)

        assert standing(item_id) == in_two
        assert tallies() == counted


@given(kind=KIND, stage=STAGES, span=SPAN)
@TRIES
def test_a_step_passes_the_same_rungs_that_the_tick_would_have(city: City, kind, stage, span):
    def rungs() -> list[tuple[Any, ...]]:
        rows = Event.objects.filter(step="rung").order_by("n")
        return list(rows.values_list("n", "level", "tier", "at", "data", "actor_id", "role"))

    with tried():
        item_id = brought_to(World(city), kind, stage)
        if stage == "answered":
            Item.objects.filter(id=item_id).update(reply_seen_at=None)  # so that nothing lapses
        at = EVENING + span
        with tried():
            tick.tick(at)
            ticked = standing(item_id), rungs(), tallies()

        work = Work(Scene(SYSTEM, at))
        item = write.load(item_id)
        assert item is not None
        work.climb(item, work.due(item))
        work.write()

        assert (standing(item_id), rungs(), tallies()) == ticked


def test_an_answer_is_late_even_if_the_worker_was_down_when_it_became_so(city: City) -> None:
    world = World(city)
    item_id = brought_to(world, "water", "working")
    world.pass_time(30 * HOUR, ticking=False)

    world.take(item_id, "answer", "cy")

    item = Item.objects.get(id=item_id)
    assert (item.in_time, item.missed) == (False, True)
    assert Event.objects.filter(item_id=item_id, step="rung").count() == 2


@given(moves=st.permutations([(0, "cy"), (1, "cleo"), (2, "eve"), (0, "dee"), (1, "sam")]))
@TRIES
def test_the_order_of_moves_on_different_items_does_not_matter(city: City, moves) -> None:
    steps = {"cy": "accept", "cleo": "accept", "eve": "accept", "dee": "refuse", "sam": "answer"}

    def played(order: list[tuple[int, str]]) -> Any:
        with tried():
            world = World(city)
            made = [world.open(place, "water") for place in ("oak1", "oak2", "ash1")]
            for which, by in order:
                world.take(made[which], steps[by], by)
            found = items()
            return [{c: found[i][c] for c in (*STANDING, "n_events")} for i in made], tallies()

    by_item = sorted(moves, key=lambda move: move[0])  # each item's own moves keep their order

    assert played(moves) == played(by_item)


@given(kind=KIND, before=st.integers(0, 50 * HOUR), held=SPAN, ticking=st.booleans())
@TRIES
def test_a_held_clock_keeps_its_remaining_time(city: City, kind, before, held, ticking) -> None:
    with tried():
        world = World(city)
        item_id = brought_to(world, kind, "working")
        world.pass_time(before)
        asked = world.take(item_id, "ask_resident", "cy")
        used = Item.objects.get(id=item_id).used_c
        level = Item.objects.get(id=item_id).level

        world.pass_time(held, ticking=ticking)
        told = world.take(item_id, "tell_more", "ann")

        item = Item.objects.get(id=item_id)
        scene = Scene(SYSTEM, world.now)
        assert asked
        assert told
        assert scene.calendar(item.calendar).count(world.now) - item.entered_c == used
        assert item.level == level


@given(kind=KIND, stage=STAGES, before=SPAN, ticking=st.booleans())
@TRIES
def test_a_mode_switched_on_and_off_leaves_every_clock_as_it_was(
    city: City, kind, stage, before, ticking
) -> None:
    with tried():
        world = World(city)
        brought_to(world, kind, stage)
        world.pass_time(before, ticking=ticking)
        stood, path = items(), city.areas["w"].path
        new = NewDeclaration("emergency", "City", "Cases.", world.now, world.now + DAY)
        made = Declaration.objects.create(
            area=city.areas["w"], path=path, mode=new.mode, phase="", authority="City",
            reason="Cases.", starts_at=new.starts_at, ends_at=new.ends_at,
        )  # fmt: skip

        there = retime(path, world.now)
        Declaration.objects.filter(id=made.id).delete()
        back = retime(path, world.now)

        assert there.items == back.items
        assert items() == stood


def test_a_drill_moves_no_real_clock(city: City) -> None:
    item_id = brought_to(World(city), "noise", "assigned")
    stood = items()[item_id]
    Declaration.objects.create(
        area=city.areas["w"], path=city.areas["w"].path, mode="emergency", phase="",
        authority="City", reason="A drill.", starts_at=EVENING, ends_at=EVENING + DAY,
        exercise=True,
    )  # fmt: skip

    moved = retime(city.areas["w"].path, EVENING)

    assert moved.items == 0
    assert items()[item_id] == stood
