"""The whole of city W, swept in three days: what is said at the doors, and whether the sums hold.

The tree of districts, streets, communities and grids is the real one; how many live there is a
question of scale. Doors are reported by the household, some people by name, some by nobody; in
between people move, turn out to be one, die or move away.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from linli import clock
from linli.demo import dial
from linli.demo.build import build
from linli.demo.plan import wuhan
from linli.loops import catalogue
from linli.loops.advance import advance, open_item
from linli.loops.campaigns import watch
from linli.loops.opening import Opening
from linli.loops.rounds import Coverage
from linli.loops.scene import Scene
from linli.loops.screening import counting, coverage, receive
from linli.loops.screening.receive import ScreeningReport
from linli.loops.screening.tables import Count, Missed, Report
from linli.policy.can import PATH_STEP, Actor, Holding
from linli.policy.roles import Role
from linli.registry import departures, merges
from linli.registry.areas import Area
from linli.registry.person import Left, Person

HOUR, DAY = 3600, 86_400
HOURS = 10  # of a day on which somebody knocks
FIRST_HOUR = 8
DAYS = 3
AT_ONCE = 100  # reports in a batch, as a phone sends them
NOBODY = (0,) * 6
STATES = [*["checked"] * 44, "refused", "refused", "unreachable", "unreachable", "away", "exempt"]
SKIPPED = 0.06  # of doors at which nobody knocks on a day; assumed
BY_NAME = 0.1  # of doors at which somebody is told of apart; assumed


@dataclass
class Sweep:
    """A sweep under way: who knocks, what was found not to balance, and how much was checked."""

    dice: random.Random
    start: int
    city: Area
    actor: Actor
    n_reports: int = 0
    n_checked: int = 0  # sums that were held against each other
    faults: list[str] = field(default_factory=list)
    shares: list[Coverage] = field(default_factory=list)  # of the city, at the close of each day


def begun(*, scale: float, seed: int = 19) -> Sweep:
    """City W, and a sweep of three days that was opened this morning."""
    build(wuhan(), scale=scale, seed=seed, now=dial.START, whole_home=False)
    today = clock.day(clock.moment(dial.START))
    start = clock.midnight_s(today) + FIRST_HOUR * HOUR
    city = Area.objects.get(parent=None)
    roles = (Role.CITY_COMMAND, Role.STREET_DUTY, Role.DATA_OFFICE)
    actor = Actor(id=None, holdings=tuple(Holding(role, city.path) for role in roles))
    sweep = Sweep(random.Random(seed), start, city, actor)
    last = today + timedelta(days=DAYS - 1)
    data = {
        "title": "Sweep", "first_on": today.isoformat(), "last_on": last.isoformat(),
        "emergency_only": False,
    }  # fmt: skip
    scene = Scene(actor, start)
    made = open_item(catalogue.get("campaign"), Opening(city.id, "sweep", data), scene)
    advance(made.item_id, "begin", scene)
    return sweep


def run(sweep: Sweep) -> Sweep:
    """Three days; every hour the sums are held against each other, every night each person-day."""
    for n in range(DAYS):
        day = clock.day(clock.moment(sweep.start)) + timedelta(days=n)
        doors = _doors(sweep)
        for hour in range(HOURS):
            now = sweep.start + n * DAY + hour * HOUR
            _knock(sweep, doors[hour::HOURS], day, now)
            _live(sweep, day, now)
            counting.count_expected(day)
            check_sums(sweep, day)
        watch.chore(sweep.start + (n + 1) * DAY)  # eight o'clock of the next morning
        check_people(sweep, day)
        sweep.shares.append(check_sums(sweep, day))
    return sweep


def _doors(sweep: Sweep) -> list[tuple[int, list[int]]]:
    """Every household with those who live there, in the order in which somebody comes by."""
    living: dict[int, list[int]] = defaultdict(list)
    rows = Person.objects.filter(survivor_id=None, left_on=None, household_id__isnull=False)
    for household, person in rows.values_list("household_id", "id"):
        living[household or 0].append(person)
    doors = sorted(living.items())
    sweep.dice.shuffle(doors)
    return doors


def _knock(sweep: Sweep, doors: list[tuple[int, list[int]]], day: date, now: int) -> None:
    dice = sweep.dice
    reports = []
    for household, people in doors:
        if dice.random() < SKIPPED:
            continue
        if dice.random() < BY_NAME:
            reports.append(_said(sweep, day, now, person_id=dice.choice(people)))
        reports.append(_said(sweep, day, now, household_id=household))
    for part in _parts(reports):
        told = receive.receive(sweep.actor, part, now=now + 60, purpose="screening")
        sweep.n_reports += sum(answer.n_persons for answer in told)


def _said(sweep: Sweep, day: date, now: int, **whom: int) -> ScreeningReport:
    dice = sweep.dice
    return ScreeningReport(
        uid=UUID(int=dice.getrandbits(128), version=4), seq=now * 1000 + dice.randrange(60_000),
        day=day, seen=dice.choice(STATES), **whom,
    )  # fmt: skip


def _parts(reports: list[ScreeningReport]) -> Iterator[list[ScreeningReport]]:
    return (reports[n : n + AT_ONCE] for n in range(0, len(reports), AT_ONCE))


def _live(sweep: Sweep, day: date, now: int) -> None:
    """Somebody moves, two records turn out to be one, somebody dies and somebody goes."""
    dice = sweep.dice
    ids = list(Person.objects.filter(survivor_id=None, left_on=None).values_list("id", flat=True))
    mover, lost, kept, dead, gone = dice.sample(ids, 5)
    grids = list(Area.objects.filter(kind="grid").values_list("id", "path"))
    area_id, path = dice.choice(grids)
    Person.objects.filter(id=mover).update(area_id=area_id, path=path)
    merges.merge(sweep.actor, lost, kept, now=now)
    departures.note(dead, day, Left.DIED, source="sweep", now=now)
    departures.note(gone, day, Left.MOVED, source="sweep", now=now)


def check_sums(sweep: Sweep, day: date) -> Coverage:
    """Every tier is the sum of what lies below it and at it; the counters are what was reported."""
    sweep.faults += [f"counter of area {area}" for area in counting.differences(day)]
    areas = list(Area.objects.filter(valid_until=None).order_by("path"))
    told = {row.area.path: row.numbers for row in coverage.each(sweep.city.path, areas, day)}
    parts = _own(day)
    plain = {path: _plain(numbers) for path, numbers in told.items()}
    inner = set()
    for path, numbers in plain.items():
        above = path[:-PATH_STEP]
        inner.add(above)
        parts[above] = [m + n for m, n in zip(parts.get(above, NOBODY), numbers, strict=True)]
    for path, whole in told.items():
        if path in inner and plain[path] != tuple(parts[path]):
            sweep.faults.append(f"{day}: {path} is not the sum of its parts")
        if whole.uncovered < 0 or whole.expected != whole.covered + whole.uncovered:
            sweep.faults.append(f"{day}: {path} covers more than it expects")
    sweep.n_checked += len(told)
    return told[sweep.city.path]


def _own(day: date) -> dict[str, Sequence[int]]:
    """What is counted at each area itself, by path, and in none of those below it."""
    rows = Count.objects.filter(day=day).values_list("path", "n_expected", *counting.COUNTED)
    return {path: [n or 0 for n in numbers] for path, *numbers in rows}


def _plain(numbers: Coverage) -> tuple[int, ...]:
    return tuple(vars(numbers).values())


def check_people(sweep: Sweep, day: date) -> None:
    """Each person-day stands in one of five states or is written down as missed, never in both."""
    seen = set(Report.objects.filter(day=day).values_list("person_id", flat=True))
    missed = set(Missed.objects.filter(day=day).values_list("person_id", flat=True))
    lives = Person.objects.filter(survivor_id=None).exclude(left_on__lte=day)
    expected = set(lives.values_list("id", flat=True))
    if seen & missed:
        sweep.faults.append(f"{day}: {len(seen & missed)} people are seen and missed")
    if not expected <= seen | missed:
        sweep.faults.append(f"{day}: {len(expected - seen - missed)} people are in no state")
    merged = Person.objects.filter(survivor_id__isnull=False).values_list("id", flat=True)
    if twice := (seen | missed) & set(merged):
        sweep.faults.append(f"{day}: {len(twice)} people count beside whom they were merged into")
    whole = coverage.total(sweep.city.path, day)
    if whole.expected != len(expected | seen):
        sweep.faults.append(f"{day}: {whole.expected} are expected of {len(expected | seen)}")
    if (whole.covered, whole.uncovered) != (len(seen), len(missed)):
        sweep.faults.append(f"{day}: the city counts {whole}, and {len(seen)} + {len(missed)} are")
