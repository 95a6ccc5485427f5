"""Who was found ill is counted once, where they belong and where they live; unknown is missing."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.registry.person import Person
from linli.studies import illness, signals
from linli.studies.frames import Frame
from linli.studies.illness import Confirmed, Ill
from tests.cast import EVENING, HOUR, City
from tests.doors import TODAY, Doors, move_in

pytestmark = pytest.mark.db
FIRST = TODAY - timedelta(days=1)
DAY = 24 * HOUR


@pytest.fixture
def doors(city: City) -> Doors:
    return move_in(city)


def read(city: City, *names: str) -> dict[str, np.ndarray]:
    """The signals of areas on two days."""
    areas = [city.areas[name] for name in names]
    return signals.read(city.actor("jo"), areas, FIRST, TODAY).counts


def case(city: City, who: Person, category: str, at: int = EVENING, **more: Any) -> int:
    """Hal reports a case."""
    data = {"person_id": who.id, "source": "clinic", **more}
    opening = Opening(who.area_id, category, data, kind="covid19", subject_kind="person",
                      subject_id=who.id)  # fmt: skip
    scene = city.scene("hal", at, purpose="care")
    return open_item(catalogue.get("case"), opening, scene).item_id


def test_gate_fevers_are_missing_before_any_gate_told_of_one(city: City, doors: Doors) -> None:
    assert np.isnan(read(city, "oak")["gate_fevers"]).all()
    fever = {"person_id": doors.people["Zhao One"].id, "temperature_c": 38.2}
    for source, by in (("gate", "gus"), ("clinic", "hal")):
        opening = Opening(city.areas["oak1"].id, "fever", {**fever, "source": source})
        open_item(catalogue.get("fever"), opening, city.scene(by, purpose="care"))

    found = read(city, "oak", "pine")

    told = [[np.nan, 1], [np.nan, 0]]
    assert np.array_equal(found["gate_fevers"], told, equal_nan=True)
    assert np.array_equal(found["clinic_fevers"], told, equal_nan=True)


def test_a_case_counts_on_the_day_it_was_confirmed_and_by_its_onset(
    city: City, doors: Doors
) -> None:
    one, two = doors.people["Zhao One"], doors.people["Sun One"]
    case(city, one, "confirmed", EVENING - DAY, onset_on="2020-02-08")
    later = case(city, two, "suspected", EVENING - DAY, onset_on="2020-02-08")
    suspected = case(city, doors.people["Qian One"], "suspected", EVENING - DAY)
    scene = city.scene("hal", purpose="care")
    sure = {"category": "confirmed", "evidence": ["pcr_positive"]}
    advance(later, "classify", scene, data=sure)

    found = read(city, "oak", "oak1", "court", "ash")

    assert suspected  # and counted nowhere
    assert found["cases.covid19"].tolist() == [[1, 1], [1, 0], [1, 1], [0, 0]]
    assert found["onsets.covid19"].tolist() == [[2, 0], [1, 0], [2, 0], [0, 0]]


def test_the_triangle_lacks_what_is_to_come_and_a_nowcast_says_which_days_are_too_new(
    city: City,
) -> None:
    days = tuple(TODAY - timedelta(days=n) for n in reversed(range(20)))
    frame = Frame((city.areas["oak1"],), days, exercise=False)
    path = city.areas["oak1"].path
    cases = [
        Confirmed(Ill(0, path, day + timedelta(days=delay)), day)
        for day in days for delay in (1, 1, 2, 3) if day + timedelta(days=delay) <= TODAY
    ]  # fmt: skip
    cases += [Confirmed(Ill(0, path, TODAY), None), Confirmed(Ill(0, path, FIRST), TODAY)]

    triangle = illness.onset_triangle(frame, cases, n_delays=5, as_of=TODAY)
    found, share = illness.expected_onsets(triangle, least_share=0.5)
    expected = found[0]

    assert np.nansum(triangle) == len(cases) - 2
    assert illness.n_without_onset(cases) == 2
    assert np.isnan(triangle[0, -1, 1:]).all()
    assert triangle[0, -1, 0] == 0
    assert np.isnan(expected[-1])  # none of a day's cases is told on that day
    assert share[0, -3] == pytest.approx(0.75, abs=0.1)
    assert expected[-3] == pytest.approx(4, abs=0.5)  # three of four are told by now
