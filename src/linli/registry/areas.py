"""Which areas make up the city, how do they nest, and what are they called and coded?

Areas form one tree of any depth. An area is known by its row, never by its code alone (two
official lists give the same street different codes) nor by its name alone (names repeat).
"""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum

from django.db import models
from django.db.models import F, Q, QuerySet, Value

from linli.columns import AreaPathField
from linli.errors import N_, NotFound, Word
from linli.geo import Point, box, distance_m
from linli.policy.can import PATH_STEP, end_of


class Tier(IntEnum):
    """The four tiers of the ladder; what lies below a community belongs to its community."""

    COMMUNITY = 0
    STREET = 1
    DISTRICT = 2
    CITY = 3


class AreaKind(models.TextChoices):
    """What an area is. Kinds of one tier stand in for each other: a town is a street."""

    CITY = "city", N_("city")
    DISTRICT = "district", N_("district")
    STREET = "street", N_("street")
    TOWN = "town", N_("town")
    TOWNSHIP = "township", N_("township")
    SPECIAL_ZONE = "special_zone", N_("special zone")
    COMMUNITY = "community", N_("community")
    VILLAGE = "village", N_("village")
    GRID = "grid", N_("grid")
    COMPOUND = "compound", N_("compound")
    BUILDING = "building", N_("building")


TIER_OF: dict[str, Tier | None] = {
    AreaKind.CITY: Tier.CITY,
    AreaKind.DISTRICT: Tier.DISTRICT,
    AreaKind.STREET: Tier.STREET,
    AreaKind.TOWN: Tier.STREET,
    AreaKind.TOWNSHIP: Tier.STREET,
    AreaKind.SPECIAL_ZONE: Tier.STREET,
    AreaKind.COMMUNITY: Tier.COMMUNITY,
    AreaKind.VILLAGE: Tier.COMMUNITY,
    AreaKind.GRID: None,
    AreaKind.COMPOUND: None,
    AreaKind.BUILDING: None,
}
UNIT_KINDS = tuple(str(kind) for kind, tier in TIER_OF.items() if tier is not None)

TIER_COLUMN = {
    Tier.COMMUNITY: "community_id",
    Tier.STREET: "street_id",
    Tier.DISTRICT: "district_id",
    Tier.CITY: "city_id",
}

TIER_NAMES = {
    Tier.COMMUNITY: N_("community tier"),
    Tier.STREET: N_("street tier"),
    Tier.DISTRICT: N_("district tier"),
    Tier.CITY: N_("city tier"),
}


class Area(models.Model):
    """One unit of the tree, with its nearest unit at each of the four tiers (or itself)."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16, choices=AreaKind)
    name_zh = models.CharField(max_length=120)
    name_pinyin = models.CharField(max_length=240, blank=True)
    name_en = models.CharField(max_length=240, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = AreaPathField(unique=True)
    community_id = models.BigIntegerField(null=True)
    street_id = models.BigIntegerField(null=True)
    district_id = models.BigIntegerField(null=True)
    city_id = models.BigIntegerField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)  # the last day, None while it stands
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["kind", "path"], name="area_kind_path"),
            models.Index(fields=["name_zh"], name="area_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.kind} {self.id})"

    @property
    def tier(self) -> Tier | None:
        """The tier this area is the unit of, None below a community."""
        return TIER_OF[self.kind]


class AreaCode(models.Model):
    """The code of an area in one system, while it was valid, as one source gives it."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, models.CASCADE, related_name="codes")
    system = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["system", "code"], name="areacode_code")]
        constraints = [
            models.UniqueConstraint(fields=["area", "system", "code"], name="one_code_once")
        ]


class AreaShape(models.Model):
    """The outline of an area (GeoJSON geometry, WGS 84), apart from the row that lists read."""

    area = models.OneToOneField(Area, models.CASCADE, primary_key=True, related_name="shape")
    geometry = models.JSONField()
    schematic = models.BooleanField(default=False)  # drawn by us for the map, not surveyed
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "registry"


class GridShare(models.Model):
    """Which part of a compound lies in which grid; the shares of a compound sum to one."""

    id = models.BigAutoField(primary_key=True)
    compound = models.ForeignKey(Area, models.CASCADE, related_name="grid_shares")
    grid = models.ForeignKey(Area, models.CASCADE, related_name="compound_shares")
    share = models.FloatField()

    class Meta:
        app_label = "registry"
        constraints = [
            models.UniqueConstraint(fields=["compound", "grid"], name="one_share_a_pair"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="share_is_a_part"),
        ]


def under(path: str, field: str = "path") -> Q:
    """The rows in the subtree of a path: one range of an index."""
    if not path:
        return Q()
    return Q(**{f"{field}__gte": path, f"{field}__lt": end_of(path)})


def within(ranges: Sequence[tuple[str, str]], field: str = "path") -> Q:
    """The rows in any of these ranges (what policy.scope gives); none if there is none."""
    if not ranges:
        return Q(pk__in=[])
    found = Q()
    for first, end in ranges:
        found |= Q(**{f"{field}__gte": first, f"{field}__lt": end})
    return found


def get(area_id: int) -> Area:
    """The area, or a sentence that there is none."""
    try:
        return Area.objects.get(id=area_id)
    except Area.DoesNotExist:
        raise NotFound(what=Word(N_("area")), value=area_id) from None


def by_code(system: str, code: str, on: date | None = None) -> QuerySet[Area]:
    """The areas that carry this code in this system (on a day, if one is given)."""
    codes = AreaCode.objects.filter(system=system, code=code)
    if on is not None:
        codes = codes.filter(
            Q(valid_from=None) | Q(valid_from__lte=on),
            Q(valid_until=None) | Q(valid_until__gte=on),
        )
    return Area.objects.filter(id__in=codes.values("area_id"))


def ancestors(area: Area) -> list[Area]:
    """From the city down to the parent."""
    paths = [area.path[:n] for n in range(PATH_STEP, len(area.path), PATH_STEP)]
    return list(Area.objects.filter(path__in=paths).order_by("path"))


def unit_at(area: Area, tier: int) -> int:
    """The id of the area's unit at a tier; the nearest one above where that tier is missing."""
    for step in range(tier, Tier.CITY + 1):
        unit = getattr(area, TIER_COLUMN[Tier(step)])
        if unit is not None:
            return unit
    return area.id


def point_of(area: Area) -> Point | None:
    """The point of an area, or of the nearest area around it that has one."""
    for one in (area, *reversed(ancestors(area))):
        if one.longitude is not None and one.latitude is not None:
            return (one.longitude, one.latitude)
    return None


def whole_city() -> str:
    """The path of the top of the tree: who changes what holds everywhere has to reach it."""
    return Area.objects.filter(parent=None).order_by("path").values_list("path", flat=True)[0]


def at(path: str) -> Area:
    """The area with this path, or a sentence that there is none."""
    found = Area.objects.filter(path=path).first()
    if found is None:
        raise NotFound(what=Word(N_("area")), value=path)
    return found


def community_near(point: Point, farthest_m: float) -> Area | None:
    """The community whose point is nearest, None if none lies within ``farthest_m``."""
    units = [kind for kind, tier in TIER_OF.items() if tier is Tier.COMMUNITY]
    for radius_m in (farthest_m / 16, farthest_m / 4, farthest_m):
        west, south, east, north = box(point, radius_m)
        rows = Area.objects.filter(
            kind__in=units,
            valid_until=None,
            longitude__gte=west,
            longitude__lte=east,
            latitude__gte=south,
            latitude__lte=north,
        )
        measured = [(distance_m(point, (a.longitude or 0, a.latitude or 0)), a.id, a) for a in rows]
        best = min(measured, default=None)
        if best is not None and best[0] <= radius_m:
            return best[2]
    return None


def communities_named_in(text: str, most: int = 2) -> list[Area]:
    """The communities whose whole name stands in a text, the longest name first."""
    units = [kind for kind, tier in TIER_OF.items() if tier is Tier.COMMUNITY]
    said = Area.objects.annotate(said=Value(text[:300], output_field=models.TextField()))
    named = said.filter(kind__in=units, valid_until=None, said__contains=F("name_zh"))
    found: list[Area] = list(named[:50])
    return sorted(found, key=lambda area: -len(area.name_zh))[:most]
