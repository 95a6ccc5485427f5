"""How does a whole tree of areas come in at once? The bulk door of `area_tree`, for columns.

It writes what `area_tree.add_many` would, a hundred times as many at a time: numbers of children,
paths and the units of the four tiers are worked out before the first row is written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linli import bulk
from linli.errors import N_, BadInput
from linli.policy.can import PATH_STEP
from linli.registry.area_tree import MOST_CHILDREN, TreeFull
from linli.registry.areas import TIER_OF, Area, AreaCode, AreaShape, GridShare

Units = tuple[int | None, int | None, int | None, int | None]
NO_UNITS: Units = (None, None, None, None)


@dataclass(frozen=True)
class AreaColumns:
    """Areas as columns. ``parent`` numbers a row of the areas known before, or of these."""

    kind: Sequence[str]
    name_zh: Sequence[str]
    name_pinyin: Sequence[str]
    name_en: Sequence[str]
    parent: Sequence[int]  # -1: the city itself
    longitude: Sequence[float | None]
    latitude: Sequence[float | None]


@dataclass
class LoadedAreas:
    """What was loaded, row by row; `load` reads it to hang more areas below, and counts on."""

    ids: list[int]
    paths: list[str]
    units: list[Units]
    n_children: list[int]


def load(
    columns: AreaColumns,
    *,
    below: LoadedAreas | None = None,
    valid_from: date | None = None,
    source: str = "",
) -> LoadedAreas:
    """Add areas in bulk, parents before children; returns them alone, in their order.

    ``below`` are areas loaded before: parents count on from them, and their children are counted.
    Raises BadInput for a parent that comes later, TreeFull for one child too many.
    """
    n = len(columns.kind)
    known = below or LoadedAreas([], [], [], [])
    offset = len(known.ids)
    every = LoadedAreas(
        known.ids + list(bulk.next_ids(Area, n)),
        list(known.paths),
        list(known.units),
        known.n_children + [0] * n,
    )
    roots = 0
    for row, (kind, parent) in enumerate(zip(columns.kind, columns.parent, strict=True), offset):
        if parent >= row:
            raise BadInput(
                N_("{area} comes before its parent. Put parents first."),
                area=columns.name_zh[row - offset],
            )
        if parent < 0:
            roots += 1
            number, path, units = roots, "", NO_UNITS
        else:
            every.n_children[parent] += 1
            number, path, units = every.n_children[parent], every.paths[parent], every.units[parent]
            if number > MOST_CHILDREN:
                raise TreeFull(parent=every.paths[parent], most=MOST_CHILDREN)
        every.paths.append(f"{path}{number:0{PATH_STEP}d}")
        every.units.append(_with_own(units, TIER_OF[kind], every.ids[row]))
    if below is not None:
        below.n_children[:] = every.n_children[:offset]
    new = LoadedAreas(
        *(getattr(every, f)[offset:] for f in ("ids", "paths", "units", "n_children"))
    )
    parents = [every.ids[p] if p >= 0 else None for p in columns.parent]
    bulk.insert(
        Area,
        ("id", "kind", "name_zh", "name_pinyin", "name_en", "parent", "path", "community_id",
         "street_id", "district_id", "city_id", "longitude", "latitude", "valid_from", "source"),
        (
            (id_, kind, zh, pinyin, en, parent, path, *units, lon, lat, valid_from, source)
            for id_, kind, zh, pinyin, en, parent, path, units, lon, lat in zip(
                new.ids, columns.kind, columns.name_zh, columns.name_pinyin, columns.name_en,
                parents, new.paths, new.units, columns.longitude, columns.latitude, strict=True,
            )
        ),
    )  # fmt: skip
    return new


def load_codes(rows: Iterable[tuple[int, str, str, str]]) -> int:
    """Add codes in bulk: area id, system, code, source."""
    listed = list(rows)
    ids = bulk.next_ids(AreaCode, len(listed))
    return bulk.insert(
        AreaCode,
        ("id", "area", "system", "code", "source"),
        ((id_, *row) for id_, row in zip(ids, listed, strict=True)),
    )


def load_shapes(rows: Iterable[tuple[int, dict[str, Any], bool, str]]) -> int:
    """Add outlines in bulk: area id, GeoJSON geometry, whether schematic, source."""
    return bulk.insert(AreaShape, ("area", "geometry", "schematic", "source"), rows)


def load_shares(rows: Iterable[tuple[int, int, float]]) -> int:
    """Add grid shares in bulk: compound id, grid id, share."""
    listed = list(rows)
    ids = bulk.next_ids(GridShare, len(listed))
    return bulk.insert(
        GridShare,
        ("id", "compound", "grid", "share"),
        ((id_, *row) for id_, row in zip(ids, listed, strict=True)),
    )


def _with_own(units: Units, tier: int | None, own: int) -> Units:
    """The units of the four tiers, with the area itself at its own."""
    if tier is None:
        return units
    return tuple(own if t == tier else unit for t, unit in enumerate(units))  # type: ignore[return-value]
