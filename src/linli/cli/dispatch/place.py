"""`linli dispatch place`: which bed for whom, and who has to wait, from two files."""

from typing import Any

import typer

from linli.cli.dispatch.snapshots import Beds, Closed, InJson, Map, Patients, read
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _

app = typer.Typer()


@app.command(help=_("Give beds to patients by severity, waiting and distance, with the reasons."))
def place(
    patients: Patients,
    beds: Beds,
    roads: Map = None,
    closures: Closed = None,
    as_json: InJson = False,
) -> None:
    """One line a group and bed, then who waits and why."""
    from linli.analysis.dispatch.placement import place as placed

    snapshot, _roads = read(patients, beds, roads=roads, closures=closures)
    found = placed(snapshot)
    rows: list[dict[str, Any]] = [
        {
            "patient": snapshot.lots[p.lot].id,
            "facility": snapshot.facilities[p.facility].id,
            "bed": snapshot.facilities[p.facility].beds[p.bed].id,
            "count": p.count,
            "because": [r.tell(_) for r in p.because],
        }
        for p in found.explained
    ]
    waiting = [
        {"patient": snapshot.lots[u.lot].id, "count": u.count, "because": u.reason.tell(_)}
        for u in found.waiting
    ]
    if as_json:
        say_json({
            "placed": rows, "waiting": waiting, "total": found.allotment.total,
            "is_proved": found.allotment.is_proved, "estimate": snapshot.travel.estimate,
        })  # fmt: skip
        return
    for row in rows:
        say("{count:>4}  {patient}: {told}", count=row["count"], patient=row["patient"],
            told=" ".join(row["because"]))  # fmt: skip
    for left in waiting:
        say("{count:>4}  {told}", count=left["count"], told=left["because"])
    say(_("{placed} have a bed, {waiting} wait."), placed=found.n_placed, waiting=found.n_waiting)
    if snapshot.travel.estimate:
        say(_("Every figure is an estimate: no map of the roads was given."))
