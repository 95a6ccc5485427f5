"""How do lists go out? As CSV or a workbook, row by row, masked, within one's area, recorded.

What goes out can be edited and taken in again: titles, codes and references are those that
`linli.registry.imports` reads.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from linli.audit.records import record
from linli.errors import N_, BadInput, NotAllowed, Word
from linli.policy.can import Actor, scope
from linli.policy.fields import MASK, shown
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES
from linli.policy.verbs import said
from linli.registry import areas, sight
from linli.registry.imports import columns, files, kinds
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Kind
from linli.registry.imports.references import References

ROWS_AT_ONCE = 2_000
BYTES_AT_ONCE = 1 << 16
MOST_ROWS_OF_A_SHEET = 1_048_000  # Excel's own limit, with room for the header
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"  # by which Excel knows UTF-8


@dataclass(frozen=True)
class Export:
    """A list on its way out: a file name, its type, and its bytes in pieces."""

    name: str
    content_type: str
    chunks: Iterator[bytes]


def export(
    actor: Actor,
    kind: str,
    *,
    purpose: str | None = None,
    form: str = "csv",
    area_path: str = "",
    language: str = "zh-hans",
    tags: bool = False,
) -> Export:
    """A list as this actor may see it; ``tags`` adds a line of HXL tags below the header.

    Raises NotAllowed, PurposeNeeded, NotFound for an unknown list and BadInput for a form.
    """
    declared = kinds.get(kind)
    if form not in TYPES:
        raise BadInput(
            N_("{form} is no form of a list. Known: {known}."), form=form, known=[*TYPES]
        )
    seen = _sight(actor, declared, purpose)
    record(
        actor, "export", declared.name, holding=seen.holding, purpose=purpose,
        path=area_path or seen.holding.path, detail={"form": form},
    )  # fmt: skip
    head = [_titles(declared, language)]
    if tags:
        head.append([c.tag or "#meta" for c in declared.columns])
    rows = _counted(actor, declared, seen, area_path, purpose)
    write = _as_csv if form == "csv" else _as_workbook
    chunks = write(declared.columns, head, rows)
    return Export(f"{declared.name}.{form}", TYPES[form], chunks)


def schema(kind: str) -> dict[str, Any]:
    """The list's columns as a Frictionless table schema."""
    declared = kinds.get(kind)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": declared.name,
        "title": declared.en,
        "missingValues": [""],
        "fields": [_field(column) for column in declared.columns],
    }


def _field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "title": column.en,
        "title:zh": column.zh,
        "type": column.type,
        "hxl": column.tag,
    }
    limits: dict[str, Any] = {}
    if column.required:
        limits["required"] = True
    if column.choices:
        limits["enum"] = list(column.choices)
    return described | ({"constraints": limits} if limits else {})


def _sight(actor: Actor, kind: Kind, purpose: str | None) -> sight.Sight:
    """Where the actor may both see these records and take lists out."""
    verb = kind.power.rsplit(".", 1)[0] + ".see"
    seen = sight.look(actor, verb, purpose, about_residents=kind.about_residents)
    roles = seen.roles & roles_for("exports.run")
    if not actor.holds(roles):
        raise NotAllowed(
            who=tuple(Word(NAMES[h.role]) for h in actor.holdings),
            verb=Word(said("exports.run")),
            roles=tuple(Word(NAMES[r]) for r in sorted(roles_for("exports.run"))),
        )
    return sight.Sight(actor, seen.purpose, roles, scope(actor, roles), seen.holding)


def _counted(
    actor: Actor, kind: Kind, seen: sight.Sight, area_path: str, purpose: str | None
) -> Iterator[dict[str, Any]]:
    """The rows by column, masked; how many went out is recorded at the end."""
    references = References()
    rows = kind.rows()
    if kind.has_path:
        rows = rows.filter(areas.within(seen.within(area_path)))
    count = 0
    at_hand: list[Any] = []

    def passed() -> Iterator[Any]:
        for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
            at_hand[:] = [row]
            yield row

    for values in kind.cells(passed(), references):
        count += 1
        if kind.about_residents:
            values = shown(values, seen.fields_at(at_hand[0].path))
        yield values
    record(
        actor, "export.end", kind.name, holding=seen.holding, purpose=purpose,
        path=area_path or seen.holding.path, detail={"rows": count},
    )  # fmt: skip


def _titles(kind: Kind, language: str) -> list[str]:
    return [c.zh if language.startswith("zh") else c.en for c in kind.columns]


def _as_csv(
    declared: Sequence[Column], head: list[list[str]], rows: Iterator[dict[str, Any]]
) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerows(head)
    for values in rows:
        writer.writerow([_text(c, values.get(c.name)) for c in declared])
        if buffer.tell() >= BYTES_AT_ONCE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _as_workbook(
    declared: Sequence[Column], head: list[list[str]], rows: Iterator[dict[str, Any]]
) -> Iterator[bytes]:
    """A workbook is a packed folder, so it is made in a temporary file before the first byte."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    for line in head:
        sheet.append(line)
    for n, values in enumerate(rows):
        if n >= MOST_ROWS_OF_A_SHEET:
            raise BadInput(N_("The list is longer than a sheet can be. Take it out as CSV."))
        cells = []
        for column in declared:
            value = values.get(column.name)
            cell = WriteOnlyCell(sheet, _value(column, value))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is a text
            cells.append(cell)
        sheet.append(cells)
    with tempfile.TemporaryFile() as packed:
        book.save(packed)
        packed.seek(0)
        while chunk := packed.read(BYTES_AT_ONCE):
            yield chunk


def _value(column: Column, value: Any) -> Any:
    """A cell of a workbook: numbers as numbers, all else as its text."""
    if isinstance(value, int | float) and not isinstance(value, bool) and column.type != "string":
        return value
    text = "".join(c for c in _said(column, value) if c.isprintable() or c in "\n\t")
    return files.neutral(text) if text == columns.CLEAR else text or None


def _text(column: Column, value: Any) -> str:
    """A cell of a CSV file: what a spreadsheet would run is quoted, numbers are not."""
    said = _said(column, value)
    return said if column.type in {"number", "integer"} else files.neutral(said)


def _said(column: Column, value: Any) -> str:
    return value if value == MASK else column.write(value)
