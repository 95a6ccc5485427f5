"""`linli`: every command of the house. A file of this folder with an ``app`` is found by itself.

Files are read at every call, `--help` too, so none of them imports Django, numpy or a server at
its head; a command does so when it runs.
"""

import contextlib
import errno
import os
import pkgutil
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from linli import cli
from linli.cli import exercise as taking_part
from linli.cli.words import gettext
from linli.errors import N_, Problem

EXIT_PROBLEM = 2
EXIT_BROKEN = 3
OF_THE_MACHINE = frozenset(
    getattr(errno, name, -1)
    for name in ("ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "EIO", "ENOTDIR", "EISDIR",
                 "ENOENT", "ELOOP", "ENAMETOOLONG", "EFBIG", "EMFILE")
)  # fmt: skip
EXIT_NOBODY_READS = 141  # as a shell tells a program ended by SIGPIPE: 128 + 13


class Broken(Problem):
    """A fault of ours, not of whoever said the command."""

    code = "broken"
    status = 500
    sentence = N_(
        "Something broke on our side: {what} Say it again with LINLI_DEBUG=1 to see where."
    )


class NotReached(Problem):
    """A file or a folder cannot be read or written; the machine says why."""

    code = "not_reached"
    sentence = N_("{what}: it cannot be read or written. The machine says: {reason}.")


class Told(TyperGroup):
    """Commands whose problems are told in one sentence, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a Problem is one sentence on standard error and exit code 2."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where it can still be told that nobody reads any more
            return result
        except BrokenPipeError:
            _say_nothing_more()
            raise typer.Exit(EXIT_NOBODY_READS) from None
        except Problem as problem:
            typer.echo(problem.tell(gettext), err=True)
            raise typer.Exit(EXIT_PROBLEM) from None
        except Exception as error:
            meant = hasattr(error, "exit_code") or isinstance(error, typer.Abort)
            if meant or os.environ.get("LINLI_DEBUG"):
                raise
            told = _of(error)
            typer.echo(told.tell(gettext), err=True)
            raise typer.Exit(EXIT_BROKEN if isinstance(told, Broken) else EXIT_PROBLEM) from None


def _of(error: Exception) -> Problem:
    """The machine's fault is told as such, and anything else as ours."""
    if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
        what = error.filename or gettext("what was to be written")
        return NotReached(what=what, reason=error.strerror)
    return Broken(what=f"{type(error).__name__}: {error}")


def _say_nothing_more() -> None:
    """Whoever read us, such as `head`, has seen enough: what is left to write goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # captured by a test: no such file
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _root(
    exercise: Annotated[
        bool,
        typer.Option(
            "--exercise", envvar="LINLI_EXERCISE",
            help=gettext("Take part in the exercises that are held, and in nothing real."),
        ),
    ] = False,
) -> None:  # fmt: skip
    """What is said before a command holds for whatever it does; see ``request.acting``."""
    taking_part.said(exercise)


def commands() -> typer.Typer:
    """All commands: a file's ``app`` with a name is a group, one without adds its commands."""
    whole = typer.Typer(
        name="linli",
        cls=Told,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help=gettext("Linli: a city's answer to an emergency, from the neighbourhood up."),
    )
    whole.callback()(_root)
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
