"""How is a person found by a part of the name? By its endings, kept in order with the area.

A text is contained in a name when one of the name's endings begins with it, so every ending is a
row: 王小明 gives 王小明, 小明 and 明; its pinyin gives wangxiaoming, xiaoming and ming. A search is
one range of the primary key, and the area's path in the same key answers who may see it without
reading a person. Needs are kept the same way, as ``#code``.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from linli import bulk
from linli.columns import AreaPathField, OrderedTextField

LONGEST_PART = 40  # characters of an ending that are kept; a longer text is compared up to here
LEAST_LATIN = 2  # letters: one alone begins a fifth of all names
LAST_CHARACTER = "\U0010ffff"
COLUMNS = ("text", "path", "person_id")


class NamePart(models.Model):
    """One ending of a person's name, or one need, with the person's responsible area."""

    pk = models.CompositePrimaryKey("text", "path", "person_id")
    text = OrderedTextField(max_length=LONGEST_PART)
    path = AreaPathField()
    person_id = models.BigIntegerField()

    class Meta:
        app_label = "registry"


@dataclass(frozen=True, slots=True)
class Named:
    """What of a person decides how it is found."""

    id: int
    path: str
    name: str
    pinyin: str = ""
    needs: Sequence[str] = ()


def fold(text: str) -> str:
    """A name without what people type differently: width, case, spaces, dots and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def parts_of(name: str, pinyin: str = "", needs: Iterable[str] = ()) -> set[str]:
    """Every ending of a name and of its pinyin, and every need."""
    found = {f"#{need}"[:LONGEST_PART] for need in needs}
    for text in (name, pinyin):
        if text.isascii():
            units = text.casefold().split() if text.replace(" ", "").isalnum() else _units(text)
        else:
            units = list(text) if is_chinese(text) else _units(text)
        found |= {"".join(units[n:])[:LONGEST_PART] for n in range(len(units))}
    return found


def looked_for(text: str) -> str:
    """The text of a search as the parts are kept; empty when it is too short to look for."""
    folded = fold(text)[:LONGEST_PART]
    return "" if folded.isascii() and len(folded) < LEAST_LATIN else folded


def first_part(folded: str, name: str, pinyin: str) -> str | None:
    """The first of a person's parts that a search meets, so that each person is told once."""
    return min((p for p in parts_of(name, pinyin) if p.startswith(folded)), default=None)


def rows_of(people: Iterable[Named]) -> list[tuple[str, str, int]]:
    """The rows of these people, in the order of the key."""
    return sorted(
        (text, who.path, who.id)
        for who in people
        for text in parts_of(who.name, who.pinyin, who.needs)
    )


def add(people: Iterable[Named]) -> int:
    """Keep the parts of new people, in the caller's transaction; returns how many rows."""
    return bulk.insert(NamePart, COLUMNS, rows_of(people))


def change(before: Iterable[Named], after: Iterable[Named]) -> None:
    """Bring the parts of changed people up to date; only what differs is written."""
    old, new = set(rows_of(before)), set(rows_of(after))
    gone = sorted(old - new)
    if gone:
        table = connection.ops.quote_name(NamePart._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {table} WHERE text = %s AND path = %s AND person_id = %s", gone
            )
    fresh = sorted(new - old)
    if fresh:
        bulk.insert(NamePart, COLUMNS, fresh)


@transaction.atomic
def rebuild(people: Iterable[Named]) -> int:
    """Make all parts anew from all people, after a load that went past this file."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(NamePart._meta.db_table)}")
    rows = (
        (text, who.path, who.id)
        for who in people
        for text in parts_of(who.name, who.pinyin, who.needs)
    )
    return bulk.insert_sorted(NamePart, COLUMNS, rows)


def found(text: str, ranges: Sequence[tuple[str, str]]) -> QuerySet[Any]:
    """The ids of people in whose names a text is, within path ranges, as a subquery."""
    folded = looked_for(text)
    if not folded:
        return NamePart.objects.none().values("person_id")
    within = Q(pk__in=[]) if not ranges else Q()
    for first, end in ranges:
        within |= Q(path__gte=first, path__lt=end)
    parts = NamePart.objects.filter(within, text__gte=folded, text__lt=folded + LAST_CHARACTER)
    return parts.values("person_id")


def conditions(
    folded: str, ranges: Sequence[tuple[str, str]], after: tuple[str, str, int] | None
) -> tuple[str, list[Any]]:
    """The WHERE clause of a search over ``n`` (NamePart), within path ranges, after a key."""
    sql = ["n.text >= %s AND n.text < %s"]
    values: list[Any] = [folded, folded + LAST_CHARACTER]
    if folded.startswith("#"):
        sql, values = ["n.text = %s"], [folded]
    if after is not None:
        sql.append("(n.text, n.path, n.person_id) > (%s, %s, %s)")
        values += after
    within = " OR ".join("(n.path >= %s AND n.path < %s)" for _ in ranges)
    sql.append(f"({within})" if ranges else "1 = 0")
    return " AND ".join(sql), values + [end for pair in ranges for end in pair]


def is_chinese(text: str) -> bool:
    """Whether a name is of the common Chinese characters only, as nearly all are."""
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def _units(text: str) -> list[str]:
    """A name cut where a part may begin: at each Chinese character, at each word in letters."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    units: list[str] = []
    for kind, group in groupby(plain, key=_kind):
        if kind == "word":
            units.append("".join(c for c in group if c.isalnum()))
        elif kind == "sign":
            units.extend(group)
    return [unit for unit in units if unit]


def _kind(character: str) -> str:
    if character.isalnum():
        return "word" if ord(character) < 0x2E80 else "sign"
    return "word" if unicodedata.combining(character) else "gap"
