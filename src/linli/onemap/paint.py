"""What does a layer say of an area's parts right now, as this person may see it?"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from linli import clock
from linli.onemap import legend, sights
from linli.onemap.layer import GAP_NAMES, Figure, Form, Gap, Layer, Sight
from linli.onemap.withheld import hidden_in
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry.areas import Area, Tier

GAP_CLASSES = {Gap.UNKNOWN: -1, Gap.FEW: -2, Gap.WITHHELD: -3, Gap.OUTSIDE: -4}
VERSION_BYTES = 6  # a version is exact as a number in every browser


@dataclass(frozen=True)
class Row:
    """One area on the map: its figure, and the class it is painted in (below 0: a gap)."""

    area: Area
    figure: Figure
    shade: int
    partial: bool = False  # only the viewer's own grids are counted


@dataclass(frozen=True)
class Painting:
    """A layer over the parts of an area, with all the legend needs, at one moment."""

    layer: Layer
    sight: Sight
    at: datetime
    bounds: legend.Bounds
    rows: tuple[Row, ...]
    whole: Figure  # of the area itself
    rest: Figure | None  # what lies in the area and in none of the parts; None: nothing does
    dated: date | None  # the day of figures that do not live; None: they are those of ``at``
    opens_lists: bool  # whether the viewer may open the lists behind the numbers

    @property
    def labels(self) -> list[str]:
        """What the legend says of each class."""
        return legend.labels(self.bounds, self.layer.painted.form)

    def written(self, figure: Figure, translate: Callable[[str], str] = str) -> list[str]:
        """A figure's values as they are read; a gap stands where the painted value would."""
        said = [
            legend.written(value, measure.form)
            for measure, value in zip(self.layer.measures, figure.values, strict=True)
        ]
        if figure.gap is not None:
            said[0] = translate(GAP_NAMES[figure.gap])
        return said

    def values(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        """The figures as small JSON: one row an area, ``[id, class, values, as written]``."""
        return {
            "version": self.version,
            "layer": self.layer.name,
            "area": self.sight.area.id,
            "tier": int(self.sight.tier),
            "bounds": self.bounds,
            "labels": self.labels,
            "rows": [
                [
                    row.area.id,
                    row.shade,
                    [_short(v) for v in row.figure.values],
                    self.written(row.figure, translate),
                ]
                for row in self.rows
            ],
            "whole": self.written(self.whole, translate),
            "rest": self.written(self.rest, translate) if self.rest else None,
        }

    @property
    def version(self) -> int:
        """A number that is the same as long as every figure is."""
        told = [(row.area.id, row.shade, row.figure.values) for row in self.rows]
        rest = self.rest.values if self.rest else None
        text = json.dumps([self.bounds, told, self.whole.values, rest])
        return int.from_bytes(blake2b(text.encode(), digest_size=VERSION_BYTES).digest(), "big")


def paint(
    actor: Actor, layer: Layer, area: Area, tier: Tier | None = None, *, now: int
) -> Painting:
    """Paint a layer over the parts of an area; ``now`` is in UTC seconds.

    Raises NotAllowed or SignInNeeded for somebody who may not see the layer anywhere.
    """
    roles = layer.roles & roles_for("map.see")
    can(actor, Ask("map.see", roles)).required()
    sight = sights.look(actor, layer, area, tier)
    figures = _allowed(layer, sight, actor, layer.read(sight))
    children = [(child, figures[child.id]) for child in sight.children]
    bounds = legend.bounds_for(layer, (_painted(figure) for _, figure in children))
    rows = tuple(
        Row(child, figure, _shade(layer, figure, bounds), child.id in sight.parts)
        for child, figure in children
    )
    whole = figures[area.id]
    return Painting(
        layer=layer,
        sight=sight,
        at=clock.moment(now),
        bounds=bounds,
        rows=rows,
        whole=whole,
        rest=_rest(layer, whole, [figure for _, figure in children]),
        dated=layer.dated(sight) if layer.dated else None,
        opens_lists=bool(scope(actor, layer.lists)),
    )


def _allowed(
    layer: Layer, sight: Sight, actor: Actor, figures: Mapping[int, Figure]
) -> dict[int, Figure]:
    """The figures this actor may see; every other area has a gap that says why."""
    ranges = scope(actor, layer.roles)
    hidden = hidden_in(layer, sight)
    nothing = (None,) * len(layer.measures)
    seen: dict[int, Figure] = {}
    for area in sight.everywhere:
        if layer.scoped and area.id not in sight.parts and not sights.is_own(area, ranges):
            seen[area.id] = Figure(nothing, Gap.OUTSIDE)
        elif area.id in hidden:
            seen[area.id] = Figure(nothing, Gap.WITHHELD)
        else:
            seen[area.id] = replace(figures.get(area.id, Figure(nothing, Gap.UNKNOWN)), people=None)
    return seen


def _rest(layer: Layer, whole: Figure, parts: list[Figure]) -> Figure | None:
    """What the area counts beyond its parts, where every part is known; only counts are taken."""
    if any(part.gap in (Gap.OUTSIDE, Gap.WITHHELD) for part in (whole, *parts)):
        return None
    values: list[float | None] = []
    for i, measure in enumerate(layer.measures):
        known = [part.values[i] for part in parts]
        total = whole.values[i]
        if measure.form is not Form.COUNT or total is None or None in known:
            values.append(None)
        else:
            values.append(total - sum(v for v in known if v is not None))
    if not any(values):
        return None
    return Figure(tuple(values))


def _painted(figure: Figure) -> float | None:
    return figure.values[0] if figure.gap is None else None


def _shade(layer: Layer, figure: Figure, bounds: legend.Bounds) -> int:
    value = figure.values[0]
    if figure.gap is not None or value is None:
        return GAP_CLASSES[figure.gap or Gap.UNKNOWN]
    return legend.class_of(legend.as_read(value, layer.painted.form), bounds)


def _short(value: float | None) -> float | None:
    return value if value is None or value == int(value) else round(value, 4)
