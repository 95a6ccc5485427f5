"""Wuhan's curve as it was announced, and as it is scaled to a smaller city."""

from datetime import date

from linli.demo import curve

NINTH = date(2020, 2, 9)


def test_the_curve_is_the_announced_one_with_its_gaps():
    told = {one.on: one for one in curve.announced()}

    assert told[date(2020, 2, 12)].confirmed - told[date(2020, 2, 11)].confirmed == 13_436
    assert told[date(2020, 2, 12)].definition == "clinical"
    assert date(2020, 1, 21) not in told
    assert told[date(2020, 1, 23)].dead is None  # not announced, which is not none


def test_new_cases_sum_to_the_scaled_total_of_every_day():
    by_day = curve.new_by_day(0.01, NINTH)

    assert sum(by_day.values()) == round(16_902 * 0.01) == 169
    total = 0
    for day, n in by_day.items():
        total += n
        assert abs(total - curve.confirmed_by(day) * 0.01) <= 0.5


def test_a_small_city_has_three_dozen_cases_and_a_big_one_four_hundred():
    shares = [curve.share_of(people, 10_000_000, NINTH) for people in (1_000, 9_000_000)]

    assert [round(curve.confirmed_by(NINTH) * share) for share in shares] == [36, 400]
