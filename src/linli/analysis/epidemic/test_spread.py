"""Is R found again where it is known, and is what cannot be known told?"""

import csv
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import pytest

from linli.analysis.epidemic.definition import Change, breaks, even
from linli.analysis.epidemic.growth import growth
from linli.analysis.epidemic.intervals import delay_chances, discretised
from linli.analysis.epidemic.onsets import onsets
from linli.analysis.epidemic.reproduction import (
    MISSING,
    NO_PAST,
    OK,
    TOO_FEW,
    UNSETTLED,
    cohort,
    pressure,
    reproduction,
)
from linli.errors import BadInput

SERIAL = discretised(7.5, 3.4, 40)
SERIAL = SERIAL / SERIAL.sum()


def outbreak(r: list[float], seed: int = 1) -> np.ndarray:
    """Cases of an outbreak whose R on each day is given; it begins with 50 on the first."""
    dice = np.random.default_rng(seed)
    cases = np.zeros((1, len(r)))
    cases[0, 0] = 50
    for day in range(1, len(r)):
        cases[0, day] = dice.poisson(r[day] * pressure(cases[:, : day + 1], SERIAL)[0, day])
    return cases


def test_r_is_found_again_and_its_interval_holds_it():
    truth = [2.0] * 25 + [0.6] * 25

    found = reproduction(outbreak(truth), SERIAL)

    for last, expected in ((20, 2.0), (48, 0.6)):
        at = int(np.flatnonzero(found.last == last)[0])
        assert found.low[0, at] < expected < found.high[0, at]
        assert found.high[0, at] - found.low[0, at] < 0.8


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    cases = np.concatenate([outbreak([1.3] * 40, seed) for seed in range(150)])

    found = reproduction(cases, SERIAL, prior_mean=1.5, prior_sd=1.5)

    inside = (found.low <= 1.3) & (found.high >= 1.3)
    assert 0.92 < inside[:, 10:].mean() < 0.98


def test_all_cases_imported_are_no_spread():
    cases = np.full((1, 30), 20.0)

    found = reproduction(cases, SERIAL, imported=cases)

    assert found.mean[0, -1] < 0.1
    assert reproduction(cases, SERIAL).mean[0, -1] == pytest.approx(1.0, rel=0.1)


def test_an_uncertain_serial_interval_widens_the_interval_and_keeps_the_middle():
    cases = outbreak([1.6] * 40)
    rows = np.stack([discretised(m, 3.4, 40) for m in np.linspace(5.5, 9.5, 21)])

    sure = reproduction(cases, SERIAL)
    unsure = reproduction(cases, rows / rows.sum(axis=1, keepdims=True))

    assert unsure.median[0, -1] == pytest.approx(sure.median[0, -1], rel=0.05)
    assert np.ptp([unsure.low[0, -1], unsure.high[0, -1]]) > 1.3 * np.ptp(
        [sure.low[0, -1], sure.high[0, -1]]
    )


def test_looking_forward_finds_the_same_and_the_last_days_are_unsettled():
    cases = outbreak([1.5] * 60)

    found = cohort(cases, SERIAL)

    assert found.standing[0, -1] == UNSETTLED
    settled = found.standing[0] == OK
    assert found.mean[0][settled].mean() == pytest.approx(1.5, rel=0.1)


def test_each_later_case_has_exactly_one_infector():
    cases = outbreak([1.2] * 40)

    found = cohort(cases, SERIAL, window=1)

    infected = (found.mean * found.cases)[0]
    later = cases[0, 1:].sum()
    first = cases[0, 0] * (pressure(cases, SERIAL) > 0).any()
    assert np.nansum(infected) <= later
    assert np.nansum(infected) > later - first * 3


def test_what_is_not_known_is_told_and_only_there():
    cases = np.zeros((2, 40))
    cases[0, 3:] = 5
    cases[0, 20] = np.nan
    cases[1, [0, 30]] = 1

    found = reproduction(cases, SERIAL)

    assert (found.standing[0, found.last < 20] != MISSING).all()
    assert found.standing[0, found.last == 20] == MISSING
    assert found.standing[0, -1] == MISSING  # the unknown day still infects
    assert found.standing[1, -1] == TOO_FEW
    assert reproduction(np.zeros((1, 20)), SERIAL).standing[0, -1] == NO_PAST


def test_growth_is_the_slope_and_says_when_counts_double():
    days = np.arange(40)
    counts = np.random.default_rng(3).poisson(20 * np.exp(0.1 * days), (1, 40)).astype(float)

    found = growth(counts)

    assert found.low[0, -1] < 0.1 < found.high[0, -1]
    assert found.doubling_days[0, -1] == pytest.approx(np.log(2) / 0.1, rel=0.1)
    assert np.isnan(growth(np.zeros((1, 20))).rate).all()


def test_reports_are_taken_back_to_onsets():
    days = np.arange(80)
    truth = 400 * np.exp(-(((days - 35) / 8.0) ** 2))
    delay = delay_chances(9, 4, 40)
    reports = np.convolve(truth, delay)[:80]

    found = onsets(reports[None], delay)[0]

    assert abs(int(np.nanargmax(found)) - 35) <= 1
    assert int(reports.argmax()) >= 43
    assert np.nansum(found) == pytest.approx(truth.sum(), rel=0.02)
    assert np.isnan(found[-3:]).all()


def wuhan() -> tuple[np.ndarray, list[date]]:
    """New cases by day as announced; days without a notice hold an even share of the next total."""
    text = files("linli.demo.wuhan").joinpath("daily_counts.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    told = [date.fromisoformat(row["date"]) for row in rows]
    days = [told[0] + timedelta(n) for n in range((told[-1] - told[0]).days + 1)]
    at = [(day - told[0]).days for day in told]
    totals = np.interp(np.arange(len(days)), at, [float(row["confirmed"]) for row in rows])
    return np.maximum(np.diff(totals, prepend=0.0), 0.0)[None], days


@pytest.mark.parametrize("delay", [(7.0, 4.0), (9.1, 5.0), (10.0, 5.0)])
def test_in_wuhan_r_falls_below_one_by_8_february_and_stays_there_once_changes_are_declared(delay):
    """Pan et al. (2020), doi:10.1001/jama.2020.6130: above 3 until 26 January, below 1 from 6
    February. The delays span what was published for onset to report in those weeks."""
    counts, days = wuhan()
    place = {day: n for n, day in enumerate(days)}
    changes = [
        Change(place[date(2020, 2, 12)], place[date(2020, 2, 18)], backlog=1),
        Change(place[date(2020, 4, 16)], place[date(2020, 4, 16)], backlog=1),
    ]

    cases = onsets(even(counts, changes).counts, delay_chances(*delay, 60))
    r = reproduction(cases, SERIAL)

    shown = dict(zip((days[k] for k in r.last), r.shown(r.mean)[0], strict=True))
    course = {day: v for day, v in shown.items() if not np.isnan(v)}
    first = min(day for day, v in course.items() if day > date(2020, 1, 26) and v < 1)
    assert date(2020, 1, 31) <= first <= date(2020, 2, 8)
    assert max(v for day, v in course.items() if day > date(2020, 2, 12)) < 1
    assert course[date(2020, 1, 26)] > 3
    raw = reproduction(onsets(counts, delay_chances(*delay, 60)), SERIAL)
    late = [v for k, v in zip(raw.last, raw.shown(raw.mean)[0], strict=True)
            if date(2020, 4, 1) < days[k] and not np.isnan(v)]  # fmt: skip
    assert max(late) > 1  # undeclared, the revision of April would be an outbreak


def test_undeclared_the_change_of_february_is_warned_of_and_declared_it_is_not():
    counts, days = wuhan()
    place = {day: n for n, day in enumerate(days)}
    change = Change(place[date(2020, 2, 12)], place[date(2020, 2, 18)], backlog=1)

    alone = {days[k] for k in np.flatnonzero(breaks(counts)[0])}
    declared = {days[k] for k in np.flatnonzero(breaks(counts, [change])[0])}

    assert date(2020, 2, 12) in alone
    assert alone - declared == {date(2020, 2, 12)}
    on_the_day = counts[:, : place[date(2020, 2, 12)] + 1]
    assert breaks(on_the_day)[0, -1]


def test_a_change_of_known_ratio_is_found_again_and_no_case_is_lost():
    days = np.arange(40)
    truth = 100 * np.exp(-0.02 * days)
    seen = np.where((days >= 15) & (days <= 24), 1.8 * truth, truth)
    seen[15] += 500

    found = even(seen[None], [Change(15, 24, backlog=1)])

    assert found.ratios[0] == pytest.approx(1.8, rel=0.01)
    assert found.counts[0] == pytest.approx(truth, rel=0.05)
    assert found.set_aside[0] == pytest.approx(500 + 0.8 * truth[15], rel=0.02)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: discretised(0.8, 1, 9), "a mean above 1 day"),
        (lambda: delay_chances(0, 1, 9), "above 0 days"),
        (lambda: reproduction(np.ones((1, 30)), np.array([0.0, 0.5])), "add up to 0.5"),
        (lambda: reproduction(np.ones((1, 30)), np.array([0.5, 0.5])), "none on day 0"),
        (lambda: reproduction(np.ones((1, 7)), SERIAL), "7 days hold no window of 7"),
        (lambda: cohort(np.ones((1, 7)), SERIAL), "7 days hold no window of 7"),
        (lambda: growth(np.ones((1, 7)), window=2), "a window of 3 days or more"),
        (lambda: reproduction(np.ones((1, 9)), SERIAL, imported=np.full((1, 9), 2.0), window=3),
         "more imported cases than cases"),
        (lambda: onsets(np.full((1, 9), np.nan), SERIAL), "known on every day"),
        (lambda: Change(5, 4), "ends before it begins"),
        (lambda: Change(5, 6, ratio=0), "a ratio above 0"),
        (lambda: even(np.ones((1, 9)), [Change(1, 4), Change(4, 6)]), "overlap"),
        (lambda: even(np.ones((1, 9)), [Change(1, 9)]), "after the last day"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_told(call, sentence):
    with pytest.raises(BadInput, match=sentence):
        call()
