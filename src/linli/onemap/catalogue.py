"""Which layers are there? Each is a file in ``layers/``, found by being there."""

import pkgutil
from functools import lru_cache
from importlib import import_module

from linli.errors import N_, NotFound, Word
from linli.onemap import layers
from linli.onemap.layer import Layer
from linli.policy.can import Actor, scope


@lru_cache(maxsize=1)
def all_layers() -> dict[str, Layer]:
    """Every layer by its name, in the order of the switch."""
    found = [
        import_module(f"{layers.__name__}.{module.name}").LAYER
        for module in pkgutil.iter_modules(layers.__path__)
        if not module.name.startswith("test_")
    ]
    return {layer.name: layer for layer in sorted(found, key=lambda one: (one.order, one.name))}


def layers_of(actor: Actor) -> list[Layer]:
    """The layers this actor may see somewhere."""
    return [layer for layer in all_layers().values() if scope(actor, layer.roles)]


def get(name: str) -> Layer:
    """The layer of that name, or a sentence that there is none."""
    layer = all_layers().get(name)
    if layer is None:
        raise NotFound(what=Word(N_("layer")), value=name)
    return layer
