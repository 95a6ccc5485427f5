"""The tables of the loops."""

from linli.loops.keeping import Destruction, Keeping
from linli.loops.laboratory.tables import LabOrder, LabResult
from linli.loops.ledger import Event, Item, Tally, Voice
from linli.loops.limits import LimitSet, Rung, StageClock
from linli.loops.said import Said

__all__ = [
    "Destruction", "Event", "Item", "Keeping", "LabOrder", "LabResult", "LimitSet", "Rung", "Said",
    "StageClock", "Tally", "Voice",
]  # fmt: skip
