"""Who lives where, and with whom do they meet? People in households, grids, compounds, communities.

People are numbered so that a household, a grid, a compound, a community and a district each are one
range of numbers. What a policy closes, a round tests or a map colours is therefore a slice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.disease import LAYERS, Layer
from linli.errors import N_, BadInput, Phrase

NOWHERE = -1  # of people without a workplace or a school
SCOPES = ("grid", "compound", "community", "district")


class WrongCity(BadInput):
    """A city cannot be simulated; the sentence names what is wrong with it."""

    code = "wrong_city"
    sentence = N_("The city cannot be simulated: {reason}")


@dataclass(frozen=True)
class Contacts:
    """How many people somebody meets on a day, by layer; at home they meet all.

    Together with a household about 14 to 18 a day, as in the survey of Zhang et al. (2020),
    doi:10.1126/science.abb8001 (Wuhan before the epidemic: 14.6); the split is assumed.
    """

    compound: float = 2.0
    community: float = 2.0
    work: float = 5.0
    school: float = 9.0
    city: float = 4.0
    response: float = 15.0  # of a rider, volunteer or tester with people of their community

    def of(self, layer: Layer) -> float:
        """Meetings a day in a layer; for the household 0, since it is not drawn."""
        return 0.0 if layer is Layer.HOUSEHOLD else float(getattr(self, layer.value))


@dataclass(frozen=True, eq=False)
class Areas:
    """One level of areas: each is the range of people from its start to the next one's."""

    names: tuple[str, ...]
    start: NDArray[np.int64]  # shape (areas + 1,), the last is the number of people

    def __len__(self) -> int:
        return len(self.names)

    def of(self, person: NDArray) -> NDArray[np.int64]:
        """In which area each person lives."""
        return np.searchsorted(self.start, person, side="right") - 1


@dataclass(frozen=True, eq=False)
class City:
    """Everybody in a city. Arrays of people have shape (people,)."""

    age: NDArray[np.uint8]  # years
    household: NDArray[np.uint32]
    household_start: NDArray[np.uint32]  # shape (households + 1,)
    household_compound: NDArray[np.uint32]  # shape (households,)
    place: NDArray[np.int32]  # workplace or school class, NOWHERE without
    place_start: NDArray[np.uint32]  # into members; schools come first
    members: NDArray[np.uint32]  # people by place
    n_schools: int
    responder: NDArray[np.uint32]  # people who meet many households, by number
    household_floating: NDArray[np.bool_]  # living here without being registered here
    grid: Areas
    compound: Areas
    community: Areas
    district: Areas
    contacts: Contacts = field(default_factory=Contacts)

    def __post_init__(self) -> None:
        if not len(self.age):
            raise WrongCity(reason=Phrase(N_("it has no people. Give it some.")))

    @property
    def n_people(self) -> int:
        """How many people there are."""
        return len(self.age)

    @property
    def n_households(self) -> int:
        """How many households there are."""
        return len(self.household_compound)

    @property
    def floating(self) -> NDArray[np.bool_]:
        """Who lives here without being registered here."""
        return self.household_floating[self.household]

    @property
    def bytes_per_person(self) -> float:
        """What the city holds for each of its people, without what an epidemic adds."""
        arrays = [v for v in vars(self).values() if isinstance(v, np.ndarray)]
        arrays += [a.start for a in (self.grid, self.compound, self.community, self.district)]
        return sum(a.nbytes for a in arrays) / self.n_people

    def areas(self, scope: str) -> Areas:
        """The areas of a level, such as the compounds."""
        return getattr(self, scope)

    def compounds_of(self, where: tuple[str, ...]) -> NDArray[np.bool_]:
        """Which compounds lie in the areas named, such as ``community:C3``; all if none is."""
        if not where:
            return np.ones(len(self.compound), dtype=bool)
        chosen = np.zeros(len(self.compound), dtype=bool)
        for name in where:
            begin, end = self.range_of(name)
            first = self.compound.start[:-1]
            chosen |= (first < end) & (self.compound.start[1:] > begin)
        return chosen

    def range_of(self, name: str) -> tuple[int, int]:
        """The people of an area said as ``level:name``; raises WrongCity where there is none."""
        scope, colon, said = name.partition(":")
        if not colon or scope not in SCOPES:
            raise WrongCity(
                reason=Phrase(
                    N_("{name} names no area. Write it as {value}:NAME."),
                    name=name,
                    value=SCOPES[2],
                )
            )
        areas = self.areas(scope)
        at = self._index(scope).get(said)
        if at is None:
            raise WrongCity(
                reason=Phrase(
                    N_("there is no {scope} {said}. Check the name."), scope=scope, said=said
                )
            )
        return int(areas.start[at]), int(areas.start[at + 1])

    def _index(self, scope: str) -> Mapping[str, int]:
        return {name: n for n, name in enumerate(self.areas(scope).names)}


def mean_contacts(city: City) -> NDArray[np.float64]:
    """Contacts of an average person on a day, shape (layers,): what can be infected there.

    At home it is the number of others who live with an average person, not the household's size.
    """
    sizes = _sizes(city.household_start)
    found = np.zeros(len(LAYERS))
    found[0] = float((sizes * (sizes - 1)).sum()) / city.n_people
    placed = _sizes(city.place_start)
    for layer, sizes_of in (
        (Layer.SCHOOL, placed[: city.n_schools]),
        (Layer.WORK, placed[city.n_schools :]),
    ):
        met = (
            np.minimum(city.contacts.of(layer), sizes_of) * (sizes_of - 1) / np.maximum(sizes_of, 1)
        )
        found[LAYERS.index(layer)] = float((met * sizes_of).sum()) / city.n_people
    for layer in (Layer.COMPOUND, Layer.COMMUNITY, Layer.CITY):
        found[LAYERS.index(layer)] = city.contacts.of(layer)
    served = 2 * city.contacts.response * len(city.responder) / city.n_people
    found[LAYERS.index(Layer.RESPONSE)] = served
    return found


def _sizes(start: NDArray) -> NDArray[np.int64]:
    begin = start.astype(np.int64)
    return begin[1:] - begin[:-1]
