"""The tables of the loops: the engine's, and those that a folder keeps in its ``tables``."""

from linli.loops.collected import tables_modules
from linli.loops.keeping import Destruction, Keeping
from linli.loops.ledger import Event, Item, Tally, Voice
from linli.loops.limits import LimitSet, Rung, StageClock
from linli.loops.office import OfficeDays
from linli.loops.said import Said

__all__ = [
    "Destruction", "Event", "Item", "Keeping", "LimitSet", "OfficeDays", "Rung", "Said",
    "StageClock", "Tally", "Voice",
]  # fmt: skip

tables_modules()  # read here, so that Django knows the tables of every folder
