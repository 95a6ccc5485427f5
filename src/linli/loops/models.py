"""The tables of the loops: the engine's, and those that a folder keeps in its ``tables``."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from linli import loops
from linli.loops.keeping import Destruction, Keeping
from linli.loops.laboratory.tables import LabOrder, LabResult
from linli.loops.ledger import Event, Item, Tally, Voice
from linli.loops.limits import LimitSet, Rung, StageClock
from linli.loops.said import Said

__all__ = [
    "Destruction", "Event", "Item", "Keeping", "LabOrder", "LabResult", "LimitSet", "Rung", "Said",
    "StageClock", "Tally", "Voice",
]  # fmt: skip

for _folder in pkgutil.iter_modules(loops.__path__):
    if _folder.ispkg and find_spec(f"{loops.__name__}.{_folder.name}.tables"):
        import_module(f"{loops.__name__}.{_folder.name}.tables")
