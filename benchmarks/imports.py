"""How long does a list of people take to come in, matched against everybody who is there?

First 100,000 people into a million, 60 in 100 of them known already; then the recipe of a
complaint about another system: a registry of 300,000, a list of 500 of which 50 are known.
"""

import argparse
import csv
import io
import random
import time
from collections.abc import Iterator, Sequence

from django.db import connection

from benchmarks import _crowd
from benchmarks.ground import analyze, say, timed
from linli.jobs import queue
from linli.registry import imports
from linli.registry import jobs as jobs  # makes the kind of job known
from linli.registry.imports import OPERATOR, running
from linli.registry.person import Person

PEOPLE, LIST = 1_000_000, 100_000
RECIPE_LIST, RECIPE_KNOWN = 500, 50
KNOWN_SHARE = 0.6


def main(rest: Sequence[str]) -> None:
    """Fill, import, import again."""
    parser = argparse.ArgumentParser(prog="imports")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--list", type=int, default=LIST)
    asked = parser.parse_args(rest)
    crowd = _crowd.standing() or _crowd.build(asked.people)
    analyze()
    measure(crowd, asked.list)


def measure(crowd: _crowd.Crowd, length: int = LIST) -> None:
    """The list of people, the same again, and the recipe, into a city that stands."""
    n_people = len(crowd.person_ids)
    dice = random.Random(n_people)
    first = n_people  # so that who is new is new in a city that has taken lists in before, too
    data = a_list(crowd, dice, length, int(length * KNOWN_SHARE), first=first)
    take_in(f"{length:,} people into {n_people:,}", data, "<= 120 s")
    take_in("the same list again", data, "all unchanged")
    # the recipe asks for 300,000 people; more of them only make it harder
    recipe = a_list(crowd, dice, RECIPE_LIST, RECIPE_KNOWN, first=first + length)
    take_in(f"{RECIPE_LIST} rows, {RECIPE_KNOWN} known, into {n_people:,}", recipe, "<= 10 s")


def a_list(
    crowd: _crowd.Crowd, dice: random.Random, n: int, n_known: int, *, first: int = 0
) -> bytes:
    """A CSV file of people, some of them known by phone, by document or by birth and area."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["姓名", "性别", "出生日期", "手机号", "证件号码", "责任网格"])
    writer.writerows(_known(crowd, dice, n_known))
    for i in range(first, first + n - n_known):
        grid, _ = dice.choice(crowd.grids)
        born = _crowd.TODAY.replace(year=dice.randrange(1930, 2019))
        writer.writerow([_crowd.made_up_name(dice), "女", born, f"186{i:08d}", "", f"id:{grid}"])
    return out.getvalue().encode()


def _known(crowd: _crowd.Crowd, dice: random.Random, n: int) -> Iterator[list[object]]:
    ids = dice.sample(crowd.person_ids, n)
    people = Person.objects.in_bulk(ids[:1]) if n == 1 else {}
    for start in range(0, n, 5_000):
        people = Person.objects.in_bulk(ids[start : start + 5_000])
        for i, p in enumerate(people.values()):
            phone = p.phone if i % 3 == 0 else ""
            document = p.document if i % 3 == 1 else ""
            yield [p.name, "", p.birth_date if i % 3 == 2 else "", phone, document,
                   f"id:{p.area_id}"]  # fmt: skip


def take_in(what: str, data: bytes, bar: str) -> None:
    """Import a file as the worker does, and print how long and what came of it."""
    with timed() as staging:
        upload = imports.begin(OPERATOR, "people", io.BytesIO(data), "bench.csv")
    job = imports.run(upload)
    slowest = 0.0
    worked = time.process_time()
    started = last = time.perf_counter()
    keep = running.results.keep

    def noted(job_id: int, rows: list[object]) -> None:
        nonlocal slowest, last
        keep(job_id, rows)  # type: ignore[arg-type]
        slowest, last = max(slowest, time.perf_counter() - last), time.perf_counter()

    running.results.keep = noted
    try:
        queue.run_this(job.id)
    finally:
        running.results.keep = keep
    took = time.perf_counter() - started
    worked = time.process_time() - worked
    result = imports.result(job)
    sums = ", ".join(f"{n:,} {name}" for name, n in result.counts.items() if n)
    say(f"{what} ({connection.vendor})", f"{staging[0] + took:.1f} s", f"{bar}; {sums}")
    say("    of which this process was at work", f"{worked:.1f} s", f"balances: {result.balances}")
    say("    the slowest batch", f"{slowest:.2f} s")
