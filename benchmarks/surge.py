"""A day of 13,436 cases with ten close contacts each: how fast do they open, and does time go on?

They come in by the door for lists, 500 reports a transaction: each report is matched
against everybody who is there, makes its person, its case and the placement it needs, and a
confirmed case asks for an investigation. Meanwhile another process ticks, and the longest time
between two ticks that ended is told. Beside it stands what the database takes for the same rows.
"""

import argparse
import multiprocessing
import random
import time
from collections.abc import Sequence
from typing import Any

from django.db import connection, connections, transaction

from benchmarks import _crowd
from benchmarks.ground import analyze, say, timed
from linli import bulk
from linli.loops.cases import intake
from linli.loops.cases.intake import CaseReport
from linli.loops.ledger import Event, Item
from linli.registry.imports.references import References
from linli.registry.person import LOADED, Person
from tests.cast import EVENING, City, build_city

CASES, CONTACTS, PEOPLE = 13_436, 10, 300_000
BAR_S, TICK_BAR_S = 900, 60
KNOWN_SHARE = 0.5  # of those reported, whom the registry knows already; assumed


def main(rest: Sequence[str]) -> None:
    """Fill a registry, let the surge come, and look at the clock meanwhile."""
    parser = argparse.ArgumentParser(prog="surge")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args(rest)
    city = build_city()
    _crowd_into(city, asked.people)
    analyze()
    reports = _reports(city, asked.cases)
    say(f"{asked.people:,} people are there; {len(reports):,} reports come", "")
    if asked.profile:
        _profile(city, reports)
        return
    ticks = _Ticks()
    with timed() as took:
        told, slowest = _take(city, reports)
    gap = ticks.end()
    say(f"{told['opened']:,} cases opened, {told['joined']:,} joined ({connection.vendor})",
        f"{took[0]:.1f} s", f"<= {BAR_S} s")  # fmt: skip
    say("    reports a second", f"{len(reports) / took[0]:,.0f}")
    say("    the slowest part", f"{slowest:.2f} s")
    say("    longest time without a tick", f"{gap:.2f} s", f"<= {TICK_BAR_S} s")
    for loop in ("case", "placement"):
        say(f"    items of the loop {loop}", f"{Item.objects.filter(loop=loop).count():,}")
    raw = _raw()
    say("the same rows by the database alone", f"{raw:.1f} s")
    say("ratio", f"{took[0] / raw:.1f}")


def _take(city: City, reports: Sequence[CaseReport]) -> tuple[dict[str, int], float]:
    told = {"opened": 0, "joined": 0, "again": 0, "refused": 0}
    references, actor, slowest = References(), city.actor("hal"), 0.0
    for n in range(0, len(reports), intake.ROWS_AT_ONCE):
        part = reports[n : n + intake.ROWS_AT_ONCE]
        with timed() as took:
            taken = intake.take_in(actor, part, now=EVENING, purpose="care", references=references)
        slowest = max(slowest, took[0])
        for name, count in taken.counts().items():
            told[name] += count
    if told["refused"]:
        raise SystemExit(f"{told['refused']} reports were refused.")
    return told, slowest


def _crowd_into(city: City, count: int) -> None:
    """People of Oak Lane, some of whom will be reported."""
    area, today = city.areas["oak1"], _crowd.TODAY
    dice = random.Random(5)

    def rows() -> Any:
        for n, person_id in enumerate(bulk.next_ids(Person, count), start=1):
            row = {
                "id": person_id, "code": f"B{n:09d}", "name": _crowd.made_up_name(dice),
                "pinyin": "", "sex": "", "birth_date": today, "phone": f"139{n:08d}",
                "document": f"D{n:09d}",
                "household": None, "relation": "", "floating": False, "needs": [],
                "area": area.id, "path": area.path, "survivor_id": None, "source": "bench",
                "as_of": today, "changed_at": EVENING,
            }  # fmt: skip
            yield [row[column] for column in LOADED]

    with transaction.atomic():
        bulk.insert(Person, LOADED, rows())


def _reports(city: City, cases: int) -> list[CaseReport]:
    """Each case with its contacts after it, as a list would have them."""
    area, dice = f"id:{city.areas['oak1'].id}", random.Random(7)
    total = cases * (1 + CONTACTS)
    known = dict(
        Person.objects.filter(
            id__in=Person.objects.order_by("id").values("id")[: int(total * KNOWN_SHARE)]
        ).values_list("id", "name")
    )
    names = list(known.items())
    found = []
    for n in range(total):
        confirmed = n % (1 + CONTACTS) == 0
        told: dict[str, Any] = (
            {"name": names[n // 2][1], "document": f"D{names[n // 2][0]:09d}"}
            if n % 2 and n // 2 < len(names)
            else {"name": _crowd.made_up_name(dice), "phone": f"150{n:08d}"}
        )
        found.append(
            CaseReport(
                category="confirmed" if confirmed else "contact",
                area=area,
                evidence=["pcr_positive"] if confirmed else ["contact"],
                **told,
            )
        )
    return found


class _Ticks:
    """Another process ticks every half second; how long was the longest wait for the next one?"""

    def __init__(self) -> None:
        connections.close_all()
        self._stop = multiprocessing.Event()
        self._gap: Any = multiprocessing.Value("d", 0.0)
        self._other = multiprocessing.get_context("fork").Process(target=self._tick)
        self._other.start()

    def _tick(self) -> None:
        from linli.loops import tick as engine

        last = time.perf_counter()
        while not self._stop.is_set():
            engine.tick(EVENING + 60)
            now = time.perf_counter()
            self._gap.value = max(self._gap.value, now - last)
            last = now
            self._stop.wait(0.5)
        self._gap.value = max(self._gap.value, time.perf_counter() - last - 0.5)

    def end(self) -> float:
        """Stop, and say the longest gap in seconds."""
        self._stop.set()
        self._other.join()
        if self._other.exitcode != 0:
            raise SystemExit("The ticking process broke.")
        return float(self._gap.value)


def _raw() -> float:
    """The same items and events into copies of their tables, with nothing decided."""
    took = 0.0
    for model in (Person, Item, Event):
        table = model._meta.db_table
        columns = [f.column for f in model._meta.concrete_fields]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
            rows = cursor.fetchall()
            copied = f"raw_{table}"
            cursor.execute(f"CREATE TABLE {copied} AS SELECT * FROM {table} LIMIT 0")
            started = time.perf_counter()
            marks = ", ".join(["%s"] * len(columns))
            if connection.vendor == "postgresql":
                names = ", ".join(columns)
                with cursor.copy(f"COPY {copied} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row([_plain(v) for v in row])
            else:
                cursor.executemany(f"INSERT INTO {copied} VALUES ({marks})", rows)
            took += time.perf_counter() - started
            cursor.execute(f"DROP TABLE {copied}")
    return took


def _plain(value: Any) -> Any:
    import json

    return json.dumps(value) if isinstance(value, dict | list) else value


def _profile(city: City, reports: Sequence[CaseReport]) -> None:
    """Where the time goes, the longest first."""
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.runcall(_take, city, reports)
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)
