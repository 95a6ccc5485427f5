"""How does a study leave the house? As a sheet, as JSON, or as a report with its pictures."""

import csv
import json
from collections.abc import Callable, Sequence
from io import BytesIO, StringIO
from typing import Any

import numpy as np

from linli.analysis.evaluation import report
from linli.analysis.evaluation.evaluate import Evaluation
from linli.errors import N_, BadInput
from linli.registry.imports import files
from linli.studies.evaluation import told
from linli.studies.evaluation.study import Study
from linli.studies.raster import as_png

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
BOM = "\ufeff"  # by which spreadsheets know UTF-8
Translate = Callable[[str], str]


class NothingToReport(BadInput):
    """A report of a unit of which nothing is known would be empty."""

    code = "nothing_to_report"
    sentence = N_("Nothing is known here in this phase, so there is no report. Take the CSV.")


def made(study: Study, form: str, *, language: str, translate: Translate = str) -> bytes:
    """The study as a file of this form; raises BadInput for a form that there is none of."""
    if form not in FORMS:
        raise BadInput(
            N_("{form} is no form of a report. Known: {known}."), form=form[:20], known=[*FORMS]
        )
    if form == "json":
        values = told.as_values(study, language, translate)
        return json.dumps(values, ensure_ascii=False, indent=2).encode()
    if form in {"csv", "xlsx"}:
        rows = told.sheet(study, language, translate)
        return _csv(rows) if form == "csv" else _workbook(rows)
    if study.result is None:
        raise NothingToReport
    more = sections(study, language, translate)
    if form == "html":
        page = report.as_html(study.result, language=language, unit=study.unit, more=more)
        return page.encode()
    into = BytesIO()
    report.write_docx(
        into, study.result, language=language, unit=study.unit, more=more, draw=as_png
    )
    return into.getvalue()


def sections(study: Study, language: str, translate: Translate) -> list[report.Section]:
    """What a report of records holds beyond that of a table: the counts, and the units below."""
    basis = {
        "records": translate(N_("records")),
        "judgement": translate(N_("judgement")),
        "none": "–",
    }
    counts = [
        [line.node.id, told.named(line.node, language), _said(line.value), _said(line.figure.count),
         _said(line.figure.per), basis[line.basis], told.why_of(line, language, translate)]
        for line in told.lines_of(study) if line.in_phase
    ]  # fmt: skip
    head = [translate(text) for text in (
        N_("Code"), N_("Indicator"), N_("Value"), N_("Counted"), N_("Divided by"), N_("Basis"),
        N_("Why not"),
    )]  # fmt: skip
    found: list[report.Section] = [(translate(N_("What the records say")), head, counts)]
    below = told.below_of(study)
    if below:
        groups = list(below[0]["groups"])
        rows = [
            [row["name"], _said(row["score"]), *(_said(row["groups"][g]) for g in groups)]
            for row in below
        ]
        found.append((translate(N_("Units below")), [translate(N_("Unit")),
                      translate(N_("Score")), *groups], rows))  # fmt: skip
    return found


def medians(result: Evaluation, groups: Sequence[str]) -> list[float]:
    """The middle score of each group among the units; not a number where nobody has one."""
    found = []
    for group in groups:
        scores = result.of(group)
        scores = scores[~np.isnan(scores)]
        found.append(float(np.median(scores)) if len(scores) else float("nan"))
    return found


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _csv(rows: list[list[Any]]) -> bytes:
    buffer = StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([files.neutral(c) if isinstance(c, str) else c for c in row])
    return buffer.getvalue().encode()


def _workbook(rows: list[list[Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("evaluation")
    for row in rows:
        sheet.append([files.neutral(c) if isinstance(c, str) else c for c in row])
    into = BytesIO()
    book.save(into)
    return into.getvalue()
