"""Signals are clean arrays: areas by days, sums that agree, and unknown is not zero."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from linli.errors import BadInput, NotAllowed
from linli.loops.laboratory import results
from linli.loops.laboratory.results import NewResult
from linli.loops.laboratory.whose import Told
from linli.loops.screening import counting
from linli.registry.areas import Area
from linli.registry.duties import RequestType
from linli.registry.person import Person
from linli.studies import signals
from tests.callers import Caller, open_noise, still
from tests.cast import EVENING, City
from tests.doors import TODAY, Doors, move_in, open_round, tell, told

pytestmark = pytest.mark.db
FIRST = TODAY - timedelta(days=1)
FEVER = {"temperature_c": 38.5}
MIDNIGHT = EVENING - 18 * 3600  # of the city


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city, area="east", by="fay")
    cy = city.actor("cy")
    tell(
        cy,
        told(person=found.people["Zhao One"], answers=FEVER),
        told(person=found.people["Zhao Two"], seen="unreachable"),
        told(person=found.people["Qian One"], seen="unreachable"),
    )
    return found


def read(city: City, *names: str, by: str = "jo") -> signals.Signals:
    areas = [city.areas[name] for name in names]
    return signals.read(city.actor(by), areas, FIRST, TODAY)


def test_a_day_and_an_area_without_a_round_are_unknown_and_not_zero(
    city: City, doors: Doors
) -> None:
    found = read(city, "oak", "pine", "west", "w").counts["fevers"]

    assert np.array_equal(
        found,
        [[np.nan, 1], [np.nan, 0], [np.nan, np.nan], [np.nan, np.nan]],
        equal_nan=True,
    )


def test_rounds_in_every_part_are_a_round_in_the_whole(city: City, doors: Doors) -> None:
    open_round(city, area="west", by="gil")

    assert read(city, "w").counts["fevers"][0, 1] == 1


def test_a_household_is_unreachable_when_nobody_of_it_was_seen(city: City, doors: Doors) -> None:
    found = read(city, "oak1", "elm").counts["unreachable"]

    assert found[:, 1].tolist() == [1, 1]


def test_requests_for_medicine_count_on_the_citys_day(city: City, doors: Doors) -> None:
    assert np.isnan(read(city, "oak").counts["medicine"]).all()
    still(EVENING - 30 * 3600)
    ann = Caller(city, "ann")
    open_noise(city, ann)  # yesterday
    still(EVENING - 18 * 3600 + 60)  # a minute after the city's midnight
    open_noise(city, ann)
    RequestType.objects.filter(code="noise").update(keywords="Medicine")

    assert read(city, "oak", "pine").counts["medicine"].tolist() == [[1, 1], [0, 0]]


def result(who: Person | None, finding: str, at: int, **more: Any) -> NewResult:
    """A result of somebody, or of a tube that nobody is found for."""
    told = Told(sample="T9") if who is None else Told(code=who.code, name=who.name)
    return NewResult(**({"test": "pcr", "disease": "covid19", "finding": finding, "found_at": at,
                         "told": told} | more))  # fmt: skip


def test_a_disease_nobody_tests_for_is_missing(city: City, doors: Doors) -> None:
    results.take_in(
        city.actor("lil"), [result(doors.people["Zhao One"], "negative", MIDNIGHT)], now=EVENING
    )

    found = read(city, "oak").counts

    assert found["positives.covid19"][0, 1] == 0
    assert np.isnan(found["positives.measles"]).all()


def test_positives_are_zero_only_once_some_are_kept_and_count_on_the_citys_day(
    city: City, doors: Doors
) -> None:
    who = doors.people["Zhao One"]
    given = [
        result(who, "positive", MIDNIGHT - 1), result(who, "positive", MIDNIGHT),
        result(who, "negative", MIDNIGHT + 1),
    ]  # fmt: skip
    assert results.take_in(city.actor("lil"), given, now=EVENING).matched == 3

    assert read(city, "oak", "pine").counts["positives.covid19"].tolist() == [[1, 1], [0, 0]]


def test_people_count_once_a_day_by_disease_and_by_tests_that_show_the_agent(
    city: City, doors: Doors
) -> None:
    one, two = doors.people["Zhao One"], doors.people["Qian One"]
    given = [
        result(one, "positive", MIDNIGHT), result(one, "positive", MIDNIGHT + 60),
        result(one, "positive", MIDNIGHT, disease="measles"),
        result(two, "positive", MIDNIGHT, test="antibody"),
        result(None, "positive", MIDNIGHT), result(None, "positive", MIDNIGHT + 60),
    ]  # fmt: skip
    results.take_in(city.actor("lil"), given, now=EVENING)

    found = read(city, "oak", "w").counts

    assert found["positives.covid19"][:, 1].tolist() == [1, 2]  # and one tube, somewhere in W
    assert found["positives.measles"][:, 1].tolist() == [1, 1]


def test_a_round_in_which_nobody_was_asked_says_nothing(city: City, doors: Doors) -> None:
    open_round(city, area="west", by="gil")
    counting.count_expected(TODAY)

    found = read(city, "oak", "pine", "west").counts["fevers"][:, 1]

    assert np.array_equal(found, [1, 0, np.nan], equal_nan=True)  # nobody lives in Pine


def test_of_days_to_come_nothing_is_known(city: City, doors: Doors) -> None:
    RequestType.objects.filter(code="noise").update(keywords="Medicine")
    still(EVENING)
    open_noise(city, Caller(city, "ann"))  # in East
    open_round(city, area="west", last=TODAY + timedelta(days=3))
    tomorrow = TODAY + timedelta(days=1)

    found = signals.read(city.actor("jo"), [city.areas["west"]], TODAY, tomorrow)

    assert [found.counts[name][0].tolist()[0] for name in ("fevers", "medicine")] == [0, 0]
    assert all(np.isnan(counts[0, 1]) for counts in found.counts.values())


def test_a_household_of_which_one_is_away_and_none_was_seen_was_not_reached(
    city: City, doors: Doors
) -> None:
    one, two = doors.people["Sun One"], doors.people["Sun Two"]
    bo = city.actor("bo")

    tell(bo, told(person=one, seen="away"), told(person=two, seen="unreachable"))

    assert read(city, "oak2").counts["unreachable"][0, 1] == 1


def test_parts_sum_to_the_whole(city: City, doors: Doors) -> None:
    parts = read(city, "oak", "pine").counts["fevers"][:, 1].sum()

    assert parts == read(city, "elm").counts["fevers"][0, 1]


def test_signals_are_for_who_answers_there(city: City, doors: Doors) -> None:
    for name, area in (("eve", "oak"), ("cy", "oak1"), ("hal", "elm"), ("fay", "west")):
        with pytest.raises(NotAllowed):
            read(city, area, by=name)
    with pytest.raises(BadInput):
        signals.read(city.actor("jo"), [city.areas["oak"]], TODAY, date(2020, 2, 1))


def test_reading_many_areas_takes_few_queries(
    city: City, doors: Doors, django_assert_max_num_queries
) -> None:
    areas = list(Area.objects.filter(path__startswith=city.areas["elm"].path))

    with django_assert_max_num_queries(16):
        signals.read(city.actor("jo"), areas, FIRST, TODAY)
