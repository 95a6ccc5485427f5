"""How far is the round? From the city down to the door, and the sums balance at every tier.

Boards read counters. Whoever opens the list of a grid reads its people, so that it is exact to
the second; who was missed on a day that has closed is read from what was written down then.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from linli.audit.records import record
from linli.errors import N_, BadInput
from linli.loops.rounds import Coverage, Seen
from linli.loops.screening.tables import Day, Report
from linli.policy.can import Actor, Ask, can, end_of
from linli.policy.fields import sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.areas import Area

SEE = "screening.see"
DAYS_LOOKED_BACK = 14
MOST_LISTED = 2000  # people; a grid has a few hundred households
_COLUMNS = "n_checked, n_refused, n_unreachable, n_away, n_exempt"
_SUMS = ", ".join(f"sum({name})" for name in _COLUMNS.split(", "))


@dataclass(frozen=True)
class AreaCoverage:
    """The coverage of one area on one day; ``counted`` is False where no list was counted yet."""

    area: Area
    numbers: Coverage
    n_fever: int
    counted: bool


@dataclass(frozen=True)
class Door:
    """A household of a grid's list: its door, its people as somebody may see them."""

    household_id: int | None
    compound: str
    building: str
    floor: int | None
    door: str
    people: list[dict[str, Any]]
    n_uncovered: int


class ListTooLong(BadInput):
    """A list of names was asked for an area that is too wide."""

    code = "list_too_long"
    sentence = N_("{area} has more than {most} people to list. Open one of its grids.")


def total(path: str, day: date, *, exercise: bool = False) -> Coverage:
    """The coverage of an area and all below it on a day."""
    return next(iter(_sums(path, day, [path], exercise).values()))[0]


def each(path: str, areas: Iterable[Area], day: date, *, exercise: bool = False) -> list[
    AreaCoverage
]:  # fmt: skip
    """The coverage of each of these areas, which lie within a path."""
    listed = list(areas)
    sums = _sums(path, day, [area.path for area in listed], exercise)
    return [AreaCoverage(area, *sums[area.path]) for area in listed]


def below(area: Area, day: date, *, exercise: bool = False) -> list[AreaCoverage]:
    """The coverage of each area directly below one that has people of its own to count."""
    children = Area.objects.filter(parent=area, valid_until=None).order_by("path")
    return [
        row
        for row in each(area.path, children, day, exercise=exercise)
        if row.area.tier is not None or row.area.kind == "grid" or row.numbers.expected
    ]


def closed(day: date, *, exercise: bool = False) -> bool:
    """Whether a day has closed, so that nothing of it changes any more."""
    return Day.objects.filter(day=day, exercise=exercise).exclude(closed_at=None).exists()


def own(area: Area, day: date, *, exercise: bool = False) -> Coverage:
    """What is counted at the area itself and in none of those below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n_expected, {_COLUMNS} FROM loops_screeningcount "
            "WHERE day = %s AND area_id = %s AND exercise = %s",
            [day, area.id, exercise],
        )
        row = cursor.fetchone()
    return Coverage(*(int(n or 0) for n in row)) if row else Coverage()


def _sums(
    path: str, day: date, wanted: list[str], exercise: bool
) -> dict[str, tuple[Coverage, int, bool]]:
    found: dict[str, tuple[Coverage, int, bool]] = {}
    with connection.cursor() as cursor:
        for length in {len(one) for one in wanted}:
            cursor.execute(
                f"SELECT SUBSTR(path, 1, {length}), sum(n_expected), {_SUMS}, sum(n_fever), "
                "sum(CASE WHEN n_expected IS NULL THEN 1 ELSE 0 END) FROM loops_screeningcount "
                "WHERE day = %s AND path >= %s AND path < %s AND exercise = %s "
                f"AND LENGTH(path) >= {length} GROUP BY 1",
                [day, path, end_of(path), exercise],
            )
            for row in cursor.fetchall():
                numbers = Coverage(*(int(n or 0) for n in row[1:7]))
                found[row[0]] = (numbers, int(row[7] or 0), not row[8])
    return {one: found.get(one, (Coverage(), 0, False)) for one in wanted}


def doors(
    actor: Actor, area: Area, day: date, *, purpose: str | None, open_only: bool = True
) -> list[Door]:
    """The doors of an area where somebody was not checked, by building and floor; recorded.

    Each person comes with the state of the day (None: nobody came), and with the day and state
    of the last report before. Raises NotAllowed, PurposeNeeded, or ListTooLong.
    """
    chosen = Purpose(purpose) if purpose else None
    ask = Ask(SEE, roles_for(SEE), area.path, chosen, about_residents=True)
    holding = can(actor, ask).required()
    rows = _closed_rows(area, day, actor.exercise) if closed(day, exercise=actor.exercise) else None
    if rows is None:
        rows = _open_rows(area, day, actor.exercise, open_only)
    if len(rows) > MOST_LISTED:
        raise ListTooLong(area=area.name_zh, most=MOST_LISTED)
    last = _last_reports([row["id"] for row in rows], day, actor.exercise)
    visible = sees([holding.role])
    record(
        actor, "list", "screening", area.id, holding=holding, purpose=purpose, path=area.path,
        detail={"day": day.isoformat(), "n": len(rows)},
    )  # fmt: skip
    found: dict[tuple[Any, ...], Door] = {}
    for row in rows:
        key = (row["compound"], row["building"], row["floor"], row["door"], row["household_id"])
        door = found.setdefault(key, Door(row["household_id"], *key[:4], people=[], n_uncovered=0))
        person = {"id": row["id"], "name": row["name"], "phone": row["phone"],
                  "needs": row["needs"]}  # fmt: skip
        state, before = row["state"], last.get(row["id"])
        door.people.append(
            {
                **shown(person, visible),
                "state": Seen(state).name.lower() if state else None,
                "last_day": before[0] if before else None,
                "last_state": Seen(before[1]).name.lower() if before else None,
            }
        )
    return [
        Door(d.household_id, d.compound, d.building, d.floor, d.door, d.people,
             sum(p["state"] is None for p in d.people))
        for d in found.values()
    ]  # fmt: skip


_LISTED = (
    "SELECT p.id, p.name, p.phone, p.needs, h.id, coalesce(c.name_zh, ''), "
    "coalesce(b.name_zh, ''), h.floor, coalesce(h.door, ''), "
)
_PLACES = (
    "LEFT JOIN registry_household h ON h.id = p.household_id "
    "LEFT JOIN registry_area b ON b.id = h.home_id LEFT JOIN registry_area c ON c.id = "
    "h.compound_id "
)
_ORDER = "ORDER BY 6, b.path, h.floor, h.door, h.id, p.id LIMIT %s"
_KEYS = ("id", "name", "phone", "needs", "household_id", "compound", "building", "floor", "door",
         "state")  # fmt: skip


def _open_rows(area: Area, day: date, drill: bool, open_only: bool) -> list[dict[str, Any]]:
    narrowed = "AND (r.state IS NULL OR r.state IN (2, 3, 4)) " if open_only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_LISTED} r.state FROM registry_person p {_PLACES}"
            "LEFT JOIN loops_screeningreport r ON r.day = %s AND r.person_id = p.id "
            "AND r.exercise = %s WHERE p.path >= %s AND p.path < %s AND p.survivor_id IS NULL "
            "AND (p.left_on IS NULL OR p.left_on > %s OR r.state IS NOT NULL) "
            f"{narrowed}{_ORDER}",
            [day, drill, area.path, end_of(area.path), day, MOST_LISTED + 1],
        )
        return [_row(row) for row in cursor.fetchall()]


def _closed_rows(area: Area, day: date, drill: bool) -> list[dict[str, Any]]:
    """Who was missed on a closed day, by the door of that day, also where somebody has gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.person_id, coalesce(p.name, ''), coalesce(p.phone, ''), "
            "p.needs, h.id, coalesce(c.name_zh, ''), coalesce(b.name_zh, ''), h.floor, "
            "coalesce(h.door, ''), NULL FROM loops_screeningmissed m "
            "LEFT JOIN registry_person p ON p.id = m.person_id "
            "LEFT JOIN registry_household h ON h.id = m.household_id "
            "LEFT JOIN registry_area b ON b.id = h.home_id LEFT JOIN registry_area c "
            "ON c.id = h.compound_id WHERE m.path >= %s AND m.path < %s AND m.day = %s "
            "AND m.exercise = %s ORDER BY 6, b.path, h.floor, h.door, h.id, m.person_id LIMIT %s",
            [area.path, end_of(area.path), day, drill, MOST_LISTED + 1],
        )
        return [_row(row) for row in cursor.fetchall()]


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = dict(zip(_KEYS, values, strict=True))
    needs = row["needs"]
    if isinstance(needs, str):
        needs = json.loads(needs)
    return {**row, "needs": needs or []}


def _last_reports(ids: list[int], day: date, drill: bool) -> dict[int, tuple[date, int]]:
    """The last report of each person in the two weeks before a day."""
    found: dict[int, tuple[date, int]] = {}
    first = day - timedelta(days=DAYS_LOOKED_BACK)
    for n in range(0, len(ids), 500):
        rows = Report.objects.filter(
            day__gte=first, day__lt=day, person_id__in=ids[n : n + 500], exercise=drill
        ).order_by("day")
        found |= {who: (at, state) for who, at, state in rows.values_list(
            "person_id", "day", "state")}  # fmt: skip
    return found
