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
from datetime import date
from fnmatch import fnmatch
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks import _crowd
from benchmarks.ground import analyze, at_work_s, say, timed
from linli import bulk
from linli.loops import find
from linli.policy.can import Actor
from linli.registry import households, people, resources
from linli.registry.person import Person
from linli.registry.vehicles import Vehicle

PEOPLE, ITEMS, VEHICLES = 1_000_000, 3_000_000, 10_000
# Parts of names, Chinese and in letters, of one to five characters, frequent, rare and unknown.
NAMES = (
    "王",
    "晓",
    "龚",
    "小明",
    "王小",
    "王小明",
    "王王王",
    "zh",
    "xi",
    "xiaom",
    "wangxiaom",
    "xxq",
)
CALLS = 40
CLIENTS = 4
ONE_BAR, FOUR_BAR = "<= 50 ms", "<= 170 ms"
Question = Callable[[random.Random], object]


def main(rest: Sequence[str]) -> None:
    """Fill, then ask."""
    parser = argparse.ArgumentParser(prog="lists")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--imports", action="store_true", help="then take lists in, here too")
    parser.add_argument("--fill", action="store_true", help="fill only; ask with --standing")
    parser.add_argument("--only", default="*", help="such as '*: items*'")
    parser.add_argument("--clients", type=int, default=CLIENTS, choices=(1, CLIENTS))
    asked = parser.parse_args(rest)
    CLIENTS_ASKED[0] = asked.clients
    crowd = _crowd.standing() or fill(asked.people, asked.items)
    if asked.fill:
        return
    _sizes()
    for role, actor in crowd.viewers().items():
        for name, question in questions(crowd, actor).items():
            if fnmatch(f"{role}: {name}", asked.only):
                measure(f"{role}: {name}", question)
    if not Vehicle.objects.exists():
        near()
    if asked.imports:
        from benchmarks import imports

        imports.measure(crowd)


def fill(n_people: int, n_items: int) -> _crowd.Crowd:
    """Let people move in and spread items over them."""
    with timed() as took:
        crowd = _crowd.build(n_people)
    say(f"{n_people:,} people with their names", f"{took[0]:.0f} s")
    with timed() as took:
        spread_items(n_items, crowd.grid_worker())
    say(f"{n_items:,} items", f"{took[0]:.0f} s")
    analyze()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM registry_namepart")
            cursor.execute("VACUUM registry_person")
            cursor.execute("VACUUM loops_item")
    return crowd


def questions(crowd: _crowd.Crowd, actor: Actor) -> dict[str, Question]:
    """What somebody asks of lists all day."""
    inside = list(
        Person.objects.filter(path__startswith=actor.holdings[0].path).values_list("id", flat=True)[
            :500
        ]
    )

    def listed(text: str = "", **narrowed: Any) -> Question:
        filters = people.Filters(**narrowed)
        return lambda _: people.listing(actor, purpose="service", text=text, filters=filters)

    def items(**narrowed: Any) -> Question:
        filters = find.Filters(**narrowed)
        return lambda _: find.items(actor, filters=filters, purpose="service")

    def turned(_: random.Random) -> None:
        first = people.listing(actor, purpose="service", text="王")
        people.listing(actor, purpose="service", text="王", after=first.after)

    named = {f"name contains {text}": listed(text) for text in NAMES}
    return {
        "people, first page": listed(),
        **named,
        "王, two pages": turned,
        "a whole name": lambda dice: people.listing(
            actor, purpose="service", text=dice.choice(crowd.names)
        ),
        "on dialysis": listed(need="dialysis"),
        "王 on dialysis": listed("王", need="dialysis"),
        "men born in one month": listed(
            sex="m", born_from=date(1950, 1, 1), born_until=date(1950, 1, 31)
        ),
        "zh, born in one month": listed(
            "zh", born_from=date(1950, 1, 1), born_until=date(1950, 1, 31)
        ),
        "a phone": lambda dice: people.listing(
            actor, purpose="service", text=f"139{dice.choice(inside):08d}"
        ),
        "open one": lambda dice: people.open_one(actor, dice.choice(inside), purpose="service"),
        "households, first page": lambda _: households.listing(actor, purpose="service"),
        "items, first page": items(),
        "items under way": items(alive=True),
        "items late": items(late=True),
        "items held by nobody": items(unheld=True),
        "items without a limit": items(no_target=True, alive=True),
        "items with the city": items(tier=3, alive=True),
        "items opened again": items(reopened=True),
        "items of a rare loop": items(loop="directive"),
        "items of a rare type": items(kind="rare"),
        "items of no type": items(kind="none is"),
        "urgent items": items(item_class="urgent"),
        "urgent items late": items(item_class="urgent", late=True),
        "items late in one district": items(late=True, area_path=crowd.grids[-1][1][:8]),
        "items in one community": items(area_path=crowd.grids[-1][1][:16]),
        "items under way in one street": items(alive=True, area_path=crowd.grids[-1][1][:12]),
    }


def measure(what: str, question: Question) -> None:
    """Ask with one client and with four; print the p95 of each, and the database's own part."""
    alone = timings(question, CALLS, seed=1)
    wall = [wall for wall, _ in alone]
    own = own_s(question)
    say(
        what,
        f"{p95(wall) * 1000:.1f} ms",
        f"{ONE_BAR}; median {statistics.median(wall) * 1000:.1f} ms, at work "
        f"{p95([work for _, work in alone]) * 1000:.1f} ms (p95), "
        f"{statistics.median(wall) / own:.1f} x the database's own {own * 1000:.1f} ms",
    )
    if CLIENTS_ASKED[0] < CLIENTS:
        return
    _asked[what] = question  # before the fork, so that every client knows it
    connection.close()
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        answers = [pool.apply_async(_client, (what, seed)) for seed in range(CLIENTS)]
        together = [seconds for answer in answers for seconds in answer.get()]
    say(
        f"    with {CLIENTS} clients",
        f"{p95([wall for wall, _ in together]) * 1000:.1f} ms",
        f"{FOUR_BAR}; at work {p95([work for _, work in together]) * 1000:.1f} ms (p95)",
    )


_asked: dict[str, Question] = {}
CLIENTS_ASKED = [CLIENTS]


def _client(what: str, seed: int) -> list[tuple[float, float]]:
    """One client of several, in a process of its own."""
    return timings(_asked[what], CALLS, seed=seed)


def timings(question: Question, calls: int, *, seed: int) -> list[tuple[float, float]]:
    """Seconds of each call by the wall and at work, the first ones to warm up left out."""
    dice = random.Random(seed)
    for _ in range(3):
        question(dice)
    found = []
    for _ in range(calls):
        started, worked = time.perf_counter(), at_work_s()
        question(dice)
        found.append((time.perf_counter() - started, at_work_s() - worked))
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
    wall = [wall for wall, _ in took]
    say(f"a wheelchair van within 2 km of {VEHICLES:,} vehicles", f"{p95(wall) * 1000:.1f} ms",
        "<= 1 s")  # fmt: skip


# What differs among the items, by a number below ROUND that stands for chance.
ROUND = 1_000_003
MIXTURE = {
    "loop": "CASE WHEN i <= 20 THEN 'directive' ELSE 'request' END",
    "state": "CASE WHEN r % 10 = 0 THEN 'open' ELSE 'closed' END",
    "stage": "CASE WHEN r % 10 = 0 THEN 'assigned' ELSE 'closed' END",
    "holder_id": "CASE WHEN r % 100 = 0 THEN NULL ELSE 5 + r % 900 END",
    "late": "r % 4000 = 0",
    "item_class": "CASE WHEN r % 50 = 1 THEN 'urgent' WHEN r % 5 = 2 THEN 'utility' "
    "ELSE 'normal' END",
    "kind": "CASE WHEN r % 5000 = 3 THEN 'rare' ELSE 'noise' END",
    "tier": "CASE WHEN r % 3000 = 0 THEN 3 ELSE 0 END",
    "clock_id": "CASE WHEN r % 6000 = 0 THEN NULL ELSE item.clock_id END",
    "n_reopened": "CASE WHEN r % 7000 = 5 THEN 1 ELSE 0 END",
    "area_id": "g.id",
    "path": "g.path",
    "community_id": "g.community_id",
    "unit_id": "g.community_id",
}


def spread_items(count: int, worker: Actor) -> None:
    """Copies of one real item, spread over all grids by one statement, one in ten still open."""
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
    values = ", ".join(MIXTURE.get(c, f"item.{c}") for c in columns)
    postgresql = connection.vendor == "postgresql"
    uid = "gen_random_uuid()" if postgresql else "lower(hex(randomblob(16)))"
    numbers = (
        f"SELECT generate_series(1, {count}::bigint) AS i" if postgresql
        else f"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {count})"
        " SELECT i FROM c"
    )  # fmt: skip
    grids = _crowd.grid_rows()
    with transaction.atomic(), connection.cursor() as cursor, bulk.indexes_aside(Item):
        cursor.execute(
            "CREATE TEMPORARY TABLE grids AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, "
            "id, path, community_id FROM registry_area WHERE kind = 'grid'"
        )
        cursor.execute("CREATE UNIQUE INDEX grids_n ON grids (n)")
        cursor.execute(
            f"INSERT INTO loops_item (uid, {', '.join(columns)}) SELECT {uid}, {values} "
            f"FROM (SELECT i, i * 7919 % {ROUND} AS r FROM ({numbers}) c) s "
            f"JOIN grids g ON g.n = s.i % {grids} "
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
