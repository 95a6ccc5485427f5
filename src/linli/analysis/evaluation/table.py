"""What was measured where? A table of units, read from CSV text, with a reason for every gap."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.framework import Framework, Kind
from linli.errors import N_, BadInput, Problem

MOST_BLANK = 0.3  # share of cells without a value or a reason above which a table is sent back


class Missing(StrEnum):
    """Why there is no value."""

    UNEXPLAINED = "unexplained"
    NOT_COLLECTED = "not collected"
    NOT_APPLICABLE = "not applicable"
    SUPPRESSED = "suppressed"


class WrongCell(BadInput):
    """A cell of the table cannot be used; the sentence names it and the remedy."""

    code = "wrong_cell"
    sentence = N_("Line {line}, column {column}: {reason}")


@dataclass(frozen=True)
class Table:
    """Units and their values, one row a unit, one column an indicator."""

    ids: tuple[str, ...]
    columns: tuple[str, ...]
    values: NDArray[np.float64]  # (units, indicators); NaN where missing
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    reasons: Mapping[tuple[int, int], Missing] = field(default_factory=dict)
    vetoes: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.ids), len(self.columns)):
            raise BadInput(
                N_("values has shape {shape}; it needs {units} units and {indicators} indicators."),
                shape=self.values.shape,
                units=len(self.ids),
                columns=len(self.columns),
            )
        if np.isinf(self.values).any():
            raise BadInput(N_("A value is infinite. Leave it empty if it is unknown."))

    def name(self, at: int) -> str:
        """What a unit is called, or its id."""
        return self.names[at] if self.names and self.names[at] else self.ids[at]

    def reason(self, unit: int, indicator: int) -> Missing:
        """Why this cell is empty."""
        return self.reasons.get((unit, indicator), Missing.UNEXPLAINED)


def read_table(text: str, framework: Framework) -> Table:
    """Read units from CSV text: `id`, perhaps `name` and `group`, and a column an indicator.

    Raises
    ------
    WrongCell
        For text in a number, an id twice, or too many cells without value or reason.
    """
    lines = csv.reader(text.lstrip("\ufeff").splitlines())
    header = [h.strip() for h in next(lines, [])]
    if "id" not in header:
        raise WrongCell(
            line=1, column="id", reason=Problem(N_("there is no column id; name each unit once."))
        )
    known = {n.id for n in framework.nodes if n.kind is not Kind.GROUP}
    _check_header(header, known, framework)
    rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    if not rows:
        raise WrongCell(
            line=2, column="id", reason=Problem(N_("there are no units; add one line each."))
        )
    return _filled(header, rows, framework)


def _check_header(header: list[str], known: set[str], framework: Framework) -> None:
    for at, column in enumerate(header):
        if column in header[:at]:
            raise WrongCell(
                line=1, column=column, reason=Problem(N_("the column is there twice; remove one."))
            )
        if column not in known | {"id", "name", "group"}:
            reason = Problem(
                N_("{name} has no such indicator; rename or remove the column."),
                name=framework.name,
            )
            raise WrongCell(line=1, column=column or f"number {at + 1}", reason=reason)
    if not known & set(header):
        reason = Problem(
            N_("none of the indicators of {name} is here; start from its template."),
            name=framework.name,
        )
        raise WrongCell(line=1, column="id", reason=reason)


def _filled(header: list[str], rows: list[tuple[int, list[str]]], framework: Framework) -> Table:
    columns = tuple(n.id for n in framework.indicators if n.id in header)
    vetoes = [n.id for n in framework.vetoes if n.id in header]
    place = {column: header.index(column) for column in header}
    values = np.full((len(rows), len(columns) + len(vetoes)), np.nan)
    reasons: dict[tuple[int, int], Missing] = {}
    seen: dict[str, int] = {}
    for at, (line, row) in enumerate(rows):
        if len(row) != len(header):
            reason = Problem(
                N_("the line has {n} cells, the header {wanted}; quote commas."),
                n=len(row),
                wanted=len(header),
            )
            raise WrongCell(line=line, column=header[min(len(row), len(header)) - 1], reason=reason)
        unit = row[place["id"]].strip()
        if not unit:
            raise WrongCell(
                line=line, column="id", reason=Problem(N_("the id is empty; name the unit."))
            )
        if unit in seen:
            reason = Problem(
                N_("{unit} stands on line {line} already; give each unit its own id."),
                unit=unit,
                line=seen[unit],
            )
            raise WrongCell(line=line, column="id", reason=reason)
        seen[unit] = line
        for number, column in enumerate([*columns, *vetoes]):
            said = row[place[column]].strip()
            if said in set(Missing):
                reasons[at, number] = Missing(said)
            elif said:
                values[at, number] = _number(said, line, column)
    _check_blanks(values[:, : len(columns)], reasons, rows, columns)
    groups = _optional(rows, place, "group")
    if groups and not all(groups):
        reason = Problem(N_("the group is empty; name one for every unit, or remove the column."))
        raise WrongCell(line=rows[groups.index("")][0], column="group", reason=reason)
    return Table(
        ids=tuple(seen),
        columns=columns,
        values=values[:, : len(columns)],
        names=_optional(rows, place, "name"),
        groups=groups,
        reasons=reasons,
        vetoes={v: values[:, len(columns) + k] for k, v in enumerate(vetoes)},
    )


def _optional(
    rows: list[tuple[int, list[str]]], place: dict[str, int], column: str
) -> tuple[str, ...]:
    return tuple(row[place[column]].strip() for _, row in rows) if column in place else ()


def _number(said: str, line: int, column: str) -> float:
    try:
        value = float(said)
    except ValueError:
        value = float("nan")
    if isfinite(value):
        return value
    words = ", ".join(m for m in Missing if m is not Missing.UNEXPLAINED)
    reason = Problem(
        N_("{given} is no number; write one without unit, or leave it empty, or say {words}."),
        given=repr(said),
        words=words,
    )
    raise WrongCell(line=line, column=column, reason=reason)


def _check_blanks(
    values: NDArray,
    reasons: dict[tuple[int, int], Missing],
    rows: list[tuple[int, list[str]]],
    columns: tuple[str, ...],
) -> None:
    blank = np.isnan(values) & ~np.isnan(values).all(axis=0)  # an empty column is not collected
    for unit, at in reasons:
        if at < len(columns):
            blank[unit, at] = False
    share = blank.mean() if blank.size else 0.0
    if share < MOST_BLANK:
        return
    unit, at = (int(k) for k in np.argwhere(blank)[0])
    reason = Problem(
        N_(
            "it is empty, as are {share} of all cells, without a reason. Fill them in, or write "
            "'{not_collected}' or '{not_applicable}' where that is so."
        ),
        share=f"{share:.0%}",
        not_collected=Missing.NOT_COLLECTED,
        not_applicable=Missing.NOT_APPLICABLE,
    )
    raise WrongCell(line=rows[unit][0], column=columns[at], reason=reason)
