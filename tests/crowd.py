"""A crowd in the small city: households in compounds, and an outbreak among them, for what-ifs."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.registry import area_tree
from linli.registry.area_tree import NewArea
from linli.registry.areas import Area
from linli.registry.households import Household
from linli.registry.person import Person
from tests.bedside import Bedside
from tests.cast import EVENING, HOUR, City

TODAY = date(2020, 2, 9)
DAY = 24 * HOUR
AGES = (41, 38, 9)  # of each household
SAID = {"source": "test", "as_of": TODAY, "changed_at": EVENING}


@dataclass
class Crowd:
    """Six compounds of forty households of three, in Oak Lane, Pine Lane and Ash Road."""

    city: City
    n_homes: int = 40
    compounds: list[Area] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        where = ("oak", "oak", "pine", "pine", "ash", "ash")
        self.compounds = area_tree.add_many(
            NewArea(kind="compound", name_zh=f"{n}号院", parent=self.city.areas[name].id,
                    name_en=f"Court {n}")
            for n, name in enumerate(where)
        )  # fmt: skip
        for n, name in enumerate(where):
            self._fill(self.compounds[n], self.city.areas[name], n)

    def _fill(self, compound: Area, area: Area, n: int) -> None:
        homes = Household.objects.bulk_create(
            Household(code=f"h{n}-{k}", area=area, path=area.path, home=compound,
                      compound_id=compound.id, door=str(k), **SAID)
            for k in range(self.n_homes)
        )  # fmt: skip
        self.people += Person.objects.bulk_create(
            Person(code=f"p{n}-{k}-{m}", name=f"n{k}", household=home, area=area, path=area.path,
                   birth_date=date(2020 - age, 1, 1), floating=m == 1, **SAID)
            for k, home in enumerate(homes) for m, age in enumerate(AGES)
        )  # fmt: skip

    def fall_ill(self, n: int = 24, *, wait_days: int = 3, every: int = 5) -> list[int]:
        """So many confirmed cases, by and by over the last days; the first live in Oak Lane."""
        made = []
        for k in range(n):
            person = self.people[(k * every) % len(self.people)]
            ago = n - 1 - k  # days times two
            at = EVENING - (ago // 2) * DAY - HOUR
            onset = TODAY - timedelta(days=ago // 2 + wait_days)
            data = {"person_id": person.id, "source": "clinic", "onset_on": onset.isoformat()}
            opening = Opening(
                person.area_id, "confirmed", data, kind="covid19", subject_kind="person",
                subject_id=person.id,
            )  # fmt: skip
            made.append(
                open_item(catalogue.get("case"), opening, self.city.scene("gil", at)).item_id
            )
        return made

    def beds(self) -> Bedside:
        """A hospital with ten beds for the severely ill."""
        bedside = Bedside(self.city)
        bedside.ward(n_beds=10, severity="severe")
        return bedside
