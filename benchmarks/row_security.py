"""What would PostgreSQL's own row security cost, as a second lock on people? (decision 0018)

`python scripts/private_postgres.py -- python benchmarks/row_security.py` makes people in the
grids of a city, and reads and counts them as a role that does not own the table: by the
condition that Linli writes today, by row security alone, and by both. It prints medians, and
each as a ratio to the condition alone, and what a request pays to say its scope.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

N_GRIDS, A_GRID = 1_000, 300
ROUNDS = 60
SCOPES = {"a grid": ["000100010001"], "a hundred grids": [f"0001{n:04d}" for n in range(10)]}
TABLE = """
CREATE TABLE people (id bigint PRIMARY KEY, path text COLLATE "C" NOT NULL, name text);
INSERT INTO people SELECT n, '0001' || lpad((g / 10)::text, 4, '0') || lpad((g % 10)::text, 4, '0'),
    'somebody ' || n FROM (SELECT n, n / {a_grid} AS g FROM generate_series(0, {n} - 1) n) made;
CREATE INDEX ON people (path, id);
ANALYZE people;
CREATE ROLE clerk LOGIN;
GRANT SELECT ON people TO clerk;
CREATE POLICY reach ON people TO clerk USING (EXISTS (
    SELECT 1 FROM unnest(string_to_array(current_setting('linli.reach', true), ',')) AS p
    WHERE people.path >= p AND people.path < p || ':'));
"""


def main() -> None:
    """Make the table, ask each way, print."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    parts = urlsplit(os.environ["LINLI_DATABASE_URL"])
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    where = {"host": host, "dbname": unquote(parts.path.lstrip("/"))}
    with psycopg.connect(**where, user=parts.username, autocommit=True) as owner:
        for statement in TABLE.format(n=N_GRIDS * A_GRID, a_grid=A_GRID).split(";\n"):
            owner.execute(statement)
        with psycopg.connect(**where, user="clerk", autocommit=True) as clerk:
            for title, paths in SCOPES.items():
                measure(owner, clerk, title, paths)


def measure(owner: psycopg.Connection, clerk: psycopg.Connection, title: str, paths: list[str]):
    """The same page and the same count, three ways."""
    ranges = " OR ".join(f"(path >= '{p}' AND path < '{p}:')" for p in paths)
    asks = {
        "first page": "SELECT id, name FROM people WHERE {} ORDER BY path, id LIMIT 50",
        "count": "SELECT count(*) FROM people WHERE {}",
    }
    for ask, text in asks.items():
        owner.execute("ALTER TABLE people DISABLE ROW LEVEL SECURITY")
        plain = median(lambda t=text: scoped(clerk, paths, t.format(ranges)))
        bare = median(lambda t=text: clerk.execute(t.format(ranges)).fetchall())
        owner.execute("ALTER TABLE people ENABLE ROW LEVEL SECURITY")
        alone = median(lambda t=text: scoped(clerk, paths, t.format("true")))
        both = median(lambda t=text: scoped(clerk, paths, t.format(ranges)))
        print(
            f"{title}, {ask}: condition {bare:.2f} ms; with the scope said {plain:.2f} "
            f"({plain / bare:.1f}x); row security alone {alone:.2f} ({alone / bare:.1f}x); "
            f"both {both:.2f} ({both / bare:.1f}x)"
        )


def scoped(clerk: psycopg.Connection, paths: list[str], text: str) -> None:
    """One request: a transaction that says its scope, asks, and ends."""
    with clerk.transaction():
        clerk.execute("SELECT set_config('linli.reach', %s, true)", [",".join(paths)])
        clerk.execute(text).fetchall()


def median(ask: Callable[[], object]) -> float:
    """The median milliseconds of many rounds."""
    ask()
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
