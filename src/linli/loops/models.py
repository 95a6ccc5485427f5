"""The tables of the loops."""

from linli.loops.ledger import Event, Item, Tally, Voice
from linli.loops.limits import LimitSet, Rung, StageClock

__all__ = ["Event", "Item", "LimitSet", "Rung", "StageClock", "Tally", "Voice"]
