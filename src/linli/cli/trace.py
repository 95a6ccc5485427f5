"""`linli trace`, `exposed` and `chains`: who met, who was exposed, how far a chain has come.

They read files and need neither a server nor a database. None of them decides anything.
"""

from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.studies.tracing.candidates import Traced

app = typer.Typer()

InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Most = Annotated[int, typer.Option("--most", help=_("How many to show."), min=1)]


@app.command(help=_("Rank pairs who may have infected each other, each score with its factors."))
def trace(
    visits: Annotated[
        Path | None,
        typer.Argument(
            help=_(
                "Visits: person, place, kind, from; also to, air, certainty, source, carriage, row."
            )
        ),
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option(help=_("People: person; also onset, onset_to, household, workplace, area.")),
    ] = None,
    written_on: Annotated[
        str,
        typer.Option(
            help=_("The day onsets were written down; they may then stand as people type them.")
        ),
    ] = "",
    weights: Annotated[
        Path | None, typer.Option(help=_("Weights of your own: term, log_odds."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Write all pairs here as CSV, a column a factor."))
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help=_("Draw the likeliest pairs here (SVG)."))
    ] = None,
    terms: Annotated[
        bool, typer.Option("--terms", help=_("List what each term is worth, and why."))
    ] = False,
    most: Most = 20,
    as_json: InJson = False,
) -> None:
    """One line a pair, the likeliest first; a person decides about each."""
    get_ready(tables=False)
    from linli.analysis.tracing.weights import CHINA_2020
    from linli.studies.tracing import candidates

    if terms:
        _tell_terms(candidates.terms(), as_json=as_json)
        return
    if visits is None:
        raise BadInput(N_("Name a file of visits, or say --terms."))
    worth = CHINA_2020 if weights is None else candidates.read_weights(_there(weights))
    with _bar(shown=not as_json) as moved:
        found = candidates.trace(
            _there(visits),
            None if people is None else _there(people),
            weights=worth,
            written_on=_day(written_on),
            watch=moved,
        )
    if out is not None:
        candidates.write(found, out)
    if picture is not None:
        drawn = found.picture(
            _("Candidates, the likeliest first"), _("log-odds; the mark is their sum"), _
        )
        picture.write_text(drawn, encoding="utf-8")
    _tell_pairs(found, most, as_json=as_json)


@app.command(help=_("Everybody who was with one of these cases for long enough, among millions."))
def exposed(
    visits: Annotated[
        Path,
        typer.Argument(help=_("Parquet or CSV: person_id, place_id, from_s, to_s, in seconds.")),
    ],
    cases: Annotated[
        Path, typer.Argument(help=_("Cases: person_id, and from_s to to_s when they may infect."))
    ],
    minutes: Annotated[
        float, typer.Option(help=_("The least minutes together in one meeting."))
    ] = 15,
    memory: Annotated[
        int, typer.Option(help=_("Megabytes before it spills to disk."), min=100)
    ] = 800,
    out: Annotated[Path | None, typer.Option(help=_("Write all contacts here as CSV."))] = None,
    most: Most = 20,
    as_json: InJson = False,
) -> None:
    """One line a case and contact."""
    get_ready(tables=False)
    from linli.studies.contacts import bulk

    found = bulk.contacts(visits, cases, least_minutes=minutes, memory_mb=memory)
    if out is not None:
        bulk.write(found, out)
    rows = bulk.rows(found, most)
    if as_json:
        say_json({"contacts": len(found), "rows": rows})
        return
    for row in rows:
        say(
            _("{case} - {contact}: {minutes} minutes together, {n} meetings"),
            case=row["case_id"],
            contact=row["contact_id"],
            minutes=row["together_s"] // 60,
            n=row["n_meetings"],
        )
    say(_("{n} contacts of {cases} cases."), n=len(found), cases=len(set(found.case_id.tolist())))


@app.command(help=_("Generations, clusters and cases without a known source, from links."))
def chains(
    links: Annotated[Path, typer.Argument(help=_("Links: source, infected; also direction."))],
    cases: Annotated[
        Path | None, typer.Option(help=_("All cases: case. Those without a link count too."))
    ] = None,
    source: Annotated[str, typer.Option(help=_("The column of who infected."))] = "source",
    infected: Annotated[str, typer.Option(help=_("The column of who was infected."))] = "infected",
    case: Annotated[str, typer.Option(help=_("The column of the case in the list."))] = "case",
    as_json: InJson = False,
) -> None:
    """How far the infection has come by the links that people decided on."""
    get_ready(tables=False)
    from linli.studies.epidemic.offspring import linked

    listed = None if cases is None else _there(cases)
    told = linked(_there(links), listed, source=source, infected=infected, case=case).told()
    if as_json:
        say_json(told)
        return
    say(
        _("{cases} cases in {clusters} clusters; the longest chain has {deepest} generations."),
        cases=told["cases"],
        clusters=told["clusters"],
        deepest=told["deepest"],
    )
    for level, n in told["generations"].items():
        say(_("  generation {level}: {n}"), level=_(level) if level == "unknown" else level, n=n)
    for cluster in told["largest"]:
        say(
            _("  a cluster of {cases}, {depth} generations deep, from {first}"),
            cases=cluster["cases"],
            depth=cluster["depth"],
            first=", ".join(cluster["first"]) or _("unknown"),
        )
    say(_("Without a known source: {n}"), n=len(told["without_source"]))
    say(_("Perhaps with one, the direction is not known: {n}"), n=told["direction_unknown"])


def _tell_pairs(found: "Traced", most: int, *, as_json: bool) -> None:
    if as_json:
        say_json({"pairs": len(found.ranked), "rows": list(islice(found.rows(), most))})
        return
    for row in islice(found.rows(), most):
        say(
            "{score:+.2f}  {first} - {second}  {place}  {start}",
            score=row["score"],
            first=row["first"],
            second=row["second"],
            place=row["place"],
            start=row["from"] or "?",
        )
        say("       {parts}", parts=", ".join(_part(factor) for factor in row["factors"]))
    say(_("{n} pairs shared a place. The score is in log-odds; a person decides."),
        n=len(found.ranked))  # fmt: skip


def _part(factor: dict[str, Any]) -> str:
    """Such as: kind of place +0.38 (in a private home)."""
    from linli.analysis.tracing.words import SAID

    name = factor["factor"]
    words = [_(SAID[f"{name}:{seen}"]) for seen in factor["seen"].split(" + ") if seen]
    seen = f" ({', '.join(words)})" if words else ""
    return f"{_(SAID[name])} {factor['log_odds']:+.2f}{seen}"


def _tell_terms(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say("{log_odds:+6.2f}  {term:<26} {source}", **row)


def _there(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(N_("There is no file {file}."), file=str(path))
    return path


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(N_("{text} is no day. Write it like 2020-01-23."), text=text) from None


class _bar:  # noqa: N801 - read as a phrase: with _bar(...)
    """A progress bar on standard error; calling it moves it."""

    def __init__(self, *, shown: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        hidden = not (shown and console.is_terminal)
        self._bar = Progress(console=console, disable=hidden, transient=True)
        self._task = self._bar.add_task("")

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda done, total: self._bar.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
