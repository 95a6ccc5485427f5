"""`linli rt`, `nowcast` and `forecast`: how fast it spreads, where it stands, where it goes.

They read files and need neither a server nor a database.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.warn import (
    Area,
    Count,
    Cumulative,
    Day,
    Declared,
    Draw,
    Falls,
    File,
    GapsName,
    InJson,
    Picture,
    counts_of,
    tell_breaks,
    there,
    which,
)
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.studies.epidemic.outlook import Now, Spread

app = typer.Typer()

MOST_TOLD = 20  # areas told in words; --json tells all
DAYS_TOLD = 7
SERIAL = "7.5,3.4"  # days; COVID-19 in Wuhan: Li et al. (2020), doi:10.1056/NEJMoa2001316, table 1

LADDER, RENEWAL = METHODS = ("ladder", "renewal")

Serial = Annotated[
    str, typer.Option("--serial-interval", help=_("MEAN,SD in days, or also how unsure both are."))
]


@app.command(help=_("How many one case infects, day by day: R from counts."))
def rt(
    file: File,
    serial: Serial = SERIAL,
    window: Annotated[int, typer.Option(help=_("Days of a window."), min=1)] = 7,
    delay: Annotated[
        str, typer.Option(help=_("MEAN,SD in days from onset to report, to go back to onsets."))
    ] = "",
    cohort: Annotated[
        bool, typer.Option("--cohort", help=_("Look forward from each day (Wallinga and Teunis)."))
    ] = False,
    imported: Annotated[
        str, typer.Option(help=_("The column of how many were infected elsewhere."))
    ] = "",
    day: Day = "day",
    area: Area = "area",
    count: Count = "count",
    cumulative: Cumulative = False,
    falls: Falls = "refused",
    gaps: GapsName = "refused",
    change: Declared = None,
    picture: Picture = None,
    draw: Draw = "",
    as_json: InJson = False,
) -> None:
    """Mean and 95 % interval of R over windows that end on each day."""
    get_ready(tables=False)
    from linli.studies.epidemic import counts as reading
    from linli.studies.epidemic import outlook
    from linli.studies.warning.detectors import broken

    found = counts_of(file, day=day, area=area, count=count, imported=imported,
                      cumulative=cumulative, falls=falls, gaps=gaps)  # fmt: skip
    declared = reading.changes(change or [], found)
    spread = outlook.spread(
        found, outlook.interval(serial), window=window, delay=_pair(delay), changes=declared,
        by_cohort=cohort,
    )  # fmt: skip
    breaks = [{"area": a, "day": d} for a, d in broken(found, declared)]
    if picture is not None:
        picture.write_text(
            spread.picture(
                which(found.areas, draw),
                {"title": _("R, {area}"), "x": _("days since {first}"),
                 "y": _("infected by one case"), "mean": _("R"), "low": _("95 %, low"),
                 "high": _("95 %, high")},
            ),
            encoding="utf-8",
        )  # fmt: skip
    if as_json:
        say_json({**spread.told(), "breaks": breaks})
        return
    _tell_spread(spread)
    tell_breaks(breaks)


@app.command(help=_("How many have fallen ill by now, those not yet reported too."))
def nowcast(
    cases: Annotated[Path, typer.Argument(help=_("Cases: one row a case, two days."))],
    begins: Annotated[
        str, typer.Option("--from", help=_("The column of the first day."))
    ] = "onset",
    ends: Annotated[
        str, typer.Option("--to", help=_("The column of the second day."))
    ] = "reported",
    area: Area = "area",
    as_of: Annotated[str, typer.Option(help=_("The last day of the records."))] = "",
    most_delay: Annotated[int, typer.Option(help=_("The longest delay, days."), min=1)] = 30,
    learn_days: Annotated[
        int, typer.Option(help=_("Learn delays from reports of so many last days."), min=0)
    ] = 0,
    method: Annotated[
        str, typer.Option(help=_("ladder, or renewal: slower, of all areas together."))
    ] = LADDER,
    serial: Serial = SERIAL,
    picture: Picture = None,
    draw: Draw = "",
    as_json: InJson = False,
) -> None:
    """What is expected of each day once all reports are in, with its interval."""
    if method not in METHODS:
        raise BadInput(N_("There is no method {given}. Choose from: {known}."), given=method[:20],
                       known=METHODS)  # fmt: skip
    get_ready(tables=False)
    from linli.studies.epidemic import outlook

    found = outlook.now(
        there(cases), begins=begins, ends=ends, area=area, as_of=as_of, most_delay=most_delay,
        learn_days=learn_days or None,
        serial=outlook.interval(serial) if method == RENEWAL else None,
    )  # fmt: skip
    if picture is not None:
        picture.write_text(
            found.picture(
                which(found.areas, draw),
                {"title": _("{area}: reported and still to come"), "x": _("days since {first}"),
                 "y": _("cases"), "reported": _("reported by now"), "expected": _("expected"),
                 "low": _("95 %, low"), "high": _("95 %, high")},
            ),
            encoding="utf-8",
        )  # fmt: skip
    if as_json:
        say_json(found.told())
        return
    _tell_now(found)


@app.command(help=_("How many cases in the days or weeks to come, with intervals."))
def forecast(
    file: File,
    ahead: Annotated[int, typer.Option(help=_("How many times to look ahead."), min=1)] = 7,
    period: Annotated[
        int, typer.Option(help=_("Times of a season: 52 weeks, or 7 days of a week."), min=0)
    ] = 0,
    serial: Annotated[
        str, typer.Option("--serial-interval", help=_("MEAN,SD in days, to use renewal too."))
    ] = "",
    back_test: Annotated[
        bool, typer.Option("--back-test", help=_("Tell how earlier forecasts would have done."))
    ] = False,
    day: Day = "day",
    area: Area = "area",
    count: Count = "count",
    cumulative: Cumulative = False,
    falls: Falls = "refused",
    gaps: GapsName = "refused",
    change: Declared = None,
    picture: Picture = None,
    draw: Draw = "",
    as_json: InJson = False,
) -> None:
    """The middle and a 90 % interval of each time to come."""
    get_ready(tables=False)
    from linli.studies.epidemic import counts as reading
    from linli.studies.epidemic import outlook

    found = counts_of(file, day=day, area=area, count=count, cumulative=cumulative, falls=falls,
                      gaps=gaps)  # fmt: skip
    looked = outlook.ahead(
        found, ahead, serial=outlook.interval(serial) if serial else None, period=period,
        changes=reading.changes(change or [], found), try_it=back_test,
    )  # fmt: skip
    if picture is not None:
        picture.write_text(
            looked.picture(
                which(found.areas, draw),
                {"title": _("{area}: what may come"), "x": _("times since {first}"),
                 "y": _("cases"), "observed": _("counted"), "middle": _("forecast"),
                 "low": _("90 %, low"), "high": _("90 %, high")},
            ),
            encoding="utf-8",
        )  # fmt: skip
    told = looked.told()
    if as_json:
        say_json(told)
        return
    low, middle, high = (told["levels"].index(level) for level in (0.05, 0.5, 0.95))
    for one in told["areas"][:MOST_TOLD]:
        for date, q in zip(told["days"], one["quantiles"], strict=True):
            say(_("{area}, {day}: {middle} ({low} - {high})"), area=one["area"], day=date,
                middle=f"{q[middle]:.0f}", low=f"{q[low]:.0f}", high=f"{q[high]:.0f}")  # fmt: skip
    if looked.tried is not None:
        _tell_tried(told["back_test"])


def _tell_tried(figures: dict[str, float]) -> None:
    say(
        _("Tried on the past: weighted interval score {ours}, {same} for the same again; of what "
          "came, {half} lay in the 50 % and {most} in the 90 % intervals."),
        ours=f"{figures['ensemble_wis']:.2f}", same=f"{figures['persistence_wis']:.2f}",
        half=f"{figures['ensemble_coverage_0.5']:.0%}",
        most=f"{figures['ensemble_coverage_0.9']:.0%}",
    )  # fmt: skip
    if figures["ensemble_wis"] >= figures["persistence_wis"]:
        say(_("The same again did as well: believe the forecast no more than that."))


def _tell_spread(spread: "Spread") -> None:
    from linli.analysis.epidemic.reproduction import STANDINGS, WHY

    r, counts = spread.r, spread.counts
    for n, name in enumerate(counts.areas[:MOST_TOLD]):
        sound = [k for k in range(len(r.last)) if r.standing[n, k] == 0]
        if not sound:
            say(_("{area}: too few cases for R in any window."), area=name)
            continue
        for k in sound[-DAYS_TOLD:]:
            say(_("{area}, {day}: R {mean} ({low} - {high})"), area=name,
                day=counts.day(int(r.last[k])), mean=f"{r.mean[n, k]:.2f}",
                low=f"{r.low[n, k]:.2f}", high=f"{r.high[n, k]:.2f}")  # fmt: skip
        if sound[-1] < len(r.last) - 1:
            why = WHY[STANDINGS[r.standing[n, sound[-1] + 1]]]
            say(_("{area}: no R since then ({why})."), area=name, why=_(why))
    if spread.set_aside:
        say(_("{n} cases of backlog were set aside, ratio of the changes: {ratios}."),
            n=f"{spread.set_aside:.0f}",
            ratios=", ".join(f"{ratio:.2f}" for ratio in spread.ratios))  # fmt: skip


def _tell_now(found: "Now") -> None:
    told: dict[str, Any] = found.told()
    low, high = 0, len(told["levels"]) - 1
    for one in told["areas"][:MOST_TOLD]:
        for at in range(-min(DAYS_TOLD, len(told["days"])), 0):
            expected = one["expected"][at]
            if expected is None:
                say(_("{area}, {day}: {reported} reported; too early to say more."),
                    area=one["area"], day=told["days"][at],
                    reported=f"{one['reported'][at]:g}")  # fmt: skip
                continue
            say(_("{area}, {day}: {reported} reported, {expected} expected ({low} - {high})"),
                area=one["area"], day=told["days"][at], reported=f"{one['reported'][at]:g}",
                expected=f"{expected:.1f}", low=f"{one['quantiles'][at][low]:.0f}",
                high=f"{one['quantiles'][at][high]:.0f}")  # fmt: skip


def _pair(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    from linli.studies import tables

    parts = [tables.number(part) for part in text.split(",")]
    if len(parts) != 2:
        raise BadInput(N_("{text} is no delay. Write mean and spread in days: 9.1,5."), text=text)
    return parts[0], parts[1]
