"""`linli dispatch`: beds, runs, roads and supply from files. A file of this folder with an ``app``
adds its commands, found by being there.
"""

import pkgutil
from importlib import import_module

import typer

from linli.cli.words import gettext as _


def commands() -> typer.Typer:
    """The commands of every file here."""
    group = typer.Typer(
        name="dispatch",
        no_args_is_help=True,
        help=_("Beds, runs, roads and supply, planned from files."),
    )
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        if not module.name.startswith("test_"):
            part = getattr(import_module(f"{__name__}.{module.name}"), "app", None)
            group.registered_commands += part.registered_commands if part else []
    return group


app = commands()
