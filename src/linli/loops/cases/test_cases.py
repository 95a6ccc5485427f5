"""A case asks for a place and an investigation by itself, and its history explains its category."""

import pytest

from linli.errors import NotAllowed
from linli.loops import catalogue
from linli.loops.advance import Moved, Opening, advance, open_item
from linli.loops.ledger import Event, Item
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


@pytest.fixture
def ann(city: City) -> Person:
    """Ann, as the registry knows her."""
    return Person.objects.create(
        code="P1", name="安安", pinyin="an an", area=city.areas["oak1"],
        path=city.areas["oak1"].path, source="test", as_of="2020-02-01", changed_at=EVENING,
    )  # fmt: skip


def fever(city: City, ann: Person, by: str = "gus", purpose: str = "") -> Moved:
    """Somebody measures a fever."""
    data = {"person_id": ann.id, "temperature_c": 38.2, "source": "gate"}
    opening = Opening(city.areas["oak1"].id, "fever", data)
    return open_item(catalogue.get("fever"), opening, city.scene(by, purpose=purpose))


def case(city: City, ann: Person, category: str = "suspected") -> Item:
    """Hal reports a case of Ann's."""
    data = {"person_id": ann.id, "source": "clinic", "onset_on": "2020-02-05"}
    opening = Opening(
        city.areas["oak1"].id, category, data, kind="covid19", subject_kind="person",
        subject_id=ann.id,
    )  # fmt: skip
    moved = open_item(catalogue.get("case"), opening, city.scene("hal", purpose="care"))
    return Item.objects.get(id=moved.item_id)


def places(ann: Person) -> list[tuple[str, str]]:
    """Ann's placements, in the order they were asked for."""
    rows = Item.objects.filter(loop="placement", subject_id=ann.id).order_by("id")
    return list(rows.values_list("item_class", "stage"))


def test_a_gate_keeper_opens_a_fever_and_nothing_else(city: City, ann: Person) -> None:
    moved = fever(city, ann)

    assert Item.objects.get(id=moved.item_id).stage == "found"
    with pytest.raises(NotAllowed):
        open_item(
            catalogue.get("case"),
            Opening(city.areas["oak1"].id, "suspected", {"person_id": ann.id, "source": "desk"}),
            city.scene("gus"),
        )


def test_a_fever_becomes_a_case_that_asks_for_a_place(city: City, ann: Person) -> None:
    moved = fever(city, ann)
    hal = city.scene("hal", EVENING + HOUR, purpose="care")

    advance(moved.item_id, "open_case", hal, data={"person_id": ann.id, "category": "suspected"})

    child = Item.objects.get(loop="case")
    assert (child.parent_id, child.stage) == (moved.item_id, "unclassified")
    assert places(ann) == [("ward", "needed")]


def test_a_change_of_category_asks_for_another_place_and_drops_the_old_one(
    city: City, ann: Person
) -> None:
    item = case(city, ann)
    hal = city.scene("hal", EVENING + HOUR, purpose="care")

    form = {"category": "suspected", "evidence": ["fever", "imaging"]}
    advance(item.id, "classify", hal, data=form)
    advance(
        item.id, "reclassify", hal, data={"category": "confirmed", "evidence": ["pcr_positive"]}
    )

    item.refresh_from_db()
    assert (item.item_class, item.data["evidence"]) == (
        "confirmed",
        ["fever", "imaging", "pcr_positive"],
    )
    assert places(ann) == [("ward", "ended"), ("treatment", "needed")]
    told = Event.objects.filter(item_id=item.id, step="reclassify").get()
    assert told.data["evidence"] == ["pcr_positive"]


def test_whoever_arrives_in_a_new_place_has_left_the_old_one(city: City, ann: Person) -> None:
    item = case(city, ann)
    hal = city.scene("hal", EVENING + HOUR, purpose="care")
    ward = Item.objects.get(loop="placement")
    advance(ward.id, "arrive", hal, data={"site_id": 1})
    advance(item.id, "classify", hal, data={"category": "confirmed", "evidence": ["pcr_positive"]})
    assert places(ann) == [("ward", "arrived"), ("treatment", "needed")]

    bed = Item.objects.get(loop="placement", item_class="treatment")
    advance(bed.id, "arrive", hal, data={"site_id": 2})

    assert places(ann) == [("ward", "ended"), ("treatment", "arrived")]
