"""Where do the made-up pick-up points of the night of 9 February come from? From a seed.

    python scripts/night.py

Writes `src/linli/analysis/dispatch/night/points.csv`: sixty points within the outline of the
district, and 494 persons spread over them; 45 severely ill stand at the points of one corner, as
those of one street did. Only the three numbers are facts.
"""

import csv
import json
from pathlib import Path

import numpy as np
import shapely

SOURCE = Path(__file__).resolve().parent.parent / "src" / "linli"
OUTLINES = SOURCE / "demo" / "wuhan" / "districts.geojson"
POINTS = SOURCE / "analysis" / "dispatch" / "night" / "points.csv"

DISTRICT = "420106"
SEED = 20200209
N_POINTS, N_PERSONS, N_SEVERE, N_SEVERE_POINTS = 60, 494, 45, 5
EVENNESS = 2.0  # of the spread over points: Dirichlet, assumed


def main() -> None:
    """Draw the points and write them."""
    dice = np.random.default_rng(SEED)
    points = _points(dice)
    severe = np.zeros(N_POINTS, int)
    corner = np.argsort(((points - points[0]) ** 2).sum(axis=1))[:N_SEVERE_POINTS]
    severe[corner] = _shares(dice, N_SEVERE, N_SEVERE_POINTS)
    others = _shares(dice, N_PERSONS - N_SEVERE, N_POINTS)
    with POINTS.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["point", "lon", "lat", "severe", "others"])
        for n, ((lon, lat), grave, rest) in enumerate(zip(points, severe, others, strict=True)):
            rows.writerow([f"P{n + 1:02d}", f"{lon:.5f}", f"{lat:.5f}", grave, rest])


def _points(dice: np.random.Generator) -> np.ndarray:
    features = json.loads(OUTLINES.read_text("utf-8"))["features"]
    outline = next(f for f in features if f["properties"]["code"] == DISTRICT)["geometry"]
    district = shapely.from_geojson(json.dumps(outline))
    west, south, east, north = district.bounds
    drawn = dice.uniform((west, south), (east, north), (N_POINTS * 20, 2))
    return drawn[shapely.contains_xy(district, drawn[:, 0], drawn[:, 1])][:N_POINTS]


def _shares(dice: np.random.Generator, n: int, among: int) -> np.ndarray:
    """At least one each, the rest by a Dirichlet spread."""
    return 1 + dice.multinomial(n - among, dice.dirichlet(np.full(among, EVENNESS)))


if __name__ == "__main__":
    main()
