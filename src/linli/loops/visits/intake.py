"""How do visits come in, one by one or by the million? Checked together, and each one once.

What one person told of one place and time is one row, by whichever door and however often it is
sent: its uid is made from what it says, unless the sender made one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from linli import bulk
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.errors import Taken as AlreadyThere
from linli.loops.advance import Refused
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.loops.visits.tables import (
    VEHICLES,
    Air,
    Certainty,
    PlaceKind,
    Precision,
    Source,
    Visit,
)
from linli.policy.can import Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.areas import Area
from linli.registry.names import fold
from linli.registry.person import Person
from linli.registry.sites import Site

EDIT = "visits.edit"
VISITS = UUID("0a7e4b1c-5d0e-4c61-8a0f-2f6d3f0f9b11")  # the name space of their uids; ours
LONGEST_S = 62 * 86_400  # assumed: who stays longer lives there
MOST_AGO_S = 366 * 86_400
MOST_ROW, MOST_CARRIAGE = 200, 40
BATCH = 20_000
SOURCES = ("case", "contact")  # the loops whose people tell where they were
OWN_HOME = frozenset({"", "家", "家里", "家中", "home"})


@dataclass(frozen=True)
class NewVisit:
    """One stay as it is told; who it was by id or by code, where by site, area or name."""

    place_kind: str
    from_at: int
    until_at: int
    person_id: int | None = None
    person_code: str = ""
    name: str = ""
    area_id: int | None = None
    site_id: int | None = None
    carriage: int | None = None
    row: int | None = None
    seat: str = ""
    air: str = ""
    precision: str = Precision.MINUTE
    certainty: str = Certainty.LIKELY
    source: str = Source.INTERVIEW
    case_id: int | None = None
    uid: UUID | None = None


@dataclass(frozen=True)
class Taken:
    """What an intake did: new + again + refused are all that were sent."""

    n_new: int
    n_again: int
    refused: list[Refused]


def take_in(visits: Sequence[NewVisit], scene: Scene) -> Taken:
    """Write visits; a row that is there already changes nothing, a bad one is told apart."""
    may(scene)
    refused: list[Refused] = []
    n_good = n_new = 0
    for start in range(0, len(visits), BATCH):
        part = visits[start : start + BATCH]
        with transaction.atomic():
            rows, at = _rows(part, start, scene, refused)
            new, foreign = _write(rows)
            refused += [Refused(n, _taken(uid)) for uid in foreign for n in at[uid]]
            n_good += sum(len(at[row[0]]) for row in rows if row[0] not in foreign)
            n_new += new
            if rows:
                holding = may(scene)
                record(
                    scene.actor, "write", "visits", holding=holding, purpose=scene.purpose,
                    path=holding.path, detail={"rows": len(rows)},
                )  # fmt: skip
    return Taken(n_new, n_good - n_new, sorted(refused, key=lambda one: one.index))


def may(scene: Scene) -> Holding:
    """The holding that lets this person record visits anywhere; raises what is in the way."""
    return can(scene.actor, Ask(EDIT, roles_for(EDIT), None, _purpose(scene), True)).required()


def _purpose(scene: Scene) -> Purpose | None:
    return Purpose(scene.purpose) if scene.purpose else None


def _rows(
    part: Sequence[NewVisit], start: int, scene: Scene, refused: list[Refused]
) -> tuple[list[tuple[Any, ...]], dict[UUID, list[int]]]:
    """The rows to be written, each uid once, and the visits of the list that each stands for."""
    people, places = _people(part), _places(part, scene)
    made: dict[UUID, tuple[Any, ...]] = {}
    at: dict[UUID, list[int]] = {}
    for n, visit in enumerate(part, start):
        try:
            row = _row(visit, people, places, scene)
            if _said(made.setdefault(row[0], row)) != _said(row):
                raise _taken(row[0])
        except Problem as problem:
            refused.append(Refused(n, problem))
        else:
            at.setdefault(row[0], []).append(n)
    return list(made.values()), at


def _taken(uid: UUID) -> Problem:
    return AlreadyThere(what=Word(N_("The visit")), value=uid)


@dataclass(frozen=True)
class _Places:
    """The areas, sites and cases that some visits name, as far as they are there."""

    areas: frozenset[int]
    sites: frozenset[int]
    cases: Mapping[int, str]  # the path of each


def _places(part: Sequence[NewVisit], scene: Scene) -> _Places:
    rows = Item.objects.filter(loop__in=SOURCES, exercise=scene.actor.exercise)
    cases: dict[int, str] = {}
    for some in _some(visit.case_id for visit in part):
        cases |= dict(rows.filter(id__in=some).values_list("id", "path"))
    return _Places(
        frozenset(_ids(Area, (visit.area_id for visit in part))),
        frozenset(_ids(Site, (visit.site_id for visit in part))),
        cases,
    )


def _ids(table: Any, wanted: Iterable[int | None]) -> Iterable[int]:
    for some in _some(wanted):
        yield from table.objects.filter(id__in=some).values_list("id", flat=True)


def _some(wanted: Iterable[int | None]) -> Iterable[list[int]]:
    ids = sorted({i for i in wanted if i is not None})
    return (ids[n : n + 500] for n in range(0, len(ids), 500))


Who = tuple[int, str, int | None]  # a person's id, path and household


def _people(part: Sequence[NewVisit]) -> Mapping[Any, Who]:
    """Each person by id and by code; whoever was merged away is who they are now."""
    found: dict[Any, Who] = {}
    merged: dict[int, int] = {}
    ids = list({v.person_id for v in part if v.person_id is not None})
    codes = list({v.person_code for v in part if v.person_code and v.person_id is None})
    for lookup, wanted in (("id__in", ids), ("code__in", codes)):
        for n in range(0, len(wanted), 500):
            rows = Person.objects.filter(**{lookup: wanted[n : n + 500]})
            for row in rows.values_list("id", "code", "path", "household_id", "survivor_id"):
                found[row[0]] = found[row[1]] = (row[0], row[2], row[3])
                if row[4] is not None:
                    merged[row[0]] = row[4]
    kept = Person.objects.filter(id__in=set(merged.values()))
    now = {row[0]: row for row in kept.values_list("id", "path", "household_id")}
    return {key: now.get(merged.get(who[0], 0), who) for key, who in found.items()}


def _row(
    visit: NewVisit, people: Mapping[Any, Who], places: _Places, scene: Scene
) -> tuple[Any, ...]:
    key = visit.person_id if visit.person_id is not None else visit.person_code
    missing = NotFound(what=Word(N_("person")), value=str(key)[:40])
    if key not in people:
        raise missing
    person_id, path, household_id = people[key]
    ask = Ask(EDIT, roles_for(EDIT), path, _purpose(scene), True)
    if not can(scene.actor, ask).allowed:
        raise missing  # out of reach sounds like not there
    _check(visit, scene.now)
    _check_named(visit, places, scene)
    place = place_of(visit, f"household:{household_id}" if household_id else f"person:{person_id}")
    said: tuple[Any, ...] = (
        person_id, place, visit.from_at, visit.until_at, visit.source, visit.seat, visit.row,
    )  # fmt: skip
    said += ("exercise",) * scene.actor.exercise  # a drill's row is never taken for a real one
    return (
        visit.uid or uuid5(VISITS, repr(said)), person_id, path, place, visit.place_kind,
        visit.name[:160], visit.area_id, visit.site_id, visit.air, visit.carriage, visit.row,
        visit.seat.upper(), visit.from_at, visit.until_at, visit.precision, visit.certainty,
        visit.source, visit.case_id, scene.actor.id, scene.now, scene.actor.exercise,
    )  # fmt: skip


def _check_named(visit: NewVisit, places: _Places, scene: Scene) -> None:
    """The area, the site and the case that a visit names are there, and the case is in reach."""
    if visit.area_id is not None and visit.area_id not in places.areas:
        raise NotFound(what=Word(N_("area")), value=visit.area_id)
    if visit.site_id is not None and visit.site_id not in places.sites:
        raise NotFound(what=Word(N_("site")), value=visit.site_id)
    if visit.case_id is None:
        return
    path = places.cases.get(visit.case_id)
    ask = Ask(EDIT, roles_for(EDIT), path, _purpose(scene), True)
    if path is None or not can(scene.actor, ask).allowed:
        raise NotFound(what=Word(N_("case")), value=visit.case_id)


def _check(visit: NewVisit, now: int) -> None:
    closed = (
        ("place_kind", visit.place_kind, PlaceKind), ("precision", visit.precision, Precision),
        ("certainty", visit.certainty, Certainty), ("source", visit.source, Source),
        ("air", visit.air or Air.NORMAL, Air),
    )  # fmt: skip
    for name, given, known in closed:
        if given not in known.values:
            raise BadInput(
                N_("{given} is no {name}. Choose one of: {known}."),
                given=str(given)[:40],
                name=name,
                known=tuple(known.values),
            )
    if visit.until_at < visit.from_at:
        raise BadInput(N_("The visit ends before it begins. Check both times."))
    if visit.from_at > now:
        raise BadInput(N_("What is told cannot have happened in the future. Check the time."))
    if visit.until_at - visit.from_at > LONGEST_S or now - visit.from_at > MOST_AGO_S:
        raise BadInput(N_("The visit lasts over two months or lies over a year back. Check it."))
    seated = (visit.row, visit.carriage) != (None, None) or visit.seat
    if seated and visit.place_kind not in VEHICLES:
        raise BadInput(N_("Only in a vehicle somebody has a seat. Leave it out, or say which."))
    row = 1 if visit.row is None else visit.row
    carriage = 1 if visit.carriage is None else visit.carriage
    within = 0 < row <= MOST_ROW and 0 < carriage <= MOST_CARRIAGE
    if not within or len(visit.seat) > 2:
        raise BadInput(N_("There is no such seat. Write row and seat like 12 and F."))


def place_of(visit: NewVisit, home: str = "home") -> str:
    """What two stays at the same place share; raises BadInput where no place is named.

    A home of which no more is said is the own one: "home" is another place for each household.
    A run of a vehicle is its name and the day on which it is named, so that two runs of one
    number are two places.
    """
    name = fold(visit.name)[:80]
    if visit.site_id is not None:
        return f"site:{visit.site_id}"
    if visit.place_kind == PlaceKind.PRIVATE and visit.area_id is None:
        return home if name in OWN_HOME else f"{home}:{name}"
    if visit.place_kind in VEHICLES and name:
        return f"{visit.place_kind}:{name}:{visit.from_at // 86_400}"
    if name:
        return f"{visit.area_id or ''}:{name}"
    if visit.area_id is not None:
        return f"area:{visit.area_id}"
    raise BadInput(N_("Say where it was: a site, an area, or the name of the place or vehicle."))


COLUMNS = (
    "uid", "person_id", "path", "place", "place_kind", "name", "area_id", "site_id", "air",
    "carriage", "row", "seat", "from_at", "until_at", "precision", "certainty", "source",
    "case_id", "recorded_by", "recorded_at", "exercise",
)  # fmt: skip
_NAMES = ", ".join(f'"{column}"' for column in COLUMNS)


_SAID = ("person_id", "place", "from_at", "until_at", "source", "exercise")  # what an uid is of
_OTHER = " OR ".join(f"v.{column} <> told.{column}" for column in _SAID)


def _said(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(row[COLUMNS.index(column)] for column in _SAID)


def _write(rows: Sequence[tuple[Any, ...]]) -> tuple[int, set[UUID]]:
    """All of them by one statement: how many were new, and the uids that are another visit's."""
    table = Visit._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS told")
        cursor.execute(f"CREATE TEMP TABLE told AS SELECT {_NAMES} FROM {table} LIMIT 0")
        plain = [
            (row[0].hex if connection.vendor == "sqlite" else row[0], *row[1:]) for row in rows
        ]
        bulk.fill("told", [f'"{column}"' for column in COLUMNS], plain)
        cursor.execute(
            f"INSERT INTO {table} ({_NAMES}) SELECT {_NAMES} FROM told "
            "WHERE true ORDER BY person_id, from_at ON CONFLICT (uid) DO NOTHING"
        )
        n_new: int = cursor.rowcount
        if n_new == len(rows):
            return n_new, set()
        cursor.execute(
            f"SELECT told.uid FROM told JOIN {table} v ON v.uid = told.uid WHERE {_OTHER}"
        )
        return n_new, {uid if isinstance(uid, UUID) else UUID(uid) for (uid,) in cursor.fetchall()}
