"""An order ties a tube to a person; it is open until it is answered or somebody says why not."""

from dataclasses import replace

import pytest

from linli.audit.records import Record
from linli.errors import BadInput, Conflict, NotAllowed, NotFound, PurposeNeeded, Taken
from linli.loops.laboratory import orders
from linli.loops.laboratory.orders import NewOrder
from linli.loops.laboratory.tables import LabOrder
from linli.loops.laboratory.test_laboratory import ann, case_of, found, ordered, person, take
from linli.loops.laboratory.whose import Told
from linli.loops.ledger import Item
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
__all__ = ["ann"]  # a fixture


def cancel(city: City, order: LabOrder, why: str, by: str = "hal", **more: str) -> LabOrder:
    """Somebody says why a test is not done."""
    asked = {"purpose": "care"} | more
    return orders.cancel(city.actor(by), order.id, why=why, now=EVENING + HOUR, **asked)


@pytest.mark.parametrize(
    ("finding", "n_open"),
    [("positive", 0), ("negative", 0), ("inconclusive", 1), ("invalid", 1)],
)
def test_an_order_is_open_until_a_result_answers_it(
    city: City, ann: Person, finding: str, n_open: int
) -> None:
    tube = ordered(city, ann).sample

    take(city, found(Told(sample=tube), finding))

    assert LabOrder.objects.filter(done_at=None).count() == n_open
    rows, _ = orders.open_orders(city.actor("lil"))
    assert len(rows) == n_open


def test_a_second_result_of_the_same_tube_answers_an_order_that_stayed_open(
    city: City, ann: Person
) -> None:
    tube = ordered(city, ann).sample
    take(city, found(Told(sample=tube), "invalid"))

    take(city, found(Told(sample=tube), "negative"))

    assert LabOrder.objects.get().done_at is not None


def test_an_order_is_cancelled_with_its_reason_and_who_said_so(city: City, ann: Person) -> None:
    made = ordered(city, ann)

    cancelled = cancel(city, made, "refused")
    again = cancel(city, made, "refused")

    assert (cancelled.why, again.id) == ("refused", made.id)
    assert cancelled.cancelled_by == city.accounts["hal"].id
    assert orders.open_orders(city.actor("lil"))[0] == []
    assert Record.objects.get(act="cancel_order").detail == {"why": "refused"}


def test_a_sample_that_is_taken_again_has_its_own_tube_and_the_same_purpose(
    city: City, ann: Person
) -> None:
    take(city, found(Told(code="R1")))
    made = ordered(city, ann, item_id=case_of(ann).id)

    second = cancel(city, made, "again", sample="T2")

    assert cancel(city, made, "again").id == second.id
    assert (second.sample, second.item_id, second.done_at) == ("T2", made.item_id, None)
    assert list(LabOrder.objects.filter(done_at=None)) == [second]
    take(city, found(Told(sample=made.sample), "negative"))  # the first tube is read after all
    assert LabOrder.objects.filter(done_at=None).count() == 1
    assert Item.objects.filter(loop="case").count() == 1


@pytest.mark.parametrize("why", ["", "because", "AGAIN"])
def test_a_reason_that_is_none_is_told_with_those_that_are(
    city: City, ann: Person, why: str
) -> None:
    with pytest.raises(BadInput, match="refused"):
        cancel(city, ordered(city, ann), why)


def test_an_order_that_was_answered_is_not_cancelled(city: City, ann: Person) -> None:
    made = ordered(city, ann)
    take(city, found(Told(sample=made.sample), "negative"))

    with pytest.raises(Conflict, match="not open"):
        cancel(city, made, "mistaken")


@pytest.mark.parametrize("name", ["lil", "ann", "quin", "cy", "ida"])
def test_who_may_not_order_cancels_nothing(city: City, ann: Person, name: str) -> None:
    made = ordered(city, ann)

    with pytest.raises((NotAllowed, NotFound)):
        cancel(city, made, "refused", by=name)

    assert LabOrder.objects.get().why == ""


def test_an_order_out_of_reach_of_a_drill_or_without_purpose_is_left(
    city: City, ann: Person
) -> None:
    made = ordered(city, ann)
    drill = replace(city.actor("hal"), exercise=True)

    with pytest.raises(NotFound):
        cancel(city, made, "refused", by="eve")
    with pytest.raises(NotFound):
        orders.cancel(drill, made.id, why="refused", purpose="care", now=EVENING)
    with pytest.raises(PurposeNeeded):
        orders.cancel(city.actor("hal"), made.id, why="refused", purpose=None, now=EVENING)


def test_a_test_of_somebody_out_of_reach_cannot_be_asked_for(city: City) -> None:
    far = person(city, "R9", "far", area="ash1")

    with pytest.raises(NotFound):
        ordered(city, far)


@pytest.mark.parametrize("name", ["lil", "ann", "quin", "eve"])
def test_an_order_that_is_there_is_told_to_nobody_by_its_uid(
    city: City, ann: Person, name: str
) -> None:
    made = ordered(city, ann)
    with pytest.raises((NotAllowed, NotFound)):
        orders.order(
            city.actor(name), NewOrder(ann.id, "pcr", "covid19", uid=made.uid), purpose="care",
            now=EVENING,
        )  # fmt: skip


def test_a_test_is_asked_for_what_is_about_that_person_alone(city: City, ann: Person) -> None:
    take(city, found(Told(code="R1")))
    case = case_of(ann)
    other = person(city, "R2", "李四")

    assert ordered(city, ann, item_id=case.id).item_id == case.id
    placement = Item.objects.get(loop="placement").id
    for who, item_id in ((other, case.id), (ann, placement), (ann, 999)):
        with pytest.raises(NotFound, match="case or contact"):
            ordered(city, who, item_id=item_id)


def test_one_uid_is_one_order_of_one_person(city: City, ann: Person) -> None:
    made = ordered(city, ann)
    assert ordered(city, ann, uid=made.uid).id == made.id
    with pytest.raises(Taken):
        ordered(city, person(city, "R2", "李四"), uid=made.uid)
