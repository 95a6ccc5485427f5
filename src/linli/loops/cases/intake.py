"""How do reports of cases come in, one or many? Each finds its person, and opens or joins a case.

A person reported twice has one case: the second report stands in its history. A report that is
refused is told apart, the others go in; the same reports again change nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import IO, Annotated, Any
from uuid import UUID

from django.db import transaction
from pydantic import BaseModel, Field, StringConstraints, field_validator

from linli import clock
from linli.audit.records import record_many
from linli.errors import N_, BadInput, Problem, Taken, Word
from linli.loops import catalogue, needs, write
from linli.loops.advance import Refused, advance, open_many
from linli.loops.cases import definitions
from linli.loops.cases.forms import CODE, CaseSource, Category, Severity
from linli.loops.ledger import Event, Item
from linli.loops.loop import Loop, State
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM, Actor, Ask, can
from linli.policy.roles import Purpose, Role
from linli.registry import meant
from linli.registry.imports import typed
from linli.registry.imports.references import Place, References
from linli.registry.imports.typed import RowRefused
from linli.registry.person import REPORTED, Sex

ROWS_AT_ONCE = 500  # a tick waits for no more than one such part
REPORTS = frozenset({"open", "report_again", "classify", "reclassify"})  # steps of a report
RANK = {category.value: rank for rank, category in enumerate(Category)}  # the most certain first
DECIDERS = frozenset({Role.CLINICIAN, Role.TRACER})
Short = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]


class CaseReport(BaseModel):
    """A case as it is reported: what is known of the person, and what of the illness.

    ``area`` is the area that answers: ``id:7``, its code, or its name. Evidence is a list of the
    disease's criteria; in a file they stand in one cell, apart by spaces.
    """

    model_config = {"extra": "forbid"}

    category: Category
    area: Annotated[str, Field(min_length=1, max_length=160)]
    disease: Annotated[str, Field(max_length=24, pattern=CODE)] = "covid19"
    onset_on: date | None = None
    source: CaseSource = CaseSource.LIST
    severity: Severity = Severity.UNKNOWN
    evidence: Annotated[list[str], Field(max_length=40)] = []
    name: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] = ""
    code: Short = ""
    document: Short = ""
    phone: Short = ""
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    uid: UUID | None = None

    @field_validator("evidence", mode="before")
    @classmethod
    def _in_one_cell(cls, given: Any) -> Any:
        return given.replace(",", " ").split() if isinstance(given, str) else given

    def own_uid(self, *, exercise: bool) -> UUID:
        """The id of the report; the same report without one has the same one every time.

        One of a drill has another than the same one in earnest.
        """
        text = self.model_dump_json(exclude={"uid"}) + ("exercise" if exercise else "")
        return self.uid or UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4)


@dataclass(frozen=True)
class Reported:
    """What became of one report: the case it opened or joined; ``again``: it was known."""

    index: int
    case_id: int
    person_id: int
    joined: bool = False
    again: bool = False


@dataclass(frozen=True)
class TakenIn:
    """What became of reports: opened + joined + again + refused = sent."""

    reported: tuple[Reported, ...]
    refused: tuple[Refused, ...]

    def counts(self) -> dict[str, int]:
        """How many of each."""
        again = sum(r.again for r in self.reported)
        joined = sum(r.joined and not r.again for r in self.reported)
        opened = len(self.reported) - again - joined
        return {"opened": opened, "joined": joined, "again": again, "refused": len(self.refused)}


@dataclass(frozen=True)
class _Row:
    index: int
    report: CaseReport
    uid: UUID
    place: Place


def allow(actor: Actor, purpose: str | None) -> None:
    """Whether this actor may report cases anywhere; raises NotAllowed or PurposeNeeded."""
    roles = catalogue.get("case").opened_by
    chosen = Purpose(purpose) if purpose else None
    can(actor, Ask("case.open", roles, None, chosen, True)).required()


def take_in(
    actor: Actor,
    reports: Sequence[CaseReport],
    *,
    now: int,
    purpose: str | None,
    references: References | None = None,
) -> TakenIn:
    """Take reports in, in one transaction; those refused are told apart, the others go in."""
    loop = catalogue.get("case")
    scene = Scene(actor, now, purpose or "")
    rows, refused = _checked(loop, reports, scene, references or References())
    with transaction.atomic():
        known = write.events_known([row.uid for row in rows])
        again = _again([row for row in rows if row.uid in known], known, scene, refused)
        fresh = _once([row for row in rows if row.uid not in known], refused)
        people = meant.find_or_make([_told(row) for row in fresh], now=now)
        who = {row.index: one.person_id for row, one in zip(fresh, people, strict=True)}
        cases = _open_cases(sorted(set(who.values())), actor.exercise)
        first: dict[tuple[int, str], _Row] = {}
        for row in fresh:
            key = (who[row.index], row.report.disease)
            if key not in cases:
                first.setdefault(key, row)
        opening = list(first.values())
        scene.foresee([row.place.id for row in opening])
        needs.foresee([who[row.index] for row in opening], scene)
        moved, bad = open_many(loop, [_opening(r, who[r.index]) for r in opening], scene)
        refused += [replace(one, index=opening[one.index].index) for one in bad]
        failed = {opening[one.index].index for one in bad}
        opened = [row for row in opening if row.index not in failed]
        done = [
            Reported(row.index, move.item_id, who[row.index])
            for row, move in zip(opened, moved, strict=True)
        ]
        cases |= {(one.person_id, row.report.disease): one.case_id
                  for one, row in zip(done, opened, strict=True)}  # fmt: skip
        taken = {row.index for row in opening}
        for row in (r for r in fresh if r.index not in taken):
            key = (who[row.index], row.report.disease)
            if key in cases:
                done.append(_join(row, cases[key], key[0], scene))
        record_many(
            actor, "report", "case", [one.case_id for one in done], purpose=purpose
        )  # who told of whom, also where the case is Linli's to move
    done += again
    return TakenIn(
        tuple(sorted(done, key=lambda one: one.index)),
        tuple(sorted(refused, key=lambda one: one.index)),
    )


def _checked(
    loop: Loop, reports: Sequence[CaseReport], scene: Scene, references: References
) -> tuple[list[_Row], list[Refused]]:
    """The reports that may go in, and what is wrong with the others."""
    rows: list[_Row] = []
    refused: list[Refused] = []
    for index, report in enumerate(reports):
        try:
            place = references.area(report.area)
            _check(loop, report, place, scene)
        except Problem as problem:
            refused.append(Refused(index, problem))
        else:
            rows.append(_Row(index, report, report.own_uid(exercise=scene.actor.exercise), place))
    return rows, refused


def _check(loop: Loop, report: CaseReport, place: Place, scene: Scene) -> None:
    chosen = Purpose(scene.purpose) if scene.purpose else None
    can(scene.actor, Ask("case.open", loop.opened_by, place.path, chosen, True)).required()
    if not (report.name or report.code or report.document):
        raise BadInput(N_("Nobody is named. Give a name, a document, or our own code."))
    if report.onset_on is not None and report.onset_on > clock.day(clock.moment(scene.now)):
        raise BadInput(N_("What is told cannot have happened in the future. Check the time."))
    definitions.refuse_unknown(report.disease, report.evidence)


def _told(row: _Row) -> meant.Told:
    report = row.report
    return meant.Told(
        row.place.id, row.place.path, name=report.name or report.code or report.document,
        code=report.code, document=report.document, phone=report.phone,
        birth_date=report.birth_date, sex=report.sex, source=REPORTED,
    )  # fmt: skip


def _opening(row: _Row, person_id: int) -> Opening:
    report = row.report
    data: dict[str, Any] = {
        "person_id": person_id,
        "source": report.source,
        "severity": report.severity,
        "evidence": list(report.evidence),
        "onset_on": report.onset_on,
    }
    return Opening(
        row.place.id, report.category, data, kind=report.disease, uid=row.uid,
        subject_kind="person", subject_id=person_id, channel="list",
    )  # fmt: skip


def _open_cases(person_ids: Sequence[int], exercise: bool) -> dict[tuple[int, str], int]:
    """The case of each that has not ended, by person and disease."""
    found: dict[tuple[int, str], int] = {}
    for n in range(0, len(person_ids), 500):
        rows = Item.objects.filter(
            loop="case", subject_kind="person", subject_id__in=person_ids[n : n + 500],
            exercise=exercise,
        ).exclude(state=State.CLOSED)  # fmt: skip
        for person_id, kind, item_id in rows.order_by("-id").values_list(
            "subject_id", "kind", "id"
        ):
            found[person_id or 0, kind] = item_id
    return found


def _join(row: _Row, case_id: int, person_id: int, scene: Scene) -> Reported:
    """The report stands in the history of the case that is there, and moves it if it is surer.

    Linli takes the step: the case may be in another area's care than who reports. Only who may
    classify moves it by a report.
    """
    report = row.report
    linli = Scene(replace(SYSTEM, exercise=scene.actor.exercise), scene.now)
    form: dict[str, Any] = {
        "category": report.category,
        "evidence": list(report.evidence),
        "severity": report.severity,
    }
    current = Item.objects.only("item_class", "stage").get(id=case_id)
    surer = RANK[report.category] < RANK[current.item_class]
    if surer and scene.actor.holds(DECIDERS):
        step = "classify" if current.stage == "unclassified" else "reclassify"
    else:
        step = "report_again"
        form |= {"source": report.source, "onset_on": report.onset_on}
    advance(case_id, step, linli, data=form, uid=row.uid)
    return Reported(row.index, case_id, person_id, joined=True)


def _once(rows: Sequence[_Row], refused: list[Refused]) -> list[_Row]:
    """The rows without those that give another report the uid of one before them."""
    first: dict[UUID, CaseReport] = {}
    kept = []
    for row in rows:
        if first.setdefault(row.uid, row.report) == row.report:
            kept.append(row)
        else:
            refused.append(Refused(row.index, _taken(row)))
    return kept


def _again(
    rows: Sequence[_Row],
    known: Mapping[UUID | None, tuple[int, str]],
    scene: Scene,
    refused: list[Refused],
) -> list[Reported]:
    """Reports that were taken already; one whose uid is something else's is refused.

    An uid that Linli made of the report itself says as much. One that its sender made has to lead
    to a case within reach, and to a step that says the same.
    """
    said = {e.uid: e for e in Event.objects.filter(uid__in=[row.uid for row in rows])}
    items = Item.objects.in_bulk({known[row.uid][0] for row in rows})
    found = []
    for row in rows:
        item = items[known[row.uid][0]]
        if _is_that(row, item, said[row.uid], scene):
            found.append(Reported(row.index, item.id, item.subject_id or 0, again=True))
        else:
            refused.append(Refused(row.index, _taken(row)))
    return found


def _is_that(row: _Row, item: Item, event: Event, scene: Scene) -> bool:
    report, data = row.report, event.data
    if (item.loop, item.exercise, item.kind) != ("case", scene.actor.exercise, report.disease):
        return False
    if event.step not in REPORTS:
        return False
    if report.uid is None:
        return True
    roles = catalogue.get("case").opened_by
    near = any(item.path.startswith(held.path) for held in scene.actor.holds(roles))
    first = item.data.get("opened_as", item.item_class)
    same = (data.get("category", first), data.get("evidence", []), data.get("severity", ""))
    return near and same == (report.category, report.evidence, report.severity)


def _taken(row: _Row) -> Taken:
    return Taken(what=Word(N_("The report")), value=row.uid)


@dataclass
class ListTaken:
    """What became of a list: rows = opened + joined + again + refused."""

    rows: int = 0
    opened: int = 0
    joined: int = 0
    again: int = 0
    refused: int = 0


def take_file(
    actor: Actor, file: IO[bytes], *, now: int, purpose: str | None
) -> tuple[ListTaken, list[RowRefused]]:
    """Take a CSV, XLSX or Parquet list of cases in, 500 rows a transaction.

    Raises WrongFile or ForeignColumns before anything is taken. A list that was broken off is
    simply sent again.
    """
    allow(actor, purpose)
    told, refused, references = ListTaken(), [], References()
    take = partial(take_in, actor, now=now, purpose=purpose, references=references)
    for part in typed.in_parts(typed.rows_of(file, CaseReport), ROWS_AT_ONCE):
        good = [read for read in part if read.row is not None]
        bad = [RowRefused(r.number, r.problem) for r in part if r.problem is not None]
        taken = take([read.row for read in good if read.row is not None])
        bad += [RowRefused(good[one.index].number, one.problem) for one in taken.refused]
        told.rows += len(part)
        told.refused += len(bad)
        for name in ("opened", "joined", "again"):
            setattr(told, name, getattr(told, name) + taken.counts()[name])
        refused += sorted(bad, key=lambda one: one.number)
    return told, refused
