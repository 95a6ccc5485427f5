"""What became of a list at the prompt: the counts, and each refused row with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from linli.cli.ready import say, say_json

if TYPE_CHECKING:  # needs the settings, which are read once the command runs
    from linli.loops.advance import Refused

EXIT_REFUSED = 1


def tell(
    sentence: str, counts: dict[str, int], refused: Sequence[Refused], *, as_json: bool
) -> None:
    """Say what was taken in; ends with exit code 1 if a row was refused."""
    from django.utils.translation import gettext

    rows = [{"row": r.index, "reason": r.problem.tell(gettext)} for r in refused]
    if as_json:
        say_json({**counts, "refused": rows})
    else:
        say(sentence, **counts, refused=len(rows))
        for row in rows:
            typer.echo(f"{row['row']}: {row['reason']}", err=True)
    if rows:
        raise typer.Exit(EXIT_REFUSED)
