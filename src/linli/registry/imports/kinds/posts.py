"""The roster, as a list: one row a seat, or a seat and who sits in it from when to when."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from linli import clock
from linli.errors import N_, BadInput, Word
from linli.policy.roles import NAMES, STAFF, Role
from linli.registry.accounts import Account
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Kind, Known, Row, Values, World
from linli.registry.imports.references import References, UnknownReference
from linli.registry.imports.tables import (
    area_column,
    audit,
    day_column,
    organisation_column,
    resolve_places,
    write_changes,
)
from linli.registry.roster import Assignment, Occupied, Post

SEAT = ("area_id", "role", "topic", "title")
OF_POST = ("organisation_id", "first_responsible")
OF_ASSIGNMENT = ("ends_on", "deputy")

COLUMNS = (
    area_column(),
    Column("role", "角色", "Role", columns.choice(
        {role.value: (NAMES[role],) for role in Role if role in STAFF}
    ), "#role+code", required=True),
    Column("topic", "事项", "Topic", columns.code(40), "#duty+topic"),
    Column("title", "职务", "Title", columns.text(120), "#role+name"),
    Column("first_responsible", "第一责任人", "First responsible", columns.yes_no, "#role+first",
           clears_to=False, type="boolean", write=columns.said_yes_no),
    organisation_column(),
    Column("account", "账号", "User name", columns.code(80), "#contact+account",
           aliases=("username",)),
    day_column("starts_on", "起始日期", "From", "#date+start"),
    day_column("ends_on", "终止日期", "Until", "#date+end"),
    Column("deputy", "副职", "Deputy", columns.yes_no, "#role+deputy", clears_to=False,
           type="boolean", write=columns.said_yes_no),
)  # fmt: skip


def resolve(rows: list[Row], world: World) -> None:
    """Find the areas, organisations and accounts; a seat is whole even where a cell is blank."""
    names = {row.values["account"] for row in rows if row.values.get("account")}
    accounts = dict(Account.objects.filter(username__in=names).values_list("username", "id"))
    for row in rows:
        resolve_places(row, world)
        row.values.setdefault("topic", "")
        row.values.setdefault("title", "")
        name = row.values.pop("account", "")
        if name and name not in accounts:
            row.refuse(UnknownReference(what=Word(N_("account")), value=name))
        row.values["account_id"] = accounts.get(name)


def lookups(values: Values) -> Sequence[Hashable]:
    """A seat by area, role, topic and title; somebody in it by account as well."""
    return [(*(values.get(part) for part in SEAT), values.get("account_id"))]


def judge(values: Values, candidates: Sequence[Known]) -> tuple[Known | None, list[Any]]:
    """Somebody's term in a seat is told by its first day; without one, it is the latest."""
    if "starts_on" in values:
        day = values["starts_on"]
        return next((k for k in candidates if k.values.get("starts_on") == day), None), []
    return max(candidates, key=lambda k: k.values.get("starts_on") or date.min, default=None), []


def check(row: Row, world: World) -> None:
    """A term ends after it starts, and one at a time is first responsible."""
    v = (row.known.values if row.known else {}) | row.values
    if row.known is None and v.get("account_id") is not None:
        row.values.setdefault("starts_on", world.today)
        v = v | row.values
    starts, ends = v.get("starts_on"), v.get("ends_on")
    if starts and ends and ends < starts:
        row.refuse(
            BadInput(
                N_("The end, {ends}, is not after the start, {starts}. Choose a later end."),
                ends=ends,
                starts=starts,
            )
        )
        return
    if v.get("account_id") is None or v.get("deputy") or not v.get("first_responsible"):
        return  # any number may do the same work; the first responsible is one at a time
    seat = tuple(v.get(part) for part in SEAT)
    terms = world.scratch.setdefault("terms", {}).setdefault(seat, [])
    for account, begun, ended, name in terms:
        mine = row.known is not None and (account, begun) == (v["account_id"], starts)
        apart = (ended is not None and ended < starts) or (ends is not None and ends < begun)
        if not mine and not apart:
            row.refuse(Occupied(post=v.get("title") or v.get("role"), holder=name))
            return
    if row.known is None:
        terms.append((v["account_id"], starts, ends, f"id:{v['account_id']}"))


def fetch(rows: list[Row], world: World) -> Iterable[Known]:
    """The seats of these areas, and who has sat in them."""
    areas = {row.values["area_id"] for row in rows if "area_id" in row.values}
    posts = {p.id: p for p in Post.objects.filter(area_id__in=areas)}
    terms: dict[Any, list[Any]] = {}
    found = []
    for post in posts.values():
        values = {n: getattr(post, n) for n in (*SEAT, *OF_POST, "path")}
        found.append(Known(-post.id, values | {"account_id": None, "post_id": post.id}))
        terms.setdefault(tuple(values[part] for part in SEAT), [])
    for row in Assignment.objects.filter(post_id__in=posts).select_related("account"):
        values = {n: getattr(posts[row.post_id], n) for n in (*SEAT, *OF_POST, "path")}
        starts, ends = _day(row.starts_at), _day(row.ends_at)
        found.append(
            Known(
                row.id,
                values | {"account_id": row.account_id, "post_id": row.post_id,
                          "starts_on": starts, "ends_on": ends, "deputy": row.deputy},
            )
        )  # fmt: skip
        if not row.deputy:
            seat = tuple(values[part] for part in SEAT)
            terms.setdefault(seat, []).append((row.account_id, starts, ends, str(row.account)))
    kept = world.scratch.setdefault("terms", {})
    for seat, known_terms in terms.items():
        kept.setdefault(seat, known_terms)
    return found


def create(known: list[Known], world: World) -> None:
    """Add the seats that are not there yet, and the terms in them."""
    seats: dict[Any, list[int]] = {}
    areas = {k.values["area_id"] for k in known}
    for post in Post.objects.filter(area_id__in=areas).order_by("id"):
        seats.setdefault(tuple(getattr(post, part) for part in SEAT), []).append(post.id)
    for k in known:
        posts = seats.setdefault(tuple(k.values[part] for part in SEAT), [])
        free = [p for p in posts if k.values.get("deputy") or _is_free(p, k.values)]
        if not free:
            names = {n: k.values[n] for n in (*SEAT, "path")}
            rest = {n: k.values[n] for n in OF_POST if k.values.get(n) is not None}
            free = [Post.objects.create(**names, **rest).id]
            posts += free
        if k.values["account_id"] is None:
            k.id = -free[0]
            continue
        k.id = Assignment.objects.create(
            post_id=free[0],
            account_id=k.values["account_id"],
            starts_at=_start(k.values["starts_on"]),
            ends_at=_end(k.values.get("ends_on")),
            deputy=k.values.get("deputy", False),
        ).id
    audit(world, "import.create", Post, known)


def change(known: list[Known], world: World) -> None:
    """Change terms and the seats they are in."""
    seats, terms = [], []
    for k in known:
        of_seat = {n: v for n, v in k.changes.items() if n in OF_POST}
        of_term = {n: v for n, v in k.changes.items() if n in OF_ASSIGNMENT}
        if of_seat and k.values.get("post_id"):
            seats.append(Known(k.values["post_id"], {}, of_seat))
        if of_term and k.values["account_id"] is not None:
            if "ends_on" in of_term:
                of_term["ends_at"] = _end(of_term.pop("ends_on"))
            terms.append(Known(k.id, {}, of_term))
    write_changes(Post, seats)
    write_changes(Assignment, terms)
    audit(world, "import.change", Post, known)


def cells(rows: Iterable[Any], references: References) -> Iterator[Values]:
    """The values by column: a seat's terms, or the seat alone while nobody sat in it."""
    for post in rows:
        seat = {
            "area": references.label(post.area_id),
            "role": post.role,
            "topic": post.topic,
            "title": post.title,
            "first_responsible": post.first_responsible,
            "organisation": references.organisation_names.get(post.organisation_id, ""),
        }
        terms = list(post.assignments.all())
        for term in terms:
            yield seat | {
                "account": term.account.username,
                "starts_on": _day(term.starts_at),
                "ends_on": _day(term.ends_at),
                "deputy": term.deputy,
            }
        if not terms:
            yield seat


def everything() -> QuerySet[Any]:
    """All seats, by area."""
    found = Post.objects.prefetch_related("assignments__account")
    return found.order_by("path", "id")


def _is_free(post_id: int, values: Values) -> bool:
    """Whether nobody holds a seat in a term."""
    if values["account_id"] is None:
        return False
    held = Assignment.objects.filter(post_id=post_id, deputy=False)
    held = held.exclude(ends_at__lte=_start(values["starts_on"]))
    ends = _end(values.get("ends_on"))
    return not (held if ends is None else held.exclude(starts_at__gte=ends)).exists()


def _day(at: datetime | None) -> date | None:
    return None if at is None else clock.day(at)


def _start(day: date) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(clock.CITY_ZONE_DEFAULT)).timestamp())


def _end(day: date | None) -> int | None:
    """The end of the last day, which is still served."""
    return None if day is None else _start(day) + 24 * 3600 - 1


KIND = Kind(
    name="posts",
    zh="值守名册",
    en="Roster",
    power="roster.edit",
    columns=COLUMNS,
    resolve=resolve,
    fetch=fetch,
    lookups=lookups,
    judge=judge,
    check=check,
    create=create,
    change=change,
    rows=everything,
    cells=cells,
)
