"""Which choice is better, by how much, and how sure is that? Choices side by side on the same dice.

Each seed is run for every choice, so that luck is shared and differences show early. Seeds are
added until every difference asked about is beyond doubt or the most allowed have run. There is
never one number: choices that no other beats on all counts are kept, and a person decides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.engine import Run
from linli.analysis.simulation.policies import Deliver
from linli.analysis.simulation.setting import Setting, prepare_together
from linli.analysis.simulation.worlds import seeds_run, shared_days
from linli.errors import N_, BadInput

SERIES = (
    "infections", "reports", "deaths", "infectious", "ward_in", "ward_queue", "intensive_queue",
    "shelter_in", "held_people", "closed_people", "test_queue", "trace_queue", "undelivered",
    "test_wait_days", "ward_wait_days", "trace_wait_days", "intensive_wait_days",
    "shelter_queue", "shelter_wait_days", "room_queue", "room_wait_days", "delivery_wait_days",
    "test_waiting_days", "trace_waiting_days", "ward_waiting_days", "intensive_waiting_days",
    "shelter_waiting_days", "room_waiting_days", "held_room_queue", "held_room_wait_days",
    "held_room_waiting_days",
)  # fmt: skip
__all__ = ["Comparison", "Difference", "compare", "outcomes_of", "shared_days"]
LEAST_SEEDS = 5
CONFIDENCE = 0.95
# Seeds stop at an interval this wide. Looking at 95 % after each of 5 to 20 seeds would call a
# difference that is none clear in one of five comparisons; so it is one in eighteen.
ENOUGH = 0.998
BAND = (0.05, 0.95)  # of worlds: one more would lie within in nine cases of ten

Told = Callable[[str, int, int], None]  # scenario, seeds done, of at most


def outcomes_of(ran: Run) -> dict[str, float]:
    """What a commander is asked to weigh, of one world."""
    series = ran.series

    def total(name: str) -> float:
        return float(series[name].sum()) if name in series else 0.0

    def most(name: str) -> float:
        return float(series[name].max()) if name in series else 0.0

    return {
        "infections": total("infections"),
        "deaths": total("deaths"),
        "peak_queue": most("bed_queue"),
        "closed_person_days": total("closed_people"),
        "held_person_days": total("held_people"),
        "undelivered_days": total("undelivered"),
        "reports": total("reports"),
    }


OUTCOMES = (
    "infections", "deaths", "peak_queue", "closed_person_days", "held_person_days",
    "undelivered_days", "reports",
)  # fmt: skip
WEIGHED = OUTCOMES[:-1]  # the fewer the better; reports are neither good nor bad


@dataclass(frozen=True)
class Difference:
    """A choice less the first one, in one outcome: mean and paired interval."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out, or there is no difference at all."""
        return self.low > 0 or self.high < 0 or self.low == self.high == 0


@dataclass(frozen=True)
class Comparison:
    """What all worlds came to. Arrays: (scenarios, seeds, outcomes or days)."""

    names: tuple[str, ...]
    seeds: tuple[int, ...]
    outcomes: NDArray[np.float64]
    series: Mapping[str, NDArray[np.float32]]
    by_compound: NDArray[np.float64]  # (scenarios, compounds): infections, mean over seeds
    unsure: NDArray[np.float64] | None = None  # standard errors of the same less the first's
    undelivering: frozenset[str] = frozenset()  # scenarios in which nobody counts deliveries

    def counts(self, scenario: str, outcome: str) -> bool:
        """Whether a scenario knows of an outcome: without riders, deliveries are unknown."""
        return outcome != "undelivered_days" or scenario not in self.undelivering

    def difference(
        self, scenario: str, outcome: str, *, confidence: float = CONFIDENCE
    ) -> Difference:
        """A scenario less the first, with a paired interval of the mean by Student's t."""
        from scipy.special import stdtrit

        at = OUTCOMES.index(outcome)
        less = self.outcomes[self.names.index(scenario), :, at] - self.outcomes[0, :, at]
        n, mean = len(less), float(less.mean())
        if n < 2:
            return Difference(mean, -np.inf, np.inf)
        half = float(stdtrit(n - 1, (1 + confidence) / 2) * less.std(ddof=1) / np.sqrt(n))
        return Difference(mean, mean - half, mean + half)

    def is_beyond_doubt(self, asked: Sequence[str]) -> bool:
        """Whether more seeds would hardly turn a difference of these outcomes round."""
        return all(
            self.difference(name, outcome, confidence=ENOUGH).is_clear
            for name in self.names[1:] for outcome in asked
        )  # fmt: skip

    def band(self, scenario: str, name: str) -> NDArray[np.float64]:
        """The 5 %, 50 % and 95 % of a series over seeds, shape (3, days)."""
        return band_of(self.series[name][self.names.index(scenario)], middle=True)

    def unbeaten(self) -> tuple[str, ...]:
        """Scenarios that no other equals or beats in every outcome that all count (means)."""
        weighed = [k for k, o in enumerate(WEIGHED) if all(self.counts(n, o) for n in self.names)]
        mean = self.outcomes.mean(axis=1)[:, weighed]
        found = []
        for n, name in enumerate(self.names):
            as_good = (mean <= mean[n]).all(axis=1) & (mean < mean[n]).any(axis=1)
            if not as_good.any():
                found.append(name)
        return tuple(found)


def compare(
    settings: Mapping[str, Setting],
    *,
    n_days: int,
    first_seed: int = 1,
    most_seeds: int = 20,
    least_seeds: int = LEAST_SEEDS,
    asked: Sequence[str] = ("infections",),
    threads: int = 1,
    told: Told | None = None,
    kept: Callable[[str, int, Run], None] | None = None,
) -> Comparison:
    """Run every scenario on the same seeds, as many as it takes.

    Parameters
    ----------
    settings
        By name; differences are from the first. All share one city.
    asked
        The outcomes whose differences have to be beyond doubt before seeds stop being added.
    told
        Told after each world, to show progress; what it raises ends the comparison.
    threads
        How many compute, each a seed of its own; the result is the same.
    kept
        Given each world with its scenario and seed, to write it down: its series and its infected,
        without who is where at the end.
    """
    if most_seeds < 1 or least_seeds < 1:
        raise BadInput(N_("{n} seeds compare nothing. Give 1 or more."), n=most_seeds)
    unknown = [name for name in asked if name not in OUTCOMES]
    if unknown:
        raise BadInput(
            N_("{given} is no outcome. Choose of: {known}."), given=unknown, known=OUTCOMES
        )
    names = tuple(settings)
    prepare_together(list(settings.values()))
    rows: list[list[list[float]]] = [[] for _ in names]
    series: dict[str, list[list[NDArray]]] = {name: [[] for _ in names] for name in SERIES}
    place: list[list[NDArray[np.int64]]] = [[] for _ in names]
    begun = next(iter(settings.values())).first_day
    undelivering = frozenset(
        n for n, s in settings.items() if not any(isinstance(p, Deliver) for p in s.policies)
    )
    found = None
    seeds = range(first_seed, first_seed + most_seeds)
    for n, worlds in enumerate(seeds_run(list(settings.values()), seeds, begun + n_days, threads)):
        for k, (name, ran) in enumerate(zip(names, worlds, strict=True)):
            counted = outcomes_of(ran)
            rows[k].append([counted[o] for o in OUTCOMES])
            seen = {**ran.series, "delivery_wait_days": delivery_wait_days(ran.series)}
            for one, rows_of in series.items():
                days = seen.get(one, np.zeros(begun + n_days))[begun:]
                rows_of[k].append(days.astype(np.float32))
            place[k].append(_infected_since(ran, begun))
            if kept:
                kept(name, seeds[n], ran)
            if told:
                told(name, n + 1, most_seeds)
        if n + 1 < min(least_seeds, most_seeds):
            continue
        worlds_by_name = {o: np.array(v) for o, v in series.items()}
        found = Comparison(
            names, tuple(seeds[: n + 1]), np.array(rows), worlds_by_name,
            np.mean(place, axis=1), _errors(place), undelivering,
        )  # fmt: skip
        if found.is_beyond_doubt(asked):
            break
    assert found is not None
    return found


def _errors(place: Sequence[Sequence[NDArray[np.int64]]]) -> NDArray[np.float64]:
    """How unsure the mean difference of each place from the first scenario's is."""
    less = np.array(place, dtype=np.float32) - np.array(place[0], dtype=np.float32)
    n = less.shape[1]
    if n < 2:
        return np.full((len(place), less.shape[2]), np.inf)
    return np.asarray(less.std(axis=1, ddof=1) / np.sqrt(n), dtype=np.float64)


def band_of(worlds: NDArray[Any], *, middle: bool = False) -> NDArray[np.float64]:
    """What holds one more world in nine cases of ten, by (worlds, ...); of few worlds, all.

    Quantiles of a sample hold too little of what comes next: those between the fifth and the
    ninety-fifth of 20 worlds hold the twenty-first in eight cases of ten. So the n worlds cut what
    may come into n + 1 parts that are equally likely (Weibull's plotting position).
    """
    asked = (BAND[0], 0.5, BAND[1]) if middle else BAND
    return np.quantile(np.asarray(worlds, dtype=float), asked, axis=0, method="weibull")


def delivery_wait_days(series: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """How long the last household in line waits at a day's pace; if nobody drives, a day more.

    Riders go in order, so that whoever comes last waits for all before.
    """
    if "undelivered" not in series:
        return np.zeros(max((len(v) for v in series.values()), default=0))
    left, done = series["undelivered"], series["delivered"]
    found = np.zeros(len(left))
    for day in range(len(left)):
        before = found[day - 1] if day else 0.0
        found[day] = left[day] / done[day] if done[day] else (before + 1) * (left[day] > 0)
    return found


def _infected_since(ran: Run, day: int) -> NDArray[np.int64]:
    """Infections of each compound counted from a day on: the rows of the series, none other."""
    seen, compound = ran.state.infected.columns(), ran.setting.city.compound
    at = compound.of(seen["person"][ran.counted_on >= day])
    return np.bincount(at, minlength=len(compound))
