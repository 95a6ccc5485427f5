"""Which kinds of record can come in and go out as lists? One file here each."""

import pkgutil
from functools import cache
from importlib import import_module

from linli.errors import N_, NotFound, Word
from linli.registry.imports.kind import Kind


@cache
def every() -> dict[str, Kind]:
    """All kinds by name; a file of this folder that declares KIND is one."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        if not module.name.startswith("test_"):
            kind: Kind = import_module(f"{__name__}.{module.name}").KIND
            found[kind.name] = kind
    return found


def get(name: str) -> Kind:
    """A kind by its name; raises NotFound."""
    known = every()
    if name not in known:
        raise NotFound(what=Word(N_("list")), value=name)
    return known[name]
