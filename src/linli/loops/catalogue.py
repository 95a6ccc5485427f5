"""Which loops are there? Each is a folder with a ``loop.py``, found by being there."""

import pkgutil
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from linli import loops
from linli.errors import N_, NotFound, Word
from linli.loops.loop import Loop


@lru_cache(maxsize=1)
def all_loops() -> dict[str, Loop]:
    """Every loop by its name."""
    found: dict[str, Loop] = dict(_extra)
    for module in pkgutil.iter_modules(loops.__path__):
        if module.ispkg and find_spec(f"linli.loops.{module.name}.loop"):
            loop: Loop = import_module(f"linli.loops.{module.name}.loop").LOOP
            found[loop.name] = loop
            _folders[loop.name] = f"linli.loops.{module.name}"
    return found


def folder_of(loop: Loop) -> str | None:
    """The package a loop was found in; None for one taken in by ``add``."""
    return _folders.get(loop.name)


def get(name: str) -> Loop:
    """The loop of that name, or a sentence that there is none."""
    loop = all_loops().get(name)
    if loop is None:
        raise NotFound(what=Word(N_("loop")), value=name)
    return loop


_extra: dict[str, Loop] = {}
_folders: dict[str, str] = {}


def add(loop: Loop) -> None:
    """Take in a loop from outside the folders (another package, a test)."""
    _extra[loop.name] = loop
    all_loops.cache_clear()


def leave_out(loop: Loop) -> None:
    """Forget a loop that was taken in by ``add``."""
    _extra.pop(loop.name, None)
    all_loops.cache_clear()
