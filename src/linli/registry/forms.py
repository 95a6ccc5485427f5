"""What is asked when a record of the registry is added? One form a kind of record.

An edit asks the same fields, each of them optional; what is left out stays as it is.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError

from linli.policy.roles import Role
from linli.registry.areas import AreaKind
from linli.registry.organisations import OrganisationKind
from linli.registry.person import Left, Sex
from linli.registry.sites import SiteKind, SiteLevel
from linli.registry.vehicles import VehicleKind

BIGGEST_ID = 2**63 - 1
WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST, LATEST = date(1850, 1, 1), date(2200, 12, 31)


def sane(day: date) -> date:
    """A day of this age of the world; raises a ValueError for one of another."""
    if not EARLIEST <= day <= LATEST:
        raise PydanticCustomError("date_out_of_range", "a day of this age of the world")
    return day


def _sane_moment(moment: datetime) -> datetime:
    sane(moment.date())
    return moment


def _closed(kind: Any) -> Any:
    """The values of a closed set, as a pattern that the API's description can carry."""
    return Annotated[str, Field(pattern="^(" + "|".join(v for v in kind.values if v) + ")$")]


def _written(day: Any) -> Any:
    """A day is written as one; a number would be read as seconds since 1970."""
    if isinstance(day, date) or (isinstance(day, str) and WRITTEN.fullmatch(day.strip())):
        return day
    raise PydanticCustomError("date_type", "a day as it is written")


def no_answer(number: Any) -> Any:
    """A number is no yes or no, though a computer takes one for 1 and 0."""
    if isinstance(number, bool):
        raise PydanticCustomError("int_type", "a whole number")
    return number


Id = Annotated[int, Field(ge=1, le=BIGGEST_ID), BeforeValidator(no_answer)]
Day = Annotated[date, AfterValidator(sane), BeforeValidator(_written)]
Moment = Annotated[AwareDatetime, AfterValidator(_sane_moment)]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\s\x00]+$")]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S")]
Short = Annotated[str, Field(max_length=40)]
Source = Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S")]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class RecordForm(BaseModel):
    """What every form keeps to: unknown fields are refused, not dropped."""

    model_config = {"extra": "forbid"}


class AreaForm(RecordForm):
    """An area, and the area it lies in; a new one needs both."""

    kind: _closed(AreaKind)  # type: ignore[valid-type]
    name_zh: Name
    parent_id: Id
    name_pinyin: Annotated[str, Field(max_length=240)] = ""
    name_en: Annotated[str, Field(max_length=240)] = ""
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    valid_from: Day | None = None
    source: Annotated[str, Field(max_length=200)] = ""


class HouseholdForm(RecordForm):
    """People behind one door, and the area that answers for them."""

    code: Code
    area_id: Id
    home_id: Id
    door: Annotated[str, Field(min_length=1, max_length=40)]
    floor: Annotated[int, Field(ge=-20, le=200)] | None = None
    phone: Short = ""
    note: Annotated[str, Field(max_length=500)] = ""
    source: Source
    as_of: Day


class PersonForm(RecordForm):
    """A resident, and the area that answers for them."""

    code: Code
    area_id: Id
    name: Name
    pinyin: Annotated[str, Field(max_length=160)] = ""
    sex: Annotated[str, Field(pattern="^(" + "|".join(Sex.values) + ")$")] = ""
    birth_date: Day | None = None
    phone: Short = ""
    document: Short = ""
    household_id: Id | None = None
    relation: Annotated[str, Field(max_length=24)] = ""
    floating: bool = False
    needs: Annotated[list[Code], Field(max_length=20)] = []
    left_on: Day | None = None
    left_because: Annotated[str, Field(pattern="^(" + "|".join(Left.values) + ")$")] = ""
    left_source: Annotated[str, Field(max_length=120)] = ""
    source: Source
    as_of: Day


class OrganisationForm(RecordForm):
    """A body that can own work; a temporary one has its last day."""

    kind: _closed(OrganisationKind)  # type: ignore[valid-type]
    name_zh: Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")]
    name_en: Annotated[str, Field(max_length=240)] = ""
    area_id: Id
    phone: Short = ""
    temporary: bool = False
    valid_from: Day
    valid_until: Day | None = None
    source: Annotated[str, Field(max_length=120)] = ""


class _PlaceForm(RecordForm):
    area_id: Id
    organisation_id: Id | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    valid_until: Day | None = None
    source: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    as_of: Day


class SiteForm(_PlaceForm):
    """A place where something is done for residents."""

    kind: _closed(SiteKind)  # type: ignore[valid-type]
    name_zh: Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")]
    name_en: Annotated[str, Field(max_length=240)] = ""
    level: Annotated[str, Field(pattern="^(" + "|".join(SiteLevel.values) + ")$")] = ""


class VehicleForm(_PlaceForm):
    """A vehicle that can be called on."""

    kind: _closed(VehicleKind)  # type: ignore[valid-type]
    plate: Annotated[str, Field(min_length=1, max_length=20, pattern=r"\S")]
    n_seats: Annotated[int, Field(ge=1, le=500)]
    n_wheelchairs: Annotated[int, Field(ge=0, le=100)] = 0


class ResourceForm(_PlaceForm):
    """Anything else somebody can lend or give."""

    what: Code
    name_zh: Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")]
    name_en: Annotated[str, Field(max_length=240)] = ""
    quantity: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] = 1
    unit: Annotated[str, Field(max_length=24)] = ""


class FactForm(RecordForm):
    """One figure about an area, with its day and its source."""

    area_id: Id
    key: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
    value: Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
    unit: Short
    as_of: Day
    source: Annotated[str, Field(min_length=1, max_length=240, pattern=r"\S")]


class DutyForm(RecordForm):
    """A responsibility: the topic, the tier it starts at, who leads it, from which day."""

    code: Code
    topic: Code
    name_zh: Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")]
    name_en: Annotated[str, Field(min_length=1, max_length=240, pattern=r"\S")]
    tier: Annotated[int, Field(ge=0, le=3)] = 0
    lead_role: Role = Role.GRID_WORKER
    skill: Short = ""
    valid_from: Day
    valid_until: Day | None = None
    source: Annotated[str, Field(max_length=200)] = ""


def edit_of(form: type[BaseModel], name: str) -> type[BaseModel]:
    """The same form with every field optional: what is left out stays as it is."""
    fields: dict[str, Any] = {
        field: (info.rebuild_annotation(), Field(default=None))
        for field, info in form.model_fields.items()
    }
    return create_model(
        name, __base__=RecordForm, __doc__="What changes; the rest stays.", **fields
    )
