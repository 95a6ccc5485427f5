"""How do the signed texts of a loop's limits read: which are there, and what changed?"""

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linli import toml_text
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.limits import LimitSet
from linli.loops.loop import Loop


def versions(loop: Loop) -> list[LimitSet]:
    """Every signed version of a loop's limits, the newest first."""
    return list(LimitSet.objects.filter(loop=loop.name).order_by("-version"))


def version(loop: Loop, number: int) -> LimitSet:
    """One signed version; raises NotFound."""
    found = LimitSet.objects.filter(loop=loop.name, version=number).first()
    if found is None:
        raise NotFound(what=Word(N_("version of the limits")), value=number)
    return found


def changes(before: str, after: str) -> list[str]:
    """What one text says that another does not, line by line, each with + or - before it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return list(lines)[2:]


@dataclass(frozen=True)
class LadderRung:
    """A rung as it stands in a text: its ladder, its place there, and its cells."""

    ladder: str
    n: int
    at: str
    tier: str
    clears_holder: bool
    step: str


class NotInTables(BadInput):
    """A text is written so that its tables cannot be found line by line."""

    code = "not_in_tables"
    sentence = N_("This text is not written as [[clock]] and [[ladder.…]]. Edit it as a text.")


Cells = Mapping[tuple[str, int], Mapping[str, str | bool]]  # by table ("clock", "ladder.x"), place


def ladders(text: str) -> list[LadderRung]:
    """The rungs of every ladder of a text that reads, in the order written."""
    return [
        LadderRung(
            ladder=name,
            n=n,
            at=str(rung["at"]),
            tier=str(rung.get("tier", "community")),
            clears_holder=bool(rung.get("clears_holder", False)),
            step=str(rung.get("step", "")),
        )
        for name, rungs in toml_text.loads(text).get("ladder", {}).items()
        for n, rung in enumerate(rungs)
    ]


def with_cells(text: str, edited: Cells) -> str:
    """The text with other values in some cells; every other line and comment stays.

    Raises NotInTables if a value did not come to stand where it belongs.
    """
    before = toml_text.loads(text)
    lines: list[str] = []
    counts: dict[str, int] = {}
    cells: Mapping[str, str | bool] = {}
    for line in text.splitlines():
        bare = line.split("#")[0].strip()
        if bare.startswith("[["):
            table = bare.strip("[] ")
            counts[table] = counts.get(table, -1) + 1
            cells = edited.get((table, counts[table]), {})
            known = _entry(before, table, counts[table])
            lines.append(line)
            lines += [f"{key} = {_toml(v)}" for key, v in cells.items() if key not in known]
            continue
        key = bare.split("=")[0].strip()
        lines.append(_edited(line, key, cells[key]) if key in cells else line)
    made = "\n".join(lines) + "\n"
    _check_stands(made, edited)
    return made


def _edited(line: str, key: str, value: str | bool) -> str:
    comment = f"  {line[line.index('#') :]}" if "#" in line else ""
    return f"{key} = {_toml(value)}{comment}"


def _entry(raw: Mapping[str, Any], table: str, n: int) -> Mapping[str, Any]:
    found: Any = raw
    for part in table.split("."):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found[n] if isinstance(found, list) and n < len(found) else {}


def _check_stands(text: str, edited: Cells) -> None:
    try:
        raw = toml_text.loads(text)
    except tomllib.TOMLDecodeError:
        raise NotInTables() from None
    for (table, n), cells in edited.items():
        entry = _entry(raw, table, n)
        if any(entry.get(key) != value for key, value in cells.items()):
            raise NotInTables()


def _toml(value: str | bool) -> str:
    return json.dumps(value, ensure_ascii=False)
