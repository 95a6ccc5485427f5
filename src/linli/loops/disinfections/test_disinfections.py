"""What is disinfected every day is on a sheet, done with evidence or missed in sight."""

from datetime import date

import pytest

from linli.errors import BadInput, NotAllowed
from linli.loops.advance import advance
from linli.loops.disinfections import watch
from linli.loops.ledger import Item
from linli.registry.facts import Fact
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
SUNDAY = date(2020, 2, 9)
DAY = 24 * HOUR
DONE = {"agent": "chlorine", "strength_mg_per_l": 500, "parts": "stairs and lift"}


def test_the_undone_of_today_are_listed_by_place_at_six(city: City) -> None:
    sam = city.actor("sam")
    for name in ("Gate", "Lift"):
        watch.plan(sam, city.areas["oak"], name, first_day=SUNDAY)
    watch.chore(EVENING)
    lift = Item.objects.get(title="Lift")

    advance(lift.id, "do", city.scene("sam"), data=DONE)

    assert [item.title for item in watch.undone(city.areas["elm"].path, SUNDAY)] == ["Gate"]
    lift.refresh_from_db()
    assert (lift.stage, lift.data["evidence"]) == ("done", DONE)


def test_a_sheet_comes_back_on_its_days_and_opens_once_a_day(city: City) -> None:
    watch.plan(city.actor("sam"), city.areas["oak"], "Gate", first_day=SUNDAY, weekdays="71")

    n_opened = [watch.chore(EVENING + n * DAY) for n in range(3)]
    again = watch.chore(EVENING + 2 * DAY)

    assert n_opened == [1, 2, 1]  # Monday and Tuesday also close what was missed the day before
    assert again == 0
    assert list(Item.objects.order_by("id").values_list("stage", "data__day")) == [
        ("missed", "2020-02-09"),
        ("missed", "2020-02-10"),
    ]


def test_a_building_without_a_toilet_has_a_task_every_day(city: City) -> None:
    house = city.areas["house1"]
    Fact.objects.create(
        area=house, path=house.path, key="no_toilet", value=1, unit="1", as_of=SUNDAY, source="t"
    )

    for n in range(3):
        watch.chore(EVENING + n * DAY)

    days = Item.objects.filter(item_class="flagged").values_list("data__day", flat=True)
    assert sorted(days) == ["2020-02-09", "2020-02-10", "2020-02-11"]


def test_nothing_opens_before_six_in_the_morning(city: City) -> None:
    watch.plan(city.actor("sam"), city.areas["oak"], "Gate", first_day=SUNDAY)

    assert watch.chore(EVENING - 13 * HOUR) == 0
    assert watch.chore(EVENING - 12 * HOUR) == 1


def test_done_without_evidence_is_refused(city: City) -> None:
    watch.plan(city.actor("sam"), city.areas["oak"], "Gate", first_day=SUNDAY)
    watch.chore(EVENING)

    with pytest.raises(BadInput):
        advance(Item.objects.get().id, "do", city.scene("sam"), data={"agent": "chlorine"})


def test_only_who_answers_for_the_community_plans(city: City) -> None:
    for name in ("eve", "cy", "gus"):
        with pytest.raises(NotAllowed):
            watch.plan(city.actor(name), city.areas["oak"], "Gate", first_day=SUNDAY)
    with pytest.raises(BadInput):
        watch.plan(city.actor("sam"), city.areas["oak"], "Gate", first_day=SUNDAY, weekdays="8")
