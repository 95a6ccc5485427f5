"""Whatever dispatchers, wards and drivers do, nobody is in two beds or none, and nobody is lost."""

from collections import Counter
from typing import Any

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

from linli.errors import Problem
from linli.loops import catalogue, tick
from linli.loops.beds.tables import Bed, BedEvent
from linli.loops.ledger import Item
from linli.loops.runs.account import account
from linli.registry.wards import Ward
from tests.bedside import Bedside
from tests.cast import City

pytestmark = pytest.mark.db
INDEX = st.integers(0, 99)
MOVE = {"direction": "step_up", "severity": "severe", "category": "confirmed"}
RECORD = dict.fromkeys(("diagnosis", "results", "medicines", "allergies", "care"), True)
WARD_STEPS: dict[str, dict[str, Any]] = {
    "confirm": {},
    "refuse": {"why": "full"},
    "arrive": {"condition": "stable"},
    "turn_away": {"why": "wrong_ward"},
    "admit": {"record_came": True},
    "ask_move": MOVE,
    "sign_out": RECORD,
    "discharge": {"goes_on": "none"},
    "die": {},
}
RUN_STEPS: dict[str, dict[str, Any]] = {
    "depart": {},
    "hand_over": {},
    "turn_back": {},
    "cancel": {},
    "disinfect": {"agent": "chlorine", "minutes": 60},
}


class Night(RuleBasedStateMachine):
    """Holds, refusals, runs, arrivals, moves and deaths, with time going by."""

    city: City

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.bedside = Bedside(self.city)
        self.wards = [
            self.bedside.ward("一", n_beds=2),
            self.bedside.ward("二", n_beds=1),
            self.bedside.ward("三", n_beds=1, category="suspected"),
        ]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def attempt(self, item_id: int, step: str, by: str, **data: Any) -> None:
        """A step that may be refused; then nothing has changed."""
        try:
            with transaction.atomic():
                self.bedside.take(item_id, step, by, **data)
        except Problem:
            pass

    def one_of(self, loop: str, which: int) -> int | None:
        ids = list(Item.objects.filter(loop=loop).order_by("id").values_list("id", flat=True))
        return ids[which % len(ids)] if ids else None

    @precondition(lambda self: Item.objects.filter(loop="transfer").count() < 8)
    @rule(category=st.sampled_from(["confirmed", "confirmed", "suspected"]))
    def somebody_needs_a_bed(self, category: str) -> None:
        self.bedside.waiting(category=category)

    @rule(which=INDEX, ward=st.integers(0, 2))
    def a_bed_is_held(self, which: int, ward: int) -> None:
        if transfer := self.one_of("transfer", which):
            self.attempt(transfer, "find_place", "dee", ward_id=self.wards[ward].id)

    @rule(ward=st.integers(0, 2))
    def the_next_one_is_made_ready(self, ward: int) -> None:
        waiting = Item.objects.filter(loop="transfer", stage="needed").order_by("id").first()
        if waiting is not None:
            self.ready(waiting.id, ward)

    @rule(which=INDEX, step=st.sampled_from(sorted(WARD_STEPS)))
    def the_ward_tries_whatever(self, which: int, step: str) -> None:
        if stay := self.one_of("stay", which):
            self.attempt(stay, step, "hal", **WARD_STEPS[step])

    @rule(which=INDEX, data=st.data())
    def the_ward_does_what_is_next(self, which: int, data: st.DataObject) -> None:
        alive = Item.objects.filter(loop="stay").exclude(state="closed").order_by("id")
        if not alive:
            return
        stay = alive[which % len(alive)]
        possible = {step.name for step in catalogue.get("stay").steps_from(stay.stage)}
        step = data.draw(st.sampled_from(sorted(possible & WARD_STEPS.keys())))
        self.attempt(stay.id, step, "hal", **WARD_STEPS[step])

    @rule(ward=st.integers(0, 2), last=st.sampled_from(["depart", "arrive", "admit", "admit"]))
    def somebody_is_brought(self, ward: int, last: str) -> None:
        category = self.wards[ward].category
        waiting = Item.objects.filter(loop="transfer", stage="needed", kind=category)
        chosen = waiting.order_by("id").first()
        if chosen is None or not self.ready(chosen.id, ward):
            return
        crew = [self.bedside.escorts[0].id, self.bedside.escorts[1].id]
        car = self.bedside.vehicle("ambulance", n_seats=9)
        run = self.bedside.looked_at(self.bedside.run(vehicle_id=car.id, escort_ids=crew))
        self.attempt(run, "load", "dee", transfer_ids=[chosen.id])
        self.attempt(run, "depart", "dov")
        stay = self.bedside.stay(chosen.id)
        for step in ("arrive", "admit"):
            if last == "admit" or (last == "arrive" and step == "arrive"):
                self.attempt(stay, step, "hal", **WARD_STEPS[step])
        self.attempt(run, "hand_over", "dov")
        self.attempt(run, "disinfect", "dov", **RUN_STEPS["disinfect"])

    def ready(self, transfer: int, ward: int) -> bool:
        """Hold a bed, let the ward confirm it, let whoever sends sign, tell the family."""
        self.attempt(transfer, "find_place", "dee", ward_id=self.wards[ward].id)
        stay = Item.objects.filter(loop="stay", parent_id=transfer, stage="held").first()
        if stay is None:
            return False
        self.attempt(stay.id, "confirm", "hal")
        self.attempt(transfer, "tell_family", "dee", how="phone")
        come_from = Item.objects.get(id=transfer).data.get("from_stay_id")
        if come_from:
            self.attempt(come_from, "sign_out", "hal", **RECORD)
        return True

    @rule(which=st.lists(INDEX, min_size=1, max_size=3))
    def a_run_leaves_with_some(self, which: list[int]) -> None:
        placed = list(Item.objects.filter(loop="transfer", stage="placed").order_by("id"))
        ids = {placed[n % len(placed)].id for n in which} if placed else set()
        run = self.bedside.looked_at(
            self.bedside.run(vehicle_id=self.bedside.vehicle("bus", n_seats=9).id)
        )
        for transfer in ids:
            self.attempt(run, "load", "dee", transfer_ids=[transfer])
        self.attempt(run, "depart", "dov")

    @rule(which=INDEX, step=st.sampled_from(sorted(RUN_STEPS)))
    def a_driver_does_something(self, which: int, step: str) -> None:
        if run := self.one_of("run", which):
            self.attempt(run, step, "dov", **RUN_STEPS[step])

    @rule(which=INDEX)
    def somebody_needs_it_no_more(self, which: int) -> None:
        if transfer := self.one_of("transfer", which):
            self.attempt(transfer, "withdraw", "dee", reason="better")

    @rule(minutes=st.sampled_from([5, 30, 90]))
    def time_goes_by(self, minutes: int) -> None:
        self.bedside.now += 60 * minutes
        tick.tick(self.bedside.now)

    @invariant()
    def nobody_is_in_two_beds_or_none(self) -> None:
        in_bed = Counter(Bed.objects.filter(state="occupied").values_list("person_id", flat=True))
        staying = Item.objects.filter(loop="stay", stage="admitted")
        assert in_bed == Counter(staying.values_list("subject_id", flat=True))
        assert set(in_bed.values()) <= {1}

    @invariant()
    def no_ward_gives_more_beds_than_it_has(self) -> None:
        given = Counter(Bed.objects.exclude(state="free").values_list("ward_id", flat=True))
        numbers = Counter(Bed.objects.exclude(state="free").values_list("ward_id", "number"))
        assert set(numbers.values()) <= {1}
        assert all(given[ward.id] <= ward.n_beds for ward in Ward.objects.all())

    @invariant()
    def whoever_is_placed_has_exactly_one_bed_on_the_way(self) -> None:
        moving = Item.objects.filter(
            loop="transfer", stage__in=("placed", "planned", "departed", "arrived")
        )
        beds = Bed.objects.filter(state__in=("held", "confirmed", "coming"))
        assert Counter(moving.values_list("subject_id", flat=True)) == Counter(
            beds.values_list("person_id", flat=True)
        )

    @invariant()
    def everybody_who_was_sent_is_accounted_for(self) -> None:
        for run in Item.objects.filter(loop="run"):
            told = account(run.id)
            parts = told.arrived + told.returned + told.ended + told.open
            assert sorted(parts) == sorted(run.data.get("sent", []))

    @invariant()
    def no_run_is_on_the_road_without_a_receiver(self) -> None:
        for run in Item.objects.filter(loop="run", stage="departed"):
            for transfer in Item.objects.filter(carrier_id=run.id, stage="departed"):
                stay = Item.objects.get(loop="stay", parent_id=transfer.id, stage="coming")
                assert stay.data["receiver_id"] == self.city.accounts["hal"].id

    @invariant()
    def the_events_of_a_bed_replay_to_where_it_stands(self) -> None:
        for bed in Bed.objects.all():
            last = BedEvent.objects.filter(bed_id=bed.id).order_by("-id")[0]
            assert (last.state, last.number) == (bed.state, bed.number)


@pytest.mark.parametrize(
    "examples", [4, pytest.param(40, marks=[pytest.mark.slow, pytest.mark.search])]
)
def test_the_bed_ledger_keeps_its_laws_whatever_people_do(city: City, examples: int) -> None:
    class Here(Night):
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
