"""Does the office calendar hold what was announced, refuse what is wrong, and keep what ran?"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.audit.records import Record
from linli.errors import NotAllowed, Problem
from linli.loops import calendar, catalogue, office, office_signing, tick, write
from linli.loops.advance import Opening, open_item
from linli.loops.ledger import Item
from linli.loops.office import OfficeDays
from linli.loops.office_text import BadOfficeDays, Office, Year, read, written, year_of, years_of
from linli.loops.why import why
from tests.cast import EVENING, City

# The State Council's notice of 21 November 2019, with the Spring Festival lengthened to
# 2 February by the notice of 26 January 2020: the first and last day of each holiday.
HOLIDAYS_2020 = [
    ("01-01", "01-01"), ("01-24", "02-02"), ("04-04", "04-06"), ("05-01", "05-05"),
    ("06-25", "06-27"), ("10-01", "10-08"),
]  # fmt: skip
MORNINGS = (((time(9), time(10)),),) * 7
WORKED_2020 = ["01-19", "04-26", "05-09", "06-28", "09-27", "10-10"]


def moment(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+08:00").timestamp())


def test_the_shipped_year_2020_is_what_the_notices_announced():
    year = next(year for year in office.shipped().years if year.year == 2020)
    spells = [f"2020-{first}/2020-{last}" for first, last in HOLIDAYS_2020]
    announced = year_of(2020, "notice", spells, [f"2020-{day}" for day in WORKED_2020])

    assert (year.holidays, year.worked) == (announced.holidays, announced.worked)


def test_every_year_shipped_holds_its_holidays_and_works_only_weekends_for_them():
    years = office.shipped().years

    assert [year.year for year in years][:8] == list(range(2019, 2027))
    assert all(len(year.holidays) >= 26 for year in years)
    assert all(day.weekday() >= 5 for year in years for day in year.worked)


@settings(max_examples=40)
@given(
    st.integers(2019, 2040),
    st.sets(st.integers(0, 364), min_size=1),
    st.text("通知 no.", min_size=1),
)
def test_what_is_written_reads_back_the_same(number, days, source):
    off = frozenset(date(number, 1, 1) + timedelta(days=n) for n in days)
    standing = Office(years=(Year(number, source.strip() or "notice", off, frozenset()),))

    assert read(written(standing)) == standing


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hours = 8", "8 is no list of opening"),
        ('hours = ["17:00-08:00"]', "follow each other in order"),
        ('hours = ["08:30-12:00", "11:00-17:30"]', "follow each other in order"),
        ("[[year]]\nyear = 1066", "from 2019 to 2040"),
        ("[[year]]\nyear = true", "from 2019 to 2040"),
        ("[[year]]\nyear = 2027", "name the notice"),
        ('[[year]]\nyear = 2027\nsource = "n"', "there is no holiday"),
        ('[[year]]\nyear = 2027\nsource = "n"\nholidays = ["2026-01-01"]', "not lie in 2027"),
        ('[[year]]\nyear = 2027\nsource = "n"\nholidays = ["2027-02-30"]', "is no day"),
        ('[[year]]\nyear = 2027\nsource = "n"\nholidays = ["2027-01-03/2027-01-01"]', "not lie in"),
        ('[[year]]\nyear = 2027\nsource = "n"\nholidays = "2027-01-01"', "as a list"),
        (
            '[[year]]\nyear = 2027\nsource = "n"\nholidays = ["2027-01-02"]\n'
            'worked = ["2027-01-02"]',
            "cannot be a holiday and worked",
        ),
        ("weather = 1", "holds hours and"),
        ("[year]\nx = 1", "holds hours and"),
        ("year = [1]", "a year holds"),
        ("no", "This is no TOML"),
    ],
)  # fmt: skip
def test_a_calendar_that_cannot_be_is_refused_with_its_place_and_reason(text, told):
    with pytest.raises(BadOfficeDays, match=told):
        read(text)


def test_a_year_that_is_there_twice_is_refused():
    year = '[[year]]\nyear = 2027\nsource = "n"\nholidays = ["2027-01-01"]\n'

    with pytest.raises(BadOfficeDays, match="2027 is there twice"):
        read(year + year)


def test_a_table_of_days_gives_its_years_and_a_wrong_line_is_named():
    table = "day,kind,name\n2027-01-01,holiday,元旦\n2028-01-01,holiday,\n2027-01-02,worked,\n"

    years = years_of(table, "notice")

    assert [(y.year, len(y.holidays), len(y.worked)) for y in years] == [(2027, 1, 1), (2028, 1, 0)]
    for wrong, told in [
        ("a,b\n1,2\n", "names the columns"),
        ("day,kind\n2027-01-01,free\n", 'Line 2: "free" is no kind'),
        ("day,kind\nsoon,holiday\n", "CSV 2"),
        ("day,kind\n", "holds no day"),
    ]:
        with pytest.raises(BadOfficeDays, match=told):
            years_of(wrong, "notice")


@settings(max_examples=12)
@given(
    st.lists(st.tuples(st.integers(0, 700), st.booleans()), max_size=4).map(sorted),
    st.integers(0, 700 * 86_400),
)
def test_a_later_era_never_changes_what_was_counted_before_it(eras, until):
    start = moment("2020-01-01T10:00:00")
    week = office.shipped().week
    later = tuple(
        calendar.Era(start + day * 86_400, MORNINGS if short else week) for day, short in eras
    )
    at = start + until

    whole = calendar.Calendar("office", week=week, later=later)
    so_far = tuple(era for era in later if era.since_s <= at)

    assert whole.count(at) == calendar.Calendar("office", week=week, later=so_far).count(at)
    assert 0 <= whole.count(at + 86_400) - whole.count(at) <= 7 * 3600


def test_a_day_shortened_at_noon_counts_its_morning_only():
    noon = moment("2020-02-10T12:00:00")
    later = (calendar.Era(noon, MORNINGS),)
    closed = calendar.Calendar("office", week=office.shipped().week, later=later)
    counts = [closed.count(moment(f"2020-02-{day}T00:00:00")) for day in (10, 11, 12)]

    assert [(b - a) / 3600 for a, b in pairwise(counts)] == [3.5, 1]


# On records


HOLIDAY = "2020-02-10"  # the Monday after the evening on which the small city begins
TAKEN_OFF = year_of(2020, "notice of the city", [HOLIDAY], [])


def asked(city: City) -> int:
    """A request whose first stage has four hours of office time, filed on Sunday evening."""
    opening = Opening(
        city.areas["oak1"].id,
        "normal",
        {"description": "Drums at night"},
        kind="noise",
        opened_by=city.accounts["ann"].id,
    )
    return open_item(catalogue.get("request"), opening, city.scene("ann")).item_id


def due(item_id: int) -> datetime:
    return Item.objects.get(id=item_id).due_at


@pytest.mark.db
def test_a_holiday_entered_later_moves_the_due_moments_of_what_runs(city: City) -> None:
    item_id = asked(city)
    before = due(item_id)

    office_signing.enter_as(city.actor("lou"), [TAKEN_OFF], note="Snow", now=EVENING)

    assert before == datetime(2020, 2, 10, 6, 30, tzinfo=UTC)  # half past two in the city
    assert due(item_id) == datetime(2020, 2, 11, 6, 30, tzinfo=UTC)
    tick.tick(moment("2020-02-11T14:29:59"))
    assert not Item.objects.get(id=item_id).late
    tick.tick(moment("2020-02-11T14:30:00"))
    assert Item.objects.get(id=item_id).late


@pytest.mark.db
def test_what_has_run_is_never_counted_anew(city: City) -> None:
    item_id = asked(city)
    noon = moment("2020-02-10T12:00:00")

    office_signing.enter_as(city.actor("lou"), [TAKEN_OFF], note="Snow", now=noon)

    assert due(item_id) == datetime(2020, 2, 11, 1, 0, tzinfo=UTC)  # half an hour was left


@pytest.mark.db
def test_a_version_names_who_signed_it_and_why_and_the_act_is_in_the_audit(city: City) -> None:
    made = office_signing.enter_as(city.actor("gil"), [TAKEN_OFF], note=" Snow ", now=EVENING)

    row = Record.objects.get(act="sign", kind="office_calendar")
    assert (made.version, made.signed_by, made.note) == (2, city.accounts["gil"].id, "Snow")
    assert (row.subject, row.actor_id) == (str(made.id), city.accounts["gil"].id)
    assert OfficeDays.objects.count() == 2


@pytest.mark.db
def test_whoever_may_not_sign_limits_may_not_change_the_calendar(city: City) -> None:
    for who in ("ann", "cy", "sam", "fay", "jo", "kim", "eve"):
        with pytest.raises(NotAllowed):
            office_signing.enter_as(city.actor(who), [TAKEN_OFF], note="Snow", now=EVENING)
    with pytest.raises(Problem, match="Say why"):
        office_signing.enter_as(city.actor("lou"), [TAKEN_OFF], note=" ", now=EVENING)

    assert OfficeDays.objects.count() == 1


@pytest.mark.db
def test_a_year_nobody_entered_is_told_and_one_just_entered_is_not(city: City) -> None:
    late = moment("2026-11-25T12:00:00")
    assert office.unknown_years(moment("2026-10-01T12:00:00")) == []
    assert office.unknown_years(late) == [2027]
    assert office.unknown_said(late) == [office.ORDINARY_WEEKS.format(year=2027)]
    assert not office.knows(moment("2027-03-01T00:00:00"))

    next_year = year_of(2027, "notice", ["2027-01-01"], [])
    office_signing.enter_as(city.actor("lou"), [next_year], note="Announced", now=late)

    assert office.unknown_years(late) == []
    assert office.knows(moment("2027-03-01T00:00:00"))


@pytest.mark.db
def test_an_item_due_in_a_year_nobody_entered_says_so(city: City) -> None:
    item_id = asked(city)
    bare = year_of(2021, "notice", ["2021-01-01"], [])

    office_signing.sign_as(
        city.actor("lou"), written(Office(years=(bare,))), note="Test", now=EVENING
    )

    told = [reason.tell() for reason in why(write.load(item_id))]
    assert office.ORDINARY_WEEKS.format(year=2020) in told


@pytest.mark.db
def test_an_upgrade_adds_the_years_that_are_new_and_leaves_those_of_the_city(city: City) -> None:
    standing = Office(years=tuple(y for y in office.shipped().years if y.year <= 2024))
    office.write(written(standing.with_year(TAKEN_OFF)), by=None, note="", now=EVENING)

    assert office.ship()
    assert not office.ship()

    held = read(office.in_force().text)
    assert [year.year for year in held.years] == [y.year for y in office.shipped().years]
    assert TAKEN_OFF in held.years
