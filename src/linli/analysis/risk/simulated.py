"""Cities with a known truth, to see whether a score finds it: factors cause cases, by choice.

Made for tests and for the validation page, never for advice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from linli.analysis.risk.communities import Communities, Floats
from linli.analysis.risk.importation import Sources
from linli.analysis.risk.model import IMPORTATION, Model

CENTRE = np.array([114.26, 30.6])
SPREAD_DEG = 0.08
SIDE = 4  # districts a side


@dataclass(frozen=True)
class Simulated:
    """A city before and after the split, and the rates that made the cases."""

    communities: Communities
    sources: Sources
    before: Floats
    after: Floats
    rate: Floats


def city(
    model: Model,
    *,
    n: int,
    seed: int,
    effects: Mapping[str, float],
    near: float,
    per_person: float = 2e-3,
    noise: float = 0.4,
) -> Simulated:
    """A city of n communities around a source.

    ``effects``: on the logarithm of the rate, a spread of the factor; ``near``: of closeness to
    the source within 3 km; ``per_person``: mean rate of the second period, the first has a
    quarter; ``noise``: standard deviation of what nothing explains.
    """
    dice = np.random.default_rng(seed)
    points = CENTRE + dice.normal(0, SPREAD_DEG, (n, 2))
    districts = _districts(points)
    factors = [f.id for f in model.factors if f.id != IMPORTATION]
    latent = dice.standard_normal((len(set(districts)), len(factors))) * 0.5
    at = np.unique(np.asarray(districts), return_inverse=True)[1]
    z = latent[at] + dice.standard_normal((n, len(factors)))
    values = np.column_stack(
        [(z[:, m] > 0.8).astype(float) if name.startswith("no_") else np.exp(2.5 + 0.4 * z[:, m])
         for m, name in enumerate(factors)]
    )  # fmt: skip
    population = np.round(np.exp(dice.normal(8.0, 0.4, n))).astype(np.float64)
    apart_km = np.hypot(*((points - CENTRE) * np.array([95.7, 111.2])).T)
    push = near * np.exp(-apart_km / 3)
    for name, effect in effects.items():
        factor = next(f for f in model.factors if f.id == name)
        push = push + effect * z[:, factors.index(name)] * (1 if factor.higher else -1)
    raw = np.exp(push + noise * dice.standard_normal(n))
    rate = raw * per_person / np.average(raw, weights=population)
    before = dice.poisson(population * rate / 4).astype(float)
    after = dice.poisson(population * rate).astype(float)
    communities = Communities(
        ids=tuple(f"c{m:05d}" for m in range(n)),
        points=points,
        population=population,
        factors=tuple(factors),
        values=values,
        districts=tuple(districts),
        area_km2=np.exp(dice.normal(-1, 0.8, n)),
    )
    sources = Sources(np.array([CENTRE]), np.array([100.0]))
    return Simulated(communities, sources, before, after, rate)


def _districts(points: Floats) -> list[str]:
    share = (points - points.min(axis=0)) / np.ptp(points, axis=0)
    cell = np.minimum((share * SIDE).astype(int), SIDE - 1)
    return [f"d{x}{y}" for x, y in cell]
