"""What is masked, for whom, and which small numbers stay untold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.policy.disclosure import LEAST_SHOWN, withhold
from linli.policy.fields import MASK, SENSITIVE, MaskedValue, refuse_masked, sees, shown
from linli.policy.roles import Role

ANN = {"id": 1, "name": "Ann", "phone": "000", "document": "X1", "needs": [], "path": "0001"}


def test_a_partner_sees_name_and_door_and_nothing_of_the_body() -> None:
    record = shown({**ANN, "sex": "f"}, sees([Role.PARTNER]))

    assert (record["name"], record["phone"], record["sex"]) == ("Ann", "000", MASK)
    assert record["needs"] == MASK  # that somebody has no needs is nobody's business either


def test_an_analyst_sees_no_sensitive_field() -> None:
    record = shown(ANN, sees([Role.ANALYST]))

    assert {record[name] for name in ("name", "phone", "document")} == {MASK}
    assert record["path"] == "0001"


def test_a_mask_sent_back_is_refused_by_name() -> None:
    with pytest.raises(MaskedValue, match="document, phone"):
        refuse_masked({"name": "Ann", "phone": MASK, "document": MASK})


def test_no_role_sees_a_field_that_is_not_listed_as_sensitive_by_accident() -> None:
    assert all(sees([role]) <= SENSITIVE for role in Role)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 40), max_size=9))
def test_no_small_count_can_be_had_by_subtraction(counts: dict[str, int]) -> None:
    told = withhold(counts)

    hidden = [key for key, n in told.items() if n is None]
    assert all(n is None or n == 0 or n >= LEAST_SHOWN for n in told.values())
    rest = sum(counts.values()) - sum(n for n in told.values() if n is not None)
    if hidden and len([n for n in counts.values() if n > 0]) > 1:
        assert len(hidden) > 1 or rest >= LEAST_SHOWN
    assert all(told[key] in (None, counts[key]) for key in counts)
