"""What does a picture of lines do with few values?"""

import re

import pytest

from linli.studies import pictures


@pytest.mark.parametrize("x", [0.0, 3.5, -2.0])
def test_a_line_of_one_value_is_a_dot_above_its_day(x: float):
    drawn = pictures.lines(
        "Score over time", [pictures.Series("Score", [x], [0.6])], x_label="day", y_label="Score"
    )

    assert drawn.count("<circle") == 1
    assert f">{x:g}</text>" in drawn


def test_two_values_of_the_same_moment_are_two_dots():
    same = [pictures.Series("Score", [0.0, 0.0], [0.6, 0.7])]

    assert pictures.lines("Score", same, x_label="day", y_label="Score").count("<circle") == 2


def test_the_last_day_of_an_axis_stands_within_the_picture():
    line = [pictures.Series("cases", [0.0, 1.0], [1.0, 2.0])]

    drawn = pictures.lines("", line, x_label="", y_label="", ticks=[(1.0, "02-15")])

    (at,) = re.findall(r'<text x="([0-9.]+)"[^>]*>02-15<', drawn)
    assert float(at) + 5 * 4.5 <= pictures.WIDTH


def test_two_days_are_a_line():
    drawn = pictures.lines(
        "Score over time",
        [pictures.Series("Score", [-1.0, 0.0], [0.6, 0.7])],
        x_label="day", y_label="Score",
    )  # fmt: skip

    assert "<polyline" in drawn
    assert "<circle" not in drawn
