"""`linli dispatch roster`: who stands at which post on which shift, and who is missing?"""

from pathlib import Path
from typing import Annotated

import typer

from linli.cli.dispatch.snapshots import InJson, Seed, text_of
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _

app = typer.Typer()


@app.command(help=_("Man posts for some days, with rest and fairness; every gap is named."))
def roster(
    needs: Annotated[
        Path, typer.Argument(help=_("Posts: post, shift, begins (hour), hours, n; also skill."))
    ],
    workers: Annotated[
        Path, typer.Argument(help=_("Workers: id; also skills and off, days with semicolons."))
    ],
    days: Annotated[int, typer.Option(help=_("For how many days."), min=1, max=31)] = 7,
    households: Annotated[
        int, typer.Option(help=_("Of the community, to compare with one worker to 240."), min=0)
    ] = 0,
    previous: Annotated[
        Path | None, typer.Option(help=_("The last roster: day, post, shift, worker."))
    ] = None,
    seed: Seed = 1,
    as_json: InJson = False,
) -> None:
    """Duties by day, gaps with their reasons, and the rules that clash."""
    from linli.analysis.dispatch.roster_tables import read_case, read_duties
    from linli.analysis.dispatch.rosters import RULES
    from linli.analysis.dispatch.rosters import roster as made

    case = read_case(text_of(needs), text_of(workers), days=days, households=households)
    before = read_duties(text_of(previous)) if previous else ()
    found = made(case, previous=before, seed=seed)
    if as_json:
        say_json({
            "duties": [{"day": d.day + 1, "post": d.post, "shift": d.shift, "worker": d.worker}
                       for d in found.duties],
            "gaps": [{"day": g.day + 1, "post": g.post, "shift": g.shift, "missing": g.missing,
                      "sentence": g.tell(_)} for g in found.gaps],
            "clash": list(found.clash), "spread": found.spread, "is_proved": found.is_proved,
            "by_norm": case.by_norm, "seed": found.seed,
        })  # fmt: skip
        return
    for day in range(case.days):
        own = [f"{d.post}/{d.shift} {d.worker}" for d in found.duties if d.day == day]
        say(_("Day {day}: {duties}"), day=day + 1, duties=", ".join(own) or "-")
    for gap in found.gaps:
        say(gap.tell(_))
    if found.clash:
        say(_("These rules cannot all hold, and it would do to let one of them go:"))
        for rule in found.clash:
            say("  " + _(RULES[rule]))
    if households and len(case.workers) < case.by_norm:
        say(_("{there} workers for {households} households; the norm asks for {norm}. Ask the "
              "district for people."), there=len(case.workers), households=households,
            norm=case.by_norm)  # fmt: skip
