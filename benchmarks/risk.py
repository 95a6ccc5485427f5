"""How fast is a list of communities at risk with its certainty, and does cost stay linear?

    python -m benchmarks risk

The cities are made up in the shape of Wuhan's 3,567 communities. The yardstick of the same run is
NumPy drawing as many random numbers, and ranking as many columns, with nothing worked out.
"""

import sys
import time

import numpy as np

from benchmarks.ground import say
from linli.analysis.risk.model import shipped
from linli.analysis.risk.score import assess
from linli.analysis.risk.simulated import city
from linli.analysis.risk.top import certainty
from linli.studies.risk.files import Counts, checked

DRAWS, TOP = 1000, 54
SIZES = (3_567, 12_000, 40_000)


def main(rest: list[str]) -> None:
    """Score, draw, compare, grow."""
    if rest:
        sys.exit(f"risk takes no options; got {' '.join(rest)}")
    model = shipped("community")
    for n in SIZES:
        made = city(model, n=n, seed=1, effects={}, near=1.5)
        began = time.process_time()
        found = assess(made.communities, model, sources=made.sources)
        scored_s = time.process_time() - began
        certainty(found, k=TOP, n_draws=DRAWS, sources=made.sources)
        whole_s = time.process_time() - began
        bar = "<= 2 s" if n == SIZES[0] else f"{whole_s / n * SIZES[0]:.2f} s for {SIZES[0]:,}"
        say(f"{n:,} communities, {DRAWS:,} draws", f"{whole_s:.2f} s", bar)
        if n == SIZES[0]:
            dice = np.random.default_rng(1)
            began = time.process_time()
            for _ in range(len(model.dimensions)):
                drawn = dice.standard_normal((n, DRAWS), dtype=np.float32)
            np.argsort(drawn, axis=0)
            raw_s = time.process_time() - began
            say(
                "    as many numbers drawn, and ranked",
                f"{raw_s:.2f} s",
                f"{whole_s / raw_s:.1f} x",
            )
            say("    the score alone", f"{scored_s * 1000:.0f} ms")
    _finds()


def _finds() -> None:
    """Which score finds later cases where factors cause them, and where nothing does."""
    model = shipped("community")
    causes = {"crowded_homes_pct": 0.5, "shared_facilities_pct": 0.4, "clinicians_per_10000": 0.3,
              "no_guard": 0.3}  # fmt: skip
    for name, effects, near in (("factors cause cases", causes, 2.0), ("nothing does", {}, 0.0)):
        made = city(model, n=SIZES[0], seed=3, effects=effects, near=near)
        counts = Counts(made.before, made.after, "")
        told = checked(made.communities, model, counts, phase="first")
        say(name, f"{told.n_with_cases:,} with cases", f"{told.n_blocks} blocks")
        for score, measures in told.measures.items():
            figures = ", ".join(
                f"{m} {measures[m].value:.2f} ({measures[m].low:.2f}-{measures[m].high:.2f})"
                for m in ("auc_top_tenth", "spearman_rate", "capture_1.5pct")
            )
            best = [m for m, who in told.best.items() if who == score]
            say(f"    {score}", f"best in {len(best)}", figures)


if __name__ == "__main__":
    main(sys.argv[1:])
