"""Whatever is done to sealed rows afterwards, the check finds it, and says in which block."""

from collections.abc import Callable

import pytest
from django.db import connection

from linli.audit.models import Record, Seal
from linli.audit.records import record_many
from linli.audit.sealed import Verdict, seal_all, verify
from linli.policy.can import SYSTEM

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def sealed(n: int = 30, a_block: int = 10) -> None:
    """Rows in blocks."""
    record_many(SYSTEM, "see", "person", range(n), detail={"why": "疫情"})
    assert seal_all(rows_a_block=a_block) == n


def verdict() -> Verdict:
    """What the check says of the audit's own table."""
    return next(v for v in verify() if v.table == "audit_record")


def sql(statement: str) -> None:
    """Something done to the database behind the program's back."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def nth(n: int) -> int:
    """The id of the n-th row."""
    return Record.objects.order_by("id").values_list("id", flat=True)[n - 1]


def swap(one: int, other: int) -> None:
    """Two rows change places."""
    for before, after in ((one, -1), (other, one), (-1, other)):
        sql(f"UPDATE audit_record SET id = {after} WHERE id = {before}")


TAMPERED: dict[str, tuple[int, Callable[[], None]]] = {
    "a changed row": (
        2,
        lambda: sql(f"UPDATE audit_record SET actor_id = 7 WHERE id = {nth(15)}"),
    ),
    "a changed detail": (
        2,
        lambda: sql(f"UPDATE audit_record SET detail = '{{}}' WHERE id = {nth(15)}"),
    ),
    "a row taken out": (1, lambda: sql(f"DELETE FROM audit_record WHERE id = {nth(3)}")),
    "the first row taken out": (1, lambda: sql(f"DELETE FROM audit_record WHERE id = {nth(1)}")),
    "a row slipped in behind a block": (
        4,
        lambda: Record.objects.create(at=0, act="x", kind="y", block=3) and None,
    ),
    "a row of a block that is none": (
        4,
        lambda: Record.objects.create(at=0, act="x", kind="y", block=9) and None,
    ),
    "two rows that change places": (3, lambda: swap(nth(21), nth(22))),
    "a row moved into another block": (
        1,
        lambda: sql(f"UPDATE audit_record SET block = 2 WHERE id = {nth(10)}"),
    ),
    "a row unsealed": (
        2,
        lambda: sql(f"UPDATE audit_record SET block = NULL WHERE id = {nth(11)}"),
    ),
    "a changed digest": (
        2,
        lambda: Seal.objects.filter(table="audit_record", block=2).update(hash="0" * 64) and None,
    ),
    "a changed number of rows": (
        2,
        lambda: Seal.objects.filter(table="audit_record", block=2).update(rows=9) and None,
    ),
    "a changed moment of the seal": (
        3,
        lambda: Seal.objects.filter(table="audit_record", block=3).update(at=0) and None,
    ),
    "a seal taken out": (
        3,
        lambda: Seal.objects.filter(table="audit_record", block=2).delete() and None,
    ),
    "the last seal taken out": (
        3,
        lambda: Seal.objects.filter(table="audit_record", block=3).delete() and None,
    ),
}


def test_what_nobody_touched_is_whole() -> None:
    sealed()
    record_many(SYSTEM, "see", "person", range(4))

    found = verdict()

    assert (found.broken, found.blocks, found.rows, found.unsealed) == (None, 3, 30, 4)


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_found(how: str) -> None:
    sealed()
    block, tamper = TAMPERED[how]

    tamper()

    assert verdict().broken == block


def test_sealing_goes_on_where_it_ended() -> None:
    sealed(7, 5)
    head = verdict().head
    sealed(7, 5)

    found = verdict()

    assert (found.broken, found.blocks, found.rows) == (None, 4, 14)
    assert found.head != head
    assert seal_all() == 0
