"""One look at many series: what is not known stays unknown, and a quiet city stays quiet."""

from datetime import date, timedelta

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from linli.registry.areas import Area
from linli.studies.frames import Frame
from linli.studies.illness import Confirmed, Ill
from linli.studies.signals import Signals
from linli.studies.warning import night
from linli.studies.warning import plan as plans

LAST = date(2020, 2, 8)
PATHS = {"0001": "city", "00010001": "district", "000100010001": "street",
         "0001000100010001": "community", "00010001000100010001": "grid",
         "00010001000100010002": "grid", "00010001000100010003": "compound"}  # fmt: skip
AREAS = tuple(Area(id=n, kind=kind, path=path, name_zh=path, community_id=4)
              for n, (path, kind) in enumerate(PATHS.items(), 1))  # fmt: skip
PLAN = plans.in_force


def seen(
    counts: np.ndarray, name: str = "cases.covid19", areas: tuple[Area, ...] = AREAS
) -> Signals:
    """Counts as the records would give them."""
    days = tuple(LAST - timedelta(days=n) for n in reversed(range(counts.shape[1])))
    frame = Frame(areas, days, exercise=False)
    return Signals(tuple(area.id for area in areas), days, {name: counts}, frame)


UNKNOWN = st.one_of(st.integers(0, 30).map(float), st.just(float("nan")))


@given(arrays(np.float64, (len(AREAS), 30), elements=UNKNOWN))
@settings(max_examples=20, deadline=None)
def test_every_series_has_a_status_and_what_is_not_known_neither_warns_nor_turns_to_zero(
    counts: np.ndarray,
) -> None:
    found = night.look(seen(counts), PLAN())

    assert sum(found.statuses.values()) == found.n_series == len(AREAS)
    for one in found.loud:
        row = [area.id for area in AREAS].index(one.area.id)
        assert one.observed == counts[row, -1]  # never of a day that is not known
        assert np.isfinite([one.expected, one.upper, one.p, one.adjusted]).all()
        assert one.observed > one.upper
        known = ~np.isnan(counts[row, -21:])
        assert [v is not None for v in one.past["counts"]] == known.tolist()


def test_a_quiet_city_of_a_thousand_grids_seldom_warns_in_a_month_of_nights() -> None:
    dice = np.random.default_rng(3)
    areas = tuple(Area(id=n, kind="grid", path=f"0001{n:04d}", name_zh="") for n in range(1, 1001))

    loud = [
        len(night.look(seen(dice.poisson(0.4, (1000, 20)).astype(float), areas=areas), PLAN()).loud)
        for _ in range(30)
    ]

    assert sum(n > 0 for n in loud) <= 4  # 5 % of 30 nights is 1.5; exact chances are careful


def test_cases_told_late_are_tested_on_the_last_day_of_which_enough_is_told() -> None:
    days = [LAST - timedelta(days=n) for n in reversed(range(40))]
    cases = [
        Confirmed(Ill(0, AREAS[4].path, day + timedelta(days=late)), day)
        for day in days
        for late in ([1, 2, 2, 3] if day < LAST - timedelta(days=5) else [1, 2, 2, 3] * 10)
        if day + timedelta(days=late) <= LAST
    ]
    raw = np.zeros((len(AREAS), 40))
    for case in cases:
        raw[[area.path in AREAS[4].path for area in AREAS], days.index(case.onset)] += 1
    found = seen(raw, "onsets.covid19")
    found = Signals(found.area_ids, found.days, found.counts, found.frame, {"covid19": cases})

    told = night.look(found, PLAN())

    street = next(one for one in told.loud if one.level == "street")
    assert street.day == LAST - timedelta(days=2)  # three of four cases are told by then
    assert 32 <= street.observed <= 45  # forty, of which thirty are told


def test_a_nowcast_is_no_more_certain_than_the_cases_that_are_told() -> None:
    dice = np.random.default_rng(5)
    told = 0.55  # of the last day; the rest is what the nowcast adds
    counts = dice.poisson(10, (4000, 30)).astype(float)
    counts[:, -1] = dice.poisson(10 * told, 4000) / told
    watch = PLAN().watch_of("onsets.covid19", plans.Level.COMMUNITY)
    assert watch is not None
    rows = np.arange(len(counts))

    def share_below(certainty: float) -> float:
        series = night.Series("onsets.covid19", plans.Level.COMMUNITY, watch, rows, counts, LAST,
                              None, certainty)  # fmt: skip
        p = series.tested().p
        assert p is not None
        return float((p[:, -1] < 0.01).mean())

    assert share_below(told) <= 0.01  # of 4 000 quiet series at most one in a hundred
    assert share_below(1.0) > 0.02  # taken for counts, more than twice as many would warn
