"""Lists at a million people and three million items: p95 as grid worker and as city commander.

Each question is asked through the same function as every face asks, audit of the look included,
with one client and with four; beside it stands what the database alone takes for the statements.
"""

import argparse
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable, Sequence

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import _crowd
from benchmarks.ground import analyze, say, timed
from linli.loops import find
from linli.policy.can import Actor
from linli.registry import households, people, resources
from linli.registry.person import Person
from linli.registry.vehicles import Vehicle

PEOPLE, ITEMS, VEHICLES = 1_000_000, 3_000_000, 10_000
CALLS = 60
CLIENTS = 4
ONE_BAR, FOUR_BAR = "<= 50 ms", "<= 170 ms"
Question = Callable[[random.Random], object]


def main(rest: Sequence[str]) -> None:
    """Fill, then ask."""
    parser = argparse.ArgumentParser(prog="lists")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--imports", action="store_true", help="then take lists in, here too")
    asked = parser.parse_args(rest)
    with timed() as took:
        crowd = _crowd.build(asked.people)
    say(f"{asked.people:,} people with their names", f"{took[0]:.0f} s")
    with timed() as took:
        spread_items(asked.items, crowd.grid_worker())
    say(f"{asked.items:,} items", f"{took[0]:.0f} s")
    analyze()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM registry_namepart")
            cursor.execute("VACUUM registry_person")
    _sizes()
    for role, actor in (
        ("grid worker", crowd.grid_worker()), ("city commander", crowd.city_commander())
    ):  # fmt: skip
        for name, question in questions(crowd, actor).items():
            measure(f"{role}: {name}", question)
    near()
    if asked.imports:
        from benchmarks import imports

        imports.measure(crowd)


def questions(crowd: _crowd.Crowd, actor: Actor) -> dict[str, Question]:
    """What somebody asks of lists all day."""
    inside = list(
        Person.objects.filter(path__startswith=actor.holdings[0].path).values_list("id", flat=True)[
            :500
        ]
    )
    listing = people.listing

    def by_name(text: str) -> Question:
        return lambda _: listing(actor, purpose="service", text=text)

    return {
        "people, first page": lambda _: listing(actor, purpose="service"),
        "name contains 王": by_name("王"),
        "name contains 晓": by_name("晓"),
        "name contains 小明": by_name("小明"),
        "a whole name": lambda dice: listing(
            actor, purpose="service", text=dice.choice(crowd.names)
        ),
        "pinyin contains xiaom": by_name("xiaom"),
        "pinyin contains zh": by_name("zh"),
        "nobody is called so": by_name("王王王"),
        "on dialysis": lambda _: listing(
            actor, purpose="service", filters=people.Filters(need="dialysis")
        ),
        "a phone": lambda dice: listing(
            actor, purpose="service", text=f"139{dice.choice(inside):08d}"
        ),
        "open one": lambda dice: people.open_one(actor, dice.choice(inside), purpose="service"),
        "households, first page": lambda _: households.listing(actor, purpose="service"),
        "items, first page": lambda _: find.items(actor, filters=find.Filters(), purpose="service"),
    }


def measure(what: str, question: Question) -> None:
    """Ask with one client and with four; print the p95 of each, and the database's own part."""
    alone = timings(question, CALLS, seed=1)
    own = own_s(question)
    say(
        what,
        f"{p95(alone) * 1000:.1f} ms",
        f"{ONE_BAR}; median {statistics.median(alone) * 1000:.1f} ms, "
        f"{statistics.median(alone) / own:.1f} x the database's own {own * 1000:.1f} ms",
    )
    _asked[what] = question  # before the fork, so that every client knows it
    connection.close()
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        answers = [pool.apply_async(_client, (what, seed)) for seed in range(CLIENTS)]
        together = [second for answer in answers for second in answer.get()]
    say(f"    with {CLIENTS} clients", f"{p95(together) * 1000:.1f} ms", FOUR_BAR)


_asked: dict[str, Question] = {}


def _client(what: str, seed: int) -> list[float]:
    """One client of several, in a process of its own."""
    return timings(_asked[what], CALLS, seed=seed)


def timings(question: Question, calls: int, *, seed: int) -> list[float]:
    """Wall seconds of each call, the first ones to warm up left out."""
    dice = random.Random(seed)
    for _ in range(3):
        question(dice)
    found = []
    for _ in range(calls):
        started = time.perf_counter()
        question(dice)
        found.append(time.perf_counter() - started)
    return found


def own_s(question: Question) -> float:
    """The median seconds that the same SELECT statements take by themselves."""
    with CaptureQueriesContext(connection) as captured:
        question(random.Random(1))
    selects = [q["sql"] for q in captured if q["sql"].startswith(("SELECT", "WITH"))]
    found = []
    with connection.cursor() as cursor:
        for _ in range(15):
            started = time.perf_counter()
            for statement in selects:
                cursor.execute(statement.replace("%", "%%") if "%" in statement else statement)
                cursor.fetchall()
            found.append(time.perf_counter() - started)
    return statistics.median(found)


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.95)]


def near() -> None:
    """Who has a wheelchair van within 2 km? (S85)"""
    dice = random.Random(3)
    area, path = _crowd.Area.objects.filter(kind="street").values_list("id", "path").first()
    Vehicle.objects.bulk_create(
        Vehicle(
            kind="wheelchair_van" if n % 4 == 0 else "car", plate=f"W{n}", n_seats=4, area_id=area,
            path=path, longitude=dice.uniform(113.7, 115.1), latitude=dice.uniform(29.97, 31.36),
            source="made up", as_of=_crowd.TODAY,
        )
        for n in range(VEHICLES)
    )  # fmt: skip
    took = timings(
        lambda d: resources.near(
            "wheelchair_van", (d.uniform(114.0, 114.6), d.uniform(30.3, 30.8)), 2000
        ),
        CALLS, seed=1,
    )  # fmt: skip
    say(f"a wheelchair van within 2 km of {VEHICLES:,} vehicles", f"{p95(took) * 1000:.1f} ms",
        "<= 1 s")  # fmt: skip


def spread_items(count: int, worker: Actor) -> None:
    """Copies of one real item, spread over all grids by one statement."""
    from benchmarks.engine import LOOP, Item, Opening, open_item
    from linli.loops.scene import Scene
    from linli.registry.duties import Duty, RequestType

    Duty.objects.create(
        code="d", topic="noise", name_zh="d", name_en="d", valid_from="2019-01-01"
    )  # fmt: skip
    RequestType.objects.create(
        code="noise", name_zh="n", name_en="n", item_class="normal", duty_code="d"
    )
    grid = _crowd.Area.objects.get(path=worker.holdings[0].path)
    opening = Opening(grid.id, "normal", {"description": "Drums at night"}, kind="noise")
    open_item(LOOP, opening, Scene(worker, _crowd.CHANGED, "service"))
    columns = [f.column for f in Item._meta.concrete_fields if f.column not in ("id", "uid")]
    of_grid = {"area_id": "g.id", "path": "g.path", "community_id": "g.community_id",
               "unit_id": "g.community_id"}  # fmt: skip
    values = ", ".join(of_grid.get(c, f"item.{c}") for c in columns)
    postgresql = connection.vendor == "postgresql"
    uid = "gen_random_uuid()" if postgresql else "lower(hex(randomblob(16)))"
    numbers = (
        f"SELECT generate_series(1, {count}) AS i" if postgresql
        else f"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {count})"
        " SELECT i FROM c"
    )  # fmt: skip
    grids = _crowd.grid_rows()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE grids AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, "
            "id, path, community_id FROM registry_area WHERE kind = 'grid'"
        )
        cursor.execute("CREATE UNIQUE INDEX grids_n ON grids (n)")
        cursor.execute(
            f"INSERT INTO loops_item (uid, {', '.join(columns)}) SELECT {uid}, {values} "
            f"FROM ({numbers}) s JOIN grids g ON g.n = s.i % {grids} "
            "CROSS JOIN (SELECT * FROM loops_item LIMIT 1) item"
        )


def _sizes() -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('registry_namepart') >> 20, "
            "pg_total_relation_size('registry_person') >> 20"
        )
        parts, rows = cursor.fetchone()
    say("size of the parts of names, beside the people's", f"{parts} MB", f"{rows} MB")
