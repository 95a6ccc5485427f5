"""What is where? Codes of areas, what lies above one, what is near, and the types of request."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.doors import Id, allow, door
from linli.api.reading import refuse_no_text
from linli.policy.can import scope
from linli.policy.powers import roles_for
from linli.registry import areas, duties, request_types, resources
from linli.registry.forms import Day, Latitude, Longitude

router = Router(tags=["places"])
FARTHEST_M = 50_000
TypeCode = Annotated[str, Path(max_length=40)]
NewCode = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[^\s\x00]+$")]


class AreaCodeRow(BaseModel):
    """A code of an area in one system, while it was valid, as one source gives it."""

    area_id: int
    system: str
    code: str
    valid_from: date | None
    valid_until: date | None
    source: str


class AreaAbove(BaseModel):
    """An area that lies around another."""

    id: int
    kind: str
    name_zh: str
    name_en: str


class NearRow(BaseModel):
    """Something near: what, how far, and whose."""

    model_config = {"from_attributes": True}

    kind: str
    id: int
    name: str
    distance_m: float
    area_id: int
    organisation_id: int | None
    as_of: date


class NearAsk(BaseModel):
    """What is looked for, and around which point."""

    what: Annotated[str, Field(min_length=1, max_length=40)]
    longitude: Longitude
    latitude: Latitude
    radius_m: Annotated[float, Field(gt=0, le=FARTHEST_M, allow_inf_nan=False)] = 2000


class CodeAsk(BaseModel):
    """A code in one system, on a day if one is given."""

    system: Annotated[str, Field(min_length=1, max_length=40)]
    code: Annotated[str, Field(min_length=1, max_length=40)]
    on: Day | None = None


class RequestTypeRow(BaseModel):
    """A type of request that residents may choose."""

    model_config = {"from_attributes": True}

    code: str
    name_zh: str
    name_en: str
    item_class: str
    group: str
    keywords: str


class RequestTypeSeen(RequestTypeRow):
    """A type of request as the city keeps it."""

    duty_code: str
    public: bool
    valid_until: date | None


class DutyLead(BaseModel):
    """The duty that leads a type: who, from which tier on, with which skill."""

    id: int
    code: str
    version: int
    topic: str
    name_zh: str
    name_en: str
    tier: int
    lead_role: str
    skill: str


@router.get(
    "/area-codes",
    response=list[AreaCodeRow],
    operation_id="area_codes_find",
    summary="Which areas carry a code? Several may: the key is never the code alone",
    openapi_extra=door("areas.see"),
)
def find_code(request: HttpRequest, wanted: Query[CodeAsk]) -> Any:
    """The areas that carry a code in a system, each with its validity and source."""
    allow(request, "areas.see")
    refuse_no_text(wanted.model_dump())
    found = areas.by_code(wanted.system, wanted.code, wanted.on).values_list("id", flat=True)
    return list(
        areas.AreaCode.objects.filter(
            area_id__in=list(found[:50]), system=wanted.system, code=wanted.code
        ).values(*AreaCodeRow.model_fields)
    )


@router.get(
    "/areas/{area_id}/codes",
    response=list[AreaCodeRow],
    operation_id="area_codes_of",
    summary="The codes of an area in every system",
    openapi_extra=door("areas.see"),
)
def codes_of(request: HttpRequest, area_id: Path[Id]) -> Any:
    """Every code of an area, with its validity and source."""
    allow(request, "areas.see")
    area = areas.get(area_id)
    return list(area.codes.order_by("system", "code").values(*AreaCodeRow.model_fields)[:100])


@router.get(
    "/areas/{area_id}/above",
    response=list[AreaAbove],
    operation_id="area_above",
    summary="The areas around an area, from the city down",
    openapi_extra=door("areas.see"),
)
def above(request: HttpRequest, area_id: Path[Id]) -> Any:
    """From the city down to the parent."""
    allow(request, "areas.see")
    return [AreaAbove.model_validate(a, from_attributes=True)
            for a in areas.ancestors(areas.get(area_id))]  # fmt: skip


@router.get(
    "/near",
    response=list[NearRow],
    operation_id="resources_near",
    summary="Vehicles and resources of a kind within a radius, the nearest first",
    openapi_extra=door("resources.see", placed=False),
)
def near(request: HttpRequest, wanted: Query[NearAsk]) -> Any:
    """What is near, within the caller's reach."""
    verb = "resources.see"
    actor, _ = allow(request, verb)
    refuse_no_text(wanted.model_dump())
    return resources.near(
        wanted.what,
        (wanted.longitude, wanted.latitude),
        wanted.radius_m,
        ranges=scope(actor, roles_for(verb)),
    )


@router.get(
    "/request-types",
    response=list[RequestTypeRow],
    operation_id="request_types",
    summary="The types of request that may be chosen now",
    openapi_extra=door("areas.see"),
)
def chosen_from(request: HttpRequest) -> Any:
    """The public types in force today."""
    allow(request, "areas.see")
    return duties.open_types(clock.day(clock.now()))


@router.get(
    "/request-types/{code}",
    response=RequestTypeSeen,
    operation_id="request_type_see",
    summary="A type of request as the city keeps it",
    openapi_extra=door("duties.see", placed=False),
)
def see_type(request: HttpRequest, code: TypeCode) -> Any:
    """One type, whether or not it may be chosen now."""
    allow(request, "duties.see")
    refuse_no_text(code)
    return request_types.one(code)


@router.put(
    "/request-types/{code}",
    response=RequestTypeSeen,
    operation_id="request_type_put",
    summary="Add a type of request, or change it",
    openapi_extra=door("duties.edit", placed=False, whole_city=True),
)
def put_type(request: HttpRequest, code: NewCode, body: Body[request_types.RequestTypeForm]) -> Any:
    """What was asked before keeps its type."""
    actor, _ = allow(request, "duties.edit")
    return request_types.put(actor, code, body)


@router.get(
    "/request-types/{code}/lead",
    response=DutyLead,
    operation_id="request_type_lead",
    summary="Which duty leads a type of request today?",
    openapi_extra=door("duties.see", placed=False),
)
def lead(request: HttpRequest, code: TypeCode) -> Any:
    """The one duty that leads a type of request."""
    allow(request, "duties.see")
    refuse_no_text(code)
    found = duties.lead_for(code, clock.day(clock.now()))
    return DutyLead.model_validate(found, from_attributes=True)
