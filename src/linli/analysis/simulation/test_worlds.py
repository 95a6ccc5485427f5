"""Is a world the same whoever computes it, are people conserved, do policies do what they say?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.care import ROOM
from linli.analysis.simulation.disease import Layer, shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.observation import Definition, Observation, Period
from linli.analysis.simulation.policies import (
    Beds,
    CloseCompounds,
    Deliver,
    Isolate,
    Quarantine,
    Reduce,
    Rung,
    Screen,
    Trace,
    Triage,
    Trigger,
    Vaccinate,
)  # fmt: skip
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import COLUMNS, Fate, Kept, State

CITY = build(even_grids(4000, n_districts=2), CityPlan(), np.random.default_rng(1))
TOWN = build(even_grids(30_000, n_districts=3), CityPlan(), np.random.default_rng(1))
COVID = shipped("covid-19-2020")
EVERYTHING = (
    CloseCompounds(from_day=8, leakage=0.2, reopen=(Rung(7, 0.5), Rung(14, 1.0))),
    Isolate(rooms=15), Quarantine(), Trace(cases_a_day=6, rooms=20), Beds(ward=12, intensive=3),
    Beds(from_day=15, shelter=20), Triage(from_day=20), Deliver(households_a_day=400),
    Screen(from_day=11, samples_a_day=60, rounds=2), Vaccinate(doses_a_day=200, delay_days=5),
    Reduce(layers={Layer.SCHOOL: 0.0}, when=Trigger(3, 7)),
)  # fmt: skip
TIGHT = Observation(periods=(Period(tests_a_day=25),), others_per_100k=50)


def state_of(setting, seed=7, n_days=40, **said):
    return run(setting, seed=seed, n_days=n_days, **said).state


def same(one, other):
    a, b = one.arrays(), other.arrays()
    return set(a) == set(b) and all(np.array_equal(a[n], b[n], equal_nan=True) for n in a)


@pytest.mark.parametrize("policies", [(), EVERYTHING], ids=["nothing done", "everything done"])
def test_the_kernel_and_plain_numpy_find_the_same_world(policies):
    setting = Setting(CITY, COVID, policies=policies, observation=TIGHT, first=15)

    assert same(state_of(setting, n_days=20), state_of(setting, n_days=20, oracle=True))


def test_one_thread_and_two_find_the_same_world(monkeypatch):
    monkeypatch.setattr("linli.analysis.simulation.engine.BLOCK", 16)
    setting = Setting(CITY, COVID, policies=EVERYTHING, first=15)

    assert same(state_of(setting), state_of(setting, threads=2))


def test_a_world_taken_up_from_a_checkpoint_is_the_world_that_went_on(tmp_path):
    setting = Setting(CITY, COVID, policies=EVERYTHING, observation=TIGHT, first=15)
    np.savez(tmp_path / "kept.npz", **state_of(setting, n_days=18).arrays())

    with np.load(tmp_path / "kept.npz") as kept:
        later = state_of(setting, n_days=22, state=State.restored(kept))

    assert same(later, state_of(setting, n_days=40))


def test_worlds_are_the_same_until_the_first_day_their_policies_differ():
    early = Setting(CITY, COVID, policies=(CloseCompounds(from_day=15),), first=15)
    late = replace(early, policies=(CloseCompounds(from_day=20),))

    assert same(state_of(early, n_days=15), state_of(late, n_days=15))
    assert not same(state_of(early, n_days=17), state_of(late, n_days=17))


@pytest.mark.parametrize(
    "powerless",
    [
        CloseCompounds(from_day=300), CloseCompounds(leakage=1, within=1), Reduce(layers={}),
        Screen(samples_a_day=0), Screen(coverage=0.0), Trace(cases_a_day=0), Quarantine(obey=0),
        Trace(found={}), Vaccinate(doses_a_day=0), Vaccinate(doses_a_day=900, reach=0.0), Triage(),
        Beds(), Deliver(households_a_day=0), Isolate(home_share=1, until_day=1),
        CloseCompounds(leakage=0.0, when=Trigger(10**6)),
    ],
    ids=lambda p: p.kind,
)  # fmt: skip
def test_a_policy_that_cannot_act_changes_nobody(powerless):
    nothing = Setting(CITY, COVID, first=15)

    with_it = state_of(replace(nothing, policies=(powerless,)), n_days=30)
    without = state_of(nothing, n_days=30)

    for name in COLUMNS:
        assert np.array_equal(with_it.infected.columns()[name], without.infected.columns()[name])
    assert with_it.tally["ever_held"] == 0


@how(max_examples=12)
@given(
    seed=st.integers(0, 2**63),
    ward=st.integers(0, 30),
    tests=st.integers(0, 60),
    rooms=st.integers(0, 20),
    day=st.integers(0, 25),
)
def test_people_beds_and_tests_are_conserved_on_every_day(seed, ward, tests, rooms, day):
    policies = (
        Isolate(rooms=rooms), Trace(from_day=day, cases_a_day=tests, rooms=rooms),
        Beds(ward=ward, intensive=ward // 4, shelter=ward), CloseCompounds(from_day=day),
    )  # fmt: skip
    seen = Observation(periods=(Period(tests_a_day=tests),), others_per_100k=100)
    setting = Setting(CITY, COVID, policies=policies, observation=seen, first=60)

    state = state_of(setting, seed=seed, n_days=45)

    series = {name: np.array(values) for name, values in state.series.items()}
    rows = state.infected.columns()
    assert len(np.unique(rows["person"])) == state.infected.n == int(state.status.sum())
    assert state.infected.n == 60 + series["infections"].sum()
    assert series["deaths"].sum() == rows["died"].sum() <= (rows["fate"] == Fate.CRITICAL).sum()
    assert series["reports"].sum() == (rows["reported"] >= 0).sum() == state.reports.sum()
    assert (series["tests"] <= tests).all()
    came = (rows["tests"] > 0).sum()
    assert series["tests"].sum() >= came
    for kind, n_beds in (("ward", ward), ("intensive", ward // 4), ("shelter", ward)):
        held = series[f"{kind}_in"]
        assert ((held >= 0) & (held <= n_beds)).all()
    assert 0 <= state.tally["in_rooms"] <= rooms
    assert 0 <= state.tally["held_rooms"] <= rooms
    in_bed = np.bincount(rows["bed"], minlength=5)[1:]
    names = ("in_ward", "in_intensive", "in_shelter", "in_rooms")
    assert in_bed.tolist() == [state.tally[n] for n in names]
    source = rows["source"][rows["source"] >= 0]
    after = rows["at"][rows["source"] >= 0]
    assert (rows["start"][source] <= after).all()  # nobody infects before being infectious
    assert (after <= rows["stop"][source]).all()


@pytest.mark.parametrize(
    "policy",
    [
        CloseCompounds(from_day=10, leakage=0.05), Trace(from_day=5), Isolate(rooms=3000),
        Screen(from_day=10, samples_a_day=1500, rounds=5), Vaccinate(doses_a_day=1500),
        Reduce(layers={Layer.CITY: 0.2, Layer.COMMUNITY: 0.2, Layer.WORK: 0.2}),
    ],
    ids=lambda p: p.kind,
)  # fmt: skip
def test_what_is_done_spares_people_infections(policy):
    nothing = Setting(TOWN, COVID, policies=(Isolate(),), first=30)
    policies = (policy,) if isinstance(policy, Isolate) else (Isolate(), policy)

    spared = [
        state_of(nothing, seed=s, n_days=45).infected.n
        - state_of(replace(nothing, policies=policies), seed=s, n_days=45).infected.n
        for s in (1, 2, 3)
    ]

    assert min(spared) > 0


def test_who_is_told_to_stay_on_the_day_a_quarantine_ends_is_counted_once():
    policies = (Isolate(), Trace(days=3), Quarantine(days=2))

    state = state_of(Setting(TOWN, COVID, policies=policies, first=60), n_days=40)

    held = state.tally["held"]
    assert len(held) > 100
    assert len(np.unique(held)) == len(held) == (state.held_until >= state.day).sum()


def test_gates_keep_everybody_in_when_nothing_leaks():
    shut = CloseCompounds(leakage=0.0, response=0.0)
    closed = replace(CITY.contacts, response=0.0)
    setting = Setting(replace(CITY, contacts=closed), COVID, policies=(shut,), first=10)

    rows = state_of(setting).infected.columns()

    home = CITY.compound.of(rows["person"])
    new = rows["source"] >= 0
    assert (home[new] == home[rows["source"][new]]).all()


def test_a_change_of_the_definition_empties_the_queue_into_one_days_reports():
    periods = (
        Period(tests_a_day=5),
        Period(from_day=30, tests_a_day=5, definition=Definition.CLINICAL),
    )
    setting = Setting(TOWN, COVID, observation=Observation(periods=periods), first=60)

    reports = run(setting, seed=3, n_days=34).series["reports"]

    assert reports[:31].max() <= 5
    assert reports[31] > 20 * 5


def test_the_worst_first_lets_the_critical_wait_less_and_the_others_more():
    few = (Beds(ward=40, intensive=2),)
    setting = Setting(TOWN, COVID, policies=few, first=100)
    worst = replace(setting, policies=(*few, Triage()))

    def waiting(of, seed):
        """Days without any bed of those who are critical, and of the others."""
        series = run(of, seed=seed, n_days=45).series
        critical = series["ward_queue"] + series["intensive_queue"] - series["bed_queue"]
        return critical.sum(), (series["ward_queue"] - critical).sum()

    plain, sorted_ = (
        np.sum([waiting(s, seed) for seed in range(6)], axis=0) for s in (setting, worst)
    )

    assert 0 < sorted_[0] < 0.9 * plain[0]
    assert sorted_[1] > plain[1]


def test_a_room_that_falls_free_goes_to_who_waits_longest_at_home():
    few = Setting(TOWN, COVID, policies=(Isolate(rooms=20),), first=100)

    ran = run(few, seed=1, n_days=60)

    rows, series = ran.state.infected.columns(), ran.series
    assert series["room_queue"].max() > 0
    assert series["room_wait_days"].max() > 1  # some moved after they had waited
    waits = (rows["kept"] == Kept.HOME) & (rows["reported"] >= 0)
    since = rows["kept_from"][waits & (rows["stop"] > 60) & (rows["end"] > 61)]
    assert ran.state.tally["in_rooms"] == 20  # nobody waits beside an empty room
    moved = (rows["bed"] == ROOM) & (rows["reported"] >= 0)
    assert rows["kept_from"][moved].max() <= since.min()  # in order


def test_a_compound_that_stays_quiet_climbs_the_ladder_and_closes_again_after_a_report():
    ladder = CloseCompounds(from_day=0, leakage=0.0, reopen=(Rung(5, 0.5), Rung(10, 1.0)))
    setting = Setting(CITY, COVID, policies=(ladder,), first=0, imported_a_day=0.0)

    closed = run(setting, seed=1, n_days=15).series["closed_people"]

    assert closed.tolist() == [4000.0] * 9 + [0.0] * 6


def test_deliveries_that_riders_cannot_make_wait():
    setting = Setting(
        CITY, COVID, policies=(CloseCompounds(), Deliver(households_a_day=100)), first=0
    )

    series = run(setting, seed=1, n_days=10).series

    assert series["delivered"].tolist() == [100.0] * 10
    assert (np.diff(series["undelivered"]) > 0).all()
    assert series["undelivered"][-1] < CITY.n_households


def test_a_city_holds_few_bytes_a_person_and_has_the_censuss_shape():
    sizes = np.diff(TOWN.household_start.astype(int))
    state = state_of(Setting(TOWN, COVID, first=0), n_days=1)
    own = state.status.nbytes + state.held_until.nbytes + state.held_away.nbytes + state.row.nbytes

    assert TOWN.bytes_per_person + own / TOWN.n_people <= 32
    assert sizes.mean() == pytest.approx(2.47, rel=0.02)
    assert (TOWN.age < 15).mean() == pytest.approx(0.1305, abs=0.002)
    assert (TOWN.age >= 65).mean() == pytest.approx(0.1181, abs=0.002)
