"""`linli`: every command of the house. A file of this folder with an ``app`` is found by itself.

Files are read at every call, `--help` too, so none of them imports Django, numpy or a server at
its head; a command does so when it runs.
"""

import os
import pkgutil
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from linli import cli
from linli.cli.words import gettext
from linli.errors import N_, Problem

EXIT_PROBLEM = 2
EXIT_BROKEN = 3


class Broken(Problem):
    """A fault of ours, not of whoever said the command."""

    code = "broken"
    status = 500
    sentence = N_(
        "Something broke on our side: {what} Say it again with LINLI_DEBUG=1 to see where."
    )


class Told(TyperGroup):
    """Commands whose problems are told in one sentence, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a Problem is one sentence on standard error and exit code 2."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            typer.echo(problem.tell(gettext), err=True)
            raise typer.Exit(EXIT_PROBLEM) from None
        except Exception as error:
            meant = hasattr(error, "exit_code") or isinstance(error, typer.Abort)
            if meant or os.environ.get("LINLI_DEBUG"):
                raise
            typer.echo(Broken(what=f"{type(error).__name__}: {error}").tell(gettext), err=True)
            raise typer.Exit(EXIT_BROKEN) from None


def commands() -> typer.Typer:
    """All commands: a file's ``app`` with a name is a group, one without adds its commands."""
    whole = typer.Typer(
        name="linli",
        cls=Told,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help=gettext("Linli: a city's answer to an emergency, from the neighbourhood up."),
    )
    for module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda m: m.name):
        if module.name == "main" or module.name.startswith("test_"):
            continue
        part = getattr(import_module(f"linli.cli.{module.name}"), "app", None)
        if not isinstance(part, typer.Typer):
            continue
        if isinstance(part.info.name, str):
            whole.add_typer(part)
        else:
            whole.registered_commands += part.registered_commands
    return whole


app = commands()
