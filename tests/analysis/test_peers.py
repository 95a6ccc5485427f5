"""Do our detectors and R say what the published methods say elsewhere, on real series?

`weekly_series.csv` holds weekly counts of Salmonella Agona, and two more, as notified to the Robert
Koch Institute and told with Höhle (2007), doi:10.1007/s00180-007-0074-8. `outbreaks.csv` holds the
influenza of 1918 in Baltimore, SARS of 2003 in Hong Kong and MERS of 2014, with serial intervals,
as told with Cori et al. (2013), doi:10.1093/aje/kwt133, and Thompson et al. (2019),
doi:10.1016/j.epidem.2019.100356. `peer_findings.csv` holds figures that surveillance 1.20.3 and
EpiEstim 2.2.4 gave for them; `python -m benchmarks warning` compares all there are.
"""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks import _peers

HERE = Path(__file__).parent
CLOSE = {"dispersion": 1e-6}  # of a few nearly empty series the fit ends one step apart
REST = 1e-8


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def series() -> dict[str, np.ndarray]:
    found = defaultdict(list)
    for row in rows("weekly_series.csv"):
        found[row["series"]].append(float(row["count"]))
    return {name: np.array(counts) for name, counts in found.items()}


@cache
def outbreaks() -> dict[tuple[str, str], np.ndarray]:
    found = defaultdict(list)
    for row in rows("outbreaks.csv"):
        found[row["outbreak"], row["what"]].append(float(row["value"]))
    return {key: np.array(values) for key, values in found.items()}


EXPECTED = defaultdict(list)
for _row in rows("peer_findings.csv"):
    EXPECTED[_row["case"], _row["series"]].append(
        (int(_row["at"]), _row["what"], float(_row["value"]))
    )
DETECTORS = sorted(key for key in EXPECTED if not key[0].startswith(("cori", "coh", "imp", "disc")))
SPREADS = sorted(key for key in EXPECTED if key[0].startswith(("cori", "cohort", "imported")))


@cache
def _found(case: str, name: str, at: int) -> _peers.Answers:
    counts = series()[name][:at]
    watch = len(counts) - 104  # those that add up begin in the third year
    return _peers.findings(case, counts, watch if case.startswith(("cusum", "glr")) else 1)


@pytest.mark.parametrize("case", sorted({case for case, _ in DETECTORS}))
def test_a_detector_finds_what_its_peer_finds(case: str):
    compared = 0
    for name in series():
        for at, what, value in EXPECTED.get((case, name), []):
            ours = _found(case, name, at).get(what)
            if ours is not None:
                assert ours[-1] == pytest.approx(value, rel=CLOSE.get(what, REST), abs=1e-9)
                compared += 1

    assert compared >= 6


@pytest.mark.parametrize(("case", "name"), SPREADS)
def test_r_is_what_its_peer_says(case: str, name: str):
    data = outbreaks()
    found = _peers.spread(
        case, data[name, "cases"], data[name, "interval"], data.get((name, "imported"))
    )
    place = {int(last) + 1: n for n, last in enumerate(found.last)}

    for at, what, value in EXPECTED[case, name]:
        assert getattr(found, what)[0, place[at]] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("case", sorted(c for k, c in EXPECTED if k == "discretised"))
def test_a_serial_interval_in_days_is_what_its_peer_says(case: str):
    ours = _peers.chances(case)

    for at, _, value in EXPECTED["discretised", case]:
        assert ours[at] == pytest.approx(value, abs=1e-12)
