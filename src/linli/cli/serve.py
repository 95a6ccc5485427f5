"""`linli serve`, `linli worker`, `linli tick`: what keeps a city running."""

from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer()

HOST = "127.0.0.1"
PORT = 8000
PROCESSES_ON_POSTGRESQL = 2


@app.command(help=_("Serve pages and API. On SQLite the worker runs within."))
def serve(
    host: Annotated[str, typer.Option(help=_("Address to listen at."))] = HOST,
    port: Annotated[int, typer.Option(help=_("Port to listen at."), min=1, max=65535)] = PORT,
    workers: Annotated[
        int | None, typer.Option(help=_("Web processes; one on SQLite."), min=1, max=64)
    ] = None,
    worker: Annotated[
        bool | None,
        typer.Option(
            "--with-worker/--without-worker",
            help=_("Run the worker within the server; by default on SQLite only."),
        ),
    ] = None,
) -> None:
    """Serve until told to stop."""
    get_ready()
    from django.db import connection

    from linli.cli import serving

    small = connection.vendor == "sqlite"
    plan = serving.Plan(
        host=host,
        port=port,
        processes=1 if small else workers or PROCESSES_ON_POSTGRESQL,
        with_worker=small if worker is None else worker,
    )

    def started() -> None:
        say(
            _("Linli answers at http://{host}:{port}/ and stops with Ctrl-C."),
            host=host,
            port=port,
        )
        if not plan.with_worker:
            say(_("Clocks, messages and jobs need a worker beside it. Run: linli worker"))

    serving.serve(plan, on_start=started, on_stop=lambda: None)


@app.command(help=_("Move the clocks, send what waits, do the jobs, seal the audit."))
def worker() -> None:
    """Be the worker until told to stop; any number may run."""
    get_ready()
    from linli.cli import serving
    from linli.plans import chores

    say(_("The worker is running; stop it with Ctrl-C."))
    serving.until_told(chores.run)


@app.command(help=_("See to every clock once, now."))
def tick(
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """One tick, as the worker does it every second."""
    get_ready()
    from linli.loops import tick as clocks

    done = clocks.tick()
    if as_json:
        say_json({"items": done.items, "rungs": done.rungs, "steps": done.steps})
        return
    say(
        _("{items} items moved on, {rungs} rungs passed, {steps} steps taken."),
        items=done.items,
        rungs=done.rungs,
        steps=done.steps,
    )
