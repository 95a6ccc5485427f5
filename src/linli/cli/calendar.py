"""`linli calendar`: on which days are offices open? Show it, sign it, take a year's days in."""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="calendar",
    help=_("The office calendar: opening hours, holidays, weekends worked for them."),
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Note = Annotated[str, typer.Option(help=_("Why it changes; kept with the signature."))]
Signer = Annotated[str, typer.Option("--as", envvar="LINLI_AS", help=_("The account that signs."))]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command(help=_("Print the calendar in force as it is written, and the years it lacks."))
def show(as_json: Json = False) -> None:
    """Print the text, which `linli calendar sign` takes back."""
    get_ready()
    from linli import clock
    from linli.loops import office

    row = office.in_force()
    unknown = office.unknown_years(clock.now_s())
    if as_json:
        say_json({"version": row.version, "unknown_years": unknown, "text": row.text})
        return
    typer.echo(row.text, nl=False)
    for year in unknown:
        typer.echo(_(office.ORDINARY_WEEKS).format(year=year), err=True)


@app.command(help=_("Sign a whole calendar from a TOML file; it holds from now on."))
def sign(path: File, note: Note, by: Signer) -> None:
    """Sign as somebody who may."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops import office_signing, office_text

    text = office_text.decoded(path.read_bytes())
    made = office_signing.sign_as(acting(by), text, note=note, now=clock.now_s())
    say(_("Version {n} of the calendar is signed. It holds from now on."), n=made.version)


@app.command(
    help=_(
        "Take the days of one or more years in from CSV: columns day and kind (holiday, worked)."
    )
)
def take(
    path: File,
    source: Annotated[str, typer.Option(help=_("The notice that announced the days."))],
    note: Note,
    by: Signer,
) -> None:
    """Enter the years of the file, or enter them anew; the other years stay."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops import office_signing, office_text

    years = office_text.years_of(office_text.decoded(path.read_bytes()), source)
    made = office_signing.enter_as(acting(by), years, note=note, now=clock.now_s())
    told = ", ".join(str(year.year) for year in years)
    say(_("{years}: entered as version {n} of the calendar."), years=told, n=made.version)
