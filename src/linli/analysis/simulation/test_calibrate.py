"""Does the fit of a reported series tell the truth, and is what is known of it checked?"""

import csv
import re
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import pytest

from linli.analysis.simulation import calibrate
from linli.analysis.simulation.epidemic_model import (
    WrongEpidemic,
    epidemic_names,
    read_epidemic,
    shipped_epidemic,
)
from linli.errors import BadInput

WUHAN, STARTS = shipped_epidemic("wuhan-2020")
N_DAYS = 68  # to 8 March 2020


def announced():
    """New reports from 1 January to 8 March 2020; a day without a total is in the next step."""
    text = files("linli.demo.wuhan").joinpath("daily_counts.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    total = {date.fromisoformat(r["date"]): int(r["confirmed"]) for r in rows}
    found, before = np.full(N_DAYS, np.nan), None
    for n in range(-1, N_DAYS):
        now = total.get(STARTS + timedelta(days=n))
        if now is not None:
            if before is not None:
                found[n] = max(0, now - before)
            before = now
    return found


@pytest.mark.slow
def test_wuhans_reports_bring_back_the_published_path_of_r_and_its_end():
    seen = announced()

    found = calibrate.fit(WUHAN, seen, np.random.default_rng(1), rounds=4000)

    low, middle, high = found.r_path()
    published = np.array([3.54, 3.32, 1.18, 0.51, 0.28])  # Hao et al. (2020), five periods
    assert (np.abs(middle - published) <= np.where(published > 1, 0.3, 0.15)).all()
    assert ((low <= published) & (published <= high)).all()
    assert found.mixed < 1.05
    total = np.median(found.reports.sum(axis=1))
    assert total == pytest.approx(np.nansum(seen), rel=0.15)
    # "From about a thousand a day to under a hundred, half a month after closing" (17 February).
    foretold = found.foretold(np.random.default_rng(2))
    before, after = foretold[:, 47], foretold[:, 62:68].mean(axis=1)
    assert 800 < np.median(before) < 1250
    assert np.quantile(before, 0.05) < 1660 < np.quantile(before, 0.95)  # the day's announcement
    assert 40 < np.quantile(after, 0.05) < np.median(after) < 100 < np.quantile(after, 0.95) < 150


def true_world(n_days=60):
    """Parameters on the sampler's scale, and a series they made."""
    true = np.log([[1.1, 0.5, 0.3, 0.2, 1.0, 1.0, 1.0, 1.0, 20.0]])
    true[0, calibrate.TESTED] = 0.6
    model = shipped_without_onsets()
    mean = calibrate.simulate(model, true, n_days)[0][0]
    seen = np.random.default_rng(3).negative_binomial(20, 20 / (20 + mean)).astype(float)
    return model, true, seen


def shipped_without_onsets():
    shipped = files("linli.analysis.simulation").joinpath("epidemics", "wuhan-2020.toml")
    text = shipped.read_text("utf-8")
    return read_epidemic(re.sub(r"(?s)\[\[onsets.*?(?=\n\[sources)", "", text), name="mine")[0]


def test_a_series_made_by_the_model_gives_its_parameters_back():
    model, true, seen = true_world()

    found = calibrate.fit(model, seen, np.random.default_rng(3), rounds=400, walkers=32)

    low, high = np.quantile(found.draws[:, :4], [0.005, 0.995], axis=0)
    assert (low <= np.exp(true[0, :4])).all()
    assert (np.exp(true[0, :4]) <= high).all()


def test_weak_priors_say_nothing_of_this_epidemic_and_the_series_still_tells_most():
    model, true, seen = true_world()

    found = calibrate.fit(
        model, seen, np.random.default_rng(3), rounds=1500, priors=calibrate.Priors.WEAK
    )

    low, high = np.quantile(found.draws[:, :4], [0.005, 0.995], axis=0)
    assert (low <= np.exp(true[0, :4])).all()
    assert (np.exp(true[0, :4]) <= high).all()


def test_weak_priors_put_r_of_every_period_within_a_factor_of_ten_about_one():
    prior = calibrate.prior_of(WUHAN, calibrate.Priors.WEAK)
    drawn = prior.middle + prior.sd * np.random.default_rng(1).standard_normal((4000, 9))
    one = np.ones(4000)

    r = WUHAN.r_of(np.exp(drawn[:, :4]), one, one)

    low, middle, high = np.quantile(r, [0.05, 0.5, 0.95], axis=0)
    assert middle == pytest.approx(np.ones(5), rel=0.1)
    assert low == pytest.approx(np.full(5, 0.1), rel=0.15)
    assert high == pytest.approx(np.full(5, 10.0), rel=0.15)


def test_priors_nobody_wrote_are_refused_and_the_known_are_named():
    with pytest.raises(BadInput, match=r"There are no priors strong\. Choose: usual, weak"):
        calibrate.priors_of("strong")


def test_a_number_published_after_a_gap_stands_for_the_days_of_the_gap_too():
    seen = np.array([np.nan, 5.0, np.nan, np.nan, 30.0])
    mean = np.array([[9.0, 5.0, 10.0, 10.0, 10.0]])

    whole = calibrate._likely(seen, mean, np.array([3.0]))
    same = calibrate._likely(np.array([5.0, 30.0]), np.array([[5.0, 30.0]]), np.array([3.0]))

    assert whole == pytest.approx(same)


def test_what_was_found_of_onsets_moves_the_fit_towards_it():
    seen = announced()
    plain = shipped_without_onsets()

    def share(model):
        found = calibrate.fit(model, seen, np.random.default_rng(1), rounds=300)
        return np.median(found.onsets[:, 22:35].sum(axis=1) / found.onsets.sum(axis=1))

    assert abs(share(WUHAN) - 0.5127) < abs(share(plain) - 0.5127)


def test_people_are_conserved_where_nobody_leaves():
    model, true, _ = true_world()
    reports, infections, onsets = calibrate.simulate(model, true, 200)

    assert infections.sum() < model.people
    assert (reports - calibrate.FLOOR >= 0).all()
    assert onsets.sum() <= model.reported * (infections.sum() + 20_000)


@pytest.mark.parametrize(
    ("series", "names"),
    [
        (np.full(70, np.nan), "one series of numbers"),
        (np.full(70, -1.0), "one series of numbers"),
        (np.ones(50), "past the last report"),
    ],
)  # fmt: skip
def test_a_series_that_cannot_be_fitted_is_refused(series, names):
    with pytest.raises(BadInput, match=names):
        calibrate.fit(WUHAN, series, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("starts = 2020-01-01", "starts = 1", "starts: is no date"),
        ("late_from = 2020-02-17", 'late_from = "soon"', "late_from: 'soon' is no date"),
        ("early_onsets = [110, 75, 34]", "early_onsets = [110]", "early_onsets: needs three"),
        ("reported = 0.2", "reported = 1.3", "1.3 reported is no share"),
        ("reported = 0.2", "luck = 0.2", "luck: is not known"),
        ("ill_days = 2.9", "ill_days = -2", "ill_days: -2 is not 0 or more"),
        ("ill_days = 2.9", "ill_days = 0", "have to be above 0"),
        ("from = 2020-01-10", "from = 2020-02-10", "have to rise"),
        ("rate = 4", "rate = 7", "numbered from 1"),
        ("report_days = 21\n", "", "period: needs from, rate, report_days"),
        ("share = 0.5127", "share = 1.5", "1.5 is no share of onsets"),
        ("[[period]]", "[[period", "file:"),
    ],
)
def test_what_is_wrong_in_what_is_known_is_refused_by_name(old, new, names):
    folder = files("linli.analysis.simulation").joinpath("epidemics")
    text = folder.joinpath("wuhan-2020.toml").read_text("utf-8")
    assert old in text

    with pytest.raises(BadInput, match=re.escape(names)):
        read_epidemic(text.replace(old, new, 1), name="mine")


def test_an_epidemic_nobody_shipped_is_refused_and_the_known_are_named():
    assert epidemic_names() == ["wuhan-2020"]
    with pytest.raises(BadInput, match="There is no epidemic plague"):
        shipped_epidemic("plague")
    assert issubclass(WrongEpidemic, BadInput)
