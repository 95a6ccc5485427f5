"""`linli dispatch roads` and `matrix`: what a map holds, and how long it takes between places."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.dispatch.roads.closures import Closure
    from linli.analysis.dispatch.roads.network import Network
    from linli.studies.dispatch.roads import Places, Watch

app = typer.Typer()

InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Roads = Annotated[
    Path | None,
    typer.Option(help=_("An OpenStreetMap extract (.osm.pbf), or a CSV of roads.")),
]
Closures = Annotated[
    Path | None,
    typer.Option(help=_("What is closed: closure, and a road, a lon and lat, or a polygon.")),
]
Passes = Annotated[
    str, typer.Option(help=_("The permits that the vehicles hold, such as: ambulance bus."))
]
Bridges = Annotated[
    Path | None,
    typer.Option(help=_("Without a map: bridges between the banks that the places name.")),
]


@app.command(help=_("What a road map holds, and what closures shut of it."))
def roads(
    map_: Annotated[Path, typer.Argument(metavar="MAP", help=_("The map: .osm.pbf or CSV."))],
    closures: Closures = None,
    passes: Passes = "",
    out: Annotated[
        Path | None,
        typer.Option(help=_("Keep the network in this file (.npz), for LINLI_ROADS.")),
    ] = None,
    as_json: InJson = False,
) -> None:
    """Nodes, roads, how much hangs together, the map's digest."""
    get_ready(tables=False)
    from linli.analysis.dispatch.roads.closures import open_arcs, roads_id
    from linli.studies.dispatch import network_file
    from linli.studies.dispatch.roads import read_network

    network = read_network(there(map_))
    if out is not None:
        network_file.write(network, out)
    shut = read_shut(closures, network)
    is_open = open_arcs(network, shut, passes=frozenset(passes.split()))
    told = {
        "nodes": network.n_nodes,
        "arcs": network.n_arcs,
        "kilometres": round(float(network.dm.sum()) / 10_000, 1),
        "joined_nodes": len(network.joined),
        "closures": len(shut),
        "closed_arcs": int((~is_open).sum()),
        "roads_id": roads_id(network, is_open),
    }
    if as_json:
        say_json(told)
        return
    say(_("{nodes} nodes and {arcs} one-way pieces of road, {kilometres} km; {joined_nodes} nodes "
          "reach each other."), **told)  # fmt: skip
    say(_("{closures} closures shut {closed_arcs} of them. Digest: {roads_id}"), **told)


@app.command(help=_("Seconds and metres between places: on roads, or estimated without a map."))
def matrix(
    places: Annotated[
        Path, typer.Argument(help=_("Places: place, lon, lat; also bank, where there are bridges."))
    ],
    roads: Roads = None,
    closures: Closures = None,
    passes: Passes = "",
    bridges: Bridges = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Write every pair here as CSV; no way is left empty."))
    ] = None,
    as_json: InJson = False,
) -> None:
    """How many pairs, how many without a way, and the longest of them."""
    get_ready(tables=False)
    from linli.studies.dispatch.roads import write_travel

    found, _network, _shut = read_all(places, roads, closures, passes, bridges)
    if out is not None:
        write_travel(found, out)
    travel = found.travel
    off = [] if found.near is None else [
        p.id for p, near in zip(found.places, found.near, strict=True) if not near
    ]  # fmt: skip
    told = {
        "places": len(found.places),
        "pairs_without_a_way": int((~travel.reachable).sum()),
        "longest_s": int(travel.seconds.max()),
        "far_from_any_road": off,
        "estimate": travel.estimate,
        "roads_id": travel.roads_id,
    }
    if as_json:
        say_json(told)
        return
    say(_("{places} places; {pairs_without_a_way} pairs without a way; the longest takes "
          "{longest_s} s."), **told)  # fmt: skip
    if off:
        say(_("Farther than 1 km from any road, so nothing reaches them: {places}."),
            places=", ".join(off))  # fmt: skip
    if travel.estimate:
        say(_("Every figure is an estimate: no map of the roads was given."))


def read_all(
    places: Path, roads: Path | None, closures: Path | None, passes: str, bridges: Path | None,
    watch: "Watch | None" = None,
) -> "tuple[Places, Network | None, list[Closure]]":  # fmt: skip
    """Places with their travel times, the map, and what is closed."""
    from linli.studies.dispatch.roads import read_network, read_places

    if closures is not None and roads is None:
        raise BadInput(
            N_("Closures need a map: without one no road is known. Give one by --roads.")
        )
    network = None if roads is None else read_network(there(roads))
    shut = [] if network is None else read_shut(closures, network)
    found = read_places(
        there(places), network=network, closed=shut, passes=frozenset(passes.split()),
        bridges=None if bridges is None else there(bridges), watch=watch,
    )  # fmt: skip
    return found, network, shut


def read_shut(closures: Path | None, network: "Network") -> "list[Closure]":
    """The closures of a file, and none without one."""
    from linli.studies.dispatch.roads import read_closures

    return [] if closures is None else read_closures(there(closures), network)


def there(path: Path) -> Path:
    """The path, if a file is there."""
    if not path.is_file():
        raise BadInput(N_("There is no file {file}."), file=str(path))
    return path
