"""`linli plans`: what the city keeps, whether it could run now, and starting and ending a run."""

from pathlib import Path
from typing import Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.texts import text_of
from linli.cli.words import gettext as _

app = typer.Typer(
    name="plans", help=_("Emergency plans: kept, ready, started, ended."), no_args_is_help=True
)
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Code = Annotated[str, typer.Argument(help=_("Code of the plan, such as mass-screening."))]
Number = Annotated[int, typer.Argument(help=_("Number of the run."))]
Item = Annotated[int, typer.Argument(help=_("Number of the item."))]
Purpose = Annotated[
    str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
]
AreaOption = Annotated[int, typer.Option("--area", help=_("The area, by its number."))]


@app.command("list", help=_("The plans that the city keeps, in their newest versions."))
def list_all(by: As, as_json: InJson = False) -> None:
    """One line a plan."""
    get_ready()
    from linli.cli.request import acting
    from linli.cli.words import language
    from linli.plans import shelf

    kept = shelf.listed(acting(by))
    if as_json:
        say_json([_plan_row(one) for one in kept])
        return
    for one in kept:
        title = one.plan.title.said(language()) if one.plan else _("cannot be used any more")
        typer.echo(f"  {one.version.code:<24} {one.version.version:>3}  {title}")


@app.command(help=_("One plan: its text as it was signed, in the newest version or another."))
def show(
    code: Code,
    by: As,
    version: Annotated[int | None, typer.Option(help=_("Which version."), min=1)] = None,
    as_json: InJson = False,
) -> None:
    """Print the text, so that it can be changed and signed again."""
    get_ready()
    from linli.cli.request import acting
    from linli.plans import shelf

    kept = shelf.get(acting(by), code, version)
    if as_json:
        say_json({**_plan_row(kept), "text": kept.version.text})
        return
    typer.echo(kept.version.text, nl=not kept.version.text.endswith("\n"))


@app.command(help=_("Whether a file holds a sound plan; everything wrong is told at once."))
def check(
    file: Annotated[Path, typer.Argument(help=_("The plan, as TOML."))], as_json: InJson = False
) -> None:
    """It needs no account and changes nothing."""
    get_ready(tables=False)
    from linli.plans.reading import read

    plan = read(text_of(file))
    if as_json:
        say_json({"code": plan.code, "n_steps": len(plan.steps), "sound": True})
        return
    say(_("The plan {code} is sound: {n} steps."), code=plan.code, n=len(plan.steps))


@app.command(help=_("Put a new version of a plan in force."))
def sign(
    file: Annotated[Path, typer.Argument(help=_("The plan, as TOML."))],
    by: As,
    note: Annotated[str, typer.Option(help=_("What is new, and why."))],
    as_json: InJson = False,
) -> None:
    """Runs under way keep the version they were started with."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import shelf

    made = shelf.sign(acting(by), text_of(file), note=note, now=clock.now_s())
    if as_json:
        say_json({"code": made.code, "version": made.version})
        return
    say(_("Version {version} of {code} is in force."), version=made.version, code=made.code)


@app.command(help=_("Whether a plan could run in an area now: what is covered, and every gap."))
def ready(code: Code, by: As, area: AreaOption, as_json: InJson = False) -> None:
    """A line for everything that the plan names, and each gap with who is to mend it."""
    get_ready()
    from django.utils.translation import gettext

    from linli import clock
    from linli.cli.request import acting
    from linli.plans import shelf
    from linli.plans.readiness import ready_as
    from linli.registry import areas

    actor = acting(by)
    _version, plan = shelf.sound(actor, code)
    found = ready_as(actor, plan, areas.get(area), now=clock.now_s())
    told = found.told(gettext)
    if as_json:
        say_json(told)
        return
    for line in told["lines"]:
        _print_line(line)
    say(_("{covered} of {all} covered, {short} short, {unknown} without a record; {gaps} gaps."),
        covered=told["n_covered"], all=told["n_lines"], short=told["n_short"],
        unknown=told["n_no_record"], gaps=told["n_gaps"])  # fmt: skip


@app.command(help=_("Start a plan: as an exercise, or with --real under a declared emergency."))
def start(
    code: Code,
    by: As,
    area: AreaOption,
    reason: Annotated[str, typer.Option(help=_("Why it is started."))],
    hours: Annotated[int, typer.Option(help=_("How many hours an exercise lasts."))] = 8,
    real: Annotated[bool, typer.Option("--real", help=_("For real."))] = False,
    sure: Annotated[bool, typer.Option("--sure", help=_("You are sure of it."))] = False,
    as_json: InJson = False,
) -> None:
    """Print the number of the run, and how it stands."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import runs
    from linli.plans.starting import NewRun
    from linli.registry.plans import RunKind

    kind = RunKind.REAL if real else RunKind.EXERCISE
    run = runs.begin(acting(by), NewRun(code, area, kind, reason, hours, sure), now=clock.now_s())
    if as_json:
        say_json(_run_row(run))
        return
    say(_("Run {run} is under way until {until}. Gaps: {gaps}."), run=run.id,
        until=run.ends_at.isoformat(timespec="minutes"), gaps=run.n_gaps)  # fmt: skip


@app.command("runs", help=_("The runs of plans, the newest first."))
def list_runs(
    by: As,
    code: Annotated[str, typer.Option(help=_("Only of this plan."))] = "",
    most: Annotated[int, typer.Option(help=_("How many at most."), min=1, max=200)] = 20,
    as_json: InJson = False,
) -> None:
    """One line a run."""
    get_ready()
    from linli.cli.request import acting
    from linli.plans import runs

    rows = list(runs.listing(acting(by), code)[:most])
    if as_json:
        say_json([_run_row(row) for row in rows])
        return
    for row in rows:
        over = _("over") if row.ended_at else row.ends_at.isoformat(timespec="minutes")
        typer.echo(
            f"  {row.id:>5}  {row.version.code:<24} {row.kind:<9} {over}  {row.area.name_zh}"
        )
    if not rows:
        say(_("No plan has been started yet."))


@app.command(help=_("The board of a run: its steps, how far they are, and its gaps."))
def board(number: Number, by: As, as_json: InJson = False) -> None:
    """Steps with what is done and late; the score once it is over."""
    get_ready()
    from linli.cli.request import acting
    from linli.cli.words import language
    from linli.plans import runs

    found = runs.board(acting(by), number)
    steps = [
        {"step": one.step.name, "title": one.step.title.said(language()),
         "due_at": one.row.due_at, "opened_at": one.row.opened_at,
         "finished_at": one.row.finished_at, "n_opened": one.row.n_opened,
         "n_done": one.n_done, "n_late": one.n_late, "n_refused": one.row.n_refused}
        for one in found.steps
    ]  # fmt: skip
    if as_json:
        say_json({**_run_row(found.run), "steps": steps, "n_gaps_open": found.n_gaps_open,
                  "n_called": found.came["called"], "n_answers": len(found.answered),
                  "n_in_time": found.came["in_time"]})  # fmt: skip
        return
    for row in steps:
        typer.echo(f"  {row['step']:<20} {row['n_done']:>5}/{row['n_opened']:<5} {row['title']}")
    say(_("Open gaps: {n}. Called: {called}; answered in time: {in_time}, late: {late}."),
        n=found.n_gaps_open, called=found.came["called"], in_time=found.came["in_time"],
        late=found.came["late"])  # fmt: skip
    for name, share in found.run.score.items():
        if isinstance(share, dict):
            typer.echo(f"  {SCORES[name]}: {share['n']}/{share['of']}")


@app.command("items", help=_("The items of a run: where each stands, and who has it."))
def list_items(number: Number, by: As, as_json: InJson = False) -> None:
    """One line an item, by steps and then gaps; what is late first."""
    get_ready()
    from linli.cli.request import acting
    from linli.plans import runs

    found = runs.board(acting(by), number)
    steps = [(step.step.name, one) for step in found.steps for one in step.items]
    rows = [_item_row(name, one) for name, one in steps]
    rows += [_item_row("gap", one) for one in found.gaps]
    if as_json:
        say_json(rows)
        return
    if found.run.exercise and rows:
        say(_("An exercise: say linli --exercise before a command that works on these items."))
    for row in rows:
        mark = "✓" if row["done"] else "!" if row["late"] else " "
        typer.echo(f"{mark} {row['id']:>8}  {row['step']:<14} {row['stage']:<12} "
                   f"{row['holder'] or '–'}  {row['place']}")  # fmt: skip


@app.command("item", help=_("An item of a run: what it says, and what can be done now."))
def show_item(item: Item, by: As, purpose: Purpose = "service", as_json: InJson = False) -> None:
    """What the account may see of it; the look is recorded."""
    from linli.cli.arranged import show_one

    show_one(_loop_of(item, by), item, by, purpose, as_json=as_json)


@app.command("step", help=_("Take a step with an item of a run, such as receive or mend."))
def take_step(
    item: Item,
    name: str,
    by: As,
    purpose: Purpose = "service",
    form: Annotated[
        str, typer.Option("--form", help=_('What the step asks, as JSON: {"note": "..."}.'))
    ] = "{}",
    as_json: InJson = False,
) -> None:
    """Print where it stands afterwards."""
    from linli.cli.arranged import take_step as take

    take(_loop_of(item, by), item, name, by, purpose, form, as_json=as_json)


@app.command(help=_("Say that you are here: a run of a plan called you."))
def answer(number: Number, by: As, as_json: InJson = False) -> None:
    """Twice is once."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import runs

    made = runs.answer(acting(by), number, now=clock.now_s())
    if as_json:
        say_json({"run": number, "at": made.at})
        return
    say(_("Noted: you are here."))


@app.command(help=_("End a run before its time; what an exercise has open ends with it."))
def end(
    number: Number,
    by: As,
    reason: Annotated[str, typer.Option(help=_("Why it ends now."))],
    as_json: InJson = False,
) -> None:
    """Print its score."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import runs

    run = runs.finish(acting(by), number, reason=reason, now=clock.now_s())
    if as_json:
        say_json({**_run_row(run), "score": run.score})
        return
    say(_("Run {run} is over."), run=run.id)


@app.command("take-on", help=_("Make the gaps of an exercise that is over the city's own work."))
def take_on(number: Number, by: As, as_json: InJson = False) -> None:
    """Print how many items were opened."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.plans import runs

    n = runs.take_on(acting(by), number, now=clock.now_s())
    if as_json:
        say_json({"run": number, "n_opened": n})
        return
    say(_("{n} gaps are the city's own work now."), n=n)


SCORES = {
    "roles": _("answered in time, of those called"),
    "stock": _("stock and places covered"),
    "steps": _("steps finished in time"),
    "gaps": _("gaps mended"),
}


def _loop_of(item: int, by: str) -> str:
    """The loop of an item that a run opened; raises NotFound for any other."""
    get_ready()
    from linli.cli.request import acting
    from linli.plans import runs

    return runs.loop_of(acting(by), item)


def _plan_row(kept: Any) -> dict[str, Any]:
    plan, version = kept.plan, kept.version
    return {
        "code": version.code, "version": version.version, "signed_by": version.signed_by,
        "note": version.note, "title_zh": plan.title.zh if plan else None,
        "title_en": plan.title.en if plan else None, "n_steps": len(plan.steps) if plan else None,
    }  # fmt: skip


def _item_row(step: str, one: Any) -> dict[str, Any]:
    item = one.item
    return {
        "id": item.id, "step": step, "loop": item.loop, "stage": item.stage, "state": item.state,
        "done": one.done, "late": bool(item.late), "due_at": item.due_at, "area_id": item.area_id,
        "place": one.place.name_zh if one.place else "", "holder_id": item.holder_id,
        "holder": one.holder, "exercise": bool(item.exercise),
    }  # fmt: skip


def _run_row(run: Any) -> dict[str, Any]:
    return {
        "id": run.id, "plan": run.version.code, "version": run.version.version, "kind": run.kind,
        "area_id": run.area_id, "exercise": run.exercise, "started_at": run.started_at,
        "ends_at": run.ends_at,
        "ended_at": run.ended_at, "n_gaps": run.n_gaps, "score": run.score,
    }  # fmt: skip


def _print_line(line: dict[str, Any]) -> None:
    marks = {"covered": "✓", "short": "!", "no_record": "?"}
    have = "?" if line["have"] is None else f"{line['have']:g}"
    needed = "?" if line["needed"] is None else f"{line['needed']:g}"
    typer.echo(f"{marks[line['verdict']]} {line['label']}: {have}/{needed} {line['unit']}".rstrip())
