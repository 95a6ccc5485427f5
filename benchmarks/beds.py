"""Where is a bed? The search over 60 to 1,000 sites with 16,000 people in beds, beside raw SQL.

The bar is 100 ms for a search at 1,000 sites. Raw is what the database alone takes for the same
wards and the same count of beds, without distances, order or rights.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date

from django.db import connection

from benchmarks.ground import analyze, say
from linli import bulk
from linli.loops.beds import search
from linli.loops.beds.fit import BedNeed
from linli.loops.beds.tables import Bed
from linli.policy.can import Actor, Holding
from linli.policy.roles import Role
from linli.registry.areas import Area
from linli.registry.sites import LOADED, Site
from linli.registry.wards import SEVERITY_RANK, Ward

SITES = (60, 300, 1_000)
WARDS_A_SITE = 4
TAKEN = 16_000  # people in beds or on the way; 16,835 was the city's peak need of beds in the plan
CALLS = 40
BAR = "<= 100 ms"
CATEGORIES = ("confirmed", "suspected", "fever", "contact")
CENTRE = (114.3, 30.6)
DAY = date(2020, 2, 1)
DISPATCHER = Actor(1, (Holding(Role.CITY_COMMAND, ""),))
RAW = (
    "SELECT w.id, w.n_beds, w.n_blocked, (SELECT count(*) FROM loops_bed b "
    "WHERE b.ward_id = w.id AND NOT (b.state = 'free')) FROM registry_ward w "
    "JOIN registry_site s ON s.id = w.site_id "
    "WHERE w.category = 'confirmed' AND w.severity_rank >= 3 AND s.stage = 'open'"
)


def main(rest: Sequence[str]) -> None:
    """Fill more and more sites, and ask after each."""
    parser = argparse.ArgumentParser(prog="beds")
    parser.add_argument("--taken", type=int, default=TAKEN)
    asked = parser.parse_args(rest)
    dice = random.Random(7)
    city = Area.objects.create(kind="city", name_zh="W市", path="0001")
    for n_sites in SITES:
        _fill(city, n_sites, dice)
        _take(asked.taken, dice)
        analyze()
        need = BedNeed("confirmed", "severe", sex="female")
        found = _p95(lambda need=need: search.find(DISPATCHER, need, around=_point(dice)))
        raw = _p95(_raw)
        whole = _p95(lambda: search.everywhere(DISPATCHER, around=_point(dice)))
        name = f"{n_sites} sites, {Ward.objects.count()} wards, {Bed.objects.count()} beds taken"
        say(f"{name}: find", f"{found:.1f} ms", BAR)
        say(f"{name}: raw SQL", f"{raw:.1f} ms", f"ratio {found / raw:.1f}")
        say(f"{name}: table of all beds", f"{whole:.1f} ms")


def _point(dice: random.Random) -> tuple[float, float]:
    return (CENTRE[0] + dice.uniform(-0.4, 0.4), CENTRE[1] + dice.uniform(-0.3, 0.3))


def _fill(city: Area, n_sites: int, dice: random.Random) -> None:
    first = Site.objects.count()
    rows = [
        (n, "designated_hospital", f"医院{n}", "", city.id, city.path, None, *_point(dice), None,
         None, "made up", DAY)
        for n in range(first + 1, n_sites + 1)
    ]  # fmt: skip
    bulk.insert(Site, LOADED, rows)
    Site.objects.update(stage="open")
    severities = list(SEVERITY_RANK)
    Ward.objects.bulk_create(
        Ward(
            site_id=row[0], path=city.path, name_zh=f"{k}病区", category=CATEGORIES[k],
            severity=severities[1 + (row[0] + k) % 4], severity_rank=1 + (row[0] + k) % 4,
            n_beds=400, counted_at=0, source="made up",
        )
        for row in rows
        for k in range(WARDS_A_SITE)
    )  # fmt: skip


def _take(n: int, dice: random.Random) -> None:
    Bed.objects.all().delete()
    wards = list(Ward.objects.values_list("id", flat=True))
    taken: dict[int, int] = {}
    beds = []
    for person in range(1, n + 1):
        ward = dice.choice(wards)
        taken[ward] = taken.get(ward, 0) + 1
        beds.append(
            Bed(
                ward_id=ward, number=taken[ward], path="0001", person_id=person,
                transfer_id=person, state="occupied", held_at=0,
            )
        )  # fmt: skip
    Bed.objects.bulk_create(beds, batch_size=2_000)


def _raw() -> None:
    with connection.cursor() as cursor:
        cursor.execute(RAW)
        cursor.fetchall()


def _p95(question: Callable[[], object]) -> float:
    """The 95th percentile of the wall time in milliseconds; this machine's load is in it."""
    took = []
    for _ in range(CALLS):
        start = time.perf_counter()
        question()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(took, n=20)[-1]
