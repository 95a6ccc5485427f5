"""Where might a street lie in its district, and a community in its street?

No open list has the outlines of streets. What is drawn here is a schematic: as many cells as a
district has streets, about equal in size, that fill the surveyed outline of the district. It
serves a map that can be clicked, and is labelled as not surveyed wherever it is shown.
"""

from math import cos, radians
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, mapping, shape
from shapely.geometry.base import BaseGeometry

SAMPLES_PER_CELL = 120
LLOYD_ROUNDS = 12
DECIMALS = 5  # about one metre


def tessellate(
    outline: dict[str, Any], n: int, rng: np.random.Generator
) -> tuple[NDArray, list[dict[str, Any]]]:
    """Cut an outline into cells about equal in size; GeoJSON in and out.

    Returns
    -------
    A point inside each cell, shape (n, 2), degrees; and the outline of each cell.
    """
    whole = shape(outline)
    stretch = cos(radians(whole.centroid.y))  # a degree east is shorter than one north
    plane = shapely.transform(whole, lambda xy: xy * [stretch, 1.0])
    samples = _inside(plane, max(600, SAMPLES_PER_CELL * n), rng)
    seeds = spread(samples, n, rng)
    cells = _cells(plane, seeds)
    back = [shapely.transform(c, lambda xy: xy / [stretch, 1.0]) for c in cells]
    points = np.array([(p.x, p.y) for p in map(_point_of, back)])
    return points, [_geometry(c) for c in back]


def points_in(outline: dict[str, Any], n: int, rng: np.random.Generator) -> NDArray:
    """Points spread evenly inside an outline, shape (n, 2), degrees; each lies inside."""
    samples = _inside(shape(outline), max(60, 30 * n), rng)
    means = spread(samples, n, rng, rounds=6)
    nearest = _distances(means, samples).argmin(axis=1)
    return samples[nearest].round(DECIMALS + 1)


def are_inside(outline: dict[str, Any], points: NDArray) -> NDArray[np.bool_]:
    """Which of these points, shape (n, 2), lie inside an outline."""
    return shapely.contains_xy(shape(outline), points[:, 0], points[:, 1])


def spread(
    samples: NDArray, n: int, rng: np.random.Generator, *, rounds: int = LLOYD_ROUNDS
) -> NDArray:
    """n points as evenly spread over the samples as Lloyd's rounds make them."""
    seeds = samples[rng.choice(len(samples), size=n, replace=False)]
    for _ in range(rounds):
        nearest = _distances(samples, seeds).argmin(axis=1)
        counts = np.bincount(nearest, minlength=n)
        sums = np.stack(
            [np.bincount(nearest, weights=samples[:, k], minlength=n) for k in (0, 1)], axis=1
        )
        seeds = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], seeds)
    return seeds


def _inside(plane: BaseGeometry, n: int, rng: np.random.Generator) -> NDArray:
    west, south, east, north = plane.bounds
    shapely.prepare(plane)
    found = np.empty((0, 2))
    while len(found) < n:
        tries = rng.uniform((west, south), (east, north), size=(4 * n, 2))
        found = np.concatenate([found, tries[shapely.contains_xy(plane, tries[:, 0], tries[:, 1])]])
    return found[:n]


def _cells(plane: BaseGeometry, seeds: NDArray) -> list[BaseGeometry]:
    """The Voronoi cell of each seed inside the outline, in the order of the seeds."""
    if len(seeds) == 1:
        return [plane]
    reach = plane.buffer(max(plane.bounds[2] - plane.bounds[0], plane.bounds[3] - plane.bounds[1]))
    drawn = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint(seeds), extend_to=reach, ordered=True)
    )
    return [cell.intersection(plane) for cell in drawn]


def _distances(a: NDArray, b: NDArray) -> NDArray:
    return ((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)


def _point_of(cell: BaseGeometry) -> shapely.Point:
    return cell.centroid if cell.contains(cell.centroid) else cell.representative_point()


def _geometry(cell: BaseGeometry) -> dict[str, Any]:
    rounded = shapely.transform(cell, lambda xy: xy.round(DECIMALS))
    drawn = mapping(rounded if rounded.is_valid else rounded.buffer(0))
    return {"type": drawn["type"], "coordinates": _lists(drawn["coordinates"])}


def _lists(nested: Any) -> Any:
    return [_lists(part) for part in nested] if isinstance(nested, tuple) else nested
