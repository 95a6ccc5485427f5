"""Is somebody who was found or named a contact? A person says, with a reason, once.

Accepted: the person becomes a contact, or the contact they are already is linked to this source
too. Who decides needs reach over the source, not over the contact's home: Linli opens the item
where the contact is looked after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count

from linli import clock
from linli.audit.records import record_many
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops import catalogue, write
from linli.loops.advance import Opening, advance_many, open_many
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.follow_ups import schedule
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM, Ask, can
from linli.policy.roles import TRACERS, Purpose
from linli.registry.person import Person, resolve

CONTACTS = UUID("6d2f0a55-7f0e-4f39-9d5c-0d8a2f1c4c10")  # the name space of their uids; ours
DECIDE = "exposures.decide"

REASONS: Mapping[str, str] = {
    "not_together": N_("they were not there together"),
    "too_short": N_("too short, or too far apart"),
    "protected": N_("both were protected"),
    "mistaken": N_("somebody else is meant"),
    "before": N_("before the case could pass it on"),
    "other": N_("for another reason"),
}


@dataclass(frozen=True)
class Decided:
    """What deciding did: items opened, people who were contacts or cases already, dismissals."""

    opened: list[int]
    linked: list[int]
    dismissed: int


@dataclass(frozen=True)
class Pair:
    """An exposure as it is opened from: whose, of which disease, which risk, last met when."""

    exposure: Exposure
    disease: str
    risk: str


def accept(exposure_ids: Sequence[int], scene: Scene, *, risk: str = "", why: str = "") -> Decided:
    """Take these as contacts; who was accepted already is not opened twice."""
    with transaction.atomic():
        rows = _rows(exposure_ids, scene)
        before = [row.person_id for row in rows if row.decision == Decision.ACCEPTED]
        rows = [row for row in rows if row.decision != Decision.ACCEPTED]
        done = link(_pairs(rows, risk), scene)
        _decide(rows, Decision.ACCEPTED, why, scene)
    return replace(done, linked=[*done.linked, *before])


def dismiss(exposure_ids: Sequence[int], scene: Scene, *, reason: str) -> Decided:
    """Take these as no contacts, and say why; it is remembered, and can be taken back."""
    if reason not in REASONS:
        raise BadInput(
            N_("{given} is no reason. Choose one of: {known}."),
            given=reason[:24] or "-",
            known=tuple(REASONS),
        )
    with transaction.atomic():
        rows = _rows(exposure_ids, scene)
        contacts = {row.contact_id for row in rows if row.contact_id is not None}
        for row in rows:
            row.contact_id = None
        _decide(rows, Decision.DISMISSED, reason, scene)
        _let_go(contacts, scene)
    return Decided([], [], len(rows))


def _let_go(contacts: set[int], scene: Scene) -> None:
    """Stop the contacts of whom no accepted exposure is left: they met nobody, as it turns out."""
    left = Exposure.objects.filter(contact_id__in=contacts, decision=Decision.ACCEPTED)
    alone = contacts - set(left.values_list("contact_id", flat=True))
    rows = Item.objects.filter(id__in=alone, loop="contact").exclude(state=State.CLOSED)
    linli = Scene(replace(SYSTEM, exercise=scene.actor.exercise), scene.now)
    advance_many(sorted(rows.values_list("id", flat=True)), "stop", linli)


def _rows(ids: Sequence[int], scene: Scene) -> list[Exposure]:
    """The exposures, if this person may decide on each; in order of id, locked."""
    wanted = sorted(set(ids))
    found = list(
        Exposure.objects.select_for_update()
        .filter(id__in=wanted, exercise=scene.actor.exercise)
        .order_by("id")
    )
    purpose = Purpose(scene.purpose) if scene.purpose else None
    held = scene.actor.holds(TRACERS)
    seen = [row for row in found if any(row.path.startswith(h.path) for h in held)]
    if len(seen) < len(wanted):
        missing = set(wanted) - {row.id for row in seen}
        raise NotFound(what=Word(N_("candidate")), value=min(missing))
    for row in seen:
        holding = can(scene.actor, Ask(DECIDE, TRACERS, row.path, purpose, True)).required()
    if seen:
        record_many(
            scene.actor, "decide", "people", [row.person_id for row in seen], holding=holding,
            purpose=scene.purpose, path=holding.path,
        )  # fmt: skip
    return seen


def _decide(rows: Sequence[Exposure], decision: Decision, reason: str, scene: Scene) -> None:
    for row in rows:
        row.decision, row.reason = decision, reason[:24]
        row.decided_by, row.decided_at = scene.actor.id, clock.moment(scene.now)
    Exposure.objects.bulk_update(
        rows, ["decision", "reason", "decided_by", "decided_at", "contact_id"], batch_size=500
    )


def _pairs(rows: Sequence[Exposure], risk: str) -> list[Pair]:
    """The disease is the source's; a contact of a contact is of the second ring."""
    ids = sorted({row.source_id for row in rows})
    sources = {s.id: s for s in write.load_many(ids)}
    pairs = []
    for row in rows:
        source = sources[row.source_id]
        ring = "second" if source.loop == "contact" else "close"
        pairs.append(Pair(row, source.kind, risk or ring))
    return pairs


def link(pairs: Sequence[Pair], scene: Scene) -> Decided:
    """Give each person's exposure its contact item: the one that is there, or a new one.

    Whoever has this disease already is no contact to be followed up: the link alone is kept.
    """
    linli = Scene(replace(SYSTEM, exercise=scene.actor.exercise), scene.now)
    who = survivors({pair.exposure.person_id for pair in pairs})
    under_way = _under_way(set(who.values()), scene.actor.exercise)
    firsts: dict[tuple[int, str], Pair] = {}
    again: dict[int, dict[str, str]] = {}
    linked: list[int] = []  # people who are a contact or a case already
    for pair in pairs:
        key = (who[pair.exposure.person_id], pair.disease)
        if ("case", *key) in under_way:
            linked.append(pair.exposure.person_id)
        elif ("contact", *key) in under_way:
            pair.exposure.contact_id, last = under_way[("contact", *key)]
            linked.append(pair.exposure.person_id)
            if last < met_on(pair.exposure, scene.now):
                again[pair.exposure.contact_id] = {
                    "last_met_on": met_on(pair.exposure, scene.now).isoformat()
                }
        elif key not in firsts or met_on(firsts[key].exposure, scene.now) < met_on(
            pair.exposure, scene.now
        ):
            firsts[key] = pair
    opened = _open(firsts, linli)
    for pair in pairs:
        key = (who[pair.exposure.person_id], pair.disease)
        if key in opened:
            pair.exposure.contact_id = opened[key]
            if firsts[key] is not pair:
                linked.append(pair.exposure.person_id)
    advance_many(again, "meet_again", linli, each=again)
    schedule.make([*opened.values(), *again], now=scene.now, exercise=scene.actor.exercise)
    return Decided(sorted(opened.values()), linked, 0)


def survivors(people: set[int]) -> dict[int, int]:
    """Who stands for each person now; one query for some hundred, however many were merged."""
    found = {person: person for person in people}
    wanted = sorted(people)
    for n in range(0, len(wanted), 500):
        rows = Person.objects.filter(id__in=wanted[n : n + 500], survivor_id__isnull=False)
        found |= {person: resolve(person) for person in rows.values_list("id", flat=True)}
    return found


def met_on(exposure: Exposure, now: int) -> date:
    """The day of the last meeting, as far as it is known; else the day it was found."""
    at = exposure.last_met_at
    return clock.day(at if at is not None else clock.moment(now))


def _under_way(people: set[int], exercise: bool) -> dict[tuple[str, int, str], tuple[int, date]]:
    """Cases and contacts of these people that are open: item and last meeting."""
    found: dict[tuple[str, int, str], tuple[int, date]] = {}
    wanted = sorted(people)
    for n in range(0, len(wanted), 500):
        rows = Item.objects.filter(
            subject_kind="person",
            subject_id__in=wanted[n : n + 500],
            loop__in=("case", "contact"),
            exercise=exercise,
        ).exclude(state=State.CLOSED)
        for loop, person, kind, item_id, data in rows.values_list(
            "loop", "subject_id", "kind", "id", "data"
        ):
            last = date.fromisoformat(data.get("last_met_on", "2000-01-01"))
            found[(loop, person or 0, kind)] = (item_id, last)
    return found


def _open(firsts: Mapping[tuple[int, str], Pair], linli: Scene) -> dict[tuple[int, str], int]:
    """A contact item for each person; two desks that open one at once make the same uid."""
    if not firsts:
        return {}
    people = sorted({person for person, _ in firsts})
    areas: dict[int, int] = {}
    before: dict[tuple[int, str], int] = {}
    for n in range(0, len(people), 500):
        part = people[n : n + 500]
        areas.update(Person.objects.filter(id__in=part).values_list("id", "area_id"))
        counted = (
            Item.objects.filter(subject_kind="person", subject_id__in=part, loop="contact")
            .values_list("subject_id", "kind")
            .annotate(n=Count("id"))
        )
        before.update({(p or 0, k): n for p, k, n in counted})
    keys = [key for key in firsts if key[0] in areas]
    linli.foresee(sorted(set(areas.values())))
    openings = [_opening(key, firsts[key], areas[key[0]], before, linli.now) for key in keys]
    moved, refused = open_many(catalogue.get("contact"), openings, linli)
    if refused:
        raise refused[0].problem
    return {key: one.item_id for key, one in zip(keys, moved, strict=True)}


def _opening(
    key: tuple[int, str], pair: Pair, area_id: int, before: Mapping[Any, int], now: int
) -> Opening:
    person, disease = key
    return Opening(
        area_id=area_id,
        item_class=pair.risk,
        data={"last_met_on": met_on(pair.exposure, now)},
        kind=disease,
        uid=uuid5(CONTACTS, f"{person}:{disease}:{before.get(key, 0)}"),
        subject_kind="person",
        subject_id=person,
    )
