"""What an exercise leaves as it is: who gets real work, what is known, what is declared."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from linli.errors import NotFound
from linli.jobs.outbox import Message
from linli.loops import find
from linli.loops.advance import Opening, open_item
from linli.loops.counted import items
from linli.loops.exposures.figures import known_source
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.ledger import Item
from linli.loops.requests.loop import LOOP as REQUEST
from linli.loops.scene import Scene
from linli.plans import modes
from linli.registry import grants
from linli.registry.person import Person
from linli.registry.signed_in import attached
from tests.callers import NOISE, still
from tests.cast import EVENING, HOUR, City
from tests.plans import prepared
from tests.plans.prepared import begin, emergency, signed

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def in_exercise(city: City, name: str) -> Scene:
    """Somebody who takes part."""
    return Scene(replace(city.actor(name), exercise=True), EVENING, "service")


def ask(city: City, scene: Scene) -> Item:
    """A request in Oak Lane's first grid, for whoever has the least to do."""
    opening = Opening(
        city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise",
        opened_by=scene.actor.id,
    )  # fmt: skip
    return Item.objects.get(id=open_item(REQUEST, opening, scene).item_id)


def test_what_somebody_holds_in_an_exercise_gives_them_no_less_real_work(city: City) -> None:
    cy = city.accounts["cy"].id
    for _ in range(3):
        Item.objects.filter(id=ask(city, in_exercise(city, "ann")).id).update(holder_id=cy)

    real = ask(city, city.scene("ann"))

    assert real.holder_id == cy  # as if the exercise were not there: nobody holds anything


def test_what_somebody_asked_for_in_an_exercise_stands_apart(city: City) -> None:
    real, tried = ask(city, city.scene("ann")), ask(city, in_exercise(city, "ann"))

    assert [i.id for i in find.own_items(city.actor("ann"))] == [real.id]
    assert [i.id for i in find.own_items(in_exercise(city, "ann").actor)] == [tried.id]


def test_a_source_that_an_exercise_found_explains_no_real_case(city: City) -> None:
    case = ask(city, city.scene("ann"))
    Item.objects.filter(id=case.id).update(loop="case", subject_kind="person", subject_id=7)
    said = {"source_person_id": 8, "person_id": 7, "path": case.path, "last_met_at": EVENING,
            "found_at": EVENING, "decision": Decision.ACCEPTED}  # fmt: skip

    Exposure.objects.create(source_id=10**6, exercise=True, **said)
    assert not Item.objects.filter(known_source(), id=case.id).exists()

    Exposure.objects.create(source_id=10**6 + 1, exercise=False, **said)
    assert Item.objects.filter(known_source(), id=case.id).exists()


def test_an_exercise_lifts_no_real_emergency_and_nobody_lifts_its_own_unaware(city: City) -> None:
    signed(city)
    real = emergency(city)
    run = begin(city, "gil", "east")
    gil = city.actor("gil")

    with pytest.raises(NotFound):
        modes.lift(replace(gil, exercise=True), real.id, now=EVENING)
    with pytest.raises(NotFound):
        modes.lift(gil, run.declaration_id or 0, now=EVENING)

    assert {d.id for d in modes.history("", exercise=False)} == {real.id}
    assert {d.id for d in modes.history("", exercise=True)} == {run.declaration_id}


def test_a_record_opened_in_an_exercise_is_told_of_for_real(city: City) -> None:
    prepared.people(city, 1)
    eve = replace(city.actor("eve"), exercise=True)
    reason = "She fainted and nobody knows her medicine"

    grants.break_glass(eve, Person.objects.get().id, reason=reason, now=EVENING)

    assert set(Message.objects.values_list("exercise", flat=True)) == {False}


def test_a_form_left_open_when_the_exercise_ends_does_nothing_for_real(
    city: City, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    still()
    signed(city)
    run = begin(city, "dee", "elm")
    dee = Client(headers={"Accept-Language": "en"})
    dee.force_login(city.accounts["dee"], backend=BACKEND)
    dee.post(reverse("plan_run_join", args=[run.id]))
    still(EVENING + 9 * HOUR)
    form = {**NOISE, "kind": "noise", "area": city.areas["oak1"].id}

    late: Any = dee.post(reverse("new_request"), form)

    assert (late.status_code, items(exercise=False).count()) == (409, 0)
    assert "No exercise is held just now" in late.content.decode()
    assert "You are in an exercise" not in dee.get(reverse("work")).content.decode()


def test_a_file_of_an_exercise_is_called_so_and_one_of_the_city_is_not(city: City) -> None:
    assert attached(city.actor("jo"), "risk.csv") == 'attachment; filename="risk.csv"'
    assert "exercise-risk.csv" in attached(in_exercise(city, "jo").actor, "risk.csv")
