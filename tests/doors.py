"""Doors for the rounds: households of the small city, their people, and a round that is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from linli.loops import catalogue
from linli.loops.advance import advance, open_item
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.screening import receive as door
from linli.policy.can import Actor
from linli.registry.declarations import Declaration
from linli.registry.households import Household
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

TODAY = date(2020, 2, 9)
SEQ = EVENING * 1000


@dataclass
class Doors:
    """Who lives behind which door."""

    households: dict[str, Household]
    people: dict[str, Person]

    def ids(self, *names: str) -> set[int]:
        """The ids of people by their names."""
        return {self.people[name].id for name in names}


HOMES = {  # door -> area, people
    "101": ("oak1", ("Zhao One", "Zhao Two", "Zhao Three")),
    "102": ("oak1", ("Qian One",)),
    "201": ("oak2", ("Sun One", "Sun Two")),
    "901": ("ash1", ("Li One", "Li Two")),
}


def move_in(city: City) -> Doors:
    """Let eight people live in the small city: six in Oak Lane, two in Ash Road."""
    households, people = {}, {}
    for number, (door_name, (area_name, names)) in enumerate(HOMES.items()):
        area = city.areas[area_name]
        placed: dict[str, Any] = {
            "area": area, "path": area.path, "source": "test", "as_of": TODAY,
            "changed_at": EVENING,
        }  # fmt: skip
        home = city.areas["house1"]
        households[door_name] = Household.objects.create(
            code=f"h{door_name}", home=home, compound_id=home.parent_id, floor=number,
            door=door_name, **placed,
        )  # fmt: skip
        for name in names:
            people[name] = Person.objects.create(
                code=name.replace(" ", ""), name=name, household=households[door_name],
                phone="0100", **placed,
            )  # fmt: skip
    return Doors(households, people)


def declare(
    city: City, area: str = "w", *, ends_at: int = EVENING + 100 * 24 * HOUR
) -> Declaration:
    """Declare an emergency."""
    return Declaration.objects.create(
        area=city.areas[area], path=city.areas[area].path, mode="emergency", authority="test",
        reason="test", starts_at=EVENING - HOUR, ends_at=ends_at, begun_at=EVENING - HOUR,
    )  # fmt: skip


def open_round(
    city: City, *, area: str = "w", by: str = "gil", first: date = TODAY, last: date = TODAY,
    emergency_only: bool = False, reward_cents: int = 0, at: int = EVENING,
) -> int:  # fmt: skip
    """Plan a round and open it; the id of its item."""
    scene = Scene(city.actor(by, at), at)
    data = {
        "title": "Sweep", "first_on": first.isoformat(), "last_on": last.isoformat(),
        "emergency_only": emergency_only, "reward_cents": reward_cents,
    }  # fmt: skip
    loop = catalogue.get("campaign")
    made = open_item(loop, Opening(city.areas[area].id, "sweep", data), scene)
    return advance(made.item_id, "begin", scene).item_id


def told(
    *, person: Person | None = None, household: Household | None = None, seen: str = "checked",
    seq: int = SEQ, uid: UUID | None = None, day: date = TODAY, how: str = "door",
    answers: dict[str, Any] | None = None,
) -> door.ScreeningReport:  # fmt: skip
    """One report as a device sends it."""
    return door.ScreeningReport(
        uid=uid or uuid4(), seq=seq, day=day, person_id=person.id if person else None,
        household_id=household.id if household else None, seen=seen, how=how, answers=answers,
    )  # fmt: skip


def tell(
    actor: Actor, *reports: door.ScreeningReport, now: int = EVENING, purpose: str = "screening"
) -> list[str]:
    """Send reports in one batch; the outcomes in their order."""
    return [a.outcome.value for a in door.receive(actor, reports, now=now, purpose=purpose)]


def reasons(answers: Iterable[door.Answer]) -> list[str]:
    """The codes of the problems."""
    return [answer.problem.code if answer.problem else "" for answer in answers]
