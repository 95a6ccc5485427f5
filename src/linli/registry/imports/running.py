"""How do staged rows become records? Read, match in bulk, decide in order, commit by batch.

A batch is one transaction: its records, its outcomes and the job's progress stand or fall
together, so a killed run goes on where it was and every row is counted once. A dry run takes the
same way and writes outcomes only; what it would have written it keeps in mind, so that its sums
are those of the real run.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import DataError, IntegrityError, transaction

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, Problem
from linli.jobs import queue
from linli.jobs.queue import Job, Running
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.fields import MASK, MaskedValue
from linli.policy.powers import roles_for
from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.imports import columns, files, kinds, results, staging
from linli.registry.imports.kind import Kind, Known, Outcome, Row, World
from linli.registry.imports.references import References
from linli.registry.imports.results import ImportOutcome
from linli.registry.imports.staging import ImportRow, Upload
from linli.registry.sight import paths_in

BATCH_ROWS = 2_000

OPERATOR = Actor(
    id=None, holdings=(Holding(Role.DATA_OFFICE, ""), Holding(Role.ADMINISTRATOR, ""))
)  # whoever runs the command line has the database itself in hand


class ForeignArea(BadInput):
    """A row belongs to an area in which its sender may not write."""

    code = "foreign_area"
    sentence = N_("This record belongs to an area outside yours. Leave the row out.")


def run(
    upload: Upload,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    *,
    actor: Actor | None = None,
) -> Job:
    """Put an import into the queue; the worker does it. The mapping is remembered."""
    chosen = staging.checked(upload, mapping)
    with transaction.atomic():
        staging.remember(upload, chosen)
        if actor is not None:
            record(actor, "import.dry_run" if dry_run else "import.run", "upload", upload.id)
        job = queue.ask(
            "import",
            account_id=upload.account_id,
            upload=upload.id,
            mapping=chosen,
            dry_run=dry_run,
            exercise=bool(actor and actor.exercise),
        )
        Job.objects.filter(id=job.id).update(n_total=upload.n_rows)
    job.refresh_from_db()
    return job


def do(running: Running) -> None:
    """Do an import from where it stands; what the job "import" runs."""
    given = running.job.given
    upload = Upload.objects.get(id=given["upload"])
    work = _Work(running, upload, kinds.get(upload.kind), given, _world(upload, given))
    if work.dry_run:
        work.start_anew()
    while rows := work.next_rows(BATCH_ROWS):
        work.commit(rows)
    if not work.dry_run:
        ImportRow.objects.filter(upload_id=upload.id).delete()


def _world(upload: Upload, given: Mapping[str, Any]) -> World:
    now = clock.now_s()
    actor = OPERATOR
    if upload.account_id is not None:
        account = Account.objects.get(id=upload.account_id)
        actor = roster.actor_of(account, now, two_factor=True, exercise=bool(given.get("exercise")))
    return World(actor, upload.name, clock.day(clock.moment(now)), now, References())


@dataclass
class _Work:
    """One run in progress."""

    running: Running
    upload: Upload
    kind: Kind
    given: Mapping[str, Any]
    world: World
    imagined: dict[Any, Known] = field(default_factory=dict)  # of a dry run: changed records by id
    imagined_under: dict[Hashable, list[Known]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dry_run = bool(self.given["dry_run"])
        by_name = {c.name: c for c in self.kind.columns}
        meant: Mapping[str, str] = self.given["mapping"]
        self.readers = [
            (place, title, by_name[meant[title]])
            for place, title in enumerate(self.upload.header)
            if meant.get(title)
        ]
        roles = roles_for(self.kind.power)
        can(self.world.actor, Ask(self.kind.power, roles)).required()
        self.ranges = scope(self.world.actor, roles)

    def start_anew(self) -> None:
        """A dry run keeps what it imagines in mind only, so it begins at the first row."""
        ImportOutcome.objects.filter(job_id=self.running.job.id).delete()
        self.running.job.result = {}
        self.running.job.n_done = 0

    def next_rows(self, batch: int) -> list[tuple[int, list[str]]]:
        """The staged rows after the last one that was committed."""
        last = self.running.job.result.get("last", 0)
        staged = ImportRow.objects.filter(upload_id=self.upload.id, n__gt=last).order_by("n")
        return list(staged.values_list("n", "cells")[:batch])

    def commit(self, staged: list[tuple[int, list[str]]]) -> None:
        """Take in one batch. If the database refuses it, halve it until the culprit is alone."""
        rows = [self.read(n, cells) for n, cells in staged]
        new, changed = self.decide(rows)
        try:
            with transaction.atomic():
                if not self.dry_run:
                    self.write(rows, new, changed)
                results.keep(self.running.job.id, rows)
                self.progress(rows)
        except (IntegrityError, DataError, Problem) as error:
            self._reload()
            self.world.references.forget()
            self.world.scratch.clear()
            if len(staged) > 1:
                half = len(staged) // 2
                self.commit(staged[:half])
                self.commit(staged[half:])
            else:
                self.refuse_alone(rows[0], error)

    def read(self, n: int, cells: list[str]) -> Row:
        """The values of a row's cells, or every reason why they cannot be read."""
        row = Row(n)
        given = set()
        masked = []
        for place, title, column in self.readers:
            cell = files.plain(cells[place])
            if cell == "":
                continue
            given.add(column.name)
            if cell == MASK:
                masked.append(title)
            elif cells[place].strip() == columns.CLEAR:
                if column.required:
                    row.refuse(columns.missing(title))
                row.values[column.name] = column.clears_to
            else:
                try:
                    row.values[column.name] = column.read(cell)
                except Problem as problem:
                    row.refuse(BadInput(N_("{column}: {problem}"), column=title, problem=problem))
        if masked:
            row.refuse(MaskedValue(fields=tuple(masked)))
        row.given = frozenset(given)
        return row

    def decide(self, rows: list[Row]) -> tuple[list[Known], list[Known]]:
        """Give every row its outcome, in order; returns the records to be made and changed."""
        sound = [row for row in rows if not row.problems]
        self.kind.resolve(sound, self.world)
        sound = [row for row in sound if not row.problems]
        pool = self.pool(sound)
        new: list[Known] = []
        changed: dict[int, Known] = {}
        for row in rows:
            if not row.problems:
                self._decide_one(row, pool, new, changed)
            if row.problems:
                row.outcome, row.known = Outcome.REFUSED, None
        for known in (*new, *changed.values()) if self.dry_run else ():
            if known.id is not None:
                self.imagined[known.id] = known
            self._put(self.imagined_under, known)
        return new, list(changed.values())

    def pool(self, rows: list[Row]) -> dict[Hashable, list[Known]]:
        """Every record these rows may be about, by the keys it is found under."""
        pool: dict[Hashable, list[Known]] = {}
        for known in self.kind.fetch(rows, self.world):
            self._put(pool, known if known.frozen else self.imagined.get(known.id, known))
        return pool

    def write(self, rows: list[Row], new: list[Known], changed: list[Known]) -> None:
        """Write a batch's records, and queue what is doubtful."""
        if new:
            self.kind.create(new, self.world)
        if changed:
            self.kind.change(changed, self.world)
        if self.kind.queue is not None:
            for row in rows:
                if row.outcome is Outcome.QUEUED and row.known is not None:
                    self.kind.queue(row.known, row.doubts, self.world)

    def progress(self, rows: list[Row]) -> None:
        """Save how far the run is, in the transaction of its batch."""
        counts = {o.value: int(self.running.job.result.get(o.value, 0)) for o in Outcome}
        for row in rows:
            counts[(row.outcome or Outcome.REFUSED).value] += 1
        done = self.running.job.n_done + len(rows)
        self.running.progress(done, self.upload.n_rows, last=rows[-1].n, **counts)

    def refuse_alone(self, row: Row, error: Exception) -> None:
        """Refuse the one row that the database would not take."""
        fallback = BadInput(N_("The record contradicts another one that is already there."))
        row.refuse(error if isinstance(error, Problem) else fallback)
        row.outcome, row.known = Outcome.REFUSED, None
        with transaction.atomic():
            results.keep(self.running.job.id, [row])
            self.progress([row])

    def _decide_one(
        self,
        row: Row,
        pool: dict[Hashable, list[Known]],
        new: list[Known],
        changed: dict[int, Known],
    ) -> None:
        candidates: dict[int, Known] = {}
        for key in self.kind.lookups(row.values):
            for known in chain(pool.get(key, ()), self.imagined_under.get(key, ())):
                candidates[id(known)] = known
        row.known, row.doubts = self.kind.judge(row.values, list(candidates.values()))
        self.kind.check(row, self.world)
        if row.problems or not self._is_ours(row):
            return
        if row.known is None:
            self._make(row, pool, new)
            return
        changes = {
            name: value
            for name, value in row.values.items()
            if name not in self.kind.never_compared and row.known.values.get(name) != value
        }
        if row.known.frozen:
            changes = {}
        row.outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        if changes:
            was = {name: row.known.values.get(name) for name in changes}
            row.known.before = was | row.known.before
            row.known.values |= changes
            if row.known.id is not None:
                row.known.changes |= changes
                changed[id(row.known)] = row.known
            self._put(pool, row.known)

    def _make(self, row: Row, pool: dict[Hashable, list[Known]], new: list[Known]) -> None:
        lacking = [c for c in self.kind.columns if c.required and c.name not in row.given]
        for column in lacking:
            row.refuse(columns.missing(f"{column.zh} / {column.en}"))
        if lacking:
            return
        row.known = Known(None, dict(row.values))
        row.outcome = Outcome.QUEUED if row.doubts else Outcome.CREATED
        new.append(row.known)
        self._put(pool, row.known)

    def _put(self, pool: dict[Hashable, list[Known]], known: Known) -> None:
        for key in self.kind.lookups(known.values):
            at = pool.setdefault(key, [])
            if not any(other is known for other in at):
                at.append(known)

    def _is_ours(self, row: Row) -> bool:
        """Whether the sender may write at the row's area, and at the one its record leaves."""
        if self.kind.has_path:
            paths = [row.values.get("path"), row.known.values.get("path") if row.known else None]
            if not all(path is None or paths_in(self.ranges, path) for path in paths):
                row.refuse(ForeignArea())
        return not row.problems

    def _reload(self) -> None:
        job = Job.objects.get(id=self.running.job.id)
        self.running.job.result, self.running.job.n_done = job.result, job.n_done
