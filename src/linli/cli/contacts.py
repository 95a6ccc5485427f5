"""`linli contacts`: lists in, schedules, figures and chains at the prompt."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.request import As, InJson, acting
from linli.cli.taking import tell
from linli.cli.words import gettext as _
from linli.errors import N_

app = typer.Typer(
    name="contacts", help=_("Contacts: lists, schedules, figures, chains."), no_args_is_help=True
)
TRACING = "investigation"


class Dealing(StrEnum):
    """How contacts are given to workers."""

    NEAREST = "nearest"
    IN_TURN = "in_turn"
    KEEP = "keep"


@app.command("take-in", help=_("Take in a list of contacts: case, person, last met."))
def take_in(
    file: Annotated[Path, typer.Argument(help=_("The file to read."), exists=True)],
    by: As,
    as_json: InJson = False,
) -> None:
    """Say how many were new; exit code 1 if a row was refused."""
    get_ready()
    from linli import clock
    from linli.loops.exposures import list_files
    from linli.loops.scene import Scene

    with file.open("rb") as opened:
        done = list_files.take_in(opened, Scene(acting(by), clock.now_s(), TRACING))
    counts = {"new": done.n_new, "again": done.n_again, "contacts": done.n_contacts}
    sentence = N_("{new} pairs are new, {again} were known, {contacts} contacts were opened.")
    tell(sentence, counts, done.refused, as_json=as_json)


@app.command("plan", help=_("Make the follow-ups of an area's contacts anew; what was done stays."))
def plan(
    area: Annotated[int, typer.Argument(help=_("The number of the area."))],
    by: As,
    deal: Annotated[Dealing, typer.Option(help=_("nearest, in_turn or keep."))] = Dealing.KEEP,
    as_json: InJson = False,
) -> None:
    """Say what was made and what was kept."""
    get_ready()
    from dataclasses import asdict

    from linli import clock
    from linli.loops.follow_ups import today
    from linli.loops.follow_ups.schedule import Deal
    from linli.loops.scene import Scene

    scene = Scene(acting(by), clock.now_s(), TRACING)
    made = today.plan(area, scene, deal=Deal(deal.value))
    if as_json:
        say_json(asdict(made))
        return
    say(
        N_("{contacts} contacts, {made} follow-ups to be done, {kept} done already, "
           "{nobody} contacts without a worker."),
        contacts=made.n_contacts, made=made.n_made, kept=made.n_kept,
        nobody=made.n_without_worker,
    )  # fmt: skip


@app.command("figures", help=_("How tracing stands: each figure is the length of a list."))
def figures(
    by: As,
    named: Annotated[str, typer.Option("--list", help=_("Print this figure's list."))] = "",
    as_json: InJson = False,
) -> None:
    """One line a figure, or the numbers of the items behind one."""
    get_ready()
    from django.utils.translation import gettext

    from linli import clock
    from linli.loops.exposures import figures as told
    from linli.loops.exposures.figures import Asked

    asked = Asked(clock.now_s())
    if named:
        rows = told.rows_of(named, acting(by), asked, purpose=TRACING)
        say_json([row.id for row in rows])
        return
    found = told.figures(acting(by), asked, purpose=TRACING)
    if as_json:
        say_json({one.name: {"n": one.n, "of": one.of} for one in found})
        return
    for one in found:
        typer.echo(f"{one.n:>8} / {one.of:<8} {gettext(one.label)} ({one.name})")


@app.command("chain", help=_("Write the chain around a person as a picture without names."))
def chain(
    person: Annotated[int, typer.Argument(help=_("The number of the person."))],
    out: Annotated[Path, typer.Option("--out", help=_("The SVG file to write."))],
    by: As,
    depth: Annotated[int, typer.Option(min=1, max=12, help=_("Generations down."))] = 4,
) -> None:
    """People are numbered within the picture; nothing in it leads back to anybody."""
    get_ready()
    from django.utils.translation import gettext

    from linli import clock
    from linli.loops.exposures import chain_picture, chains
    from linli.loops.scene import Scene

    found = chains.around(person, Scene(acting(by), clock.now_s(), TRACING), depth=depth)
    out.write_text(chain_picture.draw(found, gettext).svg, "utf-8")
    say(N_("{n} people are drawn."), n=len(found.nodes))
