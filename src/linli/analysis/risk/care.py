"""How much care can be reached from a community? Staff shared among all who can reach them."""

import numpy as np
from scipy.spatial import cKDTree

from linli.analysis.risk.communities import Floats, to_metres
from linli.errors import N_, BadInput

PER_PEOPLE = 10_000
MINUTES = 15.0  # as the factor says
DOOR_TO_DOOR_KM_H = 12.0  # waits and ways on foot in it; assumed
REACH_M = MINUTES / 60 * DOOR_TO_DOOR_KM_H * 1000


def within_reach(
    points: Floats, population: Floats, sites: Floats, staff: Floats, *, reach_m: float = REACH_M
) -> Floats:
    """Staff within reach for 10,000 residents of each community, (n,); 0 where nobody is.

    Each site shares its staff among all who reach it, and a community adds up the shares of the
    sites it reaches: a big hospital that half the city leans on counts for little.

    Parameters
    ----------
    points, population
        Of communities: (n, 2) degrees, and (n,) people above 0.
    sites, staff
        Of sites: (m, 2) degrees, and (m,) people at work there, not below 0.
    reach_m
        How far is within reach, metres in a straight line.

    Raises
    ------
    BadInput
        For a site without a place, or with a number of staff that cannot be.

    Source
    ------
    Two-step floating catchment area: Luo and Wang (2003), Environment and Planning B 30:865.
    """
    if sites.shape != (len(staff), 2) or not np.isfinite(sites).all():
        raise BadInput(N_("A site of care has no place; give degrees or leave it out."))
    if not (np.isfinite(staff) & (staff >= 0)).all():
        raise BadInput(N_("The staff of a site of care is a number of 0 or more."))
    if not len(staff):
        return np.zeros(len(points))
    about = points.mean(axis=0)
    here, there = to_metres(points, about=about), to_metres(sites, about=about)
    near = cKDTree(here).query_ball_point(there, reach_m)  # of each site, its communities
    found = np.zeros(len(points))
    for people_at, n_staff in zip(near, staff, strict=True):
        if people_at:
            found[people_at] += n_staff / population[people_at].sum() * PER_PEOPLE
    return found
