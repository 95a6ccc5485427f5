"""What is simulated: a city, a disease, policies and what is seen; checked, and made ready once."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City
from linli.analysis.simulation.course import Course, course_of, tables_of
from linli.analysis.simulation.dice import S11, TO_UNIT, Purpose, bits, key_of
from linli.analysis.simulation.disease import LAYERS, Disease
from linli.analysis.simulation.first_case import beta_of
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.policies import (
    Deliver,
    Isolate,
    Policy,
    Quarantine,
    Trace,
    Vaccinate,
    WrongPolicy,
)
from linli.errors import N_, BadInput, Phrase

if TYPE_CHECKING:
    from linli.analysis.simulation.start import Start

PEOPLE_AT_ONCE = 1_000_000
ALONE = (Isolate, Quarantine, Trace, Vaccinate, Deliver)  # at most one of each at a time


@dataclass(frozen=True)
class Setting:
    """All a world needs but its seed."""

    city: City
    disease: Disease
    policies: tuple[Policy, ...] = ()
    observation: Observation = field(default_factory=Observation)
    first: int = 20  # infected at the start
    imported_a_day: float = 0.0  # infected elsewhere
    beta: float | None = None  # infected by one contact a day; None: from the disease's R0
    start: "Start | None" = None  # what is known today, instead of ``first``

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.city.n_people:
            raise BadInput(
                N_("{n} infected at the start do not fit a city of {people}. Give 0 to that."),
                n=self.first, people=self.city.n_people,
            )  # fmt: skip
        if not self.imported_a_day >= 0:
            raise BadInput(
                N_("{n} imported a day is below 0. Give 0 or more."), n=self.imported_a_day
            )
        for kind in ALONE:
            if sum(isinstance(p, kind) and p.until_day is None for p in self.policies) > 1:
                raise WrongPolicy(
                    policy=kind.kind,
                    entry="until",
                    reason=Phrase(N_("stands twice with no end. Give one.")),
                )
        for policy in self.policies:
            self.city.compounds_of(policy.where)

    @property
    def first_day(self) -> int:
        """The day on the run's axis on which it begins: those before are remembered only."""
        return self.start.first_day if self.start is not None else 0

    @cached_property
    def prepared(self) -> "Prepared":
        """What every world of this setting shares."""
        return Prepared(self)


def prepare_together(settings: Sequence[Setting]) -> None:
    """Make settings ready; what their policies do not touch is made once for all alike."""
    for n, setting in enumerate(settings):
        if "prepared" not in setting.__dict__:
            bare = replace(setting, policies=())
            like = next((s for s in settings[:n] if replace(s, policies=()) == bare), None)
            made = like.prepared.for_policies(setting) if like else Prepared(setting)
            setting.__dict__["prepared"] = made
        for k, policy in enumerate(setting.policies):
            if isinstance(policy, Vaccinate):
                setting.prepared.rank(setting.city, k, policy)


class Prepared:
    """The city and the disease as the kernel reads them; made once."""

    def __init__(self, setting: Setting) -> None:
        from linli.analysis.simulation.kernel import Places

        city = setting.city
        self.course: Course = course_of(setting.disease, setting.observation)
        less = np.float32(setting.disease.asymptomatic_infectiousness)
        self.strength = np.concatenate([self.course.strength, self.course.strength * less])
        self.tables = tables_of(self.course, setting.observation)
        self.beta = setting.beta if setting.beta is not None else beta_of(city, setting.disease)
        self.where = tuple(city.compounds_of(p.where) for p in setting.policies)
        community = city.community.of(city.compound.start[:-1])
        is_responder = np.zeros(city.n_people // 8 + 1, dtype=np.uint8)
        np.bitwise_or.at(
            is_responder, city.responder >> 3, (1 << (city.responder & 7)).astype(np.uint8)
        )
        responder_start = np.searchsorted(city.responder, city.community.start)
        self.places = Places(
            city.age, city.household, city.household_start, city.household_compound, city.place,
            city.place_start, city.members, city.n_schools, city.compound.start, community,
            city.community.start, city.responder,
            responder_start, is_responder,
            np.diff(responder_start) / np.maximum(1, np.diff(city.community.start)),
        )  # fmt: skip
        self.contacts = np.array([city.contacts.of(la) for la in LAYERS])
        self.weight = np.array([setting.disease.layers[la] for la in LAYERS])
        self.cumulative = setting.disease.cumulative()
        self.people = np.diff(city.compound.start)
        self.homes = np.bincount(city.household_compound, minlength=len(city.compound))
        self._rank: dict[tuple[tuple[str, ...], float], NDArray[np.int32]] = {}

    def for_policies(self, setting: Setting) -> "Prepared":
        """The same for a setting that differs in its policies only."""
        other = copy(self)
        other.where = tuple(setting.city.compounds_of(p.where) for p in setting.policies)
        return other

    def rank(self, city: City, n: int, policy: Vaccinate) -> NDArray[np.int32]:
        """Who is vaccinated before whom: the oldest first, those out of reach never."""
        asked = (policy.where, policy.reach)
        if asked not in self._rank:
            self._rank[asked] = _queue_of(city, self.where[n], policy)
        return self._rank[asked]


def _queue_of(city: City, where: NDArray[np.bool_], policy: Vaccinate) -> NDArray[np.int32]:
    """The place of each person in the queue; the largest number for those out of reach."""
    key = key_of(0, Purpose.QUEUE)
    rank = np.full(city.n_people, np.iinfo(np.int32).max, dtype=np.int32)
    reached = np.zeros(city.n_people, dtype=bool)
    for first in range(0, city.n_people, PEOPLE_AT_ONCE):
        some = slice(first, min(first + PEOPLE_AT_ONCE, city.n_people))
        luck = (bits(key, np.arange(some.start, some.stop)) >> S11) * TO_UNIT
        reached[some] = where[city.household_compound[city.household[some]]]
        reached[some] &= luck < policy.reach
    older = np.bincount(city.age[reached], minlength=256)[::-1].cumsum()[::-1]
    ahead = np.append(older[1:], 0)  # of each age: how many are older
    for first in range(0, city.n_people, PEOPLE_AT_ONCE):
        who = first + np.flatnonzero(reached[first : first + PEOPLE_AT_ONCE])
        age = city.age[who]
        order = np.argsort(age, kind="stable")
        n_of = np.bincount(age, minlength=256)
        within = np.arange(len(who)) - np.repeat(np.cumsum(n_of) - n_of, n_of)
        rank[who[order]] = ahead[age[order]] + within
        ahead += n_of
    return rank
