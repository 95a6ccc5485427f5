"""The questionnaire is the city's: an XLSForm in versions, few questions, and nothing dropped."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from linli.errors import NotAllowed
from linli.loops.screening import questionnaire
from linli.loops.screening import receive as door
from linli.loops.screening.questionnaire import BadQuestionnaire, BadScreeningAnswer
from linli.loops.screening.tables import Report
from tests.cast import EVENING, City
from tests.doors import move_in, open_round, reasons, tell, told

pytestmark = pytest.mark.db
MOST_QUESTIONS_SHIPPED = 5  # of an exception; whoever is well is asked none


def form(*questions: tuple[str, ...], header: tuple[str, ...] = ("type", "name", "label")) -> bytes:
    """An XLSForm of these questions."""
    book = Workbook()
    sheet = book.active
    sheet.title = "survey"
    for row in (header, *questions):
        sheet.append(row)
    choices = book.create_sheet("choices")
    for row in (("list_name", "name", "label"), ("yesno", "yes", "Yes"), ("yesno", "no", "No")):
        choices.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def test_the_shipped_form_asks_few_questions_and_nothing_of_the_healthy() -> None:
    shipped = questionnaire.shipped()

    assert len(shipped.questions) <= MOST_QUESTIONS_SHIPPED
    assert not any(question.required for question in shipped.questions)
    assert all(q.label["zh"] != q.label["en"] for q in shipped.questions)


def test_the_shipped_form_goes_out_as_a_workbook_and_comes_in_the_same(city: City) -> None:
    data = questionnaire.as_xlsx(0)

    made = questionnaire.sign(city.actor("gil"), data, now=EVENING)

    assert made.questions == questionnaire.shipped().questions
    assert set(load_workbook(BytesIO(data)).sheetnames) == {"survey", "choices", "settings"}
    assert questionnaire.as_xlsx(1) == data


def test_a_citys_form_is_what_is_asked_from_then_on(city: City) -> None:
    doors = move_in(city)
    open_round(city)
    data = form(("select_one yesno", "cat", "Is there a cat?"), ("integer", "rooms", "Rooms"))
    questionnaire.sign(city.actor("gil"), data, now=EVENING)
    who = doors.people["Qian One"]

    good = told(person=who, answers={"cat": "yes", "rooms": "3"})
    bad = told(person=doors.people["Zhao One"], answers={"temperature_c": 38})
    answers = door.receive(city.actor("cy"), [good, bad], now=EVENING, purpose="screening")

    assert reasons(answers) == ["", "bad_screening_answer"]
    assert Report.objects.get().answers == {"cat": "yes", "rooms": 3}
    assert [v.version for v in questionnaire.versions()] == [1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        form(),
        form(("geopoint", "where", "Where")),
        form(("select_one missing", "a", "A")),
        form(("text", "a", "A", "${b} = 1"), header=("type", "name", "label", "relevant")),
        form(*[("text", f"q{n}", "Q") for n in range(21)]),
    ],
    ids=["empty", "broken", "no question", "place", "no list", "relevant", "too many"],
)
def test_a_form_a_round_cannot_ask_is_refused_with_a_sentence(city: City, data: bytes) -> None:
    with pytest.raises(BadQuestionnaire):
        questionnaire.sign(city.actor("gil"), data, now=EVENING)


def test_only_the_city_changes_what_is_asked(city: City) -> None:
    for name in ("sam", "fay", "eve", "cy"):
        with pytest.raises(NotAllowed):
            questionnaire.sign(city.actor(name), questionnaire.as_xlsx(0), now=EVENING)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("temperature_c", "nan"), ("temperature_c", "hot"), ("temperature_c", 98.6),
     ("onset_on", "yesterday"),
     ("symptoms", ["flying"]), ("note", "x" * 501), ("shoe", "42"), ("note", ["a"])],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(name: str, answer: object) -> None:
    with pytest.raises(BadScreeningAnswer):
        questionnaire.shipped().checked({name: answer})


@pytest.mark.parametrize(
    ("answers", "fever"),
    [({"temperature_c": 37.2}, False), ({"temperature_c": 37.3}, True),
     ({"symptoms": ["fever"]}, True), ({"symptoms": ["cough"]}, False), ({}, False)],
)  # fmt: skip
def test_a_fever_begins_where_the_protocol_says(answers: dict, fever: bool) -> None:
    assert questionnaire.is_fever(answers) is fever


def test_whoever_is_well_answers_nothing(city: City) -> None:
    doors = move_in(city)
    open_round(city)

    tell(city.actor("cy"), told(household=doors.households["101"]))

    assert set(Report.objects.values_list("answers", flat=True)) == {None}
