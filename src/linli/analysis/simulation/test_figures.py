"""Is each figure of a what-if what the rows of the infected come to, counted another way?"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.care import INTENSIVE, WARD
from linli.analysis.simulation.compare import compare
from linli.analysis.simulation.disease import Duration, shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import (
    Beds,
    CloseCompounds,
    Deliver,
    Isolate,
    Trace,
)  # fmt: skip
from linli.analysis.simulation.setting import Setting

TOWN = build(even_grids(20_000, n_districts=2), CityPlan(), np.random.default_rng(1))
COVID = shipped("covid-19-2020")
N_DAYS, FIRST = 50, 60
FEW_BEDS = (Isolate(), Beds(ward=25, intensive=4))


def watched(policies, *, seen=None, first=FIRST):
    """A world, and of each evening the bed and the quarantine of everybody."""
    setting = Setting(TOWN, COVID, policies, seen or Observation(), first=first)
    evenings = []

    def note(state):
        columns, tally = state.infected.columns(), state.tally
        evenings.append(
            {
                "bed": columns["bed"].copy(), "n_died": int(columns["died"].sum()),
                "n_held": int((state.held_until > state.day - 1).sum()),
                "waits": set(tally["wait_ward"]) | set(tally["wait_intensive"]),
                "over": columns["end"] <= state.day,
            }
        )  # fmt: skip

    return run(setting, seed=3, n_days=N_DAYS, on_day=note), evenings


@pytest.fixture(scope="module")
def short_of_beds():
    return watched(FEW_BEDS)


def test_infections_reports_and_deaths_are_those_of_the_rows(short_of_beds):
    ran, evenings = short_of_beds
    rows, series = ran.state.infected.columns(), ran.series

    new = rows["source"] >= 0
    assert series["infections"].sum() == new.sum() == len(new) - FIRST
    counted = ran.counted_on
    assert np.array_equal(np.bincount(counted[new], minlength=N_DAYS), series["infections"])
    late = counted[new] - np.floor(rows["at"][new])
    assert set(late.tolist()) <= {0, 1}  # who infects on the day of infection does so the day after
    reported = rows["reported"][rows["reported"] >= 0]
    assert np.array_equal(np.bincount(reported, minlength=N_DAYS), series["reports"])
    assert np.array_equal(np.cumsum(series["deaths"]), [e["n_died"] for e in evenings])


def test_people_in_beds_are_counted_and_who_waits_for_two_kinds_is_one(short_of_beds):
    ran, evenings = short_of_beds
    series = ran.series

    for name, kind in (("ward_in", WARD), ("intensive_in", INTENSIVE)):
        assert series[name].tolist() == [(e["bed"] == kind).sum() for e in evenings]
    assert series["bed_queue"].tolist() == [len(e["waits"]) for e in evenings]
    both = series["ward_queue"] + series["intensive_queue"]
    assert (series["bed_queue"] <= both).all()
    assert (series["bed_queue"] < both).any()


def test_nobody_is_moved_from_intensive_care_to_a_ward_while_as_ill(short_of_beds):
    _, evenings = short_of_beds

    assert sum((e["bed"] == INTENSIVE).sum() for e in evenings) > 0
    for before, after in pairwise(evenings):
        there = np.flatnonzero(before["bed"] == INTENSIVE)
        assert not (after["bed"][there] == WARD).any()


def test_people_behind_gates_and_in_quarantine_are_counted_on_the_days_that_hold():
    gates = CloseCompounds(from_day=0, until_day=N_DAYS - 1)
    ran, evenings = watched((Isolate(), Trace(), gates))

    assert ran.series["held_people"].tolist() == [e["n_held"] for e in evenings]
    assert ran.series["closed_people"].tolist() == [20_000.0] * (N_DAYS - 1) + [0.0]
    last = watched((CloseCompounds(from_day=N_DAYS - 1),))[0].series["closed_people"]
    assert last.tolist() == [0.0] * (N_DAYS - 1) + [20_000.0]


def test_infections_by_compound_add_up_to_the_infections():
    settings = {
        "open": Setting(TOWN, COVID, FEW_BEDS, first=FIRST),
        "shut": Setting(TOWN, COVID, (*FEW_BEDS, CloseCompounds(from_day=9)), first=FIRST),
    }

    found = compare(settings, n_days=25, most_seeds=2, least_seeds=2)

    assert found.by_compound.sum(axis=1) == pytest.approx(found.outcomes[:, :, 0].mean(axis=1))


def test_a_few_ill_among_many_others_get_their_share_of_the_tests():
    period = Period(onset_to_visit=Duration(1.0), tests_a_day=10)
    few = Observation(periods=(period,), others_per_100k=200, sensitivity=1.0, mild_seek=1.0)
    alone = replace(COVID, r0=0.0, severe=(0.0,) * 9, symptomatic=(1.0,) * 9)
    setting = Setting(TOWN, alone, (), few, first=20)

    worlds = [run(setting, seed=s, n_days=40) for s in range(40)]

    visits = np.concatenate([w.state.infected.columns()["visits"] for w in worlds])
    came = np.bincount(visits, minlength=40)[:40] / len(worlds)
    ours = others = tested = 0.0
    for n_came in came[:-1]:  # results come a day later
        ours, others = ours + n_came, others + 40
        share = ours / (ours + others)
        tested, ours, others = tested + 10 * share, ours - 10 * share, others - 10 * (1 - share)
    reports = [w.series["reports"].sum() for w in worlds]
    assert np.mean(reports) == pytest.approx(tested, abs=3 * (tested / len(worlds)) ** 0.5)


def test_where_nobody_counts_deliveries_there_is_no_figure_of_them_and_no_choice_is_beaten_by_it():
    shut = CloseCompounds(from_day=0)
    settings = {
        "nobody counts": Setting(TOWN, COVID, (shut,), first=5),
        "too few riders": Setting(TOWN, COVID, (shut, Deliver(households_a_day=10)), first=5),
    }

    found = compare(settings, n_days=8, most_seeds=2, least_seeds=2)

    assert not found.counts("nobody counts", "undelivered_days")
    assert found.counts("too few riders", "undelivered_days")
    assert set(found.unbeaten()) == set(settings)
