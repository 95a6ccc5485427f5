"""Generations, offspring and clusters of 100,000 links, beside a walk through dictionaries.

Two shapes: a tree in which every case has an earlier one as its source, and one single long chain.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

import numpy as np

from benchmarks.ground import median_s, say, timed
from linli.analysis.tracing.chains import Links, chains

CASES = 100_001
RUNS = 5


def main(rest: Sequence[str]) -> None:  # noqa: ARG001 - takes nothing; all benchmarks look alike
    """Both shapes, both ways, and whether they agree."""
    infected = np.arange(1, CASES)
    dice = np.random.default_rng(2020)
    early = (dice.random(CASES - 1) * infected).astype(np.int64)
    for shape, source in (("a tree", early), ("one chain", infected - 1)):
        links = Links(source, infected, np.ones(CASES - 1), CASES)
        ours_s = median_s(lambda links=links: chains(links), runs=RUNS)
        with timed() as took:
            walked = walk(source.tolist(), infected.tolist())
        same = walked == chains(links).generation.tolist()
        say(f"{CASES - 1:,} links, {shape}", f"{ours_s * 1000:.0f} ms",
            f"a walk through dictionaries {took[0] * 1000:.0f} ms")  # fmt: skip
        say("    the generations are the same", "yes" if same else "NO", "yes")


def walk(source: list[int], infected: list[int]) -> list[int]:
    """Generations alone, breadth first."""
    children = defaultdict(list)
    for a, b in zip(source, infected, strict=True):
        children[a].append(b)
    found = [-1] * CASES
    found[0] = 0
    waiting = deque([0])
    while waiting:
        case = waiting.popleft()
        for child in children[case]:
            found[child] = found[case] + 1
            waiting.append(child)
    return found
