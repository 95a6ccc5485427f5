"""Are classes few, rising, round and true to their words?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.onemap.layer import MOST_CLASSES, Form
from linli.onemap.legend import as_read, class_of, labels, round_bounds, written

COUNTS = st.lists(st.integers(0, 10_000_000), max_size=60)


@given(COUNTS)
def test_classes_rise_are_few_and_nothing_has_its_own(values: list[int]) -> None:
    bounds = round_bounds(values, whole=True)

    assert all(low < high for low, high in pairwise(bounds))
    assert 1 <= len(bounds) <= MOST_CLASSES
    assert bounds[0] == 0
    assert {class_of(v, bounds) for v in values if v == 0} <= {0}
    assert {class_of(v, bounds) for v in values if v > 0} <= set(range(1, len(bounds)))


@given(COUNTS, st.randoms())
def test_the_order_of_areas_does_not_matter(values: list[int], dice) -> None:  # type: ignore[no-untyped-def]
    mixed = dice.sample(values, len(values))

    assert round_bounds(mixed, whole=True) == round_bounds(values, whole=True)


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40))
def test_a_density_lies_in_the_class_whose_edges_hold_it(values: list[float]) -> None:
    bounds = (*round_bounds(values, whole=False), float("inf"))

    for value in values:
        shade = class_of(value, bounds[:-1])
        assert bounds[shade] <= value < bounds[shade + 1]


def test_edges_are_round_and_near_equal_shares() -> None:
    values = [0, 1, 2, 4, 9, 11, 28, 31, 47, 103]  # every second of the nine above zero

    assert round_bounds(values, whole=True) == (0, 1, 2, 10, 30, 50)


def test_a_legend_is_read_as_one_would_say_it() -> None:
    assert labels((0, 1, 2, 10, 1000), Form.COUNT) == ["0", "1", "2–9", "10–999", "≥ 1,000"]
    assert labels((0.0, 0.5, 0.95), Form.SHARE) == ["0 %–50 %", "50 %–95 %", "≥ 95 %"]
    assert labels((0,), Form.COUNT) == ["0"]


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (None, Form.COUNT, "–"),
        (0, Form.COUNT, "0"),
        (1234567, Form.COUNT, "1,234,567"),
        (0.996, Form.SHARE, "99.6 %"),
        (0.697, Form.SHARE, "70 %"),
        (0.0004, Form.SHARE, "0 %"),
        (1, Form.SHARE, "100 %"),
        (0.5, Form.SHARE, "50 %"),
        (3.14159, Form.DENSITY, "3.1"),
        (25113.4, Form.DENSITY, "25,113"),
    ],
)
def test_a_figure_is_written_as_it_is_read(value: float | None, form: Form, said: str) -> None:
    assert written(value, form) == said


def test_what_reads_seventy_per_cent_lies_in_the_class_that_begins_there() -> None:
    assert class_of(as_read(0.697, Form.SHARE), (0.0, 0.5, 0.7, 0.8)) == 2
    assert class_of(as_read(0.692, Form.SHARE), (0.0, 0.5, 0.7, 0.8)) == 1
