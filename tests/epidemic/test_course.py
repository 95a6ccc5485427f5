"""The course of an outbreak by the records: what is counted, expected, and cannot be said."""

import json
from datetime import date, timedelta

import pytest

from linli import clock
from linli.errors import BadInput, NotAllowed
from linli.loops.ledger import Event, Item
from linli.registry.declarations import Declaration
from linli.studies.epidemic import marks, study
from linli.studies.epidemic.asked import Asked
from linli.studies.epidemic.marks import Said
from linli.studies.epidemic.study import Study
from linli.studies.epidemic.tables import CurveMark
from tests.callers import still
from tests.cast import EVENING, City
from tests.cli.prompt import linli
from tests.epidemic.fallen_ill import LAST, fall_ill

pytestmark = pytest.mark.db
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _evening() -> None:
    still()


def seen(city: City, who: str, area: str, **asked: object) -> Study:
    options = {name: asked.pop(name) for name in ("disease", "as_of") if name in asked}
    return study.study(
        city.actor(who), city.areas[area], asked=Asked(**asked), language="en", **options
    )  # type: ignore[arg-type]


def test_each_case_counts_once_on_the_day_it_was_confirmed_and_by_its_onset(city: City):
    known = fall_ill(city)
    came_later = Item.objects.filter(loop="case").order_by("id")[0]
    came_later.data |= {"opened_as": "suspected"}
    came_later.save()
    confirmed = LAST - timedelta(days=1)
    Event.objects.create(
        uid=came_later.uid, item_id=came_later.id, n=2, step="classify", to_stage="managed",
        role="clinician", tier=0, at=clock.midnight_s(confirmed), recorded_at=EVENING,
        data={"category": "confirmed"},
    )  # fmt: skip
    Item.objects.filter(id=Item.objects.order_by("id")[1].id).update(outcome="excluded")

    found = seen(city, "gil", "w")

    series = found.course.series
    assert found.n_cases == len(known) - 1
    assert found.last == LAST
    by_day = {series.day(at): n for at, n in enumerate(series.reports)}
    expected = [row[1] for row in known[2:]] + [confirmed]
    assert all(by_day[day] == expected.count(day) for day in by_day)
    assert series.onset is not None
    assert series.onset.sum() == len(known) - 1
    assert [part.area.id for part in found.parts] == [city.areas[n].id for n in ("east", "west")]
    assert sum(part.n for part in found.parts) == found.n_cases


def test_the_nowcast_holds_the_truth_and_r_falls_as_the_outbreak_does(city: City):
    fall_ill(city)

    course = seen(city, "gil", "w").course

    assert course.by == "onset"
    assert course.now is not None
    assert course.onset_week < course.expected_week[0]
    low, high = course.expected_week[1:]
    true = 3 * 12 * sum(2.718281828 ** -(((45 - k - 30) / 12) ** 2) for k in range(1, 8))
    assert low < true < high
    assert course.latest[1] < 1 < course.r_at(30)
    assert course.lacking == ()
    assert course.next[1] < course.next[0] < course.next[2]


def test_where_nobody_tells_the_onset_r_goes_by_reports_and_says_so(city: City):
    known = fall_ill(city, told=False)

    found = seen(city, "gil", "w")

    assert found.course.by == "report"
    assert found.course.n_no_onset == len(known)
    assert found.course.now is None
    assert found.course.latest is not None


def test_too_few_cases_are_told_with_what_is_missing(city: City):
    fall_ill(city, where=("oak",), peak=0.1)

    found = seen(city, "dee", "oak").course

    told = " ".join(problem.tell() for problem in found.lacking)
    assert "a nowcast takes 20" in told
    assert found.latest is None
    assert seen(city, "fay", "pine").course.lacking != ()


def test_another_disease_needs_its_own_serial_interval(city: City):
    found = seen(city, "gil", "w", disease="measles").course
    given = seen(city, "gil", "w", disease="measles", serial=(11.7, 2.0)).course

    assert any("No serial interval of measles" in p.tell() for p in found.lacking)
    assert not any("No serial interval" in p.tell() for p in given.lacking)


def test_an_order_stands_on_the_curve_of_all_below_with_the_value_half_a_month_later(city: City):
    fall_ill(city)
    closed = LAST - timedelta(days=15)
    marks.declare(
        city.actor("fay"), city.areas["east"], Said("order", closed, "closed"), now=EVENING
    )
    Declaration.objects.create(
        area=city.areas["w"], path=city.areas["w"].path, mode="emergency", phase="contain",
        authority="t", reason="t", starts_at=EVENING - 5 * DAY, ends_at=EVENING + DAY,
    )  # fmt: skip

    oak, west = (seen(city, "gil", area).course for area in ("oak", "west"))

    one = oak.followed()[0]
    assert (one.mark.on, one.mark.words, one.then_on) == (closed, "closed", LAST)
    at = (closed - oak.series.day(0)).days
    assert (one.count, one.count_then) == (oak.series.reports[at], oak.series.reports[at + 15])
    assert one.r is not None
    assert [m.of for m in oak.marks] == ["order", "mode"]
    assert oak.followed()[1].count_then is None
    assert [m.of for m in west.marks] == ["mode"]


def test_a_jump_is_warned_of_until_somebody_declares_it_by_name(city: City):
    fall_ill(city, peak=6)
    jump = LAST - timedelta(days=4)
    first = Item.objects.order_by("id").first()
    for n in range(300):
        first.pk, first.uid = None, f"00000000-0000-4000-8000-{n:012}"
        first.opened_at = clock.midnight_s(jump) + n
        first.save()

    before = seen(city, "gil", "w").course
    marks.declare(
        city.actor("gil"), city.areas["w"],
        Said("definition", jump, "clinical diagnoses count", last_on=jump, backlog_days=1),
        now=EVENING,
    )  # fmt: skip
    after = seen(city, "gil", "w").course

    assert [before.series.day(at) for at in before.series.breaks] == [jump]
    assert after.series.breaks == ()
    assert after.by == "report"
    assert after.series.set_aside > 250
    assert CurveMark.objects.get().declared_by == city.accounts["gil"].id


def test_what_was_written_is_taken_back_by_who_may_and_twice_is_once(city: City):
    said = Said("order", LAST, "closed")
    made = marks.declare(city.actor("fay"), city.areas["east"], said, now=EVENING)

    for who in ("eve", "sam", "tao", "kim"):
        with pytest.raises(NotAllowed):
            marks.withdraw(city.actor(who), made.id, now=EVENING)
    one, two = (marks.withdraw(city.actor("fay"), made.id, now=EVENING + n) for n in (1, 2))

    assert one.withdrawn_at == two.withdrawn_at
    assert marks.declared(city.areas["oak"], "covid19", exercise=False) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said("order", date(2020, 3, 1), "closed"), "is still to come"),
        (Said("party", LAST, "closed"), "party is no kind of mark"),
        (Said("order", LAST, " "), "in 2 to 200 characters"),
        (Said("definition", LAST, "wide", last_on=date(2020, 1, 1)), "comes before 2020-02-08"),
        (Said("definition", LAST, "wide", backlog_days=99), "99 days of backlog"),
        (Said("definition", LAST, "wide", ratio=-1.0), "a ratio above 0"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_in_words(city: City, said: Said, sentence: str):
    with pytest.raises(BadInput, match=sentence):
        marks.declare(city.actor("gil"), city.areas["w"], said, now=EVENING)


def test_nobody_sees_the_course_of_a_foreign_area_or_of_a_day_that_is_not_over(city: City):
    for who, area in (("dee", "ash"), ("eve", "ash"), ("ann", "oak"), ("sam", "oak"), ("tao", "w")):
        with pytest.raises(NotAllowed):
            seen(city, who, area)
    with pytest.raises(BadInput, match="2020-02-09 is not over"):
        seen(city, "gil", "w", as_of=date(2020, 2, 9))


def test_the_prompt_tells_the_same_from_records_and_writes_marks(city: City):
    fall_ill(city)
    day = (LAST - timedelta(days=15)).isoformat()

    marked = linli("epidemic-mark", "order", day, "closed", "--area", "东区", "--as", "fay")
    told = linli("epidemic", "--from-records", "--area", "东区", "--as", "fay").stdout
    whole = json.loads(linli("epidemic", "--from-records", "--as", "gil", "--json").stdout)
    linli("epidemic", "--from-records", "--area", "西区", "--as", "fay", code=2)

    assert "stands on the curves" in marked.stdout
    assert "Fell ill in 7 days up to" in told
    assert f"{day} closed:" in told
    assert "Elm" in told
    assert whole["latest_r"]["mean"] < 1
