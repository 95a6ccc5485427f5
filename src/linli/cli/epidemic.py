"""`linli serial-interval`, `delays` and `offspring`: estimates from records, with intervals.

They read files and need neither a server nor a database.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.epidemic.waits import Estimate, Family
    from linli.studies.epidemic.waits import Fitted

app = typer.Typer()

InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
FamilyName = Annotated[str, typer.Option("--family", help=_("normal, gamma or lognormal."))]
Picture = Annotated[Path | None, typer.Option(help=_("Draw the records and the fit here (SVG)."))]


@app.command(
    "serial-interval", help=_("Days from the onset of a case to the onset of those it infected.")
)
def serial_interval(
    pairs: Annotated[Path, typer.Argument(help=_("Pairs: one row a pair, two days of onset."))],
    begins: Annotated[
        str, typer.Option("--from", help=_("The column of the infector's onset."))
    ] = "infector_onset",
    ends: Annotated[
        str, typer.Option("--to", help=_("The column of the infected one's onset."))
    ] = "infected_onset",
    family: FamilyName = "normal",
    picture: Picture = None,
    as_json: InJson = False,
) -> None:
    """Mean and standard deviation with 95 % intervals; negative intervals count as they are."""
    get_ready(tables=False)
    from linli.studies.epidemic.waits import from_file

    found = from_file(_there(pairs), begins=begins, ends=ends, family=_family(family))
    _tell(found, _("Serial interval"), picture, as_json=as_json)


@app.command(help=_("Days from onset to report, while reports may still be coming in."))
def delays(
    cases: Annotated[Path, typer.Argument(help=_("Cases: one row a case, two days."))],
    begins: Annotated[
        str, typer.Option("--from", help=_("The column of the first day."))
    ] = "onset",
    ends: Annotated[
        str, typer.Option("--to", help=_("The column of the second day."))
    ] = "reported",
    seen_until: Annotated[
        str, typer.Option(help=_("The last day of the records, while an outbreak goes on."))
    ] = "",
    family: FamilyName = "gamma",
    picture: Picture = None,
    as_json: InJson = False,
) -> None:
    """Mean and standard deviation with 95 % intervals."""
    get_ready(tables=False)
    from linli.studies.epidemic.waits import from_file

    found = from_file(
        _there(cases), begins=begins, ends=ends, family=_family(family),
        seen_until=seen_until or None,
    )  # fmt: skip
    _tell(found, _("Delay between two days"), picture, as_json=as_json)


@app.command(help=_("How many each case infects, and how unevenly: R and k."))
def offspring(
    links: Annotated[Path, typer.Argument(help=_("Links: source, infected; also direction."))],
    cases: Annotated[
        Path, typer.Option(help=_("All cases, so that those who infected nobody count."))
    ],
    source: Annotated[str, typer.Option(help=_("The column of who infected."))] = "source",
    infected: Annotated[str, typer.Option(help=_("The column of who was infected."))] = "infected",
    case: Annotated[str, typer.Option(help=_("The column of the case in the list."))] = "case",
    picture: Picture = None,
    as_json: InJson = False,
) -> None:
    """The negative binomial of largest likelihood, with 95 % intervals."""
    get_ready(tables=False)
    from dataclasses import asdict

    from linli.studies.epidemic import offspring as study

    found = study.linked(_there(links), _there(cases), source=source, infected=infected, case=case)
    fit = study.fitted(found)
    share = fit.share_of_cases_behind(0.8)
    if picture is not None:
        drawn = study.picture(
            found, fit, title=_("How many each case infected"), x_label=_("infected by one case"),
            y_label=_("number of cases"), names=(_("in the records"), _("the fit")),
        )  # fmt: skip
        picture.write_text(drawn, encoding="utf-8")
    if as_json:
        say_json({**asdict(fit), "share_of_cases_behind_80_percent": share})
        return
    say(_("{n} cases, {zero} of whom infected nobody."), n=fit.n, zero=fit.n_zero)
    say(_("R {estimate}"), estimate=_with_interval(fit.r))
    say(_("k {estimate}"), estimate=_with_interval(fit.k, places=3))
    say(_("80 % of the infected by {share} of the cases."), share=f"{share:.1%}")


def _tell(found: "Fitted", what: str, picture: Path | None, *, as_json: bool) -> None:
    if picture is not None:
        drawn = found.picture(
            what,
            _("days from one to the other"),
            _("in the records"),
            (_("in the records"), _("the fit")),
        )
        picture.write_text(drawn, encoding="utf-8")
    if as_json:
        say_json(found.told())
        return
    fit = found.fit
    say(
        _("{what}, {family}: mean {mean} days, standard deviation {sd} days"),
        what=what,
        family=fit.family.value,
        mean=_with_interval(fit.mean),
        sd=_with_interval(fit.sd),
    )
    say(
        _("{n} rows used, {negative} of them negative; {left} left out for want of a day."),
        n=fit.n,
        negative=fit.n_negative,
        left=found.n_left_out,
    )
    say(
        _("Half lie between {low} and {high} days, 95 % below {most}. AIC {aic}."),
        low=f"{fit.quantile(0.25):.1f}",
        high=f"{fit.quantile(0.75):.1f}",
        most=f"{fit.quantile(0.95):.1f}",
        aic=f"{fit.aic:.1f}",
    )


def _with_interval(estimate: "Estimate", *, places: int = 2) -> str:
    low, high = (f"{v:.{places}f}" for v in (estimate.low, estimate.high))
    return f"{estimate.value:.{places}f} ({low} - {high})"


def _family(name: str) -> "Family":
    from linli.analysis.epidemic.waits import Family

    if name not in set(Family):
        raise BadInput(
            N_("{given} is no family. Choose one of: {known}."),
            given=name,
            known=tuple(f.value for f in Family),
        )
    return Family(name)


def _there(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(N_("There is no file {file}."), file=str(path))
    return path
