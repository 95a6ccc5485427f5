"""`linli keep`: how long residents' words are kept, what is due to go, and what has gone."""

from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="keep",
    help=_("How long residents' words are kept, and what was destroyed."),
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command(help=_("Say for each loop how long words are kept, and by whose signature."))
def show(as_json: Json = False) -> None:
    """List the terms in force."""
    get_ready()
    from linli.loops import keeping
    from linli.loops.removals import rules

    rows = keeping.all_terms()
    if as_json:
        say_json(
            [
                {
                    "loop": t.loop,
                    "closed_days": t.closed_days,
                    "after_emergency_days": t.after_emergency_days,
                    "signed_at": t.signed.signed_at if t.signed else None,
                }
                for t in rows
            ]
        )
        return
    for t in rows:
        says = _("{loop}: {closed} days after closing; {after} days after an emergency. {signed}")
        if t.loop in rules.shipped():
            says = _("{loop}: {closed} days after they have left. {signed}")
        say(
            says,
            loop=t.loop,
            closed=t.closed_days,
            after=t.after_emergency_days,
            signed=_("Signed.") if t.signed else _("As shipped."),
        )


@app.command("set", help=_("Sign new terms for a loop; they hold from now on."))
def put(
    loop: str,
    closed_days: Annotated[int, typer.Option(help=_("Days after an item has closed."))],
    after_emergency_days: Annotated[int, typer.Option(help=_("Days after an emergency."))],
    note: Annotated[str, typer.Option(help=_("By whose authority, and why."))],
    by: Annotated[str, typer.Option("--as", envvar="LINLI_AS", help=_("The account that signs."))],
) -> None:
    """Sign as somebody who may."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops import keeping

    keeping.sign(
        acting(by),
        loop,
        closed_days=closed_days,
        after_emergency_days=after_emergency_days,
        note=note,
    )
    say(_("Signed. Items of {loop} are held to it from now on."), loop=loop)


@app.command(help=_("Count what is due to be destroyed now; nothing is changed."))
def due(as_json: Json = False) -> None:
    """Look ahead without doing it."""
    get_ready()
    from linli import clock
    from linli.loops import destroy, forget
    from linli.studies import thinning

    now = clock.now_s()
    facts = [what for _table, what in forget.due(now)]
    every = [*destroy.due(now), *facts, *thinning.due(now)]
    rows = [(one, one.rows.count()) for one in every]
    counted = [
        {"loop": one.name, "cause": one.cause, "path": one.path, "items": n} for one, n in rows if n
    ]
    if as_json:
        say_json(counted)
        return
    if not counted:
        say(_("Nothing is due."))
    for row in counted:
        say(_("{loop}: {items} items, because of: {cause}"), **{k: row[k] for k in row})


@app.command("destroy", help=_("Destroy what is due now; the worker does it every hour."))
def destroy_now(as_json: Json = False) -> None:
    """Destroy, and print the reports."""
    get_ready()
    from linli import clock
    from linli.loops import destroy, forget
    from linli.studies import thinning

    now = clock.now_s()
    made = [*destroy.destroy(now), *forget.forget(now), *thinning.thin(now)]
    if as_json:
        say_json([{"id": r.id, "loop": r.loop, "items": r.n_items} for r in made])
        return
    say(
        _("{items} items or rows went; {reports} reports were written."),
        items=sum(r.n_items for r in made),
        reports=len(made),
    )
