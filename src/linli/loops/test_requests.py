"""A resident's request travels the whole loop, and climbs when nobody sees to it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from linli.errors import BadInput, GateShut, NotAllowed, StepNotPossible
from linli.jobs.outbox import Message
from linli.loops import catalogue, tick
from linli.loops.advance import Moved, Opening, advance, open_item
from linli.loops.ledger import Event, Item, Tally
from linli.loops.write import rebuild_tallies
from linli.registry.areas import Tier
from linli.registry.duties import Duty
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db

REQUEST = catalogue.get("request")


def ask(city: City, *, kind: str = "noise", item_class: str = "normal", at: int = EVENING) -> Moved:
    """Ann asks for something in Oak Lane's first grid."""
    return open_item(
        REQUEST,
        Opening(
            city.areas["oak1"].id,
            item_class,
            {"description": "Drums at night"},
            kind=kind,
            opened_by=city.accounts["ann"].id,
        ),
        city.scene("ann", at),
    )


def take(city: City, moved: Moved, step: str, by: str, at: int = EVENING, **data: Any) -> Moved:
    """Somebody takes a step; Ann's are her own."""
    return advance(moved.item_id, step, city.scene(by, at), data=data, own=by == "ann")


def tallies() -> list[Mapping[str, Any]]:
    """Every tally without its id."""
    rows = list(Tally.objects.order_by("community_id", "loop", "item_class").values())
    return [{k: v for k, v in row.items() if k != "id"} for row in rows]


def test_a_request_goes_to_a_worker_of_its_grid_and_the_resident_closes_it(city: City) -> None:
    moved = ask(city)
    item = Item.objects.get(id=moved.item_id)
    assert (item.stage, item.tier) == ("assigned", 0)
    worker = {city.accounts["cy"].id: "cy", city.accounts["cleo"].id: "cleo"}[item.holder_id]

    take(city, moved, "accept", worker)
    take(city, moved, "answer", worker, note="Spoke to them.", result="done", reach="page")
    take(city, moved, "rate", "ann", solved=True, satisfied=5)

    item.refresh_from_db()
    assert (item.stage, item.outcome, item.solved, item.satisfied) == ("closed", "solved", True, 5)
    steps = list(Event.objects.order_by("n").values_list("step", flat=True))
    assert steps == ["open", "assign", "accept", "answer", "rate"]


def test_a_skill_leads_only_to_somebody_who_may_accept(city: City) -> None:
    Duty.objects.filter(code="d-noise").update(tier=3, skill="mediation")
    city.accounts["ida"].skills = ["mediation"]  # the city's data officer, who may not accept
    city.accounts["ida"].save()

    moved = ask(city)

    assert Item.objects.get(id=moved.item_id).holder_id == city.accounts["gil"].id


def test_an_ignored_request_visits_community_street_district_and_city_in_order(city: City) -> None:
    moved = ask(city, kind="breath", item_class="urgent")  # 15 minutes to be accepted
    seen = []
    for minute in range(90):
        tick.tick(EVENING + minute * 60)
        seen.append(Item.objects.get(id=moved.item_id).unit_id)

    units = [city.areas[name].id for name in ("oak", "elm", "east", "w")]
    assert list(dict.fromkeys(seen[1:])) == units


def test_an_outage_is_caught_up_by_one_tick_with_one_event_a_rung(city: City) -> None:
    moved = ask(city, kind="breath", item_class="urgent")

    first = tick.tick(EVENING + 3 * HOUR)
    second = tick.tick(EVENING + 3 * HOUR)

    assert (first.items, first.rungs) == (1, 5)
    assert (second.items, second.rungs) == (0, 0)
    item = Item.objects.get(id=moved.item_id)
    assert (item.tier, item.late, item.level) == (Tier.CITY, True, 5)
    rungs = Event.objects.filter(step="rung").order_by("n").values_list("level", "tier")
    assert list(rungs) == [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3)]


def test_a_refusal_goes_up_one_tier_and_not_back_to_the_resident(city: City) -> None:
    moved = ask(city)
    holder = Item.objects.get(id=moved.item_id).holder_id
    name = next(n for n, a in city.accounts.items() if a.id == holder)

    take(city, moved, "refuse", name, reason="The street owns this road.")

    item = Item.objects.get(id=moved.item_id)
    assert (item.stage, item.tier, item.unit_id) == ("refused", 1, city.areas["elm"].id)


def test_not_solved_reopens_to_the_owner_and_the_third_time_one_tier_up(city: City) -> None:
    moved = ask(city)
    take(city, moved, "accept", "cy")
    for count in range(1, 4):
        take(
            city,
            moved,
            "answer",
            "cy" if count < 4 else "dee",
            note="Done.",
            result="done",
            reach="page",
        )
        take(city, moved, "reopen", "ann", reason="Still there.")
        item = Item.objects.get(id=moved.item_id)
        assert item.n_reopened == count
        expected = (city.accounts["cy"].id, 0) if count < 3 else (None, 1)
        assert (item.holder_id, item.tier) == expected


def test_nothing_closes_without_a_reply_the_resident_has_received(city: City) -> None:
    moved = ask(city)
    take(city, moved, "accept", "cy")
    take(city, moved, "answer", "cy", note="Done.", result="done", reach="page")

    tick.tick(EVENING + 4 * 24 * HOUR)
    assert Item.objects.get(id=moved.item_id).stage == "answered"

    with pytest.raises(GateShut):
        take(city, moved, "deliver", "cy", reach="page")
    take(city, moved, "deliver", "cy", reach="phone")
    tick.tick(EVENING + 40 * 24 * HOUR)
    item = Item.objects.get(id=moved.item_id)
    assert (item.stage, item.outcome, item.solved) == ("closed", "unrated", None)


def test_a_step_that_is_not_possible_says_what_is(city: City) -> None:
    moved = ask(city)

    with pytest.raises(StepNotPossible, match=r"Possible now: .*accept"):
        take(city, moved, "answer", "cy", note="Done.", result="done", reach="page")


def test_eve_of_another_district_may_not_touch_it(city: City) -> None:
    moved = ask(city)

    with pytest.raises(NotAllowed):
        take(city, moved, "accept", "eve")


def test_the_same_step_sent_twice_is_taken_once(city: City) -> None:
    moved = ask(city)
    uid = uuid4()

    first = advance(moved.item_id, "accept", city.scene("cy"), uid=uid)
    again = advance(moved.item_id, "accept", city.scene("cy"), uid=uid)

    assert (first.again, again.again) == (False, True)
    assert Event.objects.filter(item_id=moved.item_id, step="accept").count() == 1


def test_waiting_for_the_resident_keeps_the_remaining_time(city: City) -> None:
    moved = ask(city, kind="water", item_class="utility")
    take(city, moved, "accept", "cy")
    due = Item.objects.get(id=moved.item_id).due_at

    take(city, moved, "ask_resident", "cy", at=EVENING + 2 * HOUR, reason="Which tap?")
    tick.tick(EVENING + 90 * HOUR)
    assert not Item.objects.get(id=moved.item_id).late
    take(city, moved, "tell_more", "ann", at=EVENING + 12 * HOUR, reason="The kitchen.")

    item = Item.objects.get(id=moved.item_id)
    assert (item.due_at - due).total_seconds() == 10 * HOUR


def test_the_tallies_always_equal_a_fresh_count(city: City) -> None:
    for _ in range(3):
        moved = ask(city, kind="breath", item_class="urgent")
    take(city, moved, "accept", "cy")
    tick.tick(EVENING + 3 * HOUR)
    take(city, moved, "answer", "cy", note="Done.", result="done", reach="visit")
    take(city, moved, "rate", "ann", solved=False, satisfied=1)
    kept = tallies()

    rebuild_tallies()

    assert tallies() == kept


def test_who_answers_is_told_when_it_is_late(city: City) -> None:
    ask(city, kind="breath", item_class="urgent")

    tick.tick(EVENING + 24 * 60)  # 160 % of a quarter of an hour

    told = set(Message.objects.filter(kind="late").values_list("account_id", flat=True))
    assert city.accounts["dee"].id in told


def test_a_dispatcher_gives_it_to_somebody_who_works_here(city: City) -> None:
    moved = ask(city)
    for name in ("eve", "ann", "jo"):  # works elsewhere, is a resident, only counts
        with pytest.raises(BadInput, match="no post here"):
            take(city, moved, "reassign", "bo", note="For you.", holder_id=city.accounts[name].id)

    take(city, moved, "reassign", "sam", note="Knows them.", holder_id=city.accounts["cleo"].id)

    assert Item.objects.get(id=moved.item_id).holder_id == city.accounts["cleo"].id
