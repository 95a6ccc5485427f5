"""How does an answer leave? As Parquet, written to a file beside and sent piece by piece."""

import tempfile
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

PIECE = 64 * 1024
PARQUET = "application/vnd.apache.parquet"


class Sheet(StrEnum):
    """Which table is wanted."""

    DAYS = "days"  # choice, series, day, low, middle, high
    WORLDS = "worlds"  # choice, seed, outcome, value
    AREAS = "areas"  # choice, compound, community, people, infections


def parquet(result: Mapping[str, Any], sheet: Sheet) -> Iterator[bytes]:
    """A table of an answer as the pieces of a Parquet file."""
    import duckdb

    columns = {Sheet.DAYS: _days, Sheet.WORLDS: _worlds, Sheet.AREAS: _areas}[sheet](result)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{sheet}.parquet"
        with duckdb.connect() as database:
            database.register("columns", columns)
            target = str(path).replace("'", "''")
            database.execute(f"COPY (SELECT * FROM columns) TO '{target}' (FORMAT parquet)")
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


Columns = dict[str, "np.ndarray[Any, Any]"]


def _days(result: Mapping[str, Any]) -> Columns:
    parts: dict[str, list[Any]] = {
        c: [] for c in ("choice", "series", "day", "low", "middle", "high")
    }
    for choice in result["names"]:
        for series, (low, middle, high) in result["bands"][choice].items():
            n = len(middle)
            parts["choice"] += [choice] * n
            parts["series"] += [series] * n
            parts["day"] += list(range(n))
            for name, values in (("low", low), ("middle", middle), ("high", high)):
                parts[name] += values
    return _columns(parts)


def _worlds(result: Mapping[str, Any]) -> Columns:
    parts: dict[str, list[Any]] = {c: [] for c in ("choice", "seed", "outcome", "value")}
    for choice in result["names"]:
        for outcome, told in result["outcomes"][choice].items():
            n = len(told["by_seed"])
            parts["choice"] += [choice] * n
            parts["seed"] += result["seeds"]
            parts["outcome"] += [outcome] * n
            parts["value"] += told["by_seed"]
    return _columns(parts)


def _areas(result: Mapping[str, Any]) -> Columns:
    names = ("choice", "compound", "community", "people", "infections")
    parts: dict[str, list[Any]] = {c: [] for c in names}
    for row in result["compounds"]:
        for choice, n in zip(result["names"], row["infections"], strict=True):
            values = (choice, row["area_id"], row["community_id"], row["people"], n)
            for name, value in zip(names, values, strict=True):
                parts[name].append(value)
    return _columns(parts)


def _columns(parts: Mapping[str, list[Any]]) -> Columns:
    return {
        name: np.array(values, dtype=object if values and isinstance(values[0], str) else None)
        for name, values in parts.items()
    }
