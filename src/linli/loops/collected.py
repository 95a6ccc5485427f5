"""Which tables hold facts about people beside the items? A folder names its own.

Reports of a round, visits, exposures, follow-ups, results: facts about somebody on some day. They
go at their time, as residents' words do (``forget``). Counts of areas stay. Of some tables only the
free words go, since the row itself says nothing of anybody: that a road was closed stays.
"""

import pkgutil
from dataclasses import dataclass
from functools import lru_cache, reduce
from importlib import import_module
from importlib.util import find_spec
from operator import or_
from types import ModuleType

from django.db import models

from linli import loops


@dataclass(frozen=True)
class Collected:
    """A table of facts about people: its word, when a row happened, and how it lies in an area.

    ``when`` names a day or a moment; ``place`` a path, or the id of an area, a person or an item.
    ``words``: the columns that are emptied while the row stays; without any, the row goes.
    """

    name: str
    model: type[models.Model]
    when: str
    place: str = "path"
    words: tuple[str, ...] = ()

    @property
    def left(self) -> models.Q:
        """The rows of which something is still to go."""
        said = [~models.Q(**{column: ""}) for column in self.words]
        return reduce(or_, said, models.Q())

    @property
    def by_day(self) -> bool:
        """Whether ``when`` is a day and not a moment."""
        return isinstance(self.model._meta.get_field(self.when), models.DateField)


@lru_cache(maxsize=1)
def all_collected() -> tuple[Collected, ...]:
    """Every such table, found by its folder's ``tables`` naming it."""
    found = [one for module in tables_modules() for one in getattr(module, "COLLECTED", ())]
    return tuple(sorted(found, key=lambda one: one.name))


@lru_cache(maxsize=1)
def tables_modules() -> tuple[ModuleType, ...]:
    """The ``tables`` of every folder that has some, found by being there."""
    names = (f"{loops.__name__}.{f.name}" for f in pkgutil.iter_modules(loops.__path__) if f.ispkg)
    return tuple(import_module(f"{name}.tables") for name in names if find_spec(f"{name}.tables"))
