"""Is what people type read as they meant it, and refused where nobody can know?"""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.dates.lunar import day_of, eve_of
from linli.analysis.dates.typed import Note, Precision, TypedDays, parse_onset
from linli.errors import BadInput

WRITTEN = date(2020, 2, 12)  # a Wednesday


def read(text: str, written_on: date = WRITTEN) -> TypedDays:
    return parse_onset(text, written_on=written_on)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1月23日", "2020-01-23"),
        ("1月23号开始发烧，咳嗽", "2020-01-23"),
        ("一月二十三日", "2020-01-23"),
        ("元月二十八", "2020-01-28"),
        ("二〇二〇年一月三日", "2020-01-03"),
        ("1.23", "2020-01-23"),
        ("1-23", "2020-01-23"),
        ("１．２３", "2020-01-23"),
        ("2020/1/23", "2020-01-23"),
        ("20200123", "2020-01-23"),
        ("2020-01-23T14:30", "2020-01-23"),
        ("2020-01-23 14:30:00", "2020-01-23"),
        ("1月23日晚上8点", "2020-01-23"),
        ("1月27日至今", "2020-01-27"),
        ("12.28", "2019-12-28"),
        ("元旦", "2020-01-01"),
        ("年三十", "2020-01-24"),
        ("除夕", "2020-01-24"),
        ("大年初二", "2020-01-26"),
        ("初五", "2020-01-29"),
        ("正月十五", "2020-02-08"),
        ("腊月廿八", "2020-01-22"),
        ("昨天", "2020-02-11"),
        ("大前天", "2020-02-09"),
        ("3天前", "2020-02-09"),
        ("周三", "2020-02-12"),
        ("周四", "2020-02-06"),
        ("上周日", "2020-02-09"),
        ("23 Jan 2020", "2020-01-23"),
        ("January 23rd", "2020-01-23"),
        ("23/1/2020", "2020-01-23"),
        ("yesterday", "2020-02-11"),
        ("3 days ago", "2020-02-09"),
        ("Monday", "2020-02-10"),
    ],
)
def test_a_day_is_read_as_it_was_meant(text: str, day: str):
    assert read(text).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("1月21日-23日", "2020-01-21", "2020-01-23", Precision.DAYS),
        ("1.21-1.23", "2020-01-21", "2020-01-23", Precision.DAYS),
        ("1月30日至2月2日", "2020-01-30", "2020-02-02", Precision.DAYS),
        ("初三初四开始反复低烧", "2020-01-27", "2020-01-28", Precision.DAYS),
        ("1月下旬", "2020-01-21", "2020-01-31", Precision.PART),
        ("2月中旬", "2020-02-11", "2020-02-12", Precision.PART),  # no onset after it was written
        ("2020年元月", "2020-01-01", "2020-01-31", Precision.MONTH),
        ("late Jan", "2020-01-21", "2020-01-31", Precision.PART),
        ("Jan 2020", "2020-01-01", "2020-01-31", Precision.MONTH),
    ],
)
def test_some_days_stay_some_days(text, earliest, latest, precision):
    found = read(text)

    assert (found.earliest.isoformat(), found.latest.isoformat()) == (earliest, latest)
    assert found.precision is precision
    assert found.day is None


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("1.23", Note.YEAR_ASSUMED),
        ("约1.24", Note.ABOUT),
        ("1月24号左右", Note.ABOUT),
        ("一周前", Note.ABOUT),
        ("昨天", Note.RELATIVE),
        ("初五", Note.LUNAR),
    ],
)
def test_how_a_day_was_read_is_noted(text: str, note: Note):
    assert note in read(text).notes


def test_a_day_that_is_about_is_not_taken_for_one_that_is_known():
    assert read("1月24号左右").day is None
    assert read("1月24号左右").earliest == date(2020, 1, 24)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2019.1.24", r"2019-01-24, 384 days before it was written. If another year is meant"),
        ("2021-01-01", r"after 2020-02-12, when it was written"),
        ("2月30日", r"there is no day 30 of month 2"),
        ("13月2日", r"there is no day 2 of month 13"),
        ("3/2/2020", r"can be 2020-02-03 or 2020-03-02. Type the year first"),
        ("22号", r"names no month. Type month and day"),
        ("14", r"names no day"),
        ("", r"names no day"),
        ("发烧", r"names no day"),
        ("10天多", r"says how long, and not since when"),
        ("发烧一周", r"says how long, and not since when"),
        ("1月31日 已高烧5天", r"names a day and how long"),
        ("1月28日 1月30日", r"names 2 days. Type the one of onset"),
        ("2月4日确诊", r"speaks of 确诊, and that is not onset"),
        ("tested on 2 Feb", r"speaks of tested, and that is not onset"),
        ("43853", r"a spreadsheet's number for 2020-01-23"),
        ("last Monday", r"this week's or the last"),
        ("1月23日-1月20日", r"ends before it begins"),
        ("1月23日 38.5度", r"there is no day 5 of month 38"),
        ("1.23" * 100, r"goes on for 400 characters"),
    ],
)
def test_what_nobody_can_know_is_refused_with_a_sentence(text: str, sentence: str):
    with pytest.raises(BadInput, match=sentence):
        read(text)


def test_a_bare_first_is_refused_once_two_lunar_months_have_one():
    assert read("初三", date(2020, 2, 20)).day == date(2020, 1, 27)
    with pytest.raises(BadInput, match="does not say which lunar month"):
        read("初三", date(2020, 2, 29))


@pytest.mark.parametrize(
    ("year", "new_year"),
    [(2003, "2003-02-01"), (2015, "2015-02-19"), (2020, "2020-01-25"), (2033, "2033-01-31")],
)
def test_the_lunar_new_year_falls_when_it_fell(year: int, new_year: str):
    """Public holidays of those years; 2033 is the year many tables had wrong."""
    assert day_of(year, 1, 1) == date.fromisoformat(new_year)
    assert eve_of(year) == date.fromisoformat(new_year) - timedelta(days=1)


@given(st.dates(date(2019, 9, 1), WRITTEN))
def test_every_day_of_the_last_months_is_read_however_it_is_written(day: date):
    short = f"{day.month}月{day.day}日"
    ways = (day.isoformat(), f"{day.year}年{short}", short, f"{day.month}.{day.day}",
            day.strftime("%d %b %Y"), day.strftime("%Y%m%d"))  # fmt: skip

    assert {read(way).day for way in ways} == {day}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks(text: str):
    with suppress(BadInput):
        found = read(text)
        assert found.earliest <= found.latest <= WRITTEN
