"""Who lives here, and what do they need? Lists, search and one person, as somebody may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from linli import clock
from linli.audit.records import record, record_many
from linli.columns import whole
from linli.errors import N_, NotFound, Word
from linli.policy.can import OWNERS, PATH_STEP, Actor, Ask, can
from linli.policy.fields import sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import grants, names, sight
from linli.registry.areas import within
from linli.registry.person import (
    LOADED,
    Person,
    Sex,
    load,
    make_findable,
    named,
    resolve,
)
from linli.registry.sight import Page, Sight

__all__ = [
    "LOADED", "Filters", "Person", "Sex", "in_ranges", "listing", "load", "make_findable", "named",
    "open_one", "resolve",
]  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What a list of people is narrowed to; a field left out does not narrow."""

    area_path: str = ""
    need: str = ""
    sex: str = ""
    floating: bool | None = None
    born_from: date | None = None
    born_until: date | None = None
    household_id: int | None = None

    def tests(self) -> dict[str, Any]:
        """The columns' conditions, as lookups."""
        asked = {
            "sex": self.sex or None,
            "floating": self.floating,
            "birth_date__gte": self.born_from,
            "birth_date__lte": self.born_until,
            "household_id": self.household_id,
        }
        return {lookup: value for lookup, value in asked.items() if value is not None}


SHOWN = (
    "id", "code", "name", "pinyin", "sex", "birth_date", "phone", "document", "relation",
    "floating", "needs", "household_id", "household__code", "household__door", "area_id",
    "area__name_zh", "path", "left_on", "left_because", "left_source", "source", "as_of",
)  # fmt: skip
COMMUNITY_PATH = 4 * PATH_STEP  # the path of a community; what is longer lies in one
Key = tuple[str, str, int]  # the text, path and id of a part
FEW = 4_000  # people: to read as many takes as long as finding a page of more, in a million's names
LEAST_DIGITS = 4  # of a phone, document or code that is searched for whole
_SQL_OF = {"gte": ">=", "lte": "<=", "": "="}


def listing(
    actor: Actor,
    *,
    purpose: str | None,
    text: str = "",
    filters: Filters | None = None,
    after: str | None = None,
    most: int = sight.ROWS_A_PAGE,
) -> Page:
    """A page of the people somebody may see, by area, or by name where a text is looked for.

    ``text`` is a part of a name or of its pinyin, or a whole code, phone or document. Merged
    duplicates are left out. Which people were shown, and what for, is recorded.
    """
    seen = sight.look(actor, "people.see", purpose)
    asked = filters or Filters()
    ranges = seen.within(asked.area_path)
    most = sight.a_page(most)
    folded = names.looked_for(text)
    if sum(c.isdigit() for c in text) >= LEAST_DIGITS:
        found = _by_number(text.strip(), seen, ranges, asked, most)
        page = Page([_row(r, seen) for r in found])
    elif folded or (asked.need and not text.strip()):
        page = _by_part(folded, seen, ranges, asked, after, most)
    elif text.strip():
        page = Page([])
    else:
        rows = Person.objects.filter(survivor_id=None, **asked.tests()).values(*SHOWN)
        got = sight.page_of(rows, ranges, after, most)
        last = got[most - 1] if len(got) > most else None
        page = Page(
            [_row(r, seen) for r in got[:most]],
            sight.key_of(last["path"], last["id"]) if last else None,
        )
    if page.rows:
        record_many(
            actor, "list", "people", [r["id"] for r in page.rows], holding=seen.holding,
            purpose=purpose, path=asked.area_path or seen.holding.path,
        )  # fmt: skip
    return page


def open_one(
    actor: Actor, person_id: int, *, purpose: str | None, now: int | None = None
) -> dict[str, Any]:
    """One person as somebody may see it, by post, as the person, or by a grant in force.

    A merged duplicate's id opens its survivor. Raises NotFound for whom there is not and for
    whom is out of sight alike, and PurposeNeeded. The look is recorded.
    """
    row = Person.objects.filter(id=resolve(person_id)).values(*SHOWN).first()
    missing = NotFound(what=Word(N_("person")), value=person_id)
    if row is None:
        raise missing
    roles = roles_for("people.see")
    own = actor.person_id is not None and actor.person_id == row["id"]
    if not own:
        actor = grants.widened(actor, row["id"], row["path"], clock.now_s() if now is None else now)
        if not any(row["path"].startswith(h.path) for h in actor.holds(roles)):
            raise missing
    chosen = Purpose(purpose) if purpose else None
    asked = roles | (OWNERS if own else frozenset())
    holding = can(actor, Ask("people.see", asked, row["path"], chosen, True, own)).required()
    if not own:
        record(
            actor, "see", "people", row["id"], holding=holding, purpose=purpose, path=row["path"],
            detail={"grant": holding.grant} if holding.grant else None,
        )  # fmt: skip
    return {**shown(row, sees([holding.role])), "asked_id": person_id, "grant": holding.grant}


def _by_number(
    text: str, seen: Sight, ranges: Sequence[tuple[str, str]], asked: Filters, most: int
) -> list[dict[str, Any]]:
    """People with exactly this code, phone or document, as far as the actor sees those."""
    visible = sees(seen.roles & {h.role for h in seen.actor.holdings})
    which = Q(code=text)
    if "phone" in visible:
        which |= Q(phone=text) & ~Q(phone="")
    if "document" in visible:
        which |= Q(document=text) & ~Q(document="")
    rows = Person.objects.filter(which, survivor_id=None, **asked.tests())
    found = rows.order_by("id").values(*SHOWN)[: sight.MOST_A_PAGE]
    return [row for row in found if sight.paths_in(ranges, row["path"])][:most]


def _by_part(
    folded: str,
    seen: Sight,
    ranges: Sequence[tuple[str, str]],
    asked: Filters,
    after: str | None,
    most: int,
) -> Page:
    """A page by a part of the name: one range of the parts, then the rows it names."""
    need = f"#{asked.need}" if asked.need else ""
    path, _, rest = (after or "").partition("-")
    row_id, _, text = rest.partition("-")
    number = whole(row_id)
    key = (text, path, number) if number is not None else None
    if folded and ranges and all(len(first) >= COMMUNITY_PATH for first, _ in ranges):
        keys = _keys_nearby(folded, ranges, asked, key)[: most + 1]
    elif folded and (few := _few(need, ranges, asked)) is not None:
        keys = _met(folded, few, key)[: most + 1]
    else:
        keys = _keys(folded, need, ranges, asked, key, most + 1)
    rows = {r["id"]: r for r in Person.objects.filter(id__in=[k[2] for k in keys]).values(*SHOWN)}
    told = [
        rows[person_id]
        for part, _, person_id in keys[:most]
        if not folded
        or part == names.first_part(folded, rows[person_id]["name"], rows[person_id]["pinyin"])
    ]
    last = keys[most - 1] if len(keys) > most else None
    return Page(
        [_row(row, seen) for row in told], f"{last[1]}-{last[2]}-{last[0]}" if last else None
    )


def _keys(
    folded: str,
    need: str,
    ranges: Sequence[tuple[str, str]],
    asked: Filters,
    after: Key | None,
    most: int,
) -> list[Key]:
    """The parts that a search meets, in their order: one range of their key."""
    where, values = names.conditions(folded or need, ranges, after)
    tests, limits = _tests(asked)
    where, values = where + tests, values + limits
    if folded and need:
        where += (
            " AND EXISTS (SELECT 1 FROM registry_namepart m"
            " WHERE m.text = %s AND m.path = n.path AND m.person_id = n.person_id)"
        )
        values.append(need)
    tables = "registry_namepart n"
    if asked.tests():
        tables += " CROSS JOIN registry_person p"  # CROSS: the parts lead on SQLite as well
        where = f"p.id = n.person_id AND {where}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.text, n.path, n.person_id FROM {tables} WHERE {where}"
            " ORDER BY n.text, n.path, n.person_id LIMIT %s",
            [*values, most],
        )
        return cursor.fetchall()


def _keys_nearby(
    folded: str, ranges: Sequence[tuple[str, str]], asked: Filters, after: Key | None
) -> list[Key]:
    """The same for who sees a community or less: its few people are read, and not the city's."""
    people = Person.objects.filter(in_ranges(ranges), **asked.tests())
    rows = people.values_list("id", "path", "name", "pinyin", "needs")
    fit = (row[:4] for row in rows if not asked.need or asked.need in row[4])
    return _met(folded, fit, after)


def _few(
    need: str, ranges: Sequence[tuple[str, str]], asked: Filters
) -> list[tuple[int, str, str, str]] | None:
    """The people who fit all but the name, if a need or a span of births leaves few; else None.

    A rare need beside a common name, the names looked through in their order would be looked
    through for long. Whether they are few is known from an index alone.
    """
    if need:
        which, values = names.conditions(need, ranges, None)
        lead, key = "registry_namepart n", "n.person_id"
    elif asked.born_from is not None and asked.born_until is not None:
        inside = " OR ".join("(n.path >= %s AND n.path < %s)" for _ in ranges) or "1 = 0"
        which = f"n.birth_date >= %s AND n.birth_date <= %s AND ({inside})"
        values = [asked.born_from, asked.born_until, *(end for pair in ranges for end in pair)]
        lead, key = "registry_person n", "n.id"
    else:
        return None
    tests, limits = _tests(asked)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM {lead} WHERE {which} LIMIT %s) few",
            [*values, FEW + 1],
        )
        if cursor.fetchone()[0] > FEW:
            return None
        cursor.execute(  # CROSS: the few lead on SQLite as well
            f"SELECT p.id, p.path, p.name, p.pinyin FROM {lead} CROSS JOIN registry_person p "
            f"WHERE {which} AND p.id = {key} AND p.survivor_id IS NULL{tests}",
            [*values, *limits],
        )
        return cursor.fetchall()


def _tests(asked: Filters) -> tuple[str, list[Any]]:
    """What a list is narrowed to, as conditions on ``p`` (Person) that go on from others."""
    sql, values = "", []
    for lookup, value in asked.tests().items():
        column, _, test = lookup.partition("__")
        sql += f" AND p.{column} {_SQL_OF[test]} %s"
        values.append(value)
    return sql, values


def _met(folded: str, people: Iterable[tuple[int, str, str, str]], after: Key | None) -> list[Key]:
    """The first part that a search meets of each of these people, in the order of the parts."""
    met = []
    for person_id, path, name, pinyin in people:
        if names.is_chinese(name) and folded not in name and folded not in pinyin.replace(" ", ""):
            continue  # as nearly everybody: not worth cutting the name into its endings
        part = names.first_part(folded, name, pinyin)
        if part is not None:
            met.append((part, path, person_id))
    return sorted(key for key in met if after is None or key > after)


def _row(row: dict[str, Any], seen: Sight) -> dict[str, Any]:
    return seen.shows(row, row["path"])


def in_ranges(ranges: Sequence[tuple[str, str]]) -> Q:
    """People who are not merged away, in these ranges."""
    return within(ranges) & Q(survivor_id=None)
