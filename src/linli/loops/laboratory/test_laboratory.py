"""No result is lost: it finds its person, or waits for somebody to say whose it is."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from linli import clock
from linli.errors import BadInput, GateShut, NotAllowed, Taken
from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.laboratory import lists, matching, orders, results
from linli.loops.laboratory.lists import LabResultRow
from linli.loops.laboratory.orders import NewOrder
from linli.loops.laboratory.results import NewResult, TakenIn
from linli.loops.laboratory.tables import Finding, LabOrder, LabResult
from linli.loops.laboratory.whose import Told
from linli.loops.ledger import Event, Item
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


def person(city: City, code: str, name: str, area: str = "oak1", **more: Any) -> Person:
    """Somebody of the registry."""
    return Person.objects.create(
        code=code, name=name, area=city.areas[area], path=city.areas[area].path,
        source="test", as_of="2020-02-01", changed_at=EVENING, **more,
    )  # fmt: skip


@pytest.fixture
def ann(city: City) -> Person:
    """Ann, with all that the registry knows of her."""
    return person(
        city, "R1", "欧阳安", pinyin="ou yang an", birth_date=date(1980, 5, 1), phone="555-0100",
        document="D1",
    )  # fmt: skip


def found(told: Told, finding: str = "positive", **more: Any) -> NewResult:
    """What the laboratory found that evening."""
    return NewResult("pcr", "covid19", finding, EVENING, told, **more)


def take(city: City, *given: NewResult, by: str = "lil") -> TakenIn:
    """Lil enters results."""
    return results.take_in(city.actor(by), list(given), now=EVENING)


def ordered(city: City, who: Person, **more: Any) -> LabOrder:
    """Hal asks for a test."""
    new = NewOrder(who.id, "pcr", "covid19", **more)
    return orders.order(city.actor("hal"), new, purpose="care", now=EVENING)


def case_of(who: Person) -> Item:
    """The one case of a person."""
    return Item.objects.get(loop="case", subject_id=who.id)


@pytest.mark.parametrize(
    "told",
    [
        Told(document="D1", name="欧阳安"),
        Told(document="D1", name="Ouyang An"),
        Told(document="D1", name="An Ou Yang"),
        Told(phone="555-0100", name="欧阳安"),
        Told(code="R1"),
    ],
    ids=["document", "letters", "surname last", "phone", "code"],
)
def test_a_result_finds_its_person_by_what_was_told(city: City, ann: Person, told: Told) -> None:
    assert take(city, found(told)).matched == 1

    row = LabResult.objects.get()
    assert (row.person_id, row.match, row.told, row.path) == (ann.id, "ids", {}, ann.path)


@pytest.mark.parametrize(
    "told",
    [
        Told(document="D1", name="李小明"),
        Told(name="欧阳安", birth_date=date(1980, 5, 1)),
        Told(phone="555-0100"),
        Told(name="欧阳安"),
        Told(),
    ],
    ids=["another name", "born that day", "phone alone", "name alone", "nothing"],
)
def test_where_there_is_doubt_nobody_is_chosen(city: City, ann: Person, told: Told) -> None:
    assert take(city, found(told)).unmatched == 1

    row = LabResult.objects.get()
    assert (row.person_id, row.match, row.told) == (None, "", told.kept())
    assert not Item.objects.filter(loop="case").exists()


def test_the_tube_leads_to_its_order_whatever_the_name(city: City, ann: Person) -> None:
    tube = ordered(city, ann).sample

    take(city, found(Told(sample=tube, name="somebody else")))

    assert LabResult.objects.get().person_id == ann.id
    assert LabOrder.objects.get().done_at is not None


def test_a_positive_opens_a_case_that_a_person_has_to_classify(city: City, ann: Person) -> None:
    told = take(city, found(Told(code="R1")))

    item = case_of(ann)
    assert (told.opened, told.moved) == (1, 0)
    assert (item.item_class, item.stage, item.kind) == ("confirmed", "unclassified", "covid19")
    assert LabResult.objects.get().item_id == item.id
    assert Item.objects.filter(parent_id=item.id, loop="placement").count() == 1


def test_a_positive_moves_the_case_that_is_there(city: City, ann: Person) -> None:
    suspected(city, ann)

    told = take(city, found(Told(code="R1")), found(Told(code="R1")))

    assert (told.opened, told.moved) == (0, 1)
    assert case_of(ann).item_class == "confirmed"
    event = Event.objects.filter(item_id=case_of(ann).id, step="classify").get()
    assert event.data["evidence"] == ["pcr_positive"]


@pytest.mark.parametrize("finding", ["negative", "inconclusive", "invalid"])
def test_what_is_not_positive_opens_nothing(city: City, ann: Person, finding: str) -> None:
    take(city, found(Told(code="R1"), finding))

    assert not Item.objects.filter(loop="case").exists()


@pytest.mark.parametrize(("days", "n_cases"), [(-1, 1), (2, 2)], ids=["that illness", "a new one"])
def test_a_late_positive_of_an_illness_that_has_ended_opens_no_second_case(
    city: City, ann: Person, days: int, n_cases: int
) -> None:
    take(city, found(Told(code="R1")))
    case = case_of(ann)
    Item.objects.filter(id=case.id).update(
        stage="ended", state="closed", outcome="recovered", closed_at=EVENING + 24 * HOUR
    )
    late = replace(found(Told(code="R1")), found_at=EVENING + days * 24 * HOUR)

    results.take_in(city.actor("lil", EVENING + 72 * HOUR), [late], now=EVENING + 72 * HOUR)

    assert Item.objects.filter(loop="case", subject_id=ann.id).count() == n_cases
    told = LabResult.objects.get(uid=late.uid)
    assert (told.item_id == case.id) is (n_cases == 1)


def ended(case: Item, outcome: str) -> None:
    """The case has ended a day later."""
    Item.objects.filter(id=case.id).update(
        stage="ended", state="closed", outcome=outcome, closed_at=EVENING + 24 * HOUR
    )


def suspected(city: City, who: Person) -> Item:
    """Hal reports a suspected case."""
    opening = Opening(
        city.areas["oak1"].id, "suspected", {"person_id": who.id, "source": "clinic"},
        kind="covid19", subject_kind="person", subject_id=who.id,
    )  # fmt: skip
    item = open_item(catalogue.get("case"), opening, city.scene("hal", purpose="care"))
    return Item.objects.get(id=item.item_id)


@pytest.mark.parametrize(
    ("outcome", "days", "n_cases"),
    [("died", -1, 1), ("died", 3, 1), ("recovered", -1, 1), ("recovered", 3, 2)],
    ids=["taken before death", "read after death", "taken before recovery", "a new illness"],
)
def test_a_positive_that_comes_after_the_end_confirms_the_case_that_was_suspected(
    city: City, ann: Person, outcome: str, days: int, n_cases: int
) -> None:
    case = suspected(city, ann)
    ended(case, outcome)
    late = replace(found(Told(code="R1")), found_at=EVENING + days * 24 * HOUR)

    told = results.take_in(city.actor("lil", EVENING + 96 * HOUR), [late], now=EVENING + 96 * HOUR)

    case.refresh_from_db()
    assert Item.objects.filter(loop="case", subject_id=ann.id).count() == n_cases
    assert (told.opened, told.moved) == ((1, 0) if n_cases == 2 else (0, 1))
    assert (case.item_class == "confirmed") is (n_cases == 1)
    assert (case.stage, case.state, case.outcome) == ("ended", "closed", outcome)
    traced = Item.objects.filter(loop="investigation", parent_id=case.id).count()
    assert traced == (n_cases == 1)


def test_a_case_that_was_excluded_is_confirmed_by_no_late_result(city: City, ann: Person) -> None:
    ended(suspected(city, ann), "excluded")

    told = results.take_in(
        city.actor("lil", EVENING + 96 * HOUR), [found(Told(code="R1"))], now=EVENING + 96 * HOUR
    )

    assert (told.opened, told.moved) == (1, 0)


def test_a_case_that_has_ended_is_changed_in_no_other_way(city: City, ann: Person) -> None:
    case = suspected(city, ann)
    ended(case, "died")
    hal = city.scene("hal", purpose="care")

    with pytest.raises(GateShut, match="only be confirmed"):
        advance(case.id, "confirm_after", hal, data={"category": "fever"})
    advance(case.id, "confirm_after", hal, data={"category": "confirmed"})
    with pytest.raises(GateShut, match="once"):
        advance(case.id, "confirm_after", hal, data={"category": "confirmed"})


def test_a_test_that_no_definition_names_still_moves_the_case(city: City, ann: Person) -> None:
    case = suspected(city, ann)

    told = take(city, NewResult("culture", "covid19", "positive", EVENING, Told(code="R1")))

    case.refresh_from_db()
    assert (told.moved, case.item_class) == (1, "confirmed")


def test_an_image_speaks_for_a_disease_and_proves_none(city: City, ann: Person) -> None:
    image = NewResult("ct", "covid19", "positive", EVENING, Told(code="R1"))

    assert take(city, image).opened == 0


def test_the_same_results_twice_are_once(city: City, ann: Person) -> None:
    given_ = [found(Told(code="R1")), found(Told(name="nobody"))]
    first = take(city, *given_)

    again = take(city, *given_)

    assert (first.new, again.new, again.again, again.opened) == (2, 0, 2, 0)
    assert LabResult.objects.count() == 2


def test_an_uid_that_is_another_results_is_taken_and_not_counted_as_known(
    city: City, ann: Person
) -> None:
    known = found(Told(code="R1"), "negative")
    take(city, known)

    for other in (
        replace(known, finding="positive"),
        replace(known, disease="measles"),
        replace(known, told=Told(sample="T2")),
    ):
        with pytest.raises(Taken):
            take(city, other)
    one = found(Told(code="R1"))
    with pytest.raises(Taken):  # two of one list
        take(city, one, replace(one, finding="negative"))

    assert LabResult.objects.get().finding == "negative"
    assert not Item.objects.filter(loop="case").exists()


def test_an_uid_known_out_of_reach_or_in_a_drill_is_taken(city: City) -> None:
    far = person(city, "R9", "far", area="ash1")
    known = found(Told(code=far.code))
    take(city, known)
    drill = replace(city.actor("lil"), exercise=True)

    with pytest.raises(Taken):
        take(city, known, by="hal")
    with pytest.raises(Taken):
        results.take_in(drill, [known], now=EVENING)

    assert take(city, known).again == 1


def test_a_list_tells_the_row_whose_uid_is_taken_and_takes_the_others(city: City) -> None:
    known = found(Told(code="R1"))
    take(city, known)
    rows = [f"negative,2020-02-09T17:00,T1,{known.uid}", "negative,2020-02-09T17:00,T2,"]
    text = "\n".join(["finding,found_at,sample,uid", *rows])

    told, refused = lists.take_file(city.actor("lil"), BytesIO(text.encode()), now=EVENING)

    assert (told.rows, told.new, told.again) == (2, 1, 0)
    assert [(row.number, row.problem.code) for row in refused] == [(2, "taken")]


def test_a_positive_of_a_contact_has_the_contact_as_its_parent(city: City, ann: Person) -> None:
    fever = open_item(
        catalogue.get("fever"),
        Opening(city.areas["oak1"].id, "fever", {"person_id": ann.id, "source": "desk"}),
        city.scene("bo", purpose="care"),
    )
    Item.objects.filter(id=fever.item_id).update(
        loop="contact", stage="followed", item_class="close", subject_kind="person",
        subject_id=ann.id, kind="covid19",
    )  # fmt: skip

    take(city, found(Told(code="R1")))

    assert case_of(ann).parent_id == fever.item_id
    assert Item.objects.get(id=fever.item_id).outcome == "case"


@pytest.mark.parametrize("name", ["ann", "gus", "quin", "cy", "sam", "eve", "jo"])
def test_nobody_else_enters_results_or_reads_the_queue(city: City, name: str) -> None:
    with pytest.raises(NotAllowed):
        take(city, found(Told(name="x")), by=name)
    with pytest.raises(NotAllowed):
        matching.unmatched(city.actor(name), purpose="investigation")


def test_the_laboratory_sees_tubes_and_no_names(city: City, ann: Person) -> None:
    ordered(city, ann)

    (row,), _ = orders.open_orders(city.actor("lil"))

    assert (row.test, row.disease) == ("pcr", "covid19")
    with pytest.raises(NotAllowed):
        matching.unmatched(city.actor("lil"), purpose="care")


def test_a_result_from_the_future_stops_them_all(city: City, ann: Person) -> None:
    tomorrow = NewResult("pcr", "covid19", "positive", EVENING + HOUR, Told(code="R1"))

    with pytest.raises(BadInput, match="future"):
        take(city, found(Told(code="R1")), tomorrow)
    assert not LabResult.objects.exists()


def test_a_row_of_a_drill_is_never_taken_for_the_same_row_in_earnest() -> None:
    row = LabResultRow(finding=Finding.NEGATIVE, found_at=clock.moment(EVENING), name="nobody")

    assert row.result(exercise=True).uid != row.result(exercise=False).uid
    assert row.result(exercise=False).uid == row.result(exercise=False).uid


def test_a_sample_from_the_future_stops_them_all(city: City, ann: Person) -> None:
    with pytest.raises(BadInput, match="future"):
        take(city, found(Told(code="R1"), sampled_at=EVENING + HOUR))


KNOWN = st.sampled_from(
    [Told(code="R1"), Told(document="D1", name="欧阳安"), Told(name="nobody"), Told()]
)
FINDINGS = st.sampled_from(["positive", "negative", "inconclusive", "invalid"])


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(KNOWN, FINDINGS), max_size=6))
def test_what_came_in_is_matched_or_waits_and_nothing_else(
    city: City, ann: Person, rows: list[tuple[Told, str]]
) -> None:
    before = LabResult.objects.count()
    given_ = [found(told, finding, uid=uuid4()) for told, finding in rows]

    told = take(city, *given_, *given_)

    assert told.new == len(rows) == told.matched + told.unmatched
    assert told.again == len(rows)
    assert LabResult.objects.count() == before + len(rows)
    assert Item.objects.filter(loop="case", subject_id=ann.id).count() <= 1
