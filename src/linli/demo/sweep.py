"""Who goes from door to door in city W? A daily round in one district, and the city's sweep.

The sweep of three days began on 8 February, so the demo's evening is its second; the district
where it all began has reported every day since 6 February. Grid workers of the home community
report their own doors; elsewhere streets hand their lists in.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from linli import clock
from linli.demo.staff import Staff
from linli.errors import NotFound, Word
from linli.loops import advance, catalogue
from linli.loops.campaigns import watch
from linli.loops.opening import Opening
from linli.loops.screening import counting, owed, receive
from linli.loops.screening.receive import ScreeningReport
from linli.policy.can import end_of
from linli.policy.roles import Purpose, Role
from linli.registry.areas import Area
from linli.registry.households import Household
from linli.registry.person import Person

HOUR = 3600
DAILY_FROM, DAILY_UNTIL = date(2020, 2, 6), date(2020, 2, 29)
SWEEP_FROM, SWEEP_UNTIL = date(2020, 2, 8), date(2020, 2, 10)  # as Wuhan's of 17 to 19 February
# How a door was found; assumed. What is left of 1 is a door nobody came to that day.
FOUND = (("checked", 0.925), ("unreachable", 0.024), ("away", 0.014), ("refused", 0.008),
         ("exempt", 0.004))  # fmt: skip
DONE_BY_NOW = 0.62  # of the doors of the last day, when the curtain rises; assumed
FEVERS = 0.0005  # of doors where somebody says that they have a fever; assumed
QUICK, SLOW = 1.15, 0.55  # how differently streets get on; assumed


class Rounds:
    """The rounds of the days before, called, reported and closed through their own doors."""

    def __init__(self, staff: Staff, home: str, *, seed: int, until: int) -> None:
        """``home``: the path of the community of the cast."""
        self.staff, self.home, self.until, self.seed = staff, home, until, seed
        self.dice = Random(f"{seed}/rounds")
        self.last = clock.day(clock.moment(until))
        self.outcomes: Counter[str] = Counter()

    def timetable(self) -> list[tuple[int, Callable[[int], None]]]:
        """Who does what when: the calls, each day's reports, and what Linli does by itself."""
        found: list[tuple[int, Callable[[int], None]]] = []
        for n in range((self.last - DAILY_FROM).days + 1):
            day = DAILY_FROM + timedelta(days=n)
            midnight = clock.midnight_s(day)
            found += [(midnight + 6 * HOUR + 300, self.chores), (midnight + 7 * HOUR, self.call)]
            report = 16.8 if day == self.last else 20
            found += [(midnight + int(report * HOUR), self.report)]
            found += [(midnight + int(report * HOUR) + 300, self.chores)]
        return [(at, what) for at, what in found if at < self.until]

    def chores(self, at: int) -> None:
        """Linli closes what is over, counts who is expected, opens the fevers of the reports."""
        watch.chore(at, exercise=True)
        owed.chore(at)

    def call(self, at: int) -> None:
        """The rounds that begin today are called by whoever commands there."""
        today = clock.day(clock.moment(at))
        if today == DAILY_FROM:
            district = self.home[:8]
            name = _name(district)
            self._begin(
                Role.DISTRICT_COMMAND, district, "daily", f"{name}每日健康排查", DAILY_FROM,
                DAILY_UNTIL, at,
            )  # fmt: skip
        if today == SWEEP_FROM:
            city = self.home[:4]
            self._begin(
                Role.CITY_COMMAND, city, "sweep", "全市三天拉网排查", SWEEP_FROM, SWEEP_UNTIL, at
            )

    def _begin(
        self, role: Role, path: str, kind: str, title: str, first: date, last: date, at: int
    ) -> None:
        scene = self.staff.scene(role, path, at)
        if scene is None:
            raise NotFound(what=Word(role.value), value=path)
        area = Area.objects.get(path=path)
        data = {"title": title, "first_on": first, "last_on": last, "emergency_only": True}
        opening = Opening(area.id, kind, data, title=title, uid=self._uid("round", kind))
        made = advance.open_item(catalogue.get("campaign"), opening, scene)
        advance.advance(made.item_id, "begin", scene)
        counting.count_expected(clock.day(clock.moment(at)), exercise=True)

    def report(self, at: int) -> None:
        """Every street hands in what its people found today; the home community door by door."""
        today = clock.day(clock.moment(at))
        share = DONE_BY_NOW if today == self.last else 1.0
        wide = self.home[:4] if today >= SWEEP_FROM else self.home[:8]
        for street, path in self._streets(wide):
            doors = _doors(path)
            pace = min(1.0, share * self.dice.uniform(SLOW, QUICK)) if share < 1 else 1.0
            away = [i for i, p in doors if not p.startswith(self.home)]
            seen = [r for r in (self._door(i, today, at, pace) for i in away) if r]
            self._send(street, Role.STREET_DUTY, seen, at)
        self._report_home(today, at, share)

    def _report_home(self, today: date, at: int, share: float) -> None:
        grids = sorted({p for _, p in _doors(self.home)})
        for grid in grids:
            worker = self.staff.nearest(Role.GRID_WORKER, grid)
            doors = [i for i, p in _doors(grid)]
            seen = [r for r in (self._door(i, today, at, share, "door") for i in doors) if r]
            if worker is not None:
                self._send(worker, Role.GRID_WORKER, seen, at)

    def _streets(self, path: str) -> list[tuple[int, str]]:
        posts = self.staff.at.get(Role.STREET_DUTY, {})
        return [(posts[p], p) for p in sorted(posts) if p.startswith(path)]

    def _door(
        self, household: int, today: date, at: int, share: float, how: str = "list"
    ) -> ScreeningReport | None:
        dice = self.dice
        if dice.random() > share:
            return None
        luck = dice.random()
        seen = ""
        for word, chance in FOUND:
            luck -= chance
            if luck < 0:
                seen = word
                break
        if not seen:
            return None
        return self._said(today, at, seen=seen, how=how, household_id=household)

    def _said(self, today: date, at: int, **what: Any) -> ScreeningReport:
        dice = self.dice
        known = {"person_id": None, "household_id": None, "answers": None}
        return ScreeningReport.model_construct(
            uid=UUID(int=dice.getrandbits(128), version=4), seq=(at - dice.randrange(HOUR)) * 1000,
            day=today, **(known | what),
        )  # fmt: skip

    def _ill(self, doors: Sequence[ScreeningReport], today: date, at: int) -> list[ScreeningReport]:
        """At some doors one of those who live there has a fever, and is told of by name."""
        dice = self.dice
        found = []
        for door in doors:
            if door.seen == "checked" and dice.random() < FEVERS:
                living = Person.objects.filter(
                    household_id=door.household_id or 0, survivor_id=None
                )
                who = living.order_by("id").values_list("id", flat=True).first()
                warm = round(dice.uniform(37.3, 39), 1)
                answers = {"symptoms": ["fever"], "temperature_c": warm}
                found.append(
                    self._said(today, at, seen="checked", how="door", person_id=who,
                               answers=answers)
                )  # fmt: skip
        return found

    def _send(self, account: int, role: Role, reports: Sequence[ScreeningReport], at: int) -> None:
        actor = self.staff.scene_of(account, role, at, Purpose.SCREENING).actor
        today = clock.day(clock.moment(at))
        reports = [*self._ill(reports, today, at), *reports]
        for part in _parts(reports, receive.MOST_AT_ONCE):
            told = receive.receive(actor, part, now=at, purpose=Purpose.SCREENING.value)
            self.outcomes.update(str(answer.outcome) for answer in told)

    def _uid(self, *what: object) -> UUID:
        return UUID(int=Random(f"{self.seed}/{what}").getrandbits(128), version=4)


def _doors(path: str) -> list[tuple[int, str]]:
    within = Household.objects.filter(path__gte=path, path__lt=end_of(path)).order_by("id")
    return list(within.values_list("id", "path"))


def _name(path: str) -> str:
    return Area.objects.values_list("name_zh", flat=True).get(path=path)


def _parts(rows: Sequence[ScreeningReport], most: int) -> Iterable[Sequence[ScreeningReport]]:
    return (rows[n : n + most] for n in range(0, len(rows), most))
