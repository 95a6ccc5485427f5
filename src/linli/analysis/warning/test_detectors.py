"""Do detectors warn of what stands out, stay quiet otherwise, and say why they say nothing?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom

from linli.analysis.warning.calendar import terms
from linli.analysis.warning.cusum import Scale, cusum, scaled
from linli.analysis.warning.detect import Method, detect
from linli.analysis.warning.ears import Rule, Variant, ears
from linli.analysis.warning.farrington import IMPROVED, ORIGINAL, Bound, farrington, reference
from linli.analysis.warning.finding import Status
from linli.analysis.warning.glr import glr
from linli.analysis.warning.outbreak_p import outbreak_p
from linli.analysis.warning.tail import false_discoveries, tail
from linli.analysis.warning.windows import bayes, rki
from linli.errors import BadInput

QUIET = [2, 3, 2, 3, 2, 3, 2]  # mean 2.43, spread 0.53: three spreads above it is 4.03
PEOPLE = np.full(40, 1000.0)


def weekly(n: int = 3, weeks: int = 320, *, mean: float = 5.0) -> np.ndarray:
    return np.random.default_rng(1).poisson(mean, (n, weeks)).astype(float)


def options(method: Method, n_areas: int) -> dict[str, object]:
    return {"people": np.full(n_areas, 100.0)} if method is Method.TAIL else {}


@pytest.mark.parametrize("method", Method)
def test_every_method_warns_of_ten_times_the_usual_and_answers_in_one_shape(method):
    counts = weekly(12)
    counts[0, -1] = 60

    found = detect(counts, method, last=20, **options(method, 12))

    assert found.observed.shape == found.expected.shape == found.upper.shape == (12, 20)
    # C3 in its published form, and all others, look at the last time itself
    assert found.alarm[0, -1]
    assert found.alarm[1:, -1].sum() <= 2
    assert found.status_of(0) is Status.OK
    assert found.observed[0, -1] == (60 if method is not Method.TAIL else counts[0, -7:].sum())


@pytest.mark.parametrize("method", Method)
def test_no_method_tells_nothing_in_silence(method):
    counts = weekly(5)
    counts[1] = 0  # all zero
    counts[2, -3] = np.nan  # a gap

    found = detect(counts, method, last=2, **options(method, 5))

    unknown = np.isnan(found.upper) | np.isnan(found.expected)
    said = found.status != 0
    assert (unknown <= said).all()
    assert found.status_of(1) in {Status.ALL_ZERO, Status.TOO_FEW}
    assert not found.alarm[1].any()


@pytest.mark.parametrize(("method", "needs"), [("c1", 5), ("c2", 7), ("farrington", 261)])
def test_three_days_are_too_short_and_what_is_missing_is_told(method, needs):
    found = detect(np.ones((1, 3)), method)

    assert found.status_of(0) is Status.TOO_SHORT
    assert found.needs.tolist() == [needs]
    assert f"{needs} more times of the past" in found.why(0).tell()


def test_a_day_above_the_bar_is_flagged_and_one_below_is_not():
    counts = np.array([[*QUIET, 2, 3, 5], [*QUIET, 2, 3, 4]])

    assert ears(counts, rule=Rule.C2, last=1).alarm[:, 0].tolist() == [True, False]


def test_the_two_days_before_do_not_raise_the_bar_of_c2_but_that_of_c1():
    counts = np.array([[*QUIET, 40, 40, 5]])

    assert ears(counts, rule=Rule.C2, last=1).alarm[0, 0]
    assert not ears(counts, rule=Rule.C1, last=1).alarm[0, 0]


def test_c3_adds_up_what_single_days_hide_and_the_packages_form_leaves_today_out():
    counts = np.array([[*QUIET, 2, 2, 4, 4, 4.0]])
    only_today = np.array([[*QUIET, 2, 2, 2, 2, 9.0]])

    def c3(values: np.ndarray, variant: Variant) -> bool:
        return bool(ears(values, rule=Rule.C3, last=1, variant=variant).alarm[0, 0])

    assert c3(counts, Variant.PUBLISHED)
    assert c3(only_today, Variant.PUBLISHED)
    assert not c3(only_today, Variant.R)


def test_a_past_without_spread_is_told_unless_a_floor_is_set():
    counts = np.array([[1.0] * 9 + [2.0]])

    assert ears(counts, last=1, least_spread=0).status_of(0) is Status.NO_VARIANCE
    assert ears(counts, last=1).status_of(0) is Status.OK


@given(arrays(np.int64, (3, 14), elements=st.integers(0, 50)), st.sampled_from(list(Rule)))
def test_the_same_number_of_cases_added_to_every_day_changes_no_flag(counts, rule):
    def flags(values: np.ndarray) -> np.ndarray:
        # A floor of the spread would not move with the counts where they are all zero.
        return ears(values + 1, rule=rule, least_spread=0.5).alarm

    assert (flags(counts) == flags(counts + 7)).all()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(6)), st.sampled_from(sorted(Method)))
def test_the_order_of_areas_does_not_matter(order, method):
    counts = weekly(6, 300)
    extra = options(Method(method), 6)

    straight = detect(counts, method, last=2, **extra)
    turned = detect(counts[order], method, last=2, **extra)

    assert np.allclose(straight.upper[order], turned.upper, rtol=1e-9, equal_nan=True)
    assert (straight.alarm[order] == turned.alarm).all()


def test_farrington_looks_at_the_seasons_it_says():
    weeks, season = reference(300, replace(IMPROVED, years=4))

    assert (len(weeks), weeks.min(), weeks.max()) == (185, 89, 273)
    assert season[weeks == 300 - 52].tolist() == [0]
    assert [int((season == k).sum()) for k in (1, 9)] == [20, 15]
    original, alone = reference(300, replace(ORIGINAL, years=4))
    assert len(original) == 28
    assert set(alone) == {0}


def test_a_past_outbreak_does_not_raise_the_bar_of_farrington():
    counts = weekly(1, 300)
    shocked = counts.copy()
    shocked[0, 150:154] += 60

    calm, after = (farrington(x).upper[0, 0] for x in (counts, shocked))

    assert after <= 1.3 * calm


@pytest.mark.parametrize("bound", Bound)
def test_farrington_warns_about_as_often_as_it_says(bound):
    counts = weekly(400, 313, mean=8)

    found = farrington(counts, plan=replace(IMPROVED, years=5, alpha=0.05, bound=bound))

    # The bound called muan allows for the fit's own error twice, and so warns less often.
    least = 0.002 if bound is Bound.MUAN else 0.015
    assert least < found.alarm.mean() < 0.085


def test_a_missing_week_of_the_past_is_left_out_and_few_cases_lately_raise_no_alarm():
    counts = weekly(2, 320)
    counts[0, 100] = np.nan
    counts[1] = 0
    counts[1, -1] = 3

    found = farrington(counts, plan=ORIGINAL)

    assert [found.status_of(n) for n in (0, 1)] == [Status.OK, Status.TOO_FEW]
    assert not found.alarm[1, 0]


def test_a_sum_of_small_excesses_warns_and_starts_again_where_asked():
    counts = np.array([[4.0] * 50 + [9.0] * 6])

    whole = cusum(counts, last=6)
    again = cusum(counts, last=6, start_again=True)

    assert whole.alarm[0].tolist() == [False, True, True, True, True, True]
    assert again.alarm[0].tolist() == [False, True, False, True, False, True]


@pytest.mark.parametrize("scale", Scale)
def test_the_bound_of_a_sum_is_the_count_that_just_reaches_it(scale):
    mean = np.array([[6.0]])

    found = cusum(np.array([[5.0, 6.0, 7.0, 30.0]]), last=1, scale=scale, dispersion=0.3)
    at = scaled(found.upper, mean, scale=scale, dispersion=0.3)

    assert at[0, 0] == pytest.approx(1.04 + 2.26)
    assert found.alarm[0, 0]


def test_the_ratio_of_a_rise_is_that_of_its_likeliest_factor():
    seen, mean, alpha = np.array([2.0, 0.0, 5.0, 4.0]), np.array([1.0, 1.2, 0.9, 1.1]), 0.3

    def lost(rise: float, since: int) -> float:
        def log_chance(m: np.ndarray) -> float:
            return float(nbinom.logpmf(seen[since:], 1 / alpha, 1 / (1 + alpha * m)).sum())

        return log_chance(mean[since:]) - log_chance(mean[since:] * np.exp(rise))

    best = max(-minimize_scalar(lost, bounds=(0, 5), args=(k,), method="bounded",
                                options={"xatol": 1e-10}).fun for k in range(4))  # fmt: skip
    found = glr(seen[None], last=4, expected=mean, dispersion=alpha, limit=100)

    assert found.details["ratio"][0, -1] == pytest.approx(best, rel=1e-8)
    assert found.details["since"][0, -1] == 1


def test_the_watch_begins_anew_after_an_alarm():
    counts = np.array([[20.0, 20.0, 20.0]])

    found = glr(counts, last=3, expected=np.array([[2.0]]))

    assert found.details["since"][0].tolist() == [0, 0, 0]
    assert found.alarm.all()


def test_two_weeks_of_days_are_not_drawn_out_along_a_yearly_wave():
    days = np.array([[4.0, 6, 5, 4, 5, 6, 5, 4, 5, 6, 5, 4, 6, 5, 5, 5]])

    found = glr(days, last=4)

    assert found.expected[0] == pytest.approx(np.full(4, days[0, :12].mean()))
    assert not found.alarm.any()


def test_a_mean_that_only_rises_is_told_from_one_that_stays():
    flat, rising = [3.0] * 10, [3.0] * 6 + [5, 9, 14, 20]

    found = outbreak_p(np.array([flat, rising]), last=1)

    assert found.details["log_ratio"][0, 0] == 0
    assert found.alarm[:, 0].tolist() == [False, True]
    upper = found.upper[1, 0]
    just = [outbreak_p(np.array([[*rising[:-1], upper + k]]), last=1).alarm[0, 0] for k in (0, 1)]
    assert just == [False, True]


def test_windows_of_past_weeks_give_the_bounds_of_their_tables():
    counts = np.array([[2.0] * 6 + [9.0], [30.0, 34, 26, 30, 34, 26, 37]])

    found = rki(counts, last=1)

    assert found.upper[0, 0] == 6.686  # the limit of two cases; Crow and Gardner, table 1
    assert found.upper[1, 0] == pytest.approx(30 + 2 * np.sqrt(12.8))
    assert bayes(counts, last=1).alarm[:, 0].tolist() == [True, False]


def test_a_small_area_is_compared_with_the_rate_of_the_others():
    counts = np.zeros((40, 10))
    counts[:, ::5] = 1
    counts[3, -3:] = 4

    found = tail(counts, PEOPLE)

    assert found.alarm[:, 0].nonzero()[0].tolist() == [3]
    assert found.expected[3, 0] == pytest.approx(1)  # 39 others have 39 cases in the last week
    assert found.observed[3, 0] > found.upper[3, 0]


def test_thousands_of_quiet_areas_raise_few_alarms():
    counts = np.random.default_rng(5).poisson(0.05, (7000, 14))

    found = tail(counts, np.full(7000, 900.0), last=7)

    assert found.alarm.sum() <= 2
    p = np.random.default_rng(6).uniform(size=10_000)
    assert false_discoveries(p).sum() == 0
    assert false_discoveries(np.append(p, [1e-9, np.nan])).nonzero()[0].tolist() == [10_000]


def test_weekdays_and_holidays_are_found_again_and_taken_out():
    weekday = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])
    weekday /= np.exp(np.log(weekday).mean())
    days = np.arange(140)
    off = np.isin(days, [50, 51, 100])
    factor = np.where(off, 0.4, weekday[(days + 2) % 7])
    counts = np.random.default_rng(7).poisson(40 * factor, (30, 140)).astype(float)

    found = terms(counts, first_weekday=2, holidays=off)

    assert np.allclose(found.weekday, weekday, rtol=0.05)
    assert found.holiday == pytest.approx(0.4, rel=0.15)


def test_a_rise_on_a_sunday_is_seen_once_weekdays_are_taken_out():
    weekday = np.array([1.3, 1.2, 1.1, 1.1, 1.1, 0.6, 0.5])
    factor = weekday[np.arange(140) % 7]  # from a Monday to a Sunday
    counts = np.random.default_rng(8).poisson(40 * factor, (30, 140)).astype(float)
    counts[:, -1] *= 2.2

    taken = terms(counts, first_weekday=0).factor
    plain, mended = (detect(counts, "c1", factor=f) for f in (None, taken))

    assert mended.alarm.mean() > 0.8 > 4 * plain.alarm.mean()
    assert np.allclose(mended.observed, plain.observed)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: detect(np.array([[1.0, -1.0]])), "Area 1, time 2 holds -1.0."),
        (lambda: detect(np.ones(5)), r"counts needs the shape \(areas, times\)"),
        (lambda: detect(np.ones((2, 9)), "c4"), "c4 is no detector. Choose one of: c1,"),
        (lambda: detect(np.ones((2, 9)), last=0), "0 times cannot be tested."),
        (lambda: tail(np.ones((2, 9)), np.array([5.0, 0.0])), "Area 2 has no people"),
        (lambda: tail(np.ones((2, 9)), np.ones(3)), "2 areas need 2 numbers of people"),
        (lambda: tail(np.ones((1, 9)), np.ones(1)), "needs two areas or more"),
        (lambda: cusum(np.ones((1, 9)), last=2, scale="negative_binomial"), "needs a dispersion"),
        (lambda: glr(np.ones((1, 9)), last=2, limit=-1), "a threshold above 0"),
        (lambda: replace(IMPROVED, years=0), "needs a year of past"),
        (lambda: terms(np.ones((1, 9)), first_weekday=0), "9 days are too few"),
        (lambda: detect(np.ones((1, 9)), factor=np.zeros(9)), "has to be above 0"),
    ],
)
def test_what_cannot_be_tested_is_told(call, sentence):
    with pytest.raises(BadInput, match=sentence):
        call()
