"""`linli removals`: who leaves the register by which rule, what holds them, and do it now."""

from typing import Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="removals",
    help=_("Who leaves the register of residents, by which rule, and what holds them."),
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command(help=_("Say for each rule how long residents are kept, and where that comes from."))
def terms(as_json: Json = False) -> None:
    """The terms in force; `linli keep set` signs others."""
    get_ready()
    from linli.cli.words import language
    from linli.loops.removals import rules

    tongue = "zh-hans" if language().startswith("zh") else "en"
    rows = [
        {
            "rule": rule.name,
            "days": (held := rules.terms(rule)).closed_days,
            "signed_at": held.signed.signed_at if held.signed else None,
            "note": held.signed.note if held.signed else rules.shipped()[rule.name].source[tongue],
        }
        for rule in rules.RULES
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        says = _("{rule}: {days} days. Signed: {note}")
        if row["signed_at"] is None:
            says = _("{rule}: {days} days. As shipped: {note}")
        say(says, **row)


@app.command(help=_("Count who would go now, by rule and area, and what holds the others."))
def due(
    area: Annotated[int | None, typer.Option(help=_("The number of an area to look in."))] = None,
    as_json: Json = False,
) -> None:
    """Look ahead without doing it; numbers only."""
    get_ready()
    from linli import clock
    from linli.loops.removals import rules
    from linli.loops.removals.remove import look_ahead
    from linli.policy.can import end_of
    from linli.registry import areas

    path = areas.get(area).path if area is not None else ""
    seen = look_ahead(clock.now_s(), [(path, end_of(path))])
    named = areas_of({path for _rule, path in seen.paths})
    rows = [
        {
            "rule": rule.name,
            "go": seen.went[rule.name],
            "held": seen.held[rule.name],
            "areas": _by_area(rule.name, seen.paths, named),
            "held_by": [
                {"why": why, "what": what, "people": n}
                for (name, why, what), n in sorted(seen.why.items())
                if name == rule.name
            ],
        }
        for rule in rules.RULES
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        _tell(row)


@app.command(help=_("Remove now whose time has come; the worker does it every night."))
def run(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Count what would happen, and write nothing."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Remove, and say how many went and how many are held."""
    get_ready()
    from django.conf import settings

    from linli import clock
    from linli.loops.removals.remove import look_ahead, remove_due

    now = clock.now_s()
    done = look_ahead(now) if dry_run else remove_due(now, exercise=bool(settings.DEMO))
    went, held = sum(done.went.values()), sum(done.held.values())
    if as_json:
        say_json({"dry_run": dry_run, "went": dict(done.went), "held": dict(done.held)})
    elif dry_run:
        say(_("{went} would go; {held} are held. Nothing was changed."), went=went, held=held)
    else:
        say(
            _("{went} went and {held} are held; {reports} reports were written."),
            went=went,
            held=held,
            reports=len(done.reports),
        )


def areas_of(paths: set[str]) -> dict[str, Any]:
    """The community, or what is nearest above it, of each path."""
    from linli.registry.areas import Area
    from linli.registry.people import COMMUNITY_PATH

    wanted = {path[:COMMUNITY_PATH] for path in paths}
    return {area.path: area for area in Area.objects.filter(path__in=wanted)}


def _by_area(rule: str, paths: Any, named: dict[str, Any]) -> list[dict[str, Any]]:
    from linli.registry.people import COMMUNITY_PATH

    counts: dict[str, int] = {}
    for (name, path), n in paths.items():
        if name == rule:
            counts[path[:COMMUNITY_PATH]] = counts.get(path[:COMMUNITY_PATH], 0) + n
    return [
        {"area_id": named[path].id, "area": named[path].name_zh, "go": n}
        for path, n in sorted(counts.items())
        if path in named
    ]


def _tell(row: dict[str, Any]) -> None:
    say(_("{rule}: {go} would go, {held} are held."), **row)
    for place in row["areas"]:
        say("  " + _("{area}: {go}"), **place)
    for hold in row["held_by"]:
        say("  " + _("held by {what} ({why}): {people}"), **hold)
