"""Nothing that is withheld follows from what is shown beside it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linli.policy.disclosure import Withheld, withhold, withhold_parts

PARTS = st.dictionaries(st.sampled_from("abcd"), st.floats(-3, 3), min_size=1)
GROUPS = st.dictionaries(st.sampled_from(("hazard", "exposure", "coping")), PARTS, min_size=1)


def follows(groups: dict[str, dict[str, float]], told: Withheld) -> set[str]:
    """The withheld parts that the shown sums give away: alone in what can be worked out."""
    unknown = sorted(told.parts)
    sums = [list(parts) for group, parts in groups.items() if group not in told.groups]
    if not told.total:
        sums.append([part for parts in groups.values() for part in parts])
    rows = np.array([[part in known for part in unknown] for known in sums], dtype=float)
    if not rows.size:
        return set()
    rank = np.linalg.matrix_rank(rows)
    alone = np.eye(len(unknown))
    return {
        part for n, part in enumerate(unknown)
        if np.linalg.matrix_rank(np.vstack([rows, alone[n]])) == rank
    }  # fmt: skip


@given(GROUPS, st.data())
def test_no_withheld_part_can_be_worked_out_from_the_sums_that_are_shown(groups, data):
    named = {
        group: {f"{group} {part}": value for part, value in parts.items()}
        for group, parts in groups.items()
    }
    every = sorted(part for parts in named.values() for part in parts)
    few = data.draw(st.sets(st.sampled_from(every)))

    told = withhold_parts(named, few)

    assert few <= told.parts
    assert follows(named, told) == set()
    assert bool(few) or told == Withheld(frozenset(), frozenset(), False)


def test_a_part_alone_in_its_group_takes_the_least_part_of_another_group_along():
    groups = {"hazard": {"inflow": 0.4}, "exposure": {"aged": 0.3, "crowded": -0.1}}

    told = withhold_parts(groups, {"inflow"})

    assert told == Withheld(
        frozenset({"inflow", "crowded"}), frozenset({"hazard", "exposure"}), False
    )


def test_the_sum_of_a_group_that_withholds_two_already_is_enough():
    groups = {"hazard": {"inflow": 0.4}, "exposure": {"aged": 0.3, "alone": 0.2, "crowded": 0.1}}

    told = withhold_parts(groups, {"inflow", "aged", "alone"})

    assert told.parts == {"inflow", "aged", "alone"}
    assert told.groups == {"hazard", "exposure"}


def test_where_nothing_else_is_known_the_total_goes():
    assert withhold_parts({"exposure": {"aged": 0.3}}, {"aged"}).total


def test_a_small_count_takes_the_next_one_along():
    assert withhold({"a": 2, "b": 7, "c": 30}) == {"a": None, "b": None, "c": 30}
    assert withhold({"a": 0, "b": 7}) == {"a": 0, "b": 7}
