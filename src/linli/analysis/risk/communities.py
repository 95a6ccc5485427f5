"""What is known of each community? Arrays, one row a community; what is missing stays missing."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput, Word
from linli.geo import METRES_PER_DEGREE

Floats = NDArray[np.float64]


class WrongCommunity(BadInput):
    """What is told of a community cannot be true; the sentence names it and the remedy."""

    code = "wrong_community"
    sentence = N_("{community}: {reason}")


@dataclass(frozen=True)
class Communities:
    """Communities and their factors.

    ``points``: (n, 2), longitude and latitude in degrees. ``population``: people, above 0.
    ``values``: (n, factors), NaN where missing. ``area_km2``: NaN where unknown.
    """

    ids: tuple[str, ...]
    points: Floats
    population: Floats
    factors: tuple[str, ...]
    values: Floats
    names: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    area_km2: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        n = len(self.ids)
        if self.points.shape != (n, 2) or self.population.shape != (n,):
            raise BadInput(N_("There must be one point and one population a community."))
        if self.values.shape != (n, len(self.factors)):
            raise BadInput(
                N_("values has shape {shape}; it needs {n} communities and {factors} factors."),
                shape=self.values.shape,
                n=n,
                factors=len(self.factors),
            )
        if n == 0:
            raise BadInput(N_("There are no communities; add one line each."))
        self._check()

    def _check(self) -> None:
        seen: set[str] = set()
        for at, one in enumerate(self.ids, start=1):
            if not one:
                raise WrongCommunity(
                    community=f"#{at}", reason=Word(N_("the id is empty; name the community."))
                )
            if one in seen:
                raise WrongCommunity(
                    community=one,
                    reason=Word(N_("the id is there twice; give each community its own.")),
                )
            seen.add(one)
        for row in np.flatnonzero(~((self.population > 0) & np.isfinite(self.population))):
            reason = Word(N_("nobody lives there, so nothing can be told a head; leave it out, or "
                             "give its population."))  # fmt: skip
            raise WrongCommunity(community=self.ids[row], reason=reason)
        inside = (np.abs(self.points) <= np.array([180.0, 90.0])).all(axis=1)
        for row in np.flatnonzero(~inside):
            reason = Word(N_("its longitude and latitude are no place on earth; give degrees."))
            raise WrongCommunity(community=self.ids[row], reason=reason)
        for row, factor in np.argwhere(np.isinf(self.values) | (self.values < 0)):
            wrong = BadInput(
                N_("{factor} is {value}; write a number of 0 or more, or leave it empty."),
                factor=self.factors[factor],
                value=f"{self.values[row, factor]:g}",
            )
            raise WrongCommunity(community=self.ids[row], reason=wrong)

    def __len__(self) -> int:
        return len(self.ids)

    def name(self, at: int) -> str:
        """What a community is called, or its id."""
        return self.names[at] if self.names and self.names[at] else self.ids[at]

    def column(self, factor: str) -> Floats:
        """One factor, (n,); all missing where the table has no such column."""
        if factor not in self.factors:
            return np.full(len(self), np.nan)
        return self.values[:, self.factors.index(factor)]

    @cached_property
    def metres(self) -> Floats:
        """Points on a plane in metres, (n, 2): exact to 0.1 % within a city."""
        return to_metres(self.points, about=self.points.mean(axis=0))


def to_metres(points: Floats, *, about: Floats) -> Floats:
    """Longitude and latitude on a plane in metres around a point."""
    east = np.cos(np.radians(about[1]))
    return (points - about) * METRES_PER_DEGREE * np.array([east, 1.0])
