"""When two records turn out to be one person, what is under way for both is under way for one."""

from datetime import date

import pytest

from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.ledger import Item
from linli.registry import merges
from linli.registry.person import Person
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


def lives(city: City, code: str) -> Person:
    oak1 = city.areas["oak1"]
    return Person.objects.create(
        code=code, name="王小明", area=oak1, path=oak1.path, source="test",
        as_of=date(2020, 1, 1), changed_at=EVENING,
    )  # fmt: skip


def test_items_follow_a_person_through_a_merge_and_back(city: City) -> None:
    kept, lost = lives(city, "a"), lives(city, "b")
    items = [
        open_item(
            catalogue.get("request"),
            Opening(
                city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise",
                subject_kind="person", subject_id=who.id,
            ),
            city.scene("bo"),
        ).item_id
        for who in (kept, lost)
    ]  # fmt: skip

    merge = merges.merge(city.actor("ida"), lost.id, kept.id, now=EVENING)

    about = Item.objects.order_by("id").values_list("subject_id", flat=True)
    assert list(about) == [kept.id, kept.id]
    merges.undo(city.actor("ida"), merge.id, now=EVENING)
    assert list(about.all()) == [kept.id, lost.id]
    assert merge.moved["items"] == [items[1]]
