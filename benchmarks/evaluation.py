"""How fast is an evaluation: one build, many replicates, Sobol indices, and does cost stay linear?

    python -m benchmarks evaluation

The data are made up in the shapes of the bars: 51 x 49 as in COINr's ASEM example, 3 567 x 60 as
Wuhan's communities. The yardstick of the same run is our own engine called once a replicate; where
pymcdm is installed, TOPSIS and CRITIC stand beside its.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from linli.analysis.evaluation import ranking, weights
from linli.analysis.evaluation.evaluate import Evaluation, evaluate
from linli.analysis.evaluation.framework import Framework, Kind, Node
from linli.analysis.evaluation.recipe import Aggregate, Impute, Normalise, Recipe, Treat
from linli.analysis.evaluation.table import Table
from linli.analysis.evaluation.uncertainty import Choice, Noise, Plan, sensitivity, uncertainty

COINR_BUILD_S = 0.1  # a rebuild of ASEM; measured elsewhere, 0.096 to 0.117 s


def main(rest: list[str]) -> None:
    if rest:
        sys.exit(f"evaluation takes no options; got {' '.join(rest)}")
    print("evaluation, one process; times are the wall's, the best of three for what is short")
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
    start = time.perf_counter()
    sensitivity(base, Plan(factors, n=10_000, seed=1))
    took = time.perf_counter() - start
    n_runs = 10_000 * (2 * len(factors) + 2)
    _line(f"Sobol N = 10,000, d = 4, every unit ({n_runs:,} evaluations)", took, "<= 5 s")
    _line("ratio to one call an evaluation", n_runs * alone / took, "", unit="")
    _line("ratio to COINr at 0.1 s an evaluation", n_runs * COINR_BUILD_S / took, "", unit="")


def _city() -> None:
    made = _made(3567, 60, n_groups=16)
    treated = replace(made.recipe, treat=Treat.WINSORISE)
    _line("build of 3,567 x 60 with treatment",
          _best(lambda: evaluate(made.table, made.framework, treated)), "<= 0.3 s")  # fmt: skip
    base = evaluate(made.table, made.framework, treated)
    factors = (Noise(0.25), Choice("normalise", (Normalise.MIN_MAX, Normalise.PERCENTILE)))
    start = time.perf_counter()
    uncertainty(base, Plan(factors, n=1000, seed=1)).rank_interval()
    took = time.perf_counter() - start
    _line("uncertainty N = 1,000 on 3,567 x 60 with rank intervals", took, "<= 20 s")


def _linear() -> None:
    seconds = {}
    for n in (10_000, 40_000):
        made = _made(n, 60, n_groups=16)
        plan = Plan((Noise(0.25),), n=50, seed=1)
        base = evaluate(made.table, made.framework, made.recipe)
        start = time.perf_counter()
        uncertainty(base, plan)
        seconds[n] = time.perf_counter() - start
    _line("uncertainty N = 50 on 40,000 x 60", seconds[40_000], "")
    _line("ratio to a quarter of the units", seconds[40_000] / seconds[10_000], "<= 5", unit="")


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
    _line("ratio of pymcdm to it", theirs / ours, "", unit="")
    ours, theirs = _best(lambda: weights.critic(values)), _best(lambda: critic_weights(values))
    _line("CRITIC 3,567 x 60", ours, "")
    _line("ratio of pymcdm to it", theirs / ours, "", unit="")


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


def _best(call: Callable[[], object], *, times: int = 3) -> float:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return min(took)


def _line(what: str, value: float, bar: str, *, unit: str = " s") -> None:
    print(f"  {what:<66} {value:>9.3f}{unit:<2}  {bar}")
