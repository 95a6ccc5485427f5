"""`linli dispatch replan`: plan runs from files, and mend them around a road shut on the way.

A plan follows from its files, seed and iterations alone, so it is made again rather than read back.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.dispatch.roads import Closures, InJson, Passes, read_all, read_shut, there
from linli.cli.dispatch.supply import Seed
from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.dispatch.snapshot import Snapshot
    from linli.analysis.dispatch.trips import Plan

app = typer.Typer()


@app.command(help=_("Plan runs, and mend them around roads that are shut on the way."))
def replan(
    groups: Annotated[
        Path,
        typer.Argument(
            help=_(
                "group, place, category, count, facility; also severity, needs, from_minute, "
                "until_minute, ride_minutes, priority."
            )
        ),
    ],
    places: Annotated[Path, typer.Option(help=_("Places: place, lon, lat."))],
    facilities: Annotated[Path, typer.Option(help=_("facility, place; also receiver."))],
    vehicles: Annotated[
        Path, typer.Option(help=_("vehicle, place, seats; also stretchers, equipment and others."))
    ],
    roads: Annotated[Path, typer.Option(help=_("The map: .osm.pbf or CSV."))],
    closures: Closures = None,
    shut: Annotated[
        Path | None, typer.Option(help=_("What is shut on the way, in the form of closures."))
    ] = None,
    at_minute: Annotated[
        int, typer.Option(min=0, help=_("When that becomes known, in minutes of the plan."))
    ] = 0,
    passes: Passes = "",
    ride_minutes: Annotated[int, typer.Option(min=1, help=_("The longest on board."))] = 60,
    seed: Seed = 0,
    iterations: Annotated[int, typer.Option(min=1, help=_("Of each search."))] = 400,
    out: Annotated[Path | None, typer.Option(help=_("Write every stop here as CSV."))] = None,
    as_json: InJson = False,
) -> None:
    """The plan; and with --shut, who has to turn where, and whether the order of stops changes."""
    get_ready(tables=False)
    from linli.analysis.dispatch.replan import mend
    from linli.analysis.dispatch.runs import Budget, runs
    from linli.studies.dispatch import people

    found, network, closed = read_all(places, roads, closures, passes, None)
    if network is None or found.ways is None:
        raise BadInput(N_("A road can only be shut on a map. Give one by --roads."))
    asked = people.read_people(
        found, groups=there(groups), facilities=there(facilities), vehicles=there(vehicles),
        ride_minutes=ride_minutes,
    )  # fmt: skip
    plan = runs(asked.snapshot, asked.placed, seed=seed, budget=Budget(iterations),
                ways=found.node_of, network=found.ways)  # fmt: skip
    snapshot, told = asked.snapshot, {"plan": _told(plan, asked.snapshot)}
    if shut is not None:
        permits = frozenset(passes.split())
        new = [c for c in (*closed, *read_shut(shut, network)) if c.stops(permits)]
        mended = mend(plan, snapshot, network, new, now_s=at_minute * 60, node_of=found.node_of,
                      seed=seed)  # fmt: skip
        plan, snapshot = mended.plan, mended.snapshot
        told["mended"] = {
            **_told(plan, snapshot),
            "legs_hit": len(mended.hit),
            "vehicles_hit": len({h.trip for h in mended.hit}),
            "order_changed": len(mended.changed),
            "gain_s": mended.gain_s,
        }
    if out is not None:
        people.write(plan, snapshot, out)
    if as_json:
        say_json(told)
        return
    for part in told.values():
        say(_("{trips} trips, {persons} persons; the last arrive after {last_minute} minutes, the "
              "longest ride takes {ride_minutes}."), **part)  # fmt: skip
        if "legs_hit" in part:
            say(_("Shut on the way: {legs_hit} ways of {vehicles_hit} vehicles are hit."), **part)
        for sentence in (*part["because"], *part["left"]):
            say(str(sentence))


def _told(plan: "Plan", snapshot: "Snapshot") -> dict[str, Any]:
    return {
        "trips": len(plan.trips),
        "persons": sum(trip.persons for trip in plan.trips),
        "last_minute": -(-plan.worth.last_arrival_s // 60),
        "ride_minutes": -(-plan.worth.longest_ride_s // 60),
        "driving_minutes": -(-plan.worth.driving_s // 60),
        "vehicles": sorted({snapshot.vehicles[trip.vehicle].id for trip in plan.trips}),
        "because": [reason.tell(_) for reason in plan.reasons],
        "left": [u.reason.tell(_) for u in plan.unserved],
        "seed": plan.seed,
        "iterations": plan.iterations,
        "versions": dict(plan.versions),
        "roads_id": plan.roads_id,
    }
