"""How good are forecasts and nowcasts on weeks they have not seen? Real series, named peers.

A nowcast is set beside what was reported by then ("no nowcast"), a forecast beside persistence.
An interval of small whole counts holds more than it says; the bar is held against the share with
each end counted as far as it belongs (`scores.coverage_of_counts`), and both are printed.
"""

import csv
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks import _notices
from linli.analysis.epidemic import nowcast as nowcasts
from linli.analysis.epidemic import scores
from linli.analysis.epidemic.forecast import LEVELS, back_test

FIRST_OF_COURSE = date(2020, 1, 5).toordinal()
HORIZONS = 8
LARGEST = 3_000  # cases a day
FINE = tuple(round(0.025 * n, 3) for n in range(1, 40))
PLACES = [FINE.index(level) for level in LEVELS]


def tell(folder: Path) -> None:
    """Print the scores of what is at hand: R's data sets, and the shared case notices."""
    print(
        f"  {'held-out':<44}{'values':>8}{'WIS, ratio':>12}{'in 50 %':>9}{'in 90 %':>9}"
        f"{'fairly':>9}{'fairly':>9}"
    )
    if (folder / "triangle.csv").exists():
        whole = np.nan_to_num(_numbers(folder / "triangle.csv")[:760])[None]
        _nowcast("nowcast, Salmonella in Bavaria, weeks", whole, range(400, 740, 4), 60)
        onset, reported = _records(folder / "records.csv")
        table = _triangle(onset, reported, np.zeros(len(onset), dtype=int), 16)
        _nowcast("nowcast, HUS in Germany 2011, days", table, range(25, 50), 40)
    shared = _notices.shared_data()
    if shared is not None:
        onset, reported, area = _cases(shared)
        table = _triangle(onset, reported, area, 20)
        _nowcast("nowcast, China 2020, provinces, days", table, range(24, 45), 60)
        whole = table.sum(axis=0, keepdims=True)
        _nowcast("nowcast, China 2020, as a whole, days", whole, range(24, 45), 60)
    for name in ("flu", "campylobacter", "salmonella", "measles"):
        path = folder / f"weekly_{name}.csv"
        if path.exists():
            counts = _numbers(path).T
            counts = counts[:, ~np.isnan(counts).any(axis=0)]
            if name == "flu":
                counts = counts.reshape(14, 10, -1).sum(axis=1)
            _forecast(f"forecast, {name}, 4 weeks ahead", counts, 4, 52)
    if shared is not None:
        cities = _hubei(shared)
        wuhan = cities.max(axis=1) > LARGEST  # alone in having its definition changed by so much
        _forecast("forecast, Hubei's other cities 2020, 7 days", cities[~wuhan], 7, 0)
        _forecast("forecast, Wuhan 2020, undeclared, 7 days", cities[wuhan], 7, 0)


def _nowcast(what: str, table: np.ndarray, origins: range, n_days: int) -> None:
    n_delays = table.shape[2]
    ours, theirs, came, said = 0.0, 0.0, [], []
    for origin in origins:
        begin = max(0, origin - n_days + 1)
        then = table[:, begin : origin + 1].copy()
        ages = np.arange(then.shape[1])[:, None] + np.arange(n_delays)
        then[:, ages > then.shape[1] - 1] = np.nan
        found = nowcasts.nowcast(then, levels=FINE)
        truth = table[:, begin : origin + 1].sum(axis=2)
        last = slice(-min(HORIZONS, n_delays - 1), None)
        known = found.known[:, last]
        y, q = truth[:, last][known], found.quantiles[:, last][known]
        ours += float(scores.weighted_interval_score(y, q[:, PLACES], np.array(LEVELS)).sum())
        theirs += float(np.abs(y - found.reported[:, last][known]).sum())
        came.append(y)
        said.append(q)
    _row(what, np.concatenate(came), np.concatenate(said), ours / theirs)


def _forecast(what: str, counts: np.ndarray, ahead: int, period: int) -> None:
    n_origins = 20 if counts.shape[1] < 60 else 60
    tried = back_test(counts, ahead, n_origins=n_origins, period=period, levels=FINE)
    ours, same = (
        scores.weighted_interval_score(tried.observed, said[..., PLACES], np.array(LEVELS)).mean()
        for said in (tried.ensemble, tried.persistence)
    )
    _row(what, tried.observed, np.round(tried.ensemble), float(ours / same))


def _row(what: str, came: np.ndarray, said: np.ndarray, ratio: float) -> None:
    shares = [
        count(came, said, np.array(FINE), central=central)
        for count in (scores.coverage, scores.coverage_of_counts)
        for central in (0.5, 0.9)
    ]
    half, most = shares[2:]
    missed = []
    if ratio >= 1:
        missed.append("no better than the peer")
    if abs(half - 0.5) > 0.1 or abs(most - 0.9) > 0.1:
        missed.append("coverage off by more than 10 points")
    print(f"  {what:<44}{came.size:>8}{ratio:>12.3f}"
          f"{''.join(f'{share:>9.0%}' for share in shares)}   {'; '.join(missed)}")  # fmt: skip


def _numbers(path: Path) -> np.ndarray:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float("nan") if v == "NA" else float(v) for v in row] for row in rows])


def _records(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0][:1] == "2" and row[1] != "NA"]
    return (
        np.array([date.fromisoformat(row[0]).toordinal() for row in rows]),
        np.array([date.fromisoformat(row[1]).toordinal() for row in rows]),
    )


def _cases(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = [
        row
        for row in _notices.rows(folder, "cn_cases_2020.csv")
        if len(row["onset"]) == 10 and len(row["confirmed"]) == 10
    ]
    names = sorted({row["province"] for row in rows})
    onset, reported = (
        np.array([date.fromisoformat(row[k]).toordinal() for row in rows])
        for k in ("onset", "confirmed")
    )
    area = np.array([names.index(row["province"]) for row in rows])
    use = onset >= FIRST_OF_COURSE
    return onset[use], reported[use], area[use]


def _triangle(
    onset: np.ndarray, reported: np.ndarray, area: np.ndarray, n_delays: int
) -> np.ndarray:
    use = reported >= onset
    first, last = onset[use].min(), reported[use].max()
    return nowcasts.triangle(
        onset[use] - first, reported[use] - first, area[use], n_areas=int(area.max()) + 1,
        n_days=int(last - first) + 1, n_delays=n_delays, as_of=10**6,
    )  # fmt: skip


def _hubei(folder: Path) -> np.ndarray:
    """New cases of each city from 26 January to 5 March 2020."""
    rows = _notices.rows(folder, "hubei_city_daily.csv")
    cities = sorted({row["city"] for row in rows if "合计" not in row["city"]})
    first = date(2020, 1, 25)
    totals = np.full((len(cities), 41), np.nan)
    for row in rows:
        day = (date.fromisoformat(row["as_of_date"]) - first).days
        if 0 <= day <= 40 and row["city"] in cities:
            totals[cities.index(row["city"]), day] = float(row["confirmed_cum"])
    totals = totals[~np.isnan(totals).any(axis=1)]
    return np.maximum(np.diff(totals, axis=1), 0.0)
