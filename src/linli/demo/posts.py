"""Who works where? Posts in every unit, and made-up staff who hold them or stand in.

One post in each unit is first responsible, and every such post has a deputy, so that one name
answers at any moment. Roles are the words of ``linli.policy``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.demo.dice import generator
from linli.demo.frame import Frame
from linli.demo.people_names import Names, given_names, surnames
from linli.demo.places import Organisations
from linli.demo.tables import fact

MALE_SHARE = 0.35  # of community staff; assumed
STAFF_AGES = (23, 60)
PHONE_BASE = 999_2_00_00000000  # beside the residents' numbers; also of no country
SKILLS = ("first_aid", "driving", "medical", "counselling", "mediation", "repairs")
SKILL_SHARES = (0.30, 0.40, 0.05, 0.08, 0.10, 0.12)  # of staff; assumed
DISTRICT_DRIVERS = 4  # of its buses and ambulances; each street has one of its own; assumed
PER_UNIT = {  # block: (role, topic, first responsible)
    "city": (
        ("city_command", "", True), ("data_office", "", False), ("analyst", "", False),
        ("auditor", "", False), ("administrator", "", False), ("laboratory", "", False),
    ),
    "district": (
        ("district_command", "", True), ("data_office", "", False), ("tracer", "", False),
        *((("driver", "", False),) * DISTRICT_DRIVERS),
    ),
    "street": (
        ("street_duty", "", True), ("street_duty", "", False), ("clinician", "", False),
        ("gate_keeper", "", False), ("courier", "", False), ("driver", "", False),
    ),
    "community": (("secretary", "", True), ("community_desk", "", False)),
    "grid": (("grid_worker", "", False),),
}  # fmt: skip


@dataclass(frozen=True)
class Posts:
    """Seats; ``holder`` and ``deputy`` are row numbers of staff, -1 without a deputy."""

    role: NDArray
    area: NDArray
    topic: NDArray
    first_responsible: NDArray
    organisation: NDArray  # row number, -1: none
    holder: NDArray
    deputy: NDArray


@dataclass(frozen=True)
class Staff:
    """Made-up people who work for the city; ``skills`` are bits in the order of SKILLS."""

    male: NDArray
    surname: NDArray
    first: NDArray
    second: NDArray
    phone: NDArray
    college: NDArray
    certificate: NDArray
    skills: NDArray

    @property
    def names(self) -> Names:
        """Their names, as numbers of the table."""
        return Names(self.surname, self.first, self.second)

    def __len__(self) -> int:
        return len(self.male)


def posts_of(frame: Frame, organisations: Organisations) -> Posts:
    """The posts of every unit, and one for each organisation that does a part of the work."""
    columns: list[tuple[NDArray, ...]] = []
    for block, seats in PER_UNIT.items():
        for role, topic, first in seats:
            areas = frame.rows(block)
            columns.append(_seats(role, areas, np.full(len(areas), topic), first, -1))
    rows = np.arange(len(organisations.kind))
    columns.append(_seats("partner", organisations.area, organisations.topic, False, rows))
    roles, area, topics, leads, organisation = (
        np.concatenate(c) for c in zip(*columns, strict=True)
    )
    holder = np.arange(len(roles))
    deputy = np.full(len(roles), -1)
    deputy[leads] = len(roles) + np.arange(int(leads.sum()))
    return Posts(roles, area, topics, leads, organisation, holder, deputy)


def staff_of(frame: Frame, posts: Posts) -> Staff:
    """Somebody for every post and every deputy; qualifications at the published shares."""
    rng = generator(frame.seed, "staff")
    n = int(max(posts.holder.max(), posts.deputy.max())) + 1
    male = rng.random(n) < MALE_SHARE
    first, second = given_names(male, rng.integers(*STAFF_AGES, n), rng)
    skills = np.zeros(n, dtype=np.uint8)
    for bit, share in enumerate(SKILL_SHARES):
        skills[rng.random(n) < share] |= np.uint8(1 << bit)
    return Staff(
        male=male,
        surname=surnames(n, rng),
        first=first,
        second=second,
        phone=PHONE_BASE + np.arange(n),
        college=_share(n, fact("community_worker_college_pct"), rng),
        certificate=_share(n, fact("community_worker_certificate_pct"), rng),
        skills=skills,
    )


def _seats(
    role: str, areas: NDArray, topic: NDArray, first: bool, organisation: NDArray | int
) -> tuple[NDArray, ...]:
    n = len(areas)
    return (
        np.full(n, role),
        np.asarray(areas),
        topic,
        np.full(n, first),
        np.broadcast_to(np.asarray(organisation), n),
    )


def _share(n: int, percent: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.choice(n, size=round(n * percent / 100), replace=False)] = True
    return chosen
