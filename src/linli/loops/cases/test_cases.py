"""A case asks for a place and an investigation by itself, and its history explains its category."""

from collections.abc import Iterator
from contextlib import suppress

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from linli.errors import GateShut, NotAllowed, Problem
from linli.loops import catalogue, needs
from linli.loops.advance import Moved, Opening, advance, open_item
from linli.loops.cases.forms import Category
from linli.loops.ledger import Event, Item
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.policy.roles import Role
from linli.registry.areas import Tier
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


@pytest.fixture
def tracing() -> Iterator[Loop]:
    """The loop of investigations as far as a case knows it, where there is none yet."""
    if "investigation" in catalogue.all_loops():
        yield catalogue.get("investigation")
        return
    loop = Loop(
        name="investigation", label="investigation", opens="opened",
        opened_by=frozenset({Role.SYSTEM}), asks=ForPerson, classes={"case": "case"},
        seen_by=frozenset({Role.TRACER}), subject="person",
        stages=(Stage("opened", "opened"), Stage("traced", "traced", State.CLOSED)),
        steps=(Step("finish", "finish", stages("opened"), "traced", by=frozenset({Role.TRACER})),),
    )  # fmt: skip
    catalogue.add(loop)
    yield loop
    catalogue.leave_out(loop)


class ForPerson(Form):
    """About whom."""

    person_id: int


def test_a_confirmed_case_ends_only_when_its_tracing_is_finished_or_has_climbed(
    city: City, ann: Person, tracing: Loop
) -> None:
    item = case(city, ann, "confirmed")
    hal = city.scene("hal", EVENING + HOUR, purpose="care")
    work = Item.objects.get(loop="investigation", parent_id=item.id)

    with pytest.raises(GateShut, match=f"Investigation {work.id} is not finished"):
        advance(item.id, "end", hal, data={"end": "recovered"})
    Item.objects.filter(id=work.id).update(tier=Tier.DISTRICT)  # as its ladder would

    assert advance(item.id, "end", hal, data={"end": "recovered"}).stage == "ended"


def test_a_case_that_was_none_needs_no_tracing_to_end(
    city: City, ann: Person, tracing: Loop
) -> None:
    item = case(city, ann, "confirmed")
    hal = city.scene("hal", EVENING + HOUR, purpose="care")

    assert advance(item.id, "end", hal, data={"end": "excluded"}).stage == "ended"


DONE = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(list(Category))),
    st.tuples(st.just("arrive"), st.integers(0, 3)),
    st.tuples(st.just("leave"), st.integers(0, 3)),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(opened=st.sampled_from(list(Category)), done=st.lists(DONE, max_size=8))
def test_nobody_sits_in_a_category_without_an_open_or_done_placement(
    city: City, ann: Person, opened: Category, done: list[tuple[str, object]]
) -> None:
    Item.objects.all().delete()
    item = case(city, ann, opened)
    said = [opened.value]
    for n, (what, which) in enumerate(done):
        hal = city.scene("hal", EVENING + (n + 1) * HOUR, purpose="care")
        if what == "say":
            step = "classify" if len(said) == 1 else "reclassify"
            advance(item.id, step, hal, data={"category": which})
            said.append(str(which))
            continue
        rows = Item.objects.filter(loop="placement", subject_id=ann.id).order_by("id")
        ids = list(rows.values_list("id", flat=True))
        move = "arrive" if what == "arrive" else "end"
        with suppress(Problem):  # a place that has ended, or that is still required
            advance(ids[int(str(which)) % len(ids)], move, hal)

    item.refresh_from_db()
    need = needs.required(item.kind, item.item_class)
    has = Item.objects.filter(loop="placement", subject_id=ann.id, item_class=need)
    assert has.exclude(state=State.CLOSED).exists()
    told = Event.objects.filter(item_id=item.id, step__in=("classify", "reclassify")).order_by("n")
    assert [e.data["category"] for e in told] == said[1:]
    assert item.item_class == said[-1]


def test_a_disease_that_requires_no_place_asks_for_none(city: City, ann: Person) -> None:
    opening = Opening(
        city.areas["oak1"].id, "confirmed", {"person_id": ann.id, "source": "clinic"}, kind="ili",
        subject_kind="person", subject_id=ann.id,
    )  # fmt: skip

    open_item(catalogue.get("case"), opening, city.scene("hal", purpose="care"))

    assert not Item.objects.filter(loop="placement").exists()
