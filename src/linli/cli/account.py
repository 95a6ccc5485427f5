"""`linli account`: who can sign in. The console acts as an administrator, and is recorded."""

from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput, NotFound, Word

if TYPE_CHECKING:
    from linli.policy.can import Actor
    from linli.registry.accounts import Account

app = typer.Typer(
    name="account", help=_("Accounts, passwords, access tokens."), no_args_is_help=True
)

TOKEN_DAYS = 90


class NoSuchRole(BadInput):
    """A word that is no role."""

    code = "no_such_role"
    sentence = N_("{given} is no role. Choose one of: {known}.")


class WeakPassword(BadInput):
    """A password that can be guessed."""

    code = "weak_password"
    sentence = N_("This password cannot be used. {reasons}")


@app.command(help=_("Add an account; with --role and --area also a post for it."))
def add(
    username: str,
    name: Annotated[str, typer.Option(help=_("The name others see."))] = "",
    role: Annotated[str, typer.Option(help=_("A role, such as grid_worker."))] = "",
    area: Annotated[int, typer.Option(help=_("The number of the area of the post."))] = 0,
    first: Annotated[
        bool, typer.Option("--first", help=_("The post answers first for its unit."))
    ] = False,
    password: Annotated[
        str | None, typer.Option(envvar="LINLI_PASSWORD", help=_("Asked for if left out."))
    ] = None,
) -> None:
    """Make the account, the post and the appointment, all or none."""
    get_ready()
    from django.db import transaction

    from linli import clock
    from linli.audit.records import record
    from linli.policy.roles import Role
    from linli.registry import appointing
    from linli.registry.accounts import Account

    if role and role not in set(Role):
        raise NoSuchRole(given=role, known=tuple(r.value for r in Role))
    if bool(role) != bool(area):
        raise BadInput(N_("A post takes both, --role and --area."))
    chosen = _good(password or _asked())
    with transaction.atomic():
        made = Account.objects.create_user(username, chosen, display_name=name or username)
        record(_console(), "add", "account", made.id, holding=_console().holdings[0])
        if role:
            post = appointing.make_post(
                _console(), role=Role(role), area_id=area, first_responsible=first
            )
            appointing.appoint(_console(), post.id, made.id, starts_at=clock.now())
    say(_("{name} can sign in."), name=username)


@app.command(help=_("Give an account another password."))
def password(
    username: str,
    new: Annotated[
        str | None,
        typer.Option("--password", envvar="LINLI_PASSWORD", help=_("Asked for if left out.")),
    ] = None,
) -> None:
    """Set it, and record that it was set."""
    get_ready()
    from linli.audit.records import record

    account = _find(username)
    account.set_password(_good(new or _asked()))
    account.save(update_fields=["password"])
    record(_console(), "password", "account", account.id, holding=_console().holdings[0])
    say(_("{name} has another password from now on."), name=username)


@app.command(help=_("Make a link that sets a new password once; the old one ends now."))
def link(username: str) -> None:
    """Print the address that follows the deployment's own."""
    get_ready()
    from linli.registry import admissions

    say(admissions.link_for(_console(), _find(username).id))


@app.command(help=_("Let an account in no more; nothing it did is deleted."))
def shut(username: str) -> None:
    """Its sessions and tokens end at once."""
    get_ready()
    from linli.registry import admissions

    admissions.shut(_console(), _find(username).id)
    say(_("{name} is let in no more."), name=username)


@app.command(help=_("Let an account in again."))
def reopen(username: str) -> None:
    """Undo `shut`."""
    get_ready()
    from linli.registry import admissions

    admissions.reopen(_console(), _find(username).id)
    say(_("{name} can sign in."), name=username)


@app.command(help=_("Forget the second factor of somebody who has lost it."))
def factor(username: str) -> None:
    """They set up another one at the next sign-in."""
    get_ready()
    from linli.registry import admissions

    admissions.forget_second_factor(_console(), _find(username).id)
    say(_("{name} sets up another second factor at the next sign-in."), name=username)


@app.command(help=_("Make an access token for a program that acts in an account's name."))
def token(
    username: str,
    label: Annotated[str, typer.Option(help=_("What it is for."))] = "console",
    days: Annotated[int, typer.Option(help=_("Days it lasts."), min=1)] = TOKEN_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Print the token once."""
    get_ready()
    from linli.registry import tokens

    made, text = tokens.issue(_find(username), label=label, days=days, by=_console())
    if as_json:
        say_json({"id": made.id, "token": text, "ends_at": made.ends_at})
        return
    say(text)


def _find(username: str) -> "Account":
    from linli.registry.accounts import Account

    account = Account.objects.filter(username=username).first()
    if account is None:
        raise NotFound(what=Word(N_("account")), value=username)
    return account


def _console() -> "Actor":
    """Who acts at the console: whoever runs the deployment."""
    from linli.policy.can import Actor, Holding
    from linli.policy.roles import Role

    return Actor(holdings=(Holding(Role.ADMINISTRATOR, ""),))


def _asked() -> str:
    return str(typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True))


def _good(password: str) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        raise WeakPassword(reasons=" ".join(error.messages)) from None
    return password
