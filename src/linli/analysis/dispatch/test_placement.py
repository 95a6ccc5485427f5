"""Does everybody get the bed that the visible rule says, with a reason a person can check?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.placement import HOUR_S, Placement, Weights, place
from linli.analysis.dispatch.snapshot import Category, Facility, Group, Need, Rules, Severity
from linli.analysis.dispatch.trips import Placed
from linli.errors import BadInput
from tests.town import GRAVE, MILD, SHELTER, WARD, beds, lot, street, town, with_free

NEAR, FAR = "near", "far"


def two_shelters(*lots, near: int = 5, far: int = 50, **more):
    """A near shelter at place 4 and a far one at place 6."""
    facilities = (
        Facility(NEAR, 4, (beds("hall", near),), receiver="dee"),
        Facility(FAR, 6, (beds("hall", far),), receiver="dee"),
    )
    return town(*lots, facilities=facilities, **more)


def where(found: Placement) -> dict[tuple[str, str], int]:
    """Persons by lot and facility."""
    told: dict[tuple[str, str], int] = {}
    for p in found.placed:
        key = (found.snapshot.lots[p.lot].id, found.snapshot.facilities[p.facility].id)
        told[key] = told.get(key, 0) + p.count
    return told


def test_everybody_goes_to_the_nearest_bed_while_there_is_one():
    found = place(two_shelters(lot("a", 1, 3), lot("b", 2, 2)))

    assert where(found) == {("a", NEAR): 3, ("b", NEAR): 2}
    assert found.n_waiting == 0


def test_who_loses_least_by_the_longer_way_takes_it():
    # a at place 1: near is 3 minutes, far 5. b at place 5: near is 1 minute, far 1.
    found = place(two_shelters(lot("a", 1, 5), lot("b", 5, 5)))

    assert where(found) == {("a", NEAR): 5, ("b", FAR): 5}


def test_a_severe_patient_does_not_lie_in_a_shelter_nor_a_mild_one_in_the_ward():
    found = place(town(lot("mild", 1, 2), lot("severe", 1, 2, severity=Severity.SEVERE)))

    assert where(found) == {("mild", "shelter"): 2, ("severe", "ward"): 2}


def test_categories_are_never_put_into_the_same_beds():
    found = place(town(lot("a", 1), lot("b", 1, category=Category.SUSPECTED)))

    assert where(found) == {("a", "shelter"): 1}
    assert found.waiting[0].reason.code == "no_such_bed"


def test_the_severer_come_first_and_then_those_who_waited_longer():
    both = frozenset(Severity)
    lots = (
        lot("mild, two days", 1, waiting_s=48 * HOUR_S),
        lot("severe, new", 1, severity=Severity.SEVERE),
        lot("severe, a day", 4, severity=Severity.SEVERE, waiting_s=24 * HOUR_S),
    )
    one = town(*lots, facilities=(Facility("ward", WARD, (beds("w", 1, severities=both),), "hal"),))

    first = place(one)
    second = place(with_free(one, 0, 2))

    assert where(first) == {("severe, a day", "ward"): 1}
    assert where(second) == {("severe, a day", "ward"): 1, ("severe, new", "ward"): 1}
    assert [one.lots[u.lot].id for u in first.waiting] == ["severe, new", "mild, two days"]
    assert [first.ahead_of(u.lot) for u in first.waiting] == [0, 1]


def test_the_reserve_is_not_promised():
    reserved = (Facility("shelter", SHELTER, (beds("hall", 10, reserve=8),), "dee"),)

    found = place(town(lot("a", 1, 5), facilities=reserved))

    assert (found.n_placed, found.n_waiting) == (2, 3)


def test_a_bed_with_equipment_is_kept_for_who_needs_it():
    facilities = (
        Facility("plain", SHELTER, (beds("plain", 9),), "dee"),
        Facility("oxygen", 2, (beds("oxygen", 1, equipment=frozenset({Need.OXYGEN})),), "dee"),
    )
    lots = (lot("well", 1), lot("short of breath", 1, needs=frozenset({Need.OXYGEN})))

    found = place(town(*lots, facilities=facilities))

    assert where(found) == {("well", "plain"): 1, ("short of breath", "oxygen"): 1}


def test_a_wheelchair_is_asked_of_the_vehicle_and_not_of_the_bed():
    found = place(town(lot("a", 1, needs=frozenset({Need.WHEELCHAIR}))))

    assert found.n_waiting == 0


def test_a_ward_for_women_takes_women_only():
    ward = (Facility("ward", WARD, (beds("w", 9, group=Group.WOMEN),), "hal"),)
    lots = (lot("she", 1, group=Group.WOMEN), lot("he", 1, group=Group.MEN), lot("who", 1))

    found = place(town(*lots, facilities=ward))

    assert where(found) == {("she", "ward"): 1}


def test_what_is_confirmed_stays_though_a_nearer_bed_opens():
    snapshot = two_shelters(lot("a", 1, 2))
    before = (Placed(0, 1, 0, 2, confirmed=True),)

    found = place(snapshot, before=before)

    assert where(found) == {("a", FAR): 2}
    assert found.placed == before


def test_who_was_told_of_a_bed_is_not_told_another_for_a_minute():
    # a stands at place 5, as far from either: 1 minute. Two minutes' gain are not worth it.
    snapshot = two_shelters(lot("a", 4))
    told = (Placed(0, 1, 0, 1),)

    kept = place(snapshot, before=told)
    moved = place(snapshot, before=told, weights=Weights(steady_s=60))

    assert where(kept) == {("a", FAR): 1}
    assert where(moved) == {("a", NEAR): 1}


def test_a_bed_that_is_lost_moves_only_those_it_held():
    snapshot = two_shelters(lot("a", 1, 3), lot("b", 2, 2))
    before = place(snapshot)

    after = place(with_free(snapshot, 0, 4), before=before.placed)

    assert where(after) == {("a", NEAR): 2, ("a", FAR): 1, ("b", NEAR): 2} or where(after) == {
        ("a", NEAR): 3, ("b", NEAR): 1, ("b", FAR): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("snapshot", "code", "said"),
    [
        (town(lot("a", 1, severity=Severity.UNKNOWN)), "no_such_bed", "not graded"),
        (town(lot("a", 1, needs=frozenset({Need.DIALYSIS}))), "no_such_bed", "dialysis"),
        (town(lot("a", 1), travel=street(shut=((1, SHELTER),))), "no_way", "no road leads"),
        (town(lot("a", 1), rules=Rules(ride_limit_s=180)), "too_far", "4 minutes away"),
        (
            town(lot("a", 1), facilities=(Facility("shelter", SHELTER, (beds("h", 9),)),)),
            "no_receiver", "nobody is on duty to receive at shelter",
        ),
        (with_free(town(lot("a", 1)), 0, 0), "full", "all 0 beds"),
    ],
)  # fmt: skip
def test_who_has_to_wait_is_told_why_and_what_would_help(snapshot, code, said):
    (left,) = place(snapshot).waiting

    assert left.reason.code == code
    assert said in left.reason.tell()


def test_an_estimate_is_held_to_seven_tenths_of_the_limit():
    limits = Rules(ride_limit_s=300)  # the shelter is 240 s away; 0.7 of 300 is 210
    guessed = replace(street(), estimate=True)

    assert place(town(lot("a", 1), rules=limits)).n_waiting == 0
    assert (
        place(town(lot("a", 1), rules=limits, travel=guessed)).waiting[0].reason.code == "too_far"
    )


def test_a_bed_explains_itself_by_the_next_best_and_its_price():
    (placed,) = place(two_shelters(lot("a", 1))).explained

    assert [r.tell() for r in placed.because] == [
        "near, hall: 3 minutes by road.",
        "Next best: far, hall, at 2 minutes more for each person.",
    ]


def test_a_nearer_bed_that_others_need_more_is_told_too():
    # b at place 4 stands at the near shelter's door; a at 3 could go there as well.
    lots = (lot("a", 5, 1), lot("b", 3, 5))
    found = place(two_shelters(*lots, near=5))
    b = next(p for p in found.explained if found.snapshot.lots[p.lot].id == "b")

    assert where(found) == {("a", FAR): 1, ("b", NEAR): 5}
    assert b.because[1].tell() == "Next best: far, hall, at 2 minutes more for each person."


def test_one_who_would_push_a_severer_one_out_is_told_so():
    both = MILD | GRAVE
    facilities = (
        Facility("ward", 2, (beds("w", 1, severities=both),), "hal"),
        Facility("shelter", SHELTER, (beds("hall", 9),), "dee"),
    )
    lots = (lot("severe", 1, severity=Severity.SEVERE), lot("mild", 1))
    found = place(town(*lots, facilities=facilities))
    mild = next(p for p in found.explained if found.snapshot.lots[p.lot].id == "mild")

    assert "full: somebody who comes first would have to wait" in mild.because[1].tell()


def test_more_confirmed_than_there_are_is_refused():
    with pytest.raises(BadInput, match="More persons of a"):
        place(town(lot("a", 1)), before=(Placed(0, 0, 0, 2, confirmed=True),))
    with pytest.raises(BadInput, match="hall A of shelter"):
        place(town(lot("a", 1, 50)), before=(Placed(0, 0, 0, 50, confirmed=True),))


SEVERITY = st.sampled_from([Severity.MILD, Severity.SEVERE, Severity.CRITICAL])
LOTS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 6), SEVERITY, st.integers(0, 60)),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(LOTS, st.integers(0, 20), st.integers(0, 5))
def test_persons_are_conserved_and_the_order_is_kept(rows, n_shelter, n_ward):
    lots = tuple(
        lot(f"l{k}", at, n, severity=s, waiting_s=h * HOUR_S)
        for k, (at, n, s, h) in enumerate(rows)
    )
    snapshot = with_free(with_free(town(*lots), 0, n_shelter), 1, n_ward)

    found = place(snapshot)

    assert found.n_placed + found.n_waiting == sum(x.count for x in lots)
    assert found.allotment.is_proved
    placed = np.array([0] * len(lots))
    for p in found.placed:
        placed[p.lot] += p.count
    for a, one in enumerate(lots):  # nobody lies where somebody before them waits
        for b, other in enumerate(lots):
            same = (one.severity in MILD) == (other.severity in MILD)
            if same and found.level[a] < found.level[b] and placed[a]:
                assert placed[b] == other.count


@settings(max_examples=30, deadline=None)
@given(LOTS, st.randoms(use_true_random=False))
def test_the_order_of_the_lots_does_not_matter(rows, dice):
    lots = [lot(f"l{k}", at, n, severity=s, waiting_s=h * HOUR_S)
            for k, (at, n, s, h) in enumerate(rows)]  # fmt: skip
    turned = dice.sample(lots, len(lots))

    assert place(town(*lots)).allotment.total == place(town(*turned)).allotment.total
