"""`linli dispatch night`: 9 February 2020, as it was sent and as it could have been."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.dispatch.plan import tell
from linli.cli.dispatch.snapshots import InJson, Seed, plan_as_json
from linli.cli.dispatch.snapshots import as_json as planned_as_json
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _

if TYPE_CHECKING:
    from linli.analysis.dispatch.check import Verdict
    from linli.analysis.dispatch.trips import Plan

app = typer.Typer()


@app.command(help=_("The night of 9 February 2020: three departures refused, and a plan."))
def night(
    as_it_was: Annotated[
        bool, typer.Option("--as-it-was", help=_("Only what was sent then, and why it may not go."))
    ] = False,
    mixed: Annotated[
        bool, typer.Option("--mixed", help=_("Some are suspected or contacts: keep them apart."))
    ] = False,
    seed: Seed = 1,
    as_json: InJson = False,
) -> None:
    """First what left that night, with all that should have kept it; then the plan."""
    from linli.analysis.dispatch import night as nights
    from linli.analysis.dispatch.check import check
    from linli.analysis.dispatch.plan import plan

    then, sent = nights.as_it_was()
    verdict = check(sent, then.snapshot, closures=then.roads.closures)
    told: dict[str, Any] = {
        "as_it_was": {
            **plan_as_json(sent, then.snapshot),
            "refused": {t.id: [b.tell(_) for b in verdict.of_trip(t.id)] for t in sent.trips},
        }
    }
    if not as_json:
        _tell_refused(sent, verdict)
    if not as_it_was:
        there = nights.as_there_was(mixed=mixed)
        found = plan(there.snapshot, seed=seed, roads=there.roads)
        told["plan"] = planned_as_json(found, there.snapshot)
        if not as_json:
            say("")
            say(_("With the staff and vehicles that the district had:"))
            tell(found, there.snapshot, nights.STARTS_AT_H)
    if as_json:
        say_json(told)


def _tell_refused(sent: "Plan", verdict: "Verdict") -> None:
    say(_("As it was sent on 9 February 2020:"))
    for trip in sent.trips:
        gates = verdict.of_trip(trip.id)
        say(_("{trip} may not leave, for {n} reasons:"), trip=trip.id, n=len(gates))
        for gate in gates:
            say("  " + gate.tell(_))
    say(_("{n} persons are on none of them."), n=sent.worth.unserved)
