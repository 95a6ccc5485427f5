"""Somebody told of twice is one person; where there is doubt, a person decides once."""

from datetime import date
from typing import Any

import pytest

from linli.policy.roles import Purpose
from linli.registry import duplicates, meant
from linli.registry.duplicates import Candidate
from linli.registry.meant import Meant, Told
from linli.registry.person import Person
from tests.cast import EVENING, City

pytestmark = pytest.mark.db
BORN = date(1980, 5, 1)


@pytest.fixture
def ann(city: City) -> Person:
    """Ann, with all that the registry knows of her."""
    area = city.areas["oak1"]
    return Person.objects.create(
        code="R1", name="欧阳安", pinyin="ou yang an", birth_date=BORN, phone="555-0100",
        document="D1", area=area, path=area.path, source="register", as_of="2020-02-01",
        changed_at=EVENING,
    )  # fmt: skip


def told(city: City, area: str = "oak1", **more: Any) -> Told:
    """Somebody as a clinic tells of them."""
    return Told(city.areas[area].id, city.areas[area].path, source="clinic", **more)


def ask(city: City, *rows: Told) -> list[Meant]:
    """Who they are."""
    return meant.find_or_make(rows, now=EVENING)


@pytest.mark.parametrize(
    "known",
    [
        {"code": "R1", "name": "somebody"},
        {"document": "D1", "name": "欧阳安"},
        {"document": "D1", "name": "An Ou Yang"},
        {"phone": "555-0100", "name": "欧阳安"},
        {"name": "欧阳安", "birth_date": BORN},
    ],
    ids=["code", "document", "letters, surname last", "phone", "born here"],
)
def test_whom_the_registry_knows_gets_no_second_record(
    city: City, ann: Person, known: dict[str, Any]
) -> None:
    (one,) = ask(city, told(city, **known))

    assert (one.person_id, one.made) == (ann.id, False)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "known",
    [
        {"document": "D1", "name": "李小明"},
        {"name": "欧阳安", "birth_date": BORN, "area": "ash1"},
        {"name": "Ouyang An", "birth_date": BORN, "area": "ash1"},
        {"name": "An Ou Yang", "birth_date": BORN, "area": "ash1"},
        {"name": "Ouyang An", "phone": "555-0100"},
    ],
    ids=["document", "born", "letters and birth", "surname last and birth", "letters and phone"],
)
def test_whoever_may_be_somebody_is_queued_with_them(
    city: City, ann: Person, known: dict[str, Any]
) -> None:
    (one,) = ask(city, told(city, **known))

    assert (one.made, one.doubts) == (True, (ann.id,))
    assert list(Candidate.objects.values_list("first_id", "second_id")) == [(ann.id, one.person_id)]


@pytest.mark.parametrize("known", [{"name": "欧阳安"}, {"phone": "555-0100", "name": "李小明"}, {}])
def test_a_name_or_a_phone_alone_says_nothing(
    city: City, ann: Person, known: dict[str, Any]
) -> None:
    (one,) = ask(city, told(city, **known))

    assert (one.made, one.doubts) == (True, ())


def test_two_rows_of_one_list_are_one_person_and_can_be_found(city: City) -> None:
    first, second = ask(
        city,
        told(city, name="王小明", phone="555-0177"),
        told(city, name="王小明", phone="555-0177", birth_date=BORN),
    )

    assert (first.made, second.made, first.person_id) == (True, False, second.person_id)
    assert Person.objects.get().pinyin == "wang xiao ming"


def test_what_somebody_decided_of_a_pair_is_not_asked_again(city: City, ann: Person) -> None:
    elsewhere = told(city, "ash1", name="欧阳安", birth_date=BORN)
    (one,) = ask(city, elsewhere)
    pair = Candidate.objects.get()
    duplicates.decide(city.actor("ida"), pair.id, same=False, now=EVENING)

    (again,) = ask(city, elsewhere)

    assert (again.person_id, again.made) == (one.person_id, False)
    assert Candidate.objects.get().decision == "different"
    page = duplicates.waiting(city.actor("ida"), purpose=Purpose.REGISTRY)
    assert page.rows == []
