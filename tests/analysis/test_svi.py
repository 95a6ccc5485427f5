"""Does the shipped framework give the percentiles that CDC published, every one of them?"""

import csv
from pathlib import Path

import numpy as np
import pytest

from linli.analysis.evaluation.evaluate import evaluate
from linli.analysis.evaluation.framework import shipped
from linli.analysis.evaluation.table import Table

THEMES = {"T1": "RPL1", "T2": "RPL2", "T3": "RPL3", "T4": "RPL4", "SVI": "RPL"}


@pytest.fixture(scope="module")
def published() -> list[dict[str, str]]:
    """CDC/ATSDR Social Vulnerability Index 2022, Pennsylvania, its 67 counties ranked within it.

    A work of the United States government, in the public domain: the 16 percentages as printed,
    and the percentile ranks of the four themes and of all.
    """
    with Path(__file__).with_name("svi_pennsylvania_2022.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("theme", THEMES)
def test_every_published_percentile_of_pennsylvania_in_2022_is_met(published, theme):
    svi = shipped("svi")
    names = tuple(n.id for n in svi.indicators)
    values = [[float(row[name.removeprefix("EP_")]) for name in names] for row in published]
    table = Table(tuple(row["fips"] for row in published), names, np.array(values))

    found = evaluate(table, svi).percentiles(theme)

    assert len(found) == 67
    assert found.tolist() == [float(row[THEMES[theme]]) for row in published]
