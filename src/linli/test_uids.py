"""Ids that nobody else makes: one of its kind, in the order of time, the same in a statement."""

from uuid import RFC_4122, UUID

import pytest
from django.db import connection

from linli import clock, uids


def test_ids_are_different_and_made_as_the_standard_says() -> None:
    made = [uids.fresh() for _ in range(1000)]

    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}


def test_what_is_made_later_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for second in (1.0, 1.5, 2.0, 1_581_242_400.0, 4_000_000_000.0):
        monkeypatch.setattr(clock, "wall_now", lambda second=second: second)
        made.append(uids.fresh())

    assert made == sorted(made)
    assert made[3].int >> 80 == 1_581_242_400_000


@pytest.mark.db
def test_a_statement_makes_another_for_each_row_in_the_same_order(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "wall_now", lambda: 1_581_242_400.0)
    earlier = uids.fresh()
    monkeypatch.setattr(clock, "wall_now", lambda: 1_581_242_401.0)

    with connection.cursor() as cursor:
        one = f"SELECT {uids.in_sql()}"
        cursor.execute(f"{one} UNION ALL {one}", [uids.beginning(), uids.beginning()])
        made = [UUID(str(row[0])) for row in cursor.fetchall()]

    assert len(set(made)) == 2
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    assert min(made) > earlier
