"""Which safety checks does a kind of site need before it opens?"""

import tomllib
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from linli.errors import N_


class Check(StrEnum):
    """One thing that is looked at on the spot."""

    ZONES = "zones"
    VENTILATION = "ventilation"
    FIRE = "fire"
    EXITS = "exits"
    POWER = "power"
    WATER = "water"
    WASTEWATER = "wastewater"
    WASTE = "waste"
    TOILETS = "toilets"
    SINGLE_ROOMS = "single_rooms"
    OXYGEN = "oxygen"
    STAFF = "staff"
    TRAINING = "training"


CHECK_NAMES = {
    Check.ZONES: N_("clean and unclean zones with two ways in"),
    Check.VENTILATION: N_("ventilation"),
    Check.FIRE: N_("fire safety"),
    Check.EXITS: N_("emergency exits"),
    Check.POWER: N_("power, with a second source"),
    Check.WATER: N_("water"),
    Check.WASTEWATER: N_("waste water is disinfected"),
    Check.WASTE: N_("medical waste is taken away"),
    Check.TOILETS: N_("toilets and washing places"),
    Check.SINGLE_ROOMS: N_("a room for each"),
    Check.OXYGEN: N_("oxygen"),
    Check.STAFF: N_("staff for the beds"),
    Check.TRAINING: N_("staff trained in infection control"),
}


@lru_cache(maxsize=1)
def _all() -> dict[str, tuple[Check, ...]]:
    raw = tomllib.loads(files(__package__).joinpath("checks.toml").read_text("utf-8"))
    return {kind: tuple(Check(code) for code in codes) for kind, codes in raw.items()}


def needed(site_kind: str) -> tuple[Check, ...]:
    """The checks of a kind; a kind that is not named needs what a recovery station does."""
    return _all().get(site_kind, _all()["recovery"])
