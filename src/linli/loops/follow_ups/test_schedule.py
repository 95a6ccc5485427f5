"""The schedule of follow-ups: every day of the plan once, dealt fairly, and done is done."""

from datetime import date, timedelta

import pytest

from linli.errors import BadInput, NotAllowed
from linli.loops.exposures import decide
from linli.loops.exposures.tables import Exposure
from linli.loops.follow_ups import schedule, seen, teams, watch
from linli.loops.follow_ups.schedule import Deal
from linli.loops.follow_ups.seen import Told
from linli.loops.follow_ups.tables import RELEASE_SLOT, TEST_SLOT, FollowUp, key_of
from linli.loops.laboratory import results
from linli.loops.laboratory.results import NewResult
from linli.loops.laboratory.tables import LabOrder
from linli.loops.laboratory.whose import Told as Tube
from linli.loops.ledger import Item
from linli.loops.observation import Plan
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db

TODAY = date(2020, 2, 9)
DAY = 24 * HOUR


def person(city: City, name: str, area: str = "oak1") -> Person:
    """Somebody in the registry."""
    return Person.objects.create(
        code=name, name=name, area=city.areas[area], path=city.areas[area].path, source="test",
        as_of=TODAY, changed_at=EVENING,
    )  # fmt: skip


def contact(city: City, name: str, area: str = "oak1", *, met: int = 0, disease="covid19") -> int:
    """Somebody who met a case some days ago, as the desk opens it; its item."""
    who = person(city, name, area)
    return open_contact(city, who, met=met, disease=disease)


def open_contact(city: City, who: Person, *, met: int = 0, disease: str = "covid19") -> int:
    """The contact item of a person, opened as an accepted exposure opens it."""
    row = Exposure(
        source_id=0, source_person_id=0, person_id=who.id, path=who.path, found_at=EVENING,
        last_met_at=EVENING - met * DAY,
    )  # fmt: skip
    row.save()
    pair = decide.Pair(Exposure.objects.get(id=row.id), disease, "close")
    (item,) = decide.link([pair], city.scene("tao", purpose="investigation")).opened
    return item


def rows(item: int) -> list[tuple[int, int]]:
    """(days from today, slot) of everything that is still to be done for a contact."""
    found = FollowUp.objects.filter(contact_id=item, status="").order_by("id")
    return [((row.day - TODAY).days, row.slot) for row in found]


def test_a_contact_has_every_day_of_its_plan_from_the_day_after_the_meeting(city: City) -> None:
    item = contact(city, "Ren")

    asked = [day for day, slot in rows(item) if slot == 0]
    tests = [day for day, slot in rows(item) if slot == TEST_SLOT]

    assert asked == list(range(1, 15))
    assert rows(item).count((3, 1)) == 1  # twice a day
    assert tests == [1, 7, 13]
    assert [day for day, slot in rows(item) if slot == RELEASE_SLOT] == [15]
    assert Item.objects.get(id=item).data["until"] == "2020-02-23"


def test_whoever_is_found_late_has_the_days_that_are_left_and_is_tested_at_once(city: City) -> None:
    item = contact(city, "Ren", met=5)

    assert min(day for day, slot in rows(item) if slot == 0) == 0
    assert max(day for day, slot in rows(item) if slot == 0) == 9
    assert [day for day, slot in rows(item) if slot == TEST_SLOT] == [0, 2, 8]


def test_making_it_again_keeps_what_was_done_and_changes_nothing_else(city: City) -> None:
    item = contact(city, "Ren", met=1)
    before = rows(item)
    seen.take_in([Told(item, TODAY, 0, "well")], city.scene("cy", purpose="screening"))

    made = schedule.make([item], now=EVENING)

    assert rows(item) == [row for row in before if row != (0, 0)]
    assert FollowUp.objects.get(id=key_of(item, TODAY, 0)).status == "well"
    assert (made.n_kept, made.n_made) == (1, len(before) - 1)


@pytest.mark.parametrize(
    ("met", "planned", "tests"),
    [(1, False, [1, 6, 12]), (1, True, [0, 6, 12]), (5, False, [1, 2, 8]), (5, True, [0, 2, 8])],
    ids=["due today, not planned", "due today", "owed, not planned", "owed"],
)
def test_a_schedule_that_begins_tomorrow_drops_no_test_of_today(
    city: City, met: int, planned: bool, tests: list[int]
) -> None:
    item = contact(city, "Ren", met=met)
    if not planned:
        FollowUp.objects.filter(contact_id=item).delete()

    for _ in range(2):  # making it again changes nothing
        schedule.make([item], now=EVENING, first=TODAY + timedelta(days=1))

    assert [day for day, slot in rows(item) if slot == TEST_SLOT] == tests
    assert [day for day, slot in rows(item) if slot == RELEASE_SLOT] == [15 - met]


@pytest.mark.parametrize(("status", "tests"), [("sampled", [7, 13]), ("refused", [3, 7, 13])])
def test_a_test_that_was_done_is_not_owed_again_when_the_schedule_is_made_anew(
    city: City, status: str, tests: list[int]
) -> None:
    item = contact(city, "Ren")
    day = TODAY + timedelta(days=1)
    scene = city.scene("cy", EVENING + DAY, "screening")
    assert not seen.take_in([Told(item, day, TEST_SLOT, status)], scene).refused

    schedule.make([item], now=EVENING + 3 * DAY)

    assert [day for day, slot in rows(item) if slot == TEST_SLOT] == tests


@pytest.mark.parametrize(("refused", "released"), [(1, 1), (13, 0)])
def test_a_test_that_was_refused_holds_nobody_once_a_later_sample_was_taken(
    city: City, refused: int, released: int
) -> None:
    item = contact(city, "Ren")
    todo = FollowUp.objects.filter(contact_id=item)
    todo.filter(slot__lt=RELEASE_SLOT).update(status="well")
    todo.filter(slot=TEST_SLOT).update(status="sampled")
    day = TODAY + timedelta(days=refused)
    todo.filter(slot=TEST_SLOT, day=day).update(status="refused")

    assert watch.look(EVENING + 15 * DAY).released == released


def test_a_period_touches_its_own_days_only(city: City) -> None:
    item = contact(city, "Ren")
    first, last = TODAY + timedelta(days=3), TODAY + timedelta(days=5)
    FollowUp.objects.filter(contact_id=item).delete()

    schedule.make([item], now=EVENING, first=first, last=last)

    assert sorted({day for day, _ in rows(item)}) == [3, 4, 5]


def test_a_period_that_ends_before_it_begins_is_refused_in_one_sentence(city: City) -> None:
    with pytest.raises(BadInput, match="no period"):
        schedule.make([], now=EVENING, first=TODAY, last=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("plan", "days"),
    [
        (Plan(7, every_days=3), (1, 4, 7)),
        (Plan(9, pattern=(1, 3, 9)), (1, 3, 9)),
        (Plan(3), (1, 2, 3)),
        (Plan(0), ()),
    ],
)
def test_a_plan_is_every_day_every_n_days_or_a_pattern(plan: Plan, days: tuple[int, ...]) -> None:
    assert plan.follow_up_days() == days


def test_contacts_are_dealt_to_the_grids_workers_by_load(city: City) -> None:
    items = [contact(city, f"Ren {n}") for n in range(6)]

    holders = list(Item.objects.filter(id__in=items).values_list("holder_id", flat=True))

    cy, cleo = city.accounts["cy"].id, city.accounts["cleo"].id
    assert sorted(holders) == sorted([cy, cleo] * 3)


def test_a_grid_without_a_worker_goes_to_the_desk_above_it(city: City) -> None:
    item = contact(city, "Ren", "oak2")

    assert Item.objects.get(id=item).holder_id == city.accounts["bo"].id


def test_in_turn_deals_them_one_after_the_other_and_the_item_agrees(city: City) -> None:
    items = [contact(city, f"Ren {n}") for n in range(4)]

    schedule.make(items, now=EVENING, deal=Deal.IN_TURN)

    first = {
        row.contact_id: row.holder_id
        for row in FollowUp.objects.filter(contact_id__in=items, slot=0)
    }
    assert [first[item] for item in items] == [
        city.accounts["cy"].id, city.accounts["cleo"].id,
    ] * 2  # fmt: skip
    assert dict(Item.objects.filter(id__in=items).values_list("id", "holder_id")) == first


def test_whoever_is_away_is_given_nobody(city: City) -> None:
    from linli.registry.roster import Absence

    Absence.objects.create(
        account=city.accounts["cy"], starts_at=EVENING - HOUR, ends_at=EVENING + HOUR
    )

    assert teams.teams(EVENING).near(city.areas["oak1"].path) == [city.accounts["cleo"].id]


def test_what_nobody_did_by_the_hour_is_missed_and_climbs(city: City) -> None:
    from linli.loops import tick

    item = contact(city, "Ren", met=1)
    seen.take_in([Told(item, TODAY, 0, "well")], city.scene("cy", purpose="screening"))
    assert Item.objects.get(id=item).stage == "followed"

    done = watch.look(EVENING + DAY + 3 * HOUR)  # 21:00 on the next day
    tick.tick(EVENING + DAY + 3 * HOUR + 13 * HOUR)

    assert done.missed == 1
    missed = Item.objects.get(id=item)
    assert (missed.stage, missed.late, missed.tier) == ("missed", True, 1)
    assert watch.look(EVENING + DAY + 3 * HOUR).moved == 0


def test_seen_again_it_is_followed_and_the_missed_day_stays_in_sight(city: City) -> None:
    item = contact(city, "Ren", met=1)
    seen.take_in([Told(item, TODAY, 0, "well")], city.scene("cy", purpose="screening"))
    watch.look(EVENING + DAY + 3 * HOUR)

    later = EVENING + 2 * DAY
    told = Told(item, TODAY + timedelta(days=2), 0, "well")
    seen.take_in([told], city.scene("cy", later, purpose="screening"))

    assert Item.objects.get(id=item).stage == "followed"
    assert watch.look(later).missed == 0
    assert FollowUp.objects.get(id=key_of(item, TODAY + timedelta(days=1), 0)).status == ""


def test_a_refusal_is_noted_and_climbs_at_once(city: City) -> None:
    item = contact(city, "Ren", met=1)

    told = Told(item, TODAY, 0, "refused")
    seen.take_in([told], city.scene("cy", purpose="screening"))

    assert Item.objects.get(id=item).stage == "missed"


def test_told_twice_is_once_and_a_correction_is_an_event(city: City) -> None:
    from linli.loops.ledger import Event

    item = contact(city, "Ren", met=1)
    scene = city.scene("cy", purpose="screening")
    told = Told(item, TODAY, 0, "well", temperature_c=36.4)

    assert seen.take_in([told], scene).n_new == 1
    assert seen.take_in([told], scene).n_again == 1
    assert not Event.objects.filter(item_id=item, step="note").exists()

    seen.take_in([Told(item, TODAY, 0, "unreachable")], scene)

    noted = Event.objects.get(item_id=item, step="note")
    assert (noted.data["status"], noted.data["was"]) == ("unreachable", "well")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"status": "fine"}, "no outcome"),
        ({"day": TODAY + timedelta(days=1)}, "future"),
        ({"status": "well", "symptoms": ("fever",)}, "not well"),
        ({"status": "ill", "temperature_c": 65.0}, "at most 45"),
        ({"status": "sampled"}, "sample belongs"),
        ({"slot": RELEASE_SLOT}, "no time"),
        ({"slot": -1}, "no time"),
    ],
)
def test_a_follow_up_that_cannot_be_is_refused_and_the_others_go_in(city, told, sentence) -> None:
    item = contact(city, "Ren", met=1)
    usual = {"contact_id": item, "day": TODAY, "slot": 0, "status": "well"}

    done = seen.take_in(
        [Told(**(usual | told)), Told(item, TODAY, 1, "well")],
        city.scene("cy", purpose="screening"),
    )

    assert done.n_new == 1
    assert sentence in done.refused[0].problem.tell()


@pytest.mark.parametrize("name", ["gus", "quin", "ann", "pat", "jo"])
def test_whoever_follows_nobody_up_can_say_nothing_of_a_contact(city: City, name: str) -> None:
    item = contact(city, "Ren", met=1)

    with pytest.raises(NotAllowed):
        seen.take_in([Told(item, TODAY, 0, "well")], city.scene(name, purpose="service"))


def test_a_secretary_elsewhere_is_told_that_there_is_no_such_contact(city: City) -> None:
    item = contact(city, "Ren", met=1)

    done = seen.take_in([Told(item, TODAY, 0, "well")], city.scene("eve", purpose="service"))

    assert (done.n_new, done.refused[0].problem.code) == (0, "not_found")


def test_a_contact_is_released_by_rule_and_not_before(city: City) -> None:
    item = contact(city, "Ren", disease="ili")  # seven days, every second one
    scene = city.scene
    for n in (1, 3, 5, 7):
        at = EVENING + n * DAY
        told = Told(item, TODAY + timedelta(days=n), 0, "well")
        assert watch.look(at).released == 0
        seen.take_in([told], scene("cy", at, purpose="screening"))

    assert watch.look(EVENING + 8 * DAY).released == 1

    assert Item.objects.get(id=item).stage == "released"
    assert rows(item) == []


def test_an_open_test_and_late_symptoms_keep_a_contact(city: City) -> None:
    item = contact(city, "Ren")
    for n in range(1, 15):
        at = EVENING + n * DAY
        told = [Told(item, TODAY + timedelta(days=n), slot, "well") for slot in (0, 1)]
        seen.take_in(told, city.scene("cy", at, purpose="screening"))
    assert watch.look(EVENING + 15 * DAY).released == 0

    late = EVENING + 15 * DAY
    samples = [Told(item, TODAY + timedelta(days=n), TEST_SLOT, "sampled") for n in (1, 7, 13)]
    seen.take_in(samples, city.scene("cy", late, purpose="screening"))
    assert watch.look(late).released == 0  # the samples are taken, and nothing is known of them

    tubes = LabOrder.objects.filter(item_id=item).values_list("sample", flat=True)
    found = [NewResult("pcr", "covid19", "negative", late, Tube(sample=tube)) for tube in tubes]
    results.take_in(city.actor("lil", late), found, now=late)

    assert watch.look(late).released == 1
