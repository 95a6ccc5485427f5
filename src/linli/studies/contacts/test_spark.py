"""Does a cluster give the same contacts as one machine, from the same file of SQL?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linli.studies.contacts import bulk, spark
from linli.studies.contacts.test_bulk import made_up

sql = pytest.importorskip("pyspark.sql", reason="The extra linli[spark] is not installed.")
pytest.importorskip("sqlglot", reason="The extra linli[spark] is not installed.")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Two workers in one process."""
    found = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield found
    found.stop()


def test_a_cluster_answers_row_by_row_what_one_machine_answers(session: Any, tmp_path: Path):
    made_up(tmp_path, n_visits=60_000, n_people=3_000, n_places=200, n_cases=60)
    visits, cases = tmp_path / "visits.parquet", tmp_path / "cases.parquet"

    here = bulk.contacts(visits, cases)
    there = spark.contacts(session, visits, cases).collect()

    columns = list(vars(here))
    rows = list(zip(*(getattr(here, column).tolist() for column in columns), strict=True))
    assert len(rows) > 1_000
    assert [tuple(row[column] for column in columns) for row in there] == rows
