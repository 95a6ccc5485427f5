"""`linli photo`: the photos of an item: add one, list them, fetch one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

if TYPE_CHECKING:
    from linli.loops.scene import Scene

app = typer.Typer(
    name="photo", help=_("Photos of an item: add, list, fetch."), no_args_is_help=True
)
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
Purpose = Annotated[
    str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command(help=_("Add a photo; where it was taken, and with what, is not kept."))
def add(
    item: int,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    by: As,
    caption: Annotated[str, typer.Option(help=_("What does it show?"))] = "",
    purpose: Purpose = "",
    as_json: InJson = False,
) -> None:
    """Print the number of the photo."""
    get_ready()
    from linli.loops.photos import keep

    with file.open("rb") as opened:
        made = keep.add(_scene(by, purpose), item, opened, file.name, caption=caption)
    if as_json:
        say_json({"id": made.id, "digest": made.digest, "size": [made.width, made.height]})
        return
    say(_("Photo {id}, {width} x {height}."), id=made.id, width=made.width, height=made.height)


@app.command("list", help=_("The photos of an item, without the pictures."))
def list_some(item: int, by: As, purpose: Purpose = "", as_json: InJson = False) -> None:
    """One line a photo."""
    get_ready()
    from linli.loops.photos import keep

    found = keep.of_item(_scene(by, purpose), item)
    if as_json:
        say_json([{"id": p.id, "at": p.at, "caption": p.caption, "digest": p.digest}
                  for p in found])  # fmt: skip
        return
    for photo in found:
        typer.echo(f"{photo.id:>8}  {photo.at.isoformat(timespec='minutes')}  {photo.caption}")
    if not found:
        say(_("There is no photo."))


@app.command(help=_("Write a photo to a file; the look is recorded."))
def fetch(item: int, photo: int, file: Path, by: As, purpose: Purpose = "") -> None:
    """Nothing is written over."""
    get_ready()
    from linli.errors import N_, Taken, Word
    from linli.loops.photos import keep

    if file.exists():
        raise Taken(what=Word(N_("The file")), value=str(file))
    file.write_bytes(keep.shown(_scene(by, purpose), item, photo))
    say(_("Written: {file}"), file=str(file))


def _scene(by: str, purpose: str) -> "Scene":
    from linli import clock
    from linli.cli.request import acting, checked
    from linli.loops.scene import Scene

    return Scene(acting(by), clock.now_s(), checked(purpose) if purpose else "")
