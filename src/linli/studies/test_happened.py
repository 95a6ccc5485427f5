"""Cases are read by the days asked for, from an index, and none is missed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli import clock
from linli.loops import catalogue, happened
from linli.loops.advance import Opening, advance, open_item
from linli.loops.happened import ConfirmedCase
from linli.registry.person import Person
from linli.studies import signals
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR
TODAY = date(2020, 2, 9)


def case(
    city: City, n: int, *, days_ago: float, category: str = "confirmed", onset: str = ""
) -> int:
    """Hal reports the case of somebody new in Oak Lane."""
    oak = city.areas["oak1"]
    who = Person.objects.create(
        code=f"C{n}", name="某人", area=oak, path=oak.path, source="test", as_of="2020-01-01",
        changed_at=EVENING,
    )  # fmt: skip
    data: dict[str, Any] = {"person_id": who.id, "source": "clinic"}
    opening = Opening(oak.id, category, data | ({"onset_on": onset} if onset else {}),
                      kind="covid19", subject_kind="person", subject_id=who.id)  # fmt: skip
    at = int(EVENING - days_ago * DAY)
    return open_item(catalogue.get("case"), opening, city.scene("hal", at, purpose="care")).item_id


def confirm(city: City, item_id: int, *, days_ago: float) -> None:
    scene = city.scene("hal", int(EVENING - days_ago * DAY), purpose="care")
    sure = {"category": "confirmed", "evidence": ["pcr_positive"]}
    advance(item_id, "classify", scene, data=sure)


@pytest.fixture
def outbreak(city: City) -> City:
    """Cases of thirty days: came as confirmed, became so later, and fell ill days before."""
    for n in range(1, 31):
        onset = (TODAY - timedelta(days=n + n % 4)).isoformat() if n % 5 else ""
        made = case(city, n, days_ago=n, category="suspected" if n % 3 == 0 else "confirmed",
                    onset=onset)  # fmt: skip
        if n % 6 == 0:
            confirm(city, made, days_ago=n / 2)
    return city


def by_hand(first: date, last: date) -> list[ConfirmedCase]:
    """Those of all cases that were confirmed in a span or fell ill in it."""
    return [
        one for one in happened.confirmed_cases(exercise=False)
        if first <= clock.day(one.confirmed_at) <= last
        or (one.onset_on is not None and first <= one.onset_on <= last)
    ]  # fmt: skip


@pytest.mark.parametrize("span", [(0, 0), (0, 6), (3, 9), (10, 11), (25, 40), (0, 60)])
def test_the_cases_of_some_days_are_those_that_a_reader_of_all_would_pick(
    outbreak: City, span: tuple[int, int]
) -> None:
    last, first = (TODAY - timedelta(days=n) for n in span)

    found = happened.confirmed_cases(exercise=False, first=first, last=last)

    wanted = by_hand(first, last)
    assert [one for one in found if one in wanted] == wanted
    assert len(found) <= len(wanted) + 5  # suspected ones that were confirmed after the span
    assert happened.confirmed_cases(exercise=True, first=first, last=last) == []


def test_the_first_day_of_a_disease_is_that_of_all_its_cases(outbreak: City) -> None:
    every = happened.confirmed_cases(exercise=False)

    assert happened.diseases_of_cases(exercise=False) == ["covid19"]
    assert happened.first_confirmed("covid19", exercise=False) == min(c.confirmed_at for c in every)
    assert happened.first_onset("covid19", exercise=False) == min(
        c.onset_on for c in every if c.onset_on is not None
    )
    assert happened.first_confirmed("sars", exercise=False) is None
    assert happened.first_onset("sars", exercise=False) is None


def test_an_onset_after_the_confirmation_is_no_first_day(city: City, monkeypatch: Any) -> None:
    monkeypatch.setattr(happened, "FIRST_ONES", 2)
    for n in range(1, 6):
        case(city, n, days_ago=20, onset=(TODAY - timedelta(days=19)).isoformat())
    case(city, 6, days_ago=1, onset=(TODAY - timedelta(days=2)).isoformat())

    assert happened.first_onset("covid19", exercise=False) == TODAY - timedelta(days=2)


def test_older_cases_cost_a_reader_of_the_last_days_nothing(city: City) -> None:
    case(city, 0, days_ago=1)
    areas, first = [city.areas["oak"]], TODAY - timedelta(days=6)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            read = signals.count(areas, first, TODAY)
        assert len(read.cases["covid19"]) == 1
        return len(asked)

    before = queries()
    for n in range(1, 40):
        case(city, n, days_ago=8 + n / 2)

    assert queries() == before


SERVED = {
    "item_case": "opened_at >= 0 AND opened_at < 9",
    "item_case_onset": "{onset} >= '2020-02-01' AND {onset} <= '2020-02-09'",
}


@pytest.mark.parametrize("index", SERVED)
def test_a_span_of_cases_is_read_from_its_index(city: City, index: str) -> None:
    onset = happened._said("onset_on")
    sql = (
        happened.CASES.format(opened_as=happened._said("opened_as"), onset_on=onset)
        + f" AND kind = 'covid19' AND {SERVED[index].format(onset=onset)}"
    )

    assert index in planned(sql)


def test_what_became_confirmed_in_a_span_is_read_from_its_index(city: City) -> None:
    sql = happened.BECAME.format(category=happened._said("category", "e."))

    assert "event_confirms" in planned(sql % (0, 9, "false"))
    assert planned(happened._diseases() % "false").count("item_case") >= 2


def planned(sql: str) -> str:
    """How the database would read it; a small table is not to be read whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[-1] for row in cursor.fetchall())
