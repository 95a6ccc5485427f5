"""The pages, one module a word: each says its addresses (URLS) and its place in the menu (NAV).

A module found here is on the site; nothing lists it a second time.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module
from types import ModuleType


@lru_cache(maxsize=1)
def modules() -> tuple[ModuleType, ...]:
    """Every module of pages, found by being here."""
    return tuple(
        import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if not found.name.startswith("test_")
    )
