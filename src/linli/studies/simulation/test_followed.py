"""Does a mark say what stood on each curve on its day and half a month later, and no more?"""

from datetime import date

from linli.analysis.simulation.turns import Turn
from linli.errors import Phrase
from linli.studies.simulation.followed import (
    CHOICE,
    ORDER,
    Marked,
    Stand,
    followed,
    in_order,
    numbers_by_day,
    of_turns,
    values_of,
)

N_DAYS = 20
PAST = [float(n) for n in range(1, 29)]  # 28 days: 28 were counted yesterday
NOW = [[n - 1.0 for n in range(100, 120)], [*map(float, range(100, 120))], [9e9] * N_DAYS]
SHUT = [[0.0] * N_DAYS, [float(100 - n) for n in range(N_DAYS)], [200.0] * N_DAYS]


def test_of_a_past_order_the_count_stands_and_later_what_each_choice_leads_to():
    order = Marked(-3, "the city is closed", ORDER)

    [found] = followed([order], [NOW, SHUT], PAST)

    assert found.stands[0] == (Stand(26.0), Stand(112.0, 111.0, 9e9))
    assert found.stands[1] == (Stand(26.0), Stand(88.0, 0.0, 200.0))


def test_fifteen_days_after_a_day_long_past_are_counted_for_every_choice():
    [found] = followed([Marked(-20, "x", ORDER)], [NOW, SHUT], PAST)

    assert found.stands[0] == found.stands[1] == (Stand(9.0), Stand(24.0))


def test_what_lies_after_the_run_is_not_known_and_what_lies_off_the_curve_is_left_out():
    late, off, before = (Marked(day, "x", ORDER) for day in (10, 40, -30))

    found = followed([before, late, off], [NOW], PAST)

    assert [(f.number, f.stands[0][1]) for f in found] == [(2, None)]


def test_marks_are_numbered_in_order_and_those_of_a_day_share_a_line():
    marks = in_order([Marked(5, "b", ORDER), Marked(-2, "a", ORDER), Marked(5, "c", ORDER)])

    assert numbers_by_day(marks) == {-2: "1", 5: "2,3"}


def test_what_all_choices_do_is_of_none_of_them_and_one_alone_keeps_its_own():
    turns = [Turn(30, Phrase("both"), ("a", "b")), Turn(31, Phrase("one"), ("b",))]

    assert of_turns(turns, ["a", "b"], first_day=28) == [
        Marked(2, turns[0].words, CHOICE, ()), Marked(3, turns[1].words, CHOICE, ("b",)),
    ]  # fmt: skip
    assert of_turns(turns[1:], ["b"])[0].choices == ("b",)


def test_a_machine_reads_the_same_with_dates_and_by_series():
    marks = [Marked(2, Phrase("{n} beds are opened", n=5), CHOICE, ("shut",))]

    [told] = values_of(
        marks, {"now": {"reports": NOW}, "shut": {"reports": SHUT}}, {"reports": PAST},
        starts_on=date(2020, 2, 15), translate=str,
    )  # fmt: skip

    assert (told["on"], told["later_on"]) == (date(2020, 2, 17), date(2020, 3, 3))
    assert (told["words"], told["choices"]) == ("5 beds are opened", ["shut"])
    assert told["series"]["reports"]["shut"] == {
        "then": {"middle": 98.0, "low": 0.0, "high": 200.0},
        "later": {"middle": 83.0, "low": 0.0, "high": 200.0},
    }
