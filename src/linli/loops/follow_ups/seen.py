"""What became of today's follow-ups? Taken in together, and what follows from each is done.

"Well" is one tap and one row. Only what is more than that makes an event: symptoms, a refusal,
nobody there, or a word put right. A follow-up sent twice is once; the last word stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from linli import clock
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops import observation, write
from linli.loops.advance import Refused, advance_many
from linli.loops.follow_ups.forms import ContactIll
from linli.loops.follow_ups.tables import FIRST_DAY, MET, TEST_SLOT, FollowUp, Seen, key_of
from linli.loops.laboratory.orders import NewOrder, order_many
from linli.loops.opening import check_form
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import SYSTEM, Ask, can
from linli.policy.roles import FOLLOWERS, Purpose

SAMPLES = UUID("3f6f4f53-0b61-4b52-8a9e-2f3b1f6a7c01")  # the name space of their orders; ours
SAID = frozenset(Seen.values) - {Seen.DUE, Seen.OVER}


@dataclass(frozen=True)
class Told:
    """What somebody says of one contact on one day."""

    contact_id: int
    day: date
    slot: int
    status: str
    symptoms: tuple[str, ...] = ()
    temperature_c: float | None = None
    at: int | None = None


@dataclass(frozen=True)
class Taken:
    """What taking them in did; refused rows are told apart by their index."""

    n_new: int
    n_again: int
    refused: list[Refused]


def take_in(told: Sequence[Told], scene: Scene) -> Taken:
    """Write what was told, and let each contact go on from it."""
    purpose = Purpose(scene.purpose) if scene.purpose else None
    can(scene.actor, Ask("follow_ups.do", FOLLOWERS, None, purpose, True)).required()
    refused: list[Refused] = []
    good: list[Told] = []
    with transaction.atomic():
        standings = {s.id: s for s in write.load_many([t.contact_id for t in told])}
        for index, one in enumerate(told):
            try:
                good.append(_checked(one, standings.get(one.contact_id), scene))
            except Problem as problem:
                refused.append(Refused(index, problem))
        before = FollowUp.objects.in_bulk([_key(t) for t in good])
        fresh = [t for t in good if not _says_same(before.get(_key(t)), t)]
        _write(fresh, scene)
        _order(fresh, standings, scene)
        _go_on(fresh, before, standings, scene)
    return Taken(len(fresh), len(good) - len(fresh), refused)


def _checked(told: Told, contact: Standing | None, scene: Scene) -> Told:
    """What was told, if it can be so and this person may say it."""
    wrong_drill = contact is not None and bool(contact.exercise) != scene.actor.exercise
    if contact is None or contact.loop != "contact" or wrong_drill:
        raise NotFound(what=Word(N_("contact")), value=told.contact_id)
    purpose = Purpose(scene.purpose) if scene.purpose else None
    if not any(contact.path.startswith(h.path) for h in scene.actor.holds(FOLLOWERS)):
        raise NotFound(what=Word(N_("contact")), value=told.contact_id)
    can(scene.actor, Ask("follow_ups.do", FOLLOWERS, contact.path, purpose, True)).required()
    if told.status not in SAID:
        raise BadInput(
            N_("{given} is no outcome of a follow-up. Choose one of: {known}."),
            given=told.status[:20],
            known=tuple(sorted(SAID)),
        )
    if (told.status == Seen.SAMPLED) != (told.slot == TEST_SLOT) and told.status in MET:
        raise BadInput(N_("A sample belongs to the test of a day, and how somebody is does not."))
    if not 0 <= told.slot <= TEST_SLOT or told.slot == TEST_SLOT - 1:
        raise BadInput(N_("A day has no time {slot}."), slot=told.slot)
    if told.day < FIRST_DAY:
        raise BadInput(N_("{day} lies before all follow-ups."), day=told.day.isoformat())
    if told.day > clock.day(clock.moment(scene.now)) or (told.at or 0) > scene.now:
        raise BadInput(N_("What is told cannot have happened in the future. Check the time."))
    form = check_form(
        ContactIll, {"symptoms": list(told.symptoms), "temperature_c": told.temperature_c}
    )
    if told.status == Seen.WELL and form["symptoms"]:
        raise BadInput(N_("Whoever has symptoms is not well. Say that they have symptoms."))
    if contact.state == "closed" and told.day > clock.day(clock.moment(contact.closed_at or 0)):
        raise BadInput(N_("Contact {id} is not followed up any more."), id=contact.id)
    return replace(told, symptoms=tuple(form["symptoms"]))


def _says_same(row: FollowUp | None, told: Told) -> bool:
    return row is not None and (row.status, row.temperature_c, tuple(row.symptoms or ())) == (
        told.status,
        told.temperature_c,
        told.symptoms,
    )


def _key(told: Told) -> int:
    return key_of(told.contact_id, told.day, told.slot)


_WRITE = """
INSERT INTO loops_followup (id, contact_id, day, slot, holder_id, status, temperature_c, symptoms,
                            at, by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET status = excluded.status, temperature_c = excluded.temperature_c,
    symptoms = excluded.symptoms, at = excluded.at, by = excluded.by
"""


def _write(told: Sequence[Told], scene: Scene) -> None:
    import json

    rows = [
        (
            _key(t), t.contact_id, t.day.isoformat(), t.slot, scene.actor.id, t.status,
            t.temperature_c, json.dumps(list(t.symptoms)) if t.symptoms else None,
            t.at or scene.now, scene.actor.id,
        )
        for t in sorted(told, key=_key)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_WRITE, rows)


def _order(told: Sequence[Told], standings: dict[int, Standing], scene: Scene) -> None:
    """A sample that was taken is a test that is open until its result comes."""
    taken = [
        NewOrder(
            person_id=standings[one.contact_id].subject_id or 0,
            test=observation.of(standings[one.contact_id].kind).test,
            disease=standings[one.contact_id].kind,
            item_id=one.contact_id,
            due_on=one.day,
            sampled_at=one.at or scene.now,
            uid=uuid5(SAMPLES, str(_key(one))),
        )
        for one in told
        if one.status == Seen.SAMPLED and standings[one.contact_id].subject_id is not None
    ]
    order_many(taken, now=scene.now, exercise=scene.actor.exercise)


def _go_on(
    told: Sequence[Told], before: dict[int, FollowUp], standings: dict[int, Standing], scene: Scene
) -> None:
    """What follows: the first sight, a miss, symptoms; and a note of what is more than well."""
    linli = Scene(replace(SYSTEM, exercise=scene.actor.exercise), scene.now)
    notes: dict[int, dict[str, Any]] = {}
    steps: dict[str, dict[int, dict[str, Any]]] = {"see": {}, "miss": {}, "fall_ill": {}}
    for one in told:
        stage = standings[one.contact_id].stage
        was = before[_key(one)].status if _key(one) in before else ""
        if one.status not in (Seen.WELL, Seen.SAMPLED) or was:
            notes[one.contact_id] = {"day": one.day, "status": one.status, "was": was}
        if one.status == Seen.ILL and stage in ("to_reach", "followed", "missed"):
            form = {"symptoms": list(one.symptoms), "temperature_c": one.temperature_c}
            steps["fall_ill"][one.contact_id] = form
        elif one.status in MET and stage in ("to_reach", "missed"):
            steps["see"][one.contact_id] = {}
        elif one.status not in MET and stage in ("to_reach", "followed"):
            steps["miss"][one.contact_id] = {}
    advance_many(notes, "note", scene, each=notes)
    for step, each in steps.items():
        known = {c: f for c, f in each.items() if step == "fall_ill" or c not in steps["fall_ill"]}
        if step == "see":  # one who was seen at one time of the day and missed at another
            known = {c: f for c, f in known.items() if c not in steps["miss"]}
        if known:
            advance_many(known, step, scene if step == "fall_ill" else linli, each=known)
