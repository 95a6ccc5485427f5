"""Three days, a whole small city, phones that lose their link: nobody is counted twice or lost.

Workers go from door to door, send batches late, twice and out of order, and people move while
the sweep runs. Every hour the sums balance at every tier, and equal a fresh count.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from linli import clock
from linli.loops.campaigns import watch
from linli.loops.ledger import Item
from linli.loops.rounds import Coverage, Seen, Told, settled
from linli.loops.screening import counting, coverage
from linli.loops.screening import receive as door
from linli.loops.screening.tables import Beaten, Missed, Report
from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.households import Household
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City
from tests.doors import TODAY, open_round

pytestmark = pytest.mark.db
MORNING = EVENING - 10 * HOUR
DAYS = [TODAY + timedelta(days=n) for n in range(3)]
HOUSEHOLDS, PER_HOUSEHOLD = 24, 3
GRIDS = ("oak1", "oak2", "ash1")
STATES = [*["checked"] * 14, "refused", "unreachable", "away", "exempt"]


@pytest.fixture
def people(city: City) -> list[Person]:
    """Seventy-two people behind twenty-four doors of three grids."""
    found = []
    for n in range(HOUSEHOLDS):
        area = city.areas[GRIDS[n % 3]]
        placed: dict[str, Any] = {"area": area, "path": area.path, "source": "t", "as_of": TODAY,
                                  "changed_at": MORNING}  # fmt: skip
        home = Household.objects.create(
            code=f"h{n}", home=city.areas["house1"], door=str(n), floor=n // 6, **placed
        )
        for m in range(PER_HOUSEHOLD):
            found.append(
                Person.objects.create(code=f"p{n}-{m}", name=f"P {n} {m}", household=home, **placed)
            )
    return found


class Sweep:
    """The phones of the workers: what was said, and what has not been sent yet."""

    def __init__(self, city: City, people: list[Person], dice: random.Random) -> None:
        self.city, self.people, self.dice = city, people, dice
        self.said: list[Told] = []
        self.waiting: list[tuple[int, door.ScreeningReport]] = []

    def visit(self, person: Person, day: date, now: int) -> None:
        """Knock at a door; the phone keeps the report until it is sent."""
        uid = UUID(int=self.dice.getrandbits(128))
        seen = self.dice.choice(STATES)
        seq = now * 1000 + self.dice.randrange(1000)
        self.said.append(Told(day, person.id, Seen[seen.upper()], (seq, uid)))
        self.waiting.append(
            (
                person.id,
                door.ScreeningReport(uid=uid, seq=seq, day=day, person_id=person.id, seen=seen),
            )
        )

    def send(self, now: int, *, all_of_it: bool = False) -> Counter[str]:
        """Send some of what waits, in any order, and some of it twice."""
        self.dice.shuffle(self.waiting)
        n = len(self.waiting) if all_of_it else len(self.waiting) * 2 // 3
        batch, self.waiting = self.waiting[:n], self.waiting[n:]
        outcomes: Counter[str] = Counter()
        for part in _parts(batch + batch[::4], 20):
            answers = door.receive(
                self.city.actor("sam_of_all", now), [report for _, report in part], now=now,
                purpose="screening",
            )  # fmt: skip
            outcomes.update(answer.outcome.value for answer in answers)
        return outcomes


def _parts(rows: list[Any], n: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), n):
        yield rows[start : start + n]


def balances(city: City, day: date) -> Coverage:
    """Check the sums at every tier, and the counters against a fresh count; the city's numbers."""
    assert counting.differences(day) == []
    for area in Area.objects.filter(kind__in=["city", "district", "street", "community"]):
        whole = coverage.total(area.path, day)
        below = coverage.below(area, day)
        parts = sum((row.numbers for row in below), coverage.own(area, day))
        assert whole == parts, area.name_zh
        assert whole.uncovered >= 0
        assert whole.expected == whole.covered + whole.uncovered
    return coverage.total(city.areas["w"].path, day)


def test_after_three_days_each_person_day_is_in_one_state_or_visibly_missed(
    city: City, people: list[Person]
) -> None:
    dice = random.Random(9)
    _post_for_the_whole_city(city)
    item = open_round(city, first=DAYS[0], last=DAYS[-1], at=MORNING)
    sweep = Sweep(city, people, dice)
    outcomes: Counter[str] = Counter()
    for n, day in enumerate(DAYS):
        for hour in range(10):
            now = MORNING + n * 24 * HOUR + hour * HOUR
            for person in dice.sample(people, 8):
                sweep.visit(person, day, now)
            outcomes += sweep.send(now + 60, all_of_it=hour == 9)
            if hour == 5:
                _move(city, dice.choice(people), dice)
            watch.chore(now + 120)
            counting.count_expected(day)
            assert balances(city, day).expected == len(people)
        watch.chore(MORNING + n * 24 * HOUR + 22 * HOUR)  # six o'clock of the next morning

    held = settled(sweep.said)
    stored = {
        (day, who): (Seen(state), seq)
        for day, who, state, seq in Report.objects.values_list("day", "person_id", "state", "seq")
    }
    assert stored == {key: (one.seen, one.order[0]) for key, one in held.items()}
    missed = set(Missed.objects.values_list("day", "person_id"))
    everybody = {(day, person.id) for day in DAYS for person in people}
    assert missed | stored.keys() == everybody
    assert not missed & stored.keys()
    assert missed
    for day in DAYS:
        whole = balances(city, day)
        assert (whole.expected, whole.uncovered) == (
            len(people),
            sum(at == day for at, _ in missed),
        )
    kept = set(Beaten.objects.values_list("uid", flat=True))
    assert kept == {one.order[1] for one in sweep.said} - {one.order[1] for one in held.values()}
    assert outcomes["accepted"] >= len(stored)
    assert outcomes["duplicate"] > 0
    assert not outcomes["rejected"]
    assert Item.objects.get(id=item).stage == "closed"


def _post_for_the_whole_city(city: City) -> None:
    """One account that reports anywhere, so that the journey can mix the phones."""
    account = Account.objects.create_user("sam_of_all", display_name="S", language="en")
    area = city.areas["w"]
    post = roster.Post.objects.create(role=Role.STREET_DUTY, area=area, path=area.path)
    roster.appoint(post, account, starts_at=clock.moment(MORNING - HOUR))
    city.accounts["sam_of_all"] = account


def _move(city: City, person: Person, dice: random.Random) -> None:
    """Somebody moves into another grid in the middle of the day."""
    area = city.areas[dice.choice(GRIDS)]
    person.refresh_from_db()
    person.area, person.path = area, area.path
    person.save()
