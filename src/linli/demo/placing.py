"""Where does everything lie? Points for units, compounds and grids; outlines for the map."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.demo.dice import generator
from linli.demo.plan import Plan, Unit
from linli.demo.tessellate import are_inside, points_in, tessellate

COMPOUND_RADIUS = 0.35  # of the distance to the next community; assumed
LONELY_ROOM = 0.01  # degrees around a community that is alone in its street; assumed
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def place_units(
    plan: Plan, units: dict[str, list[Unit]], row_of: dict[str, int], seed: int
) -> tuple[NDArray, dict[int, dict[str, Any]]]:
    """A point for every unit; outlines of districts as published, of streets schematic."""
    points = np.zeros((len(row_of), 2))
    shapes: dict[int, dict[str, Any]] = {}
    children: dict[str, list[Unit]] = {}
    for block in ("street", "community"):
        for unit in units[block]:
            children.setdefault(unit.parent, []).append(unit)
    for district in units["district"]:
        rng = generator(seed, "places", district.code)
        outline = plan.outlines[district.code]
        shapes[row_of[district.code]] = outline
        streets = children.get(district.code, [])
        centres, cells = tessellate(outline, len(streets), rng)
        points[row_of[district.code]] = centres.mean(axis=0)
        for street, centre, cell in zip(streets, centres, cells, strict=True):
            shapes[row_of[street.code]] = cell
            points[row_of[street.code]] = centre
            places = children.get(street.code, [])
            rows = [row_of[u.code] for u in places]
            points[rows] = points_in(cell, len(places), rng)
    points[0] = points[[row_of[u.code] for u in units["district"]]].mean(axis=0)
    return points, shapes


def points_below(
    units: dict[str, list[Unit]],
    row_of: dict[str, int],
    points: NDArray,
    shapes: dict[int, dict[str, Any]],
    compound_of: NDArray,
    grid_of: NDArray,
) -> NDArray:
    """Points of compounds and grids on a spiral around their community, in its street's cell."""
    first = row_of[units["community"][0].code]
    centres = points[first:]
    street = np.array([row_of[u.parent] for u in units["community"]])
    room = _room(centres, street)
    found = []
    for owner, turn in ((compound_of, 0.0), (grid_of, 1.0)):
        order = np.arange(len(owner)) - np.searchsorted(owner, owner)
        count = np.bincount(owner, minlength=len(centres))[owner]
        radius = COMPOUND_RADIUS * room[owner] * np.sqrt((order + 0.5) / count)
        angle = (order + turn) * GOLDEN_ANGLE
        offset = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]
        found.append(_drawn_in(centres[owner], offset, street[owner], shapes))
    return np.concatenate(found).round(6)


def _room(centres: NDArray, street: NDArray) -> NDArray:
    """The distance in degrees from each community to its next neighbour in the street."""
    room = np.full(len(centres), LONELY_ROOM)
    for row in np.unique(street):
        here = np.flatnonzero(street == row)
        if len(here) > 1:
            gaps = centres[here][:, None] - centres[here][None]
            distance = np.hypot(gaps[..., 0], gaps[..., 1])
            np.fill_diagonal(distance, np.inf)
            room[here] = distance.min(axis=1)
    return room


def _drawn_in(
    centre: NDArray, offset: NDArray, street: NDArray, shapes: dict[int, dict[str, Any]]
) -> NDArray:
    """The points, drawn back towards their community until they lie in the street's cell."""
    point = centre + offset
    for row in np.unique(street):
        here = np.flatnonzero(street == row)
        for _ in range(4):
            out = here[~are_inside(shapes[int(row)], point[here])]
            if not len(out):
                break
            offset[out] *= 0.5
            point[out] = centre[out] + offset[out]
        else:
            out = here[~are_inside(shapes[int(row)], point[here])]
            point[out] = centre[out]
    return point
