"""Who falls ill in city W, and when do they come to a clinic? Wuhan's curve over communities.

Pure but for reading who lives where. The curve says how many are confirmed on each day; where
they live goes by people and by nearness to where it began; delays are the published ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np

from linli import clock
from linli.demo import curve
from linli.demo.cast import home_of
from linli.demo.city import City
from linli.demo.dice import generator
from linli.policy.can import end_of
from linli.registry.areas import Area
from linli.registry.person import Person

HOUR, DAY = 3600, 86_400
# Onset to confirmation in Wuhan: median 10 days from 23 January on, 6 from 2 February on (Pan et
# al. 2020, JAMA 323:1915). Here they are means of a gamma with shape 4; the shape, and the days
# from report to result, are assumed.
ONSET_DAYS_EARLY, ONSET_DAYS_LATE, LATE_FROM = 10.0, 6.0, date(2020, 2, 2)
RESULT_DAYS = (1, 1, 2, 2, 3)
SEVERITIES = (("mild", 0.41), ("ordinary", 0.40), ("severe", 0.14), ("critical", 0.05))  # assumed
NEAR_DEGREES = 0.04  # how fast it thins out from where it began, about 4 km; assumed
NEAR_TIMES, ELSEWHERE = 40.0, 0.35  # how much more of it near the origin, and what is everywhere
AT_HOME, MOST_OF_ONE = 0.09, 0.05  # of all cases where the cast lives, and in any other; assumed
FROM_CONTACTS = 0.30  # of a day's cases that were contacts already followed up; assumed
NOT_IT = 0.45  # suspected who turn out to have something else, for one confirmed; assumed
ADULT_DAYS = int(15 * 365.25)


@dataclass
class Ill:
    """Somebody who comes to a clinic: when it began, when they come, when a result is due."""

    person_id: int
    area_id: int
    path: str
    household_id: int | None
    onset_on: date
    reported_at: int
    result_on: date
    has_it: bool
    severity: str

    @property
    def evidence(self) -> list[str]:
        """What speaks for it on the day of the report, in the criteria of the disease."""
        return ["exposure", "fever", *(["imaging"] if self.has_it else []), "respiratory"]


@dataclass(frozen=True)
class Outbreak:
    """All who come to a clinic by themselves, and how many are confirmed on each day.

    The rest of a day's cases are contacts who were followed up already.
    """

    ill: list[Ill]
    new_by_day: dict[date, int]
    share: float

    def total_by(self, on: date) -> int:
        """How many are confirmed by the end of a day, as the curve has it."""
        return sum(n for day, n in self.new_by_day.items() if day <= on)


def outbreak_of(city: City, area_ids: dict[int, int], *, seed: int, until: int) -> Outbreak:
    """Draw the outbreak of a built city up to a moment; the same seed makes the same one."""
    last = clock.day(clock.moment(until))
    people = Person.objects.count()
    share = curve.share_of(people, city.frame.plan.people, last)
    ahead = curve.new_by_day(share, last + timedelta(days=2))  # who waits for a result at the end
    wanted = {day: n - int(n * FROM_CONTACTS) for day, n in ahead.items()}
    others = {day: round(n * NOT_IT) for day, n in ahead.items()}
    draw = Homes(city, area_ids, seed=seed)
    dice = Random(f"{seed}/outbreak")
    ill = []
    for has_it, counts in ((True, wanted), (False, others)):
        for day, n in counts.items():
            ill += [_fall_ill(row, day, has_it, dice) for row in draw.people(n)]
    return Outbreak(sorted(ill, key=lambda i: (i.reported_at, i.person_id)), ahead, share)


Row = tuple[int, int, int | None, str]  # person, area, household, path


def _fall_ill(row: Row, result_on: date, has_it: bool, dice: Random) -> Ill:
    report_on = result_on - timedelta(days=dice.choice(RESULT_DAYS))
    delay = ONSET_DAYS_LATE if result_on >= LATE_FROM else ONSET_DAYS_EARLY
    waits = max(1, round(dice.gammavariate(4.0, delay / 4.0)) - (result_on - report_on).days)
    at = clock.midnight_s(report_on) + 8 * HOUR + dice.randrange(9 * HOUR)
    severity = dice.choices([s for s, _ in SEVERITIES], [p for _, p in SEVERITIES])[0]
    person, area, household, path = row
    onset = report_on - timedelta(days=waits)
    return Ill(person, area, path, household, onset, at, result_on, has_it, severity)


class Homes:
    """Who lives in which community, drawn one after the other and nobody twice."""

    def __init__(self, city: City, area_ids: dict[int, int], *, seed: int) -> None:
        frame = city.frame
        rows = frame.rows("community")
        origin = home_of(frame).community
        away = np.hypot(
            frame.areas.lon[rows] - frame.areas.lon[origin],
            frame.areas.lat[rows] - frame.areas.lat[origin],
        )
        risk = frame.weight * (NEAR_TIMES * np.exp(-away / NEAR_DEGREES) + ELSEWHERE)
        risk /= risk.sum()
        risk = np.minimum(risk, MOST_OF_ONE)
        risk[origin - rows[0]] = 0
        risk *= (1 - AT_HOME) / risk.sum()
        risk[origin - rows[0]] = AT_HOME
        self.chance = risk
        self.area_ids = [area_ids[int(row)] for row in rows]
        self.rng = generator(seed, "outbreak")
        self._left: dict[int, list[Row]] = {}

    def people(self, n: int) -> list[Row]:
        """So many people who were not drawn before; fewer where nobody is left."""
        found: list[Row] = []
        for _ in range(40):  # a small city has communities where nobody lives
            if len(found) >= n:
                break
            for c in self.rng.choice(len(self.chance), size=n - len(found), p=self.chance):
                left = self._of(int(c))
                if left:
                    found.append(left.pop())
        return found

    def _of(self, community: int) -> list[Row]:
        if community not in self._left:
            path = Area.objects.values_list("path", flat=True).get(id=self.area_ids[community])
            rows = _adults(path)
            self.rng.shuffle(rows)
            self._left[community] = [tuple(row) for row in rows]
        return self._left[community]


def _adults(path: str) -> list[list]:
    latest = date(2020, 2, 9) - timedelta(days=ADULT_DAYS)
    rows = Person.objects.filter(
        path__gte=path, path__lt=end_of(path), birth_date__lt=latest, survivor_id=None
    ).order_by("id")
    return [list(row) for row in rows.values_list("id", "area_id", "household_id", "path")]


def neighbours(path: str, besides: Sequence[int], n: int, dice: Random) -> list[int]:
    """Some who live in the same community: they shop where the others shop."""
    near = list(_near(path).difference(besides))
    near.sort()
    return dice.sample(near, min(n, len(near)))


def _near(path: str) -> set[int]:
    within = Person.objects.filter(path__gte=path, path__lt=end_of(path), survivor_id=None)
    return set(within.values_list("id", flat=True)[:400])
