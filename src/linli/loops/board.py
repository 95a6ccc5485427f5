"""How does the work stand, area by area? Sums of tallies; every number has a list behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from linli.analysis.rates import Rate, rate
from linli.loops.ledger import Tally
from linli.loops.standing import TALLIES
from linli.loops.write import TALLY_COUNTS
from linli.policy.can import end_of
from linli.registry.areas import Area, Tier, under


@dataclass(frozen=True)
class Counts:
    """The tallies of one area and all below it."""

    area: Area
    numbers: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]


@dataclass(frozen=True)
class Rates:
    """The three rates of a loop in an area, each with its interval; withheld below ten."""

    response: Rate  # replied in time, of those replied or overdue; no target counts in neither
    solved: Rate  # the resident says so, of those who said anything
    satisfied: Rate  # scored 4 or 5, of those who scored
    no_target: int  # still under way without a limit: shown as such, never as on time
    unrated: int  # closed without a word from the resident


@dataclass(frozen=True)
class FoundSolved:
    """Where closed or answered items were found and where they were solved (S08)."""

    pairs: Mapping[tuple[int, int], int]  # (found tier, solved tier) -> items
    share_at_found: Rate  # solved at the tier that found them
    delay_h: Mapping[int, float]  # hours from opening until an item reached the tier, mean


def total(
    path: str, *, loop: str = "", item_class: str = "", exercise: bool = False
) -> dict[str, int]:
    """The tallies of an area and all below it, summed."""
    rows = _tallies(path, loop, item_class, exercise)
    sums = rows.aggregate(**{name: Sum(name) for name in TALLIES})
    return {name: sums[name] or 0 for name in TALLIES}


def children(
    area: Area, *, loop: str = "", item_class: str = "", exercise: bool = False
) -> list[Counts]:
    """The tallies of each area directly below one, zero where nothing was ever opened."""
    below = Area.objects.filter(parent=area).order_by("path")
    return each(area.path, below, loop=loop, item_class=item_class, exercise=exercise)


def each(
    path: str,
    areas: Iterable[Area],
    *,
    loop: str = "",
    item_class: str = "",
    exercise: bool = False,
) -> list[Counts]:
    """The tallies of each of these areas, which lie within a path, communities at the lowest."""
    listed = list(areas)
    sums = ", ".join(f"SUM({name})" for name in TALLIES)
    where = "path >= %s AND path < %s AND exercise = %s"
    values: list[Any] = [path, end_of(path), exercise]
    for column, value in (("loop", loop), ("item_class", item_class)):
        if value:
            where += f" AND {column} = %s"
            values.append(value)
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        for length in {len(area.path) for area in listed}:
            cursor.execute(
                f"SELECT SUBSTR(path, 1, {length}), {sums} FROM loops_tally "
                f"WHERE {where} AND LENGTH(path) >= {length} GROUP BY 1",
                values,
            )
            found |= {row[0]: [int(n or 0) for n in row[1:]] for row in cursor.fetchall()}
    nothing = [0] * len(TALLIES)
    return [
        Counts(area, dict(zip(TALLIES, found.get(area.path, nothing), strict=True)))
        for area in listed
    ]


def counted(path: str, *, loop: str, exercise: bool = False) -> dict[str, int]:
    """The same numbers counted from the items themselves, for an area below a community."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {TALLY_COUNTS} FROM loops_item "
            "WHERE path >= %s AND path < %s AND loop = %s AND exercise = %s",
            [path, end_of(path), loop, exercise],
        )
        return dict(zip(TALLIES, (int(n or 0) for n in cursor.fetchone()), strict=True))


def rates(numbers: Mapping[str, int]) -> Rates:
    """The rates that follow from tallies."""
    return Rates(
        response=rate(numbers["n_in_time"], numbers["n_in_time"] + numbers["n_missed"]),
        solved=rate(numbers["n_solved"], numbers["n_rated"]),
        satisfied=rate(numbers["n_satisfied"], numbers["n_scored"]),
        no_target=numbers["n_no_target"],
        unrated=numbers["n_asked"] - numbers["n_rated"],
    )


def found_and_solved(path: str, *, loop: str = "request", exercise: bool = False) -> FoundSolved:
    """Where items were found and solved, and how long it took to reach each tier."""
    scope: list[Any] = [path, end_of(path), loop, exercise]
    where = "item.path >= %s AND item.path < %s AND item.loop = %s AND item.exercise = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item.found_tier, item.solved_tier, COUNT(*) FROM loops_item item "
            f"WHERE {where} AND item.solved_tier IS NOT NULL GROUP BY 1, 2",
            scope,
        )
        pairs = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT first.tier, AVG(first.at - first.opened_at) FROM ("
            "SELECT event.item_id, event.tier, MIN(event.at) AS at, item.opened_at AS opened_at "
            "FROM loops_item item JOIN loops_event event ON event.item_id = item.id "
            f"WHERE {where} AND event.tier > item.found_tier "
            "GROUP BY event.item_id, event.tier, item.opened_at) first GROUP BY first.tier",
            scope,
        )
        delays = {row[0]: float(row[1]) / 3600 for row in cursor.fetchall()}
    at_found = sum(n for (found, solved), n in pairs.items() if found == solved)
    return FoundSolved(
        pairs=pairs,
        share_at_found=rate(at_found, sum(pairs.values())),
        delay_h={tier.value: delays[tier] for tier in Tier if tier in delays},
    )


def _tallies(path: str, loop: str, item_class: str, exercise: bool) -> QuerySet[Tally]:
    rows = Tally.objects.filter(under(path), exercise=exercise)
    if loop:
        rows = rows.filter(loop=loop)
    return rows.filter(item_class=item_class) if item_class else rows
