"""What stands on a curve? Orders, directives, modes and changes of definition, with their days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from linli import clock
from linli.analysis.epidemic.definition import Change
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops import catalogue, counted
from linli.policy.can import PATH_STEP, Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.declarations import Declaration, Mode, Phase
from linli.studies import tables
from linli.studies.epidemic.tables import CurveMark, MarkKind

DECLARE = "epidemic.declare"
MOST_MARKS = 20  # on one curve; more would hide it
MOST_BACKLOG = 60  # days
LEAST_WORDS, MOST_WORDS = 2, 200


@dataclass(frozen=True)
class Mark:
    """One thing that happened on a day, in words; ``of`` says what kind of thing.

    The words are somebody's own, but those of a mode, which are ours.
    """

    on: date
    words: str
    of: str  # a key of OF
    id: int | None = None  # of a CurveMark, which can be taken back
    by: str = ""  # who wrote it down

    def told(self, translate: Callable[[str], str]) -> str:
        """The words in the reader's language, where they are ours."""
        return translate(self.words) if self.of == "mode" else self.words


OF = {
    "mode": N_("mode"),
    "directive": N_("directive"),
    "order": N_("order or measure"),
    "definition": N_("change of definition"),
}


@dataclass(frozen=True)
class Said:
    """What somebody writes onto a curve."""

    kind: str
    first_on: date
    words: str
    last_on: date | None = None
    backlog_days: int = 0
    ratio: float | None = None
    disease: str = ""


@transaction.atomic
def declare(actor: Actor, area: Area, said: Said, *, now: int) -> CurveMark:
    """Write a mark onto the curves of an area and all below, by name.

    Raises NotAllowed, or BadInput for days that cannot be.
    """
    holding = can(actor, Ask(DECLARE, roles_for(DECLARE), area.path)).required()
    _check(said, clock.day(clock.moment(now)))
    made = CurveMark.objects.create(
        kind=said.kind, disease=said.disease, area_id=area.id, path=area.path,
        first_on=said.first_on, last_on=said.last_on, backlog_days=said.backlog_days,
        ratio=said.ratio, words=said.words.strip(), declared_by=actor.id, declared_at=now,
        exercise=actor.exercise,
    )  # fmt: skip
    record(actor, "declare", "curve_mark", made.id, holding=holding, path=area.path)
    return made


@transaction.atomic
def withdraw(actor: Actor, mark_id: int, *, now: int) -> CurveMark:
    """Take a mark back; it stays with the moment. Twice is once."""
    mark = CurveMark.objects.filter(id=mark_id, exercise=actor.exercise).first()
    if mark is None:
        raise NotFound(what=Word(N_("mark")), value=mark_id)
    holding = can(actor, Ask(DECLARE, roles_for(DECLARE), mark.path)).required()
    if mark.withdrawn_at is None:
        mark.withdrawn_by, mark.withdrawn_at = actor.id, now
        mark.save(update_fields=["withdrawn_by", "withdrawn_at"])
        record(actor, "withdraw", "curve_mark", mark.id, holding=holding, path=mark.path)
    mark.refresh_from_db()
    return mark


def declared(area: Area, disease: str, *, exercise: bool) -> list[CurveMark]:
    """What was written onto the curves of an area or one above it and holds, the oldest first."""
    return list(
        CurveMark.objects.filter(
            path__in=_above(area.path), disease__in=("", disease), withdrawn_at=None,
            exercise=exercise,
        ).order_by("first_on", "id")
    )  # fmt: skip


def definitions(*, exercise: bool) -> list[CurveMark]:
    """Every change of definition that was declared, anywhere, and holds: the one place for all.

    The course of an outbreak, warnings and what-ifs take them out of the counts alike.
    """
    rows = CurveMark.objects.filter(kind=MarkKind.DEFINITION, withdrawn_at=None, exercise=exercise)
    return list(rows.order_by("id"))


def of_area(rows: Sequence[CurveMark], path: str, disease: str) -> tuple[CurveMark, ...]:
    """Those of them that hold for an area and a disease."""
    above = _above(path)
    return tuple(r for r in rows if r.path in above and r.disease in ("", disease))


def changes(rows: Sequence[CurveMark], *, first: date, n_days: int) -> list[Change]:
    """The declared changes of definition as columns of counts that begin on ``first``.

    Of two that overlap the one declared later holds.
    """
    found: list[Change] = []
    taken: set[int] = set()
    for row in sorted((r for r in rows if r.kind == MarkKind.DEFINITION), key=lambda r: -r.id):
        begin = (row.first_on - first).days
        end = n_days - 1 if row.last_on is None else (row.last_on - first).days
        lost = max(-begin, 0)
        begin, end = max(begin, 0), min(end, n_days - 1)
        days = set(range(begin, end + 1))
        if not days or days & taken:
            continue
        taken |= days
        backlog = min(max(row.backlog_days - lost, 0), len(days))
        found.append(Change(begin, end, backlog, row.ratio))
    return found


def on_curve(
    actor: Actor, area: Area, rows: Sequence[CurveMark], *, first: date, last: date
) -> tuple[list[Mark], int]:
    """What happened at an area from one day to another, the oldest first, and how many more.

    The newest stay where there are too many. Directives stand there for whoever may see one here.
    """
    names = dict(
        Account.objects.filter(id__in={row.declared_by for row in rows}).values_list(
            "id", "display_name"
        )
    )
    found = [
        Mark(row.first_on, row.words, str(row.kind), row.id, names.get(row.declared_by or 0, ""))
        for row in rows
    ]
    found += _modes(area, exercise=actor.exercise)
    found += _directives(actor, area)
    inside = sorted((m for m in found if first <= m.on <= last), key=lambda m: m.on)
    return inside[-MOST_MARKS:], max(len(inside) - MOST_MARKS, 0)


def _modes(area: Area, *, exercise: bool) -> list[Mark]:
    rows = Declaration.objects.filter(path__in=_above(area.path), exercise=exercise)
    found = []
    for row in rows.order_by("starts_at"):
        words = Phase(row.phase).label if row.phase else Mode(row.mode).label
        found.append(Mark(clock.day(row.starts_at), str(words), "mode"))
    return found


def _directives(actor: Actor, area: Area) -> list[Mark]:
    loop = catalogue.get("directive")
    if not any(area.path.startswith(h.path) for h in actor.holds(loop.seen_by)):
        return []
    rows = counted.items(exercise=actor.exercise).filter(
        loop="directive", path__in=_above(area.path)
    )
    told = rows.exclude(stage="withdrawn").order_by("happened_at", "id")
    return [
        Mark(clock.day(at), title or str(data.get("title", "")), "directive")
        for at, title, data in told.values_list("happened_at", "title", "data")
    ]


def _above(path: str) -> list[str]:
    """The paths of an area and of all that it lies in."""
    return [path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP)]


def _check(said: Said, today: date) -> None:
    if said.kind not in MarkKind.values:
        raise BadInput(N_("{given} is no kind of mark. Choose from: {known}."),
                       given=said.kind[:40] or "–", known=tuple(MarkKind.values))  # fmt: skip
    if not LEAST_WORDS <= len(said.words.strip()) <= MOST_WORDS:
        raise BadInput(N_("Say in {least} to {most} characters what happened."),
                       least=LEAST_WORDS, most=MOST_WORDS)  # fmt: skip
    latest = max(said.first_on, said.last_on or said.first_on)
    if said.first_on > today:
        raise BadInput(N_("{day} is still to come. A mark stands on a day that has been."),
                       day=latest)  # fmt: skip
    if said.last_on is not None and said.last_on < said.first_on:
        raise BadInput(N_("{last} comes before {first}. Give the later day second."),
                       last=said.last_on, first=said.first_on)  # fmt: skip
    if not 0 <= said.backlog_days <= MOST_BACKLOG:
        raise BadInput(N_("{n} days of backlog are not 0 to {most}."), n=said.backlog_days,
                       most=MOST_BACKLOG)  # fmt: skip
    if said.ratio is not None and not said.ratio > 0:
        raise BadInput(N_("A change counts some cases for each of before: a ratio above 0."))


def of_text(text: str) -> list[tuple[str, str]]:
    """Orders written as DAY WORDS, one a line; raises BadInput for a line without a day."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day, _, words = line.replace(":", " ", 1).partition(" ")
        tables.day(day)
        found.append((day, words.strip()[:MOST_WORDS] or day))
    return found
