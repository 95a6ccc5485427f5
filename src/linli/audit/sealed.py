"""How is it shown that nothing was changed or taken out afterwards? A hash chain over blocks.

Rows are appended plainly, in the transaction they belong to. The worker then seals all rows
that carry no block yet: it gives them the next block, hashes their contents in order together
with the hash of the block before, and stores that. Sealing waits for no row still in flight:
what commits later goes into a later block.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from linli import clock
from linli.columns import MomentField

ROWS_A_BLOCK = 20_000


class Sealed(models.Model):
    """A row that is only ever added, and is sealed into the chain of its table."""

    id = models.BigAutoField(primary_key=True)
    block = models.IntegerField(null=True, editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["id"], condition=models.Q(block=None), name="%(class)s_unsealed")
        ]


class Seal(models.Model):
    """One block of one table's chain: how many rows, and the hash that covers them."""

    table = models.CharField(max_length=40)
    block = models.IntegerField()
    rows = models.IntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    at = MomentField()

    class Meta:
        app_label = "audit"
        constraints = [models.UniqueConstraint(fields=["table", "block"], name="one_seal_a_block")]


@dataclass(frozen=True)
class Verdict:
    """What the check of one table's chain found. ``broken`` names the first wrong block."""

    table: str
    blocks: int
    rows: int
    unsealed: int
    broken: int | None
    head: str


def sealed_models() -> list[type[Sealed]]:
    """Every table that is sealed, found by being one."""
    return sorted(
        (m for m in apps.get_models() if issubclass(m, Sealed)), key=lambda m: m._meta.db_table
    )


def seal_all(*, rows_a_block: int = ROWS_A_BLOCK) -> int:
    """Seal every row not sealed yet; returns how many were."""
    return sum(_seal(model, rows_a_block) for model in sealed_models())


def verify() -> list[Verdict]:
    """Recompute every chain from the rows as they are now."""
    return [_verify(model) for model in sealed_models()]


def _seal(model: type[Sealed], rows_a_block: int) -> int:
    total = 0
    while True:
        with transaction.atomic():
            last = Seal.objects.filter(table=model._meta.db_table).order_by("-block").first()
            block = last.block + 1 if last else 1
            ids = list(
                model._base_manager.filter(block=None)
                .order_by("id")
                .values_list("id", flat=True)[:rows_a_block]
            )
            if not ids:
                return total
            model._base_manager.filter(block=None, id__gte=ids[0], id__lte=ids[-1]).update(
                block=block
            )
            span = (ids[0], ids[-1])
            at = int(clock.wall_now())
            digest, rows = _hash(model, block, span, _head(block, at, last.hash if last else ""))
            Seal.objects.create(
                table=model._meta.db_table,
                block=block,
                rows=rows,
                first_id=span[0],
                last_id=span[1],
                hash=digest,
                at=at,
            )
        total += rows


def _head(block: int, at: int, before: str) -> str:
    """What a block's digest begins with: its place, its moment, and the block before."""
    return f"{block} {at} {before}"


def _hash(model: type[Sealed], block: int, span: tuple[int, int], head: str) -> tuple[str, int]:
    """The digest over a head and a block's rows in order of id; and how many rows."""
    sha = hashlib.sha256(head.encode())
    rows = 0
    for row in _contents(model, block, span):
        sha.update(json.dumps(row, ensure_ascii=False, default=str).encode())
        rows += 1
    return sha.hexdigest(), rows


def _contents(model: type[Sealed], block: int, span: tuple[int, int]) -> Iterator[list[Any]]:
    """The stored values of a block's rows, as the database holds them."""
    columns = [f for f in model._meta.concrete_fields if f.name != "block"]
    quote = connection.ops.quote_name
    names = ", ".join(_plain(quote(str(f.column)), f) for f in columns)
    sql = (
        f"SELECT {names} FROM {quote(model._meta.db_table)} "
        "WHERE id BETWEEN %s AND %s AND block = %s ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*span, block])
        while rows := cursor.fetchmany(2000):
            yield from (list(row) for row in rows)


def _plain(column: str, field: models.Field) -> str:
    """JSON and UUID columns as text, so that both databases hash what they store."""
    text = isinstance(field, models.JSONField | models.UUIDField)
    return f"CAST({column} AS text)" if text else column


def _verify(model: type[Sealed]) -> Verdict:
    table = model._meta.db_table
    before, rows, blocks, broken = "", 0, 0, None
    for seal in Seal.objects.filter(table=table).order_by("block"):
        blocks += 1
        head = _head(seal.block, clock.seconds(seal.at), before)
        digest, found = _hash(model, seal.block, (seal.first_id, seal.last_id), head)
        if broken is None and (digest != seal.hash or found != seal.rows or seal.block != blocks):
            broken = seal.block
        before = seal.hash
        rows += found
    unsealed = model._base_manager.filter(block=None).count()
    sealed = model._base_manager.exclude(block=None).count()
    if broken is None and sealed != rows:
        broken = blocks + 1  # rows that claim a block which no seal covers
    return Verdict(table, blocks, rows, unsealed, broken, before)
