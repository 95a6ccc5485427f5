"""Run the benchmarks: `python -m benchmarks` lists them, `python -m benchmarks NAME` runs one.

Each runs in a database of its own: SQLite in a temporary folder, or on PostgreSQL a database
named in LINLI_DATABASE_URL whose name starts with "bench", which is emptied first. With
`--standing` what an earlier run left there is asked again; on SQLite that needs LINLI_DATA_DIR.
"""

import argparse
import os
import pkgutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import benchmarks


def names() -> list[str]:
    """Every benchmark, found by being there."""
    return [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_")]


def main() -> None:
    """Pick a benchmark, make its database, run it."""
    known = [n for n in names() if n != "ground"]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--standing", action="store_true", help="keep what is in the database")
    parser.add_argument("name", nargs="?", choices=known)
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    if chosen.name is None:
        print("Benchmarks:", ", ".join(known))
        return
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        os.environ.setdefault("LINLI_DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
        sys.path.insert(0, str(Path(__file__).parent.parent))
        import_module("benchmarks.ground").prepare(standing=chosen.standing)
        import_module(f"benchmarks.{chosen.name}").main(chosen.rest)


if __name__ == "__main__":
    main()
