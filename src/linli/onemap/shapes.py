"""What do an area and its parts look like? Outlines as one small file, kept until they change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from linli.onemap import sights
from linli.registry.areas import Area, AreaShape, Tier

DECIMALS = 4  # eleven metres: finer than a pixel wherever a whole area is on the screen


@dataclass(frozen=True)
class Sheet:
    """The outlines of one view as GeoJSON, with a mark that changes when any of them does."""

    body: bytes
    mark: str
    sources: tuple[str, ...] = ()  # where the outlines come from
    schematic: bool = False  # some, or what points were placed in, was drawn, not surveyed


def sheet(area: Area, tier: Tier) -> Sheet:
    """The outlines for an area and its parts at a tier.

    Each feature carries its area's id and a part in the picture: ``child`` is painted, ``frame``
    is the area itself, ``border`` what lies between, ``around`` its neighbours. A child without
    an outline is a point. ``schematic`` outlines were drawn for the map, not surveyed. Raises
    NotBelow for a tier that no map of the area shows.
    """
    sights.chosen_tier(area, tier)
    drawn: list[dict[str, Any]] = []
    parts = sights.at_tier(area, tier)
    between = [t for t in Tier if tier < t < (area.tier or Tier.CITY)]
    around = Area.objects.filter(parent=area.parent_id).exclude(id=area.id).order_by("path")
    drawn += _features(around if area.parent_id else (), "around", points=False)
    drawn += _features([area], "frame", points=False)
    drawn += _features(parts, "child", points=True)
    for middle in between:
        drawn += _features(sights.at_tier(area, middle), "border", points=False)
    body = json.dumps(
        {"type": "FeatureCollection", "features": drawn}, separators=(",", ":")
    ).encode()
    seen = {area.id, *(part.id for part in parts)}
    seen |= {part.street_id for part in parts if part.street_id is not None}  # where points lie
    told = AreaShape.objects.filter(area__in=seen).values_list("source", "schematic").distinct()
    return Sheet(
        body,
        blake2b(body, digest_size=9).hexdigest(),
        tuple(sorted({source for source, schematic in told if source and not schematic})),
        any(schematic for _, schematic in told),
    )


def _features(areas: Iterable[Area], part: str, *, points: bool) -> list[dict[str, Any]]:
    listed = list(areas)
    shapes = {
        shape.area_id: shape
        for shape in AreaShape.objects.filter(area__in=[area.id for area in listed])
    }
    return [
        feature
        for area in listed
        if (feature := _feature(area, shapes.get(area.id), part, points=points))
    ]


def _feature(
    area: Area, shape: AreaShape | None, part: str, *, points: bool
) -> dict[str, Any] | None:
    at = [area.longitude, area.latitude] if area.longitude is not None else None
    if shape is None and not (points and at):
        return None
    told: dict[str, Any] = {"part": part}
    if at is not None:
        told["at"] = _rounded(at)
    if shape is not None and shape.schematic:
        told["schematic"] = True
    geometry: Mapping[str, Any] = (
        {"type": "Point", "coordinates": at} if shape is None else shape.geometry
    )
    return {
        "type": "Feature",
        "id": area.id,
        "properties": told,
        "geometry": {
            "type": geometry["type"],
            "coordinates": _rounded(geometry["coordinates"]),
        },
    }


def _rounded(coordinates: Any) -> Any:
    """Coordinates to a fixed precision; a corner that falls on the one before it is left out."""
    if isinstance(coordinates[0], int | float):
        return [round(float(part), DECIMALS) for part in coordinates]
    rounded = [_rounded(part) for part in coordinates]
    if isinstance(rounded[0][0], float):
        return [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]
    return rounded
