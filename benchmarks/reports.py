"""Screening reports over HTTP, against pgbench with the same SQL, an ORM endpoint, and SQLite.

Everything runs on this machine in one sitting: wrk sends, granian serves, with sign-in by token,
scope, purpose and audit on. After each run the counters have to be what the reports say.
`--soak MINUTES` sends 3,000 reports a second for that long instead. On PostgreSQL the run is
followed by one on SQLite in a folder of its own, for the last ratio.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from django.db import connection

from benchmarks import _soak
from benchmarks._crowd import Crowd, build
from benchmarks.ground import analyze, say, timed
from linli import clock
from linli.audit.records import Record
from linli.loops.screening import counting, coverage, partitions, statements
from linli.loops.screening.statements import Writer
from linli.loops.screening.tables import Beaten, Count, Owed, Report, Round
from linli.policy.can import Actor, Holding, end_of
from linli.policy.roles import Role
from linli.registry import roster, tokens
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.person import Person

PEOPLE = 250_000  # at least a hundred in each of the communities below
WRITERS = 1200  # secretaries, each with a community
DAYS = 15
CONNECTIONS, THREADS = 8, 2
BATCH = 100
WARM_UP_S = 8
SETTLE_S = 2.0  # wrk hangs up in the middle of its last requests; the server finishes them
ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL_BIN = "/usr/lib/postgresql/*/bin"


@dataclass(frozen=True)
class Run:
    """What a run of wrk saw."""

    requests: int
    seconds: float
    errors: int
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def main(rest: Sequence[str]) -> None:
    """Build a city, then measure each bar of the reports."""
    parser = argparse.ArgumentParser(prog="reports")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--soak", type=float, default=0.0, help="minutes at 3,000 reports a second")
    parser.add_argument("--json", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args(rest)
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: install it with the system's package manager.")
    with timed() as took, tempfile.TemporaryDirectory(prefix="linli-reports-") as name:
        folder = Path(name)
        crowd = build(asked.people)
        _prepare(crowd, folder)
        say(f"{asked.people:,} people, {WRITERS} writers", f"{took[0]:.0f} s")
        if asked.soak:
            with serving() as (address, process):
                _soak.soak(address, process.pid, folder, minutes=asked.soak)
            _check("the soak", acknowledged=None)
            return
        _measure(folder, asked.seconds, asked.people, asked.json)


def _measure(folder: Path, seconds: int, people: int, told: str) -> None:
    with serving() as (address, _):
        _warm_up(address, folder)
        batches = load(address, folder, seconds, per=BATCH)
        _told("HTTP, batches of 100", batches, per=BATCH)
        _lists()
        _empty()
        singles = load(address, folder, seconds, per=1)
        _told("HTTP, singles", singles, per=1)
        _empty()
    if told:
        Path(told).write_text(json.dumps([batches.rate * BATCH, batches.errors + singles.errors]))
    if connection.vendor != "postgresql":
        say("refused requests at 8 clients", str(batches.errors + singles.errors), "0")
        return
    with serving(target="benchmarks._orm_server:application") as (address, _):
        _warm_up(address, folder, path="/orm/reports")
        orm = load(address, folder, seconds, per=BATCH, path="/orm/reports")
        _told("HTTP, the ORM endpoint, batches of 100", orm, per=BATCH)
        _empty()
    bare = pgbench(folder, seconds, per=BATCH)
    say("pgbench, the same SQL, 100 rows", f"{bare * BATCH:,.0f} rows/s")
    _check("pgbench", acknowledged=None)
    _empty()
    bare_single = pgbench(folder, seconds, per=1)
    say("pgbench, the same SQL, one row", f"{bare_single:,.0f} tps")
    _empty()
    say("HTTP batches / pgbench", f"{batches.rate / bare:.2f}", ">= 0.30")
    say("HTTP singles / pgbench", f"{singles.rate / bare_single:.2f}", ">= 0.20")
    say("HTTP batches / the ORM endpoint", f"{batches.rate / orm.rate:.1f}", ">= 2.5")
    small, errors = _on_sqlite(seconds, people)
    say("SQLite, batches of 100", f"{small:,.0f} reports/s")
    say("SQLite / PostgreSQL", f"{small / (batches.rate * BATCH):.2f}", ">= 0.7")
    say("SQLite, refused requests at 8 clients", str(errors), "0")


def _prepare(crowd: Crowd, folder: Path) -> None:
    """Secretaries with tokens, a round over the city, and what wrk has to know."""
    today = clock.day(clock.now())
    first = today - timedelta(days=DAYS - 1)
    Round.objects.create(
        item_id=1, exercise=False, path=crowd.city, path_end=end_of(crowd.city), first_day=first,
        last_day=today,
    )  # fmt: skip
    for n in range(DAYS):
        partitions.ensure(today - timedelta(days=n), days_ahead=0)
    lines, rows = [], []
    for n, area in enumerate(Area.objects.filter(kind="community").order_by("path")[:WRITERS]):
        start = Person.objects.filter(path__gte=area.path, path__lt=end_of(area.path)).order_by(
            "id").values_list("id", flat=True)[0]  # fmt: skip
        account = Account.objects.create(username=f"s{n}", display_name=f"s{n}", password="!")
        post = roster.Post.objects.create(role=Role.SECRETARY, area=area, path=area.path)
        roster.appoint(post, account, starts_at=clock.moment(0))
        text = f"linli_bench{n}"
        tokens.ApiToken.objects.create(
            account=account, label="bench", digest=tokens.digest(text), made_at=0, ends_at=2**33
        )
        lines.append(f"{text} {start}")
        rows.append((n, start, area.path, end_of(area.path), account.id))
    (folder / "places.txt").write_text("\n".join(lines))
    (folder / "days.txt").write_text(
        "\n".join((today - timedelta(days=n)).isoformat() for n in range(DAYS))
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench_place (c int PRIMARY KEY, first bigint, path text COLLATE "
                '"C", path_end text COLLATE "C", account bigint)'
            )
            cursor.executemany("INSERT INTO bench_place VALUES (%s, %s, %s, %s, %s)", rows)
    analyze()


@contextmanager
def serving(target: str = "linli.site.wsgi:application") -> Iterator[tuple[str, subprocess.Popen]]:
    """Granian as `linli serve` runs it, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = "1" if connection.vendor == "sqlite" else "2"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LINLI_SECOND_FACTOR": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers",
         processes, "--blocking-threads", "4", "--log-level", "warning", target],
        env=env, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/api/areas/1", timeout=2)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address, process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def load(
    address: str, folder: Path, seconds: int, *, per: int, path: str = "/api/screening/reports"
) -> Run:
    """Let wrk send for some seconds."""
    done = subprocess.run(
        ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s",
         str(Path(__file__).with_name("_load.lua")), address, "--", str(folder), str(per), path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r"RESULT (\d+) ([\d.]+) (\d+) ([\d.]+)", done.stdout)
    if found is None:
        raise SystemExit(done.stdout + done.stderr)
    return Run(int(found[1]), float(found[2]), int(found[3]), float(found[4]))


def _warm_up(address: str, folder: Path, path: str = "/api/screening/reports") -> None:
    """Send until every process has answered, then begin with empty tables."""
    load(address, folder, WARM_UP_S, per=BATCH, path=path)
    time.sleep(SETTLE_S)
    _empty()


def pgbench(folder: Path, seconds: int, *, per: int) -> float:
    """Transactions a second of the same statement, its rows made by the database itself."""
    script = folder / f"pgbench{per}.sql"
    script.write_text(_pgbench_sql(per))
    settings = connection.settings_dict
    found = [*Path("/").glob(f"{POSTGRESQL_BIN.lstrip('/')}/pgbench")]
    program = shutil.which("pgbench") or str(found[-1])
    done = subprocess.run(
        [program, "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", str(THREADS), "-T",
         str(seconds), "-D", "i=0", "-f", str(script), "-h", settings["HOST"], "-U",
         settings["USER"], settings["NAME"]],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    if rate is None:
        raise SystemExit(done.stdout + done.stderr)
    return float(rate[1])


def _pgbench_sql(per: int) -> str:
    """The statement of the house with a generator in place of its arrays."""
    text = statements.postgresql(
        Writer(1, "", "", "", False, 0, (("", ""),)), household=False, earns=False
    )
    begins, ends = text.index("SELECT * FROM unnest("), text.index("open_rounds AS")
    rows = (
        "SELECT n::int, gen_random_uuid() AS uid, b.first + (:shift + n) % 100 AS subject, "
        "current_date - :d::int AS day, 1::smallint AS state, 1::smallint AS how, "
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS seq, :now::bigint AS at, "
        "false AS fever, NULL::jsonb AS answers "
        f"FROM bench_place b, generate_series(0, {per - 1}) n WHERE b.c = :c), "
    )
    text = text[:begins] + rows + text[ends:]
    path = "(SELECT path FROM bench_place WHERE c = :c)"
    end = "(SELECT path_end FROM bench_place WHERE c = :c)"
    account = "(SELECT account FROM bench_place WHERE c = :c)"
    filled = [
        "false", ":now", ":now", path, end, "false", "false", account, "false", "false", "false",
        ":now", account, "'secretary'", "'screening'", "'bench'", path, "false",
    ]  # fmt: skip
    for value in filled:
        text = text.replace("%s", value, 1)
    if "%s" in text:
        raise SystemExit("The statement has parameters that the benchmark does not fill.")
    turn = f"\\set turn (:client_id + {CONNECTIONS} * :i) / {WRITERS}\n"
    return (
        f"\\set i :i + 1\n\\set c (:client_id + {CONNECTIONS} * :i) % {WRITERS}\n{turn}"
        f"\\set d :turn % {DAYS}\n\\set shift (:turn / {DAYS}) * {per}\n"
        f"\\set now {clock.now_s()}\n{text};\n"
    )


def _told(what: str, run: Run, *, per: int) -> None:
    say(what, f"{run.rate * per:,.0f} /s", f"p99 {run.p99_ms:.0f} ms, {run.errors} errors")
    _check(what, acknowledged=run.requests)


def _check(what: str, *, acknowledged: int | None) -> None:
    """Counters are what the reports say; the audit has a line for each batch that was answered."""
    today = clock.day(clock.now())
    days = [today - timedelta(days=n) for n in range(DAYS)]
    time.sleep(SETTLE_S)
    wrong = [day for day in days if counting.differences(day)]
    rows = Report.objects.count()
    counted = sum(counting.n_reports(day) for day in days)
    if wrong or rows != counted:
        raise SystemExit(f"{what}: {rows} reports, {counted} counted; days {wrong} differ.")
    lines = Record.objects.filter(kind="screening", act="report").count()
    note = f"{rows:,} rows"
    if acknowledged is not None:
        under_way = lines - acknowledged  # wrk stops without waiting for its last answers
        if not 0 <= under_way <= CONNECTIONS:
            raise SystemExit(f"{what}: {acknowledged} batches answered, {lines} in the audit.")
        note += f", {lines:,} batches in the audit"
    say("  counters equal rows", note)


def _lists() -> None:
    """How long the lists take that people wait for, with the day's reports in place."""
    today = clock.day(clock.now())
    city = Area.objects.get(kind="city")
    with timed() as took:
        counting.count_expected(today)
    say("  what is expected of every area, counted anew", f"{took[0]:.2f} s")
    for kind, bar in (("grid", "<= 2 s"), ("street", "<= 2 s; a full grid has 800")):
        area = Area.objects.filter(kind=kind).order_by("-path")[0]  # where nobody came yet
        actor = Actor(1, (Holding(Role.SECRETARY, area.path),))
        with timed() as took:
            found = coverage.doors(actor, area, today, purpose="screening")
        people = sum(len(one.people) for one in found)
        say(f"  who was not checked in a {kind}: {people} people", f"{took[0] * 1000:.0f} ms", bar)
    with timed() as took:
        coverage.below(city, today)
    say("  the board of the city", f"{took[0] * 1000:.0f} ms")


def _empty() -> None:
    tables = [m._meta.db_table for m in (Report, Count, Beaten, Owed)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
        else:
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
    Record.objects.filter(kind="screening").delete()


def _on_sqlite(seconds: int, people: int) -> tuple[float, int]:
    """The same run on SQLite, by a process of its own: reports a second, and refused requests."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        env = {k: v for k, v in os.environ.items() if k != "LINLI_DATABASE_URL"}
        result = Path(folder) / "result.json"
        subprocess.run(
            [sys.executable, "-m", "benchmarks", "reports", "--seconds", str(seconds), "--people",
             str(people), "--json", str(result)],
            env={**env, "LINLI_DATA_DIR": folder}, cwd=ROOT, check=True,
        )  # fmt: skip
        rate, errors = json.loads(result.read_text())
        return rate, errors
