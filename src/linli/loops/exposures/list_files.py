"""How is a list of contacts read from a file? CSV, XLSX or Parquet: case, person, last met."""

from collections.abc import Mapping
from dataclasses import replace
from typing import IO

from linli.errors import N_, BadInput, Problem
from linli.loops.advance import Refused
from linli.loops.exposures import lists
from linli.loops.exposures.lists import Listed, Taken
from linli.loops.scene import Scene
from linli.loops.visits.files import columns_of
from linli.registry.imports.columns import day
from linli.registry.imports.files import opened, plain

TITLES: Mapping[str, tuple[str, ...]] = {
    "case": ("case", "病例", "病例编号"),
    "person": ("person", "person_code", "code", "人员编号", "编号"),
    "last_met_on": ("last_met_on", "last met", "最后接触日期"),
    "risk": ("risk", "风险类别"),
}
NEEDED = ("case", "person", "last_met_on")
LONGEST_NUMBER = 18


def take_in(file: IO[bytes], scene: Scene) -> Taken:
    """Read a list and take it in; the row of the file is each refused one's index."""
    rows: list[Listed] = []
    numbers: list[int] = []
    refused: list[Refused] = []
    with opened(file) as table:
        at = columns_of(table.header, TITLES, NEEDED)
        for number, cells in table.rows:
            try:
                rows.append(_row({column: plain(cells[n]).strip() for column, n in at.items()}))
                numbers.append(number)
            except Problem as problem:
                refused.append(Refused(number, problem))
    done = lists.take_in(rows, scene)
    refused += [replace(one, index=numbers[one.index]) for one in done.refused]
    return replace(done, refused=sorted(refused, key=lambda one: one.index))


def _row(said: Mapping[str, str]) -> Listed:
    case = said["case"]
    if not case.isdigit() or len(case) > LONGEST_NUMBER:
        raise BadInput(N_("{value} is no number of a case."), value=case[:40])
    return Listed(
        int(case), day(said["last_met_on"]), person_code=said["person"], risk=said.get("risk", "")
    )
