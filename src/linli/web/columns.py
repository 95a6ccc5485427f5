"""By which words are the columns of the registry shown, and what stands in a cell?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from linli.errors import N_
from linli.policy.fields import MASK
from linli.policy.roles import NAMES, Role
from linli.registry.areas import TIER_NAMES, Area, AreaKind, Tier
from linli.registry.kinds import Kind
from linli.registry.organisations import OrganisationKind
from linli.registry.person import Left, Sex
from linli.registry.sites import SiteKind
from linli.registry.vehicles import VehicleKind
from linli.web.words import WORDS

KIND_NAMES: dict[str, str] = {
    "areas": N_("Areas"),
    "households": N_("Households"),
    "people": N_("People"),
    "organisations": N_("Organisations"),
    "sites": N_("Sites"),
    "vehicles": N_("Vehicles"),
    "resources": N_("Resources"),
    "duties": N_("Duty list"),
    "facts": N_("Facts"),
}
LABELS: dict[str, str] = {
    "id": N_("Number"),
    "kind": N_("Kind"),
    "name": N_("Name"),
    "name_zh": N_("Chinese name"),
    "name_en": N_("English name"),
    "name_pinyin": N_("Pinyin"),
    "pinyin": N_("Pinyin"),
    "code": N_("Code"),
    "area_id": N_("Area"),
    "home_id": N_("Home"),
    "parent_id": N_("Lies in"),
    "household_id": N_("Household"),
    "organisation_id": N_("Organisation"),
    "door": N_("Door"),
    "floor": N_("Floor"),
    "phone": N_("Phone"),
    "note": N_("Note"),
    "source": N_("Source"),
    "as_of": N_("As of"),
    "sex": N_("Sex"),
    "birth_date": N_("Date of birth"),
    "document": N_("Identity document"),
    "relation": N_("Relation to the head of the household"),
    "floating": N_("Registered elsewhere"),
    "needs": N_("Needs"),
    "left_on": N_("Left on"),
    "left_because": N_("Why left"),
    "left_source": N_("Source of leaving"),
    "temporary": N_("Temporary"),
    "valid_from": N_("First day"),
    "valid_until": N_("Last day"),
    "longitude": N_("Longitude"),
    "latitude": N_("Latitude"),
    "plate": N_("Plate"),
    "n_seats": N_("Seats"),
    "n_wheelchairs": N_("Wheelchairs"),
    "what": N_("What"),
    "quantity": N_("Quantity"),
    "unit": N_("Unit"),
    "key": N_("Figure"),
    "value": N_("Value"),
    "topic": N_("Topic"),
    "tier": N_("Tier"),
    "lead_role": N_("Who leads"),
    "skill": N_("Skill it takes"),
    "version": N_("Version"),
}
SHOWN: dict[str, tuple[str, ...]] = {
    "areas": ("name_zh", "kind", "parent_id", "source"),
    "households": ("code", "home_id", "door", "phone", "area_id", "as_of"),
    "people": ("name", "sex", "birth_date", "phone", "needs", "area_id", "as_of"),
    "organisations": ("name_zh", "kind", "area_id", "phone", "valid_until"),
    "sites": ("name_zh", "kind", "area_id", "source", "as_of"),
    "vehicles": ("plate", "kind", "n_seats", "n_wheelchairs", "area_id", "as_of"),
    "resources": ("name_zh", "what", "quantity", "unit", "area_id", "as_of"),
    "duties": ("name_zh", "topic", "tier", "lead_role", "skill", "version", "valid_from"),
    "facts": ("key", "value", "unit", "area_id", "as_of", "source"),
}
SETS: dict[str, Mapping[str, str]] = {
    "sites.kind": {k.value: k.label for k in SiteKind},
    "vehicles.kind": {k.value: k.label for k in VehicleKind},
    "organisations.kind": {k.value: k.label for k in OrganisationKind},
    "areas.kind": {k.value: k.label for k in AreaKind},
    "people.sex": {k.value: k.label for k in Sex},
    "people.left_because": {k.value: k.label for k in Left},
    "duties.lead_role": {r.value: NAMES[r] for r in Role},
    "duties.tier": {str(int(t)): TIER_NAMES[t] for t in Tier},
}
AREA_COLUMNS = frozenset({"area_id", "home_id", "parent_id"})


@dataclass(frozen=True)
class Cell:
    """What stands in one column of one record: a text of ours, a text of theirs, or an area."""

    label: str
    text: str = ""
    ours: bool = False
    area: Area | None = None
    masked: bool = False


def areas_named(records: Iterable[Mapping[str, Any]]) -> dict[int, Area]:
    """The areas that some records point at, in one query."""
    wanted = {record.get(name) for record in records for name in AREA_COLUMNS}
    return Area.objects.in_bulk({n for n in wanted if n is not None})


def cells(
    kind: Kind, record: Mapping[str, Any], columns: Iterable[str], areas: Mapping[int, Area]
) -> list[Cell]:
    """The cells of a record, column by column."""
    return [_cell(kind, name, record.get(name), areas) for name in columns]


def _cell(kind: Kind, name: str, value: Any, areas: Mapping[int, Area]) -> Cell:
    label = LABELS.get(name, name)
    if value == MASK:
        return Cell(label, MASK, masked=True)
    if name in AREA_COLUMNS and value in areas:
        return Cell(label, area=areas[value])
    column = f"{kind.name}.{name}"
    known = SETS.get(column) or WORDS.get(column, {})
    if str(value) in known:
        return Cell(label, known[str(value)], ours=True)
    if isinstance(value, bool):
        return Cell(label, N_("yes") if value else N_("no"), ours=True)
    if isinstance(value, list):
        words = WORDS.get(f"{kind.name}.{name}", {})
        return Cell(label, ", ".join(gettext(words.get(str(v), str(v))) for v in value))
    if isinstance(value, date):
        return Cell(label, value.isoformat())
    if isinstance(value, float):
        return Cell(label, f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}")
    return Cell(label, "" if value is None else str(value))
