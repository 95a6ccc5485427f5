"""Do generations, offspring and clusters follow from links as one draws them by hand?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.tracing.chains import UNKNOWN, Links, by_place, chains
from linli.errors import BadInput


def links(*pairs: tuple[int, int], n: int, direction: float | list[float] = 1.0) -> Links:
    two = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Links(two[:, 0], two[:, 1], np.broadcast_to(direction, len(two)).astype(float), n)


def test_generations_count_from_the_case_without_a_source():
    found = chains(links((0, 1), (0, 2), (2, 3), (3, 4), n=6))

    assert found.generation.tolist() == [0, 1, 1, 2, 3, 0]
    assert found.offspring.tolist() == [2, 0, 1, 1, 0, 0]
    assert found.without_source.tolist() == [0, 5]
    assert found.cluster_sizes.tolist() == [5, 1]
    assert found.cluster_depths.tolist() == [3, 0]


def test_a_case_with_two_sources_counts_half_for_each_and_once_in_all():
    found = chains(links((0, 2), (1, 2), (1, 2), n=3))

    assert found.offspring.tolist() == [0.5, 0.5, 0]
    assert found.n_sources.tolist() == [0, 0, 2]


def test_a_link_of_unknown_direction_joins_a_cluster_and_makes_no_generation():
    found = chains(links((0, 1), (1, 2), n=3, direction=[0.5, 1.0]))

    assert found.cluster.tolist() == [0, 0, 0]
    assert found.generation.tolist() == [UNKNOWN, UNKNOWN, UNKNOWN]
    assert found.maybe_source.tolist() == [True, True, False]
    assert found.without_source.tolist() == []


def test_a_direction_that_is_surely_the_other_way_round_is_turned():
    found = chains(links((0, 1), n=2, direction=0.1))

    assert found.generation.tolist() == [1, 0]


def test_a_circle_has_no_first_case_and_no_generation():
    found = chains(links((0, 1), (1, 2), (2, 0), n=3))

    assert found.generation.tolist() == [UNKNOWN] * 3
    assert found.without_source.tolist() == []


def test_places_come_by_how_many_were_infected_there():
    some = links((0, 1), (0, 2), (3, 4), (5, 4), (6, 7), n=8)

    found = by_place(some, np.array([9, 9, 4, 4, UNKNOWN]))

    assert found.place.tolist() == [9, 4]
    assert found.n_infected.tolist() == [2, 1]
    assert found.n_sources.tolist() == [1, 2]


def test_no_links_at_all_leave_every_case_alone():
    found = chains(links(n=3))

    assert found.generation.tolist() == [0, 0, 0]
    assert found.cluster.tolist() == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] != p[1])))
def test_everybody_with_a_known_source_is_somebodys_offspring_exactly_once(pairs):
    found = chains(links(*pairs, n=10))

    assert found.offspring.sum() == pytest.approx((found.n_sources > 0).sum())


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_a_generation_is_one_more_than_that_of_some_source(pairs):
    found = chains(links(*pairs, n=10))

    for case in range(10):
        sources = [found.generation[a] for a, b in pairs if b == case]
        assert found.generation[case] == (min(sources) + 1 if sources else 0)


@pytest.mark.parametrize(
    ("pairs", "direction", "sentence"),
    [
        ([(0, 0)], 1.0, "A case is linked to itself."),
        ([(0, 7)], 1.0, "A link names a case that is not there."),
        ([(0, 1)], 1.5, "A direction is a probability, from 0 to 1."),
    ],
)
def test_links_that_cannot_be_are_told(pairs, direction, sentence):
    with pytest.raises(BadInput, match=sentence):
        links(*pairs, n=2, direction=direction)
