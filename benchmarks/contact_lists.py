"""A day of 13,436 cases with ten contacts each: how long until every item is open? (S25)

12 February 2020 brought 13,436 new cases in Wuhan, most of them by the new clinical definition.
Cases come by the bulk door of the ledger, with the places and investigations that they ask for;
then their contacts by the list door, with places and schedules. A tick runs after every part, and
its delay is how long a clock that came due meanwhile had to wait. The peer is the raw speed of
the database in the same run: the same rows put into tables of the same shape.
"""

import argparse
import time
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from benchmarks.ground import analyze, say, timed
from linli.loops import catalogue, tick
from linli.loops.advance import Opening, open_many
from linli.loops.exposures import lists
from linli.loops.exposures.lists import Listed
from linli.loops.exposures.tables import Exposure
from linli.loops.follow_ups.tables import FollowUp
from linli.loops.ledger import Event, Item
from linli.registry import people
from linli.registry.person import Person
from tests.cast import EVENING, City, build_city

CASES, CONTACTS_EACH = 13_436, 10
BAR_S, TICK_BAR_S = 900.0, 60.0
AT_ONCE = 500
PLACES = ("oak1", "oak2", "pine")


def main(rest: Sequence[str]) -> None:
    """Fill the registry, then open everything."""
    parser = argparse.ArgumentParser(prog="contact_lists")
    parser.add_argument("--cases", type=int, default=CASES)
    asked = parser.parse_args(rest)
    city = build_city()
    _fill(city, asked.cases * (1 + CONTACTS_EACH))
    analyze()
    waits: list[float] = []
    began = time.process_time()
    with timed() as whole:
        with timed() as took:
            cases = _open_cases(city, asked.cases, waits)
        say(f"{len(cases):,} cases with places and investigations", f"{took[0]:.1f} s")
        with timed() as took:
            n = _open_contacts(city, cases, waits)
        say(f"{n:,} contacts with places and schedules", f"{took[0]:.1f} s")
    say(
        f"all: {Item.objects.count():,} items, {Event.objects.count():,} events, "
        f"{FollowUp.objects.count():,} follow-ups", f"{whole[0]:.0f} s", f"<= {BAR_S:.0f} s",
    )  # fmt: skip
    say("of that, this process at work", f"{time.process_time() - began:.0f} s")
    say("longest that a clock waited for its tick", f"{max(waits):.1f} s", f"< {TICK_BAR_S:.0f} s")
    raw_s = _raw()
    say("the same rows by raw statements", f"{raw_s:.1f} s")
    say("ratio to raw", f"{whole[0] / raw_s:.1f}")


def _fill(city: City, count: int) -> None:
    """People in three places, as the registry would know them."""
    today = date(2020, 2, 9)
    areas = [city.areas[name] for name in PLACES]
    rows = (
        (
            n, f"P{n:09d}", f"Ren {n}", "", "", None, "", "", None, "", False, [],
            areas[n % len(areas)].id, areas[n % len(areas)].path, None, "bench", today, EVENING,
        )
        for n in range(1, count + 1)
    )  # fmt: skip
    with transaction.atomic():
        people.load(rows, findable=False)


def _ticked(waits: list[float], started: float) -> None:
    """What came due while a part was written waits for it and for the tick itself."""
    tick.tick(EVENING + 60)
    waits.append(time.perf_counter() - started)


def _open_cases(city: City, count: int, waits: list[float]) -> list[int]:
    area_of = dict(Person.objects.values_list("id", "area_id"))
    scene = city.scene("hal", purpose="care")
    ids: list[int] = []
    for start in range(1, count + 1, AT_ONCE):
        began = time.perf_counter()
        openings = [
            Opening(
                area_of[n], "confirmed",
                {"person_id": n, "source": "list", "onset_on": "2020-02-05"},
                kind="covid19", subject_kind="person", subject_id=n,
            )
            for n in range(start, min(start + AT_ONCE, count + 1))
        ]  # fmt: skip
        moved, refused = open_many(catalogue.get("case"), openings, scene)
        assert not refused, refused[0].problem
        ids += [one.item_id for one in moved]
        _ticked(waits, began)
    return ids


def _open_contacts(city: City, cases: Sequence[int], waits: list[float]) -> int:
    scene = city.scene("gil", purpose="investigation")
    first = len(cases) + 1
    met = date(2020, 2, 9) - timedelta(days=1)
    n_contacts = 0
    for start in range(0, len(cases), AT_ONCE):
        began = time.perf_counter()
        rows = [
            Listed(case, met, person_id=first + (start + i) * CONTACTS_EACH + k)
            for i, case in enumerate(cases[start : start + AT_ONCE])
            for k in range(CONTACTS_EACH)
        ]
        done = lists.take_in(rows, scene)
        assert not done.refused, done.refused[0].problem
        n_contacts += done.n_contacts
        _ticked(waits, began)
    return n_contacts


def _raw() -> float:
    """The rows of the four tables, copied into tables of the same columns and indexes."""
    total = 0.0
    for model in (Item, Event, Exposure, FollowUp):
        table = model._meta.db_table
        with connection.cursor() as cursor, transaction.atomic():
            if connection.vendor == "postgresql":
                cursor.execute(f"CREATE TABLE raw_copy (LIKE {table} INCLUDING ALL)")
            else:
                _like(cursor, table)
            with timed() as took:
                cursor.execute(f"INSERT INTO raw_copy SELECT * FROM {table}")
            total += took[0]
            cursor.execute("DROP TABLE raw_copy")
    return total


def _like(cursor, table: str) -> None:
    """An empty table of the same columns and indexes on SQLite."""
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
    cursor.execute(cursor.fetchone()[0].replace(f'"{table}"', '"raw_copy"', 1))
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s "
        "AND sql IS NOT NULL", [table],
    )  # fmt: skip
    for name, sql in cursor.fetchall():
        cursor.execute(
            sql.replace(f'"{name}"', f'"raw_{name}"').replace(f'"{table}"', '"raw_copy"')
        )
