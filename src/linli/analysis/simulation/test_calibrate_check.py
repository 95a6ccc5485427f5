"""Do persons in households bring a fit back, is a wrong mapping noticed, and is a truth found?"""

from dataclasses import replace

import numpy as np
import pytest

from linli.analysis.simulation import calibrate, calibrate_agents, calibrate_check
from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.calibrate_agents import Drawn, as_agents, wait_of
from linli.analysis.simulation.calibrate_check import announce, infections_of, ratio_of_r, tuned
from linli.analysis.simulation.city import City
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.epidemic_model import Model
from linli.analysis.simulation.test_calibrate import shipped_without_onsets
from linli.errors import BadInput

N_DAYS = 68
PERIODS = (0, 2, 3, 4)  # the first with each contact rate


def model_of(people: int) -> Model:
    return replace(shipped_without_onsets(), people=people)


def truth_of(model: Model, r: tuple[float, ...], **others: float) -> tuple[Drawn, np.ndarray]:
    """A draw whose R is this in the periods with a rate of their own, and its R by period."""
    said = {"tested": 0.7, "start": 1.0, "slower": 1.0, "slower_late": 1.0, **others}
    slower, late = np.array([said["slower"]]), np.array([said["slower_late"]])
    days = model.r_of(np.ones((1, 4)), slower, late)[0]
    contact = np.array(r) / days[list(PERIODS)]
    return Drawn(contact=contact, **said), contact[list(model.shared)] * days


@pytest.fixture(scope="module")
def small() -> tuple[Model, City, Drawn]:
    model = model_of(200_000)
    city = build(even_grids(200_000), CityPlan(), np.random.default_rng(1))
    return model, city, truth_of(model, (2.2, 0.9, 0.7, 0.4))[0]


def brought_back(
    model: Model, city: City, drawn: Drawn, homes: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """Agents over fit: all reports, and R by period; and how many days later they report."""
    reports, fit, _ = (v[0] for v in calibrate.simulate_natural(model, drawn.natural, N_DAYS))
    got, courses = [], []
    for seed in range(1, 5):
        said, ran, _ = announce(model, city, drawn, np.random.default_rng(seed), n_days=N_DAYS,
                                seed=seed, open_homes=homes)  # fmt: skip
        got.append(said)
        courses.append(infections_of(ran, N_DAYS))
    said, days = np.mean(got, axis=0), np.arange(N_DAYS)
    later = said @ days / said.sum() - reports @ days / reports.sum()
    r = ratio_of_r(model, np.mean(courses, axis=0), fit)
    return float(said.sum() / reports.sum()), float(later), r


@pytest.fixture(scope="module")
def homes(small: tuple[Model, City, Drawn]) -> np.ndarray:
    return tuned(*small, n_days=N_DAYS).open


def test_agents_bring_back_the_reports_and_the_r_of_the_fit(small, homes):
    reports, later, r = brought_back(*small, homes)

    assert reports == pytest.approx(1.0, abs=0.2)
    assert later == pytest.approx(0.0, abs=1.0)
    assert r == pytest.approx(np.ones(5), abs=0.15)


@pytest.mark.parametrize("broken", ["nobody leaves", "waits twice as long", "twice as infectious"])
def test_a_mapping_that_is_off_is_noticed(small, homes, monkeypatch, broken):
    if broken == "nobody leaves":
        one = np.ones(N_DAYS)
        monkeypatch.setattr(calibrate_agents, "staying", lambda *_: (one, one))
    elif broken == "waits twice as long":

        def longer(*given):
            wait = wait_of(*given)
            return replace(wait, mean_days=2 * wait.mean_days)

        monkeypatch.setattr(calibrate_agents, "wait_of", longer)
    else:
        whole = calibrate_agents.lasting_r
        monkeypatch.setattr(calibrate_agents, "lasting_r", lambda *given: 1.3 * whole(*given))

    reports, later, r = brought_back(*small, homes)

    assert abs(reports - 1.0) > 0.2 or abs(later) > 1.0 or (np.abs(r - 1.0) > 0.15).any()


def test_first_cases_infect_more_at_home_than_later_ones_do(small, homes):
    assert (homes < 0.95).all()


def test_a_wait_whose_rate_is_steady_has_the_mean_and_the_shape_of_the_fit():
    model = replace(model_of(200_000), report_days=(6.0,) * 5)
    drawn, _ = truth_of(model, (2.0, 1.0, 1.0, 1.0))

    wait = wait_of(model, drawn, 10)

    assert wait.mean_days == pytest.approx(6.0, rel=0.05)
    assert wait.sd_days == pytest.approx(6.0 / 3**0.5, rel=0.1)  # three steps


def test_a_wait_that_shortens_meanwhile_is_shorter_than_its_first_day_says():
    model = model_of(200_000)
    drawn, _ = truth_of(model, (2.0, 1.0, 1.0, 1.0))

    assert wait_of(model, drawn, 5).mean_days < model.wait_days(5) - 2


def test_where_the_fit_asks_for_less_than_homes_infect_contacts_outside_stop(small):
    model, city, _ = small
    drawn, _ = truth_of(model, (2.2, 0.9, 0.7, 0.05))

    agents = as_agents(model, city, drawn, n_days=N_DAYS)

    assert agents.at_floor[60]
    assert not agents.at_floor[10]


def test_as_many_are_infected_at_the_start_as_the_fit_has(small, homes):
    model, city, drawn = small
    agents = as_agents(model, city, drawn, n_days=N_DAYS, open_homes=homes)

    seen = run(agents.setting, seed=1, n_days=1).state.infected.columns()

    ill = seen["onset"] < 32_000  # those who are seen
    at_28, latent = seen["at"] < 28, seen["start"] >= 28
    stages = [
        (ill & at_28 & latent).sum(),
        (ill & at_28 & ~latent & (seen["onset"] >= 28)).sum(),
    ]
    wanted = drawn.start / drawn.tested * np.array(model.early_onsets[:2])
    assert stages == pytest.approx(wanted, rel=0.25)


def test_announced_numbers_and_gaps_are_held_against_bands():
    announced = np.array([np.nan, 2.0, np.nan, 9.0])
    worlds = np.array([[5.0, 1.0, 4.0, 4.0], [5.0, 3.0, 6.0, 6.0]])

    known, seen = calibrate_check.steps(announced, worlds)

    assert known.tolist() == [2.0, 9.0]
    assert seen.tolist() == [[1.0, 8.0], [3.0, 12.0]]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"worlds": 1, "people": 200_000}, "1 worlds check nothing. Give 2 or more."),
        ({"worlds": 5, "people": 900}, "A city of 900 people cannot stand for this epidemic."),
        ({"worlds": 5, "people": 200_001}, "Give 20000 to 200000."),
    ],
)
def test_a_check_that_cannot_be_is_refused(given, names):
    with pytest.raises(BadInput, match=names):
        calibrate_check.refuse(model_of(200_000), **given)


@pytest.mark.search
@pytest.mark.slow
def test_a_truth_that_agents_lived_through_is_found_from_what_was_announced():
    """Blind: the fit knows periods, waits and stages, and nothing of R, tests or the start."""
    model = model_of(1_000_000)
    city = build(even_grids(1_000_000), CityPlan(), np.random.default_rng(1))
    found = []
    for r, others in (
        ((2.2, 1.1, 0.8, 0.5), {"tested": 0.7, "start": 1.2, "slower_late": 1.2}),
        ((2.8, 0.7, 0.5, 0.3), {"tested": 0.5, "start": 0.8, "slower": 0.9, "slower_late": 1.5}),
        ((1.8, 1.4, 1.0, 0.6), {"tested": 0.85, "start": 1.5, "slower": 1.1, "slower_late": 0.9}),
    ):
        drawn, true = truth_of(model, r, **others)
        homes = tuned(model, city, drawn, n_days=N_DAYS).open
        seen, _, _ = announce(model, city, drawn, np.random.default_rng(1), n_days=N_DAYS, seed=1,
                              open_homes=homes)  # fmt: skip

        fit = calibrate.fit(model, seen, np.random.default_rng(5), rounds=3000)

        low, _, high = fit.r_path()
        found.append((low <= true) & (true <= high))
        assert (np.abs(fit.r_path()[1] - true) < 0.2 * np.maximum(true, 1.0)).all()
    assert np.sum(found) >= 13  # of 15, at 95 %
