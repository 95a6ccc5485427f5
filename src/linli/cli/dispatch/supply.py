"""`linli dispatch supply`: which bus brings what to which community, from files."""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.dispatch.roads import Bridges, Closures, InJson, Passes, Roads, read_all, there
from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer()

Seed = Annotated[int, typer.Option(help=_("Of the search; the same gives the same."))]


@app.command(help=_("Load a city's buses: deliveries by warehouse, by road time, by window."))
def supply(
    deliveries: Annotated[
        Path,
        typer.Argument(help=_("delivery, place, units; also from_minute, until_minute, priority.")),
    ],
    places: Annotated[Path, typer.Option(help=_("Places: place, lon, lat."))],
    warehouses: Annotated[Path, typer.Option(help=_("warehouse, place."))],
    buses: Annotated[
        Path,
        typer.Option(help=_("bus, warehouse, holds; also trips, from_minute, until_minute.")),
    ],
    roads: Roads = None,
    closures: Closures = None,
    passes: Passes = "",
    bridges: Bridges = None,
    seed: Seed = 0,
    iterations: Annotated[
        int, typer.Option(min=1, help=_("Of the search of each warehouse."))
    ] = 1_000,
    out: Annotated[Path | None, typer.Option(help=_("Write every stop here as CSV."))] = None,
    as_json: InJson = False,
) -> None:
    """Trips, buses, hours on the road, and who is left out, with the reason."""
    get_ready(tables=False)
    from linli.cli.dispatch.bar import bar
    from linli.studies.dispatch import supply as study

    with bar(_("Searching the roads"), shown=not as_json) as moved:
        found, _network, _shut = read_all(places, roads, closures, passes, bridges, moved)
    asked = study.read_supply(
        found, drops=there(deliveries), warehouses=there(warehouses), buses=there(buses)
    )
    with bar(_("Planning the warehouses"), shown=not as_json) as moved:
        plan = study.planned(asked, seed=seed, iterations=iterations, watch=moved)
    if out is not None:
        study.write(plan, asked, found, out)
    told = {
        "deliveries": len(asked.drops),
        "trips": len(plan.trips),
        "trips_at_least": plan.trips_at_least,
        "buses": len({trip.vehicle for trip in plan.trips}),
        "driving_hours": round(plan.driving_s / 3_600, 1),
        "estimate": plan.estimate,
        "seed": plan.seed,
        "iterations": plan.iterations,
        "versions": dict(plan.versions),
        "roads_id": plan.roads_id,
    }
    missed = [
        {"delivery": asked.drops[m.drop].id, "units": m.amounts[0], "why": m.reason.tell(_)}
        for m in plan.missed
    ]
    if as_json:
        say_json({**told, "missed": missed})
        return
    say(_("{deliveries} deliveries in {trips} trips (at least {trips_at_least}) by {buses} buses; "
          "{driving_hours} hours on the road."), **told)  # fmt: skip
    for row in missed:
        say(str(row["why"]))
    if plan.estimate:
        say(_("Every figure is an estimate: no map of the roads was given."))
