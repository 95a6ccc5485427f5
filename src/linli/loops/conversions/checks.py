"""Which safety checks does a kind of site need before it opens?"""

import tomllib
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from linli.errors import N_


class ConversionPoint(StrEnum):
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
    ConversionPoint.ZONES: N_("clean and unclean zones with two ways in"),
    ConversionPoint.VENTILATION: N_("ventilation"),
    ConversionPoint.FIRE: N_("fire safety"),
    ConversionPoint.EXITS: N_("emergency exits"),
    ConversionPoint.POWER: N_("power, with a second source"),
    ConversionPoint.WATER: N_("water"),
    ConversionPoint.WASTEWATER: N_("waste water is disinfected"),
    ConversionPoint.WASTE: N_("medical waste is taken away"),
    ConversionPoint.TOILETS: N_("toilets and washing places"),
    ConversionPoint.SINGLE_ROOMS: N_("a room for each"),
    ConversionPoint.OXYGEN: N_("oxygen"),
    ConversionPoint.STAFF: N_("staff for the beds"),
    ConversionPoint.TRAINING: N_("staff trained in infection control"),
}


@lru_cache(maxsize=1)
def _all() -> dict[str, tuple[ConversionPoint, ...]]:
    raw = tomllib.loads(files(__package__).joinpath("checks.toml").read_text("utf-8"))
    return {kind: tuple(ConversionPoint(code) for code in codes) for kind, codes in raw.items()}


def needed(site_kind: str) -> tuple[ConversionPoint, ...]:
    """The checks of a kind; a kind that is not named needs what a recovery station does."""
    return _all().get(site_kind, _all()["recovery"])
