"""`linli epidemic`: the course of an outbreak, from this city's records, a file or an example.

R, what is still to be reported, what may come, and what stood on the curve 15 days after an order.
`linli epidemic-mark` writes an order or a change of definition onto the curves.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.cli.words import language
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.studies.epidemic.asked import Asked
    from linli.studies.epidemic.course import Course
    from linli.studies.epidemic.study import Study

app = typer.Typer()
DAY = ["%Y-%m-%d"]

By = Annotated[str, typer.Option("--as", envvar="LINLI_AS",
                                 help=_("The account in whose name you act."))]  # fmt: skip
AreaName = Annotated[str, typer.Option("--area", help=_("The area, by its number or name."))]
Disease = Annotated[str, typer.Option(help=_("Code of the disease; the most frequent if none."))]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command(help=_("The course of an outbreak: R, nowcast, forecast, and what followed orders."))
def epidemic(
    file: Annotated[
        Path | None, typer.Argument(help=_("Counts by day, or one row a case: onset, reported."))
    ] = None,
    from_records: Annotated[
        bool, typer.Option("--from-records", help=_("Use the confirmed cases of this city."))
    ] = False,
    example: Annotated[str, typer.Option(help=_("A published series, such as wuhan-2020."))] = "",
    area: AreaName = "",
    by: By = "",
    disease: Disease = "",
    as_of: Annotated[
        datetime | None, typer.Option(formats=DAY, help=_("The last day that is counted."))
    ] = None,
    counted_by: Annotated[
        str, typer.Option("--by", help=_("onset or report; what the data allow if none."))
    ] = "",
    window: Annotated[int, typer.Option(help=_("Days of a window."))] = 7,
    ahead: Annotated[int, typer.Option(help=_("How many days to look ahead."))] = 7,
    serial: Annotated[
        str, typer.Option("--serial-interval", help=_("MEAN,SD in days; that of the disease."))
    ] = "",
    delay: Annotated[
        str, typer.Option(help=_("MEAN,SD in days from onset to report, to go back to onsets."))
    ] = "",
    cumulative: Annotated[
        bool, typer.Option("--cumulative", help=_("The counts are running totals."))
    ] = False,
    gaps: Annotated[
        str, typer.Option(help=_("A day without a row: refused, zero or spread."))
    ] = "refused",
    change: Annotated[
        list[str] | None,
        typer.Option(help=_("Another definition held: FIRST:LAST, or with :BACKLOG and :RATIO.")),
    ] = None,
    order: Annotated[
        list[str] | None, typer.Option(help=_("What happened on a day: 2020-02-17:closed."))
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help=_("Draw the curves into this folder (SVG)."))
    ] = None,
    table: Annotated[Path | None, typer.Option(help=_("Write a row a day here (CSV)."))] = None,
    as_json: InJson = False,
) -> None:
    """One of a file, --from-records and --example is needed."""
    if sum((file is not None, from_records, bool(example))) != 1:
        raise BadInput(N_("Give a file, or --from-records, or --example wuhan-2020: one of them."))
    get_ready(tables=from_records)
    from linli.studies.epidemic import files, told
    from linli.studies.epidemic.asked import Asked
    from linli.studies.epidemic.files import Wanted

    asked = Asked(counted_by, window, ahead, _two(serial), _two(delay))
    study = None
    if from_records:
        study = _study(area, by, disease, as_of, asked)
        course = study.course
    elif file is not None:
        wanted = Wanted(
            area, cumulative, _gaps(gaps), "refused", "\n".join(change or []),
            "\n".join(order or []), disease or files.DISEASE,
        )  # fmt: skip
        course = files.of_file(_there(file), wanted, asked).course
    else:
        course = files.example(example, language=language(), declared=True, asked=asked)
    if table is not None:
        table.write_text(told.table_of(course), encoding="utf-8")
    if pictures is not None:
        _draw(course, pictures)
    if as_json:
        values = told.values_of(course, _) if study is None else told.values_of_study(study, _)
        say_json(values)
        return
    _tell(course)
    if study is not None:
        _tell_parts(study)


@app.command("epidemic-mark", help=_("Write an order or a change of definition onto the curves."))
def mark(
    kind: Annotated[str, typer.Argument(help=_("order or definition."))],
    on: Annotated[datetime, typer.Argument(formats=DAY, help=_("From which day."))],
    words: Annotated[str, typer.Argument(help=_("What happened, in words."))],
    area: AreaName = "",
    by: By = "",
    last: Annotated[
        datetime | None, typer.Option(formats=DAY, help=_("Up to which day, of a definition."))
    ] = None,
    backlog: Annotated[int, typer.Option(help=_("Days at its start that hold a backlog."))] = 0,
    ratio: Annotated[
        float | None, typer.Option(help=_("Cases it counts for one of before."))
    ] = None,
    disease: Annotated[str, typer.Option(help=_("Code of the disease; all if none."))] = "",
) -> None:
    """It holds for the area and all below, under the name of the account."""
    actor = _acting(by)
    from linli import clock
    from linli.cli.evaluate_records import area_of
    from linli.studies.epidemic import marks
    from linli.studies.epidemic.marks import Said

    said = Said(
        kind, on.date(), words, last.date() if last else None, backlog, ratio, disease
    )  # fmt: skip
    made = marks.declare(actor, area_of(area), said, now=clock.now_s())
    say(_("Mark {id} stands on the curves."), id=made.id)


def _study(area: str, by: str, disease: str, as_of: datetime | None, asked: "Asked") -> "Study":
    actor = _acting(by)
    from linli.cli.evaluate_records import area_of
    from linli.studies.epidemic.study import study

    return study(
        actor, area_of(area), asked=asked, disease=disease, language=language(),
        as_of=as_of.date() if as_of else None,
    )  # fmt: skip


def _acting(by: str) -> Any:
    if not by:
        raise BadInput(N_("Say in whose name: --as USER, or LINLI_AS."))
    get_ready()
    from linli.cli.request import acting

    return acting(by)


def _tell(course: "Course") -> None:
    series, latest = course.series, course.latest
    say(_("{name}, {first} to {last}"), name=course.name, first=series.day(0),
        last=series.day(series.n_days - 1))  # fmt: skip
    if latest is not None:
        say(_("R {mean} ({low} - {high}), days up to {day}"), mean=f"{latest[1]:.2f}",
            low=f"{latest[2]:.2f}", high=f"{latest[3]:.2f}", day=latest[0])  # fmt: skip
    if course.expected_week is not None:
        middle, low, high = course.expected_week
        say(
            _("Fell ill in 7 days up to {day}: {seen} reported, {middle} expected "
              "({low} - {high})"),
            day=course.now_until, seen=f"{course.onset_week:.0f}", middle=f"{middle:.0f}",
            low=f"{low:.0f}", high=f"{high:.0f}",
        )  # fmt: skip
    if course.next is not None:
        middle, low, high, day = course.next
        say(_("May be reported on {day}: {middle} ({low} - {high})"), day=day,
            middle=f"{middle:.0f}", low=f"{low:.0f}", high=f"{high:.0f}")  # fmt: skip
    for at in series.breaks:
        say(_("{day}: a jump so far above both neighbours that the way of counting may have "
              "changed. If it did, declare it."), day=series.day(at))  # fmt: skip
    for one in course.followed():
        later = "–" if one.count_then is None else f"{one.count_then:.0f}"
        say(_("{day} {words}: {count} new; {then}: {later}"), day=one.mark.on,
            words=one.mark.told(_), count=f"{one.count:.0f}", then=one.then_on,
            later=later)  # fmt: skip
    for problem in course.lacking:
        say(problem.tell(_))


def _tell_parts(study: "Study") -> None:
    from linli.studies.evaluation.study import called

    for part in study.parts:
        r = "–" if part.r is None else f"{part.r[0]:.2f} ({part.r[1]:.2f} - {part.r[2]:.2f})"
        say(_("  {area}: {n} confirmed, {week} in the last 7 days, R {r}"),
            area=called(part.area, language()), n=part.n, week=part.n_week, r=r)  # fmt: skip


def _draw(course: "Course", folder: Path) -> None:
    from linli.studies.epidemic import drawn

    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in (("reports", drawn.reports), ("onsets", drawn.onsets), ("r", drawn.r)):
        made = draw(course, _)
        if made:
            (folder / f"{name}.svg").write_text(made, encoding="utf-8")


def _two(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    from linli.studies.epidemic.asked import two_of

    return two_of(text)


def _gaps(text: str) -> Any:
    from linli.studies.epidemic.counts import Gaps

    if text not in set(Gaps):
        raise BadInput(N_("There is no {given}. Choose from: {known}."), given=text[:20],
                       known=tuple(Gaps))  # fmt: skip
    return Gaps(text)


def _there(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(N_("There is no file {path}. Check the name."), path=str(path))
    return path
