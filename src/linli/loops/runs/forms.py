"""What does each step of a run ask? Ids, counts and yes or no."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic.config import JsonDict

from linli.errors import N_
from linli.loops.beds.words import apart
from linli.loops.loop import Form
from linli.registry.forms import Latitude, Longitude

Ids = Annotated[list[Annotated[int, Field(gt=0)]], Field(max_length=60), BeforeValidator(apart)]
LEVELS: JsonDict = {
    "names": {"1": N_("mask"), "2": N_("mask, gown, gloves"), "3": N_("full, with hood")}
}


class RunAsk(Form):
    """Which vehicle goes, who drives, who escorts, and who leads the way; all may come later."""

    vehicle_id: int | None = Field(default=None, gt=0, title=N_("Number of the vehicle"))
    driver_id: int | None = Field(default=None, gt=0, title=N_("Who drives?"))
    escort_ids: Ids = Field(default_factory=list, title=N_("Who escorts?"))
    lead_vehicle_id: int | None = Field(default=None, gt=0, title=N_("Number of the lead car"))


class RunCrew(RunAsk):
    """The crew and the vehicle as they are now; what is left out is taken off the run."""


class RunLoad(Form):
    """Who goes on the run, or comes off it, by the numbers of their transfers."""

    transfer_ids: Ids = Field(min_length=1, title=N_("Numbers of the transfers"))


class RunEquip(Form):
    """What was seen of vehicle and crew just now, by whoever says so."""

    driver_level: int = Field(
        ge=1, le=3, title=N_("What does the driver wear?"), json_schema_extra=LEVELS
    )
    crew_level: int = Field(
        ge=1, le=3, title=N_("What does the crew wear?"), json_schema_extra=LEVELS
    )
    partition: bool = Field(title=N_("Is the cab closed off?"))
    life_support: bool = Field(title=N_("Is there life support on board?"))


class RunRoute(Form):
    """Whether the road is open the whole way, and how long it takes."""

    open: bool = Field(title=N_("Is the road open the whole way?"))
    minutes: int = Field(ge=1, le=600, title=N_("How many minutes does it take?"))


class RunPosition(Form):
    """Where the vehicle is."""

    longitude: Longitude = Field(title=N_("Longitude"))
    latitude: Latitude = Field(title=N_("Latitude"))


class RunPickedUp(Form):
    """Who got on just now, by the numbers of their transfers."""

    transfer_ids: Ids = Field(min_length=1, title=N_("Numbers of the transfers"))


class RunReroute(Form):
    """The new way that was accepted, and how long it takes."""

    minutes: int = Field(ge=1, le=600, title=N_("How many minutes does it take?"))
    route_id: int = Field(gt=0, title=N_("Number of the new way"))


class RunBlocked(Form):
    """Where the road is closed, if the place is known, and by which closure."""

    longitude: Longitude | None = Field(default=None, title=N_("Longitude"))
    latitude: Latitude | None = Field(default=None, title=N_("Latitude"))
    closure_id: int | None = Field(default=None, gt=0, title=N_("Number of the closure"))


class RunDisinfected(Form):
    """What the vehicle was disinfected with, and for how long."""

    agent: str = Field(min_length=2, max_length=40, title=N_("With what?"))
    minutes: int = Field(ge=1, le=600, title=N_("For how many minutes?"))
