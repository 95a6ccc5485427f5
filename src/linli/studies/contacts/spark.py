"""The same contacts from a cluster: the same SQL file, said in Spark's dialect.

Needs the extra `linli[spark]` and Java 17. For cities whose visits no longer fit one machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from linli.studies.contacts.bulk import LEAST_MINUTES, statement

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def spark_statement() -> str:
    """The SQL file as Spark understands it; written anew each time, so there is only one."""
    import sqlglot

    (said,) = sqlglot.transpile(statement(), read="duckdb", write="spark", comments=False)
    return said


def contacts(
    session: "SparkSession", visits: Path, cases: Path, *, least_minutes: float = LEAST_MINUTES
) -> "DataFrame":
    """As `bulk.contacts`, from Parquet files, as a table of the cluster in the same order."""
    session.read.parquet(str(visits)).createOrReplaceTempView("visits")
    session.read.parquet(str(cases)).createOrReplaceTempView("cases")
    return session.sql(spark_statement(), args={"least_s": round(least_minutes * 60)})
