"""How is a road network kept in one file, so that a city reads it in a moment?

An extract takes seconds to minutes to read; its arrays, once made, take none.
"""

from dataclasses import fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from linli.analysis.dispatch.roads.network import Network
from linli.errors import N_, BadInput

SUFFIX = ".npz"
ARRAYS = tuple(field.name for field in fields(Network))


def write(network: Network, path: Path) -> None:
    """Keep a network as arrays of numbers; the same network makes the same arrays."""
    if path.suffix != SUFFIX:
        raise BadInput(N_("{file} is no name for a network. End it in .npz."), file=path.name)
    with path.open("wb") as file:
        np.savez_compressed(file, **{name: getattr(network, name) for name in ARRAYS})


def read(path: Path) -> Network:
    """The network of a file that ``write`` made; raises BadInput for any other file."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in ARRAYS}
    except (BadZipFile, EOFError, KeyError, OSError, ValueError):
        raise BadInput(
            N_("{file} holds no network. Make one by linli dispatch roads MAP --out."),
            file=path.name,
        ) from None
    return _checked(arrays, path)


def _checked(arrays: dict[str, np.ndarray], path: Path) -> Network:
    """A file that was cut or put together by hand is told, not searched."""
    n_nodes, n_arcs = len(arrays["lon"]), len(arrays["tail"])
    ends = (arrays["tail"], arrays["head"])
    fits = (
        n_arcs > 0
        and len(arrays["lat"]) == n_nodes
        and all(len(arrays[name]) == n_arcs for name in ("head", "ms", "dm", "way"))
        and len(arrays["shape_start"]) == n_arcs + 1
        and int(arrays["shape_start"][-1]) == len(arrays["shape_lon"]) == len(arrays["shape_lat"])
        and all(0 <= int(a.min()) <= int(a.max()) < n_nodes for a in ends)
        and bool((np.diff(arrays["tail"]) >= 0).all())
        and int(arrays["ms"].min()) > 0
    )
    if not fits:
        raise BadInput(N_("{file} is damaged: its parts do not fit. Make it again."),
                       file=path.name)  # fmt: skip
    return Network(**arrays)
