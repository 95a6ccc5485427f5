"""`linli dispatch share`: cars for people who all go somewhere else, none of them too long."""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.dispatch.roads import Passes, read_shut, there
from linli.cli.dispatch.snapshots import Closed, InJson, Map, clock, text_of
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

app = typer.Typer()
EXIT_LEFT = 1


@app.command(help=_("Share cars between rides with a longest time on board; 1 if one is left."))
def share(
    rides: Annotated[
        Path,
        typer.Argument(
            help=_("ride, from_lon, from_lat, to_lon, to_lat; also count, earliest, latest, "
                   "arrive_by, ride_minutes, kind.")
        ),
    ],
    cars: Annotated[Path, typer.Argument(help=_("car, lon, lat, seats; also from, until."))],
    roads: Map = None,
    closures: Closed = None,
    passes: Passes = "",
    solutions: Annotated[int, typer.Option(min=1, help=_("How many plans are looked at."))] = 400,
    starts_at: Annotated[
        int, typer.Option("--starts-at", help=_("The hour at which it begins."), min=0, max=23)
    ] = 8,
    as_json: InJson = False,
) -> None:  # fmt: skip
    """Each car's stops with their times, and who is left out and why."""
    from linli.analysis.dispatch import shared_rides as sharing
    from linli.analysis.dispatch.assembled import Map as RoadMap
    from linli.analysis.dispatch.assembled import travelled

    wanted, pool = sharing.read_rides(text_of(rides)), sharing.read_cars(text_of(cars))
    on = None
    if roads is not None:
        from linli.studies.dispatch.roads import read_network

        network = read_network(there(roads))
        on = RoadMap(network, tuple(read_shut(closures, network)))
    elif closures is not None:
        raise BadInput(N_("Closures need a map of the roads: name one with --roads."))
    permits = [frozenset(passes.split())]
    travel, _on, _own = travelled(sharing.points_of(wanted, pool), on, permits=permits)
    found = sharing.shared(wanted, pool, travel, solutions=solutions)
    if as_json:
        say_json({
            "cars": {car: [{"ride": c.ride, "ends": c.ends, "at_s": c.begin_s} for c in calls]
                     for car, calls in found.calls.items()},
            "left": [{"ride": ride, "sentence": why.tell(_)} for ride, why in found.left],
            "driving_s": found.driving_s, "estimate": found.estimate,
            "roads_id": found.roads_id, "versions": {"ortools": found.version},
        })  # fmt: skip
    else:
        for car, calls in found.calls.items():
            say(car)
            for call in calls:
                at = clock(call.begin_s, begins_h=starts_at)
                text = _("  {at}  set down {ride}") if call.ends else _("  {at}  take up {ride}")
                say(text, at=at, ride=call.ride)
        for _ride, why in found.left:
            say(why.tell(_))
        if found.estimate:
            say(_("Every figure is an estimate: no map of the roads was given."))
    if found.left:
        raise typer.Exit(EXIT_LEFT)
