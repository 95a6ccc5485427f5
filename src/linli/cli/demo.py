"""`linli demo`: city W on the evening of 9 February 2020, up in one command."""

import os
from pathlib import Path
from typing import Annotated

import typer

from linli.cli.ready import get_ready
from linli.cli.words import gettext as _

app = typer.Typer()

PORT = 8000


@app.command(help=_("Open city W: made-up people, a clock of its own, and a cast to sign in as."))
def demo(
    scale: Annotated[
        float | None,
        typer.Option(help=_("Share of the people, above 0 up to 1; 1 wants PostgreSQL."), max=1),
    ] = None,
    fixture: Annotated[
        bool, typer.Option("--fixture", help=_("A made-up city with the published counts."))
    ] = False,
    host: Annotated[str, typer.Option(help=_("Address to listen at."))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help=_("Port to listen at, or the next free one."), min=1, max=65000)
    ] = PORT,
    speed: Annotated[
        float | None, typer.Option(help=_("City seconds in a second; 20 at first, 0 pauses."))
    ] = None,
    seed: Annotated[int | None, typer.Option(help=_("Another seed makes another city."))] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help=_("Take the demo's city down and build it anew."))
    ] = False,
    actors: Annotated[
        bool, typer.Option("--actors/--no-actors", help=_("Let residents and staff act."))
    ] = True,
) -> None:
    """Build the city once, then open it; Ctrl-C stops everything."""
    _make_room()
    get_ready(tables=False)
    from linli.cli import opening, serving

    wanted = _wanted(scale, fixture, seed)
    made = opening.raise_curtain(wanted, fresh=fresh, speed=speed)
    plan = serving.Plan(
        host=host,
        port=serving.free_port(host, port),
        processes=1,
        with_worker=True,
    )
    opening.play(plan, made, with_actors=actors)


def _make_room() -> None:
    """A demo lives in a folder of its own, beside a deployment's data and never among them."""
    data = Path(os.environ.get("LINLI_DATA_DIR", "data")) / "demo"
    data.mkdir(parents=True, exist_ok=True)
    os.environ["LINLI_DATA_DIR"] = str(data)
    os.environ["LINLI_DEMO"] = "1"


def _wanted(scale: float | None, fixture: bool, seed: int | None) -> dict[str, str | float]:
    """What was asked for in so many words; the rest is as it stands, or the default."""
    asked: dict[str, str | float] = {}
    if scale is not None:
        asked["scale"] = scale
    if fixture:
        asked["plan"] = "fixture"
    if seed is not None:
        asked["seed"] = seed
    return asked
