"""Who leaves the register now? In bites of one transaction, each with a sealed report of its own.

A bite is whole or not at all, so a night that was killed goes on where it stood: who has gone is
gone, and who is held is looked at again. Between bites whoever writes gets in between.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Event
from typing import Any

from django.db import transaction

from linli.audit.records import record
from linli.loops.keeping import Destruction
from linli.loops.ledger import Item
from linli.loops.removals import rules
from linli.loops.removals.holds import Hold, Looker, free
from linli.loops.removals.rules import Rule
from linli.loops.subjects import PERSON
from linli.policy.can import SYSTEM, Actor
from linli.registry import removals
from linli.registry.households import Household
from linli.registry.person import Person

A_BITE = 100  # rows; one transaction, so that nobody who writes waits long
PAUSE_S = 0.12  # between two bites: longer than SQLite lets a writer sleep before it tries again
COUNTED = ("case", "fever")  # by where somebody lived, in loops/happened and studies/illness
LEFT, EMPTY, ASKED = "left", "empty", "asked"  # why somebody was removed, in the report
Told = Callable[[int], None]


@dataclass
class Night:
    """What a night did: its reports, how many went by each rule, and how many are held by what."""

    reports: list[Destruction] = field(default_factory=list)
    went: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    why: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # rule, why, what
    paths: Counter[tuple[str, str]] = field(default_factory=Counter)  # rule and path of who goes


def remove_due(
    now: int, *, told: Told | None = None, exercise: bool = False, pause_s: float = PAUSE_S
) -> Night:
    """Remove everybody whose time has come and whom nothing holds."""
    night, looker, wait = Night(), Looker(now), Event()
    removals.forget_marks()
    for rule in rules.RULES:
        key: tuple[date, int] | None = None
        while (bite := _bite(rule, looker, key, night, exercise=exercise)) is not None:
            key = bite
            if told is not None:
                told(sum(night.went.values()))
            wait.wait(pause_s)
    return night


def look_ahead(now: int, ranges: Sequence[tuple[str, str]] | None = None) -> Night:
    """The same without doing it: who would go by each rule and area, and what holds the others."""
    night, looker = Night(), Looker(now)
    for rule in rules.RULES:
        for rows in _in_bites(rule, now, ranges):
            _sort_out(rule, rows, looker, night)
    return night


def remove_asked(actor: Actor, person: Person, *, looker: Looker, exercise: bool) -> Destruction:
    """Remove one resident who asks for it; whoever calls has looked that nothing holds them.

    The account by which they asked stays theirs, so that the answer reaches them.
    """
    asked = Item.objects.filter(id=looker.but or 0).get()
    removals.remove(
        [person], cases=_cases([person.id]), today=looker.today, rule=rules.ASKED,
        actor=actor, spared=asked.opened_by or 0,
    )  # fmt: skip
    report = _written(ASKED, [person.id], looker, rules.ASKED, exercise=exercise)
    detail = {"rows": 1, "cause": ASKED, "item": asked.id}
    record(actor, "destroy", rules.ASKED, report.id, path=person.path, detail=detail)
    return report


@transaction.atomic
def _bite(
    rule: Rule, looker: Looker, key: tuple[date, int] | None, night: Night, *, exercise: bool
) -> tuple[date, int] | None:
    """One bite from a key on; returns the key of its last row, None when there are no more."""
    rows = list(
        rules.due(rule, looker.now).filter(rules.after(rule, key)).select_for_update(of=("self",))[
            :A_BITE
        ]
    )  # fmt: skip
    if not rows:
        return None
    go = _sort_out(rule, rows, looker, night)
    if go:
        night.reports.append(_gone(rule, go, looker, exercise=exercise))
    return _key(rule, rows[-1])


def _sort_out(rule: Rule, rows: list[Any], looker: Looker, night: Night) -> list[Any]:
    """Those of these rows that go; who is held is counted with what holds them."""
    held: dict[int, list[Hold]] = {}
    if not rule.of_households:
        held = looker.held([row.id for row in rows])
    for holds in held.values():
        night.held[rule.name] += 1
        for why, what in {(hold.why.value, hold.what) for hold in holds}:
            night.why[rule.name, why, what] += 1
    wanted = set(free([row.id for row in rows], held))
    go = [row for row in rows if row.id in wanted]
    night.went[rule.name] += len(go)
    for row in go:
        night.paths[rule.name, row.path] += 1
    return go


def _gone(rule: Rule, rows: list[Any], looker: Looker, *, exercise: bool) -> Destruction:
    if rule.of_households:
        removals.remove_households(rows, rule=rule.name)
        return _report(rule, [row.id for row in rows], looker, EMPTY, exercise=exercise)
    ids = [row.id for row in rows]
    removals.remove(rows, cases=_cases(ids), today=looker.today, rule=rule.name)
    return _report(rule, ids, looker, LEFT, exercise=exercise)


def _report(
    rule: Rule, ids: Sequence[int], looker: Looker, cause: str, *, exercise: bool
) -> Destruction:
    report = _written(cause, ids, looker, rule.name, exercise=exercise)
    terms = rules.terms(rule)
    signed = {"terms": terms.signed.id, "by": terms.signed.signed_by} if terms.signed else {}
    detail = {"rows": len(ids), "cause": cause, "days": terms.closed_days, **signed}
    record(SYSTEM, "destroy", rule.name, report.id, detail=detail)
    return report


def _written(
    cause: str, ids: Sequence[int], looker: Looker, name: str, *, exercise: bool
) -> Destruction:
    return Destruction.objects.create(
        at=looker.now, loop=name, cause=cause, path="", n_items=len(ids), n_texts=0,
        digest=hashlib.sha256("\n".join(map(str, ids)).encode()).hexdigest(), exercise=exercise,
    )  # fmt: skip


def _cases(ids: Collection[int]) -> set[int]:
    """Those of these people who were found ill, which is counted by where they lived."""
    rows = Item.objects.filter(loop__in=COUNTED, subject_kind=PERSON, subject_id__in=list(ids))
    return {who for who in rows.values_list("subject_id", flat=True) if who is not None}


def _in_bites(
    rule: Rule, now: int, ranges: Sequence[tuple[str, str]] | None
) -> Iterator[list[Person] | list[Household]]:
    key: tuple[date, int] | None = None
    while rows := list(rules.due(rule, now, ranges).filter(rules.after(rule, key))[:A_BITE]):
        yield rows
        key = _key(rule, rows[-1])


def _key(rule: Rule, row: Any) -> tuple[date, int]:
    return (getattr(row, rule.when), row.id)
