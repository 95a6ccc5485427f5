"""`linli calibrate`: which epidemic lies behind a series of reports? Needs no database."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli import calibrate_checked
from linli.cli.ready import say, say_json
from linli.cli.simulate import new_folder, progress
from linli.cli.texts import text_of
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.analysis.simulation.calibrate import Posterior
    from linli.analysis.simulation.epidemic_model import Model

app = typer.Typer()

AGREE = 1.05  # R-hat above which chains are not taken to agree: Vehtari et al. (2021) ask 1.01
BLANK = ("", "NA", "nan")


@app.command(help=_("Fit R by period to announced totals, with waits and a change of definition."))
def calibrate(
    reports: Annotated[Path, typer.Argument(help=_("Announced totals: a CSV with a column date."))],
    epidemic: Annotated[
        str, typer.Argument(help=_("What is known beforehand: wuhan-2020, or a TOML file."))
    ],
    column: Annotated[str, typer.Option(help=_("The column of the running total."))] = "confirmed",
    until: Annotated[str, typer.Option(help=_("The last day to fit; the table's if none."))] = "",
    rounds: Annotated[int, typer.Option(help=_("Of the sampler; half of them count."))] = 5000,
    seed: Annotated[int, typer.Option(help=_("Of the dice."))] = 1,
    priors: Annotated[
        str, typer.Option(help=_("Believed before any report: usual, or weak."))
    ] = "usual",
    check: Annotated[
        bool, typer.Option("--check", help=_("Run draws of the fit in the agent model too."))
    ] = False,
    worlds: Annotated[int, typer.Option(help=_("Draws that are run, with --check."))] = 40,
    people: Annotated[
        int, typer.Option(help=_("Of the agents' city, with --check; 0: as many as there are."))
    ] = 2_000_000,
    out: Annotated[
        Path | None, typer.Option(help=_("A folder to make: draws as CSV and pictures (SVG)."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Read, check everything, fit, tell. A cancelled run leaves nothing behind."""
    if out is not None and out.exists():
        raise BadInput(N_("{path} is there already. Name a folder that is not."), path=out)
    model, starts = _model(epidemic)
    series = _series(text_of(reports), column, starts, _last_day(until))
    import numpy as np

    from linli.analysis.simulation import calibrate_check
    from linli.analysis.simulation.calibrate import fit, priors_of

    believed = priors_of(priors)
    n_people = int(model.people) if people == 0 else min(people, int(model.people))
    if check:
        calibrate_check.refuse(model, worlds=worlds, people=n_people)
    with new_folder(out) as folder, progress(quiet=as_json) as told:
        found = fit(
            model, series, np.random.default_rng(seed), rounds=rounds, priors=believed,
            told=lambda n, of: told(_("Fit"), n, of),
        )  # fmt: skip
        made = calibrate_check.check(
            found, series, np.random.default_rng(seed), worlds=worlds, people=n_people,
            told=lambda n, of: told(_("Worlds"), n, of),
        ) if check else None  # fmt: skip
        if folder:
            _draw(folder, found, series, starts)
            _write(folder / "draws.csv", found)
            if made is not None:
                calibrate_checked.draw(folder, made, _("Days since {day}").format(day=starts))
    if as_json:
        more = {} if made is None else {"check": calibrate_checked.in_json(made, starts)}
        say_json({**_in_json(found, series, starts), "priors": believed, **more})
        return
    _tell(found, series, starts)
    if made is not None:
        calibrate_checked.tell(made, starts)


def _model(said: str) -> "tuple[Model, date]":
    from linli.analysis.simulation.epidemic_model import read_epidemic, shipped_epidemic

    if said.endswith(".toml"):
        return read_epidemic(text_of(Path(said)), name=said)
    return shipped_epidemic(said)


def _last_day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise BadInput(N_("{said} is no date. Write it as 2020-03-08."), said=said) from None


def _series(text: str, column: str, starts: date, until: date | None) -> "NDArray[Any]":
    """New reports by day from running totals; NaN where the total of a day is not known."""
    import numpy as np

    rows = list(csv.DictReader(text.splitlines()))
    missing = [c for c in ("date", column) if not rows or c not in rows[0]]
    if missing:
        raise BadInput(N_("The table lacks {columns}. Add them."), columns=", ".join(missing))
    totals: dict[date, int] = {}
    for line, row in enumerate(rows, start=2):
        said = (row[column] or "").strip()
        if said in BLANK:
            continue
        try:
            totals[date.fromisoformat(row["date"].strip())] = int(said)
        except ValueError:
            raise BadInput(
                N_("Line {line}: {date} and {n} are no date and whole number. Mend the line."),
                line=line, date=row["date"], n=said,
            ) from None  # fmt: skip
    last = min(until, max(totals)) if until and totals else max(totals, default=starts)
    found = np.full(max(0, (last - starts).days + 1), np.nan)
    before = None
    for day in sorted(totals):
        at = (day - starts).days
        if before is not None and 0 <= at < len(found):
            found[at] = max(0, totals[day] - before)  # a correction downwards is no report
        before = totals[day]
    return found


def _dates(starts: date, n: int) -> list[date]:
    return [starts + timedelta(days=k) for k in range(n)]


def _told(found: "Posterior", series: "NDArray[Any]", starts: date) -> list[dict[str, Any]]:
    """R of each period, as rows."""
    low, middle, high = found.r_path().tolist()
    begins = [starts + timedelta(days=d) for d in found.model.periods]
    ends = [*(d - timedelta(days=1) for d in begins[1:]), _dates(starts, len(series))[-1]]
    return [
        {"from": b, "until": e, "r": m, "low": lo, "high": hi}
        for b, e, m, lo, hi in zip(begins, ends, middle, low, high, strict=True)
    ]


def _totals(found: "Posterior", series: "NDArray[Any]") -> tuple[float, float]:
    """Reports announced, and those expected on the same days."""
    import numpy as np

    known = np.flatnonzero(np.isfinite(series))
    some = slice(int(known[0]), int(known[-1]) + 1)
    expected = float(np.median(found.reports[:, some].sum(axis=1)))
    return float(series[known].sum()), expected


def _tell(found: "Posterior", series: "NDArray[Any]", starts: date) -> None:
    say(_("R by period, with a 95 % interval:"))
    for row in _told(found, series, starts):
        between = f"({row['low']:.2f} … {row['high']:.2f})"
        typer.echo(f"  {row['from']} … {row['until']}  {row['r']:.2f}  {between}")
    announced, expected = _totals(found, series)
    say(
        _("Reports announced: {n}; expected on these days: {m}."),
        n=f"{announced:,.0f}",
        m=f"{expected:,.0f}",
    )
    if found.mixed < AGREE:
        say(_("The chains agree (R-hat {r})."), r=f"{found.mixed:.3f}")
    else:
        say(
            _("The chains do not agree yet (R-hat {r}). Ask for more --rounds."),
            r=f"{found.mixed:.3f}",
        )


def _in_json(found: "Posterior", series: "NDArray[Any]", starts: date) -> dict[str, Any]:
    import numpy as np

    from linli import __version__

    announced, expected = _totals(found, series)
    drawn = np.quantile(found.draws, [0.025, 0.5, 0.975], axis=0).T.tolist()
    return {
        "version": __version__,
        "periods": _told(found, series, starts),
        "parameters_2.5_50_97.5": dict(zip(found.names, drawn, strict=True)),
        "announced": announced,
        "expected": expected,
        "r_hat": found.mixed,
        "accepted": found.accepted,
    }


def _draw(folder: Path, found: "Posterior", series: "NDArray[Any]", starts: date) -> None:
    import numpy as np

    from linli.studies import pictures

    days = list(range(len(series)))
    known = np.flatnonzero(np.isfinite(series)).tolist()
    foretold = found.foretold(np.random.default_rng(0))
    first = _("Days since {day}").format(day=starts)
    for name, title, y_label, worlds, dots in (
        ("reports", _("Reported cases a day"), _("People a day"), foretold, series),
        ("infections", _("Infections a day"), _("People a day"), found.infections, None),
    ):
        low, middle, high = np.quantile(worlds, [0.05, 0.5, 0.95], axis=0).tolist()
        drawn = [pictures.Series(_("fitted; nine of ten"), days, middle, low=low, high=high)]
        if dots is not None:
            told = pictures.Series(_("announced"), known, dots[known].tolist(), dots=True)
            drawn.append(told)
        picture = pictures.lines(title, drawn, x_label=first, y_label=y_label)
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")
    rows = _told(found, series, starts)
    steps = [(day - starts).days for r in rows for day in (r["from"], r["until"])]
    low, middle, high = ([r[k] for r in rows for _side in (0, 1)] for k in ("low", "r", "high"))
    line = pictures.Series(_("R, with its 95 % interval"), steps, middle, low=low, high=high)
    picture = pictures.lines(_("R by period"), [line], x_label=first, y_label="R")
    (folder / "r.svg").write_text(picture, encoding="utf-8")


def _write(path: Path, found: "Posterior") -> None:
    """The posterior itself, one draw a line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(found.names)
        table.writerows([f"{v:.6g}" for v in draw] for draw in found.draws.tolist())
