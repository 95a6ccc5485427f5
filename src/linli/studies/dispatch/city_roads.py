"""Which roads does this city have, which of them are closed now, and to whom?

The file that the settings name, or a sketch between the points of its areas and sites. Both are
made once for a process, and again when the file or the registry changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import F, Max, Q

from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.estimate import Bridge
from linli.analysis.dispatch.roads.network import FARTHEST_SNAP_M, Network
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import Travel, Window
from linli.errors import N_, BadInput
from linli.geo import Point
from linli.registry.areas import Area, AreaCode
from linli.registry.sites import Site, SiteKind
from linli.studies.dispatch.roads import read_bridges, read_network
from linli.studies.dispatch.sketch import Unsketched, sketched

FARTHEST_SKETCHED_M = 20_000.0  # in a sketch villages lie far from each other
ON_THE_MAP = Q(longitude__isnull=False, latitude__isnull=False)
NO_STOP = (SiteKind.GATE, SiteKind.SHOP, SiteKind.STATION)  # stand where their areas do


@dataclass(frozen=True, eq=False)
class CityRoads:
    """The network of the city, and whether it is only a sketch."""

    network: Network
    estimate: bool

    @property
    def farthest_m(self) -> float:
        """How far from a road a place may lie."""
        return FARTHEST_SKETCHED_M if self.estimate else FARTHEST_SNAP_M

    def ways(
        self, closed: Iterable[Closure] = (), *, passes: frozenset[str] = frozenset(),
        during: Window | None = None,
    ) -> Ways:  # fmt: skip
        """The roads that are open to somebody with these permits."""
        return Ways.of(self.network, open_arcs(self.network, closed, passes=passes, during=during))

    def travel(
        self, ways: Ways, points: Sequence[Point], *, vehicles: Sequence[int] = ()
    ) -> tuple[Travel, dict[int, int]]:
        """Times between points on open roads, and the node of each; estimates are marked so.

        ``vehicles`` are those that a vehicle stands at: it is on a road, far as its ends may be.
        """
        nodes, near = self.network.snap(list(points), farthest_m=self.farthest_m)
        near[list(vehicles)] = True
        found = replace(ways.travel(nodes, near=near), estimate=self.estimate)
        return found, {n: int(node) for n, node in enumerate(nodes)}


def city_roads() -> CityRoads:
    """The roads of this city; raises BadInput where there is neither a file nor a point."""
    file: Path | None = settings.ROADS
    if file is not None:
        return _read(file, file.stat().st_mtime_ns)
    bridges: Path | None = settings.BRIDGES
    stands = Area.objects.filter(ON_THE_MAP).aggregate(last=Max("id"))["last"] or 0
    last_site = Site.objects.filter(ON_THE_MAP).aggregate(last=Max("id"))["last"] or 0
    return _sketch(stands, last_site, bridges, bridges.stat().st_mtime_ns if bridges else 0)


def known_roads() -> CityRoads | None:
    """The roads of this city; None where fewer than two places have a point yet."""
    try:
        return city_roads()
    except Unsketched:
        return None


@lru_cache(maxsize=1)
def _read(file: Path, _changed: int) -> CityRoads:
    return CityRoads(read_network(file), estimate=False)


@lru_cache(maxsize=2)
def _sketch(_areas: int, _sites: int, bridges: Path | None, _changed: int) -> CityRoads:
    """Between communities; where there are none, between whatever has a point."""
    rows = Area.objects.filter(ON_THE_MAP)
    communities = rows.filter(community_id=F("id"))
    chosen = communities if communities.exists() else rows.exclude(kind="building")
    listed = list(chosen.order_by("id").values_list("longitude", "latitude", "path"))
    sites = Site.objects.filter(ON_THE_MAP).exclude(kind__in=NO_STOP).order_by("id")
    listed += list(sites.values_list("longitude", "latitude", "path"))
    spans = read_bridges(bridges) if bridges else []
    points = [
        (float(lon), float(lat)) for lon, lat, _ in listed if lon is not None and lat is not None
    ]
    banks = _banks([path for _, _, path in listed], spans) if spans else []
    return CityRoads(sketched(points, banks=banks, bridges=spans), estimate=True)


def _banks(paths: Sequence[str], bridges: Sequence[Bridge]) -> list[str]:
    """The bank of each path: the one whose codes name an area above it; "" for none."""
    on: dict[str, str] = {}
    for bank in dict.fromkeys(bank for bridge in bridges for bank in bridge.banks):
        codes = bank.split()
        found = AreaCode.objects.filter(code__in=codes).values_list("area__path", "code")
        on |= {path: bank for path, _ in found}
        missing = set(codes) - {code for _, code in found}
        if missing:
            raise BadInput(N_("No area has the code {codes}, which a bank names. Correct the "
                              "file of bridges."), codes=tuple(sorted(missing)))  # fmt: skip
    return [next((bank for at, bank in on.items() if path.startswith(at)), "") for path in paths]
