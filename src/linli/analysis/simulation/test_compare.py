"""Do paired worlds show a small difference, and does the quick sketch tell the truth?"""

from itertools import chain

import numpy as np
import pytest

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.compare import (
    OUTCOMES,
    Comparison,
    band_of,
    compare,
    shared_days,
)
from linli.analysis.simulation.dice import bits
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


def test_each_choice_goes_its_own_way_on_the_day_it_differs_and_finds_the_world_it_would_alone():
    settings = {
        "a": town(Isolate(), CloseCompounds(from_day=8, until_day=20)),
        "b": town(Isolate(), CloseCompounds(from_day=8, until_day=14)),
        "c": town(Isolate(), CloseCompounds(from_day=8, until_day=14), Trace(from_day=16)),
        "d": town(Isolate(), first=31),
    }

    found = compare(settings, n_days=24, most_seeds=1, least_seeds=1)

    a, b, c, d = settings.values()
    assert [shared_days(s, 24) for s in ([a, b, c], [b, c], [b, b], [a, d])] == [14, 16, 24, 0]
    for k, setting in enumerate(settings.values()):
        alone = run(setting, seed=1, n_days=24)
        for name in ("infections", "reports", "held_people", "closed_people"):
            assert (
                found.series[name][k, 0].tolist() == alone.series.get(name, np.zeros(24)).tolist()
            )


def test_two_threads_find_what_one_finds_and_hand_over_the_same_worlds_in_order():
    settings = {"nothing": town(), "shut": town(CloseCompounds(from_day=5, leakage=0.0))}
    told = {1: [], 2: []}

    def kept_by(threads):
        return lambda name, seed, ran: told[threads].append((name, seed, ran.state.infected.n))

    one, two = (
        compare(settings, n_days=25, least_seeds=3, most_seeds=12, threads=n, kept=kept_by(n))
        for n in (1, 2)
    )

    assert one.seeds == two.seeds
    assert len(one.seeds) < 12  # the second thread was at work on one more
    assert np.array_equal(one.outcomes, two.outcomes)
    assert told[1] == told[2]
    assert len(told[1]) == 2 * len(one.seeds)


def test_a_comparison_that_is_broken_off_ends_the_worlds_under_way():
    def enough(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare({"nothing": town()}, n_days=400, most_seeds=50, threads=2, told=enough)


def test_seeds_are_added_only_until_the_difference_asked_about_is_clear():
    clear = {"nothing": town(), "shut": town(CloseCompounds(from_day=5, leakage=0.0))}
    alike = {"nothing": town(), "the same": town(CloseCompounds(from_day=99))}

    quick = compare(clear, n_days=40, least_seeds=3, most_seeds=20)
    same = compare(alike, n_days=12, least_seeds=2, most_seeds=9)

    assert 3 <= len(quick.seeds) < 20
    assert quick.is_beyond_doubt(["infections"])
    assert quick.difference("shut", "infections").high < 0
    assert len(same.seeds) == 2  # no difference at all is an answer too
    assert same.difference("the same", "infections").mean == 0


def of_outcomes(worlds):
    """Two choices that differ in infections by so many, by seed."""
    outcomes = np.zeros((2, len(worlds), len(OUTCOMES)))
    outcomes[1, :, 0] = worlds
    seeds = tuple(range(1, len(worlds) + 1))
    return Comparison(("a", "b"), seeds, outcomes, {}, np.zeros((2, 1)))


@pytest.mark.parametrize(("effect", "least"), [(0.0, 0.92), (0.5, 0.9), (2.0, 0.92)])
def test_intervals_hold_the_truth_although_seeds_stop_once_a_difference_is_seen(effect, least):
    dice = np.random.default_rng(11)
    held = []
    for _ in range(400):
        worlds = dice.normal(effect, 1.0, 20)
        stops = (n for n in range(5, 20) if of_outcomes(worlds[:n]).is_beyond_doubt(["infections"]))
        seen = of_outcomes(worlds[: next(stops, 20)]).difference("b", "infections")
        held.append(seen.low <= effect <= seen.high)

    assert np.mean(held) >= least


def test_a_band_holds_one_more_world_in_nine_cases_of_ten_and_of_few_worlds_it_is_all():
    dice = np.random.default_rng(4)
    worlds, one_more = dice.gamma(2.0, size=(20, 4000)), dice.gamma(2.0, size=4000)

    low, high = band_of(worlds)

    inside = np.mean((low <= one_more) & (one_more <= high))
    assert inside == pytest.approx(0.9, abs=3 * (0.09 / 4000) ** 0.5)
    assert band_of([3.0, 1.0, 2.0]).tolist() == [1.0, 3.0]


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


def test_sketches_are_one_world_until_their_choices_differ_on_any_number_of_threads():
    sketch = Screen(town())
    choices = [(CloseCompounds(from_day=12),), (CloseCompounds(from_day=20),)]

    one, two = (sketch.run_all(choices, seeds=[1, 2], n_days=40, threads=n) for n in (1, 2))

    early, late = (worlds[0].infections for worlds in one)
    assert np.array_equal(early[:12], late[:12])
    assert not np.array_equal(early, late)
    assert early.sum() < late.sum()
    for mine, theirs in zip(chain(*one), chain(*two), strict=True):
        assert np.array_equal(mine.infections, theirs.infections)
        assert np.array_equal(mine.reports, theirs.reports)


@pytest.mark.parametrize(("n", "p"), [(7, 0.3), (400, 0.02), (5000, 0.31), (90, 0.9), (3, 1.0)])
def test_the_sketch_draws_binomials(n, p):
    from linli.analysis.simulation.screen_kernel import binomial

    drawn = np.array([binomial(n, p, who, 1) for who in bits(np.uint64(5), np.arange(4000))])

    assert ((drawn >= 0) & (drawn <= n)).all()
    spread = (n * p * (1 - p)) ** 0.5
    assert abs(drawn.mean() - n * p) <= 4 * spread / 4000**0.5
    assert drawn.std() == pytest.approx(spread, rel=0.06, abs=1e-9)


def test_nobody_in_a_sketch_is_infected_twice_and_reports_follow_onsets():
    wild = Screen(town()).run((), seed=1, n_days=150)

    people = np.diff(TOWN.compound.start)
    assert (wild.by_compound <= people).all()
    assert wild.by_compound.sum() == wild.infections.sum() + 30
    assert 0 < wild.reports.sum() < wild.infections.sum()


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
