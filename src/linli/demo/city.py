"""City W: a whole city as arrays, made from a plan, a scale and a seed; the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from linli.demo.frame import Areas, Frame, GridLinks, build_frame
from linli.demo.places import (
    Organisations,
    Resources,
    Sites,
    Vehicles,
    organisations_of,
    resources_of,
    sites_of,
    vehicles_of,
)
from linli.demo.plan import Plan
from linli.demo.posts import Posts, Staff, posts_of, staff_of
from linli.demo.quotas import Quotas, quotas_at
from linli.demo.residents import Residents, residents_by_district

DEMO_DAY = date(2020, 2, 9)


@dataclass(frozen=True)
class Fittings:
    """All of a city that does not grow with the scale, beside its areas."""

    organisations: Organisations
    sites: Sites
    vehicles: Vehicles
    resources: Resources
    posts: Posts
    staff: Staff


@dataclass(frozen=True)
class City:
    """A city: its frame, its fittings and its residents."""

    frame: Frame
    quotas: Quotas
    fittings: Fittings
    residents: Residents
    scale: float
    today: date

    @property
    def areas(self) -> Areas:
        """The areas, from the city down to compounds and grids."""
        return self.frame.areas

    @property
    def links(self) -> GridLinks:
        """Which share of a compound lies in which grid."""
        return self.frame.links

    def people_by_area(self) -> NDArray:
        """How many people live in each area, compounds and grids too."""
        return people_by_area(self.frame, self.residents)


def build_city(
    plan: Plan,
    *,
    scale: float,
    seed: int,
    today: date = DEMO_DAY,
    whole: Sequence[str] = (),
    frame: Frame | None = None,
) -> City:
    """Make up a city; ``whole`` names communities that get all their people at any scale.

    ``frame``: the areas of the same plan and seed, where they have been made before.
    """
    frame = frame or build_frame(plan, seed=seed)
    quotas = quotas_at(frame, scale=scale, whole=whole)
    parts = [r for _, r in residents_by_district(frame, quotas, today=today)]
    return City(
        frame=frame,
        quotas=quotas,
        fittings=build_fittings(frame),
        residents=Residents.joined(parts),
        scale=scale,
        today=today,
    )


def build_fittings(frame: Frame) -> Fittings:
    """Sites, vehicles, resources, posts and staff of a frame."""
    organisations = organisations_of(frame)
    sites = sites_of(frame, organisations)
    posts = posts_of(frame, organisations)
    return Fittings(
        organisations=organisations,
        sites=sites,
        vehicles=vehicles_of(frame, sites),
        resources=resources_of(frame),
        posts=posts,
        staff=staff_of(frame, posts),
    )


def people_by_area(frame: Frame, residents: Residents) -> NDArray:
    """How many of these residents live in each area of the city.

    Streets, districts and the city are sums of their communities; compounds and grids are
    counted from the households themselves.
    """
    n = len(frame.areas)
    size = residents.household_size
    count = np.zeros(n)
    home = residents.building_area[residents.household_building]
    for at in (residents.household_community, residents.household_grid):
        count += np.bincount(at, weights=size, minlength=n)
    in_compound = home >= frame.blocks["compound"].start
    count += np.bincount(home[in_compound], weights=size[in_compound], minlength=n)
    for block in ("community", "street", "district"):
        rows = frame.rows(block)
        np.add.at(count, frame.areas.parent[rows], count[rows])
    return count.astype(np.int64)
