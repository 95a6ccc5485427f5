"""Which file was sent, what stands in it, and which of its columns means what?"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from django.db import models, transaction

from linli import bulk, clock
from linli.columns import MomentField
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.jobs import queue
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.imports import files, kinds
from linli.registry.imports.columns import folded
from linli.registry.imports.kind import Kind

STAGED_AT_ONCE = 5_000
STAGED_DAYS = 30  # assumed; rows of residents wait for an answer, and not for ever
DAY_S = 86_400
ROWS_SHOWN = 10

Mapping_ = Mapping[str, str]  # a header's title to the name of a column, or to nothing


class Upload(models.Model):
    """A file that was sent to be imported, read into rows and not yet judged."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    account_id = models.BigIntegerField(null=True)
    at = MomentField()
    encoding = models.CharField(max_length=12)
    header = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    n_rows = models.IntegerField(null=True)  # None until the whole file is read

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["account_id", "-id"], name="upload_account")]


class ImportRow(models.Model):
    """One row of an upload as it was sent; dropped when the import has ended."""

    pk = models.CompositePrimaryKey("upload_id", "n")
    upload_id = models.BigIntegerField()
    n = models.IntegerField()  # in the file; the header is row 1
    cells = models.JSONField()

    class Meta:
        app_label = "registry"


class RowsGone(Conflict):
    """The rows of a file are not here any more: taken in, or too long here."""

    code = "rows_gone"
    sentence = N_("The rows of {name} are not here any more. Send the file again.")


class ColumnMapping(models.Model):
    """What the columns of a header mean for a kind, as somebody said the last time."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    account_id = models.BigIntegerField(null=True)
    at = MomentField()

    class Meta:
        app_label = "registry"
        constraints = [
            models.UniqueConstraint(fields=["kind", "fingerprint"], name="one_mapping_a_header")
        ]


@dataclass(frozen=True)
class Preview:
    """What a file holds and how it would be read."""

    kind: Kind
    header: list[str]
    mapping: dict[str, str]
    remembered: bool
    rows: list[list[str]]
    n_rows: int
    missing: list[str]  # required columns that no header means
    unknown: list[str]  # headers that mean nothing


def begin(actor: Actor, kind: str, file: IO[bytes], name: str) -> Upload:
    """Read a file into staged rows; raises WrongFile with one sentence, and keeps nothing then."""
    can(actor, Ask("imports.run", roles_for("imports.run"))).required()
    declared = kinds.get(kind)
    can(actor, Ask(declared.power, roles_for(declared.power))).required()
    with files.opened(file) as table:
        upload = Upload.objects.create(
            kind=declared.name,
            name=name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1][:120],
            account_id=actor.id,
            at=clock.now_s(),
            encoding=table.encoding,
            header=table.header,
            fingerprint=fingerprint_of(table.header),
            sha256="",
        )
        try:
            upload.n_rows = _stage(upload.id, table.rows)
        except BaseException:
            drop(upload)
            raise
    upload.sha256 = _digest(file)
    upload.save(update_fields=["n_rows", "sha256"])
    if upload.n_rows == 0:
        drop(upload)
        raise files.WrongFile(N_("The file has a header and no rows below it."))
    return upload


def upload_of(actor: Actor, upload_id: int) -> Upload:
    """An upload of one's own; raises NotFound for another's and for none alike."""
    can(actor, Ask("imports.run", roles_for("imports.run"))).required()
    upload = Upload.objects.filter(id=upload_id, account_id=actor.id).first()
    if upload is None:
        raise NotFound(what=Word(N_("upload")), value=upload_id)
    return upload


def preview(upload: Upload) -> Preview:
    """The first rows, with the mapping remembered for this header or found by its titles."""
    kind = kinds.get(upload.kind)
    known = ColumnMapping.objects.filter(kind=kind.name, fingerprint=upload.fingerprint).first()
    mapping = dict(known.mapping) if known else by_titles(kind, upload.header)
    first = ImportRow.objects.filter(upload_id=upload.id).order_by("n")[:ROWS_SHOWN]
    meant = set(mapping.values())
    return Preview(
        kind=kind,
        header=upload.header,
        mapping=mapping,
        remembered=known is not None,
        rows=[row.cells for row in first],
        n_rows=upload.n_rows or 0,
        missing=[c.name for c in kind.columns if c.required and c.name not in meant],
        unknown=[title for title in upload.header if not mapping.get(title)],
    )


def by_titles(kind: Kind, header: list[str]) -> dict[str, str]:
    """What each title means by itself: a column's name or title in either language, or a tag."""
    found: dict[str, str] = {}
    for title in header:
        column = next(
            (c for c in kind.columns if folded(title) in c.titles() or title == c.tag != ""), None
        )
        free = column is not None and column.name not in found.values()
        found[title] = column.name if column is not None and free else ""
    return found


def checked(upload: Upload, mapping: Mapping_ | None) -> dict[str, str]:
    """The mapping to be used; BadInput when it names what is not there, RowsGone after that."""
    kind = kinds.get(upload.kind)
    if not ImportRow.objects.filter(upload_id=upload.id).exists():
        raise RowsGone(name=upload.name)
    chosen = dict(mapping) if mapping else preview(upload).mapping
    names = {c.name for c in kind.columns}
    for title, name in chosen.items():
        if title not in upload.header:
            raise BadInput(N_("The file has no column {title}."), title=title)
        if name and name not in names:
            raise BadInput(
                N_("{name} is no column of this list. Known: {known}."),
                name=name,
                known=sorted(names),
            )
    meant = [name for name in chosen.values() if name]
    twice = sorted({name for name in meant if meant.count(name) > 1})
    if twice:
        raise BadInput(N_("Two columns are both said to mean {names}."), names=twice)
    if not meant:
        raise BadInput(
            N_("None of the columns {header} is known to this list. Say what they mean."),
            header=upload.header[:10],
        )
    return chosen


def remember(upload: Upload, mapping: Mapping_) -> None:
    """Keep a mapping for the next file with this header."""
    ColumnMapping.objects.update_or_create(
        kind=upload.kind,
        fingerprint=upload.fingerprint,
        defaults={
            "mapping": dict(mapping),
            "account_id": upload.account_id,
            "at": clock.now_s(),
        },
    )


def forget(now: int) -> int:
    """Drop the rows of files that nobody took in for a while; returns how many rows went.

    A file of which an import is under way keeps them until it has ended.
    """
    old = Upload.objects.filter(at__lt=now - STAGED_DAYS * DAY_S)
    under_way = {job.given.get("upload") for job in queue.under_way("import")}
    staged = ImportRow.objects.filter(upload_id__in=old.values("id")).exclude(
        upload_id__in=under_way
    )
    return staged.delete()[0]


def drop(upload: Upload) -> None:
    """Forget an upload and its rows."""
    ImportRow.objects.filter(upload_id=upload.id).delete()
    upload.delete()


def fingerprint_of(header: list[str]) -> str:
    """What tells one header from another, whatever its spaces and width."""
    return hashlib.sha256("\n".join(folded(title) for title in header).encode()).hexdigest()


def _stage(upload_id: int, rows: Iterator[tuple[int, list[str]]]) -> int:
    count = 0
    while batch := list(islice(rows, STAGED_AT_ONCE)):
        staged: list[tuple[Any, ...]] = [(upload_id, n, cells) for n, cells in batch]
        with transaction.atomic():
            bulk.insert(ImportRow, ("upload_id", "n", "cells"), staged)
        count += len(batch)
    return count


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
