"""`linli request`: the request loop at the prompt, as one of the accounts and by its rights.

The commands ask the same functions as pages and API, so a rule holds here as it does there.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.exercise import taking_part
from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput, NotFound, Word

if TYPE_CHECKING:
    from linli.policy.can import Actor

app = typer.Typer(
    name="request", help=_("Requests: open, list, show, take a step, why."), no_args_is_help=True
)

As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
Purpose = Annotated[
    str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command("open", help=_("File a request for somebody who called or came in person."))
def open_one(
    description: str,
    by: As,
    area: Annotated[int, typer.Option(help=_("The number of the area it belongs to."))],
    kind: Annotated[str, typer.Option("--type", help=_("The type of request."))],
    name: Annotated[str, typer.Option(help=_("Who asks."))] = "",
    phone: Annotated[str, typer.Option(help=_("How to reach them."))] = "",
    channel: Annotated[str, typer.Option(help=_("phone, visit or paper."))] = "phone",
    own: Annotated[bool, typer.Option("--own", help=_("Ask in the account's own name."))] = False,
    as_json: InJson = False,
) -> None:
    """Print the number of the request, and the token by which the caller follows it."""
    get_ready()
    from linli import clock
    from linli.loops.requests.file import file_request
    from linli.loops.requests.forms import Channel

    if channel not in set(Channel):
        raise BadInput(
            N_("{given} is no channel. Choose one of: {known}."),
            given=channel,
            known=tuple(c.value for c in Channel),
        )
    asked = {"description": description, "contact_name": name, "contact_phone": phone}
    filed = file_request(
        acting(by),
        now=clock.now_s(),
        kind=kind,
        area_id=area,
        data=asked,
        channel=Channel(channel),
        on_behalf=not own,
    )
    if as_json:
        say_json({"id": filed.item_id, "stage": filed.stage, "token": filed.token})
        return
    say(_("Request {id}. To follow it: {token}"), id=filed.item_id, token=filed.token)


@app.command("list", help=_("The requests within reach, the newest first."))
def list_some(
    by: As,
    purpose: Purpose = "service",
    late: Annotated[bool, typer.Option("--late", help=_("Only what is late."))] = False,
    mine: Annotated[bool, typer.Option("--mine", help=_("Only what the account holds."))] = False,
    stage: Annotated[str, typer.Option(help=_("Only what stands at this stage."))] = "",
    after: Annotated[int, typer.Option(help=_("The key of the last page."), min=0)] = 0,
    most: Annotated[int, typer.Option(help=_("How many at most."), min=1, max=200)] = 20,
    as_json: InJson = False,
) -> None:
    """One line a request: number, class, stage, limit."""
    get_ready()
    from linli.loops import catalogue, find
    from linli.loops.find import Filters

    actor = acting(by)
    filters = Filters(
        loop="request",
        late=late or None,
        holder_id=actor.id if mine else None,
        stages=(stage,) if stage else (),
    )
    key = str(after) if after else None
    page = find.items(actor, filters=filters, purpose=checked(purpose), after=key, most=most)
    if as_json:
        say_json({"rows": [row_of(item) for item in page.rows], "after": page.after})
        return
    loop = catalogue.get("request")
    for item in page.rows:
        due = item.due_at.isoformat(timespec="minutes") if item.due_at else _("no target")
        mark = "!" if item.late else " "
        label = _(loop.stage(item.stage).label)
        typer.echo(f"{mark} {item.id:>8}  {item.item_class:<8} {label:<24} {due}  {item.kind}")
    if page.after:
        say(_("More: --after {key}"), key=page.after)


@app.command(help=_("One request: where it stands, its history, and what can be done now."))
def show(number: int, by: As, purpose: Purpose = "service", as_json: InJson = False) -> None:
    """What the account may see of it; the look is recorded."""
    view = _seen(number, by, purpose)
    stage = view.loop.stage(view.item.stage)
    if as_json:
        say_json(
            {
                **row_of(view.item),
                "data": view.data,
                "steps": [s.step.name for s in view.steps],
                "events": [{"n": e.n, "step": e.step, "at": e.at} for e in view.events],
            }
        )
        return
    say(f"{view.item.id}  {_(stage.label)}  {view.place.name_zh}  {view.holder}")
    for name, value in view.data.items():
        if value not in ("", {}, []):
            say(f"  {name}: {value}")
    for event in view.events:
        say(f"  {event.n:>3}  {event.at.isoformat(timespec='minutes')}  {event.step}")
    possible = [s.step.name for s in view.steps if not s.unmet]
    say(_("Possible now: {steps}"), steps=", ".join(possible) or "-")


@app.command(help=_("Take a step, such as accept or answer."))
def step(
    number: int,
    name: str,
    by: As,
    purpose: Purpose = "service",
    form: Annotated[
        str, typer.Option("--form", help=_('What the step asks, as JSON: {"note": "..."}.'))
    ] = "{}",
    as_json: InJson = False,
) -> None:
    """Print where the request stands afterwards."""
    get_ready()
    from linli import clock
    from linli.loops import catalogue, find
    from linli.loops.advance import advance
    from linli.loops.scene import Scene

    actor, loop = acting(by), catalogue.get("request")
    declared = loop.step(name)
    roles = declared.by if declared else loop.seen_by
    own = find.reach(actor, number, loop=loop, roles=roles)
    scene = Scene(actor, clock.now_s(), checked(purpose))
    moved = advance(number, name, scene, data=read_form(form), own=own)
    if as_json:
        say_json({"id": number, "stage": moved.stage})
        return
    say(_("{number} is now: {stage}"), number=number, stage=_(loop.stage(moved.stage).label))


@app.command(help=_("Why this person, this date, this tier?"))
def why(number: int, by: As, purpose: Purpose = "service", as_json: InJson = False) -> None:
    """One sentence a reason."""
    view = _seen(number, by, purpose)
    from linli.loops import why as reasons

    sentences = [reason.tell(_) for reason in reasons.why(view.item)]
    if as_json:
        say_json(sentences)
        return
    for sentence in sentences:
        say(sentence)


def acting(username: str) -> "Actor":
    """The account as the console acts for it: whoever sits here has the database in hand.

    Raises NoExercise where the command is to take part in one and none is held.
    """
    from linli import clock
    from linli.registry import roster
    from linli.registry.accounts import Account

    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise NotFound(what=Word(N_("account")), value=username)
    now = clock.now_s()
    return roster.actor_of(account, now, two_factor=True, exercise=_in_exercise(now))


def visiting() -> "Actor":
    """Nobody in particular, as somebody who comes to a public page; raises NoExercise."""
    from dataclasses import replace

    from linli import clock
    from linli.policy.can import VISITOR

    return replace(VISITOR, exercise=_in_exercise(clock.now_s()))


def _in_exercise(now: int) -> bool:
    from django.conf import settings

    from linli.registry import declarations

    if taking_part() and not settings.DEMO:
        declarations.required_exercise(now)
    return taking_part() or bool(settings.DEMO)


def _seen(number: int, by: str, purpose: str) -> Any:
    get_ready()
    from linli import clock
    from linli.loops import catalogue, find

    actor, loop = acting(by), catalogue.get("request")
    find.reach(actor, number, loop=loop, roles=loop.seen_by)
    return find.item_for(actor, number, now=clock.now_s(), purpose=checked(purpose))


def checked(purpose: str) -> str:
    """The purpose as it is; raises BadInput for what is none."""
    from linli.policy.roles import Purpose as Purposes

    if purpose not in set(Purposes):
        raise BadInput(
            N_("{given} is no purpose. Choose one of: {known}."),
            given=purpose,
            known=tuple(p.value for p in Purposes),
        )
    return purpose


def read_form(form: str) -> dict[str, Any]:
    """What --form holds: one JSON object."""
    try:
        found = json.loads(form)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadInput(N_("--form takes one JSON object. It cannot be read: {given}"), given=form)
    return found


def row_of(item: Any) -> dict[str, Any]:
    """An item as a list shows it."""
    names = ("id", "kind", "item_class", "stage", "state", "area_id", "unit_id", "tier",
             "holder_id", "due_at", "late")  # fmt: skip
    return {name: getattr(item, name) for name in names}
