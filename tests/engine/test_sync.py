"""The line is cut: gate, round and supply go on by themselves, and all is merged after (S97)."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import permutations
from uuid import UUID, uuid5

import pytest
from django.db import transaction

from linli.errors import NotAllowed, NotFound
from linli.loops import catalogue, sync
from linli.loops.advance import Opening, advance, open_item
from linli.loops.ledger import Event, Item, Tally
from linli.loops.screening import receive
from linli.loops.screening.receive import Outcome, ScreeningReport
from linli.loops.screening.tables import Report
from linli.loops.sync import Act, Came
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City
from tests.doors import move_in, open_round

pytestmark = pytest.mark.db
MADE = UUID("5a3cf1d2-6d1f-4c4f-9a55-0c7a41f0b9de")
CUT = EVENING - 3 * HOUR


def uid(name: str) -> UUID:
    return uuid5(MADE, name)


def fever(city: City, n: int) -> Act:
    """Gus measures somebody at the gate."""
    data = {"temperature_c": 38.1, "source": "gate", "name": f"Somebody {n}"}
    opening = Opening(city.areas["oak"].id, "fever", data, channel="page")
    return Act(uid(f"fever{n}"), CUT + n * 60, "fever", n, opening)


def supplies(city: City) -> list[Act]:
    """Bo files for a neighbour without food, takes it on, brings it, and says so."""
    opening = Opening(
        city.areas["oak1"].id, "normal", {"description": "No rice"}, kind="noise",
        uid=uid("rice"), channel="phone", happened_at=CUT,
    )  # fmt: skip
    told = {"note": "Rice and oil brought.", "result": "done", "reach": "visit"}
    return [
        Act(opening.uid, CUT, "request", 1, opening, on_behalf=True),
        Act(uid("accept"), CUT + 60, "request", 2, step="accept", item_uid=opening.uid),
        Act(uid("answer"), CUT + HOUR, "request", 3, step="answer", item_uid=opening.uid,
            data=told),
    ]  # fmt: skip


def report(person: Person, at: int) -> ScreeningReport:
    return ScreeningReport(
        uid=uid("report"), seq=at * 1000, day=date(2020, 2, 9), person_id=person.id
    )  # fmt: skip


def standing() -> dict[str, object]:
    """What a reader of the ledger sees, whatever the order in which it came."""
    items = Item.objects.order_by("uid").values_list(
        "uid", "loop", "stage", "state", "happened_at", "holder_id"
    )
    events = Event.objects.order_by("uid").exclude(step__in=["assign", "overtaken", "rung"])
    tallies = Tally.objects.order_by("path", "loop").values_list("path", "loop", "n_open")
    return {
        "items": list(items),
        "events": sorted((str(e.uid), e.step, e.at) for e in events if e.step != "open"),
        "tallies": [row for row in tallies if row[2]],
    }


def test_gate_round_and_supply_go_on_without_the_centre_and_are_merged(city: City):
    found = move_in(city)
    open_round(city)
    gus, bo, cy = (city.actor(name) for name in ("gus", "bo", "cy"))

    at_gate = sync.merge(gus, [fever(city, n) for n in range(3)], now=EVENING, purpose="screening")
    supply = sync.merge(bo, supplies(city), now=EVENING, purpose="service")
    visits = receive.receive(
        cy, [report(next(iter(found.people.values())), CUT)], now=EVENING, purpose="screening"
    )

    assert {one.came for one in at_gate + supply} == {Came.ACCEPTED}
    assert [one.outcome for one in visits] == [Outcome.ACCEPTED]
    request = Item.objects.get(loop="request")
    assert (request.stage, request.solved_tier) == ("answered", 0)
    answered = Event.objects.get(uid=uid("answer"))
    assert answered.at.timestamp() == CUT + HOUR  # when it happened
    assert answered.recorded_at.timestamp() == EVENING  # when it reached us
    assert Item.objects.filter(loop="fever", happened_at__lt=EVENING).count() == 3
    assert Report.objects.count() == 1


def test_whatever_device_comes_first_and_however_often_the_end_is_the_same(city: City):
    gus, bo = city.actor("gus"), city.actor("bo")
    devices = [
        (gus, [fever(city, 1)], "screening"),
        (gus, [fever(city, 2), fever(city, 3)], "screening"),
        (bo, supplies(city), "service"),
    ]
    ends = []
    for order in permutations(devices):
        came: Counter[str] = Counter()
        with transaction.atomic():
            for who, acts, purpose in (*order, *order):
                answers = sync.merge(who, list(reversed(acts)), now=EVENING, purpose=purpose)
                came.update(one.came for one in answers)
            ends.append(standing())
            transaction.set_rollback(True)
        assert came == {Came.ACCEPTED: 6, Came.DUPLICATE: 6}

    assert all(end == ends[0] for end in ends)
    assert len(ends[0]["items"]) == 4


def test_what_the_centre_moved_on_meanwhile_is_not_moved_back_and_the_act_is_kept(city: City):
    opening, accept, answer = supplies(city)
    item = open_item(catalogue.get("request"), opening.opening, city.scene("bo", CUT)).item_id
    advance(item, "refuse", city.scene("sam", CUT + 60), data={"reason": "Not ours"})
    advance(item, "take_over", city.scene("dee", CUT + 120))
    told = {"note": "A lorry is on its way.", "result": "done", "reach": "page"}
    advance(item, "answer", city.scene("dee", CUT + 180), data=told)

    answers = sync.merge(city.actor("bo"), [accept, answer], now=EVENING, purpose="service")
    again = sync.merge(city.actor("bo"), [answer, accept], now=EVENING, purpose="service")

    assert [one.came for one in answers] == [Came.OVERTAKEN] * 2
    assert "cannot take the step" in answers[0].problem.tell()
    assert [one.came for one in again] == [Came.DUPLICATE] * 2
    stands = Item.objects.get(id=item)
    assert (stands.stage, stands.data["reply"]) == ("answered", "A lorry is on its way.")
    kept = Event.objects.get(uid=uid("answer"))
    assert (kept.step, kept.data["step"], kept.data["result"]) == ("overtaken", "answer", "done")
    assert Event.objects.filter(item_id=item).count() == stands.n_events


def test_who_might_not_have_taken_the_step_writes_nothing_beside_either(city: City):
    opening, accept, _ = supplies(city)
    item = open_item(catalogue.get("request"), opening.opening, city.scene("bo", CUT)).item_id
    by_id = replace(accept, item_uid=None, item_id=item)

    foreign = sync.merge(city.actor("eve"), [by_id, accept], now=EVENING, purpose="service")
    gate = sync.merge(city.actor("gus"), [by_id], now=EVENING, purpose="screening")

    assert {type(one.problem) for one in foreign} == {NotFound}
    assert isinstance(gate[0].problem, NotFound | NotAllowed)
    assert not Event.objects.filter(uid=accept.uid).exists()


def test_a_clock_that_is_wrong_an_unknown_item_and_a_wrong_form_stay_on_the_device(city: City):
    opening, accept, answer = supplies(city)
    acts = [
        replace(opening, at=EVENING + 2 * HOUR),
        replace(opening, at=EVENING - 15 * 24 * HOUR),
        replace(accept, item_uid=uid("nobody knows")),
        replace(accept, step="assign"),  # what Linli does by itself is nobody's to send
        replace(accept, loop="banquet"),
    ]

    refused = sync.merge(city.actor("bo"), acts, now=EVENING, purpose="service")
    sync.merge(city.actor("bo"), [opening, accept], now=EVENING, purpose="service")
    wrong = sync.merge(
        city.actor("bo"), [replace(answer, data={"note": ""})], now=EVENING, purpose="service"
    )

    assert {one.came for one in refused + wrong} == {Came.REJECTED}
    assert "2 hours from now" in refused[0].problem.tell()
    assert Item.objects.get().stage == "working"
