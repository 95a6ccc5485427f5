"""`linli calibrate --check`: do persons in households bring back what was fitted without them?"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from linli.cli.ready import say
from linli.cli.words import gettext as _

if TYPE_CHECKING:
    from datetime import date

    from linli.analysis.simulation.calibrate_check import Check

INNER, OUTER = (0.25, 0.75), (0.05, 0.95)


def tell(made: "Check", starts: "date") -> None:
    """How often, how many in all, and R of each period, beside the fit's."""
    from datetime import timedelta

    say("")
    say(
        _("The agent model: {n} draws, one world each, {people} people."),
        n=len(made.agents), people=f"{made.n_people:,}",
    )  # fmt: skip
    for name, worlds in ((_("agents"), made.agents), (_("fit"), made.fit)):
        low, middle, high = made.ratio(worlds)
        say(
            _("{who}: {inner} of the numbers announced lie in the band of half, {outer} in that of "
              "nine in ten; all reports over all announced {ratio} ({low} … {high})."),
            who=name, inner=_percent(made.within(worlds, INNER)),
            outer=_percent(made.within(worlds, OUTER)), ratio=f"{middle:.2f}", low=f"{low:.2f}",
            high=f"{high:.2f}",
        )  # fmt: skip
    say(_("R of the agents less that of the fit, nine worlds of ten:"))
    for row in _rows(made):
        on = starts + timedelta(days=row["from_day"])
        floor = "  " + _("households alone infect more") if row["at_floor"] > HALF else ""
        between = f"({row['low']:+.2f} … {row['high']:+.2f})"
        typer.echo(f"  {on}  {row['gap']:+.2f}  {between}{floor}")
    open_homes = " ".join(f"{share:.2f}" for share in made.homes.open)
    say(_("At home who can still be infected, of those a first case finds: {shares}."),
        shares=open_homes)  # fmt: skip


HALF = 0.5  # of the worlds


def in_json(made: "Check", starts: "date") -> dict[str, Any]:
    """The same for a machine to read, with bands by day."""
    import numpy as np

    def band(worlds: Any) -> Any:
        return np.quantile(worlds, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).round(1).tolist()

    return {
        "people": made.n_people,
        "worlds": len(made.agents),
        "periods": _rows(made),
        **{
            name: {
                "within_half": made.within(worlds, INNER),
                "within_nine_in_ten": made.within(worlds, OUTER),
                "ratio_5_50_95": made.ratio(worlds),
                "reports_5_25_50_75_95": band(worlds),
                "infections_5_25_50_75_95": band(infections),
            }
            for name, worlds, infections in (
                ("agents", made.agents, made.agents_infections),
                ("fit", made.fit, made.fit_infections),
            )
        },
        "starts": starts,
    }  # fmt: skip


def draw(folder: Path, made: "Check", first: str) -> None:
    """What was announced, what the agents announce, and what the fit foretells."""
    import numpy as np

    from linli.studies import pictures

    days = list(range(made.agents.shape[1]))
    known = np.flatnonzero(np.isfinite(made.announced)).tolist()
    series = []
    for name, worlds in ((_("agents; nine of ten"), made.agents), (_("fit"), made.fit)):
        low, middle, high = np.quantile(worlds, [0.05, 0.5, 0.95], axis=0).tolist()
        if worlds is made.agents:
            series.append(pictures.Series(name, days, middle, low=low, high=high))
        else:
            series.append(pictures.Series(name, days, middle, dashed=True))
    told = pictures.Series(_("announced"), known, made.announced[known].tolist(), dots=True)
    picture = pictures.lines(
        _("Reported cases a day"), [*series, told], x_label=first, y_label=_("People a day")
    )
    (folder / "check.svg").write_text(picture, encoding="utf-8")


def _rows(made: "Check") -> list[dict[str, Any]]:
    """Each period: R of both, the gap, how far homes are used up."""
    import numpy as np

    low, gap, high = made.gap.tolist()
    fit, agents = (np.median(r, axis=0).tolist() for r in (made.r_fit, made.r_agents))
    return [
        {
            "from_day": begin, "r_fit": fit[n], "r_agents": agents[n], "gap": gap[n],
            "low": low[n], "high": high[n], "at_floor": float(made.floors[:, n].mean()),
            "open_homes": float(made.homes.open[n]),
            "ratio_with_all_homes_open": float(made.homes.first_ratio[n]),
        }
        for n, begin in enumerate(made.periods)
    ]  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
