"""`linli simulate --from-records`: what if, from the registry and the records as they stand today?

The file holds `name`, `area_id`, perhaps `n_days`, `disease` and `supposed`, and one `[[choices]]`
each, with the entries that the page and the API take. Nothing is kept but what `--out` names.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from linli import toml_text
from linli.analysis.simulation.words import OUTCOME_NAMES
from linli.cli.ready import get_ready, say, say_json
from linli.cli.simulate import (
    PICTURES,
    new_folder,
    progress,
    tell_late,
    tell_marks,
    tell_waits,
)
from linli.cli.texts import text_of
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.studies.simulation.followed import Marked


def answer(
    file: Path, *, by: str, out: Path | None, seeds: int, threads: int, as_json: bool
) -> None:
    """Read, check everything, run, tell; a run that is cancelled leaves nothing."""
    given = _given(file)
    if not by:
        raise BadInput(N_("Say in whose name you act: --as, or LINLI_AS."))
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.policy.can import Ask, can
    from linli.policy.powers import roles_for
    from linli.studies.simulation import on_curve, running, study
    from linli.studies.simulation.records import Moment
    from linli.studies.small import check_size

    question = study.question_of({"most_seeds": seeds, **given})
    actor = acting(by)
    can(actor, Ask(study.RUN, roles_for(study.RUN), question.area.path)).required()
    check_size(actor, question.area)
    moment = Moment(clock.now_s(), actor.exercise, question.area.path)
    with new_folder(out) as folder, progress(quiet=as_json) as told:
        made, result = running.answer(
            question, moment, threads=threads,
            told=lambda done, most: told(question.name, done, most),
        )  # fmt: skip
        marks = on_curve.marked(actor, question.area, result, question.disease)
        if folder is not None:
            _write(folder, result, marks)
    if as_json:
        kept = {k: v for k, v in result.items() if k != "turns"}
        seen = on_curve.values_of(actor, question.area, result, question.disease, _)
        say_json({"fingerprint": made.fingerprint, **kept, "marks": seen})
    else:
        _tell(result, made.fingerprint, marks, question.disease)


def _given(file: Path) -> dict[str, Any]:
    try:
        return toml_text.loads(text_of(file))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            N_("{file} is no TOML text: {reason}."), file=file.name, reason=str(error)
        ) from None


def _write(folder: Path, result: dict[str, Any], marks: "list[Marked]") -> None:
    from linli.studies.simulation import documents, drawn, on_curve

    for sheet in documents.Sheet:
        with (folder / f"{sheet}.parquet").open("wb") as file:
            for piece in documents.parquet(result, sheet):
                file.write(piece)
    pasts = on_curve.pasts_of(result)
    for series in PICTURES:
        bands = {name: result["bands"][name][series] for name in result["names"]}
        picture = drawn.curves(series, bands, marks, past=pasts.get(series, ()), translate=_)
        (folder / f"{series}.svg").write_text(picture, encoding="utf-8")


def _tell(result: dict[str, Any], fingerprint: str, marks: "list[Marked]", disease: str) -> None:
    from linli.studies.simulation import on_curve, told

    say(_("{n} seeds; every choice ran on each."), n=len(result["seeds"]))
    for row in told.rows_of(result):
        typer.echo(f"\n{row.name}{'  *' if row.unbeaten else ''}")
        for outcome, cell in row.cells:
            if cell is None:
                continue
            line = f"  {_(OUTCOME_NAMES[outcome])}: {cell.mean:,.0f}"
            if cell.less is not None:
                line += f"  ({cell.less:+,.0f}, {cell.less_low:+,.0f} … {cell.less_high:+,.0f})"
            typer.echo(line)
        tell_waits(result["waits"][row.name])
    tell_late(told.deaths_late(result, disease))
    bands = {name: result["bands"][name]["reports"] for name in result["names"]}
    past = on_curve.pasts_of(result)["reports"]
    tell_marks(marks, bands, past, date.fromisoformat(result["starts_on"]))
    say("")
    for one in result["parameters"]:
        said = one["source"] if one["from_records"] else one["default_source"]
        told_n = f" ({one['n_records']})" if one["from_records"] else ""
        typer.echo(f"  {_(one['label'])}: {one['value']:g} {_(one['unit'])} – {_(said)}{told_n}")
    say("")
    say(
        _(
            "In brackets: less the first choice, and the 95 % interval of that mean over seeds."
            " * no other choice does as well in everything."
        )
    )
    say(_("Fingerprint: {fingerprint}"), fingerprint=fingerprint)
