"""Which of thousands of choices are worth a closer look? The city as grids, in half a second each.

A stochastic metapopulation: each grid holds how many are susceptible, latent, presymptomatic and
ill; contacts within compound, community and city carry it on. Gates, reduced contacts and isolation
are followed; tracing, beds and deliveries are not. `engine.run` confirms what looks best here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City, mean_contacts
from linli.analysis.simulation.course import course_of
from linli.analysis.simulation.disease import LAYERS, Disease, Layer
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.policies import OUTSIDE, CloseCompounds, Isolate, Policy, Reduce
from linli.analysis.simulation.setting import Setting, beta_of
from linli.errors import N_, BadInput

NEAR = (Layer.COMMUNITY, Layer.SCHOOL, Layer.RESPONSE)
FAR = (Layer.WORK, Layer.CITY)


@dataclass(frozen=True)
class Sketch:
    """What a grid-level world came to."""

    infections: NDArray[np.int64]  # (days,)
    reports: NDArray[np.int64]  # (days,)
    by_compound: NDArray[np.int64]  # (compounds,)
    closed_person_days: float


@dataclass
class Screen:
    """A city's grids as the sketch reads them; made once, asked often."""

    setting: Setting
    grid_compound: NDArray[np.int64] = field(init=False)
    people: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        city = self.setting.city
        filled = np.diff(city.grid.start) > 0
        self._first = city.grid.start[:-1][filled]
        self.people = np.diff(city.grid.start)[filled]
        self.grid_compound = city.compound.of(self._first)
        self._compound_start = np.searchsorted(self.grid_compound, np.unique(self.grid_compound))
        community = city.community.of(self._first)
        self._community = np.unique(community, return_inverse=True)[1]
        self._community_start = np.searchsorted(self._community, np.arange(self._community[-1] + 1))
        self._compound = np.unique(self.grid_compound, return_inverse=True)[1]
        self._in_compound = np.add.reduceat(self.people, self._compound_start)
        self._in_community = np.add.reduceat(self.people, self._community_start)
        self._force, self._later_home = _force_of(city, self.setting.disease)

    def run(self, policies: Sequence[Policy], *, seed: int, n_days: int) -> Sketch:
        """Draw one world under some dated policies; raises BadInput for a trigger or a ladder."""
        _check(policies)
        seen = self.setting.observation
        rng = np.random.default_rng([seed, 1])
        n = self.people
        s = n.copy()
        first = rng.multivariate_hypergeometric(n, self.setting.first)
        s -= first
        # Shape (2, grids): who brought it home, and who caught it there.
        latent = np.stack([first, np.zeros_like(n)])
        before, ill = np.zeros_like(latent), np.zeros_like(latent)
        leave = [_leaving(d) for d in self._stages()]
        where = [self.setting.city.compounds_of(p.where)[self.grid_compound] for p in policies]
        reported_share = _ascertained(self.setting)
        all_new, all_seen, closed_days = [], [], 0.0
        by_grid = first.copy()
        for day in range(n_days):
            shares, gates, apart = self._shares(policies, where, day)
            home, out = self._spread(before + ill * (1 - apart), shares)
            force = home + out
            new = rng.binomial(s, -np.expm1(-force))
            at_home = rng.binomial(
                new, np.divide(home, force, out=np.zeros_like(home), where=force > 0)
            )
            moved = [rng.binomial(a, p) for a, p in zip((latent, before, ill), leave, strict=True)]
            s -= new
            latent += np.stack([new - at_home, at_home]) - moved[0]
            before += moved[0] - moved[1]
            ill += moved[1] - moved[2]
            by_grid += new
            period = seen.period(day)
            delay = max(1.0, period.onset_to_visit.mean_days + seen.result_days)
            all_new.append(int(new.sum()))
            all_seen.append((int(moved[1].sum()), delay))
            closed_days += float(n[gates].sum())
        by_compound = np.zeros(len(self.setting.city.compound), dtype=np.int64)
        np.add.at(by_compound, self.grid_compound, by_grid)
        reports = _reported(all_seen, reported_share, rng)
        return Sketch(np.array(all_new), reports, by_compound, closed_days)

    def _stages(self) -> tuple[float, float, float]:
        disease = self.setting.disease
        ill_days = max(0.5, disease.infectious.mean_days - disease.presymptomatic.mean_days)
        return (
            disease.latent.mean_days,
            disease.presymptomatic.mean_days,
            _felt_days(disease, ill_days),
        )

    def _shares(
        self, policies: Sequence[Policy], where: list[NDArray[np.bool_]], day: int
    ) -> tuple[dict[Layer, NDArray[np.float64]], NDArray[np.bool_], float]:
        shares = {layer: np.ones(len(self.people)) for layer in LAYERS}
        gates, apart = np.zeros(len(self.people), dtype=bool), 0.0
        for policy, held in zip(policies, where, strict=True):
            if not policy.is_on(day):
                continue
            if isinstance(policy, CloseCompounds):
                gates |= held
                said = {**dict.fromkeys(OUTSIDE, policy.leakage), Layer.COMPOUND: policy.within,
                        Layer.RESPONSE: policy.response}  # fmt: skip
            elif isinstance(policy, Reduce):
                said = dict(policy.layers)
            else:
                apart = max(apart, _kept_apart(self.setting, day))
                continue
            for layer, share in said.items():
                at = shares[layer]
                np.minimum(at, np.where(held, share, 1.0), out=at)
        return shares, gates, apart

    def _spread(
        self, infectious: NDArray[np.float64], shares: dict[Layer, NDArray[np.float64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The force of infection on each grid, at home and outside.

        In a home the first case leaves fewer to infect for those it infected.
        """
        at_home = infectious[0] + self._later_home * infectious[1]
        home = self._force[Layer.HOUSEHOLD] * at_home / self.people
        infectious = infectious.sum(axis=0)
        met = self._force[Layer.COMPOUND] * shares[Layer.COMPOUND] * infectious
        out = (np.add.reduceat(met, self._compound_start) / self._in_compound)[self._compound]
        for layer in NEAR:
            met = self._force[layer] * shares[layer] * infectious
            met = np.add.reduceat(met, self._community_start) / self._in_community
            out = out + met[self._community]
        for layer in FAR:
            met = self._force[layer] * shares[layer] * infectious
            out = out + float(met.sum()) / float(self.people.sum())
        return home, out


def _force_of(city: City, disease: Disease) -> tuple[dict[Layer, float], float]:
    """Infections a day by a first case of each layer, R0 in all; what is left for those at home.

    Where one case infects a share of those at home, another that it infected finds fewer.
    """
    met = mean_contacts(city)
    easily = np.array([disease.layers[la] for la in LAYERS])
    strength = course_of(disease, Observation()).strength.astype(float)
    days = np.arange(128)
    total = float(np.interp(disease.infectious.table(), days, disease.cumulative()).mean())
    x = beta_of(city, disease) * total
    caught = float(1 - np.exp(-x * easily[0] * strength).mean())
    each = met * easily * x
    each[0] = met[0] * caught
    left = (1 - caught) * max(0.0, met[0] - 1) / met[0] if met[0] else 0.0
    felt = disease.presymptomatic.mean_days + _felt_days(
        disease, max(0.5, disease.infectious.mean_days - disease.presymptomatic.mean_days)
    )
    each *= disease.r0 / each.sum() / felt
    return dict(zip(LAYERS, each.tolist(), strict=True)), left


def _felt_days(disease: Disease, ill_days: float) -> float:
    """How long somebody infects after onset, weighed by how much."""
    if len(disease.infectiousness) == 1:
        return ill_days
    weights = np.array(disease.infectiousness)
    day = np.arange(len(weights)) + 0.5
    after = day > disease.presymptomatic.mean_days
    if not after.any():
        return ill_days
    since = day[after] - disease.presymptomatic.mean_days
    return float(max(0.5, (since * weights[after]).sum() / weights[after].sum()))


def _leaving(mean_days: float) -> float:
    return 1.0 if mean_days <= 0 else float(-np.expm1(-1 / mean_days))


def _ascertained(setting: Setting) -> float:
    """The share of the infected that come to be reported."""
    years = np.bincount(setting.city.age, minlength=111)[:111] / setting.city.n_people
    decade = np.minimum(np.arange(111) // 10, 8)
    ill = float(np.array(setting.disease.symptomatic)[decade] @ years)
    seen = setting.observation
    found = 1 - (1 - seen.sensitivity) ** seen.most_tests
    return ill * seen.mild_seek * found


def _kept_apart(setting: Setting, day: int) -> float:
    """How much of the time ill is spent apart, of all who are ill."""
    delay = setting.observation.period(day).onset_to_visit.mean_days + 1
    ill_days = _felt_days(setting.disease, 5.0)
    return _ascertained(setting) * float(np.exp(-delay / max(ill_days, 0.5)))


def _reported(
    onsets: list[tuple[int, float]], share: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    found = np.zeros(len(onsets), dtype=np.int64)
    for day, (n, delay) in enumerate(onsets):
        seen = rng.binomial(n, share)
        at = day + rng.gamma(3.0, delay / 3.0, seen).astype(int)
        at = at[at < len(onsets)]
        found += np.bincount(at, minlength=len(onsets))
    return found


def _check(policies: Sequence[Policy]) -> None:
    for policy in policies:
        if not isinstance(policy, CloseCompounds | Reduce | Isolate):
            raise BadInput(
                N_("The sketch by grids does not know {kind}. Leave it out, or run the engine."),
                kind=policy.kind,
            )
        if policy.when is not None or (isinstance(policy, CloseCompounds) and policy.reopen):
            raise BadInput(
                N_("The sketch by grids takes dated policies only: {kind} waits for reports."),
                kind=policy.kind,
            )


def first_to_close(
    screen: Screen, policy: CloseCompounds, *, n: int, seeds: Sequence[int], n_days: int
) -> tuple[str, ...]:
    """Which compounds to close first, if only so many can be: those most infected by then.

    Of the sketch's worlds until the policy's day, by the infections expected in each compound.
    """
    names = screen.setting.city.compound.names
    if not 0 < n <= len(names):
        raise BadInput(N_("{n} compounds cannot be chosen of {all}."), n=n, all=len(names))
    until = min(n_days, max(1, policy.from_day))
    total = sum(screen.run((), seed=s, n_days=until).by_compound for s in seeds)
    worst = np.argsort(-np.asarray(total), kind="stable")[:n]
    return tuple(f"compound:{names[k]}" for k in worst)


def best_day(
    screen: Screen,
    policy: CloseCompounds,
    days: Sequence[int],
    *,
    seeds: Sequence[int],
    n_days: int,
) -> dict[int, float]:
    """Mean infections for each day a policy could begin: the price of waiting."""
    return {
        day: float(np.mean([
            screen.run((replace(policy, from_day=day),), seed=s, n_days=n_days).infections.sum()
            for s in seeds
        ]))
        for day in days
    }  # fmt: skip
