"""How fast is an evaluation: one build, many replicates, Sobol indices, and does cost stay linear?

    python -m benchmarks evaluation

The data are made up in the shapes of the bars: 51 x 49 as in COINr's ASEM example, 3 567 x 60 as
Wuhan's communities. The yardstick of the same run is our own engine called once a replicate; where
pymcdm is installed, TOPSIS and CRITIC stand beside its. Bars are held against CPU seconds, which
other work on the machine does not move much; the wall's seconds stand beside them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from linli.analysis.evaluation import ranking, weights
from linli.analysis.evaluation.evaluate import Evaluation, evaluate
from linli.analysis.evaluation.framework import Framework, Kind, Node
from linli.analysis.evaluation.recipe import Aggregate, Impute, Normalise, Recipe, Treat
from linli.analysis.evaluation.table import Table
from linli.analysis.evaluation.uncertainty import Choice, Noise, Plan, sensitivity, uncertainty

LEAST_S = 0.5  # shorter than this and a clock's tick would show
COINR_BUILD_S = 0.1  # a rebuild of ASEM; measured elsewhere, 0.096 to 0.117 s


@dataclass(frozen=True)
class Took:
    """How long something took: CPU seconds of this process and its children, and the wall's."""

    cpu_s: float
    wall_s: float


def main(rest: list[str]) -> None:
    if rest:
        sys.exit(f"evaluation takes no options; got {' '.join(rest)}")
    load = os.getloadavg()[0]
    print(f"evaluation, one process; the best of three for what is short; load {load:.1f}")
    print(f"  {'':<66} {'CPU s':>9} {'wall s':>9}")
    _imports()
    _asem()
    _city()
    _linear()
    _peer()


def _imports() -> None:
    code = "import linli.analysis.evaluation.uncertainty, linli.analysis.evaluation.diagnosis"
    took = _best(lambda: subprocess.run([sys.executable, "-c", code], check=True))
    _line("import of the package, Python's start in it", took, "<= 0.5 s")


def _asem() -> None:
    made = _made(51, 49, n_groups=8)
    recipe = replace(made.recipe, impute=Impute.MEDIAN, treat=Treat.WINSORISE)
    base = evaluate(made.table, made.framework, recipe)
    alone = _best(lambda: evaluate(made.table, made.framework, recipe))
    _line("build of 51 x 49", alone, "")
    factors = (
        Choice("impute", (Impute.MEDIAN, Impute.MEAN)),
        Choice("normalise", (Normalise.MIN_MAX, Normalise.PERCENTILE)),
        Choice("levels", ((Aggregate.ARITHMETIC,), (Aggregate.POWER,))),
        Noise(0.25, n_sets=10_000),
    )
    took = _timed(lambda: sensitivity(base, Plan(factors, n=10_000, seed=1)))
    n_runs = 10_000 * (2 * len(factors) + 2)
    _line(f"Sobol N = 10,000, d = 4, every unit ({n_runs:,} evaluations)", took, "<= 5 s")
    _ratio("ratio to one call an evaluation", n_runs * alone.cpu_s / took.cpu_s, "")
    _ratio("ratio to COINr at 0.1 s an evaluation", n_runs * COINR_BUILD_S / took.cpu_s, "")


def _city() -> None:
    made = _made(3567, 60, n_groups=16)
    treated = replace(made.recipe, treat=Treat.WINSORISE)
    _line("build of 3,567 x 60 with treatment",
          _best(lambda: evaluate(made.table, made.framework, treated)), "<= 0.3 s")  # fmt: skip
    base = evaluate(made.table, made.framework, treated)
    factors = (Noise(0.25), Choice("normalise", (Normalise.MIN_MAX, Normalise.PERCENTILE)))
    took = _timed(lambda: uncertainty(base, Plan(factors, n=1000, seed=1)).rank_interval())
    _line("uncertainty N = 1,000 on 3,567 x 60 with rank intervals", took, "<= 20 s")


def _linear() -> None:
    seconds = {}
    for n in (10_000, 40_000):
        made = _made(n, 60, n_groups=16)
        plan = Plan((Noise(0.25),), n=200, seed=1)
        base = evaluate(made.table, made.framework, made.recipe)
        seconds[n] = _best(lambda base=base, plan=plan: uncertainty(base, plan))
    _line("uncertainty N = 200 on 40,000 x 60", seconds[40_000], "")
    _ratio("ratio to a quarter of the units", seconds[40_000].cpu_s / seconds[10_000].cpu_s, "<= 5")


def _peer() -> None:
    try:
        from pymcdm.methods import TOPSIS
        from pymcdm.weights import critic_weights
    except ImportError:
        print("  pymcdm is not installed: no peer beside TOPSIS and CRITIC")
        return
    values = np.random.default_rng(3).uniform(1, 9, (3567, 60))
    even = np.full(60, 1 / 60)
    ours = _best(lambda: ranking.topsis(values, even, scaling=ranking.Scaling.MIN_MAX))
    theirs = _best(lambda: TOPSIS()(values, even, np.ones(60), validation=False))
    _line("TOPSIS 3,567 x 60", ours, "")
    _ratio("ratio of pymcdm to it", theirs.cpu_s / ours.cpu_s, "")
    ours, theirs = _best(lambda: weights.critic(values)), _best(lambda: critic_weights(values))
    _line("CRITIC 3,567 x 60", ours, "")
    _ratio("ratio of pymcdm to it", theirs.cpu_s / ours.cpu_s, "")


def _made(n_units: int, n_indicators: int, *, n_groups: int) -> Evaluation:
    """A made-up table with skewed columns and some gaps, under three levels of groups."""
    dice = np.random.default_rng(7)
    nodes = [Node("top", "", Kind.GROUP, "", "top")]
    nodes += [Node(f"s{k}", "top", Kind.GROUP, "", f"s{k}") for k in range(2)]
    nodes += [Node(f"g{k}", f"s{k % 2}", Kind.GROUP, "", f"g{k}") for k in range(n_groups)]
    nodes += [
        Node(
            f"i{k}", f"g{k % n_groups}", Kind.INDICATOR, "", f"i{k}", direction=1 - 2 * (k % 5 == 0)
        )
        for k in range(n_indicators)
    ]
    values = dice.normal(50, 10, (n_units, n_indicators))
    values[:, ::6] = dice.lognormal(0, 1.5, values[:, ::6].shape)
    values[dice.uniform(size=values.shape) < 0.01] = np.nan
    table = Table(
        tuple(f"u{k}" for k in range(n_units)), tuple(f"i{k}" for k in range(n_indicators)), values
    )
    return evaluate(table, Framework("made up", tuple(nodes)), Recipe(normalise=Normalise.MIN_MAX))


def _timed(call: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), _cpu_s()
    call()
    return Took(_cpu_s() - cpu, time.perf_counter() - wall)


def _cpu_s() -> float:
    """CPU seconds of this process and of the children that it has waited for."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def _best(call: Callable[[], object], *, times: int = 3) -> Took:
    """The best of a few; what is over in a moment is called more often, and divided."""
    once = _timed(call)
    n = max(1, round(LEAST_S / max(once.wall_s, 1e-4)))

    def again() -> None:
        for _ in range(n):
            call()

    took = [_timed(again) for _ in range(times)]
    return Took(min(one.cpu_s for one in took) / n, min(one.wall_s for one in took) / n)


def _line(what: str, took: Took, bar: str) -> None:
    print(f"  {what:<66} {took.cpu_s:>9.3f} {took.wall_s:>9.3f}  {bar}")


def _ratio(what: str, value: float, bar: str) -> None:
    print(f"  {what:<66} {value:>9.1f} {'':>9}  {bar}")
