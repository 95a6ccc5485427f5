"""What would the days before have warned of? Two clusters of fevers at gates, and three nights.

The first cluster was decided upon in time. The second is where the cast lives: it stands on the
board on the demo's evening, and nobody has decided yet.
"""

from collections.abc import Callable
from datetime import date
from random import Random
from uuid import UUID

from linli import clock
from linli.demo.people_names import made_up
from linli.demo.staff import Staff
from linli.loops import catalogue
from linli.loops.acts import Open, act_many
from linli.loops.advance import advance
from linli.loops.opening import Opening
from linli.loops.warnings import known
from linli.policy.roles import Role
from linli.registry.areas import Area
from linli.registry.sites import Site, SiteKind
from linli.studies.warning import watch

HOUR = 3600
FIRST, SECOND = date(2020, 2, 6), date(2020, 2, 8)
N_FIRST, N_SECOND = 5, 8  # fevers at one gate in a day, in a city with three in all; assumed
NIGHTS = (date(2020, 2, 7), date(2020, 2, 9))  # each looks at the day before
DECIDED_ON = date(2020, 2, 7)
WHO = (Role.SECRETARY, Role.STREET_DUTY, Role.DISTRICT_COMMAND, Role.CITY_COMMAND)  # by tier
ACCEPTED = {"action": "investigate", "note": "Five from one market hall; tracers go there today."}
DISMISSED = {"cause": "known", "note": "Contacts of cases that are traced already."}


class Alarms:
    """Fevers at two gates, the nights that see them, and the morning on which one is decided."""

    def __init__(self, staff: Staff, home: str, *, seed: int, until: int) -> None:
        self.staff, self.home, self.until = staff, home, until
        self.dice = Random(f"{seed}/alarms")

    def timetable(self) -> list[tuple[int, Callable[[int], None]]]:
        """What happens at which moment, up to the evening."""
        works: list[tuple[int, Callable[[int], None]]] = [
            (clock.midnight_s(FIRST) + 11 * HOUR, self.first),
            (clock.midnight_s(SECOND) + 12 * HOUR, self.second),
            (clock.midnight_s(DECIDED_ON) + 9 * HOUR, self.decide),
        ]
        works += [(clock.midnight_s(day) + watch.AT_HOUR * HOUR, self.look) for day in NIGHTS]
        return [(at, work) for at, work in works if at < self.until]

    def first(self, at: int) -> None:
        """Some with a fever come to one gate far from where the cast lives."""
        gates = [path for path in self._gates() if not path.startswith(self.home[:8])]
        self._fevers(self.dice.choice(gates) if gates else "", N_FIRST, at)

    def second(self, at: int) -> None:
        """More come to the gate of the cast's community."""
        gates = [path for path in self._gates() if path.startswith(self.home)]
        self._fevers(gates[0] if gates else self.home, N_SECOND, at)

    def look(self, at: int) -> None:
        """Linli looks at the day before, as every night."""
        watch.chore(at, exercise=True)

    def decide(self, at: int) -> None:
        """Whoever answers accepts the first warning of fevers, and dismisses the others."""
        for item in known.undecided(exercise=True):
            accepts = item.signal == "gate_fevers"
            scene = self.staff.scene(WHO[item.tier], item.path, at)
            if scene is not None:
                form = ACCEPTED if accepts else DISMISSED
                advance(item.id, "accept" if accepts else "dismiss", scene, data=form)

    def _gates(self) -> list[str]:
        rows = Site.objects.filter(kind=SiteKind.GATE).order_by("id")
        return list(rows.values_list("path", flat=True))

    def _fevers(self, path: str, n: int, at: int) -> None:
        scene = self.staff.scene(Role.GATE_KEEPER, path, at)
        area = Area.objects.filter(path=path).first()
        if scene is None or area is None:
            return
        acts = []
        for _ in range(n):
            told = {
                "name": made_up(self.dice), "phone": f"+99930000{self.dice.randrange(10**4):04d}",
                "temperature_c": round(self.dice.uniform(37.3, 38.9), 1), "source": "gate",
            }  # fmt: skip
            uid = UUID(int=self.dice.getrandbits(128), version=4)
            opening = Opening(area.id, "fever", told, uid=uid, channel="visit")
            acts.append(Open(catalogue.get("fever"), opening, scene))
        act_many(acts)
