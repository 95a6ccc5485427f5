"""`linli transfers`: who waits for a bed, how the transfers stand, and what holds a run back."""

from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="transfers",
    help=_("Transfers: the queue for beds, the board, the gates of a run."),
    no_args_is_help=True,
)
EXIT_SHUT = 1
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Purpose = Annotated[
    str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
]


@app.command(help=_("Who waits for a bed, in the order of the queue."))
def queue(
    by: As,
    category: Annotated[str, typer.Option(help=_("Category of the patient."))] = "",
    most: Annotated[int, typer.Option(min=1, max=500, help=_("How many at most."))] = 50,
    purpose: Purpose = "service",
    as_json: InJson = False,
) -> None:
    """By number; names are for the pages."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops.transfers import queue as waiting

    rows, _after = waiting.listed(acting(by), purpose=purpose, category=category, most=most)
    if as_json:
        told = [
            {
                "id": row.item.id,
                "position": row.position,
                "severity": row.item.item_class,
                "category": row.item.kind,
                "waited_s": int(row.waited.total_seconds()),
                "review_at": row.review_at.isoformat(),
                "late": row.item.late,
            }
            for row in rows
        ]
        say_json(told)
        return
    say(_(waiting.RULE))
    for row in rows:
        hours = row.waited.total_seconds() / 3600
        late = " !" if row.item.late else ""
        ill = f"{row.item.item_class:<9} {row.item.kind:<10}"
        say(f"  {row.position:>4}  {row.item.id:>8}  {ill} {hours:6.1f} h{late}")


@app.command(help=_("How the transfers stand: counts by how ill, and the gates that are shut."))
def board(by: As, as_json: InJson = False) -> None:
    """Counts only."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops.transfers import board as boards

    told = boards.board(acting(by))
    if as_json:
        say_json(
            {
                "classes": [
                    {"severity": r.severity, "waiting": r.n_waiting, "late": r.n_late,
                     "moved": r.n_moved}
                    for r in told.classes
                ],
                "shut": {gate.name: n for gate, n in told.shut},
                "drafted": told.n_drafted,
                "on_road": told.n_on_road,
                "blocked": told.n_blocked,
            }
        )  # fmt: skip
        return
    for row in told.classes:
        say(
            _("{severity}: {waiting} wait, {late} too long, {moved} brought within a day."),
            severity=row.severity, waiting=row.n_waiting, late=row.n_late, moved=row.n_moved,
        )  # fmt: skip
    for gate, n in told.shut:
        say(f"  {n:>4}  {_(gate.label)}")


@app.command(help=_("The gates of a run; exit code 1 while one is shut."))
def gates(
    run: Annotated[int, typer.Argument(help=_("Number of the run."))],
    by: As,
    purpose: Purpose = "service",
    as_json: InJson = False,
) -> None:
    """All that are shut are told at once."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.runs import sheet as sheets

    told = sheets.sheet(acting(by), run, purpose=purpose, now=clock.now_s())
    rows = [(gate, unmet.tell(_) if unmet else "") for gate, unmet in told.gates]
    if as_json:
        say_json([{"gate": gate.name, "open": not shut, "sentence": shut} for gate, shut in rows])
    else:
        for gate, shut in rows:
            say(f"  {'x' if shut else '+'} {_(gate.label)}{': ' if shut else ''}{shut}")
    if told.n_shut:
        raise typer.Exit(EXIT_SHUT)


@app.command(help=_("Beds and runs as the planner proposes them now; nothing is held by it."))
def plan(
    by: As,
    seed: Annotated[int, typer.Option(min=0, help=_("The same seed proposes the same."))] = 1,
    purpose: Purpose = "service",
    as_json: InJson = False,
) -> None:
    """Ways are estimates."""
    get_ready()
    from dataclasses import asdict

    from linli import clock
    from linli.cli.request import acting
    from linli.studies.dispatch.transfers import propose

    told = propose(acting(by), purpose=purpose, now=clock.now_s(), seed=seed)
    if as_json:
        runs = [{k: v for k, v in asdict(run).items() if k != "because"} for run in told.runs]
        left = [{"transfers": one.transfer_ids, "reason": one.reason.tell(_)} for one in told.left]
        say_json({"runs": runs, "left": left, "seed": told.seed})
        return
    for run in told.runs:
        say(
            _("Vehicle {vehicle} to site {site}: {n} people, there after {minutes} min."),
            vehicle=run.vehicle_id, site=run.site_id, n=len(run.riders), minutes=run.arrive_min,
        )  # fmt: skip
    for one in told.left:
        say(f"  {one.reason.tell(_)} ({', '.join(map(str, one.transfer_ids))})")


@app.command(help=_("A new way for every run that meets a closed road; --take RUN takes one."))
def ways(
    by: As,
    take: Annotated[int | None, typer.Option(help=_("Take the new way of this run."))] = None,
    digest: Annotated[
        str, typer.Option(help=_("The digest of the way that was shown; needed to take it."))
    ] = "",
    as_json: InJson = False,
) -> None:
    """Nothing is changed without --take."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.scene import Scene
    from linli.studies.dispatch import rerouting

    actor, now = acting(by), clock.now_s()
    if take is not None:
        rerouting.accept(Scene(actor, now, "service"), take, digest)
        say_json({"run_id": take}) if as_json else say(_("Run {run}: the new way is taken."),
                                                       run=take)  # fmt: skip
        return
    found = rerouting.propose(actor, now=now)
    if as_json:
        say_json(
            [
                {"run_id": one.run_id, "closures": list(one.closures),
                 "open_again": list(one.open_again), "passes": one.passes,
                 "more_minutes": one.more_minutes, "reordered": one.reordered,
                 "reasons": [r.tell(_) for r in one.reasons],
                 "breaches": [b.tell(_) for b in one.breaches], "digest": one.digest}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        longer = _("Run {run}: {minutes} minutes longer. Digest: {digest}")
        shorter = _("Run {run}: {minutes} minutes shorter. Digest: {digest}")
        say(longer if one.more_minutes >= 0 else shorter, run=one.run_id,
            minutes=abs(one.more_minutes), digest=one.digest)  # fmt: skip
        for reason in (*one.reasons, *one.breaches):
            say(f"  {reason.tell(_)}")
    if not found:
        say(_("No run within your reach meets a closed road, or could go a shorter way."))
