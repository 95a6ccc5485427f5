"""What may one call to the engine look up? Areas, modes, limits and loops, remembered meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import connection

from linli import clock
from linli.errors import N_, NotFound, Word
from linli.loops import catalogue, limits, office
from linli.loops.calendar import Calendar
from linli.loops.loop import Loop
from linli.policy.can import Actor
from linli.registry import declarations
from linli.registry.areas import Tier
from linli.registry.declarations import Mode
from linli.registry.roster import first_responsible_many


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the engine needs it: its path, and its unit at each of the four tiers."""

    id: int
    path: str
    kind: str
    units: tuple[int | None, int | None, int | None, int | None]

    @property
    def lowest_tier(self) -> int:
        """The lowest tier that has a unit here."""
        return next((t for t, unit in enumerate(self.units) if unit is not None), int(Tier.CITY))

    def unit(self, tier: int) -> int:
        """The unit that answers here at a tier, or at the next one above that has a unit."""
        return next((u for u in self.units[tier:] if u is not None), self.id)


@dataclass
class Scene:
    """Who acts, when, and what was looked up so far in this call. ``now`` is in UTC seconds."""

    actor: Actor
    now: int
    purpose: str = ""
    _places: dict[int, Place] = field(default_factory=dict)
    _modes: list[tuple[str, str]] | None = None
    _first: dict[int, dict[str, int]] = field(default_factory=dict)
    memo: dict[object, object] = field(default_factory=dict)  # for the loops' own look-ups

    def onward(self, actor: Actor, now: int, purpose: str = "") -> "Scene":
        """Another act, later: areas and what loops remember are kept, the rest is asked anew."""
        return replace(self, actor=actor, now=now, purpose=purpose, _modes=None, _first={})

    def place(self, area_id: int) -> Place:
        """The area; raises NotFound."""
        if area_id not in self._places:
            self._read_places([area_id])
        if area_id not in self._places:
            raise NotFound(what=Word(N_("area")), value=area_id)
        return self._places[area_id]

    def answers(self, unit_id: int, topic: str) -> int | None:
        """The account that is first responsible for a unit and topic now, None if nobody is."""
        if unit_id not in self._first:
            self._first |= {unit_id: {}} | first_responsible_many([unit_id], self.now)
        seats = self._first[unit_id]
        return seats.get(topic) or seats.get("")

    def foresee(self, area_ids: Sequence[int]) -> None:
        """Look up many areas and who answers for them at once, before they are asked for."""
        self._read_places([a for a in dict.fromkeys(area_ids) if a not in self._places])
        units = {u for a in area_ids if a in self._places for u in self._places[a].units if u}
        if new := units - self._first.keys():
            self._first |= {unit: {} for unit in new} | first_responsible_many(new, self.now)

    def _read_places(self, area_ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            for n in range(0, len(area_ids), 500):
                part = area_ids[n : n + 500]
                cursor.execute(
                    "SELECT id, path, kind, community_id, street_id, district_id, city_id "
                    f"FROM registry_area WHERE id IN ({', '.join(['%s'] * len(part))})",
                    part,
                )
                for row in cursor.fetchall():
                    self._places[row[0]] = Place(row[0], row[1], row[2], tuple(row[3:7]))

    def mode(self, path: str) -> str:
        """The mode in force at a path now."""
        if self._modes is None:
            self._modes = declarations.active(self.now, exercise=self.actor.exercise)
        return next((mode for at, mode in self._modes if path.startswith(at)), Mode.PEACE.value)

    def loop(self, name: str) -> Loop:
        """The loop of that name."""
        return catalogue.get(name)

    def ticking(
        self, limit_set_id: int | None, stage: str, item_class: str, path: str
    ) -> limits.Ticking | None:
        """The clock of a stage under the set an item was opened with; None: no target."""
        if limit_set_id is None:
            return None
        return limits.clocks_of(limit_set_id).get((stage, item_class, self.mode(path)))

    def ticking_by_id(
        self, limit_set_id: int | None, clock_id: int | None
    ) -> limits.Ticking | None:
        """The very clock that an item runs by, whatever its stage and mode."""
        if limit_set_id is None or clock_id is None:
            return None
        clocks = limits.clocks_of(limit_set_id).values()
        return next((ticking for ticking in clocks if ticking.id == clock_id), None)

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name."""
        return office.named(name)


def scene(actor: Actor, now: int | None = None, purpose: str | None = None) -> Scene:
    """A fresh scene; the city's clock is asked unless a moment is given."""
    return Scene(actor, clock.now_s() if now is None else now, purpose or "")
