"""How does a list of contacts come in, decided already? Together, each pair of people once.

A surge brings lists: so many cases, each with those whom a district has decided on. Every row
names a case and a person; what comes of it is the same as if somebody had accepted them one by
one: an exposure with who decided, one contact item a person, its place and its schedule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from linli import bulk, clock
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops import write
from linli.loops.advance import Refused
from linli.loops.exposures import decide
from linli.loops.exposures.decide import DECIDE, Pair
from linli.loops.exposures.find import LONGEST_AGO_DAYS, NAMED_SCORE
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import Ask, can
from linli.policy.roles import TRACERS, Purpose
from linli.registry.person import Person

ROWS_AT_ONCE = 5_000  # one transaction, so that nobody waits long
EVIDENCE = [{"way": "named", "relation": "list"}]


@dataclass(frozen=True)
class Listed:
    """One row: whom a case met last on which day, and the class of risk if it is not the usual."""

    source_id: int
    last_met_on: date
    person_id: int | None = None
    person_code: str = ""
    risk: str = ""


@dataclass(frozen=True)
class Taken:
    """What a list did: rows that are new, that were known, and that were refused."""

    n_new: int
    n_again: int
    n_contacts: int
    refused: list[Refused]


def take_in(rows: Sequence[Listed], scene: Scene) -> Taken:
    """Take a list in, some thousand rows at a time; the same list twice changes nothing."""
    chosen = Purpose(scene.purpose) if scene.purpose else None
    can(scene.actor, Ask(DECIDE, TRACERS, None, chosen, True)).required()
    new = again = contacts = 0
    refused: list[Refused] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        with transaction.atomic():
            done = _take_in(part, start, scene, refused)
        new, again, contacts = new + done[0], again + done[1], contacts + done[2]
    return Taken(new, again, contacts, refused)


def _take_in(
    part: Sequence[Listed], start: int, scene: Scene, refused: list[Refused]
) -> tuple[int, int, int]:
    sources = {s.id: s for s in write.load_many([row.source_id for row in part])}
    people = _people(part)
    good: dict[tuple[int, int], tuple[Listed, Standing]] = {}
    n_good = 0
    for offset, row in enumerate(part):
        try:
            source, person = _checked(row, sources, people, scene)
        except Problem as problem:
            refused.append(Refused(start + offset, problem))
            continue
        n_good += 1
        good.setdefault((source.id, person), (row, source))
    known = _known(good.keys())
    found = [i for key, (i, decision) in known.items() if key in good and not decision]
    taken = decide.accept(found, scene, why="list")  # found already, and decided by the list
    fresh = {key: told for key, told in good.items() if key not in known}
    pairs = [_pair(key[1], row, source, scene) for key, (row, source) in fresh.items()]
    done = decide.link(pairs, scene)
    bulk.insert(Exposure, _COLUMNS, [_plain(pair.exposure) for pair in pairs])
    if pairs:
        purpose = Purpose(scene.purpose)
        path = min((s.path for _, s in fresh.values()), key=len)
        holding = can(scene.actor, Ask(DECIDE, TRACERS, path, purpose, True)).required()
        record(
            scene.actor, "decide", "exposures", holding=holding, purpose=scene.purpose,
            path=holding.path, detail={"rows": len(pairs), "contacts": len(done.opened)},
        )  # fmt: skip
    n_new = len(fresh) + len(found)
    return n_new, n_good - n_new, len(done.opened) + len(taken.opened)


def _people(part: Sequence[Listed]) -> Mapping[Any, int]:
    """Each person's id as it stands now, by id and by code."""
    found: dict[Any, int] = {}
    ids = list({row.person_id for row in part if row.person_id is not None})
    codes = list({row.person_code for row in part if row.person_code})
    for lookup, wanted in (("id__in", ids), ("code__in", codes)):
        for n in range(0, len(wanted), 500):
            rows = Person.objects.filter(**{lookup: wanted[n : n + 500]})
            for person, code, survivor in rows.values_list("id", "code", "survivor_id"):
                found[person] = found[code] = survivor or person
    now = decide.survivors(set(found.values()))  # a survivor may have been merged on
    return {key: now[person] for key, person in found.items()}


def _checked(
    row: Listed, sources: Mapping[int, Standing], people: Mapping[Any, int], scene: Scene
) -> tuple[Standing, int]:
    source = sources.get(row.source_id)
    missing = NotFound(what=Word(N_("case")), value=row.source_id)
    if source is None or source.loop not in ("case", "contact"):
        raise missing
    if bool(source.exercise) != scene.actor.exercise:
        raise missing
    purpose = Purpose(scene.purpose) if scene.purpose else None
    if not can(scene.actor, Ask(DECIDE, TRACERS, source.path, purpose, True)).allowed:
        raise missing  # out of reach sounds like not there
    key = row.person_id if row.person_id is not None else row.person_code
    person = people.get(key)
    if person is None or person == source.subject_id:
        raise NotFound(what=Word(N_("person")), value=str(key)[:40])
    today = clock.day(clock.moment(scene.now))
    if not today - timedelta(days=LONGEST_AGO_DAYS) <= row.last_met_on <= today:
        raise BadInput(
            N_("{day} is no day in the last two months. Check when they last met."),
            day=row.last_met_on.isoformat(),
        )
    if row.risk not in ("", *RISKS):
        raise BadInput(
            N_("{given} is no class of risk. Choose one of: {known}."),
            given=row.risk[:24],
            known=RISKS,
        )
    return source, person


RISKS = ("close", "second", "general")


def _known(keys: Any) -> dict[tuple[int, int], tuple[int, str]]:
    """The exposures that are there, by source and person: each with its id and its decision."""
    found: dict[tuple[int, int], tuple[int, str]] = {}
    sources = sorted({source for source, _ in keys})
    for n in range(0, len(sources), 500):
        rows = Exposure.objects.filter(source_id__in=sources[n : n + 500])
        columns = rows.values_list("source_id", "person_id", "id", "decision")
        found |= {(s, person): (i, decision) for s, person, i, decision in columns}
    return found


def _pair(person_id: int, row: Listed, source: Standing, scene: Scene) -> Pair:
    exposure = Exposure(
        source_id=source.id,
        source_person_id=source.subject_id or 0,
        person_id=person_id,
        path=source.path,
        score=NAMED_SCORE,
        evidence=EVIDENCE,
        last_met_at=clock.moment(min(clock.midnight_s(row.last_met_on) + 86_399, scene.now)),
        found_at=clock.moment(scene.now),
        decision=Decision.ACCEPTED,
        reason="list",
        decided_by=scene.actor.id,
        decided_at=clock.moment(scene.now),
        exercise=bool(source.exercise),
    )
    ring = "second" if source.loop == "contact" else "close"
    return Pair(exposure, source.kind, row.risk or ring)


_COLUMNS = (
    "source_id", "source_person_id", "person_id", "path", "contact_id", "score", "evidence",
    "last_met_at", "found_at", "decision", "reason", "decided_by", "decided_at", "exercise",
)  # fmt: skip
_MOMENTS = frozenset({"last_met_at", "found_at", "decided_at"})


def _plain(row: Exposure) -> tuple[Any, ...]:
    return tuple(
        clock.seconds(getattr(row, name)) if name in _MOMENTS else getattr(row, name)
        for name in _COLUMNS
    )
