"""`linli visits`: where people were, in from files and out for whoever may know."""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.ready import get_ready, say_json
from linli.cli.request import As, InJson, acting
from linli.cli.taking import tell
from linli.cli.words import gettext as _
from linli.errors import N_

app = typer.Typer(
    name="visits", help=_("Visits: take a file in, show a person's."), no_args_is_help=True
)
TRACING = "investigation"


@app.command("take-in", help=_("Take a file of visits in: CSV, XLSX or Parquet."))
def take_in(
    file: Annotated[Path, typer.Argument(help=_("The file to read."), exists=True)],
    by: As,
    as_json: InJson = False,
) -> None:
    """Say how many were new; exit code 1 if a row was refused."""
    get_ready()
    from linli import clock
    from linli.loops.scene import Scene
    from linli.loops.visits import files

    with file.open("rb") as opened:
        done = files.take_in(opened, Scene(acting(by), clock.now_s(), TRACING))
    counts = {"new": done.n_new, "again": done.n_again}
    sentence = N_("{new} visits are new, {again} were known, {refused} were refused.")
    tell(sentence, counts, done.refused, as_json=as_json)


@app.command("show", help=_("Show where a person was; the look is written down."))
def show(
    person: Annotated[int, typer.Argument(help=_("The number of the person."))],
    by: As,
    as_json: InJson = False,
) -> None:
    """One line a visit, oldest first."""
    get_ready()
    from linli import clock
    from linli.loops.scene import Scene
    from linli.loops.visits import find

    rows = find.of_person(person, Scene(acting(by), clock.now_s(), TRACING)).rows
    plain = [
        {
            "from": row.from_at.isoformat(),
            "until": row.until_at.isoformat(),
            "kind": row.place_kind,
            "name": row.name,
            "certainty": row.certainty,
            "source": row.source,
        }
        for row in rows
    ]
    if as_json:
        say_json(plain)
        return
    for one in plain:
        typer.echo("  ".join(one.values()))
