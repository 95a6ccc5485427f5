"""Do counts teach the right thing, and is a score measured honestly beside its baselines?"""

import numpy as np
import pytest

from linli.analysis.risk import validation
from linli.analysis.risk.clusters import false_discoveries, hot_spots, local_moran, nearest
from linli.analysis.risk.communities import Communities
from linli.analysis.risk.model import shipped
from linli.analysis.risk.posterior import learn, shrunk_rates
from linli.analysis.risk.score import assess
from linli.analysis.risk.simulated import city
from linli.errors import BadInput


def test_slopes_and_spread_that_were_put_in_come_out():
    dice = np.random.default_rng(3)
    n = 4000
    x = dice.standard_normal((n, 2))
    group = dice.integers(0, 20, n)
    effect = dice.normal(0, 0.5, 20)
    people = np.round(np.exp(dice.normal(7, 0.5, n)))
    mean = people * np.exp(-6.0 + x @ [0.7, -0.3] + effect[group])
    cases = dice.poisson(mean * dice.gamma(2.0, 1 / 2.0, n)).astype(float)

    found = learn(cases, people, x, [str(g) for g in group], draws=500)

    assert found.slopes == pytest.approx([0.7, -0.3], abs=0.08)
    assert (np.abs(found.slopes - [0.7, -0.3]) < 4 * found.slope_errors).all()
    assert found.size == pytest.approx(2.0, rel=0.25)
    assert found.district_spread == pytest.approx(0.5, rel=0.4)
    true = mean / people
    assert np.mean((true <= found.high) & (true >= found.low)) > 0.6


def test_errors_of_slopes_are_as_wide_as_slopes_scatter_when_the_noise_is_not_a_gamma():
    slopes, errors = [], []
    for seed in range(80):
        dice = np.random.default_rng(seed)
        x = dice.standard_normal((600, 1))
        people = np.round(np.exp(dice.normal(7, 0.5, 600)))
        noise = np.exp(1.2 * dice.standard_normal(600))  # a longer tail than the model has
        cases = dice.poisson(people * np.exp(-6.0 + 0.7 * x[:, 0]) * noise).astype(float)
        found = learn(cases, people, x, draws=100)
        slopes.append(found.slopes[0] / x.std())
        errors.append(found.slope_errors[0] / x.std())

    assert 0.85 < np.mean(errors) / np.std(slopes, ddof=1) < 1.2


def test_with_few_people_the_model_speaks_and_with_many_the_count_does():
    cases = np.array([2.0, 2000, 100, 100])
    people = np.array([100.0, 100_000, 50_000, 50_000])
    found = learn(cases, people, np.zeros((4, 1)))

    pull = np.abs(found.rate - cases / people) / np.abs(found.expected - cases / people)
    assert pull[1] < 0.05 < pull[0]


def test_shrunk_rates_lie_between_the_own_and_the_common_rate():
    cases, people = np.array([0.0, 30, 8]), np.array([50.0, 2000, 2000])
    common, raw = cases.sum() / people.sum(), cases / people
    found = shrunk_rates(cases, people)

    assert ((found - common) * (raw - common) >= 0).all()
    assert (np.abs(found - common) <= np.abs(raw - common) + 1e-12).all()


@pytest.mark.parametrize(
    ("cases", "inputs", "says"),
    [
        ([0.0, 0, 0], [[1.0], [2], [3]], "There are no cases yet"),
        ([1.0, -1, 0], [[1.0], [2], [3]], "whole numbers of 0 or more"),
        ([1.0, 0.5, 0], [[1.0], [2], [3]], "whole numbers of 0 or more"),
        ([1.0, 1, 0], [[1.0], [np.nan], [3]], "An input of the fit is missing"),
        ([1.0, 1], [[1.0], [2], [3]], "one row a community"),
    ],
)
def test_a_fit_that_cannot_be_is_refused(cases: list, inputs: list, says: str):
    with pytest.raises(BadInput) as told:
        learn(np.array(cases), np.full(3, 100.0), np.array(inputs))

    assert says in told.value.tell()


def test_measures_are_those_of_their_definitions():
    score = np.array([4.0, 3, 3, 1])
    hit = np.array([True, False, True, False])

    pairs = [(1 if a > b else 0.5 if a == b else 0) for a in score[hit] for b in score[~hit]]
    assert validation.area_under(score, hit) == pytest.approx(np.mean(pairs))
    assert validation.average_precision(score, hit) == pytest.approx((1 * 1 + 1 * 2 / 3) / 2)
    assert validation.spearman(score, -score) == pytest.approx(-1)
    slope, brier = validation.calibration(np.array([0.1, 0.2]), np.array([10.0, 10]),
                                          np.array([1.0, 2]))  # fmt: skip
    assert slope == pytest.approx(1)
    assert brier == pytest.approx(np.mean([np.exp(-1) ** 2, np.exp(-2) ** 2]))


def checked(effects: dict[str, float], near: float, seed: int = 3) -> validation.Validation:
    model = shipped("community")
    made = city(model, n=900, seed=seed, effects=effects, near=near, per_person=4e-4)
    risk = assess(made.communities, model, sources=made.sources)
    after = learn(made.before, made.communities.population, np.log(risk.means),
                  made.communities.districts)  # fmt: skip
    scores = {"prior": risk.score, "posterior": after.rate,
              **validation.baselines(made.communities, made.before, risk.scaled)}  # fmt: skip
    return validation.validate(scores, made.after, made.communities, n_resamples=60)


def test_where_factors_cause_cases_the_posterior_beats_every_baseline():
    found = checked({"crowded_homes_pct": 0.7, "clinicians_per_10000": 0.7, "no_guard": 0.4}, 2.0)

    assert found.best["spearman_rate"] == "posterior"
    assert found.best["auc_top_tenth"] == "posterior"
    assert found.measures["prior"]["spearman_rate"].low > 0.05
    own = found.measures["posterior"]["spearman_rate"]
    assert own.low < own.value < own.high


def test_where_nothing_causes_cases_the_score_is_worth_nothing_and_a_baseline_is_named():
    found = checked({}, 0.0)

    prior = found.measures["prior"]["auc_top_tenth"]
    assert prior.low < 0.5 < prior.high
    assert found.best["auc_any"] == "population"


def test_a_split_without_a_truth_is_refused():
    made = city(shipped("community"), n=30, seed=1, effects={}, near=0.0)
    with pytest.raises(BadInput) as told:
        validation.validate({"x": np.arange(30.0)}, np.zeros(30), made.communities)

    assert "0 of 30 communities had cases after the split" in told.value.tell()


def grid(side: int = 20) -> tuple[Communities, np.ndarray]:
    x, y = (a.ravel() for a in np.meshgrid(np.arange(side), np.arange(side)))
    points = np.column_stack([114 + x * 0.01, 30 + y * 0.01])
    n = side * side
    made = Communities(tuple(map(str, range(n))), points, np.ones(n), ("f",), np.ones((n, 1)))
    values = np.random.default_rng(1).standard_normal(n) + 4.0 * ((x < 5) & (y < 5))
    return made, values


def test_a_hot_corner_is_found_and_little_else():
    made, values = grid()
    for found in (hot_spots(values, nearest(made)), local_moran(values, nearest(made))):
        inside = (made.points[:, 0] < 114.035) & (made.points[:, 1] < 30.035)
        assert (found.kind[inside] == "high").mean() > 0.9
        far = (made.points[:, 0] > 114.075) | (made.points[:, 1] > 30.075)
        assert found.holds[far].mean() < 0.03


def test_chance_alone_shows_no_more_than_the_rate_of_false_discoveries():
    made, _ = grid()
    shown = [
        hot_spots(np.random.default_rng(s).standard_normal(400), nearest(made),
                  n_shuffles=999).holds.any()
        for s in range(10)
    ]  # fmt: skip

    assert sum(shown) <= 3


def test_an_island_is_a_status_and_takes_no_part_in_the_false_discoveries():
    made, values = grid()
    points = made.points.copy()
    points[-1] = [120.0, 36.0]
    apart = Communities(made.ids, points, made.population, made.factors, made.values)
    found = hot_spots(values, nearest(apart, within_m=5000))

    assert found.kind[-1] == "island"
    assert np.isnan(found.p[-1])
    assert not found.holds[-1]


def test_the_false_discovery_rate_is_that_of_benjamini_and_hochberg():
    p = np.array([0.01, 0.02, 0.03, 0.5, np.nan])

    assert false_discoveries(p, share=0.05).tolist() == [True, True, True, False, False]
    assert not false_discoveries(np.array([0.04, 0.5])).any()
