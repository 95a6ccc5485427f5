"""`linli risk` and `risk-check`: communities at risk, why, and whether the score finds cases.

They read files and need neither a server nor a database.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.risk_records import AreaName, Asked, ByWhom
from linli.cli.risk_records import from_records as read_records
from linli.cli.words import gettext as _
from linli.cli.words import language
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.risk.score import Risk
    from linli.analysis.risk.top import Certainty
    from linli.analysis.risk.validation import Validation

app = typer.Typer()

SHOWN = 10
Table = Annotated[
    Path, typer.Argument(help=_("Communities: id, longitude, latitude, population, factors."))
]
TableOrNone = Annotated[
    Path | None,
    typer.Argument(help=_("Communities: id, longitude, latitude, population, factors.")),
]
ModelName = Annotated[
    str, typer.Option("--model", help=_("One that comes with Linli, or a file of your own."))
]
Phase = Annotated[str, typer.Option(help=_("Which kernel of the model: first or spread."))]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]
Seed = Annotated[int, typer.Option(help=_("Of the dice; the same gives the same."))]


@app.command(help=_("Rank communities by risk, with the reasons and what would help."))
def risk(
    communities: TableOrNone = None,
    top: Annotated[int, typer.Option(help=_("How many make the list."), min=1)] = 54,
    sources: Annotated[
        Path | None, typer.Option(help=_("Where infection is: longitude, latitude, cases."))
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help=_("Cases so far: id, day, cases; then rates are told too."))
    ] = None,
    model: ModelName = "community",
    phase: Phase = "first",
    draws: Annotated[
        int, typer.Option(help=_("How often to draw what is unsure; 0: not."), min=0)
    ] = 1000,
    unit: Annotated[str, typer.Option(help=_("Look closely at the community with this id."))] = "",
    picture: Annotated[
        Path | None, typer.Option(help=_("Draw the head of the list with its reasons here (SVG)."))
    ] = None,
    seed: Seed = 1,
    as_json: InJson = False,
    from_records: Annotated[
        bool, typer.Option("--from-records", help=_("Read the records of this city, not a file."))
    ] = False,
    area: AreaName = "",
    by: ByWhom = "",
    count: Annotated[
        bool, typer.Option("--count", help=_("With --from-records: count now, and keep it."))
    ] = False,
) -> None:
    """Score, say how sure the list is, and split the scores."""
    if from_records:
        read_records(Asked(area, by, count, top, unit, as_json))
        return
    if communities is None:
        raise BadInput(N_("Name a file of communities, or say --from-records."))
    get_ready(tables=False)
    from linli.analysis.risk.score import assess
    from linli.analysis.risk.top import certainty
    from linli.studies.risk import files as study

    chosen = study.model_of(model)
    place = study.communities_of(_there(communities), chosen)
    counts = study.counts_of(_there(cases), place) if cases else None
    origin = study.sources_of(_there(sources)) if sources else None
    if origin is None and counts is not None and counts.before.any():
        origin = study.from_counts(place, counts)
    found = assess(place, chosen, sources=origin, phase=phase)
    listed = found.top(min(top, len(found.ranked)))
    sure = certainty(found, k=len(listed), n_draws=draws, seed=seed, sources=origin) \
        if draws else None  # fmt: skip
    after = study.learnt(found, counts, k=len(listed), seed=seed) if counts else None
    if picture:
        picture.write_text(
            study.picture(found, list(listed), title=_("Risk against the middle"),
                          x_label=_("logarithm of the score"), language=language()),
            "utf-8",
        )  # fmt: skip
    if as_json:
        rows = [study.told(found, int(at), k=len(listed), language=language(), sure=sure)
                for at in listed]  # fmt: skip
        if after is not None:
            for row, at in zip(rows, listed, strict=True):
                row |= {"rate": float(after.rate[at]), "rate_low": float(after.low[at]),
                        "rate_high": float(after.high[at])}  # fmt: skip
        say_json({
            "model": chosen.name, "phase": phase, "top": rows, "without_score": found.unknown(),
            "stable": None if sure is None else sure.stable, "draws": draws, "seed": seed,
        })  # fmt: skip
        return
    _tell(found, sure)
    if after is not None:
        say(_("After the counts:"))
        for at in sorted(range(len(place)), key=lambda n: -after.rate[n])[:SHOWN]:
            say(
                _("{name}: {rate} cases a 10,000 ({low} to {high})"),
                name=place.name(at),
                rate=f"{after.rate[at] * 1e4:.1f}",
                low=f"{after.low[at] * 1e4:.1f}",
                high=f"{after.high[at] * 1e4:.1f}",
            )
    if unit:
        _tell_unit(found, unit, len(listed))


@app.command("risk-check", help=_("Does the score find where cases come next? Beside baselines."))
def risk_check(
    communities: Table,
    cases: Annotated[Path, typer.Argument(help=_("Cases: id, day, cases."))],
    split: Annotated[str, typer.Option(help=_("The last day that the scores may know."))],
    sources: Annotated[
        Path | None, typer.Option(help=_("Where infection was then: longitude, latitude, cases."))
    ] = None,
    model: ModelName = "community",
    phase: Phase = "first",
    seed: Seed = 1,
    as_json: InJson = False,
) -> None:
    """Time is split at a day; intervals are bootstraps of districts or squares of the map."""
    get_ready(tables=False)
    from linli.studies.risk import files as study

    chosen = study.model_of(model)
    place = study.communities_of(_there(communities), chosen)
    counts = study.counts_of(_there(cases), place, split=split)
    origin = study.sources_of(_there(sources)) if sources else None
    found = study.checked(place, chosen, counts, phase=phase, sources=origin, seed=seed)
    if as_json:
        say_json({
            "n": found.n, "n_with_cases": found.n_with_cases, "n_blocks": found.n_blocks,
            "best": dict(found.best),
            "lead": {m: [second, x.value, x.low, x.high] for m, (second, x) in found.lead.items()},
            "measures": {name: {m: [x.value, x.low, x.high] for m, x in one.items()}
                         for name, one in found.measures.items()},
        })  # fmt: skip
        return
    _tell_check(found, counts.split)


def _tell(found: "Risk", sure: "Certainty | None") -> None:
    listed = found.top(min(sure.k if sure else SHOWN, len(found.ranked)))
    names = {f.id: f.names.get(language(), f.names["en"]) for f in found.model.factors}
    for rank, at in enumerate(listed[:SHOWN], start=1):
        parts = found.parts[at]
        most = sorted(range(len(parts)), key=lambda n: -parts[n])[:3]
        reasons = _(", ").join(names[found.model.factors[n].id] for n in most if parts[n] > 0)
        say(
            _("{rank}. {name}: {score} ({reasons})"),
            rank=rank,
            name=found.communities.name(at),
            score=f"{found.score[at]:.2f}",
            reasons=reasons,
        )
    if sure is not None:
        say(
            _("{share} % of the list of {k} stays in 90 of 100 draws of what is unsure."),
            share=f"{sure.stable * 100:.0f}",
            k=sure.k,
        )
    unknown = found.unknown()
    if unknown:
        say(_("{n} communities have no score: of a whole dimension nothing is known."),
            n=len(unknown))  # fmt: skip


def _tell_unit(found: "Risk", unit: str, k: int) -> None:
    if unit not in found.communities.ids:
        raise BadInput(N_("There is no community {id} in the file."), id=unit)
    at = found.communities.ids.index(unit)
    names = {f.id: f.names.get(language(), f.names["en"]) for f in found.model.factors}
    say("")
    say(_("{name}: {score}, the middle has {middle}."), name=found.communities.name(at),
        score=f"{found.score[at]:.2f}", middle=f"{found.middle_score():.2f}")  # fmt: skip
    for factor, part in zip(found.model.factors, found.parts[at], strict=True):
        say("  {part}  {name}", part=f"{part:+.3f}", name=names[factor.id])
    for one in found.way_off(at, k=k):
        says = next(f for f in found.model.factors if f.id == one.factor).actions or {}
        say(_("To leave the list: {action} (score {score})"),
            action=says.get(language(), says.get("en", "")), score=f"{one.score:.2f}")  # fmt: skip


def _tell_check(found: "Validation", split: str) -> None:
    say(
        _("{n} communities, {hit} of them with cases after {split}; {blocks} blocks."),
        n=found.n,
        hit=found.n_with_cases,
        split=split,
        blocks=found.n_blocks,
    )
    for measure, best in found.best.items():
        say(f"{measure}:")
        for name, one in found.measures.items():
            value = one[measure]
            mark = "  *" if name == best else ""
            told = f"{value.value:.3f} ({value.low:.3f} .. {value.high:.3f})"
            say(f"  {name:<15} {told}{mark}")
        if measure in found.lead:
            second, ahead = found.lead[measure]
            say(
                _("  ahead of {second} by {value} ({low} .. {high}){mark}"),
                second=second, value=f"{ahead.value:.3f}", low=f"{ahead.low:.3f}",
                high=f"{ahead.high:.3f}",
                mark="" if ahead.low > 0 else _(": not told apart"),
            )  # fmt: skip
    won = sorted({best for best in found.best.values() if best not in {"prior", "posterior"}})
    if won:
        say(_("A baseline did best in places: {names}. Use it there."), names=_(", ").join(won))


def _there(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(N_("There is no file {path}. Check the name."), path=path)
    return path
