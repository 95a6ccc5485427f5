"""`linli screening`: reports from files, the coverage, and what has to be counted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(
    name="screening", help=_("Rounds: reports from files, coverage."), no_args_is_help=True
)

As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
Area = Annotated[int, typer.Option(help=_("The number of the area."))]
Day = Annotated[str, typer.Option(help=_("The day, such as 2020-02-09; today if none."))]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command("report", help=_("Send the reports of a CSV, XLSX or Parquet file."))
def report(file: Path, by: As, as_json: InJson = False) -> None:
    """Print how many came to which end, and why rows were rejected."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.screening import files

    counts: dict[str, int] = {}
    rejected: list[dict[str, Any]] = []
    for line in files.take_in(acting(by), file, now=clock.now_s(), purpose="screening"):
        counts[line.outcome] = counts.get(line.outcome, 0) + 1
        if line.problem is not None:
            rejected.append({"row": line.number, "reason": line.problem.tell(_)})
    if as_json:
        say_json({"counts": counts, "rejected": rejected})
    else:
        for outcome, n in sorted(counts.items()):
            say(f"{outcome:<12} {n:>8}")
        for one in rejected[:20]:
            say(f"  {one['row']:>6}  {one['reason']}")
    if rejected:
        raise typer.Exit(1)


@app.command(help=_("How far the round is in an area, and in those below it."))
def coverage(by: As, area: Area, day: Day = "", as_json: InJson = False) -> None:
    """One line an area: expected, the five states, uncovered."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops.screening import coverage as board
    from linli.policy.can import Ask, can
    from linli.policy.powers import roles_for
    from linli.registry import areas

    actor, found, on = acting(by), areas.get(area), _day(day)
    can(actor, Ask("coverage.see", roles_for("coverage.see"), found.path)).required()
    drill = actor.exercise
    rows = [
        *board.each(found.path, [found], on, exercise=drill),
        *board.below(found, on, exercise=drill),
    ]
    told = [
        {"area": row.area.name_zh, "area_id": row.area.id, "covered": row.numbers.covered,
         "uncovered": row.numbers.uncovered, **vars(row.numbers)}
        for row in rows
    ]  # fmt: skip
    if as_json:
        say_json({"day": on, "rows": told})
        return
    columns = ("expected", "checked", "refused", "unreachable", "away", "exempt", "uncovered")
    say(f"{on}  " + "  ".join(f"{name:>11}" for name in columns))
    for one in told:
        say(f"{one['area']}  " + "  ".join(f"{one[name]:>11}" for name in columns))


@app.command(help=_("Who was not checked in an area, by building and floor."))
def uncovered(by: As, area: Area, day: Day = "", as_json: InJson = False) -> None:
    """One line a person: door, reason, last report."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops.screening import coverage as board
    from linli.registry import areas

    actor = acting(by)
    doors = board.doors(actor, areas.get(area), _day(day), purpose="screening")
    if as_json:
        say_json([vars(door) for door in doors])
        return
    for door in doors:
        for person in door.people:
            state = person["state"] or "-"
            say(f"{door.building} {door.floor} {door.door}  {person['name']}  {state}")


@app.command(help=_("Count a day anew, and say whether the counters are what the reports say."))
def count(day: Day = "", as_json: InJson = False) -> None:
    """Count what is expected of every area; exit code 1 if a counter differs from its reports."""
    get_ready()
    from django.conf import settings

    from linli.loops.screening import counting

    on, drill = _day(day), bool(settings.DEMO)
    n_areas = counting.count_expected(on, exercise=drill)
    wrong = counting.differences(on, exercise=drill)
    if as_json:
        say_json({"day": on, "areas": n_areas, "reports": counting.n_reports(on, exercise=drill),
                  "differ": wrong})  # fmt: skip
    else:
        say(_("{n} areas counted; {wrong} differ."), n=n_areas, wrong=len(wrong))
    if wrong:
        raise typer.Exit(1)


def _day(text: str) -> "date":
    from datetime import date

    from linli import clock

    if not text:
        return clock.day(clock.now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            N_("{given} is no day. Write it like 2020-02-09."), given=text[:40]
        ) from None
