"""`linli case`: take a list of cases in, weigh evidence, and see the four ratios."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="case", help=_("Cases: take lists in, weigh evidence, the four ratios."),
    no_args_is_help=True,
)  # fmt: skip
EXIT_REFUSED = 1
TOLD_AT_MOST = 20  # refused rows on the screen; --json tells them all

As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command(help=_("Take cases in from a CSV, XLSX or Parquet file; exit code 1: some refused."))
def take(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    by: As,
    purpose: Annotated[
        str, typer.Option(envvar="LINLI_PURPOSE", help=_("What you look at residents' data for."))
    ] = "care",
    as_json: InJson = False,
) -> None:
    """The same file again changes nothing."""
    get_ready()
    from dataclasses import asdict

    from linli import clock
    from linli.cli.request import acting
    from linli.loops.cases import intake

    with file.open("rb") as data:
        told, refused = intake.take_file(acting(by), data, now=clock.now_s(), purpose=purpose)
    if as_json:
        rows = [{"row": r.number, "sentence": r.problem.tell(_)} for r in refused]
        say_json({**asdict(told), "rows_refused": rows})
    else:
        say(
            _(
                "{rows} rows: {opened} cases opened, {joined} joined one that was there, "
                "{again} known already, {refused} refused."
            ),
            **asdict(told),
        )
        for row in refused[:TOLD_AT_MOST]:
            say(_("Row {number}: {sentence}"), number=row.number, sentence=row.problem.tell(_))
    if refused:
        raise typer.Exit(EXIT_REFUSED)


@app.command(help=_("What follows from evidence by the definition in force on a day."))
def weigh(
    evidence: Annotated[list[str], typer.Argument(help=_("Criteria, by their codes."))],
    disease: Annotated[str, typer.Option(help=_("The disease, by its code."))] = "covid19",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("The day; today if left out."))
    ] = None,
    region: Annotated[str, typer.Option(help=_("The first digits of the region's code."))] = "",
    as_json: InJson = False,
) -> None:
    """A person decides; this says what the rules say."""
    get_ready()
    from linli import clock
    from linli.loops.cases import definitions
    from linli.loops.cases.forms import CATEGORY_NAMES

    definitions.refuse_unknown(disease, evidence)
    day = on.date() if on else clock.day(clock.now())
    told = definitions.judge(disease, evidence, day, region=region)
    if as_json:
        edition = told.edition.name if told.edition else ""
        say_json({"category": told.category, "basis": told.basis, "edition": edition})
        return
    for one in told.weighed:
        missing = "; ".join(f"{n.least} of {', '.join(n.of)}" for n in one.missing)
        name = _(CATEGORY_NAMES[one.rule.category])
        say(f"  {name}: {missing or '='}")
    follows = _(CATEGORY_NAMES[told.category]) if told.category else "–"
    say(_("It follows: {category}"), category=follows)


@app.command(help=_("The four ratios within reach."))
def ratios(by: As, as_json: InJson = False) -> None:
    """Counts only."""
    get_ready()
    from linli.cli.request import acting
    from linli.loops import ratios as four

    board = four.board(acting(by))
    if as_json:
        say_json([{"ratio": r.ratio, "n": r.n, "met": r.met} for r in board.ratios])
        return
    for one in board.ratios:
        share = "–" if one.percent is None else f"{one.percent} %"
        say(f"  {_(four.NAMES[one.ratio]):<14} {share:>8}  {one.met} / {one.n}")
