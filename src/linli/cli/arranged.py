"""Trips, ongoing care, incidents and conversions at the prompt: list, open, show, take a step.

Each is a group of its own; the four ask what the page and the API ask.
"""

from typing import Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
Purpose = Annotated[
    str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Form = Annotated[
    str, typer.Option("--form", help=_('What the step asks, as JSON: {"note": "..."}.'))
]


def group(loop: str, *, name: str, help_: str) -> typer.Typer:
    """The commands of one loop."""
    app = typer.Typer(name=name, help=help_, no_args_is_help=True)

    @app.command("list", help=_("What is under way within reach, the newest first."))
    def list_some(
        by: As,
        purpose: Purpose = "service",
        stage: Annotated[str, typer.Option(help=_("Only what stands at this stage."))] = "",
        after: Annotated[int, typer.Option(help=_("The key of the last page."), min=0)] = 0,
        most: Annotated[int, typer.Option(help=_("How many at most."), min=1, max=200)] = 20,
        as_json: InJson = False,
    ) -> None:
        """One line an item: number, class, stage, limit."""
        _list(loop, by, purpose, stage, after, most, as_json=as_json)

    @app.command("open", help=_("Begin one; --form holds what it asks."))
    def open_one(
        by: As,
        class_: Annotated[str, typer.Option("--class", help=_("What it is."))],
        form: Form,
        purpose: Purpose = "service",
        as_json: InJson = False,
    ) -> None:
        """Print its number and where it stands."""
        _open(loop, by, class_, form, purpose, as_json=as_json)

    @app.command("show", help=_("One of them: where it stands, and what can be done now."))
    def show(number: int, by: As, purpose: Purpose = "service", as_json: InJson = False) -> None:
        """What the account may see of it; the look is recorded."""
        show_one(loop, number, by, purpose, as_json=as_json)

    @app.command("step", help=_("Take a step, such as accept or answer."))
    def step(
        number: int, name: str, by: As, purpose: Purpose = "service", form: Form = "{}",
        as_json: InJson = False,
    ) -> None:  # fmt: skip
        """Print where it stands afterwards."""
        take_step(loop, number, name, by, purpose, form, as_json=as_json)

    return app


def _list(
    loop: str, by: str, purpose: str, stage: str, after: int, most: int, *, as_json: bool
) -> None:
    get_ready()
    from linli.cli.request import acting, checked, row_of
    from linli.loops import catalogue, find
    from linli.loops.find import Filters

    declared = catalogue.get(loop)
    filters = Filters(loop=loop, alive=not stage or None, stages=(stage,) if stage else ())
    key = str(after) if after else None
    page = find.items(
        acting(by), filters=filters, purpose=checked(purpose), after=key, most=most
    )  # fmt: skip
    if as_json:
        say_json({"rows": [row_of(item) for item in page.rows], "after": page.after})
        return
    for item in page.rows:
        due = item.due_at.isoformat(timespec="minutes") if item.due_at else _("no target")
        label = _(declared.stage(item.stage).label)
        typer.echo(f"{'!' if item.late else ' '} {item.id:>8}  {item.item_class:<10} "
                   f"{label:<24} {due}")  # fmt: skip
    if page.after:
        say(_("More: --after {key}"), key=page.after)


def _open(loop: str, by: str, class_: str, form: str, purpose: str, *, as_json: bool) -> None:
    get_ready()
    from linli import clock
    from linli.cli.request import acting, checked, read_form
    from linli.loops import catalogue
    from linli.loops.arranged import begin

    declared = catalogue.get(loop)
    moved = begin(acting(by), declared, class_, read_form(form), purpose=checked(purpose),
                  now=clock.now_s())  # fmt: skip
    if as_json:
        say_json({"id": moved.item_id, "stage": moved.stage})
        return
    stage = _(declared.stage(moved.stage).label)
    say(_("{number} is now: {stage}"), number=moved.item_id, stage=stage)


def show_one(loop: str, number: int, by: str, purpose: str, *, as_json: bool) -> None:
    """An item as an account sees it, and the steps that it may take now."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting, checked, row_of
    from linli.loops import catalogue, find

    declared, actor = catalogue.get(loop), acting(by)
    find.reach(actor, number, loop=declared, roles=declared.seen_by)
    view = find.item_for(actor, number, now=clock.now_s(), purpose=checked(purpose))
    possible = [one.step.name for one in view.steps if not one.unmet]
    if as_json:
        say_json({**row_of(view.item), "data": view.data, "steps": possible})
        return
    say(f"{view.item.id}  {_(declared.stage(view.item.stage).label)}  {view.place.name_zh}")
    for name, value in view.data.items():
        if value not in ("", {}, []):
            say(f"  {name}: {value}")
    say(_("Possible now: {steps}"), steps=", ".join(possible) or "-")


def take_step(
    loop: str, number: int, name: str, by: str, purpose: str, form: str, *, as_json: bool
) -> None:
    """Take a step of an item in the name of an account, and say where it stands afterwards."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting, checked, read_form
    from linli.loops import catalogue, find
    from linli.loops.advance import advance
    from linli.loops.scene import Scene

    declared, actor = catalogue.get(loop), acting(by)
    known: Any = declared.step(name)
    own = find.reach(actor, number, loop=declared, roles=known.by if known else declared.seen_by)
    scene = Scene(actor, clock.now_s(), checked(purpose))
    moved = advance(number, name, scene, data=read_form(form), own=own)
    if as_json:
        say_json({"id": number, "stage": moved.stage})
        return
    stage = _(declared.stage(moved.stage).label)
    say(_("{number} is now: {stage}"), number=number, stage=stage)
