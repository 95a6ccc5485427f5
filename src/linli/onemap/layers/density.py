"""Population density: published people on a surveyed area, and nothing where either is missing."""

import re
from collections.abc import Mapping
from datetime import date

from linli.errors import N_
from linli.geo import area_km2
from linli.onemap.layer import Discloses, Figure, Form, Gap, Layer, Measure, Ramp, Sight
from linli.policy.roles import DOOR_STAFF, STAFF
from linli.registry.areas import AreaShape
from linli.registry.facts import Fact

PEOPLE = re.compile(r"population(_\d{4}|_end_\d{4})?")  # keys of people counted, of any year


def _newest(sight: Sight) -> dict[int, Fact]:
    """The newest count of people of each area in sight."""
    ids = [area.id for area in sight.everywhere]
    counted = Fact.objects.filter(area__in=ids, key__startswith="population", unit="people")
    facts = counted.order_by("as_of", "id")
    return {fact.area_id: fact for fact in facts if PEOPLE.fullmatch(fact.key)}


def _read(sight: Sight) -> Mapping[int, Figure]:
    people = {area_id: fact.value for area_id, fact in _newest(sight).items()}
    surveyed = AreaShape.objects.filter(area__in=people, schematic=False)
    km2 = {area_id: area_km2(shape) for area_id, shape in surveyed.values_list("area", "geometry")}
    return {area_id: _say(value, km2.get(area_id)) for area_id, value in people.items()}


def _dated(sight: Sight) -> date | None:
    return max((fact.as_of for fact in _newest(sight).values()), default=None)


def _say(people: float, km2: float | None) -> Figure:
    density = people / km2 if km2 else None
    gap = Gap.UNKNOWN if density is None else None
    return Figure((density, people, km2), gap=gap, people=int(people))


LAYER = Layer(
    name="density",
    title=N_("Population density"),
    shows=N_("People for each square kilometre: the newest census figure on the surveyed outline."),
    measures=(
        Measure("density", N_("people per km²"), Form.DENSITY),
        Measure("people", N_("people counted")),
        Measure("km2", N_("km²"), Form.DENSITY),
    ),
    roles=STAFF - DOOR_STAFF,
    ramp=Ramp.DUSK,
    read=_read,
    dated=_dated,
    discloses=Discloses.PEOPLE,
    scoped=False,  # published figures
    notes=(
        N_(
            "The census counts some functional zones apart from the districts they lie in;"
            " their people stand in the last row. Streets have no surveyed outline."
        ),
    ),
    order=90,
)
