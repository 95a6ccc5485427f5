"""Which kinds of record does the registry hold, and what does each let whom see and change?

One line a kind; the reading, the keeping, the API's routes and the crossing tests are written
from these lines.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

from linli.errors import N_, NotFound, Word
from linli.registry.areas import Area
from linli.registry.duties import Duty
from linli.registry.facts import Fact
from linli.registry.forms import (
    AreaForm,
    DutyForm,
    FactForm,
    HouseholdForm,
    OrganisationForm,
    PersonForm,
    RecordForm,
    ResourceForm,
    SiteForm,
    VehicleForm,
)
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.resources import Resource
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle


@dataclass(frozen=True)
class Kind:
    """One kind of record: its word, its table, its form, and the columns that are shown."""

    name: str
    noun: str
    model: type[models.Model]
    form: type[RecordForm]
    more: tuple[str, ...] = ()  # columns shown beside those of the form
    placed: bool = True  # each row belongs to an area, and is seen by who may see that area
    about_residents: bool = False
    edited: bool = True  # False: a row is added and stays as it is
    search: str = ""  # the column in which a name is looked for

    @property
    def sees(self) -> str:
        """The verb that lets somebody see it."""
        return f"{self.name}.see"

    @property
    def edits(self) -> str:
        """The verb that lets somebody change it."""
        return f"{self.name}.edit"

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read of a row."""
        return ("id", *self.form.model_fields, *self.more)

    @property
    def rows(self) -> Any:
        """All rows."""
        return self.model._default_manager


_TIERS = ("community_id", "street_id", "district_id", "city_id")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("areas", N_("area"), Area, AreaForm, ("path", *_TIERS, "valid_until"), search="name"),
        Kind("organisations", N_("organisation"), Organisation, OrganisationForm, ("path",)),
        Kind("sites", N_("site"), Site, SiteForm, ("path", "stage")),
        Kind("vehicles", N_("vehicle"), Vehicle, VehicleForm, ("path",)),
        Kind("resources", N_("resource"), Resource, ResourceForm, ("path",)),
        Kind("facts", N_("fact"), Fact, FactForm, ("path",), edited=False),
        Kind("duties", N_("duty"), Duty, DutyForm, ("version",), placed=False),
        Kind("households", N_("household"), Household, HouseholdForm, ("path",), True, True),
        Kind(
            "people", N_("person"), Person, PersonForm, ("path", "survivor_id"), True, True,
            search="name",
        ),
    )
}  # fmt: skip


def get(name: str) -> Kind:
    """The kind of that name, or a sentence that there is none."""
    if name not in KINDS:
        raise NotFound(what=Word(N_("kind of record")), value=name)
    return KINDS[name]
