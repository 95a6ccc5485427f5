"""Do the compounds named first spare the most, and is what is promised what closing then does?"""

from dataclasses import replace

import numpy as np
import pytest

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.disease import Duration, shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import CloseCompounds, Isolate
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.target import (
    Tree,
    clear_chance,
    first_to_close,
    spared_by,
    tree_of,
)
from linli.errors import BadInput

DAYS, DAY, N = 40, 14, 8
SEEN = Observation(periods=(Period(onset_to_visit=Duration(3.0, 2.0)),))


@pytest.fixture(scope="module")
def setting():
    city = build(even_grids(60_000, n_districts=2), CityPlan(), np.random.default_rng(3))
    return Setting(city, shipped("covid-19-2020"), (Isolate(),), SEEN, first=10)


@pytest.fixture(scope="module")
def runs(setting):
    return [run(setting, seed=s, n_days=DAYS) for s in (1, 2, 3)]


CLOSE = CloseCompounds(from_day=DAY, leakage=0.05)


def closed(setting, numbers):
    names = setting.city.compound.names
    where = tuple(f"compound:{names[n]}" for n in numbers)
    policies = (*setting.policies, replace(CLOSE, where=where))
    worlds = [run(replace(setting, policies=policies), seed=s, n_days=DAYS) for s in (1, 2, 3)]
    return float(np.mean([w.series["infections"].sum() for w in worlds]))


def test_the_first_ones_spare_more_than_others_and_than_those_with_most_reports(setting, runs):
    chosen, gains = first_to_close(runs, CLOSE, n=N)
    reported = sum(r.state.reports[:, :DAY].sum(axis=1) for r in runs)
    most_reports = np.argsort(-reported, kind="stable")[:N]
    others = np.random.default_rng(5).choice(len(setting.city.compound), N, replace=False)

    assert (np.diff(gains) <= 0).all()
    assert closed(setting, chosen) < closed(setting, most_reports)
    assert closed(setting, chosen) < closed(setting, others)


def test_what_gates_would_have_spared_in_a_tree_is_counted_once():
    # Compound 0 infects 1, which infects 2 and 3; 4 came from nowhere.
    source = np.array([-1, 0, 1, 1, -1])
    own = np.array([0, 1, 2, 1, 3])
    other = np.array([0, 0, 1, 1, 3])
    stopped = np.array([0, 0.5, 0.5, 0.5, 0])
    made = Tree(source, stopped, own, other, [np.array([0, 4]), np.array([1]), np.array([2, 3])])

    where = np.array([False, True, False, False])
    left = [1.0, 0.5, 0.25, 0.25, 1.0]
    assert _spared(made, where) == pytest.approx(5 - sum(left))


def _spared(tree, where):
    from unittest.mock import patch

    with patch("linli.analysis.simulation.target.tree_of", return_value=tree):
        return spared_by([None], CLOSE, where)


def test_what_a_compound_alone_spares_is_counted_once_however_often_a_chain_comes_by(runs):
    chosen, gains = first_to_close(runs, CLOSE, n=N)

    everywhere = np.arange(len(runs[0].setting.city.compound))
    alone = [spared_by(runs, CLOSE, everywhere == n) for n in chosen]
    assert gains == pytest.approx(alone)


def test_gates_that_let_everything_through_spare_nothing(runs):
    open_gates = replace(CLOSE, leakage=1.0, within=1.0)

    _, gains = first_to_close(runs, open_gates, n=N)

    assert gains.sum() == 0


def test_only_what_happens_after_the_day_can_be_spared(runs):
    tree = tree_of(runs[0], replace(CLOSE, from_day=DAYS))

    assert tree.stopped.sum() == 0


def test_an_area_is_clear_in_as_many_worlds_as_have_nobody_unknown_there(setting, runs):
    areas = setting.city.community.of(setting.city.compound.start[:-1])

    first, late = clear_chance(runs, areas, 0), clear_chance(runs, areas, DAYS)

    assert (first == 1).all()
    assert late.mean() < 0.5
    assert set(np.round(late * 3, 6)) <= {0, 1, 2, 3}


def test_more_compounds_than_there_are_cannot_be_chosen(runs):
    with pytest.raises(BadInput, match="cannot be chosen"):
        first_to_close(runs, CLOSE, n=10_000)
