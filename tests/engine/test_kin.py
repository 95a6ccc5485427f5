"""Parents and children, carriers and gates, on a loop of the tests' own."""

from collections.abc import Iterator

import pytest

from linli.errors import GateShut, NotFound, StepNotPossible, Taken
from linli.loops import carriers, catalogue
from linli.loops.advance import Opening, advance, advance_many, open_item
from linli.loops.ledger import Event, Item
from tests.cast import EVENING, City
from tests.engine.convoy import BOX, CONVOY, SCOUT
from tests.engine.world import World, fresh_tallies, tallies

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def own_loops() -> Iterator[None]:
    """The loops of these tests, and none of them for the others."""
    for loop in (CONVOY, BOX, SCOUT):
        catalogue.add(loop)
    yield
    for loop in (CONVOY, BOX, SCOUT):
        catalogue.leave_out(loop)


def convoy(city: City, **data: object) -> int:
    """One that Sam plans in Oak Lane."""
    opening = Opening(city.areas["oak"].id, "convoy", data)
    return open_item(CONVOY, opening, city.scene("sam")).item_id


def sent(city: City, **data: object) -> tuple[int, list[int]]:
    """One that is on its way, and its boxes."""
    item_id = convoy(city, **data)
    advance(item_id, "send", city.scene("sam"))
    boxes = Item.objects.filter(parent_id=item_id).order_by("id")
    return item_id, list(boxes.values_list("id", flat=True))


def stage_of(item_id: int) -> str:
    """Where an item stands."""
    return Item.objects.get(id=item_id).stage


def loaded(city: City, ids: list[int], carrier: int = 7) -> None:
    """Put boxes on a vehicle."""
    _, refused = advance_many(ids, "load", city.scene("bo"), data={"carrier": carrier})
    assert not refused


def test_one_step_opens_children_in_several_loops_and_goes_on_beside_them(city: City) -> None:
    item_id = convoy(city)

    advance(item_id, "scout", city.scene("sam"))

    children = Item.objects.filter(parent_id=item_id).order_by("id")
    assert list(children.values_list("loop", "stage")) == [("scout", "out"), ("box", "waiting")]
    assert (stage_of(item_id), Item.objects.get(id=item_id).state) == ("scouted", "open")
    advance(children[0].id, "recall", city.scene("sam"))
    assert stage_of(item_id) == "scouted"
    assert tallies() == fresh_tallies()


def test_children_of_several_loops_close_with_their_parent(city: City) -> None:
    item_id = convoy(city)
    advance(item_id, "scout", city.scene("sam"))

    advance(item_id, "drop", city.scene("sam"))

    closed = Item.objects.filter(parent_id=item_id).order_by("id").values_list("stage", flat=True)
    assert list(closed) == ["back", "left"]


def test_the_parent_goes_on_when_the_last_child_has_closed_and_not_before(city: City) -> None:
    item_id, boxes = sent(city, boxes=3)
    loaded(city, boxes)
    scene = city.scene("bo")

    for box in boxes[:2]:
        advance(box, "arrive", scene, data={"outcome": "whole"})
    assert stage_of(item_id) == "sent"
    advance(boxes[2], "arrive", scene, data={"outcome": "broken"})

    assert stage_of(item_id) == "finished"
    assert all(item.n_events > 0 for item in Item.objects.all())
    assert tallies() == fresh_tallies()


def test_a_gate_that_reads_the_children_sees_the_last_one_as_it_closes(city: City) -> None:
    item_id, boxes = sent(city, boxes=1)
    loaded(city, boxes)

    advance(boxes[0], "arrive", city.scene("bo"), data={"outcome": "whole"})

    assert stage_of(item_id) == "finished"
    assert Event.objects.filter(item_id=item_id, step="finish").count() == 1
    assert tallies() == fresh_tallies()


def test_a_gate_that_stays_shut_over_its_children_keeps_only_their_parent(city: City) -> None:
    item_id, boxes = sent(city, boxes=2)
    loaded(city, boxes)

    advance_many(boxes, "arrive", city.scene("bo"), data={"outcome": ""})

    assert [stage_of(box) for box in boxes] == ["arrived", "arrived"]
    assert (stage_of(item_id), Event.objects.filter(item_id=item_id).count()) == ("sent", 2)
    assert tallies() == fresh_tallies()


def test_children_that_close_in_one_call_move_their_parent_once(city: City) -> None:
    item_id, boxes = sent(city, boxes=3)
    loaded(city, boxes)

    advance_many(boxes, "arrive", city.scene("bo"), data={"outcome": "whole"})

    assert Event.objects.filter(item_id=item_id, step="finish").count() == 1


def test_a_hand_over_of_nothing_waits_for_nothing(city: City) -> None:
    assert stage_of(sent(city, boxes=0)[0]) == "finished"


def test_a_hand_over_that_cannot_be_opened_leaves_the_parent_where_it_was(city: City) -> None:
    good, bad = convoy(city), convoy(city, to=999_999)

    moved, refused = advance_many([bad, good], "send", city.scene("sam"))

    assert [m.item_id for m in moved] == [good]
    assert [type(r.problem) for r in refused] == [NotFound]
    assert (stage_of(bad), Item.objects.get(id=bad).n_events) == ("planned", 1)
    assert Event.objects.filter(item_id=bad).count() == 1
    assert Item.objects.filter(parent_id=bad).count() == 0
    assert tallies() == fresh_tallies()


def test_a_parent_that_closes_closes_its_children(city: City) -> None:
    item_id, boxes = sent(city, boxes=2)
    loaded(city, boxes[:1])

    advance(item_id, "drop", city.scene("sam"))

    assert [stage_of(box) for box in boxes] == ["left", "left"]
    assert stage_of(item_id) == "dropped"


def test_two_hand_overs_in_one_call_have_children_of_their_own(city: City) -> None:
    both = [convoy(city, boxes=2), convoy(city, boxes=3)]

    advance_many(both, "send", city.scene("sam"))

    assert [Item.objects.filter(parent_id=one).count() for one in both] == [2, 3]


def test_what_travels_on_one_carrier_arrives_by_one_step_with_an_outcome_each(city: City) -> None:
    _, boxes = sent(city, boxes=4)
    loaded(city, boxes[:3])
    ends = {boxes[0]: {"outcome": "whole"}, boxes[1]: {"outcome": "broken"}}

    first = carriers.move(7, "arrive", city.scene("bo"), each=ends)

    assert [m.item_id for m in first.moved] == boxes[:2]
    assert list(first.refused) == [boxes[2]]  # nobody said what became of it
    assert carriers.aboard(7) == [boxes[2]]
    outcomes = Item.objects.filter(id__in=boxes).order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["whole", "broken", "", ""]
    last = carriers.move(7, "arrive", city.scene("bo"), data={"outcome": "lost"})
    assert (len(last.moved), carriers.aboard(7)) == (1, [])


def test_a_carriers_step_sent_twice_is_taken_once(city: City) -> None:
    world = World(city)
    _, boxes = sent(city, boxes=2)
    uids = {box: world.opening("oak1", "noise").uid for box in boxes}
    for _ in range(2):
        moved, refused = advance_many(
            boxes, "load", city.scene("bo"), data={"carrier": 7}, uids=uids
        )
        assert not refused

    assert [m.again for m in moved] == [True, True]
    assert Event.objects.filter(step="load").count() == 2
    with pytest.raises(Taken):
        advance(boxes[1], "load", city.scene("bo"), data={"carrier": 7}, uid=uids[boxes[0]])


def test_every_gate_that_is_shut_is_told_at_once_and_in_the_readers_language(city: City) -> None:
    chinese = {
        "{step} has to wait: {unmet}": "{step}须等待:{unmet}",
        "fly": "起飞",
        "It weighs {kg} kg too much.": "超重{kg}公斤。",
        "{what} is open.": "{what}未封。",
        "box": "箱子",
    }

    with pytest.raises(GateShut) as shut:
        advance(convoy(city, packed=False), "fly", city.scene("sam"))

    assert str(shut.value) == "fly has to wait: It weighs 3 kg too much. box is open."
    said = shut.value.tell(lambda text: chinese.get(text, text))
    assert said == "起飞须等待:超重3公斤。 箱子未封。"


def test_nothing_can_have_been_done_in_the_future(city: City) -> None:
    with pytest.raises(Exception, match="future"):
        advance(convoy(city), "send", city.scene("sam"), happened_at=EVENING + 1)


def test_the_same_item_twice_in_one_call_moves_once(city: City) -> None:
    item_id = convoy(city)

    moved, refused = advance_many([item_id, item_id], "send", city.scene("sam"))

    assert (len(moved), [type(r.problem) for r in refused]) == (1, [StepNotPossible])
    assert Item.objects.filter(parent_id=item_id).count() == 2
