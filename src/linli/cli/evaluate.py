"""`linli evaluate`: score units from a CSV file, with reasons; needs no database and no server."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli import evaluate_methods as methods
from linli.cli.ready import say, say_json
from linli.cli.texts import text_of
from linli.cli.words import gettext as _
from linli.cli.words import language
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.evaluation.evaluate import Evaluation
    from linli.analysis.evaluation.framework import Framework
    from linli.analysis.evaluation.uncertainty import Plan, Replicates

app = typer.Typer()

LEAST_REPLICATES = 2


@app.command(help=_("Score units by a framework of indicators, and say what would help most."))
def evaluate(
    file: Annotated[
        Path | None, typer.Argument(help=_("A CSV: id, perhaps name and group, and indicators."))
    ] = None,
    framework: Annotated[
        str, typer.Option(help=_("One of those that come with Linli, or a file of your own."))
    ] = "community",
    frameworks: Annotated[
        bool, typer.Option("--frameworks", help=_("List the frameworks and stop."))
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help=_("Print an empty table to fill in and stop."))
    ] = False,
    choice: Annotated[
        list[str] | None,
        typer.Option("--set", help=_("A choice of the recipe, such as impute=median.")),
    ] = None,
    replicates: Annotated[
        int, typer.Option(help=_("How often to try other weights and scales."), min=0)
    ] = 0,
    seed: Annotated[int, typer.Option(help=_("Of the dice; the same gives the same."))] = 1,
    recipe: Annotated[
        Path | None, typer.Option(help=_("A TOML file with the choices, perhaps a [method]."))
    ] = None,
    method: Annotated[
        str,
        typer.Option(help=_("Rank by topsis, vikor, copeland, fuzzy or best_weights instead.")),
    ] = "",
    option: Annotated[
        list[str] | None, typer.Option("--with", help=_("An option of the method: scaling=max."))
    ] = None,
    comparisons: Annotated[
        list[Path] | None,
        typer.Option("--ahp", help=_("Pairwise comparisons as CSV, one file an expert.")),
    ] = None,
    sobol: Annotated[
        int, typer.Option(help=_("Which choice moves the ranks: points of the design."), min=0)
    ] = 0,
    from_records: Annotated[
        bool, typer.Option("--from-records", help=_("Score a unit of this city by its records."))
    ] = False,
    area: Annotated[str, typer.Option(help=_("The area, by number or name; the city."))] = "",
    by: Annotated[
        str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
    ] = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("As the last snapshot by this day has it.")),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("What moved since the last snapshot by then.")),
    ] = None,
    beside: Annotated[
        str, typer.Option(help=_("Another area of its tier, by number or name, to compare with."))
    ] = "",
    phase: Annotated[str, typer.Option(help=_("peacetime, response or recovery."))] = "",
    formulas: Annotated[
        Path | None, typer.Option(help=_("Formulas of your own, as TOML."), exists=True)
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help=_("Keep a snapshot of the area."))] = False,
    self_check: Annotated[
        bool, typer.Option("--self-check", help=_("Norm, learning, turnover, checks, by records."))
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help=_("Write a report: a name ending in .html or .docx."))
    ] = None,
    unit: Annotated[str, typer.Option(help=_("Look closely at the unit with this id."))] = "",
    before: Annotated[
        Path | None, typer.Option(help=_("An earlier table: tell what changed since."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Read, score, tell. The file is read here; the analysis sees arrays only."""
    from linli.analysis.evaluation.framework import framework_names, shipped

    if frameworks:
        for name in framework_names():
            typer.echo(f"{name:<14} {shipped(name).facts.get('title', '')}")
        return
    if from_records or self_check:
        from linli.cli import evaluate_records as records

        asked = records.Asked(
            area, by, as_of, since, beside, phase, formulas, keep, report, as_json
        )
        (records.self_check if self_check else records.from_records)(asked)
        return
    chosen = _framework(framework)
    if comparisons:
        told = methods.compared(comparisons, text_of)
        if file is None:
            methods.tell_compared(told, as_json=as_json)
            return
        chosen = methods.weighted(chosen, told["weights"])
    if template:
        columns = [n.id for n in chosen.nodes if n.kind != "group"]
        typer.echo(",".join(["id", "name", "group", *columns]))
        return
    if file is None:
        raise BadInput(N_("Say which file to score, or --template for an empty one."))
    if report and report.suffix not in {".html", ".docx"}:
        raise BadInput(N_("{given} is no report. End its name in .html or .docx."), given=report)
    said, of_method = _choices(recipe, choice or [], phase)
    result = _result(file, chosen, said)
    method = method or of_method.pop("name", "")
    of_method.pop("name", None)
    if method:
        options = {**of_method, **methods.pairs(option or [])}
        methods.tell_method(result, method, options, as_json=as_json)
        return
    if sobol:
        methods.tell_sensitivity(result, _plan(result, sobol, seed), as_json=as_json)
        return
    ran = _replicates(result, replicates, seed) if replicates else None
    at = _place(result, unit) if unit else None
    earlier = _result(before, chosen, said) if before else None
    if report:
        _write(report, result, ran, at, earlier)
    if as_json:
        _tell_json(result, ran, at, earlier)
        return
    _tell(result, ran)
    if at is not None:
        _tell_profile(result, at)
    if earlier is not None:
        _tell_changes(earlier, result)


def _framework(said: str) -> "Framework":
    from linli.analysis.evaluation.framework import read_framework, shipped

    if said.endswith(".csv") or "/" in said:
        return read_framework(text_of(Path(said)), name=Path(said).stem)
    return shipped(said)


def _choices(
    recipe: Path | None, said: list[str], phase: str
) -> tuple[dict[str, object], dict[str, str]]:
    """The choices of a recipe file and those said after it, and those of its method."""
    written, of_method = ({}, {}) if recipe is None else methods.read_recipe(
        text_of(recipe), name=recipe.name
    )  # fmt: skip
    chosen: dict[str, object] = {**written, **methods.pairs(said)}
    return ({**chosen, "phase": phase} if phase else chosen), of_method


def _result(file: Path, framework: "Framework", said: dict[str, object]) -> "Evaluation":
    from linli.analysis.evaluation.evaluate import default_recipe, evaluate
    from linli.analysis.evaluation.table import read_table

    table = read_table(text_of(file), framework)
    return evaluate(table, framework, default_recipe(framework, **said))


def _replicates(result: "Evaluation", n: int, seed: int) -> "Replicates":
    from linli.analysis.evaluation.uncertainty import uncertainty

    if n < LEAST_REPLICATES:
        raise BadInput(N_("Replicates are at least 2, or 0 for none."))
    return uncertainty(result, _plan(result, n, seed))


def _plan(result: "Evaluation", n: int, seed: int) -> "Plan":
    """Weights that waver, other scales and other ways to aggregate, all at once."""
    from linli.analysis.evaluation.recipe import Aggregate, Normalise
    from linli.analysis.evaluation.uncertainty import Choice, Noise, Plan

    own = result.recipe
    others = (Normalise.MIN_MAX, Normalise.PERCENTILE)  # both give zeros, of which some means
    fragile = {Aggregate.GEOMETRIC, Aggregate.HARMONIC} & set(own.levels) and own.floor <= 0
    scales = tuple(dict.fromkeys((own.normalise, *(() if fragile else others))))  # do not exist
    levels = tuple(dict.fromkeys((own.levels, (Aggregate.ARITHMETIC,), (Aggregate.POWER,))))
    factors = (Noise(n_sets=n), Choice("normalise", scales), Choice("levels", levels))
    return Plan(factors, n=n, seed=seed)


def _place(result: "Evaluation", unit: str) -> int:
    if unit not in result.table.ids:
        raise BadInput(N_("There is no unit {given} in the table. Check the id."), given=unit)
    return result.table.ids.index(unit)


def _write(
    path: Path,
    result: "Evaluation",
    ran: "Replicates | None",
    at: int | None,
    earlier: "Evaluation | None",
) -> None:
    from linli.analysis.evaluation import report
    from linli.studies.raster import as_png

    if path.suffix == ".html":
        page = report.as_html(result, ran, language=language(), unit=at, before=earlier)
        path.write_text(page, encoding="utf-8")
        return
    made = BytesIO()
    try:
        report.write_docx(
            made, result, ran, language=language(), unit=at, before=earlier, draw=as_png
        )
    except ModuleNotFoundError:
        raise BadInput(
            N_("A Word report needs python-docx: install linli[report], or ask for .html.")
        ) from None
    path.write_bytes(made.getvalue())


def _tell(result: "Evaluation", ran: "Replicates | None") -> None:
    from linli.analysis.evaluation.report import as_tables

    told: dict[str, Any] = as_tables(result, ran)
    say(result.title(language()))
    named = {
        n.id: n.name_zh if language().startswith("zh") else n.name_en
        for n in result.framework.nodes
    }
    n_all = len(told["indicators"]) + len(told["left_out"])
    say(
        _("{units} units, {used} of {all} indicators collected. Result {fingerprint}."),
        units=len(told["units"]),
        used=len(told["indicators"]),
        all=n_all,
        fingerprint=told["fingerprint"],
    )
    for unit in sorted(told["units"], key=lambda u: (u["rank"] is None, u["rank"] or 0)):
        if unit["score"] is None:
            say(f"   –        –  {unit['name']}: {unit['why_no_score']}")
            continue
        span = unit["rank_interval"]
        spread = f"  [{span[0]:.0f}–{span[2]:.0f}]" if span else ""
        mark = "" if unit["conditions_met"] else " ✗"
        say(f"{unit['rank']:>4.0f} {unit['score']:>8.2f}  {unit['name']}{spread}{mark}")
        for need in unit["needs"][:1]:
            if need["gain"] > 0:
                text = _("{indicator} from {value} to {target} would add {gain}")
                gain = f"{need['gain']:.2f}"
                line = text.format(
                    **{
                        **need,
                        "indicator": named[need["indicator"]] or need["indicator"],
                        "value": f"{need['value']:g}",
                        "gain": gain,
                    }
                )
                say(f"               {line}")


def _tell_json(
    result: "Evaluation", ran: "Replicates | None", at: int | None, earlier: "Evaluation | None"
) -> None:
    from linli.analysis.evaluation import report

    told = report.as_tables(result, ran)
    if at is not None:
        told["profile"] = report.as_profile(result, at)
    if earlier is not None:
        told["changes"] = report.as_changes(earlier, result)["changes"]
    say_json(told)


def _tell_profile(result: "Evaluation", at: int) -> None:
    from linli.analysis.evaluation.report import as_profile

    told = as_profile(result, at)
    say("")
    say(_("{name} closely"), name=told["name"])
    say(_("Strong in: {names}"), names=", ".join(told["strengths"]) or "-")
    say(_("Weak in: {names}"), names=", ".join(told["weaknesses"]) or "-")
    say(_("Most like it: {names}"), names=", ".join(p["name"] for p in told["peers"]) or "-")
    for moved in told["without"][:3]:
        if moved["score"] is not None:
            text = _("Without {indicator}: {score}, rank {rank}")
            say(
                text,
                indicator=moved["indicator"],
                score=f"{moved['score']:.2f}",
                rank=f"{moved['rank']:.0f}",
            )


def _tell_changes(earlier: "Evaluation", result: "Evaluation") -> None:
    from linli.analysis.evaluation.report import as_changes

    say("")
    for change in as_changes(earlier, result)["changes"]:
        largest = max(change["by_indicator"].items(), key=lambda pair: abs(pair[1]))
        say(
            _("{unit}: {before} to {after}, most by {indicator} ({by})"),
            unit=change["unit"],
            before=f"{change['before']:.2f}",
            after=f"{change['after']:.2f}",
            indicator=largest[0],
            by=f"{largest[1]:+.2f}",
        )
