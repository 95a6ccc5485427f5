"""What has to stand before a command may ask the city anything? Settings, language, clock."""

import json
import os
from typing import Any

import typer

from linli.cli.words import language
from linli.errors import N_, Problem


class NotSetUp(Problem):
    """The database has no tables yet, or not all of them."""

    code = "not_set_up"
    sentence = N_("The database is not set up yet, or is older than this version. Run: linli setup")


class NoDatabase(Problem):
    """The database does not answer."""

    code = "no_database"
    sentence = N_("The database does not answer: {reason} Check LINLI_DATABASE_URL.")


def get_ready(*, tables: bool = True) -> None:
    """Read the settings, speak the caller's language, and follow the city's own clock.

    ``tables``: the command needs every table; raises NotSetUp if one is missing.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language())
    if tables:
        if owed_migrations():
            raise NotSetUp
        from linli.registry import dial

        dial.follow()


def owed_migrations() -> int:
    """How many changes of the tables are not made yet; raises NoDatabase."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OperationalError as error:
        raise NoDatabase(reason=str(error).strip().splitlines()[0]) from None


def say(text: str, **values: Any) -> None:
    """Print one sentence, translated by the caller."""
    typer.echo(text.format(**values) if values else text)


def say_json(value: Any) -> None:
    """Print something for a machine to read."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
