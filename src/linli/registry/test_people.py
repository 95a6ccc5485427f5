"""People are listed, searched and opened as somebody may see them, and every look is recorded."""

from datetime import date
from typing import Any

import pytest

from linli.audit.records import Record
from linli.errors import NotAllowed, NotFound, PurposeNeeded
from linli.jobs.outbox import Message
from linli.registry import area_tree, duplicates, grants, households, people
from linli.registry.grants import Grant, InSight, ReasonNeeded
from linli.registry.households import Household
from linli.registry.names import NamePart
from linli.registry.person import Person
from linli.registry.pinyin import pinyin_of
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


def lives(city: City, name: str, area: str = "oak1", **more: Any) -> Person:
    """Somebody lives in an area."""
    given = {"birth_date": date(1950, 3, 4), "phone": "13900000001", "document": "ID1"} | more
    return Person.objects.create(
        code=f"x{Person.objects.count()}", name=name, pinyin=pinyin_of(name),
        area=city.areas[area], path=city.areas[area].path, source="test",
        as_of=date(2020, 1, 1), changed_at=EVENING, **given,
    )  # fmt: skip


def found(city: City, text: str, by: str = "cy", **more: Any) -> list[str]:
    page = people.listing(city.actor(by), purpose="service", text=text, **more)
    return [row["name"] for row in page.rows]


@pytest.mark.parametrize(
    "text", ["王小明", "王小", "小明", "明", "wang", "XiaoMing", "xiao m", "ng m"]
)
def test_a_person_is_found_by_any_part_of_the_name(city: City, text: str) -> None:
    lives(city, "王小明")
    lives(city, "李丽")

    assert found(city, text) == (["王小明"] if text != "ng m" else [])


def test_names_in_letters_and_of_other_peoples_are_found_by_each_word(city: City) -> None:
    lives(city, "José de la Cruz")
    lives(city, "阿依古丽·买买提")

    assert found(city, "cruz") == ["José de la Cruz"]
    assert found(city, "jose") == ["José de la Cruz"]
    assert found(city, "古丽买") == ["阿依古丽·买买提"]


def test_a_name_that_holds_the_text_twice_is_told_once(city: City) -> None:
    lives(city, "王丽丽")

    assert found(city, "丽") == ["王丽丽"]


def test_the_pages_of_a_search_hold_everybody_once(city: City) -> None:
    for n in range(7):
        lives(city, f"王{'甲乙丙丁戊己庚'[n]}", area="oak1" if n % 2 else "oak2")
    told: list[str] = []
    after = None
    for _ in range(9):
        page = people.listing(city.actor("sam"), purpose="service", text="王", after=after, most=2)
        told += [row["name"] for row in page.rows]
        after = page.after
        if after is None:
            break

    assert sorted(told) == sorted(f"王{c}" for c in "甲乙丙丁戊己庚")


def test_a_list_shows_the_own_area_only(city: City) -> None:
    lives(city, "王小明")
    lives(city, "王大明", area="ash1")

    assert found(city, "王") == found(city, "") == ["王小明"]
    assert found(city, "", by="gil") == ["王小明", "王大明"]
    assert found(
        city, "王", by="gil", filters=people.Filters(area_path=city.areas["west"].path)
    ) == ["王大明"]


def test_filters_narrow_with_and_without_a_text(city: City) -> None:
    lives(city, "王小明", needs=["wheelchair"], sex="m")
    lives(city, "王小红", sex="f", birth_date=date(2001, 1, 1))
    wheelchair = people.Filters(need="wheelchair")

    assert found(city, "", filters=wheelchair) == ["王小明"]
    assert found(city, "王", filters=wheelchair) == ["王小明"]
    assert found(city, "王小红", filters=wheelchair) == []
    assert found(city, "小", filters=people.Filters(sex="f")) == ["王小红"]
    assert found(city, "", filters=people.Filters(born_from=date(2000, 1, 1))) == ["王小红"]


def test_a_whole_phone_or_code_finds_and_a_document_only_whom_sees_it(city: City) -> None:
    who = lives(city, "王小明", document="ID99887766")

    assert found(city, "13900000001") == ["王小明"]
    assert found(city, who.code) == []  # two characters are no number
    assert found(city, "ID99887766") == []  # a grid worker sees no documents
    assert found(city, "ID99887766", by="sam") == ["王小明"]


def test_a_purpose_is_asked_for_and_others_are_refused(city: City) -> None:
    who = lives(city, "王小明")
    with pytest.raises(PurposeNeeded):
        people.listing(city.actor("cy"), purpose=None)
    with pytest.raises(NotAllowed):
        people.listing(city.actor("cy"), purpose="registry")
    with pytest.raises(NotAllowed):
        people.listing(city.actor("jo"), purpose="service")
    with pytest.raises(NotFound):
        people.open_one(city.actor("eve"), who.id, purpose="service")
    with pytest.raises(NotFound):
        people.open_one(city.actor("eve"), 987654, purpose="service")
    with pytest.raises(PurposeNeeded):
        people.open_one(city.actor("cy"), who.id, purpose=None)


def test_fields_are_masked_by_role_and_each_look_is_recorded(city: City) -> None:
    who = lives(city, "王小明")

    seen = people.open_one(city.actor("cy"), who.id, purpose="care")
    by_city = people.listing(city.actor("gil"), purpose="service").rows[0]

    assert (seen["name"], seen["document"]) == ("王小明", "•••")
    assert (by_city["phone"], by_city["birth_date"]) == ("13900000001", "•••")
    looks = Record.objects.order_by("id").values_list("act", "actor_id", "purpose")
    assert list(looks) == [
        ("see", city.accounts["cy"].id, "care"),
        ("list", city.accounts["gil"].id, "service"),
    ]


def test_a_resident_sees_the_own_record_whole(city: City) -> None:
    who = lives(city, "安")
    city.accounts["ann"].person_id = who.id
    city.accounts["ann"].save()

    seen = people.open_one(city.actor("ann"), who.id, purpose=None)

    assert seen["document"] == "ID1"


@pytest.mark.parametrize(("text", "n"), [("", 2), ("王", 3), ("13900000001", 2)])
def test_a_list_asks_the_database_a_fixed_number_of_questions(
    city: City, django_assert_num_queries: Any, text: str, n: int
) -> None:
    for count in range(12):
        lives(city, f"王{count}")
    actor = city.actor("cy")

    for most in (2, 10):
        with django_assert_num_queries(n):
            people.listing(actor, purpose="service", text=text, most=most)


def test_opening_somebody_asks_a_fixed_number_of_questions(
    city: City, django_assert_num_queries: Any
) -> None:
    who = lives(city, "王小明")
    actor = city.actor("cy")

    with django_assert_num_queries(4):  # the survivor, the row, grants, the record of the look
        people.open_one(actor, who.id, purpose="service")


def test_a_name_is_found_where_the_person_moved_to_and_no_more_where_they_were(city: City) -> None:
    who = lives(city, "王小明")
    who.name, who.pinyin = "王大明", "wang da ming"
    who.area, who.path = city.areas["ash1"], city.areas["ash1"].path
    who.save()

    assert found(city, "小明", by="gil") == []
    assert found(city, "王", by="sam") == []
    assert found(city, "daming", by="gil") == ["王大明"]


def test_when_an_area_moves_its_people_are_found_in_the_new_place(city: City) -> None:
    lives(city, "王小明")

    area_tree.move(city.areas["oak"], city.areas["fir"])

    assert found(city, "王", by="fay") == []
    assert found(city, "王", by="gil") == ["王小明"]
    assert set(NamePart.objects.values_list("path", flat=True)) == {Person.objects.get().path}


def test_the_parts_of_names_can_be_made_anew(city: City) -> None:
    lives(city, "王小明", needs=["dialysis"])
    before = set(NamePart.objects.values_list("text", "path", "person_id"))

    count = people.make_findable()

    assert count == len(before)
    assert set(NamePart.objects.values_list("text", "path", "person_id")) == before


def test_a_household_is_opened_with_its_people(city: City, django_assert_num_queries: Any) -> None:
    oak1 = city.areas["oak1"]
    home = Household.objects.create(
        code="H1", area=oak1, path=oak1.path, home=city.areas["house1"], door="301",
        note="knock loudly", source="test", as_of=date(2020, 1, 1), changed_at=EVENING,
    )  # fmt: skip
    lives(city, "王小明", household=home)
    actor = city.actor("cy")

    with django_assert_num_queries(2):
        page = households.listing(actor, purpose="service")
    with django_assert_num_queries(3):
        seen = households.open_one(actor, home.id, purpose="service")

    assert [row["code"] for row in page.rows] == ["H1"]
    assert [member["name"] for member in seen["people"]] == ["王小明"]
    by_city = households.listing(city.actor("gil"), purpose="service", text="H1").rows[0]
    assert by_city["note"] == "•••"
    with pytest.raises(NotFound):
        households.open_one(city.actor("eve"), home.id, purpose="service")


def test_breaking_the_glass_opens_one_person_for_three_hours_and_is_told(city: City) -> None:
    who, neighbour = lives(city, "王小明"), lives(city, "李丽")
    city.accounts["ann"].person_id = who.id
    city.accounts["ann"].save()
    eve = city.actor("eve")

    grant = grants.break_glass(eve, who.id, "Found lost at the station in Ash Road.", EVENING)

    inside, after = EVENING + 3 * HOUR - 1, EVENING + 3 * HOUR
    assert people.open_one(eve, who.id, purpose="service", now=inside)["name"] == "王小明"
    with pytest.raises(NotFound):
        people.open_one(eve, who.id, purpose="service", now=after)
    with pytest.raises(NotFound):
        people.open_one(eve, neighbour.id, purpose="service", now=inside)
    assert people.listing(eve, purpose="service").rows == []
    told = set(Message.objects.filter(kind="break_glass").values_list("account_id", flat=True))
    assert told == {city.accounts["sam"].id, city.accounts["ann"].id}
    look = Record.objects.get(act="see")
    assert look.detail == {"grant": grant.id}
    for name in ("sam", "ann", "eve", "kim"):
        assert [g["id"] for g in grants.grants_seen_by(city.actor(name))] == [grant.id], name
    assert grants.grants_seen_by(city.actor("pat")) == []


def test_the_glass_takes_a_reason_a_role_and_somebody_out_of_sight(city: City) -> None:
    who = lives(city, "王小明")
    with pytest.raises(ReasonNeeded):
        grants.break_glass(city.actor("eve"), who.id, "urgent", EVENING)
    with pytest.raises(NotAllowed):
        grants.break_glass(city.actor("pat"), who.id, "A long enough reason.", EVENING)
    with pytest.raises(NotFound):
        grants.break_glass(city.actor("eve"), 987654, "A long enough reason.", EVENING)
    with pytest.raises(InSight):
        grants.break_glass(city.actor("cy"), who.id, "A long enough reason.", EVENING)

    assert not Grant.objects.exists()


def test_two_records_become_one_person_and_two_again(city: City) -> None:
    old = lives(city, "王小明", phone="", needs=["wheelchair"])
    new = lives(city, "王小明", needs=["dialysis"], birth_date=None)
    city.accounts["ann"].person_id = new.id
    city.accounts["ann"].save()
    duplicates.suspect(new.id, old.id, score=0.8, evidence=["name"], now=EVENING)
    ida = city.actor("ida")
    pair = duplicates.waiting(ida, purpose="registry").rows[0]

    merge = duplicates.decide(ida, pair["id"], same=True, now=EVENING)

    assert merge is not None
    old.refresh_from_db()
    assert (old.phone, old.needs) == ("13900000001", ["dialysis", "wheelchair"])
    assert people.resolve(new.id) == old.id
    assert people.open_one(city.actor("cy"), new.id, purpose="service")["id"] == old.id
    city.accounts["ann"].refresh_from_db()
    assert city.accounts["ann"].person_id == old.id
    assert found(city, "王") == ["王小明"]
    assert duplicates.waiting(ida, purpose="registry").rows == []

    duplicates.undo(ida, merge.id, now=EVENING + HOUR)

    old.refresh_from_db()
    city.accounts["ann"].refresh_from_db()
    assert (old.phone, old.needs) == ("", ["wheelchair"])
    assert city.accounts["ann"].person_id == new.id
    assert found(city, "王") == ["王小明", "王小明"]
    duplicates.suspect(new.id, old.id, score=0.8, evidence=["name"], now=EVENING)
    assert duplicates.waiting(ida, purpose="registry").rows == []


def test_a_merge_takes_the_power_at_both_areas(city: City) -> None:
    one, two = lives(city, "王小明"), lives(city, "王小明", area="ash1")
    duplicates.suspect(one.id, two.id, score=0.8, evidence=["name"], now=EVENING)
    pair = duplicates.Candidate.objects.get()

    with pytest.raises(NotAllowed):
        duplicates.decide(city.actor("sam"), pair.id, same=True, now=EVENING)


@pytest.mark.parametrize("text", ["王", "丽", "li", "xiaom", "jose", "cruz", "zzz", "古丽"])
def test_who_sees_a_little_and_who_sees_much_are_told_the_same_in_the_same_order(
    city: City, text: str
) -> None:
    for name in ("王丽丽", "李小明", "王晓明", "José de la Cruz", "阿依古丽·买买提", "黎丽"):
        lives(city, name, area="oak1" if len(name) % 2 else "oak2")

    def pages(by: str) -> list[str]:
        told, after = [], None
        for _ in range(20):
            page = people.listing(city.actor(by), purpose="service", text=text, after=after, most=2)
            told += [row["name"] for row in page.rows]
            after = page.after
            if after is None:
                return told
        raise AssertionError("The pages do not end.")

    assert pages("sam") == pages("dee") == pages("gil")


MONTH = {"born_from": date(1950, 1, 1), "born_until": date(1950, 1, 31)}
COMBINED = [
    people.Filters(need="dialysis"),
    people.Filters(need="dialysis", sex="f"),
    people.Filters(need="dialysis", **MONTH),
    people.Filters(need="wheelchair", born_from=date(1950, 1, 1)),
    people.Filters(**MONTH),
    people.Filters(**MONTH, floating=True),
]


@pytest.mark.parametrize("asked", COMBINED)
@pytest.mark.parametrize("text", ["王", "丽", "li", "xiaom", "zzz"])
def test_a_rare_need_or_month_beside_a_name_finds_the_same_whichever_of_them_leads(
    city: City, monkeypatch: pytest.MonkeyPatch, text: str, asked: people.Filters
) -> None:
    everybody = []
    for n, name in enumerate(("王丽丽", "李小明", "王晓明", "黎丽", "王丽", "李王丽", "王力") * 3):
        needs = [need for need, each in (("dialysis", 2), ("wheelchair", 3)) if n % each == 0]
        born = date(1950, 1 + n % 2, 31 if n % 2 == 0 else 1)
        area, sex = ("oak1", "oak2", "ash1")[n % 3], "mf"[n // 2 % 2]
        person = lives(
            city, name, area=area, needs=needs, sex=sex, birth_date=born, floating=n % 5 == 0
        )
        everybody.append(person)

    def pages(by: str, few: int) -> list[int]:
        monkeypatch.setattr(people, "FEW", few)
        told, after = [], None
        for _ in range(60):
            page = people.listing(
                city.actor(by), purpose="service", text=text, filters=asked, after=after, most=2
            )
            told += [row["id"] for row in page.rows]
            after = page.after
            if after is None:
                return told
        raise AssertionError("The pages do not end.")

    def fits(who: people.Person) -> bool:
        return (
            (not asked.need or asked.need in who.needs)
            and all(getattr(who, c) == v for c, v in asked.tests().items() if "__" not in c)
            and (asked.born_from is None or who.birth_date >= asked.born_from)
            and (asked.born_until is None or who.birth_date <= asked.born_until)
            and (text in who.name or text in who.pinyin.replace(" ", ""))
        )

    assert pages("gil", 100) == pages("gil", 0)
    assert sorted(pages("gil", 100)) == sorted(who.id for who in everybody if fits(who))
    assert pages("dee", 100) == pages("dee", 0)


def test_a_name_beside_a_rare_need_asks_a_fixed_number_of_questions(
    city: City, django_assert_num_queries: Any
) -> None:
    for count in range(12):
        lives(city, f"王{count}", needs=["dialysis"])
    actor, asked = city.actor("gil"), people.Filters(need="dialysis")

    for most in (2, 10):
        with django_assert_num_queries(4):
            people.listing(actor, purpose="service", text="王", filters=asked, most=most)
