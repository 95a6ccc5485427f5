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
