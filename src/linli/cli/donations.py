"""`linli donations`: promise a gift, keep it, and see where each part of it went."""

from typing import Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="donations",
    help=_("Donations: promise one, take its steps, see where it went."),
    no_args_is_help=True,
)
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Purpose = Annotated[
    str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
]


@app.command(name="list", help=_("Donations that have not ended, within reach of your post."))
def listed(by: As, purpose: Purpose = "service", as_json: InJson = False) -> None:
    """By number; what is given is for the pages."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops import find
    from linli.loops.donations.shares import whereabouts
    from linli.loops.find import Filters

    found = find.items(
        acting(by), filters=Filters(loop="donation", alive=True), purpose=purpose, after=None
    )
    rows = [(item, whereabouts(item.id, item.data)) for item in found.rows]
    if as_json:
        say_json([
            {"id": item.id, "stage": item.stage, "late": item.late, **_sums(told)}
            for item, told in rows
        ])  # fmt: skip
        return
    for item, told in rows:
        say(f"  {item.id:>8}  {item.stage:<10}  {told.received:g} / {told.came_in:g}")
    if not rows:
        say(_("None is under way here."))


@app.command("open", help=_("Promise a gift for somebody who called or came in person."))
def open_one(
    what: Annotated[str, typer.Argument(help=_("What is given."))],
    quantity: Annotated[float, typer.Option(help=_("How much of it."))],
    area: Annotated[int, typer.Option(help=_("The number of the area it is for."))],
    class_: Annotated[str, typer.Option("--class", help=_("money or goods."))] = "goods",
    unit: Annotated[str, typer.Option(help=_("Of which unit."))] = "",
    wish: Annotated[str, typer.Option(help=_("Whom it is meant for."))] = "",
    donor: Annotated[str, typer.Option(help=_("Who gives it."))] = "",
    phone: Annotated[str, typer.Option(help=_("How to reach them."))] = "",
    by: Annotated[
        str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
    ] = "",
    as_json: InJson = False,
) -> None:
    """Print its number, and the code by which the donor follows it, told once."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting, visiting
    from linli.errors import N_, BadInput
    from linli.loops.donations import trace as traces
    from linli.loops.donations.loop import LOOP
    from linli.registry import areas
    from linli.registry.gazetteer import answering

    if class_ not in LOOP.classes:
        raise BadInput(
            N_("{given} is no kind of gift. Choose one of: {known}."),
            given=class_, known=tuple(LOOP.classes),
        )  # fmt: skip
    said = {"what": what, "quantity": quantity, "unit": unit, "wish": wish, "donor": donor,
            "contact_phone": phone}  # fmt: skip
    giver = acting(by) if by else visiting()
    given = traces.give(giver, answering(areas.get(area)).id, class_, said, now=clock.now_s())
    if as_json:
        say_json({"id": given.item_id, "token": given.token})
        return
    say(_("Gift {id}. To follow it: {token}"), id=given.item_id, token=given.token)


@app.command(help=_("Take a step: agree, count_in, share, write_off, give_out, decline."))
def step(
    number: Annotated[int, typer.Argument(help=_("Number of the donation."))],
    name: Annotated[str, typer.Argument(help=_("Name of the step."))],
    by: As,
    form: Annotated[
        str, typer.Option("--form", help=_('What the step asks, as JSON: {"note": "..."}.'))
    ] = "{}",
    purpose: Purpose = "service",
    as_json: InJson = False,
) -> None:
    """Print where it stands afterwards."""
    from linli.cli.arranged import take_step

    take_step("donation", number, name, by, purpose, form, as_json=as_json)


@app.command(help=_("Where every part of a gift is; without --as its code is asked for."))
def trace(
    number: Annotated[int, typer.Argument(help=_("Number of the donation."))],
    by: Annotated[
        str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
    ] = "",
    purpose: Purpose = "service",
    as_json: InJson = False,
) -> None:
    """The donor shows the code; whoever keeps the gift acts as an account."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting, visiting
    from linli.loops.donations import trace as traces

    token = "" if by else typer.prompt(_("Your code"), hide_input=True, err=True)
    seen = traces.seen(
        acting(by) if by else visiting(), number, now=clock.now_s(),
        purpose=purpose if by else None, token=token or None,
    )  # fmt: skip
    if as_json:
        parts = [
            {"handover_id": p.share.handover_id, "organisation": p.share.organisation_id,
             "stage": p.share.stage, "quantity": p.share.quantity, "received": p.share.received}
            for p in seen.parts
        ]  # fmt: skip
        say_json({"id": seen.number, "stage": seen.stage.name, **_sums(seen.sums), "parts": parts})
        return
    say(_(seen.public))
    for part in seen.parts:
        named = part.organisation.name_zh if part.organisation else "-"
        say(f"  {part.share.quantity:>10g}  {_(part.stage.label)}: {named}")
    say(
        _("{came_in} counted in: {received} signed for, {on_the_way} on the way, {in_store} in "
          "store, {missing} missing, {spoilt} written off."), **_sums(seen.sums),
    )  # fmt: skip


def _sums(told: Any) -> dict[str, float]:
    names = ("came_in", "in_store", "on_the_way", "received", "missing", "spoilt")
    return {name: getattr(told, name) for name in names}
