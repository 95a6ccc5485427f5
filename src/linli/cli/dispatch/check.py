"""`linli dispatch check`: does a plan that somebody typed keep every law?"""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.dispatch.snapshots import (
    Beds,
    Closed,
    CrewsFile,
    InJson,
    Map,
    Patients,
    Vehicles,
    read,
    text_of,
)
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _

app = typer.Typer()

EXIT_BREACH = 1


@app.command(help=_("Hold a plan typed by hand against every law; ends with 1 if it breaks one."))
def check(
    plan: Annotated[
        Path,
        typer.Argument(help=_("The plan: trip, vehicle, crew, leaves, patient, facility, bed.")),
    ],
    patients: Patients,
    beds: Beds,
    vehicles: Vehicles,
    crews: CrewsFile,
    roads: Map = None,
    closures: Closed = None,
    proposal: Annotated[
        bool, typer.Option("--proposal", help=_("Wards and families have not been asked yet."))
    ] = False,
    as_json: InJson = False,
) -> None:
    """Every breach, a sentence each."""
    from linli.analysis.dispatch.by_hand import read_plan
    from linli.analysis.dispatch.check import check as held

    snapshot, on = read(patients, beds, vehicles=vehicles, crews=crews, roads=roads,
                        closures=closures)  # fmt: skip
    typed = read_plan(text_of(plan), snapshot, roads=on)
    verdict = held(typed, snapshot, closures=on.closures if on else (), departing=not proposal)
    if as_json:
        say_json({
            "passes": verdict.passes, "left": typed.worth.unserved,
            "breaches": [{"law": b.code, "sentence": b.tell(_)} for b in verdict.breaches],
        })  # fmt: skip
    else:
        for breach in verdict.breaches:
            say(breach.tell(_))
        for left in typed.unserved:
            say(left.reason.tell(_))
        if verdict.passes:
            say(_("The plan keeps every law."))
    if not verdict.passes:
        raise typer.Exit(EXIT_BREACH)
