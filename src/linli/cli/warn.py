"""`linli warn`: which areas stand out in a file of counts, by one method or several.

It reads files and needs neither a server nor a database; with `--from-records` it tells of the
city's own signals.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.studies.epidemic.counts import Counts, Places
    from linli.studies.warning.detectors import Said

app = typer.Typer()

MOST_TOLD = 20  # areas told in words; --json tells all
MOST_P = 0.05  # of a group of neighbours told in words
SCAN = "scan"

File = Annotated[Path, typer.Argument(help=_("Counts: one row an area and day, CSV or Parquet."))]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Day = Annotated[str, typer.Option("--day", help=_("The column of the day."))]
Area = Annotated[str, typer.Option("--area", help=_("The column of the area, if there is one."))]
Count = Annotated[str, typer.Option("--count", help=_("The column of the count."))]
Cumulative = Annotated[bool, typer.Option(help=_("The counts are running totals."))]
Falls = Annotated[
    str, typer.Option(help=_("A running total that falls is refused, or zero new cases."))
]
GapsName = Annotated[
    str, typer.Option("--gaps", help=_("A day without a row: refused, zero, missing or spread."))
]
Declared = Annotated[
    list[str] | None,
    typer.Option("--change", help=_("A change of definition, FIRST:LAST, or with :BACKLOG:RATIO.")),
]
Picture = Annotated[Path | None, typer.Option(help=_("Draw one area here (SVG)."))]
Draw = Annotated[str, typer.Option("--draw", help=_("Which area to draw; else the first told."))]


@app.command(help=_("Warn of areas whose counts stand out, and say why."))
def warn(
    file: Annotated[
        Path | None, typer.Argument(help=_("Counts: one row an area and day, CSV or Parquet."))
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(help=_("A detector, or scan for neighbours together; may be repeated.")),
    ] = None,
    last: Annotated[int, typer.Option(help=_("How many of the last times to test."), min=1)] = 1,
    choice: Annotated[
        list[str] | None, typer.Option("--set", help=_("An option such as threshold=2.5."))
    ] = None,
    areas: Annotated[
        Path | None, typer.Option(help=_("Areas: area, people, and lon and lat for a scan."))
    ] = None,
    weekdays: Annotated[bool, typer.Option(help=_("Take weekdays out first."))] = False,
    holiday: Annotated[
        list[str] | None, typer.Option(help=_("A holiday, taken out with the weekdays."))
    ] = None,
    day: Day = "day",
    area: Area = "area",
    count: Count = "count",
    cumulative: Cumulative = False,
    falls: Falls = "refused",
    gaps: GapsName = "refused",
    change: Declared = None,
    permutations: Annotated[int, typer.Option(help=_("Of a scan."), min=19)] = 999,
    seed: Annotated[int, typer.Option(help=_("Of the dice; the same gives the same."))] = 1,
    begins: Annotated[
        str, typer.Option("--from", help=_("One row a case: the column of its day. Nowcast first."))
    ] = "",
    ends: Annotated[
        str, typer.Option("--to", help=_("One row a case: the column of its report."))
    ] = "reported",
    as_of: Annotated[str, typer.Option(help=_("The last day of the records."))] = "",
    most_delay: Annotated[int, typer.Option(help=_("The longest delay, days."), min=1)] = 30,
    delays: Annotated[
        Path | None, typer.Option(help=_("Delays: delay in days, share told. Nowcast first."))
    ] = None,
    back_test: Annotated[
        bool,
        typer.Option("--back-test", help=_("Tell what each method would have said, and when.")),
    ] = False,
    event: Annotated[str, typer.Option(help=_("The day it was known, for a back-test."))] = "",
    records: Annotated[
        bool, typer.Option("--from-records", help=_("Tell of the city's own signals."))
    ] = False,
    unit: Annotated[str, typer.Option(help=_("The unit: its name or its number."))] = "",
    signal: Annotated[str, typer.Option(help=_("Of the records, one signal only."))] = "",
    look: Annotated[
        bool, typer.Option("--look", help=_("Look at the records anew first."))
    ] = False,
    by: Annotated[
        str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
    ] = "",
    picture: Picture = None,
    draw: Draw = "",
    as_json: InJson = False,
) -> None:
    """Read, test, tell; the areas that stand out come first."""
    if records:
        from linli.cli.warn_records import Asked, from_records

        from_records(Asked(unit, by, signal=signal, look=look, as_json=as_json))
        return
    get_ready(tables=False)
    from linli.studies.epidemic import counts as study
    from linli.studies.warning import detectors, late

    if file is None:
        raise BadInput(N_("Give a file of counts, or say --from-records."))
    if begins:
        found = late.from_cases(there(file), begins=begins, ends=ends, area=area, as_of=as_of,
                                most_delay=most_delay)  # fmt: skip
    else:
        found = counts_of(file, day=day, area=area, count=count, cumulative=cumulative,
                          falls=falls, gaps=gaps)  # fmt: skip
    if delays is not None:
        found = late.from_delays(found, there(delays))
    if back_test:
        _replay(found, method or [], event, as_json=as_json)
        return
    declared = study.changes(change or [], found)
    places = study.places(there(areas), found) if areas else None
    names = method or ["c2"]
    results = detectors.said(
        found, [name for name in names if name != SCAN], last=last,
        options=dict(detectors.option(text) for text in choice or []), places=places,
        weekdays=weekdays, holidays=holiday or [], changes=declared,
    )  # fmt: skip
    told: dict[str, Any] = {"methods": [one.told() for one in results]}
    told["breaks"] = [{"area": a, "day": d} for a, d in detectors.broken(found, declared)]
    if SCAN in names:
        told["clusters"] = _clusters(found, places, seed, permutations)
    if picture is not None and results:
        picture.write_text(_drawn(results[0], draw), encoding="utf-8")
    if as_json:
        say_json(told)
        return
    for one in results:
        _tell(one, last)
    loud = [one for one in told.get("clusters", []) if one["p"] <= MOST_P]
    if SCAN in names:
        say(_("scan: {n} groups of neighbours stand out."), n=len(loud))
    for cluster in loud:
        say(
            _("  {areas}: {cases} cases since {since}, {expected} expected, p {p}"),
            **{**cluster, "areas": ", ".join(cluster["areas"])},
        )
    tell_breaks(told["breaks"])


def _replay(found: "Counts", methods: list[str], event: str, *, as_json: bool) -> None:
    """What each method would have said of each area, and when."""
    from linli.studies.warning import replays

    told = replays.on_counts(found, methods, event=event)
    if as_json:
        say_json([one.told() for one in told])
        return
    for one in told[:MOST_TOLD]:
        for said in one.verdicts:
            lead = "–" if said.lead_days is None else str(said.lead_days)
            say(
                _("{area}, {method}: the past is too short.") if said.too_short else
                _("{area}, {method}: first alarm {day}, {lead} days before it was known; {n} false "
                  "alarms on {quiet} days."),
                area=one.name, method=str(said.method), day=said.first_on or "–", lead=lead,
                n=said.n_false, quiet=said.n_quiet,
            )  # fmt: skip


def counts_of(file: Path, *, gaps: str, falls: str, **columns: Any) -> "Counts":
    """Read a file of counts as the options say."""
    from linli.studies.epidemic.counts import Gaps, read

    if gaps not in set(Gaps):
        raise BadInput(
            N_("{given} is no way to take a gap. Choose one of: {known}."),
            given=gaps,
            known=tuple(str(g) for g in Gaps),
        )
    if falls not in {"refused", "zero"}:
        raise BadInput(N_("A total that falls is refused or zero, not {given}."), given=falls)
    return read(there(file), gaps=Gaps(gaps), falls=falls, **columns)


def there(path: Path) -> Path:
    """A file that exists; raises BadInput."""
    if not path.is_file():
        raise BadInput(N_("There is no file {file}."), file=str(path))
    return path


def tell_breaks(breaks: list[dict[str, str]]) -> None:
    """Warn of jumps that look like another way of counting."""
    for one in breaks[:MOST_TOLD]:
        say(
            _("{area}, {day}: a jump so far above both neighbours that the way of counting may "
              "have changed. If it did, declare it with --change."),
            **one,
        )  # fmt: skip


def which(areas: tuple[str, ...], name: str, *, otherwise: int = 0) -> int:
    """The place of an area among some; raises BadInput for one that is not there."""
    if not name:
        return otherwise
    if name not in areas:
        raise BadInput(N_("There is no area {given}. There are: {known}."), given=name,
                       known=areas[:MOST_TOLD])  # fmt: skip
    return areas.index(name)


def _tell(said: "Said", last: int) -> None:
    found, counts = said.findings, said.counts
    n_loud = int(found.alarm.any(axis=1).sum())
    say(
        _("{method}: {n} of {all} areas stand out in the last {last} times, to {day}."),
        method=said.method, n=n_loud, all=len(counts.areas), last=last,
        day=counts.day(counts.counts.shape[1] - 1),
    )  # fmt: skip
    silent: dict[str, list[str]] = {}
    told = 0
    for area in said.order():
        status = found.status_of(area)
        if str(status) != "ok":
            silent.setdefault(found.why(area).tell(_), []).append(counts.areas[area])
        for at in [int(k) for k in found.alarm[area].nonzero()[0]]:
            if told < MOST_TOLD:
                told += 1
                say(
                    _("  {area}, {day}: {seen} seen, {expected} expected, warns above {upper}"),
                    area=counts.areas[area], day=counts.day(int(found.times[at])),
                    seen=f"{found.observed[area, at]:g}",
                    expected=f"{found.expected[area, at]:.1f}",
                    upper=f"{found.upper[area, at]:.1f}",
                )  # fmt: skip
    for sentence, names in silent.items():
        some = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
        say(_("  {n} areas ({some}): {why}"), n=len(names), some=some, why=sentence)


def _clusters(
    counts: "Counts", places: "Places | None", seed: int, permutations: int
) -> list[dict[str, Any]]:
    from linli.analysis.warning.scan import MOST_DAYS
    from linli.studies.warning import detectors

    found = detectors.clusters(
        counts, places, seed=seed, permutations=permutations, most_days=MOST_DAYS
    )
    return [
        {"areas": [counts.areas[k] for k in one.places], "since": counts.day(one.first_day),
         "cases": one.cases, "expected": round(one.expected, 2), "ratio": round(one.ratio, 2),
         "p": round(one.p, 4)}
        for one in found
    ]  # fmt: skip


def _drawn(said: "Said", draw: str) -> str:
    return said.picture(
        which(said.counts.areas, draw, otherwise=said.order()[0]),
        {
            "title": _("{area}, by {method}"), "x": _("times since {first}"),
            "y": _("cases"), "observed": _("counted"), "expected": _("expected"),
            "upper": _("warns above"), "alarm": _("alarm"),
        },
    )  # fmt: skip
