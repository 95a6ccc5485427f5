"""Does a run that starts today stand where the records stand, and guess well what they hide?"""

from dataclasses import replace

import numpy as np
import pytest

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.care import WARD
from linli.analysis.simulation.compare import compare, shared_days
from linli.analysis.simulation.disease import Duration, shipped
from linli.analysis.simulation.engine import begin, run
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import Beds, CloseCompounds, Isolate, Rung
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.start import REMEMBERED_DAYS, Known, Start, by_day
from linli.analysis.simulation.state import NOT_YET, Fate, Kept
from linli.analysis.simulation.unseen import estimate, share_reported, wait_of, without_doubt

TODAY = REMEMBERED_DAYS
COVID = shipped("covid-19-2020")
SEEN = Observation(periods=(Period(onset_to_visit=Duration(3.0, 2.0)),))
SHARE = 0.278  # of those infected here who come to be reported; a test counts them


@pytest.fixture(scope="module")
def city():
    return build(even_grids(60_000, n_districts=2), CityPlan(), np.random.default_rng(3))


def known_of(**columns):
    n = len(columns["person"])
    usual = {
        "onset": np.full(n, 20), "reported": np.full(n, 24), "fate": np.full(n, Fate.MILD),
        "place": np.zeros(n), "over": np.zeros(n, bool), "to_trace": np.zeros(n, bool),
        "immune": np.empty(0, int), "held": np.empty(0, int), "held_until": np.empty(0, int),
        "held_away": np.empty(0, bool),
    }  # fmt: skip
    kinds = {"fate": np.uint8, "place": np.uint8}
    made = {k: np.asarray(v, dtype=kinds.get(k)) for k, v in (usual | columns).items()}
    return Known(today=TODAY, **made)


NOTHING = without_doubt(np.zeros(TODAY), 0.5)


def setting_of(city, known, guess=NOTHING, policies=()):
    return Setting(city, COVID, policies, SEEN, first=0, start=Start(known, guess))


def test_the_share_reported_is_what_worlds_report(city):
    ran = run(Setting(city, COVID, (), SEEN, first=2000), seed=1, n_days=26)

    seen = ran.state.infected.columns()
    early = seen["at"] < 1
    assert share_reported(city, COVID, SEEN) == pytest.approx(SHARE, abs=0.001)
    assert (seen["reported"][early] != NOT_YET).mean() == pytest.approx(SHARE, abs=0.03)


def test_known_cases_stand_where_the_records_have_them(city):
    known = known_of(
        person=[10, 500, 900, 1500], onset=[20, 22, 10, 25], reported=[24, 25, 14, 27],
        fate=[Fate.MILD, Fate.SEVERE, Fate.MILD, Fate.SEVERE], place=[0, WARD, 0, 0],
        over=[False, False, True, False], held=[700, 701], held_until=[TODAY + 5, TODAY - 1],
        held_away=[True, False],
    )  # fmt: skip

    state = begin(setting_of(city, known), seed=1)

    seen = state.infected.columns()
    assert seen["onset"].tolist() == [20, 22, 10, 25]
    assert seen["reported"].tolist() == [24, 25, 14, 27]
    assert seen["kept"].tolist() == [Kept.HOME, Kept.AWAY, Kept.AWAY, Kept.HOME]
    assert state.tally["in_ward"] == 1
    assert state.tally["wait_ward"].tolist() == [3]
    assert state.infected.waits_since[3] == 27
    assert state.tally["held"].tolist() == [700]
    assert state.reports.sum(axis=0)[[14, 24, 25, 27]].tolist() == [1, 1, 1, 1]
    assert state.status.sum() == 4


def test_nobody_is_reported_twice_and_nobody_is_lost_on_the_way(city):
    dice = np.random.default_rng(2)
    person = dice.choice(city.n_people, 200, replace=False)
    onset = dice.integers(5, TODAY, 200)
    reported = np.minimum(onset + 4, TODAY)
    known = known_of(person=person, onset=onset, reported=reported)
    guess = replace(NOTHING, infections=np.full(TODAY, 8.0))

    ran = run(setting_of(city, known, guess, (Isolate(), Beds(ward=50))), seed=4, n_days=30)

    seen, state = ran.state.infected.columns(), ran.state
    assert len(np.unique(seen["person"])) == len(seen["person"]) == state.status.sum()
    assert (seen["reported"][:200] == reported).all()
    assert ran.series["reports"][:TODAY].sum() == 0  # those of the past stand in state.reports
    assert state.reports[:, TODAY:].sum() == ran.series["reports"].sum()
    assert (seen["stop"][state.active] > state.day - 1).all()
    assert 0 <= state.tally["in_ward"] <= 50


def test_the_hidden_are_those_whom_nobody_would_have_reported_yet(city):
    guess = replace(NOTHING, infections=np.full(TODAY, 20.0))

    state = begin(setting_of(city, known_of(person=[5]), guess), seed=2)

    hidden = state.infected.columns()
    visits, tests = hidden["visits"][1:], hidden["tests"][1:]
    late = visits >= TODAY - SEEN.result_days
    assert (late | (visits == NOT_YET) | (tests == SEEN.most_tests)).all()
    assert (tests[~late & (visits != NOT_YET)] == SEEN.most_tests).any()  # came, and never found
    assert 0.4 < state.infected.n / 560 < 1


def test_records_of_a_simulated_city_bring_back_how_many_are_infected_and_will_be(city):
    """Worlds are run; their reports alone are handed over, and the truth is compared."""
    mild = replace(COVID, r0=2.5)
    ratios, inside = [], []
    for seed in range(1, 13):
        seen = run(
            Setting(city, mild, (Isolate(),), SEEN, first=30), seed=seed, n_days=TODAY + 12
        ).state.infected.columns()
        told = (seen["reported"] != NOT_YET) & (seen["reported"] < TODAY)
        onset = seen["onset"][told].astype(int)
        known = known_of(
            person=seen["person"][told], onset=onset, reported=seen["reported"][told].astype(int)
        )

        start = Setting(
            city, mild, (Isolate(),), SEEN, first=0, start=Start(known, guess_of(known))
        )
        # A twelfth world lies within the range of eleven five times of six.
        # Dice of its own for each city: else what they say of the level is off in all alike.
        worlds = [run(start, seed=100 * seed + s, n_days=12) for s in range(11)]

        later = [w.series["infections"].sum() for w in worlds]
        truth = (seen["at"] < TODAY).sum()
        ratios.append(np.median([w.state.infected.n for w in worlds] - np.array(later)) / truth)
        inside.append(min(later) <= (seen["at"] >= TODAY).sum() <= max(later))
    assert np.exp(np.log(ratios).mean()) == pytest.approx(1, abs=0.1)
    assert sum(inside) >= 8


def guess_of(known):
    wait = wait_of(known.reported - known.onset, TODAY - 1 - known.onset)
    return estimate(by_day(known.onset, known), wait=wait, disease=COVID, share=SHARE)


def test_quiet_days_before_today_count_on_the_ladder(city):
    guess = replace(NOTHING, infections=np.full(TODAY, 1.0))
    ladder = (Rung(14, 1.0),)
    closed = CloseCompounds(from_day=TODAY - 14, leakage=0.0, reopen=ladder)
    fresh = replace(closed, from_day=TODAY)
    known = known_of(person=[5], onset=[20], reported=[24])

    both = [
        run(setting_of(city, known, guess, (policy,)), seed=1, n_days=2).series["closed_people"]
        for policy in (closed, fresh)
    ]

    assert both[0][TODAY:].max() < city.n_people / 4
    assert both[1][TODAY] == city.n_people


def test_choices_are_one_world_until_they_differ_also_from_today_on(city):
    known = known_of(person=np.arange(0, 3000, 100))
    guess = replace(NOTHING, infections=np.full(TODAY, 5.0))
    now = setting_of(city, known, guess, (Isolate(),))
    later = replace(now, policies=(Isolate(), CloseCompounds(from_day=TODAY + 6, leakage=0.0)))

    found = compare({"now": now, "later": later}, n_days=12, most_seeds=2, least_seeds=2)

    assert shared_days([now, later], TODAY + 12) == TODAY + 6
    first, other = found.series["infections"]
    assert first.shape == (2, 12)
    assert (first[:, :6] == other[:, :6]).all()
    assert found.outcomes[1, :, 0].sum() < found.outcomes[0, :, 0].sum()
    assert found.by_compound[0].sum() == pytest.approx(found.outcomes[0, :, 0].mean())


def test_a_bed_takes_as_long_to_reach_as_the_transfer(city):
    known = known_of(person=[10, 20], fate=[Fate.SEVERE] * 2, reported=[26, 27], onset=[20, 20])
    policies = (Beds(ward=10, transfer_days=3),)

    series = run(setting_of(city, known, NOTHING, policies), seed=1, n_days=4).series

    assert series["ward_in"][TODAY:].tolist()[:3] == [0, 1, 2]


def test_who_came_for_a_test_yesterday_and_waits_for_the_result_is_reported_today(city):
    growing = without_doubt(np.full(TODAY, 60.0), SHARE)
    ran = run(setting_of(city, known_of(**EMPTY), growing), seed=1, n_days=6)

    reports = ran.series["reports"][TODAY:]

    assert reports[0] > 0
    assert reports[0] == pytest.approx(reports[1:].mean(), rel=0.5)
    seen = ran.state.infected.columns()
    came = (seen["visits"] >= 0) & (seen["visits"] < TODAY + 2) & (seen["tests"] > 0)
    assert (seen["reported"][came] != NOT_YET).mean() > 0.6  # nobody who came is lost


EMPTY = {n: np.empty(0, int) for n in ("person", "onset", "reported", "fate", "place")} | {
    n: np.empty(0, bool) for n in ("over", "to_trace")
}
