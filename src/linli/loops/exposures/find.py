"""Whom may a case have met? Those who were there too, who live there, and whom somebody names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from linli import clock
from linli.analysis.tracing.words import SAID
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops import write
from linli.loops.advance import advance
from linli.loops.exposures import sources
from linli.loops.exposures.scoring import Known, Scored, Stay, score
from linli.loops.exposures.sources import Infectious
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.visits.tables import Certainty, Precision, Visit
from linli.policy.can import Ask, can
from linli.policy.roles import TRACERS, Purpose
from linli.registry.person import Person, resolve

DAY_S = 86_400
LONGEST_AGO_DAYS = 62  # assumed: who was met before then is no contact of anything
MOST_OTHERS = 2000  # stays of others looked at for one case, the nearest in time first
LEAST_SCORE = 0.02  # below this nobody is asked about; assumed
NAMED_SCORE = 0.8  # whom the case names was met more often than not; assumed


def source_of(source_id: int, scene: Scene) -> Standing:
    """The case or contact whose exposures somebody asks for; raises NotFound out of reach."""
    item = write.load(source_id, lock=False)
    missing = NotFound(what=Word(N_("case")), value=source_id)
    if item is None or item.loop not in ("case", "contact") or item.subject_id is None:
        raise missing
    if bool(item.exercise) != scene.actor.exercise:
        raise missing
    if not any(item.path.startswith(h.path) for h in scene.actor.holds(TRACERS)):
        raise missing
    purpose = Purpose(scene.purpose) if scene.purpose else None
    can(scene.actor, Ask("exposures.decide", TRACERS, item.path, purpose, True)).required()
    return item


def look(source_id: int, scene: Scene) -> int:
    """Find those who were there too; returns how many are new. What was decided stays decided."""
    source = source_of(source_id, scene)
    window = sources.infectious(source, scene.now)
    person_id = resolve(source.subject_id or 0)
    stays = _stays(person_id, window, scene.actor.exercise)
    stays += _at_home(person_id, window)
    found = score(person_id, stays, _known(source, person_id, stays, window))
    decided = _known_sources(person_id, exercise=bool(source.exercise))
    likely = [o for o in found if o.score >= LEAST_SCORE and o.person_id not in decided]
    with transaction.atomic():
        n_new = keep(source, likely, scene.now)
        investigation = (
            Item.objects.filter(parent_id=source.id, loop="investigation")
            .exclude(state=State.CLOSED)
            .values_list("id", flat=True)
            .first()
        )
        if investigation is not None:
            advance(investigation, "look", scene)
    return n_new


def name(
    source_id: int, person_id: int, *, relation: str, last_met_on: date, scene: Scene
) -> Exposure:
    """Somebody is named by the case, the family or a record; a person still decides."""
    source = source_of(source_id, scene)
    who = resolve(person_id)
    if not Person.objects.filter(id=who).exists() or who == source.subject_id:
        raise NotFound(what=Word(N_("person")), value=person_id)
    today = clock.day(clock.moment(scene.now))
    if not today - timedelta(days=LONGEST_AGO_DAYS) <= last_met_on <= today:
        raise BadInput(
            N_("{day} is no day in the last two months. Check when they last met."),
            day=last_met_on.isoformat(),
        )
    last = min(_last_second(last_met_on), scene.now)
    evidence = {"way": "named", "relation": relation[:24], "by": scene.actor.id}
    keep(source, [Scored(who, NAMED_SCORE, evidence, last)], scene.now)
    return Exposure.objects.get(source_id=source_id, person_id=who)


def keep(source: Standing, found: Iterable[Scored], now: int) -> int:
    """Write who was found: new ones to be decided; known ones get the new evidence beside."""
    people = {one.person_id: one for one in found}
    known = {
        e.person_id: e
        for e in Exposure.objects.select_for_update().filter(
            source_id=source.id, person_id__in=people
        )
    }
    changed = [_more(known[i], people[i]) for i in known]
    Exposure.objects.bulk_update(changed, ["score", "evidence", "last_met_at"])
    fresh = [_fresh(source, one, now) for i, one in people.items() if i not in known]
    Exposure.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _fresh(source: Standing, one: Scored, now: int) -> Exposure:
    return Exposure(
        source_id=source.id,
        source_person_id=source.subject_id or 0,
        person_id=one.person_id,
        path=source.path,
        score=one.score,
        evidence=[one.evidence],
        last_met_at=one.last_met_at,
        found_at=now,
        exercise=bool(source.exercise),
    )


def _more(row: Exposure, one: Scored) -> Exposure:
    """One piece of evidence of each way; the newest replaces what it said before."""
    others = [e for e in row.evidence if e.get("way") != one.evidence["way"]]
    row.evidence = [*others, one.evidence]
    row.score = max(one.score, *(NAMED_SCORE for e in others if e.get("way") == "named"), 0.0)
    last = clock.moment(one.last_met_at)
    row.last_met_at = last if row.last_met_at is None else max(row.last_met_at, last)
    return row


def _stays(person_id: int, window: Infectious, exercise: bool) -> list[Stay]:
    """The source's stays in its window, and those of others at the same places about then."""
    mine = list(
        Visit.objects.filter(
            person_id=person_id,
            from_at__lt=window.until_at,
            until_at__gte=window.from_at,
            exercise=exercise,
        )
    )
    if not mine:
        return []
    near = Q(pk__in=[])
    for visit in mine:
        near |= Q(
            place=visit.place,
            from_at__lte=clock.seconds(visit.until_at) + DAY_S,
            until_at__gte=clock.seconds(visit.from_at) - DAY_S,
        )
    others = Visit.objects.filter(near, exercise=exercise).exclude(person_id=person_id)
    return [_stay(v) for v in (*mine, *others.order_by("-from_at")[:MOST_OTHERS])]


def _known_sources(person_id: int, *, exercise: bool) -> set[int]:
    """From whom somebody decided that this person may have it: that meeting is settled."""
    rows = Exposure.objects.filter(
        person_id=person_id, decision=Decision.ACCEPTED, exercise=exercise
    )
    return set(rows.values_list("source_person_id", flat=True))


def _stay(visit: Visit) -> Stay:
    return Stay(
        visit.person_id, visit.place, visit.place_kind, clock.seconds(visit.from_at),
        clock.seconds(visit.until_at), visit.precision, visit.certainty, visit.air,
        visit.carriage, visit.row, visit.name,
    )  # fmt: skip


def _at_home(person_id: int, window: Infectious) -> list[Stay]:
    """Who lives behind the same door was there every day, for all that the registry knows."""
    home = Person.objects.filter(id=person_id).values_list("household_id", flat=True).first()
    if home is None:
        return []
    living = Person.objects.filter(household_id=home, survivor_id=None)
    return [
        Stay(
            i, f"household:{home}", "private", window.from_at, window.until_at,
            Precision.DAY, Certainty.LIKELY,
        )
        for i in living.values_list("id", flat=True)
    ]  # fmt: skip


def _known(
    source: Standing, person_id: int, stays: Sequence[Stay], window: Infectious
) -> Mapping[int, Known]:
    ids = {s.person_id for s in stays}
    found: dict[int, Known] = {}
    for row in Person.objects.filter(id__in=ids).values_list("id", "household_id", "area_id"):
        onset = window.onset_on if row[0] == person_id else None
        day = None if onset is None else (onset - date(1970, 1, 1)).days
        found[row[0]] = Known(row[1], row[2], day)
    del source
    return found


def _last_second(on: date) -> int:
    midnight = clock.midnight_s(on + timedelta(days=1))
    return midnight - 1


def undecided(source_id: int) -> list[Exposure]:
    """Who is still to be decided on, the likeliest first."""
    rows = Exposure.objects.filter(source_id=source_id, decision=Decision.OPEN)
    return list(rows.order_by("-score", "id"))


def evidence_words(evidence: Any) -> list[dict[str, Any]]:
    """Each factor of each piece of evidence in words to be translated, the weightiest first."""
    factors = [
        {
            "name": SAID.get(f["name"], f["name"]),
            "seen": [SAID.get(f"{f['name']}:{one}", one) for one in f["seen"].split(" + ") if one],
            "log_odds": f["log_odds"],
        }
        for piece in evidence
        for f in piece.get("factors", ())
    ]
    return sorted(factors, key=lambda f: -abs(f["log_odds"]))
