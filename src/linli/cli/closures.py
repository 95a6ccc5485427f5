"""`linli closures`: close a road, open it again, and which roads are closed."""

from typing import Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(name="closures", help=_("Closed roads: draw, lift, list."), no_args_is_help=True)
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command("list", help=_("Roads that are closed now or later."))
def list_all(by: As, as_json: InJson = False) -> None:
    """The next to end first."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.closures import draw

    rows = draw.listed(acting(by), now=clock.now_s())
    if as_json:
        names = ("id", "shape", "points", "from_at", "until_at", "passes", "reason")
        say_json([{name: getattr(row, name) for name in names} for row in rows])
        return
    for row in rows:
        until = row.until_at.isoformat(timespec="minutes")
        say(f"  {row.id:>6}  {row.shape:<5}  {until}  {', '.join(row.passes) or '-'}  {row.reason}")
    if not rows:
        say(_("No road is closed."))


@app.command("draw", help=_("Close a road; runs that were to drive there are marked at once."))
def draw_one(
    by: As,
    until: Annotated[str, typer.Option(help=_("Until when, such as 2020-02-09T22:00+08:00."))],
    reason: Annotated[str, typer.Option(help=_("Why the road is closed."))],
    points: Annotated[str, typer.Option(help=_('Its points: "114.30 30.58; 114.31 30.58".'))] = "",
    shape: Annotated[str, typer.Option(help=_("line, area or point."))] = "line",
    area: Annotated[
        int | None, typer.Option(help=_("Or all roads around this area, by its number."))
    ] = None,
    radius: Annotated[int, typer.Option(help=_("As far around as so many metres."))] = 300,
    begins: Annotated[str, typer.Option("--from", help=_("From when; left out, from now."))] = "",
    passes: Annotated[
        str, typer.Option(help=_("Kinds of vehicle that may pass, parted by commas."))
    ] = "",
    as_json: InJson = False,
) -> None:
    """Print its number, and the runs that meet it."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.closures.draw import ClosureAsk
    from linli.loops.opening import check_form
    from linli.studies.dispatch.closing import close

    given: dict[str, Any] = {
        "shape": shape, "points": points, "area_id": area, "radius_m": radius,
        "from_at": begins or None, "until_at": until, "passes": passes, "reason": reason,
    }  # fmt: skip
    form = ClosureAsk.model_validate(check_form(ClosureAsk, given))
    done = close(acting(by), form, now=clock.now_s())
    if as_json:
        say_json({"id": done.closure.id, "run_ids": list(done.run_ids)})
        return
    say(_("Closure {id}. Runs that meet it: {runs}"), id=done.closure.id,
        runs=", ".join(map(str, done.run_ids)) or "-")  # fmt: skip


@app.command(help=_("Open a closed road again."))
def lift(
    number: Annotated[int, typer.Argument(help=_("Number of the closure."))],
    by: As,
    as_json: InJson = False,
) -> None:
    """Runs under way that had met it are named; whoever sends them is told."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.studies.dispatch import lifting

    done = lifting.lift(acting(by), number, now=clock.now_s())
    if as_json:
        say_json({"id": done.closure.id, "run_ids": list(done.run_ids)})
        return
    say(_("Closure {id} is lifted. Runs that had met it: {runs}"), id=done.closure.id,
        runs=", ".join(map(str, done.run_ids)) or "-")  # fmt: skip
