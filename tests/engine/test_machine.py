"""Whatever people do, in whatever order and at whatever moment, the ledger keeps its laws."""

from itertools import groupby

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from linli.loops import tick
from linli.loops.ledger import Event, Item
from tests.cast import City
from tests.engine.world import (
    KINDS,
    LOOP,
    PEOPLE,
    PLACES,
    STEPS,
    World,
    fresh_tallies,
    ledger,
    tallies,
)

pytestmark = pytest.mark.db
INDEX = st.integers(0, 999)


class Anything(RuleBasedStateMachine):
    """Steps by anybody, moved time, ticks, refusals, pauses, bulk moves and mode switches."""

    city: City

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World(self.city)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(place=st.sampled_from(PLACES), kind=st.sampled_from(sorted(KINDS)))
    def somebody_asks(self, place, kind):
        self.world.open(place, kind)

    @rule(place=st.sampled_from(PLACES), kind=st.sampled_from(sorted(KINDS)), n=st.integers(1, 4))
    def many_ask_at_once(self, place, kind, n):
        self.world.open_bulk(place, kind, n)

    @precondition(lambda self: self.world.ids)
    @rule(which=INDEX, data=st.data(), by=st.sampled_from(PEOPLE))
    def somebody_takes_a_step(self, which, data, by):
        item_id = self.world.ids[which % len(self.world.ids)]
        possible = [s.name for s in LOOP.steps_from(Item.objects.get(id=item_id).stage)]
        usual = [name for name in possible if name in STEPS] or list(STEPS)
        self.world.take(item_id, data.draw(st.sampled_from(usual)), by)

    @precondition(lambda self: self.world.ids)
    @rule(which=INDEX, step=st.sampled_from(STEPS), by=st.sampled_from(PEOPLE))
    def somebody_tries_whatever(self, which, step, by):
        self.world.take(self.world.ids[which % len(self.world.ids)], step, by)

    @precondition(lambda self: self.world.ids)
    @rule(step=st.sampled_from(STEPS), by=st.sampled_from(PEOPLE))
    def somebody_moves_them_all(self, step, by):
        self.world.take_bulk(self.world.ids, step, by)

    @precondition(lambda self: self.world.done)
    @rule(which=INDEX)
    def a_step_is_sent_again(self, which):
        before = ledger()
        self.world.again(which % len(self.world.done))
        assert ledger() == before

    @rule(
        seconds=st.sampled_from([60, 600, 3600, 5 * 3600, 86_400, 9 * 86_400]),
        ticking=st.booleans(),
    )
    def time_goes_by(self, seconds, ticking):
        self.world.pass_time(seconds, ticking=ticking)

    @rule()
    def the_clock_ticks_twice(self):
        tick.tick(self.world.now)
        before = ledger()
        tick.tick(self.world.now)
        assert ledger() == before

    @rule(days=st.integers(1, 20))
    def the_city_goes_into_emergency(self, days):
        self.world.declare(days)

    @rule()
    def the_emergency_is_lifted(self):
        self.world.lift()

    @invariant()
    def events_lead_from_stage_to_stage_without_a_gap(self):
        stands = {i.id: i for i in Item.objects.all()}
        events = Event.objects.order_by("item_id", "n")
        for item_id, chain in groupby(events, key=lambda e: e.item_id):
            chain = list(chain)
            assert [e.n for e in chain] == list(range(1, stands[item_id].n_events + 1))
            assert [e.from_stage for e in chain] == ["", *(e.to_stage for e in chain[:-1])]
            assert chain[-1].to_stage == stands[item_id].stage
            tiers = [e.tier for e in chain]
            assert tiers == sorted(tiers)
            assert tiers[-1] <= stands[item_id].tier

    @invariant()
    def an_item_stands_in_one_stage_and_its_columns_agree_with_it(self):
        for item in Item.objects.all():
            stage = LOOP.stage(item.stage)
            assert item.state == stage.state
            assert (item.closed_at is not None) == (item.state == "closed")
            assert (item.used_c is not None) == stage.holds_clock
            if item.state == "closed" or stage.holds_clock or item.clock_id is None:
                assert item.next_c is None

    @invariant()
    def a_level_never_falls_within_a_stage(self):
        for _, chain in groupby(Event.objects.order_by("item_id", "n"), key=lambda e: e.item_id):
            level = 0
            for event in chain:
                step = LOOP.step(event.step)
                if event.step == "rung":
                    assert event.level > level
                    level = event.level
                elif step is not None and not (step.stays or step.resumes):
                    level = 0  # it has entered a stage anew

    @invariant()
    def sums_balance(self):
        kept = tallies()
        assert kept == fresh_tallies()
        for row in kept:
            assert row["n_opened"] == row["n_open"] + row["n_waiting"] + row["n_closed"]
            assert row["n_unheld"] <= row["n_open"]
        assert sum(row["n_opened"] for row in kept) == len(self.world.ids)


@pytest.mark.parametrize(
    "examples", [12, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.search])]
)
def test_the_ledger_keeps_its_laws_whatever_people_do(city: City, examples: int) -> None:
    class Here(Anything):
        pass

    Here.city = city

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
