"""`linli laboratory`: take a list of results in, and see what waits."""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="laboratory", help=_("Results of the laboratory: take them in."), no_args_is_help=True
)
EXIT_REFUSED = 1
TOLD_AT_MOST = 20  # refused rows on the screen; --json tells them all


@app.command(help=_("Take results in from a CSV, XLSX or Parquet file; exit code 1: some refused."))
def take(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    by: Annotated[
        str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
    ],
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """The same file again changes nothing."""
    get_ready()
    from dataclasses import asdict

    from linli import clock
    from linli.cli.request import acting
    from linli.loops.laboratory import lists

    with file.open("rb") as data:
        told, refused = lists.take_file(acting(by), data, now=clock.now_s())
    if as_json:
        rows = [{"row": r.number, "sentence": r.problem.tell(_)} for r in refused]
        say_json({**asdict(told), "refused": rows})
    else:
        say(
            _(
                "{rows} rows: {new} new, {again} known already, {refused} refused. "
                "{matched} found their person, {unmatched} wait. "
                "{opened} cases opened, {moved} confirmed."
            ),
            **asdict(told),
            refused=len(refused),
        )
        for row in refused[:TOLD_AT_MOST]:
            say(_("Row {number}: {sentence}"), number=row.number, sentence=row.problem.tell(_))
    if refused:
        raise typer.Exit(EXIT_REFUSED)


@app.command(help=_("Say why a test is not done, or take another sample in its place."))
def cancel(
    order: Annotated[int, typer.Argument(help=_("The number of the order."))],
    by: Annotated[
        str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
    ],
    why: Annotated[
        str,
        typer.Option(help=_("again, refused, unreachable, left, needless or mistaken.")),
    ],
    sample: Annotated[str, typer.Option(help=_("The code on the new tube, with again."))] = "",
    purpose: Annotated[str, typer.Option(help=_("What you need it for."))] = "care",
) -> None:
    """The same twice is once."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.laboratory import orders

    row = orders.cancel(
        acting(by), order, why=why, sample=sample, purpose=purpose, now=clock.now_s()
    )
    if row.why:
        say(_("Order {id} is cancelled."), id=row.id)
    else:
        say(_("Order {id} takes its place, with the tube {sample}."), id=row.id, sample=row.sample)
