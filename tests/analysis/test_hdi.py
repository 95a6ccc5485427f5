"""Does the shipped framework give the Human Development Index as UNDP published it?"""

import csv
from pathlib import Path

import numpy as np
import pytest

from linli.analysis.evaluation.evaluate import evaluate
from linli.analysis.evaluation.framework import shipped
from linli.analysis.evaluation.table import Table

INPUTS = ("LE", "EYS", "MYS", "GNI")


@pytest.fixture(scope="module")
def published() -> list[dict[str, str]]:
    """Thailand 1990 to 2022 and Timor-Leste 2000 to 2022, inputs unrounded, index to 3 decimals.

    Source: UNDP, Human Development Report 2023/24, composite indices, complete time series.
    """
    path = Path(__file__).parent / "hdi_1990_2022.csv"
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_every_published_value_is_within_half_of_its_last_decimal(published):
    values = np.array([[float(row[name]) for name in INPUTS] for row in published])
    ids = tuple(f"{row['country']}{row['year']}" for row in published)

    found = evaluate(Table(ids, INPUTS, values), shipped("hdi")).score

    printed = np.array([float(row["HDI"]) for row in published])
    assert len(printed) == 56
    assert np.abs(found - printed).max() <= 0.0005 + 1e-6
