"""Who is found with a fever at a gate, and what does a clinic make of those who come?"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any
from uuid import UUID

from linli.demo.people_names import made_up
from linli.demo.staff import Staff
from linli.loops import catalogue
from linli.loops.acts import Act, Open, Take
from linli.loops.opening import Opening
from linli.policy.roles import Role
from linli.registry.areas import Area
from linli.registry.sites import SiteKind

HOUR = 3600
AT_GATES = (0, 1, 2)  # fevers found at gates between two looks, in the whole city; assumed
SEEN, DECIDED = 0.6, 0.7  # chance at each look; assumed
EXCLUDED = 0.82  # of those seen; the others are cases that cannot be ruled out; assumed
DIAGNOSES = ("J06.9", "J11.1", "J20.9", "J03.9")  # ICD-10


class Fevers:
    """Gates and fever clinics: some come, some are seen, some turn out to be nothing."""

    def __init__(
        self, staff: Staff, sites: Mapping[str, Sequence[tuple[int, str, str]]], dice: Random
    ) -> None:
        self.staff, self.dice = staff, dice
        self.gates = [path for _, path, _ in sites.get(SiteKind.GATE, ())]

    def come(self, at: int) -> list[Act]:
        """Gate keepers find some; they know a name and a phone, and see nothing afterwards."""
        acts: list[Act] = []
        for _ in range(self.dice.choice(AT_GATES) if self.gates else 0):
            path = self.dice.choice(self.gates)
            scene = self.staff.scene(Role.GATE_KEEPER, path, at)
            area = Area.objects.filter(path=path).first()
            if scene is None or area is None:
                continue
            told = {
                "name": made_up(self.dice), "phone": f"+99930000{self.dice.randrange(10**4):04d}",
                "temperature_c": round(self.dice.uniform(37.3, 38.9), 1), "source": "gate",
            }  # fmt: skip
            uid = UUID(int=self.dice.getrandbits(128), version=4)
            opening = Opening(area.id, "fever", told, uid=uid, channel="visit")
            acts.append(Open(catalogue.get("fever"), opening, scene))
        return acts

    def see(self, fevers: Iterable[Any], at: int) -> list[Act]:
        """Clinicians look at some of those who wait, and say of some what it is."""
        acts: list[Act] = []
        for fever in fevers:
            scene = self.staff.scene(Role.CLINICIAN, fever.path, at)
            if scene is None or fever.opened_at >= at:
                continue
            if fever.stage == "found" and self.dice.random() < SEEN:
                acts.append(Take(fever.id, "examine", scene))
            elif fever.stage == "seen" and self.dice.random() < DECIDED:
                acts.append(self._decided(fever, scene))
        return acts

    def _decided(self, fever: Any, scene: Any) -> Act:
        if fever.person_id and self.dice.random() > EXCLUDED:
            form = {"person_id": fever.person_id, "disease": "covid19", "category": "fever"}
            return Take(fever.id, "open_case", scene, form)
        return Take(fever.id, "exclude", scene, {"diagnosis": self.dice.choice(DIAGNOSES)})
