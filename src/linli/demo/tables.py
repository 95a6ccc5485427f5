"""Where are the tables of the demo? Small CSV files beside the code, read once."""

import csv
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, str]


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of a CSV file of the demo, such as ``names.csv`` or ``wuhan/areas.csv``."""
    text = files("linli.demo").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def outlines() -> dict[str, dict[str, Any]]:
    """The outline of each district of Wuhan, as a GeoJSON geometry by its code."""
    text = files("linli.demo").joinpath("wuhan/districts.geojson").read_text(encoding="utf-8")
    return {f["properties"]["code"]: f["geometry"] for f in json.loads(text)["features"]}


def fact(key: str) -> float:
    """A figure of facts.csv, which keeps its unit, its date and its source."""
    for row in table("wuhan/facts.csv"):
        if row["key"] == key:
            return float(row["value"])
    raise KeyError(f"facts.csv has no {key!r}.")


def apportion(total: int, weights: Sequence[float] | NDArray, *, least: int = 0) -> NDArray:
    """Whole numbers in proportion to the weights that sum to the total exactly.

    Largest remainders; everybody gets ``least`` first where the total is large enough for it.
    """
    weights = np.asarray(weights, dtype=float)
    least = least if total >= least * len(weights) else 0
    spare = total - least * len(weights)
    quota = weights / weights.sum() * spare
    whole = np.floor(quota).astype(np.int64)
    short = spare - int(whole.sum())
    whole[np.argsort(whole - quota, kind="stable")[:short]] += 1
    return whole + least
