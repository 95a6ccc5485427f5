"""Do our detectors and R agree with R's packages, how much faster are they, how good is a forecast?

    python -m benchmarks warning
    python -m benchmarks warning --folder kept   # R's answers stay there and are used again
    python -m benchmarks warning --times         # only how long both sides take, in this run

`Rscript` with surveillance and EpiEstim is needed for what is compared with them; without it only
our own times are told. Ratios are of processor time within this run; on a busy machine both
sides slow down.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import _outlook, _peers
from linli.analysis.epidemic.intervals import discretised
from linli.analysis.epidemic.nowcast import nowcast
from linli.analysis.epidemic.reproduction import reproduction
from linli.analysis.warning.detect import Method, detect
from linli.analysis.warning.farrington import IMPROVED, farrington
from linli.analysis.warning.glr import glr
from linli.analysis.warning.scan import scan

BARS = {"farrington": 1e-8, "C": 1e-9, "cusum": 1e-9, "cori": 1e-9, "cohort": 1e-9,
        "imported": 1e-9, "discretised": 1e-9}  # fmt: skip
OTHER_BAR = 1e-6
QUANTITIES = {"upper", "expected", "p", "dispersion", "sum", "ratio", "alarm", "trend"}
Table = dict[tuple[str, str], dict[str, dict[int, float]]]


def main(rest: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks warning")
    parser.add_argument("--folder", help="keep what R said here, or use what is there")
    parser.add_argument("--times", action="store_true", help="only the times of both sides")
    chosen = parser.parse_args(rest)
    with tempfile.TemporaryDirectory(prefix="linli-r-") as made:
        folder = Path(chosen.folder or made)
        folder.mkdir(parents=True, exist_ok=True)
        if not chosen.times and _asked(folder, "warning.R", "r.csv"):
            _parity(_table(folder / "r.csv"))
        # Both sides are timed in this run, or their ratio says nothing.
        (folder / "r_times.csv").unlink(missing_ok=True)
        if _asked(folder, "warning_times.R", "r_times.csv"):
            _beside(folder)
        _alone()
        if not chosen.times:
            _outlook.tell(folder)


def _asked(folder: Path, script: str, answer: str) -> bool:
    """Whether R's answer is there, or could be asked for now."""
    if (folder / answer).exists():
        return True
    program = shutil.which("Rscript")
    if program is None:
        print("  Rscript is not installed: nothing is compared with it")
        return False
    asked = [program, str(Path(__file__).with_name(script)), str(folder)]
    done = subprocess.run(asked, capture_output=True, text=True)
    if done.returncode:
        print(f"  R could not answer: {done.stderr.strip().splitlines()[-1]}")
    return not done.returncode


def _table(path: Path) -> Table:
    found: Table = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            value = float("nan") if row["value"] in {"NA", "NaN"} else float(row["value"])
            found[row["case"], row["series"]][row["what"]][int(row["at"])] = value
    return found


def _parity(table: Table) -> None:
    print(f"  {'compared with R':<26}{'series':>7}{'values':>8}{'worst, relative':>17}"
          f"{'alarms apart':>14}")  # fmt: skip
    series = {
        n: np.array(list(t["count"].values())) for (c, n), t in table.items() if c == "series"
    }
    cases = sorted({c for c, _ in table} - {"series", "outbreak", "uncertain"})
    for case in cases:
        worst, n_values, n_apart, names = defaultdict(float), 0, 0, 0
        for other, name in list(table):
            if other != case:
                continue
            names += 1
            ours = _ours(case, name, table, series)
            for what, (mine, theirs) in ours.items():
                known = np.isfinite(theirs)
                n_values += int(known.sum())
                if what == "alarm":
                    n_apart += int((mine != theirs)[known].sum())
                    continue
                far = np.abs(mine - theirs)[known] / np.maximum(np.abs(theirs[known]), 1.0)
                worst[what] = max(worst[what], float(far.max(initial=0.0)))
        bar = next((b for key, b in BARS.items() if case.startswith(key)), OTHER_BAR)
        most = max((v for k, v in worst.items() if k != "dispersion"), default=0.0)
        kept = most <= bar and not n_apart and worst["dispersion"] <= 1e-6
        where = max(worst, key=lambda k: worst[k]) if worst else ""
        print(f"  {case:<26}{names:>7}{n_values:>8}{most:>17.1e}{n_apart:>14}"
              f"   <= {bar:g} {'' if kept else 'MISSED: ' + where}")  # fmt: skip
    _glr(table, series)


def _ours(
    case: str, name: str, table: Table, series: dict[str, np.ndarray]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Pairs of our values and R's for one case of one series."""
    told = table[case, name]
    if case == "discretised":
        at = np.array(list(told["chance"]))
        return {"chance": (_peers.chances(name)[at], np.array(list(told["chance"].values())))}
    if case.startswith(("cori", "cohort", "imported")):
        data = table["outbreak", name]
        imported = np.array(list(data["imported"].values())) if "imported" in data else None
        found = _peers.spread(case, np.array(list(data["cases"].values())),
                              np.array(list(data["interval"].values())), imported)  # fmt: skip
        place = {int(last) + 1: n for n, last in enumerate(found.last)}
        return {
            what: (getattr(found, what)[0, [place[at] for at in values]],
                   np.array(list(values.values())))
            for what, values in told.items()
        }  # fmt: skip
    first = min(min(values) for values in told.values())
    found = _peers.findings(case, series[name], len(series[name]) - first + 1)
    whole = case != "glr_negative_binomial" and not case.startswith("cusum")
    use = QUANTITIES - (set() if whole else {"upper", "ratio"})
    if case == "glr_negative_binomial":
        use -= {"alarm"}
    pairs = {}
    for what, values in told.items():
        if what in use and what in found:
            at = np.array(list(values)) - first
            pairs[what] = (found[what][at], np.array(list(values.values())))
    return pairs


def _glr(table: Table, series: dict[str, np.ndarray]) -> None:
    """The negative binomial ratio since R's own last alarm.

    It is a maximum, so of two answers the greater is right: where a rise is steep R's search
    ends early, or gives 0.
    """
    n, n_below, n_above, worst = 0, 0, 0, 0.0
    for name, counts in series.items():
        told = table["glr_negative_binomial", name]
        at = np.array(list(told["ratio"]))
        theirs, mean = (np.array(list(told[k].values())) for k in ("ratio", "expected"))
        begin = 0
        for end in range(len(at)):
            seen = counts[None, at[begin] - 1 : at[end]]
            found = glr(seen, last=end + 1 - begin, expected=mean[None, begin : end + 1],
                        dispersion=0.3, start_again=False).details["ratio"][0, -1]  # fmt: skip
            far = (found - theirs[end]) / max(theirs[end], 1.0)
            n, n_below, n_above = n + 1, n_below + (far > OTHER_BAR), n_above + (far < -OTHER_BAR)
            worst = max(worst, abs(far) if abs(far) <= OTHER_BAR else 0.0)
            if theirs[end] >= 5.0:
                begin = end + 1
    print(f"  glr, negative binomial, since R's last alarm: {n} values; R below ours in {n_below}, "
          f"above in {n_above}; the rest within {worst:.1e}")  # fmt: skip


def _beside(folder: Path) -> None:
    with (folder / "r_times.csv").open(encoding="utf-8") as file:
        theirs = {row["what"]: row for row in csv.DictReader(file)}
    with (folder / "many.csv").open(encoding="utf-8") as file:
        many = np.array(list(csv.reader(file))[1:], dtype=np.float64)
    plan = replace(IMPROVED, years=3)
    serial = _serial()
    cases = np.random.default_rng(1).poisson(20, (20, 120)).astype(float)
    calls: dict[str, Callable[[], object]] = {
        "farrington": lambda: farrington(many, plan=plan, last=1),
        "ears": lambda: detect(many, Method.C1, last=1),
        "cusum": lambda: detect(many[:100], Method.CUSUM, last=260),
        "glr": lambda: detect(many[:20], Method.GLR, last=208),
        "reproduction": lambda: reproduction(cases, serial),
    }
    for what, call in calls.items():
        took, row = _cpu(call), theirs[what]
        bar = "<= 0.02" if what == "farrington" else ""
        _line(f"{what}, {row['n']} series, ours", took, "")
        _line("the same in R, processor time", float(row["cpu_s"]), "")
        _line("ratio", took / max(float(row["cpu_s"]), 1e-9), bar, unit="")


def _alone() -> None:
    dice = np.random.default_rng(2)
    grids = dice.poisson(2.0, (13_800, 312)).astype(float)
    _line("farrington improved, latest week of 13,800 series",
          _cpu(lambda: farrington(grids, last=1)), "<= 2 s")  # fmt: skip
    cases = dice.poisson(3.0, (13_800, 120)).astype(float)
    _line("R with intervals, 13,800 series of 120 days",
          _cpu(lambda: reproduction(cases, _serial())), "<= 2 s")  # fmt: skip
    table = dice.poisson(0.3, (1_406, 90, 40)).astype(float)
    table[:, np.arange(90)[:, None] + np.arange(40) > 89] = np.nan
    _line("nowcast, 1,406 communities, 90 days, 40 delays, tried on 14 earlier days",
          _cpu(lambda: nowcast(table)), "<= 1 s")  # fmt: skip
    _line("the same without trying it", _cpu(lambda: nowcast(table, calibrate=False)), "")
    points = dice.random((7_102, 2)) * 20_000
    few = dice.poisson(0.02, (7_102, 30)).astype(float)
    _line("scan, 7,102 places, 30 days, 999 permutations",
          _cpu(lambda: scan(few, points, dice, most_days=30), times=1), "<= 60 s")  # fmt: skip


def _serial() -> np.ndarray:
    chances = discretised(7.5, 3.4, 60)
    return chances / chances.sum()


def _cpu(call: Callable[[], object], *, times: int = 3) -> float:
    """The least seconds of processor time of some calls, all threads together."""
    took = []
    for _ in range(times):
        start = time.process_time()
        call()
        took.append(time.process_time() - start)
    return min(took)


def _line(what: str, value: float, bar: str, *, unit: str = " s") -> None:
    print(f"  {what:<74} {value:>9.3f}{unit:<2}  {bar}")
    sys.stdout.flush()
