"""Do paired worlds show a small difference, and do the quick sketch and the fit tell the truth?"""

import csv
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import pytest

from linli.analysis.simulation import calibrate
from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.compare import compare, shared_days
from linli.analysis.simulation.disease import shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.policies import OUTSIDE, CloseCompounds, Isolate, Reduce, Trace
from linli.analysis.simulation.screen import Screen, best_day, first_to_close
from linli.analysis.simulation.setting import Setting
from linli.errors import BadInput

TOWN = build(even_grids(20_000, n_districts=2), CityPlan(), np.random.default_rng(1))
COVID = shipped("covid-19-2020")


def town(*policies, first=30):
    return Setting(TOWN, COVID, policies=policies, first=first)


def test_days_that_worlds_share_are_run_once_and_change_nothing():
    settings = {"early": town(Isolate(), CloseCompounds(from_day=15)), "late": town(Isolate(), CloseCompounds(from_day=18))}  # noqa: E501  # fmt: skip

    found = compare(settings, n_days=30, most_seeds=2, least_seeds=2)

    assert shared_days(list(settings.values()), 30) == 15
    for k, setting in enumerate(settings.values()):
        alone = run(setting, seed=2, n_days=30)
        assert found.series["infections"][k, 1].tolist() == alone.series["infections"].tolist()


def test_seeds_are_added_only_until_the_difference_asked_about_is_clear():
    clear = {"nothing": town(), "shut": town(CloseCompounds(from_day=5, leakage=0.0))}
    alike = {"nothing": town(), "the same": town(CloseCompounds(from_day=99))}

    quick = compare(clear, n_days=40, least_seeds=3, most_seeds=9)
    same = compare(alike, n_days=12, least_seeds=2, most_seeds=9)

    assert len(quick.seeds) == 3
    assert quick.difference("shut", "infections").high < 0
    assert len(same.seeds) == 2  # no difference at all is an answer too
    assert same.difference("the same", "infections").mean == 0


def test_no_choice_that_another_beats_in_everything_is_kept():
    settings = {
        "nothing": town(),
        "trace": town(Isolate(), Trace()),
        "shut for no gain": town(CloseCompounds(from_day=39, leakage=1, within=1, until_day=40)),
        "shut": town(CloseCompounds(from_day=10)),
    }

    found = compare(settings, n_days=40, most_seeds=2, least_seeds=2)

    assert set(found.unbeaten()) >= {"trace", "shut"}
    assert "shut" in found.unbeaten()


def test_an_outcome_that_does_not_exist_and_no_seeds_are_refused():
    with pytest.raises(BadInput, match="luck is no outcome"):
        compare({"nothing": town()}, n_days=5, asked=("luck",))
    with pytest.raises(BadInput, match="0 seeds compare nothing"):
        compare({"nothing": town()}, n_days=5, most_seeds=0)


@pytest.mark.slow
def test_closing_a_day_later_shows_with_a_twentieth_of_the_variance():
    city = build(even_grids(60_000), CityPlan(), np.random.default_rng(1))
    common = {"city": city, "disease": COVID, "first": 40}
    sizes = np.array(
        [
            [
                run(Setting(policies=(CloseCompounds(from_day=day),), **common), seed=s, n_days=50)
                .series["infections"].sum()
                for s in range(20)
            ]
            for day in (22, 23)
        ]
    )  # fmt: skip

    paired = (sizes[1] - sizes[0]).var(ddof=1)
    apart = sizes[1].var(ddof=1) + sizes[0].var(ddof=1)

    assert paired / apart <= 0.05
    assert (sizes[1] > sizes[0]).mean() > 0.9


def test_the_sketch_ranks_choices_as_the_engine_does():
    choices = [
        (), (CloseCompounds(from_day=20),), (CloseCompounds(from_day=12),),
        (Reduce(layers=dict.fromkeys(OUTSIDE, 0.4)),),
    ]  # fmt: skip
    sketch = Screen(town())

    quick = [
        np.mean([sketch.run(p, seed=s, n_days=50).infections.sum() for s in range(3)])
        for p in choices
    ]
    slow = [
        np.mean([run(town(*p), seed=s, n_days=50).series["infections"].sum() for s in range(3)])
        for p in choices
    ]

    assert np.argsort(quick).tolist() == np.argsort(slow).tolist()


def test_waiting_costs_more_the_longer_and_the_worst_compounds_come_first():
    sketch = Screen(town())
    cost = best_day(sketch, CloseCompounds(), [5, 15, 25], seeds=range(4), n_days=60)

    chosen = first_to_close(sketch, CloseCompounds(from_day=10), n=3, seeds=range(4), n_days=60)

    assert cost[5] < cost[15] < cost[25]
    assert len(set(chosen)) == 3
    assert sum(TOWN.compounds_of(chosen)) == 3


def test_the_sketch_says_what_it_does_not_know():
    with pytest.raises(BadInput, match="does not know trace"):
        Screen(town()).run((Trace(),), seed=1, n_days=5)


def announced():
    """New reports of each day from 1 January to 8 March 2020; NaN where not both totals stand."""
    text = files("linli.demo.wuhan").joinpath("daily_counts.csv").read_text("utf-8")
    total = {date.fromisoformat(r["date"]): int(r["confirmed"]) for r in csv.DictReader(text.splitlines())}  # noqa: E501  # fmt: skip
    found = np.full(68, np.nan)
    for n in range(15, 68):
        day = date(2020, 1, 1) + timedelta(days=n)
        if {day, day - timedelta(days=1)} <= set(total):
            found[n] = max(0, total[day] - total[day - timedelta(days=1)])
    return found


@pytest.mark.slow
def test_wuhans_reports_bring_back_the_published_path_of_r_and_its_end():
    seen = announced()

    found = calibrate.fit(calibrate.WUHAN_2020, seen, np.random.default_rng(1), rounds=400)

    low, middle, high = found.r_path()
    published = np.array([3.54, 3.32, 1.18, 0.51, 0.28])  # Hao et al. (2020), five periods
    assert ((low <= published) & (published <= high)).sum() >= 4
    assert np.abs(middle - published)[2] <= 0.3
    assert np.abs(middle - published)[3] <= 0.15
    assert (np.abs(middle - published) <= [0.6, 0.6, 0.3, 0.15, 0.25]).all()
    assert (np.diff(middle) < 0).all()
    known = np.isfinite(seen)
    total = np.median(found.reports[:, known].sum(axis=1))
    assert total == pytest.approx(seen[known].sum(), rel=0.15)
    # "From about a thousand a day to under a hundred, half a month after closing" (17 February).
    foretold = found.foretold(np.random.default_rng(2))
    before, after = foretold[:, 47], foretold[:, 62:68].mean(axis=1)
    assert np.quantile(before, 0.05) < 1660 < np.quantile(before, 0.95)
    assert np.quantile(after, 0.05) < 100 < np.quantile(after, 0.95)


def test_a_series_made_by_the_model_gives_its_parameters_back():
    model = calibrate.WUHAN_2020
    true = np.log([[1.1, 0.5, 0.3, 0.2, 1.0, 1.0, 1.0, 20.0]])
    true[0, -4] = 0.6  # of the tested, on the sampler's scale
    mean, _ = calibrate.simulate(model, true, 60)
    rng = np.random.default_rng(3)
    seen = rng.negative_binomial(20, 20 / (20 + mean[0])).astype(float)

    found = calibrate.fit(model, seen, rng, rounds=60, walkers=32)

    low, high = np.quantile(found.draws[:, :4], [0.01, 0.99], axis=0)
    assert (low <= np.exp(true[0, :4])).all()
    assert (np.exp(true[0, :4]) <= high).all()


def test_a_series_that_is_none_is_refused():
    with pytest.raises(BadInput, match="one series of numbers"):
        calibrate.fit(calibrate.WUHAN_2020, np.full(5, np.nan), np.random.default_rng(1))
