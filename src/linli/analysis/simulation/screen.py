"""Which of thousands of choices are worth a closer look? A city as grids, a tenth of a second each.

A stochastic metapopulation: each grid holds how many are susceptible, latent, presymptomatic and
ill; contacts within compound, community and city carry it on. Gates, reduced contacts and isolation
are followed; tracing, beds and deliveries are not. `engine.run` confirms what looks best here.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City, mean_contacts
from linli.analysis.simulation.course import course_of
from linli.analysis.simulation.dice import Purpose, key_of
from linli.analysis.simulation.disease import LAYERS, Disease, Layer
from linli.analysis.simulation.first_case import beta_of
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.policies import OUTSIDE, CloseCompounds, Isolate, Policy, Reduce
from linli.analysis.simulation.setting import Setting
from linli.errors import N_, BadInput

WAIT_SHAPE = 3.0  # of the wait from onset to report; assumed


@dataclass(frozen=True)
class Sketch:
    """What a grid-level world came to."""

    infections: NDArray[np.int64]  # (days,)
    reports: NDArray[np.int64]  # (days,)
    by_compound: NDArray[np.int64]  # (compounds,)
    closed_person_days: float


Told = Callable[[int, int], None]  # worlds done, of


@dataclass
class Screen:
    """A city's grids as the sketch reads them; made once, asked often."""

    setting: Setting
    grid_compound: NDArray[np.int64] = field(init=False)
    people: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        city = self.setting.city
        filled = np.diff(city.grid.start) > 0
        first = city.grid.start[:-1][filled]
        self.people = np.diff(city.grid.start)[filled]
        self.grid_compound = city.compound.of(first)
        self._peopled, self._compound = np.unique(self.grid_compound, return_inverse=True)
        self._community = np.unique(city.community.of(first), return_inverse=True)[1]
        self._in_compound = np.bincount(self._compound, weights=self.people)
        self._in_community = np.bincount(self._community, weights=self.people)
        self._force, self._later_home = _force_of(city, self.setting.disease)
        self._reported_share = _ascertained(self.setting)

    def run(self, policies: Sequence[Policy], *, seed: int, n_days: int) -> Sketch:
        """Draw one world under some dated policies; raises BadInput for a trigger or a ladder.

        Chance is a hash, as in the engine: with the same seed, worlds are one until they differ.
        """
        from linli.analysis.simulation.screen_kernel import Grids, Rates, go_on

        _check(policies)
        rng = np.random.default_rng([seed, 1])
        first = rng.multivariate_hypergeometric(self.people, self.setting.first)
        open_, by_grid = self.people - first, first.copy()
        stages = np.zeros((len(self.people), 3, 2), dtype=np.int64)
        stages[:, 0, 0] = first
        leave = tuple(_leaving(d) for d in self._stages())
        rates = Rates(
            np.array([self._force[la] for la in LAYERS]), self._later_home, np.array(leave),
            *_tables(leave),
        )  # fmt: skip
        grids = Grids(
            self.people, self._compound, self._community, self._in_compound, self._in_community,
            int(self.people.sum()),
        )  # fmt: skip
        keys = np.array([key_of(seed, Purpose.SKETCH, day) for day in range(n_days)])
        infections, onsets = np.zeros(n_days, np.int64), np.zeros(n_days, np.int64)
        apart = self._apart(policies, n_days)
        where = [self.setting.city.compounds_of(p.where)[self._peopled] for p in policies]
        closed_days = 0.0
        for begin, end in _stretches(policies, n_days):
            some = slice(begin, end)
            shares, gates = self._shares(policies, where, begin)
            closed_days += float(self._in_compound[gates].sum()) * (end - begin)
            go_on(
                keys[some], grids, rates, open_, stages, shares, apart[some], infections[some],
                onsets[some], by_grid,
            )  # fmt: skip
        by_compound = np.zeros(len(self.setting.city.compound), dtype=np.int64)
        np.add.at(by_compound, self.grid_compound, by_grid)
        return Sketch(infections, self._reported(onsets, rng), by_compound, closed_days)

    def run_all(
        self,
        choices: Sequence[Sequence[Policy]],
        *,
        seeds: Sequence[int],
        n_days: int,
        threads: int = 1,
        told: Told | None = None,
    ) -> list[list[Sketch]]:
        """Draw a world of every choice on every seed: by choice, then by seed.

        ``threads``: how many compute; the result is the same. What ``told`` raises ends it.
        """
        for policies in choices:
            _check(policies)
        worlds = [(policies, seed) for policies in choices for seed in seeds]
        found: list[Sketch] = []
        with ThreadPoolExecutor(max(1, threads)) as pool:
            for sketch in pool.map(lambda w: self.run(w[0], seed=w[1], n_days=n_days), worlds):
                found.append(sketch)
                if told:
                    told(len(found), len(worlds))
        n = len(seeds)
        return [found[k * n : (k + 1) * n] for k in range(len(choices))]

    def _stages(self) -> tuple[float, float, float]:
        disease = self.setting.disease
        ill_days = max(0.5, disease.infectious.mean_days - disease.presymptomatic.mean_days)
        return (
            disease.latent.mean_days,
            disease.presymptomatic.mean_days,
            _felt_days(disease, ill_days),
        )

    def _apart(self, policies: Sequence[Policy], n_days: int) -> NDArray[np.float64]:
        """How much of the time ill is spent apart, by day."""
        isolates = [p for p in policies if isinstance(p, Isolate)]
        return np.array([
            _kept_apart(self.setting, day) if any(p.is_on(day) for p in isolates) else 0.0
            for day in range(n_days)
        ])  # fmt: skip

    def _shares(
        self, policies: Sequence[Policy], where: list[NDArray[np.bool_]], day: int
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Of contacts that go on, (layers, compounds with people), and which gates are kept."""
        shares = np.ones((len(LAYERS), len(self._peopled)))
        gates = np.zeros(len(self._peopled), dtype=bool)
        for policy, held in zip(policies, where, strict=True):
            if not policy.is_on(day) or isinstance(policy, Isolate):
                continue
            if isinstance(policy, CloseCompounds):
                gates |= held
                said: dict[Layer, float] = {
                    **dict.fromkeys(OUTSIDE, policy.leakage), Layer.COMPOUND: policy.within,
                    Layer.RESPONSE: policy.response,
                }  # fmt: skip
            elif isinstance(policy, Reduce):
                said = dict(policy.layers)
            for layer, share in said.items():
                at = shares[LAYERS.index(layer)]
                np.minimum(at, np.where(held, share, 1.0), out=at)
        return shares, gates

    def _reported(self, onsets: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """Reports by day: a share of the onsets, each after a wait."""
        n_days, seen = len(onsets), self.setting.observation
        found = np.zeros(n_days, dtype=np.int64)
        for day in np.flatnonzero(onsets).tolist():
            wait = max(1.0, seen.period(day).onset_to_visit.mean_days + seen.result_days)
            n = rng.binomial(onsets[day], self._reported_share)
            found[day:] += rng.multinomial(n, _waits(wait, n_days))[: n_days - day]
        return found


def _stretches(policies: Sequence[Policy], n_days: int) -> list[tuple[int, int]]:
    """From when until before when the same policies are on."""
    ends = {p.from_day for p in policies} | {p.until_day or 0 for p in policies}
    cuts = sorted({0, n_days} | {day for day in ends if 0 < day < n_days})
    return list(pairwise(cuts))


@lru_cache(maxsize=64)
def _waits(mean_days: float, n_days: int) -> NDArray[np.float64]:
    """The share that waits 0, 1, ... whole days; the last entry waits longer than the run."""
    from scipy.special import gammainc

    until = gammainc(WAIT_SHAPE, np.arange(n_days + 1) * WAIT_SHAPE / mean_days)
    return np.append(np.diff(until), 1 - until[-1])


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


@lru_cache(maxsize=8)
def _tables(leave: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Made once for a disease: how many of a few leave a stage, by chance."""
    from linli.analysis.simulation.screen_kernel import leaving

    return leaving(leave)


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
    choices = [(replace(policy, from_day=day),) for day in days]
    worlds = screen.run_all(choices, seeds=seeds, n_days=n_days)
    return {
        day: float(np.mean([sketch.infections.sum() for sketch in of]))
        for day, of in zip(days, worlds, strict=True)
    }
