"""Which communities were at the highest risk when it was last counted, and what makes it again?

A run keeps what went in (factors, cases), how (the model's text, phase, list length, draws, seed)
and what came out. Its fingerprint is that of all that went in: the same one, the same list.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

import linli
from linli import clock
from linli.analysis.risk import posterior
from linli.analysis.risk.communities import Floats
from linli.analysis.risk.importation import Sources
from linli.analysis.risk.model import Model, read_model
from linli.analysis.risk.score import Risk, assess
from linli.analysis.risk.top import certainty
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.jobs.turns import alone
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import declarations
from linli.registry.areas import Area, whole_city
from linli.registry.declarations import Phase
from linli.studies.risk.records import Gathered, as_inputs, from_inputs, gather
from linli.studies.risk.tables import RiskRun

SEE, RUN = "risk.see", "risk.run"
MODEL = "community"
TOP = 54  # of 3,567 communities in the study that this follows
LONGEST_SHARE = 10  # a list holds at most one in so many: of few communities it is shorter
DRAWS, SEED = 1000, 1
FIRST, SPREAD = "first", "spread"
KERNEL_OF = {Phase.CONTAIN: FIRST}  # of every other phase: spread
LONGEST_S = 900  # of a count; after that another one may begin
LEAST_LEARNT = 20  # communities with a score, below which counts teach nothing; assumed


class NoRun(Conflict):
    """Nobody has counted the risk yet."""

    code = "no_risk_run"
    sentence = N_("The risk of the communities has not been counted yet. Count it now, or wait for "
                  "the night.")  # fmt: skip


@dataclass(frozen=True)
class Learnt:
    """What the counts say, cases a person: (n,) each, NaN where there is no score."""

    rate: Floats
    low: Floats
    high: Floats
    in_top: Floats


@dataclass(frozen=True)
class Run:
    """A run as it is read: what went in, and the score split again."""

    id: int
    at: datetime
    phase: str
    k: int
    draws: int
    seed: int
    fingerprint: str
    version: str
    gathered: Gathered
    model: Model  # whole; that of the risk is without what is lacking
    risk: Risk
    lacking: tuple[str, ...]  # dimensions of which nothing is known anywhere
    in_top: Floats
    rank_low: Floats
    rank_high: Floats
    stable: float
    learnt: Learnt | None
    stays: Mapping[str, float]  # share of the list that stays when one thing is done otherwise

    @cached_property
    def place(self) -> dict[int, int]:
        """Where an area stands in the arrays."""
        return {area: at for at, area in enumerate(self.gathered.areas)}

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """1 for the riskiest of the city; 0 without a score."""
        found = np.zeros(len(self.gathered.areas), dtype=np.int64)
        found[self.risk.ranked] = np.arange(1, len(self.risk.ranked) + 1)
        return found

    @cached_property
    def learnt_rank(self) -> NDArray[np.int64] | None:
        """The same by the rate after counts; None before there are any."""
        if self.learnt is None:
            return None
        rate = self.learnt.rate
        known = np.flatnonzero(~np.isnan(rate))
        found = np.zeros(len(rate), dtype=np.int64)
        found[known[np.argsort(-rate[known], kind="stable")]] = np.arange(1, len(known) + 1)
        return found

    @property
    def n_ranked(self) -> int:
        """How many communities have a score."""
        return len(self.risk.ranked)


@dataclass(frozen=True)
class Settings:
    """How a run is made; with what went in they give it again."""

    phase: str
    k: int = TOP
    draws: int = DRAWS
    seed: int = SEED


def count(actor: Actor, *, now: int) -> RiskRun:
    """Count now, and keep it; recorded. Raises NotAllowed, NothingToRank or UnderWay.

    What takes long is worked out before anything is written, so that nobody else waits to write.
    """
    holding = can(actor, Ask(RUN, roles_for(RUN))).required()
    with alone("risk_count", most_s=LONGEST_S):
        made = _counted(now=now, by=actor.id, exercise=actor.exercise)
        with transaction.atomic():
            made.save()
            record(actor, "count", "risk", made.id, holding=holding, path=holding.path)
    return made


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Count once a day of the city; twice is once."""
    at = clock.now_s() if now is None else now
    if not owed(at, exercise=exercise):
        return 0
    try:
        keep(now=at, by=None, exercise=exercise)
    except BadInput:  # an empty registry: there is nothing to rank yet
        return 0
    return 1


def owed(now: int, *, exercise: bool) -> bool:
    """Whether there is a city, and nobody has counted today."""
    newest = RiskRun.objects.filter(exercise=exercise).order_by("-at").first()
    if newest is not None and clock.day(newest.at) >= clock.day(clock.moment(now)):
        return False
    return Area.objects.filter(parent=None).exists()


def keep(*, now: int, by: int | None, exercise: bool, settings: Settings | None = None) -> RiskRun:
    """Count now, and keep it; what a worker or a demo does by itself."""
    made = _counted(now=now, by=by, exercise=exercise, settings=settings)
    made.save()
    return made


def _counted(
    *, now: int, by: int | None, exercise: bool, settings: Settings | None = None
) -> RiskRun:
    """A count that is not kept yet."""
    text = files("linli.analysis.risk").joinpath(f"models/{MODEL}.toml").read_text("utf-8")
    model = read_model(text, name=MODEL)
    chosen = settings or Settings(phase=_phase(model, now=now, exercise=exercise))
    inputs = as_inputs(gather(model, now=now, exercise=exercise))
    results = worked_out(text, inputs, chosen)
    return RiskRun(
        at=now, counted_by=by, phase=chosen.phase, model=text, k=results.pop("k"),
        draws=chosen.draws, seed=chosen.seed, inputs=inputs, results=results,
        fingerprint=fingerprint(text, inputs, chosen), version=linli.__version__,
        n=len(inputs["areas"]), exercise=exercise,
    )  # fmt: skip


def fingerprint(model: str, inputs: Mapping[str, Any], settings: Settings) -> str:
    """The same for the same records, model and settings, on any day and machine."""
    said = [model, inputs, settings.phase, settings.k, settings.draws, settings.seed]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def worked_out(text: str, inputs: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """What follows from what went in: pure, so that an old list can be made again."""
    found = from_inputs(inputs)
    risk, _ = _assessed(text, found, settings.phase)
    k = min(settings.k, max(1, len(risk.ranked) // LONGEST_SHARE))
    sure = certainty(risk, k=k, n_draws=settings.draws, seed=settings.seed, sources=found.sources)
    return {
        "k": k,
        "in_top": _kept(sure.in_top),
        "rank_low": _kept(sure.rank_low),
        "rank_high": _kept(sure.rank_high),
        "stable": sure.stable,
        "learnt": _learnt(risk, found.cases, k=k, seed=settings.seed),
        "stays": _stays(risk, found.sources, k),
    }


def latest(*, exercise: bool) -> Run:
    """The newest run; raises NoRun."""
    row = RiskRun.objects.filter(exercise=exercise).order_by("-at", "-id").values_list("id").first()
    if row is None:
        raise NoRun()
    return _read(row[0])


def get(run_id: int, *, exercise: bool) -> Run:
    """An earlier run; raises NotFound."""
    if not RiskRun.objects.filter(id=run_id, exercise=exercise).exists():
        raise NotFound(what=Word(N_("count of risk")), value=run_id)
    return _read(run_id)


@lru_cache(maxsize=4)
def _read(run_id: int) -> Run:
    """A run never changes, so it is split once a process."""
    row = RiskRun.objects.get(id=run_id)
    found = from_inputs(row.inputs)
    risk, lacking = _assessed(row.model, found, row.phase)
    learnt, told = row.results["learnt"], row.results
    return Run(
        id=row.id, at=row.at, phase=row.phase, k=row.k, draws=row.draws, seed=row.seed,
        fingerprint=row.fingerprint, version=row.version, gathered=found,
        model=read_model(row.model, name=MODEL), risk=risk,
        lacking=lacking, in_top=_array(told["in_top"]), rank_low=_array(told["rank_low"]),
        rank_high=_array(told["rank_high"]), stable=told["stable"],
        learnt=None if learnt is None else Learnt(*(
            _array(learnt[key]) for key in ("rate", "low", "high", "in_top"))),
        stays=told["stays"],
    )  # fmt: skip


def forget() -> None:
    """Forget the runs read so far; a test's tables begin anew."""
    _read.cache_clear()


def _phase(model: Model, *, now: int, exercise: bool) -> str:
    """Which kernel: that of the phase that is declared for the city."""
    declared = declarations.in_force(whole_city(), now, exercise=exercise)
    wanted = KERNEL_OF.get(Phase(declared.phase), SPREAD) if declared else SPREAD
    return wanted if wanted in model.kernels else next(iter(model.kernels))


def _assessed(text: str, found: Gathered, phase: str) -> tuple[Risk, tuple[str, ...]]:
    """The score, without the dimensions of which nothing is known anywhere."""
    model = read_model(text, name=MODEL)
    known = {f for f in found.communities.factors if not np.isnan(
        found.communities.column(f)).all()}  # fmt: skip
    if found.sources is not None:
        known.add("importation")
    there = {f.dimension for f in model.factors if f.id in known}
    lacking = tuple(d.id for d in model.dimensions if d.id not in there)
    risk = assess(found.communities, model.without(lacking), sources=found.sources, phase=phase)
    return risk, lacking


def _learnt(risk: Risk, cases: Floats, *, k: int, seed: int) -> dict[str, Any] | None:
    known = np.flatnonzero(~np.isnan(risk.score))
    if not cases[known].sum() or len(known) < LEAST_LEARNT:
        return None
    place = risk.communities
    after = posterior.learn(
        cases[known], place.population[known], np.log(risk.means[known]),
        [place.districts[at] for at in known], k=k, seed=seed,
    )  # fmt: skip
    told = {}
    for key, values in (("rate", after.rate), ("low", after.low), ("high", after.high),
                        ("in_top", after.in_top)):  # fmt: skip
        whole = np.full(len(risk.score), np.nan)
        whole[known] = values
        told[key] = _kept(whole)
    return told


def _stays(risk: Risk, sources: Sources | None, k: int) -> dict[str, float]:
    """Share of the list that stays when a dimension is left out, or another reach is taken."""
    listed = set(risk.top(k).tolist())
    found = {}
    for dimension in risk.model.dimensions:
        if len(risk.model.dimensions) > 1:
            model = risk.model.without([dimension.id])
            other = assess(risk.communities, model, sources=sources, phase=risk.phase)
            found[f"without {dimension.id}"] = _shared(listed, other, k)
    for phase in risk.model.kernels if sources is not None else ():
        if phase != risk.phase:
            other = assess(risk.communities, risk.model, sources=sources, phase=phase)
            found[f"reach {phase}"] = _shared(listed, other, k)
    return found


def _shared(listed: set[int], other: Risk, k: int) -> float:
    return len(listed & set(other.ranked[:k].tolist())) / len(listed)


def _kept(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else v for v in values.tolist()]


def _array(kept: list[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in kept])
