"""Residents who have left are removed at night: how fast, and how long do others wait to write?

A million made-up people of whom one in a hundred has left, some held by work about them, with
reports of rounds beside them. A writer in a process of its own writes all the while.
"""

import argparse
import multiprocessing
import random
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from benchmarks import _crowd
from benchmarks.ground import analyze, say
from linli import bulk
from linli.loops.ledger import Item
from linli.loops.removals import remove
from linli.loops.screening.tables import Report
from linli.registry.departures import n_left
from linli.registry.households import Household
from linli.registry.person import Person

PEOPLE, ONE_IN, HELD_IN = 1_000_000, 100, 20
REPORT_DAYS, REPORTS_A_DAY = 20, 50_000
NOW = _crowd.CHANGED
LEFT_ON = _crowd.TODAY - timedelta(days=400)
WRITE_EVERY_S = 0.01
WAITS_BAR = "<= 250 ms"


def main(rest: Sequence[str]) -> None:
    """Fill, let some leave, write beside it."""
    parser = argparse.ArgumentParser(prog="removals")
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args(rest)
    crowd = _crowd.build(asked.people)
    n_gone = let_leave(crowd)
    report(crowd)
    analyze()
    say("people, and of them due to go", f"{asked.people:,} / {n_gone:,}")
    before = n_left(crowd.city, _crowd.TODAY)
    cpu = time.process_time()
    seen = remove.look_ahead(NOW)
    say("looking ahead, CPU", f"{time.process_time() - cpu:.1f} s")
    quiet = beside(lambda: time.sleep(3))
    cpu, wall = time.process_time(), time.perf_counter()
    done: list[remove.Night] = []
    busy = beside(lambda: done.append(remove.remove_due(NOW)))
    took = time.process_time() - cpu
    say("removing, CPU / wall", f"{took:.1f} / {time.perf_counter() - wall:.1f} s")
    went = done[0].went["people_moved"]
    say("went, held", f"{went:,} / {done[0].held['people_moved']:,}")
    say("CPU a person", f"{took / went * 1e3:.2f} ms")
    for name, waits in (("nobody removes", quiet), ("people are removed", busy)):
        ordered = sorted(waits)
        p95 = ordered[int(len(ordered) * 0.95)]
        figures = f"{statistics.median(ordered):.1f} / {p95:.1f} / {ordered[-1]:.1f} ms"
        say(f"a write while {name}: median, p95, longest of {len(ordered)}", figures, WAITS_BAR)
    assert seen.went == done[0].went
    assert n_left(crowd.city, _crowd.TODAY) == before
    say("who had left by today, before and after", f"{before:,} / {before:,}", "the same")


def let_leave(crowd: _crowd.Crowd) -> int:
    """One in a hundred has left, in runs so that doors are left with nobody; some are held."""
    ids = [n for n in crowd.person_ids if n // 5 % ONE_IN == 0]
    for n in range(0, len(ids), 500):
        rows = Person.objects.filter(id__in=ids[n : n + 500])
        rows.update(left_on=LEFT_ON, left_because="moved")
    held = ids[::HELD_IN]
    grid, path = crowd.grids[0]
    Item.objects.bulk_create(
        [
            Item(
                uid=UUID(int=n), loop="request", version=1, item_class="normal", stage="received",
                state="open", area_id=grid, path=path, community_id=grid, unit_id=grid, tier=0,
                found_tier=0, subject_kind="person", subject_id=n, happened_at=NOW, opened_at=NOW,
                entered_at=NOW, entered_c=0,
            )
            for n in held
        ],
        batch_size=500,
    )  # fmt: skip
    return len(ids)


def report(crowd: _crowd.Crowd) -> None:
    """Reports of rounds lie beside: a share of all people on each of some days."""
    columns = ("day", "person_id", "exercise", "area_id", "household_id", "seq", "uid", "at",
               "account_id", "revision", "state", "how", "fever")  # fmt: skip
    dice = random.Random(7)
    stay = [n for n in crowd.person_ids if n // 5 % ONE_IN]
    for back in range(REPORT_DAYS):
        day = _crowd.TODAY - timedelta(days=back)
        some = sorted(dice.sample(stay, min(REPORTS_A_DAY, len(stay))))
        bulk.insert(
            Report, columns,
            [(day, n, False, 1, None, 1, UUID(int=n), NOW, None, 1, 1, 1, False) for n in some],
        )  # fmt: skip


def beside(do: Any) -> list[float]:
    """What a writer in another process waits for each write while something is done, in ms."""
    connection.close()
    context = multiprocessing.get_context("fork")
    stop, found = context.Event(), context.SimpleQueue()
    writer = context.Process(target=_write, args=(stop, found))
    writer.start()
    do()
    stop.set()
    waits: list[float] = found.get()
    writer.join()
    return waits


def _write(stop: Any, found: Any) -> None:
    ids = list(Household.objects.order_by("-id").values_list("id", flat=True)[:1000])
    waits: list[float] = []
    while not stop.is_set():
        began = time.perf_counter()
        with transaction.atomic():
            Household.objects.filter(id=ids[len(waits) % len(ids)]).update(changed_at=NOW)
        waits.append((time.perf_counter() - began) * 1e3)
        time.sleep(WRITE_EVERY_S)
    connection.close()
    found.put(waits)
