"""`linli setup` and `linli check`: make a deployment ready, and say whether it is well."""

from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer()

ADMINISTRATOR = "admin"


@app.command(help=_("Make or update the tables, put limits in force, create an administrator."))
def setup(
    admin: Annotated[str, typer.Option(help=_("User name of the administrator."))] = ADMINISTRATOR,
    city: Annotated[str, typer.Option(help=_("Name of the city, if it has none yet."))] = "",
    password: Annotated[
        str, typer.Option(envvar="LINLI_ADMIN_PASSWORD", help=_("Password; one is made if none."))
    ] = "",
) -> None:
    """Bring a deployment to this version; twice is once."""
    get_ready(tables=False)
    from django.core.management import call_command

    from linli.cli.ready import owed_migrations
    from linli.loops.shipped import ship_limits
    from linli.plans.shelf import ship_plans

    owed_migrations()  # tells in a sentence when the database does not answer
    call_command("migrate", interactive=False, verbosity=0)
    ship_limits()
    ship_plans()
    say(_("The tables are those of this version, and every loop has limits in force."))
    if has_administrator():
        say(_("Somebody administers this deployment already; nobody was added."))
        return
    made = _create_administrator(admin, city or _("City"), password)
    say(_("The administrator is {name}."), name=admin)
    if not password:
        say(_("The password is {password} - it is not shown again."), password=made)


@app.command(help=_("Examine this deployment; every finding says what to do."))
def check(
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Print every finding; exit code 1 if something is broken."""
    get_ready(tables=False)
    from dataclasses import asdict

    from linli.cli import doctor

    findings = doctor.examine()
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    if any(f.grade is doctor.Grade.BROKEN for f in findings):
        raise typer.Exit(1)


def _print(finding: object) -> None:
    from linli.cli.doctor import Finding, Grade

    assert isinstance(finding, Finding)
    mark = {Grade.GOOD: ("✓", "green"), Grade.WARNING: ("!", "yellow"), Grade.BROKEN: ("✗", "red")}
    sign, colour = mark[finding.grade]
    typer.secho(f"{sign} {finding.found}", fg=colour)
    if finding.do:
        typer.echo(f"  → {finding.do}")


def has_administrator() -> bool:
    """Whether somebody who can sign in holds the post of an administrator now."""
    from linli import clock
    from linli.policy.roles import Role
    from linli.registry.roster import Assignment, current

    return Assignment.objects.filter(
        current(clock.now_s()), post__role=Role.ADMINISTRATOR, account__is_active=True
    ).exists()


def _create_administrator(name: str, city: str, password: str) -> str:
    import secrets

    from django.db import transaction

    from linli import clock
    from linli.policy.roles import NAMES, Role
    from linli.registry import area_tree, roster
    from linli.registry.accounts import Account
    from linli.registry.areas import Area

    made = password or secrets.token_urlsafe(12)
    with transaction.atomic():
        root = Area.objects.filter(parent=None).order_by("path").first()
        if root is None:
            root = area_tree.add(area_tree.NewArea(kind="city", name_zh=city))
        account = Account.objects.create_user(name, made, display_name=name)
        post = roster.Post.objects.create(
            role=Role.ADMINISTRATOR, area=root, path=root.path, title=NAMES[Role.ADMINISTRATOR]
        )
        roster.appoint(post, account, starts_at=clock.now())
    return made
