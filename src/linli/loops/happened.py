"""What happened where and when, for whoever counts it? Rows without names, of any loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Min

from linli import clock
from linli.loops.ledger import Event, Item

CONFIRMED = "confirmed"
CONFIRMS = ("classify", "reclassify", "confirm_after")  # the steps of a case that may do so
AT_ONCE = 500
FIRST_ONES = 20  # read at once, of which one nearly always is a sound one
DAY_S = 86_400
# What follows is written with constants and not with values: only so does a database see that
# the partial indexes item_case, item_case_onset and event_confirms serve it.
CASES = (
    "SELECT id, kind, path, subject_id, opened_at, {opened_as}, {onset_on} FROM loops_item "
    f"WHERE loop = 'case' AND item_class = '{CONFIRMED}'"
)
DISEASES = (  # from one disease to the next by the index, without touching their cases
    "WITH RECURSIVE kinds(kind) AS (SELECT min(i.kind) FROM loops_item i{by} "
    "WHERE i.loop = 'case' UNION ALL SELECT (SELECT min(i.kind) FROM loops_item i{by} "
    "WHERE i.loop = 'case' AND i.kind > kinds.kind) FROM kinds WHERE kinds.kind IS NOT NULL) "
    "SELECT kind FROM kinds WHERE kind IS NOT NULL AND EXISTS (SELECT 1 FROM loops_item i{by} "
    "WHERE i.loop = 'case' AND i.kind = kinds.kind AND i.exercise = %s) ORDER BY kind"
)
_BECAME = (
    # CROSS: SQLite keeps the order, and begins with the few events of the days asked for.
    "FROM loops_event e CROSS JOIN loops_item i WHERE i.id = e.item_id "
    f"AND e.step IN {CONFIRMS} AND {{category}} = '{CONFIRMED}' "
    f"AND i.loop = 'case' AND i.item_class = '{CONFIRMED}'"
)
BECAME = f"SELECT DISTINCT i.id {_BECAME} AND e.at >= %s AND e.at < %s AND i.exercise = %s"
FIRST_BECAME = f"SELECT e.at {_BECAME} AND i.kind = %s AND i.exercise = %s ORDER BY e.at LIMIT 1"


@dataclass(frozen=True)
class ConfirmedCase:
    """A case that stands as confirmed: whose, where, since when, and of which onset."""

    disease: str
    person_id: int | None
    path: str
    confirmed_at: datetime
    onset_on: date | None


def fevers_from(
    source: str, begins_s: int, ends_s: int, *, exercise: bool
) -> tuple[datetime | None, list[tuple[str, datetime]]]:
    """When a gate, a clinic or a round first told of a fever, and path and moment of each since."""
    kept = Item.objects.filter(loop="fever", exercise=exercise, data__source=source)
    began = kept.aggregate(at=Min("happened_at"))["at"]
    rows = kept.filter(happened_at__gte=begins_s, happened_at__lt=ends_s)
    return began, list(rows.values_list("path", "happened_at")) if began else []


def first_of(loop: str, *, exercise: bool) -> datetime | None:
    """When the first item of a loop that was kept happened; None if there is none."""
    kept = Item.objects.filter(loop=loop, exercise=exercise).order_by("id")
    return kept.values_list("happened_at", flat=True).first()


def diseases_of_cases(*, exercise: bool) -> list[str]:
    """The diseases of which a case was ever kept, without reading the cases."""
    return [row[0] for row in _rows(_diseases(), exercise)]


def confirmed_cases(
    *, exercise: bool, first: date | None = None, last: date | None = None
) -> list[ConfirmedCase]:
    """The cases that stand as confirmed, with the moment they were first called so.

    Of a span of days only those are read that were confirmed in it, or that fell ill in it.
    """
    if first is None or last is None:
        rows = _rows(f"{CASES} AND exercise = %s", exercise)
    else:
        rows = _between(first, last, exercise)
    later = [row[0] for row in rows if not _came_so(row)]
    when = _confirmed_at(later)
    return [_case(row, when) for row in sorted(rows)]


def first_confirmed(disease: str, *, exercise: bool) -> datetime | None:
    """The moment of the first case of a disease that stands as confirmed; None without one."""
    came = _rows(
        f"{CASES} AND kind = %s AND exercise = %s AND ({_said('opened_as')} IS NULL OR "
        f"{_said('opened_as')} = '{CONFIRMED}') ORDER BY opened_at LIMIT 1", disease, exercise,
    )  # fmt: skip
    became = _rows(FIRST_BECAME.format(category=_said("category", "e.")), disease, exercise)
    moments = [row[4] for row in came] + [row[0] for row in became]
    return clock.moment(min(moments)) if moments else None


def first_onset(disease: str, *, exercise: bool) -> date | None:
    """The first day on which somebody fell ill whose case stands as confirmed."""
    onset = _said("onset_on")
    after, after_id = "", 0
    while True:
        rows = _rows(
            f"{CASES} AND kind = %s AND exercise = %s AND ({onset}, id) > (%s, %s) "
            f"ORDER BY {onset}, id LIMIT {FIRST_ONES}", disease, exercise, after, after_id,
        )  # fmt: skip
        when = _confirmed_at([row[0] for row in rows if not _came_so(row)])
        for row in rows:
            case = _case(row, when)
            if case.onset_on is not None and case.onset_on <= clock.day(case.confirmed_at):
                return case.onset_on
        if len(rows) < FIRST_ONES:
            return None
        after_id, after = rows[-1][0], rows[-1][6]


Row = tuple[Any, ...]  # id, kind, path, person, opened_at, opened_as, onset_on


def _diseases() -> str:
    """SQLite is told the index, for it would rather look up all cases by their loop."""
    by = "" if connection.vendor == "postgresql" else " INDEXED BY item_case"
    return DISEASES.replace("{by}", by)


def _said(name: str, of: str = "") -> str:
    """What a row's data says under a name, as its index has it."""
    if connection.vendor == "postgresql":
        return f"({of}data ->> '{name}')"
    return f"json_extract({of}data, '$.{name}')"


def _rows(sql: str, *values: Any) -> list[Row]:
    said = {"opened_as": _said("opened_as"), "onset_on": _said("onset_on")}
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("{opened_as}", said["opened_as"])
                       .replace("{onset_on}", said["onset_on"]), values)  # fmt: skip
        return list(cursor.fetchall())


def _between(first: date, last: date, exercise: bool) -> list[Row]:
    """Cases that came as confirmed in a span, that became so, and that fell ill in it."""
    begins, ends = clock.midnight_s(first), clock.midnight_s(last) + DAY_S
    found: dict[int, Row] = {}
    onset = _said("onset_on")
    for disease in diseases_of_cases(exercise=exercise):
        mine = f"{CASES} AND kind = %s AND exercise = %s"
        rows = _rows(f"{mine} AND opened_at >= %s AND opened_at < %s", disease, exercise,
                     begins, ends)  # fmt: skip
        rows += _rows(f"{mine} AND {onset} >= %s AND {onset} <= %s", disease, exercise,
                      first.isoformat(), last.isoformat())  # fmt: skip
        found |= {row[0]: row for row in rows}
    became = _rows(BECAME.format(category=_said("category", "e.")), begins, ends, exercise)
    ids = [item_id for (item_id,) in became if item_id not in found]
    for n in range(0, len(ids), AT_ONCE):
        some = ids[n : n + AT_ONCE]
        marks = ", ".join(["%s"] * len(some))
        found |= {row[0]: row for row in _rows(f"{CASES} AND id IN ({marks})", *some)}
    return list(found.values())


def _came_so(row: Row) -> bool:
    """Whether a case came in as confirmed and did not become so later."""
    return row[5] in (None, CONFIRMED)


def _case(row: Row, when: Mapping[int, datetime]) -> ConfirmedCase:
    item_id, disease, path, person, opened_at, _, onset = row
    opened = clock.moment(opened_at)
    return ConfirmedCase(
        disease, person, path, opened if _came_so(row) else when.get(item_id, opened),
        date.fromisoformat(onset) if onset else None,
    )  # fmt: skip


def _confirmed_at(items: list[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for n in range(0, len(items), AT_ONCE):
        rows = Event.objects.filter(
            item_id__in=items[n : n + AT_ONCE], step__in=CONFIRMS, data__category=CONFIRMED
        )
        found |= dict(rows.values_list("item_id").annotate(first=Min("at")))
    return found
