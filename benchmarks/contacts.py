"""All contacts of 20,000 cases among 20 million visits, on two threads and in little memory.

The visits lie in a Parquet file; the question runs in a process of its own, whose peak is measured.
Beside it stands what DuckDB takes to read the same columns once. `--spark` asks a cluster too.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.ground import say, timed
from linli.studies.contacts import bulk

VISITS, CASES, PEOPLE, PLACES = 20_000_000, 20_000, 500_000, 200_000
DAYS = 14
SHORTEST_S, LONGEST_S = 600, 7_800
RUNS = 3


def main(rest: Sequence[str]) -> None:
    """Make the visits up, ask, and print seconds and megabytes."""
    parser = argparse.ArgumentParser(prog="contacts")
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--spark", action="store_true", help="the same file of SQL on PySpark")
    asked = parser.parse_args(rest)
    with tempfile.TemporaryDirectory(prefix="linli-visits-") as name:
        folder = Path(name)
        with timed() as took:
            fill(folder, asked.visits)
        say(f"{asked.visits:,} visits of {DAYS} days made up", f"{took[0]:.0f} s")
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            read_s = alone.apply(read_once, (folder,))
            runs = [alone.apply(ask, (folder,)) for _ in range(RUNS)]
        seconds, megabytes, n, minutes, cpu_s = min(runs)
        say(f"{CASES:,} cases: {n:,} contacts, {minutes:,} minutes", f"{seconds:.1f} s", "<= 5 s")
        say("    processor seconds of the process, all threads", f"{cpu_s:.1f} s")
        say("    peak memory of the process", f"{megabytes:.0f} MB", "<= 1000 MB")
        say("    reading the four columns once", f"{read_s:.1f} s", f"{seconds / read_s:.1f} x")
        if asked.spark:
            _spark(folder)


def fill(folder: Path, n: int) -> None:
    """Visits spread over people, places and days by a hash, so that every run asks the same."""
    with duckdb.connect() as database:
        database.execute(
            "SET threads = 2; SET memory_limit = '1500MB'; SET enable_progress_bar = false"
        )
        database.execute(
            f"""COPY (
                SELECT CAST(hash(i) % {PEOPLE} AS INTEGER) AS person_id,
                    CAST(hash(i + 1000000007) % {PLACES} AS INTEGER) AS place_id,
                    CAST(start AS INTEGER) AS from_s,
                    CAST(start + {SHORTEST_S}
                        + hash(i + 3000000019) % {LONGEST_S - SHORTEST_S} AS INTEGER) AS to_s
                FROM (
                    SELECT i, hash(i + 2000000011) % {DAYS * 86_400 - LONGEST_S} AS start
                    FROM range({n}) AS t(i)
                )
            ) TO '{folder / "visits.parquet"}' (FORMAT parquet)"""
        )
        database.execute(
            f"""COPY (
                SELECT CAST(i * {PEOPLE // CASES} AS INTEGER) AS person_id, 0 AS from_s,
                    {DAYS * 86_400} AS to_s
                FROM range({CASES}) AS t(i)
            ) TO '{folder / "cases.parquet"}' (FORMAT parquet)"""
        )


def ask(folder: Path) -> tuple[float, float, int, int, float]:
    """Seconds, megabytes at the peak, contacts, minutes together, and processor seconds."""
    started, at_work = time.perf_counter(), time.process_time()
    found = bulk.contacts(folder / "visits.parquet", folder / "cases.parquet", threads=2)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu_s = time.process_time() - at_work
    return seconds, peak, len(found), int(found.together_s.sum()) // 60, cpu_s


def read_once(folder: Path) -> float:
    """Seconds to read every column that the question needs, and nothing else."""
    with duckdb.connect() as database:
        database.execute("SET threads = 2; SET enable_progress_bar = false")
        started = time.perf_counter()
        database.execute(
            "SELECT sum(person_id), sum(place_id), sum(from_s), sum(to_s) FROM read_parquet(?)",
            [str(folder / "visits.parquet")],
        ).fetchall()
        return time.perf_counter() - started


def _spark(folder: Path) -> None:
    from pyspark.sql import SparkSession

    from linli.studies.contacts import spark

    visits, cases = folder / "visits.parquet", folder / "cases.parquet"
    here = bulk.contacts(visits, cases, threads=2)
    with timed() as took:
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.memory", "3g")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
    say("    a Spark session starts", f"{took[0]:.1f} s")
    with timed() as took:
        spark.contacts(session, visits, cases).write.parquet(str(folder / "answer"))
    say("    the same SQL file on PySpark, local[2]", f"{took[0]:.1f} s")
    session.stop()
    with duckdb.connect() as database:
        there = database.execute(
            "SELECT * FROM read_parquet(?) ORDER BY case_id, contact_id",
            [str(folder / "answer" / "*.parquet")],
        ).fetchnumpy()
    same = all(np.array_equal(getattr(here, f.name), there[f.name]) for f in fields(here))
    say("    the answers are identical", "yes" if same else "NO", "yes")
