"""Runs a command against a PostgreSQL of its own, which ends when the command does.

`python scripts/private_postgres.py -- pytest -m db` makes a database in a temporary folder,
names it in LINLI_DATABASE_URL and runs the command. It listens on a socket in that folder only.
Durability is off: it is for tests, where speed is worth more than a power cut. Benchmarks of
writes take `--durable --database bench`: a server as a city runs it, with a database of that name.
"""

import argparse
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

USUAL_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/*/bin")
START_SECONDS = 30
STOP_SECONDS = 30
FAST_NOT_SAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def program(name: str) -> str:
    """Return the newest PostgreSQL program of that name on this machine."""
    places = [str(found) for place in USUAL_PLACES for found in Path("/").glob(place.lstrip("/"))]
    newest_first = sorted(places, key=_version, reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*newest_first, os.environ.get("PATH", "")]))
    if found is None:
        raise SystemExit(f"PostgreSQL's {name} was not found. Install PostgreSQL 15 or newer.")
    return found


def _version(folder: str) -> int:
    digits = [part for part in Path(folder).parts if part.isdigit()]
    return int(digits[0]) if digits else 0


def owner() -> pwd.struct_passwd | None:
    """Return who must run the server: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL refuses to run as root, and no user postgres or nobody exists.")


@contextmanager
def private_postgres(*, database: str = "postgres", durable: bool = False) -> Iterator[str]:
    """Yield the address of a fresh PostgreSQL, and end it, by its process, afterwards."""
    settings = () if durable else FAST_NOT_SAFE
    folder = Path(tempfile.mkdtemp(prefix="linli-pg-"))
    user = owner()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    as_user: dict[str, Any] = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    )
    data = folder / "data"
    try:
        subprocess.run(
            [
                *(program("initdb"), "--pgdata", str(data), "--username", "linli"),
                *("--encoding", "UTF8", "--locale", "C", "--auth", "trust", "--no-sync"),
            ],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **as_user,
        )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *(program("postgres"), "-D", str(data), "-k", str(folder)),
                    *("-c", "listen_addresses="),
                    *(part for setting in settings for part in ("-c", setting)),
                ],
                cwd=folder,
                stdout=log,
                stderr=log,
                **as_user,
            )
        try:
            _wait_until_ready(server, folder)
            if database != "postgres":
                asked = ("--host", str(folder), "--username", "linli", database)
                subprocess.run([program("createdb"), *asked], check=True)
            yield f"postgresql://linli@/{database}?host={quote(str(folder), safe='')}"
        finally:
            _end(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: subprocess.Popen, folder: Path) -> None:
    asking = [program("pg_isready"), "--quiet", "--host", str(folder), "--username", "linli"]
    give_up = time.monotonic() + START_SECONDS
    while subprocess.run(asking, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > give_up:
            raise SystemExit(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def _end(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGINT)  # fast shutdown, open connections are dropped
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main(arguments: list[str]) -> int:
    """Run the command with its database and return its exit status."""
    parser = argparse.ArgumentParser(prog="private_postgres.py", description=__doc__)
    parser.add_argument("--durable", action="store_true", help="write as a city's server does")
    parser.add_argument("--database", default="postgres", help="its name, such as bench")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="after --")
    asked = parser.parse_args(arguments)
    command = asked.command[1:] if asked.command[:1] == ["--"] else asked.command
    if not command:
        print("Say which command to run, after --.", file=sys.stderr)
        return 2
    with private_postgres(database=asked.database, durable=asked.durable) as address:
        environment = {**os.environ, "LINLI_DATABASE_URL": address}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
