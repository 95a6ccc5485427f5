"""Where is a bed? By class, distance and free places, the nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q

from linli.geo import EARTH_RADIUS_M, Point
from linli.loops.beds import ledger
from linli.loops.beds.fit import BedNeed
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.sites import Site, takes_people
from linli.registry.wards import SEVERITY_RANK, Ward

SEE = "beds.see"
COLUMNS = (
    "id", "site_id", "site__name_zh", "site__name_en", "site__kind", "name_zh", "name_en",
    "category", "severity", "sex", "age_group", "oxygen", "icu", "dialysis", "n_beds", "n_blocked",
    "n_more_in_24h", "counted_at", "source", "site__longitude", "site__latitude",
    "site__level", "site__batch",
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """The two names of something."""

    name_zh: str
    name_en: str


@dataclass(frozen=True)
class BedPlace:
    """A ward as a dispatcher sees it: how many beds are free, and how far it is."""

    ward_id: int
    site_id: int
    site: Named
    site_kind: str
    name_zh: str
    name_en: str
    category: str
    severity: str
    sex: str
    age_group: str
    oxygen: bool
    icu: bool
    dialysis: bool
    n_beds: int
    n_blocked: int
    n_free: int
    n_in_24h: int
    counted_at: Any
    source: str
    distance_m: float | None  # a straight line; unknown where either has no point
    level: str  # of the hospital
    batch: int | None  # in which its site was put into use


def find(
    actor: Actor, need: BedNeed, *, around: Point | None = None, most: int = 20
) -> list[BedPlace]:
    """Wards with a free bed that fit a need, the nearest first, then the lowest that will do."""
    _may(actor)
    rows = _places(need.wards() & _open(), around, exercise=actor.exercise)
    return [row for row in rows if row.n_free > 0][:most]


def everywhere(
    actor: Actor, *, category: str = "", site_id: int | None = None, around: Point | None = None
) -> list[BedPlace]:
    """All wards of open sites, full ones too: the table of beds."""
    _may(actor)
    wanted = _open()
    if category:
        wanted &= Q(category=category)
    if site_id is not None:
        wanted = Q(site_id=site_id)
    return _places(wanted, around, exercise=actor.exercise)


def _may(actor: Actor) -> None:
    can(actor, Ask(SEE, roles_for(SEE))).required()


def _open() -> Q:
    return Q(site__in=Site.objects.filter(takes_people()))


def _places(wanted: Q, around: Point | None, *, exercise: bool) -> list[BedPlace]:
    rows = list(Ward.objects.filter(wanted).values_list(*COLUMNS))
    full = ledger.taken([row[0] for row in rows], exercise=exercise)
    metres = _distances(rows, around)
    places = [_place(row, full.get(row[0], 0), metres[n]) for n, row in enumerate(rows)]
    return sorted(
        places,
        key=lambda p: (
            p.distance_m is None,
            p.distance_m or 0.0,
            p.site_id,
            SEVERITY_RANK[p.severity],
            p.ward_id,
        ),
    )


def _place(row: tuple[Any, ...], n_taken: int, metres: float | None) -> BedPlace:
    n_beds, n_blocked, n_more = row[14:17]
    free = max(0, n_beds - n_blocked - n_taken)
    site = Named(row[2], row[3])
    values = (*row[:2], site, *row[4:16], free, free + n_more, *row[17:19], metres, *row[21:23])
    return BedPlace(*values)


def _distances(rows: Sequence[tuple[Any, ...]], around: Point | None) -> list[float | None]:
    if around is None or not rows:
        return [None] * len(rows)
    points = np.radians(np.array([(r[19], r[20]) for r in rows], dtype=float))
    lon, lat = np.radians(around)
    half = np.sin((points[:, 1] - lat) / 2) ** 2
    half += np.cos(points[:, 1]) * np.cos(lat) * np.sin((points[:, 0] - lon) / 2) ** 2
    metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return [None if np.isnan(m) else float(m) for m in metres]
