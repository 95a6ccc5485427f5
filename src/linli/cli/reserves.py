"""`linli reserves`: what is held back for plans: list it, hold something back, let it go again."""

from datetime import datetime
from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(name="reserves", help=_("What is held back for plans."), no_args_is_help=True)
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command("list", help=_("What is held back now, the newest first."))
def list_all(
    by: As,
    plan: Annotated[str, typer.Option(help=_("Only for this plan."))] = "",
    as_json: InJson = False,
) -> None:
    """One line a reserve."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import reserve

    rows = list(reserve.listed(acting(by), now=clock.now_s(), plan=plan)[:200])
    if as_json:
        names = ("id", "kind", "record_id", "quantity", "plan", "area_id", "until", "reason")
        say_json([{name: getattr(row, name) for name in names} for row in rows])
        return
    for row in rows:
        typer.echo(f"  {row.id:>5}  {row.plan:<24} {row.kind} {row.record_id}  {row.quantity:g}  "
                   f"{row.area.name_zh}")  # fmt: skip
    if not rows:
        say(_("Nothing is held back."))


@app.command(help=_("Hold so much of a record back for a plan in an area."))
def hold(
    kind: Annotated[str, typer.Argument(help=_("resources, wards, sites or vehicles."))],
    number: Annotated[int, typer.Argument(help=_("Number of the record."))],
    by: As,
    plan: Annotated[str, typer.Option(help=_("For which plan."))],
    area: Annotated[int, typer.Option(help=_("For which area, by its number."))],
    reason: Annotated[str, typer.Option(help=_("What it is held back for."))],
    quantity: Annotated[float, typer.Option(help=_("How much of it."))] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Until which day."))
    ] = None,
    as_json: InJson = False,
) -> None:
    """Print the number of the reserve."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import reserve

    day = until.date() if until else None
    new = reserve.NewReserve(kind, number, quantity, plan, area, reason, day)
    made = reserve.hold(acting(by), new, now=clock.now_s())
    if as_json:
        say_json({"id": made.id})
        return
    say(_("Reserve {id}: held back."), id=made.id)


@app.command(help=_("Let a reserve go again."))
def release(
    number: Annotated[int, typer.Argument(help=_("Number of the reserve."))],
    by: As,
    as_json: InJson = False,
) -> None:
    """What it held back is free for every plan."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import reserve

    lifted = reserve.lift(acting(by), number, now=clock.now_s())
    if as_json:
        say_json({"id": lifted.id})
        return
    say(_("Reserve {id} is let go."), id=lifted.id)
