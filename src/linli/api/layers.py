"""What does the one map show? Its layers, an area's outlines, and each layer's live figures."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, allow, door
from linli.onemap import catalogue, shapes, sights
from linli.onemap.layer import Layer
from linli.onemap.paint import Painting, paint
from linli.registry.areas import Area, Tier, get

router = Router(tags=["map"])
SEE = "map.see"
Version = Annotated[int, Field(ge=0, lt=2**53, description="The version of the last answer.")]


class MapMeasure(BaseModel):
    """One figure of a layer; the first one is painted. A count opens the list with ``filters``."""

    name: str
    title: str
    form: str
    filters: dict[str, str | int | bool] | None


class MapLayer(BaseModel):
    """A layer that the caller may see, with what it shows."""

    name: str
    title: str
    shows: str
    ramp: str
    measures: list[MapMeasure]


class MapRow(BaseModel):
    """The figures of one area: its class in the legend (below 0: none, see ``gap``) and values."""

    area_id: int
    shade: int
    gap: str | None
    values: list[float | None]
    written: list[str]
    partial: bool


class MapValues(BaseModel):
    """A layer over the parts of an area; the version changes when a figure does."""

    version: int
    at: datetime
    layer: str
    area_id: int
    tier: int
    bounds: list[float]
    labels: list[str]
    rows: list[MapRow]
    whole: list[str]
    rest: list[str] | None


class MapOutlines(BaseModel):
    """GeoJSON; each feature's id is its area's, and its ``part`` says what it is in the picture."""

    type: str
    features: list[dict[str, Any]]


class MapAsk(BaseModel):
    """Which area (the caller's own if none), and the tier of its parts (the next if none)."""

    area_id: Id | None = None
    tier: Tier | None = None


class MapValuesAsk(MapAsk):
    """And which version the caller has: nothing (204) comes as long as it holds."""

    since: Version | None = None


@router.get(
    "/layers",
    response=list[MapLayer],
    operation_id="map_layers",
    summary="The layers that the caller may see",
    openapi_extra=door(SEE, placed=False),
)
def layers(request: HttpRequest) -> Any:
    """The layers, in the order of the switch."""
    actor, _ = allow(request, SEE)
    return [_told(layer) for layer in catalogue.layers_of(actor)]


@router.get(
    "/outlines",
    response=MapOutlines,
    operation_id="map_outlines",
    summary="The outlines of an area's parts; a part without one is a point",
    openapi_extra=door("areas.see", placed=False),
)
def outlines(request: HttpRequest, response: HttpResponse, wanted: Query[MapAsk]) -> Any:
    """GeoJSON with a tag that stays until an outline changes."""
    actor, _ = allow(request, "areas.see")
    area = _area(wanted) or sights.home(actor)
    sheet = shapes.sheet(area, sights.chosen_tier(area, wanted.tier))
    response["ETag"] = f'"{sheet.mark}"'
    return MapOutlines.model_validate_json(sheet.body)


def _serve(layer: Layer) -> None:
    """One operation a layer, since each has roles of its own."""

    @router.get(
        f"/layers/{layer.name}",
        response={200: MapValues, 204: None},
        operation_id=f"map_{layer.name}",
        summary=layer.shows,
        openapi_extra=door(SEE, roles=layer.roles, placed=False),
    )
    def values(request: HttpRequest, wanted: Query[MapValuesAsk]) -> Any:
        """The figures of the parts of an area, as far as the caller's posts reach."""
        actor = actor_of(request)
        area = _area(wanted) or sights.home(actor)
        painting = paint(actor, layer, area, wanted.tier, now=clock.now_s())
        if wanted.since == painting.version:
            return Status(204, None)
        return _values(painting)


def _area(wanted: MapAsk) -> Area | None:
    return None if wanted.area_id is None else get(wanted.area_id)


def _told(layer: Layer) -> MapLayer:
    return MapLayer(
        name=layer.name,
        title=gettext(layer.title),
        shows=gettext(layer.shows),
        ramp=layer.ramp,
        measures=[
            MapMeasure(
                name=measure.name,
                title=gettext(measure.title),
                form=measure.form,
                filters=dict(measure.opens) if measure.opens else None,
            )
            for measure in layer.measures
        ],
    )


def _values(painting: Painting) -> MapValues:
    return MapValues(
        version=painting.version,
        at=painting.at,
        layer=painting.layer.name,
        area_id=painting.sight.area.id,
        tier=painting.sight.tier,
        bounds=list(painting.bounds),
        labels=painting.labels,
        rows=[
            MapRow(
                area_id=row.area.id,
                shade=row.shade,
                gap=row.figure.gap,
                values=list(row.figure.values),
                written=painting.written(row.figure, gettext),
                partial=row.partial,
            )
            for row in painting.rows
        ],
        whole=painting.written(painting.whole, gettext),
        rest=painting.written(painting.rest, gettext) if painting.rest else None,
    )


for _layer in catalogue.all_layers().values():
    _serve(_layer)
