"""Which wards does city W have by the evening, and which sites are still being converted?

Shelter hospitals open and convert as reported; their wards, and those of the hospitals, are made
up. That evening there was hardly a bed free for who was very ill, and room in the shelters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from linli import bulk, clock
from linli.demo.staff import Staff
from linli.demo.tables import table
from linli.errors import Problem
from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.conversions.checks import needed
from linli.loops.scene import Scene
from linli.policy.roles import Role
from linli.registry import sites, wards
from linli.registry.areas import Area
from linli.registry.sites import Site, SiteKind, SiteStage
from linli.registry.wards import Counted, NewWard

SAID = "made up"
BEDS_UNKNOWN = 500  # of a shelter where no source gave a number; assumed
FULL_SHELTER = (0.55, 0.9)  # of its beds taken on that evening; assumed


@dataclass(frozen=True)
class _Kind:
    """A ward as hospitals have it: least and most beds, and how many of them are free."""

    new: NewWard
    beds: tuple[int, int]
    free: tuple[int, int]


HOSPITAL = (
    _Kind(NewWard("重症病区", "confirmed", "critical", "Intensive care", oxygen=True, icu=True,
                  dialysis=True), (12, 40), (0, 1)),
    _Kind(NewWard("普通病区", "confirmed", "ordinary", "General ward", oxygen=True),
          (80, 400), (0, 3)),
    _Kind(NewWard("疑似病人单间", "suspected", "severe", "Single rooms for suspected cases",
                  oxygen=True), (20, 60), (0, 2)),
)  # fmt: skip
NEAR_HOME = (
    _Kind(NewWard("重症病区", "confirmed", "critical", "Intensive care", oxygen=True, icu=True),
          (12, 12), (3, 3)),
    _Kind(NewWard("普通病区", "confirmed", "ordinary", "General ward", oxygen=True),
          (60, 60), (14, 14)),
    _Kind(NewWard("疑似病人单间", "suspected", "severe", "Single rooms for suspected cases",
                  oxygen=True), (24, 24), (6, 6)),
)  # fmt: skip
SHELTER = NewWard("轻症病区", "confirmed", "mild", "Ward for mild cases", oxygen=True)


class Bedsides:
    """The beds of the city: entered by its commander, converted by the districts."""

    def __init__(self, staff: Staff, *, home: str, seed: int, until: int) -> None:
        """``home``: the path of the community of the cast."""
        self.staff, self.home, self.until = staff, home, until
        self.dice = Random(f"{seed}/bedsides")
        self.refused: dict[str, int] = {}

    def set_up(self, at: int) -> None:
        """Wards of all hospitals, the hospital near the cast, and the shelters as reported."""
        city = Area.objects.get(parent=None)
        scene = self.staff.scene(Role.CITY_COMMAND, city.path, at)
        if scene is None:
            return
        for site in Site.objects.filter(kind=SiteKind.HOSPITAL).order_by("id"):
            self._furnish(scene, site, HOSPITAL)
        here = self._near_home(at)
        self._convert(here, at, opens=True, beds=96, wards_of=NEAR_HOME)
        reported = {row["name_zh"]: row for row in table("wuhan/shelter_hospitals.csv")}
        for site in Site.objects.filter(kind=SiteKind.SHELTER_HOSPITAL).order_by("id"):
            self._shelter(site, reported.get(site.name_zh, {}), at)

    def _shelter(self, site: Site, row: Mapping[str, str], at: int) -> None:
        """Open if it was reported open by the evening; else its conversion is under way."""
        beds = int(row.get("beds") or BEDS_UNKNOWN)
        opened = row.get("opened_on") or ""
        opens = bool(opened) and date.fromisoformat(opened) <= clock.day(clock.moment(self.until))
        free = beds - round(beds * self.dice.uniform(*FULL_SHELTER))
        kind = _Kind(SHELTER, (beds, beds), (free, free))
        self._convert(site, at, opens=opens, beds=beds, wards_of=(kind,))

    def _convert(
        self, site: Site, at: int, *, opens: bool, beds: int, wards_of: tuple[_Kind, ...]
    ) -> None:
        """The district chooses it and looks at each point; it opens when all are passed."""
        scene = self.staff.scene(Role.DISTRICT_COMMAND, site.path, at)
        if scene is None:
            return
        asked = {"site_id": site.id, "batch": 1 if opens else 2, "n_beds_planned": beds}
        opening = Opening(site.area_id, "first", asked, opened_by=scene.actor.id)
        try:
            item = open_item(catalogue.get("conversion"), opening, scene).item_id
            advance(item, "begin", scene)
            points = needed(site.kind)
            looked_at = points if opens else points[: self.dice.randrange(2, len(points))]
            for point in looked_at:
                advance(item, "check", scene, data={"check": point.value, "passed": True})
            if opens:
                self._furnish(scene, site, wards_of)
                advance(item, "open_up", scene)
        except Problem as problem:
            self.refused[problem.code] = self.refused.get(problem.code, 0) + 1
            return
        # A drill leaves real sites alone; the demo's registry is made up as its drill is.
        sites.set_stage(site.id, SiteStage.OPEN if opens else SiteStage.CONVERTING)

    def _furnish(self, scene: Scene, site: Site, kinds: tuple[_Kind, ...]) -> None:
        for kind in kinds:
            beds = self.dice.randint(*kind.beds)
            counted = Counted(beds, max(0, beds - self.dice.randint(*kind.free)), 0, SAID)
            wards.add(scene.actor, site.id, kind.new, counted, now=scene.now)

    def _near_home(self, at: int) -> Site:
        """A designated hospital in the street of the cast, where its doctor receives."""
        community = Area.objects.get(path=self.home)
        street = Area.objects.get(id=community.street_id or community.id)
        number = bulk.next_ids(Site, 1)[0]
        today = clock.day(clock.moment(at)).isoformat()
        sites.load([(
            number, SiteKind.DESIGNATED_HOSPITAL.value, f"演示{street.name_zh}定点医院",
            f"Demo designated hospital of {street.name_en}", community.id, community.path, None,
            community.longitude, community.latitude, None, None, SAID, today,
        )])  # fmt: skip
        return sites.get(number)
