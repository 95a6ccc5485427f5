"""A scripted outbreak: who was where with whom, told as a tracer would hear it."""

from dataclasses import dataclass, field
from datetime import timedelta

from linli import clock
from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.exposures import decide, find
from linli.loops.exposures.tables import Exposure
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.loops.visits import intake
from linli.loops.visits.intake import NewVisit
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

DAY = 24 * HOUR


@dataclass
class Outbreak:
    """The small city with people who meet; the hour moves on as the script goes."""

    city: City
    now: int = EVENING
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str, area: str = "oak1") -> Person:
        """Somebody in the registry, the same one every time."""
        if name not in self.people:
            self.people[name] = Person.objects.create(
                code=f"p-{name}", name=name, area=self.city.areas[area],
                path=self.city.areas[area].path, source="test", as_of="2020-02-01",
                changed_at=EVENING,
            )  # fmt: skip
        return self.people[name]

    def scene(self, who: str, purpose: str = "investigation"):
        """Somebody acts now."""
        return self.city.scene(who, self.now, purpose=purpose)

    def confirm(self, name: str) -> int:
        """A clinician reports a confirmed case; its item."""
        return self.case_of(name, self.scene("hal", "care"))

    def case_of(self, name: str, scene: Scene) -> int:
        """Somebody reports a confirmed case."""
        who = self.person(name)
        opening = Opening(
            who.area_id, "confirmed",
            {"person_id": who.id, "source": "clinic", "onset_on": self._day(-2).isoformat()},
            kind="covid19", subject_kind="person", subject_id=who.id,
        )  # fmt: skip
        return open_item(catalogue.get("case"), opening, scene).item_id

    def meet(self, *names: str, place: str, hours_ago: float = 20, hours: float = 2) -> None:
        """Some people are at one place at one time, and say so."""
        start = self.now - int(hours_ago * HOUR)
        visits = [
            NewVisit(
                "restaurant", start, start + int(hours * HOUR), person_id=self.person(n).id,
                name=place, area_id=self.city.areas["oak"].id,
            )
            for n in names
        ]  # fmt: skip
        done = intake.take_in(visits, self.scene("tao"))
        assert not done.refused

    def trace(self, case: int, accept: tuple[str, ...]) -> int:
        """A tracer looks, accepts these, dismisses the rest and finishes; the investigation."""
        investigation = Item.objects.get(loop="investigation", parent_id=case).id
        advance(investigation, "begin", self.scene("tao"))
        find.look(case, self.scene("tao"))
        wanted = [self.exposure(case, name).id for name in accept]
        decide.accept(wanted, self.scene("tao"))
        rest = [row.id for row in find.undecided(case)]
        decide.dismiss(rest, self.scene("tao"), reason="before")
        advance(investigation, "finish", self.scene("tao"))
        return investigation

    def exposure(self, case: int, name: str) -> Exposure:
        """What is known of a case and a person."""
        return Exposure.objects.get(source_id=case, person_id=self.person(name).id)

    def contact(self, name: str) -> Item:
        """The contact item of a person."""
        return Item.objects.get(loop="contact", subject_id=self.person(name).id)

    def case(self, name: str) -> Item:
        """The case of a person."""
        return Item.objects.get(loop="case", subject_id=self.person(name).id)

    def pass_days(self, days: float) -> None:
        """Time goes by."""
        self.now += int(days * DAY)

    def _day(self, offset: int):
        return clock.day(clock.moment(self.now)) + timedelta(days=offset)
