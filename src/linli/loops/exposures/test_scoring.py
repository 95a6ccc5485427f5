"""The score of a meeting, and the factors that it is the sum of."""

import math

from linli.loops.exposures.scoring import Known, Stay, score

NOON = 1_581_220_800  # 12:00 in the city on 9 February 2020
HOUR = 3600


def stay(person: int, place: str, start_h: float, end_h: float, kind: str = "restaurant", **more):
    """A stay of some hours from noon."""
    return Stay(
        person, place, kind, NOON + int(start_h * HOUR), NOON + int(end_h * HOUR),
        "minute", "sure", **more,
    )  # fmt: skip


def test_who_sat_at_the_table_stands_above_who_came_later_and_who_was_elsewhere_is_not_there():
    stays = [
        stay(1, "fish", 0, 2), stay(2, "fish", 0, 2), stay(3, "fish", 5, 6), stay(4, "shop", 0, 2),
    ]  # fmt: skip

    found = score(1, stays, {})

    assert [one.person_id for one in found] == [2, 3]
    assert found[0].score > found[1].score
    assert found[0].last_met_at == NOON + 2 * HOUR


def test_the_factors_add_up_to_the_score():
    stays = [stay(1, "fish", 0, 2), stay(2, "fish", 1, 2)]

    (one,) = score(1, stays, {1: Known(7, 3, 18_300), 2: Known(7, 3)})

    total = sum(factor["log_odds"] for factor in one.evidence["factors"])
    assert math.isclose(one.score, 1 / (1 + math.exp(-total)), abs_tol=0.01)
    assert {"place", "overlap", "ties", "timing"} <= {f["name"] for f in one.evidence["factors"]}
    assert one.evidence["hours"] == 1.0


def test_a_near_row_of_a_train_counts_more_than_a_far_one():
    seats = {1: (5, 12), 2: (5, 13), 3: (5, 1), 4: (9, 12)}
    stays = [
        stay(n, "g1021", 0, 4, "train", carriage=carriage, row=row)
        for n, (carriage, row) in seats.items()
    ]

    found = {one.person_id: one.score for one in score(1, stays, {})}

    assert found[2] > found[3]
    assert found[2] > found[4]


def test_nobody_there_is_nobody_found():
    assert score(1, [stay(1, "fish", 0, 2)], {}) == []
