"""How fast does a city load, beside what PostgreSQL's own COPY does with the same rows? (S02)

`python scripts/private_postgres.py -- python benchmarks/load_city.py --scale 0.05` loads the
fixture, counts orphans and sums at every tier, then copies the same rows of people out and in
again by COPY alone, into a bare table and with the same indexes and keys built after.
Scale 1 is the whole city. On SQLite only the load and the checks are measured.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOW = 1_581_242_400  # 9 February 2020, 18:00 in Wuhan
CHUNK = 1 << 20  # bytes handed to COPY at once
COPIED = "people_copied"


def main() -> None:
    """Load, check, compare, print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--plan", default="fixture")
    options.add_argument("--scale", type=float, default=0.05)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
        os.environ["LINLI_DATA_DIR"] = folder
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        load(chosen.plan, chosen.scale, chosen.seed)
        from django.db import connection

        if connection.vendor == "postgresql":
            compare(Path(folder) / "people.copy")
        connection.close()


def load(plan: str, scale: float, seed: int) -> None:
    """Load the city and print rows and seconds by kind of thing."""
    from linli.demo.build import build
    from linli.demo.plan import plan_named

    with timed() as taken:
        built = build(plan_named(plan), scale=scale, seed=seed, now=NOW, whole_home=False)
    for what, rows in built.n_rows.items():
        seconds = built.seconds[what]
        rate = f"{rows / seconds:>12,.0f} rows/s" if rows and seconds > 0 else ""
        print(f"{what:<15}{rows:>12,} rows {seconds:>9.2f} s {rate}")
    total = sum(built.n_rows.values())
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{'all':<15}{total:>12,} rows {taken[0]:>9.2f} s {total / taken[0]:>12,.0f} rows/s"
        f"  (generation and indexes included; peak {peak_gb:.2f} GB)"
    )
    check(built.n_rows["people"])


def check(everybody: int) -> None:
    """Count orphans and people by tier; fail if anything is loose or a sum differs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM registry_area a LEFT JOIN registry_area p ON p.id = a.parent_id "
            "WHERE (a.parent_id IS NULL AND length(a.path) > 4) "
            "OR (p.id IS NOT NULL AND p.path <> substr(a.path, 1, length(a.path) - 4))"
        )
        orphans = cursor.fetchone()[0]
        sums = {}
        for tier in ("community", "street", "district", "city"):
            cursor.execute(
                f"SELECT sum(n) FROM (SELECT u.id, count(*) AS n FROM registry_person p "
                f"JOIN registry_area g ON g.id = p.area_id "
                f"JOIN registry_area u ON u.id = g.{tier}_id GROUP BY u.id) AS by_unit"
            )
            sums[tier] = int(cursor.fetchone()[0])
    print(f"orphans {orphans}; people by tier " + ", ".join(f"{t} {n:,}" for t, n in sums.items()))
    if orphans or set(sums.values()) != {everybody}:
        raise SystemExit("The tree has orphans, or the sums differ.")


def compare(file: Path) -> None:
    """Print what COPY alone does with the same people."""
    from django.db import connection

    with connection.cursor() as cursor:
        with (
            timed() as out,
            file.open("wb") as sink,
            cursor.copy("COPY registry_person TO STDOUT") as rows,
        ):
            for block in rows:
                sink.write(block)
        cursor.execute("SELECT count(*) FROM registry_person")
        n = cursor.fetchone()[0]
        print(f"COPY out       {n:>12,} rows {out[0]:>9.2f} s {n / out[0]:>12,.0f} rows/s")
        cursor.execute(f"CREATE TABLE {COPIED} (LIKE registry_person INCLUDING DEFAULTS)")
        with timed() as bare:
            copy_in(cursor, file)
        print(f"COPY in, bare  {n:>12,} rows {bare[0]:>9.2f} s {n / bare[0]:>12,.0f} rows/s")
        cursor.execute(f"TRUNCATE {COPIED}")
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = 'registry_person'::regclass"
        )
        definitions = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET maintenance_work_mem = '256MB'")
        with timed() as whole:
            copy_in(cursor, file)
            for number, definition in enumerate(definitions):
                cursor.execute(renamed(definition, number))
            for column, table in (
                ("area_id", "registry_area"),
                ("household_id", "registry_household"),
            ):
                cursor.execute(
                    f"ALTER TABLE {COPIED} ADD FOREIGN KEY ({column}) REFERENCES {table} (id)"
                )
        print(
            f"COPY in, with the same {len(definitions)} indexes and 2 keys: {whole[0]:.2f} s, "
            f"{n / whole[0]:,.0f} rows/s"
        )


def copy_in(cursor: object, file: Path) -> None:
    """Feed a file to COPY."""
    with file.open("rb") as source, cursor.copy(f"COPY {COPIED} FROM STDIN") as rows:  # type: ignore[attr-defined]
        while block := source.read(CHUNK):
            rows.write(block)


def renamed(definition: str, number: int) -> str:
    """The same index, on the copy and under a name of its own."""
    head, _, tail = definition.partition(" INDEX ")
    _, _, rest = tail.partition(" ON ")
    _, _, columns = rest.partition(" ")
    return f"{head} INDEX copied_{number} ON {COPIED} {columns}"


@contextmanager
def timed() -> Iterator[list[float]]:
    """Seconds of the block, known after it."""
    taken = [0.0]
    started = time.perf_counter()
    yield taken
    taken[0] = time.perf_counter() - started


if __name__ == "__main__":
    main()
