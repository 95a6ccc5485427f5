"""`linli dispatch plan` and `crews`: beds, runs and crews from four files, checked."""

from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.dispatch.snapshots import (
    Beds,
    Closed,
    CrewsFile,
    InJson,
    Map,
    Patients,
    Seed,
    Vehicles,
    clock,
    read,
)
from linli.cli.dispatch.snapshots import as_json as planned_as_json
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.dispatch.plan import Planned
    from linli.analysis.dispatch.snapshot import Snapshot

app = typer.Typer()

Iterations = Annotated[int, typer.Option(help=_("How long runs are searched."), min=1)]
StartsAt = Annotated[
    int, typer.Option("--starts-at", help=_("The hour at which it begins."), min=0, max=23)
]
LeadCars = Annotated[
    int | None, typer.Option("--lead-cars", help=_("How many; say it where every trip needs one."))
]


@app.command(help=_("Plan who goes where, by which vehicle and crew, and check it."))
def plan(
    patients: Patients,
    beds: Beds,
    vehicles: Vehicles,
    crews: CrewsFile,
    roads: Map = None,
    closures: Closed = None,
    lead_cars: LeadCars = None,
    iterations: Iterations = 400,
    seed: Seed = 1,
    starts_at: StartsAt = 20,
    as_json: InJson = False,
) -> None:
    """Trips in order of departure, who waits, how long it lasts with how many crews."""
    from linli.analysis.dispatch.plan import plan as planned
    from linli.analysis.dispatch.runs import Budget

    snapshot, on = read(patients, beds, vehicles=vehicles, crews=crews, roads=roads,
                        closures=closures)  # fmt: skip
    found = planned(snapshot, budget=Budget(iterations), seed=seed, roads=on,
                    n_lead_cars=lead_cars)  # fmt: skip
    if as_json:
        say_json(planned_as_json(found, snapshot))
        return
    tell(found, snapshot, starts_at)


@app.command(help=_("How long the night lasts with other numbers of crews."))
def crews(
    patients: Patients,
    beds: Beds,
    vehicles: Vehicles,
    crews: CrewsFile,
    numbers: Annotated[
        str, typer.Option(help=_("The numbers of crews to tell of, with commas."))
    ] = "2,4,8,15",
    seed: Seed = 1,
    starts_at: StartsAt = 20,
    as_json: InJson = False,
) -> None:
    """One line a number of crews."""
    from linli.analysis.dispatch.plan import plan as planned

    counts = [int(n) for n in numbers.split(",") if n.strip().isdigit() and int(n) > 0]
    if not counts:
        raise BadInput(N_("{given} names no number of crews. Write it as 2,4,8."), given=numbers)
    snapshot, _roads = read(patients, beds, vehicles=vehicles, crews=crews)
    found = planned(snapshot, seed=seed, crew_counts=counts)
    if as_json:
        say_json({str(n): last_s for n, last_s in found.table})
        return
    tell_crews(found, starts_at)


def tell(found: "Planned", snapshot: "Snapshot", starts_at: int) -> None:
    """The plan for somebody to read."""
    for trip in found.plan.trips:
        say(
            _("{trip}  {leaves} to {arrives}  {vehicle}, {crew}: {persons} to {facility} "
              "({receiver})"),
            trip=f"{trip.id:<4}", leaves=clock(trip.depart_s, begins_h=starts_at),
            arrives=clock(trip.arrive_s, begins_h=starts_at),
            vehicle=snapshot.vehicles[trip.vehicle].id,
            crew="-" if trip.crew is None else snapshot.crews[trip.crew].id,
            persons=trip.persons, facility=snapshot.facilities[trip.facility or 0].id,
            receiver=snapshot.facilities[trip.facility or 0].receiver or "-",
        )  # fmt: skip
    for left in found.plan.unserved:
        say("{count:>4}  {told}", count=left.count, told=left.reason.tell(_))
    for reason in found.plan.reasons:
        say(reason.tell(_))
    tell_crews(found, starts_at)
    if found.passes:
        say(_("The plan keeps every law. Nobody leaves before wards and families have said yes."))
    else:
        say(_("The plan cannot be published:"))
    for breach in found.verdict.breaches:
        say("  " + breach.tell(_))


def tell_crews(found: "Planned", starts_at: int) -> None:
    """The table of crews."""
    for n, last_s in found.table:
        if last_s is None:
            say(_("With {n} crews: not at all."), n=n)
        else:
            say(_("With {n} crews: {minutes} minutes, until {clock}."), n=n,
                minutes=-(-last_s // 60), clock=clock(last_s, begins_h=starts_at))  # fmt: skip
