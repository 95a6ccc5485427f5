"""Does the agent model, given a fitted epidemic, bring back the reports that it was fitted to?

`calibrate` fits a city without households, compounds or persons. Here draws of its posterior are
run person by person, and what an observer would have announced is held against what was announced
and against what the fit foretells. Where the two part, a city's structure does not bear it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation import calibrate
from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.calibrate import FLOOR, LATE, SLOWER, SPREAD, START, TESTED
from linli.analysis.simulation.calibrate_agents import FIRST_DAY, Drawn, as_agents, generation_of
from linli.analysis.simulation.calibrate_kernel import WAIT_STEPS
from linli.analysis.simulation.city import City
from linli.analysis.simulation.engine import Run, run
from linli.analysis.simulation.epidemic_model import Model
from linli.analysis.simulation.state import NOT_YET
from linli.errors import N_, BadInput

Floats = NDArray[np.float64]
LEAST_PEOPLE = 20_000
LEAST_WORLDS = 2
CITY_SEED = 1
HALF = 0.5  # of a period's days
MOST_OPEN = 1.5  # a period may begin with more than its own contacts bring about
LEAST_OPEN = 0.02  # of a home; below it little can be told
TUNING_SEED = 1_000_001  # other worlds than those that are told


def refuse(model: Model, *, worlds: int, people: int) -> None:
    """Raise BadInput for fewer than two worlds, or a city too small for the early cases."""
    if worlds < LEAST_WORLDS:
        raise BadInput(N_("{n} worlds check nothing. Give {least} or more."), n=worlds,
                       least=LEAST_WORLDS)  # fmt: skip
    if not LEAST_PEOPLE <= people <= model.people:
        raise BadInput(
            N_("A city of {n} people cannot stand for this epidemic. Give {least} to {most}."),
            n=people, least=LEAST_PEOPLE, most=int(model.people),
        )  # fmt: skip


@dataclass(frozen=True)
class Homes:
    """How far homes are used up. Arrays: (periods,).

    ``open``: of those who live with a case, the share who can still be infected, found by runs.
    ``first_ratio``: R of the agents over R of the fit if homes were all open, as first cases find
    them: what would be off without it.
    """

    open: Floats
    first_ratio: Floats


@dataclass(frozen=True)
class Check:
    """What the agents did, beside the fit and what was announced; (worlds, days or periods).

    ``agents`` and ``fit``: reports as they might have been counted, in the model's number of
    people. ``r_agents`` and ``r_fit``: R of each period; ``floors``: in which the agents'
    households alone infect more than the fit allows.
    """

    announced: Floats  # (days,): NaN where no number was published
    agents: Floats
    fit: Floats
    agents_infections: Floats
    fit_infections: Floats
    r_agents: Floats
    r_fit: Floats
    floors: NDArray[np.bool_]
    homes: Homes
    n_people: int
    periods: tuple[int, ...]  # their first days

    def within(self, worlds: Floats, q: tuple[float, float]) -> float:
        """The share of the announced numbers that lie within a band of worlds."""
        known, seen = steps(self.announced, worlds)
        low, high = np.quantile(seen, q, axis=0)
        return float(((low <= known) & (known <= high)).mean())

    def ratio(self, worlds: Floats) -> tuple[float, float, float]:
        """All reports of the worlds over all that were announced: 5 %, 50 % and 95 %."""
        known, seen = steps(self.announced, worlds)
        low, middle, high = np.quantile(seen.sum(axis=1) / known.sum(), [0.05, 0.5, 0.95])
        return float(low), float(middle), float(high)

    @property
    def gap(self) -> Floats:
        """R of the agents less R of the fit, 5 %, 50 % and 95 % by period, shape (3, periods)."""
        return np.quantile(self.r_agents - self.r_fit, [0.05, 0.5, 0.95], axis=0)


def steps(announced: Floats, worlds: Floats) -> tuple[Floats, Floats]:
    """Announced numbers, and the worlds on the same days; a gap is part of the next number."""
    known = np.flatnonzero(np.isfinite(announced))
    begin = np.append(known[:1], known[:-1] + 1)
    total = np.pad(np.cumsum(worlds, axis=1), ((0, 0), (1, 0)))
    return announced[known], total[:, known + 1] - total[:, begin]


def check(
    found: calibrate.Posterior,
    reports: Floats,
    rng: np.random.Generator,
    *,
    worlds: int = 40,
    people: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Check:
    """Run draws of a posterior in the agent model, one world each.

    Parameters
    ----------
    reports
        What was fitted: new reports by day, NaN where nothing was published.
    people
        Of the simulated city; the model's if none is given. In a smaller one everything is scaled,
        and chance weighs more.

    Raises
    ------
    BadInput
        For fewer than two worlds, or a city too small for the early cases.
    """
    model = found.model
    n_people = int(model.people) if people is None else people
    refuse(model, worlds=worlds, people=n_people)
    city = build(even_grids(n_people), CityPlan(), np.random.default_rng(CITY_SEED))
    some = rng.choice(len(found.draws), worlds, replace=len(found.draws) < worlds)
    n_days, scale = len(reports), model.people / n_people
    seen, infections, r_agents, floors = [], [], [], []
    r_fit = found.r_of_draws()[some]
    middle = drawn_of(model, np.median(found.draws, axis=0))
    homes = tuned(model, city, middle, n_days=n_days)
    for k, n in enumerate(some):
        drawn = drawn_of(model, found.draws[n])
        got, ran, floor = announce(
            model, city, drawn, rng, n_days=n_days, seed=k + 1, open_homes=homes.open
        )
        seen.append(counted(got * scale + FLOOR, found.draws[n, SPREAD], rng))
        infections.append(infections_of(ran, n_days) * scale)
        r = ratio_of_r(model, infections[-1], found.infections[n])
        r_agents.append(r_fit[k] * r)
        floors.append(floor)
        if told:
            told(k + 1, worlds)
    fit = np.array([counted(found.reports[n], found.draws[n, SPREAD], rng) for n in some])
    return Check(
        reports, np.array(seen), fit, np.array(infections), found.infections[some],
        np.array(r_agents), r_fit, np.array(floors), homes, n_people,
        model.periods,
    )  # fmt: skip


def tuned(
    model: Model, city: City, drawn: Drawn, *, n_days: int, rounds: int = 4, worlds: int = 2
) -> Homes:
    """How many at home can still be infected in each period: by runs of one draw.

    A first case finds all of its home open, a later one does not: who was infected at home has
    housemates who are infected too. What the runs lack of R is what homes lack.
    """
    fit = calibrate.simulate_natural(model, drawn.natural, n_days)[1][0]
    homes, ratios = np.ones(len(model.periods)), []
    for k in range(rounds):
        agents = as_agents(model, city, drawn, n_days=n_days, open_homes=homes)
        seeds = [TUNING_SEED + k * worlds + m for m in range(worlds)]
        ran = [run(agents.setting, seed=seed, n_days=n_days) for seed in seeds]
        course = np.mean([infections_of(one, n_days) for one in ran], axis=0)
        ratios.append(ratio_of_r(model, course, fit))
        wanted, outside, first_home = (
            by_period(model, v) for v in (agents.wanted, agents.outside, agents.first_home)
        )
        homes = np.clip((ratios[-1] * wanted - outside) / first_home, LEAST_OPEN, MOST_OPEN)
    return Homes(homes, ratios[0])


def by_period(model: Model, by_day: NDArray[Any]) -> Floats:
    """The mean of each period's days."""
    return np.array([part.mean() for part in np.split(by_day, model.periods[1:])])


def drawn_of(model: Model, draw: Floats) -> Drawn:
    """One draw by the names of its parameters."""
    return Drawn(
        contact=draw[: model.n_r], tested=float(draw[TESTED]), start=float(draw[START]),
        slower=float(draw[SLOWER]), slower_late=float(draw[LATE]),
    )  # fmt: skip


def announce(
    model: Model,
    city: City,
    drawn: Drawn,
    rng: np.random.Generator,
    *,
    n_days: int,
    seed: int,
    open_homes: Floats | None = None,
) -> tuple[Floats, Run, NDArray[np.bool_]]:
    """One world of agents: what would have been announced by day, the world, and the floors.

    The floors are the periods in which households mostly infect more than the draw allows.
    """
    agents = as_agents(model, city, drawn, n_days=n_days, open_homes=open_homes)
    ran = run(agents.setting, seed=seed, n_days=n_days)
    columns = ran.state.infected.columns()
    here = columns["reported"] != NOT_YET
    here &= rng.random(len(here)) < agents.stays(columns["onset"] - FIRST_DAY)
    day = columns["reported"][here] - FIRST_DAY
    return (
        _announced(model, drawn, day.astype(float), rng, n_days),
        ran,
        by_period(model, agents.at_floor) > HALF,
    )


def _announced(
    model: Model, drawn: Drawn, came: Floats, rng: np.random.Generator, n_days: int
) -> Floats:
    """When those who came to care were counted: by a test, or by signs while these counted."""
    tested = rng.random(len(came)) < drawn.tested
    waits = model.wait_days(model.first_report) * drawn.slower / WAIT_STEPS
    early = tested & (came < model.first_report)
    came = came + 0.5  # in the middle of the day
    at = np.where(early, model.first_report + rng.exponential(waits, len(came)), came)
    begin, end = model.clinical
    signs = np.maximum(came, begin) + rng.exponential(model.clinical_days, len(came))
    at = np.where(tested, at, np.where(signs < end, signs, np.inf))
    inside = at[(at >= 0) & (at < n_days)]
    return np.bincount(inside.astype(int), minlength=n_days).astype(float)


def counted(expected: Floats, size: float, rng: np.random.Generator) -> Floats:
    """Reports as they might have been counted, with the noise that the fit found."""
    return rng.negative_binomial(size, size / (size + expected)).astype(float)


def infections_of(ran: Run, n_days: int) -> Floats:
    """New infections of each day since the model's first."""
    at = ran.state.infected.columns()["at"].astype(int) - FIRST_DAY
    return np.bincount(at[at >= 0], minlength=n_days)[:n_days].astype(float)


def ratio_of_r(model: Model, agents: Floats, fit: Floats) -> Floats:
    """R of the agents over R of the fit by period, read from both courses in the same way.

    Infections of a period over those expected of the ones before, if each infected as many as the
    other: the renewal equation with the model's own generation times.
    """
    n_days = len(fit)
    weight = generation_of(model)
    ends = (*model.periods[1:], n_days)
    found = []
    for begin, end in zip(model.periods, ends, strict=True):
        begin = max(begin, 1)
        rate = []
        for course in (agents, fit):
            force = np.convolve(course, weight)[:n_days]
            rate.append(course[begin:end].sum() / max(force[begin:end].sum(), 1e-9))
        found.append(rate[0] / max(rate[1], 1e-9))
    return np.array(found)
