"""Who may do what, where, for which purpose: the one question and its answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.errors import NotAllowed, PurposeNeeded, SignInNeeded
from linli.policy.can import (
    VISITOR,
    Actor,
    Ask,
    Holding,
    SecondFactorNeeded,
    can,
    end_of,
    scope,
    usual_purpose,
)
from linli.policy.roles import Purpose, Role

OAK, ELM, EAST, ASH = "0001000100010001", "000100010001", "00010001", "0001000200010001"
DESK = frozenset({Role.SECRETARY, Role.STREET_DUTY})


def holder(*held: tuple[Role, str], two_factor: bool = True) -> Actor:
    """Somebody who holds these roles in these areas."""
    return Actor(7, tuple(Holding(role, path) for role, path in held), two_factor=two_factor)


SAM = holder((Role.SECRETARY, OAK), (Role.RESIDENT, ""))


def test_a_role_reaches_its_area_and_all_below_it_and_nothing_else() -> None:
    for path, allowed in ((OAK, True), (OAK + "0003", True), (ELM, False), (ASH, False)):
        assert can(SAM, Ask("see", DESK, path)).allowed is allowed


def test_of_two_posts_the_wider_answers_so_that_the_log_names_the_strongest_power() -> None:
    both = holder((Role.SECRETARY, OAK), (Role.STREET_DUTY, ELM))

    assert can(both, Ask("see", DESK, OAK)).required().role is Role.STREET_DUTY


def test_resident_data_takes_a_purpose_that_the_role_may_have() -> None:
    ask = Ask("people.see", DESK, OAK, about_residents=True)

    with pytest.raises(PurposeNeeded):
        can(SAM, ask).required()
    assert can(SAM, Ask("see", DESK, OAK, Purpose.SERVICE, about_residents=True)).allowed
    with pytest.raises(NotAllowed):
        can(SAM, Ask("see", DESK, OAK, Purpose.OVERSIGHT, about_residents=True)).required()


def test_staff_without_a_second_factor_do_nothing_and_see_nothing() -> None:
    careless = holder((Role.SECRETARY, OAK), two_factor=False)

    with pytest.raises(SecondFactorNeeded):
        can(careless, Ask("see", DESK, OAK)).required()
    assert scope(careless, DESK) == ()


def test_a_visitor_is_asked_to_sign_in_and_a_resident_is_told_who_may() -> None:
    with pytest.raises(SignInNeeded):
        can(VISITOR, Ask("see", DESK, OAK)).required()
    with pytest.raises(NotAllowed, match="It takes one of: community secretary"):
        can(holder((Role.RESIDENT, "")), Ask("see", DESK, OAK)).required()


def test_a_resident_reaches_the_own_thing_wherever_it_lies_and_no_other() -> None:
    ann = holder((Role.RESIDENT, ""))
    roles = frozenset({Role.RESIDENT})

    assert can(ann, Ask("rate", roles, ASH, about_residents=True, own=True)).allowed
    assert not can(ann, Ask("rate", roles, ASH, about_residents=True)).allowed


def test_a_scope_holds_no_range_inside_another() -> None:
    wide = holder((Role.STREET_DUTY, ELM), (Role.SECRETARY, OAK), (Role.SECRETARY, ASH))

    assert scope(wide, DESK) == ((ELM, end_of(ELM)), (ASH, end_of(ASH)))


paths = st.lists(st.integers(0, 9999), min_size=1, max_size=6).map(
    lambda numbers: "".join(f"{n:04d}" for n in numbers)
)


@given(paths, paths)
def test_a_range_holds_exactly_the_subtree(area: str, other: str) -> None:
    assert (area <= other < end_of(area)) is other.startswith(area)


def test_the_usual_purpose_is_one_that_a_fitting_role_may_have() -> None:
    seen_by = frozenset({Role.CLINICIAN, Role.TRACER, Role.SECRETARY})
    hal, tao = holder((Role.CLINICIAN, OAK)), holder((Role.TRACER, OAK))

    assert usual_purpose(SAM, seen_by) is Purpose.SERVICE
    assert usual_purpose(hal, seen_by) is Purpose.CARE
    assert usual_purpose(tao, seen_by) is Purpose.INVESTIGATION
    assert usual_purpose(holder((Role.CLINICIAN, OAK), (Role.TRACER, OAK)), seen_by) is None
    assert usual_purpose(hal, frozenset({Role.SECRETARY})) is None
