"""Which laws does every plan keep, by the words that a breach is filed under?"""

from enum import StrEnum
from typing import Any

from linli.analysis.dispatch.trips import Reason


class Law(StrEnum):
    """What is never given up, however pressing the night."""

    NUMBERS = "numbers"  # nothing refers to what is not there
    PERSONS = "persons"  # nobody is lost, left on board or moved twice
    BEDS = "beds"  # each arrives at a bed that is free and meant for them
    CATEGORY = "category"  # never mixed, in a bed, a vehicle or on the next trip
    SEATS = "seats"  # a seat, stretcher or wheelchair place for each
    EQUIPMENT = "equipment"  # what they need on the way is on board
    RIDE = "ride"  # nobody is on board too long
    ESCORT = "escort"  # enough, protected, able, and at one place at a time
    VEHICLE = "vehicle"  # on one trip at a time, within its hours
    TIMES = "times"  # nobody is in two places at once or faster than the road
    ROADS = "roads"  # no closed road at the time planned
    WINDOWS = "windows"  # picked up when ready, received when open
    PLACE = "place"  # picked up where they are, handed over where their bed is
    RECEIVER = "receiver"  # somebody by name receives them
    CONFIRMED = "confirmed"  # the ward said yes, and they were told, before they leave


def breach(law: Law, sentence: str, /, **values: Any) -> Reason:
    """A breach of a law, told with its values."""
    return Reason.of(law.value, sentence, **values)
