"""Where does a choice spare infections, and where does it cost some? Areas in five colours."""

from collections.abc import Sequence
from html import escape
from math import cos, radians
from typing import Any

from linli.registry.areas import AreaShape
from linli.studies.simulation.told import Place

SIDE = 720
DOT = 3
MARGIN = 12
MOST_SHAPES = 8_000
# From blue (spared) over grey (as good as none) to red (cost); seen by the colour-blind, too.
COLOURS = ("#2166ac", "#92c5de", "#d8d5cf", "#f4a582", "#b2182b")
Points = list[tuple[float, float]]


def drawn(places: Sequence[Place], choice: int, *, title: str) -> str:
    """A map of one choice less the first; an area without an outline is a dot; "" without any."""
    shapes = _shapes(places)
    if not shapes:
        return ""
    step = step_of(places, choice)
    everywhere = [point for rings in shapes.values() for ring in rings for point in ring]
    project = _projection(everywhere)
    parts = []
    for place in sorted(places, key=lambda p: abs(p.less[choice])):
        rings = shapes.get(place.area.id)
        if rings is None:
            continue
        colour = COLOURS[level_of(place.less_beyond_luck(choice), step)]
        words = f"<title>{escape(place.area.name_zh)}: {place.less[choice]:+,.1f}</title>"
        parts.append(_drawn(rings, colour, words, project))
    height = max(y for _, y in map(project, everywhere)) + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {height:.0f}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def step_of(places: Sequence[Place], choice: int) -> float:
    """From how many infections on an area is much changed: the upper tenth of the changed."""
    changed = sorted(abs(less) for p in places if (less := p.less_beyond_luck(choice)))
    return changed[int(0.9 * (len(changed) - 1))] if changed else 1.0


def level_of(less: float, step: float) -> int:
    """Which of the five colours: two for spared, one for about the same, two for more."""
    if abs(less) < step / 4:
        return 2
    strong = abs(less) >= step
    return (0 if strong else 1) if less < 0 else (4 if strong else 3)


def _shapes(places: Sequence[Place]) -> dict[int, list[Points]]:
    ids = [place.area.id for place in places][:MOST_SHAPES]
    found = {row.area_id: _rings(row.geometry) for row in AreaShape.objects.filter(area_id__in=ids)}
    for place in places[:MOST_SHAPES]:
        area = place.area
        if area.id not in found and area.longitude is not None and area.latitude is not None:
            found[area.id] = [[(area.longitude, area.latitude)]]
    return found


def _rings(geometry: dict[str, Any]) -> list[Points]:
    kind, given = geometry["type"], geometry["coordinates"]
    polygons = [given] if kind == "Polygon" else given if kind == "MultiPolygon" else []
    return [[(float(p[0]), float(p[1])) for p in ring] for one in polygons for ring in one]


def _projection(points: Points) -> Any:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    flat = cos(radians((south + north) / 2))
    size = max((east - west) * flat, north - south) or 1.0
    scale = (SIDE - 2 * MARGIN) / size

    def project(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return MARGIN + (x - west) * flat * scale, MARGIN + (north - y) * scale

    return project


def _drawn(rings: list[Points], colour: str, words: str, project: Any) -> str:
    if len(rings) == 1 and len(rings[0]) == 1:
        x, y = project(rings[0][0])
        dot = f'cx="{x:.1f}" cy="{y:.1f}" r="{DOT}" fill="{colour}"'
        return f"<circle {dot}>{words}</circle>"
    path = "".join(
        "M" + "L".join("{:.1f} {:.1f}".format(*project(point)) for point in ring) + "Z"
        for ring in rings
    )
    return (
        f'<path d="{path}" fill="{colour}" fill-rule="evenodd" stroke="#888" stroke-width=".5">'
        f"{words}</path>"
    )
