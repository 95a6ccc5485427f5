"""`linli audit`: seal what was done, and show that nothing was changed afterwards."""

from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(name="audit", help=_("Seal the audit, or verify it."), no_args_is_help=True)

EXIT_BROKEN = 1


@app.command(help=_("Recompute every chain; exit code 1 if a block was tampered with."))
def verify(
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Print each table's verdict and the hash at the head of its chain."""
    get_ready()
    from dataclasses import asdict

    from linli.audit import sealed
    from linli.loops import said

    verdicts, changed = sealed.verify(), said.changed()
    if as_json:
        say_json({"tables": [asdict(verdict) for verdict in verdicts], "words_changed": changed})
    for v in () if as_json else verdicts:
        if v.broken is None:
            say(
                _("{table}: whole. {rows} rows in {blocks} blocks, {unsealed} not sealed yet."),
                table=v.table,
                rows=v.rows,
                blocks=v.blocks,
                unsealed=v.unsealed,
            )
            say("  sha256 {hash}", hash=v.head or "-")
        else:
            say(
                _("{table}: broken at block {block}. Its rows are not those that were sealed."),
                table=v.table,
                block=v.broken,
            )
    if changed and not as_json:
        say(
            _("Words kept beside the record were changed afterwards, of items: {items}"),
            items=", ".join(map(str, changed)),
        )
    if changed or any(v.broken is not None for v in verdicts):
        raise typer.Exit(EXIT_BROKEN)


@app.command(help=_("Seal all that is not sealed yet; the worker does it every few seconds."))
def seal(
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Seal now."""
    get_ready()
    from linli.audit import sealed

    rows = sealed.seal_all()
    if as_json:
        say_json({"rows": rows})
    else:
        say(_("{rows} rows sealed."), rows=rows)
