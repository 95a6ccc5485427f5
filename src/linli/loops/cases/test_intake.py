"""Reports of cases come in by one door: one person has one case, and nothing is taken twice."""

import io
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from linli.errors import NotAllowed
from linli.loops.cases import intake
from linli.loops.cases.intake import CaseReport, TakenIn
from linli.loops.ledger import Event, Item
from linli.registry.duplicates import Candidate
from linli.registry.person import Person
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


def report(city: City, area: str = "oak1", **more: Any) -> CaseReport:
    """A suspected case of Ann's, unless it says otherwise."""
    told = {"category": "suspected", "name": "安安", "phone": "555-0100"} | more
    return CaseReport(area=f"id:{city.areas[area].id}", **told)


def take(city: City, *reports: CaseReport, by: str = "hal", purpose: str = "care") -> TakenIn:
    """Somebody reports."""
    return intake.take_in(city.actor(by), reports, now=EVENING, purpose=purpose)


def case() -> Item:
    """The one case there is."""
    return Item.objects.get(loop="case")


def test_a_report_makes_the_person_the_case_and_the_place_that_is_needed(city: City) -> None:
    taken = take(city, report(city, evidence=["fever", "exposure"], onset_on="2020-02-05"))

    assert taken.counts() == {"opened": 1, "joined": 0, "again": 0, "refused": 0}
    assert case().subject_id == Person.objects.get().id
    assert case().data["evidence"] == ["fever", "exposure"]
    assert Item.objects.filter(loop="placement", parent_id=case().id).count() == 1


def test_the_form_of_a_case_holds_no_name_and_no_phone(city: City) -> None:
    take(city, report(city))

    told = str(list(Event.objects.values_list("data", flat=True)))
    assert "安安" not in told
    assert "555-0100" not in told


def test_a_person_reported_twice_has_one_case_and_the_second_report_in_its_history(
    city: City,
) -> None:
    take(city, report(city, evidence=["fever"]))

    taken = take(city, report(city, evidence=["imaging"], onset_on="2020-02-05"))

    assert taken.counts()["joined"] == 1
    assert Person.objects.count() == 1
    assert case().data["evidence"] == ["fever", "imaging"]
    assert case().data["onset_on"] == "2020-02-05"
    told = Event.objects.get(item_id=case().id, step="report_again")
    assert told.data["evidence"] == ["imaging"]


def test_two_reports_of_one_list_about_one_person_are_one_case(city: City) -> None:
    taken = take(city, report(city), report(city, evidence=["fever"]))

    assert taken.counts() == {"opened": 1, "joined": 1, "again": 0, "refused": 0}
    assert case().n_events == 3


def test_a_surer_report_of_a_clinician_moves_the_case(city: City) -> None:
    take(city, report(city))

    take(city, report(city, category="confirmed", evidence=["pcr_positive"]))

    assert case().item_class == "confirmed"
    assert Event.objects.filter(item_id=case().id, step="classify").count() == 1


def test_a_less_sure_report_or_one_of_a_desk_moves_nothing(city: City) -> None:
    take(city, report(city))

    take(city, report(city, category="fever"))
    take(city, report(city, category="confirmed"), by="bo")

    assert case().item_class == "suspected"
    assert case().n_events == 4


def test_the_same_reports_twice_change_nothing(city: City) -> None:
    reports = [report(city), report(city, name="王小明", phone="", uid=uuid4()), report(city)]
    take(city, *reports)
    before = (Item.objects.count(), Event.objects.count(), Person.objects.count())

    taken = take(city, *reports)

    assert taken.counts() == {"opened": 0, "joined": 0, "again": 3, "refused": 0}
    assert (Item.objects.count(), Event.objects.count(), Person.objects.count()) == before


def test_somebody_who_may_be_known_has_a_case_and_waits_in_the_queue_of_pairs(city: City) -> None:
    take(city, report(city, birth_date="1980-05-01"))

    take(city, report(city, "oak2", phone="", birth_date="1980-05-01", name="An An"))

    assert Item.objects.filter(loop="case").count() == 2
    assert Candidate.objects.get().evidence == ["pinyin", "birth_date"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "", "phone": "555-0100"}, "Nobody is named"),
        ({"onset_on": "2020-03-01"}, "in the future"),
        ({"evidence": ["hunch"]}, "hunch is no evidence for covid19"),
        ({"area": "ash1"}, "may not do this here"),
    ],
)
def test_a_report_that_cannot_be_taken_says_why_and_the_others_go_in(
    city: City, wrong: dict[str, Any], sentence: str
) -> None:
    taken = take(city, report(city, **wrong), report(city, name="王小明"))

    assert taken.counts()["opened"] == 1
    assert sentence in taken.refused[0].problem.tell()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("who", ["gus", "quin", "lil", "ann", "eve", "jo"])
def test_whoever_has_no_business_here_reports_nothing(city: City, who: str) -> None:
    taken = take(city, report(city), by=who)

    assert isinstance(taken.refused[0].problem, NotAllowed)
    assert not Person.objects.exists()


LIST = """category,area,name,document,evidence,onset_on
suspected,{area},安安,D1,fever imaging,2020-02-05
confirmed,{area},王小明,,pcr_positive,
maybe,{area},李华,,,
suspected,nowhere,李华,,,
suspected,{area},An An,D1,,
"""


def test_a_list_comes_in_row_by_row_and_its_rows_balance(city: City) -> None:
    data = LIST.format(area=f"id:{city.areas['oak1'].id}").encode()

    def sent() -> Any:
        return intake.take_file(city.actor("hal"), io.BytesIO(data), now=EVENING, purpose="care")

    told, refused = sent()
    again, _ = sent()

    assert (told.rows, told.opened, told.joined, told.refused) == (5, 2, 1, 2)
    assert (again.opened, again.joined, again.again, again.refused) == (0, 0, 3, 2)
    assert [row.number for row in refused] == [4, 5]


def test_an_uid_that_is_another_reports_is_refused_and_not_counted_as_known(city: City) -> None:
    first = report(city, uid=uuid4(), evidence=["fever"])
    take(city, first)

    other = take(city, first.model_copy(update={"evidence": ["imaging"]}))
    same = take(city, first)

    assert [one.problem.code for one in other.refused] == ["taken"]
    assert same.counts()["again"] == 1
    assert case().data["evidence"] == ["fever"]


def test_an_uid_of_something_else_leads_to_no_case(city: City) -> None:
    take(city, report(city))
    placement = Event.objects.get(item_id=Item.objects.get(loop="placement").id).uid

    taken = take(city, report(city, name="李四", uid=placement))

    assert [one.problem.code for one in taken.refused] == ["taken"]


def test_an_uid_known_out_of_reach_or_in_a_drill_tells_nothing(city: City) -> None:
    first = report(city, uid=uuid4())
    take(city, first)
    elsewhere = first.model_copy(update={"area": f"id:{city.areas['ash1'].id}"})

    far = take(city, elsewhere, by="eve", purpose="care")
    drill = intake.take_in(
        replace(city.actor("hal"), exercise=True), [first], now=EVENING, purpose="care"
    )

    for taken in (far, drill):
        assert [one.problem.code for one in taken.refused] == ["taken"]
        assert not taken.reported


def test_two_reports_of_one_list_with_one_uid_are_not_one(city: City) -> None:
    first = report(city, uid=uuid4())
    second = first.model_copy(update={"name": "李四", "phone": "555-0101"})

    taken = take(city, first, second)

    assert taken.counts() == {"opened": 1, "joined": 0, "again": 0, "refused": 1}
