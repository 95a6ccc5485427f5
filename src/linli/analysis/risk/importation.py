"""How much infection reaches a community from elsewhere? A sum over sources, by distance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.risk.communities import Communities, Floats, to_metres
from linli.analysis.risk.model import Kernel
from linli.errors import N_, BadInput

POWER = 2.0  # exponent of the power kernel, as in the gravity of commuting
ROWS_AT_ONCE = 2_000_000  # pairs held in memory at a time


@dataclass(frozen=True)
class Sources:
    """Where cases are: ``points`` (m, 2) in degrees, ``cases`` (m,), not below 0.

    ``flow``: (n, m) people going from a source to a community in a day, where that is known; then
    it takes the place of the kernel. ``home``: (m,) the community a source is, or -1.
    """

    points: Floats
    cases: Floats
    flow: Floats | None = None
    home: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.points.shape != (len(self.cases), 2):
            raise BadInput(N_("There must be one point a source of infection."))
        if not np.isfinite(self.points).all():
            raise BadInput(N_("A source of infection has no place; give degrees or leave it out."))
        if not (np.isfinite(self.cases) & (self.cases >= 0)).all():
            raise BadInput(N_("Cases are numbers of 0 or more. Correct them, or leave them out."))


def decay(distance_m: Floats, kernel: Kernel, *, stretch: float = 1.0) -> Floats:
    """Share of its force that a source keeps at a distance; 1 at none.

    exponential exp(-d/r), gaussian exp(-d^2/2r^2), power (1+d/r)^-2; r is reach x stretch.
    """
    far = distance_m / (kernel.reach_m * stretch)
    if kernel.form == "exponential":
        return np.exp(-far)
    if kernel.form == "gaussian":
        return np.exp(-0.5 * far**2)
    return (1.0 + far) ** -POWER


def importation(
    communities: Communities, sources: Sources, kernel: Kernel, *, stretch: float = 1.0
) -> Floats:
    """Cases that reach each community, (n,): sum over sources of cases x kernel, or x flow.

    A community's own cases are not imported: they are left out where ``home`` says so.
    """
    n = len(communities)
    out = np.zeros(n)
    cases = sources.cases
    if sources.flow is not None:
        if sources.flow.shape != (n, len(cases)):
            raise BadInput(N_("flow needs a row a community and a column a source."))
        share = sources.flow / np.maximum(communities.population[:, None], 1.0)
        out = share @ cases
    else:
        about = communities.points.mean(axis=0)
        there = to_metres(sources.points, about=about)
        here = communities.metres
        step = max(1, ROWS_AT_ONCE // max(1, len(cases)))
        for at in range(0, n, step):
            apart = np.hypot(
                here[at : at + step, None, 0] - there[None, :, 0],
                here[at : at + step, None, 1] - there[None, :, 1],
            )
            out[at : at + step] = decay(apart, kernel, stretch=stretch) @ cases
    if sources.home is not None:
        own = sources.home >= 0
        keep = np.ones(own.sum()) if sources.flow is None else _own_share(communities, sources, own)
        np.subtract.at(out, sources.home[own], cases[own] * keep)
        np.maximum(out, 0.0, out=out)
    return out


def _own_share(communities: Communities, sources: Sources, own: NDArray[np.bool_]) -> Floats:
    assert sources.flow is not None
    assert sources.home is not None
    home = sources.home[own]
    share: Floats = sources.flow[home, np.flatnonzero(own)] / communities.population[home]
    return share
