"""How does `linli evaluate --from-records` score a unit of this city by what stands in it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.cli.words import language
from linli.errors import N_, BadInput, NotFound, Word

if TYPE_CHECKING:
    from linli.registry.areas import Area
    from linli.studies.evaluation.study import Study

HELPS_TOLD = 5


@dataclass(frozen=True)
class Asked:
    """What was asked of the records."""

    area: str
    by: str
    as_of: datetime | None = None
    since: datetime | None = None
    beside: str = ""
    phase: str = ""
    formulas: Path | None = None
    keep: bool = False
    report: Path | None = None
    as_json: bool = False


def from_records(asked: Asked) -> None:
    """Score one unit by its records; keep a snapshot, write a report, or tell it."""
    if not asked.by:
        raise BadInput(N_("Say in whose name: --as USER, or LINLI_AS."))
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.studies.evaluation import documents, snapshots, study, told

    actor, area = acting(asked.by), area_of(asked.area)
    until = None if asked.as_of is None else _end_of(asked.as_of)
    basis = study.basis_of(
        now=clock.now_s(), exercise=actor.exercise, path=area.path, as_of=until,
        formulas=asked.formulas,
    )  # fmt: skip
    found = study.study(
        actor, area, basis=basis, phase=asked.phase, language=language(),
        since=None if asked.since is None else _end_of(asked.since),
    )  # fmt: skip
    other = area_of(asked.beside).id if asked.beside else None
    if asked.keep:
        made = snapshots.take(
            actor, area, framework=basis.framework, formulas=basis.formulas, now=basis.now
        )
        if not asked.as_json:
            say(_("Snapshot {id} kept: {n} units."), id=made.id, n=made.n_units)
    if asked.report:
        form = asked.report.suffix.lstrip(".")
        asked.report.write_bytes(documents.made(found, form, language=language(), translate=_))
    values = told.as_values(found, language(), _, beside=other)
    if asked.as_json:
        say_json(values)
        return
    _tell(found, values)


def self_check(asked: Asked) -> None:
    """Tell the self-check of an area: each line is counted from records."""
    if not asked.by:
        raise BadInput(N_("Say in whose name: --as USER, or LINLI_AS."))
    get_ready()
    from linli import clock
    from linli.analysis.dispatch.rosters import HOUSEHOLDS_A_WORKER
    from linli.cli.request import acting
    from linli.studies.evaluation import checks, checks_told, study

    actor, area = acting(asked.by), area_of(asked.area)
    found = checks.checks(actor, area, now=clock.now_s())
    if asked.as_json:
        say_json(checks_told.as_values(found, area))
        return
    say(_("{n} of {all} communities are below one worker for {norm} households."),
        n=len(found.below_norm), all=len(found.communities),
        norm=HOUSEHOLDS_A_WORKER)  # fmt: skip
    for one in found.communities:
        say(_("{name}: {workers} of {wanted} workers, {lacking} lacking; {college} of {people} "
              "with a degree, {certified} with a certificate"),
            name=study.called(one.area, language()), workers=one.n_workers, wanted=one.n_wanted,
            lacking=one.n_lacking, college=one.n_college, people=one.n_people,
            certified=one.n_certified)  # fmt: skip
    for quarter in found.quarters:
        say(_("Up to {day}: {left} of {served} left"), day=quarter.until,
            left=quarter.left.successes, served=quarter.left.n)  # fmt: skip
    solved, again = found.found.share_at_found, found.again
    say(_("{n} of {all} answered requests were solved at the tier that found them."),
        n=solved.successes, all=solved.n)  # fmt: skip
    say(_("{sampled} of {closed} closed requests were drawn; of {n} checked, {other} differ."),
        sampled=again.n_sampled, closed=again.n_closed, n=again.mismatch.n,
        other=again.mismatch.successes)  # fmt: skip
    for ready in found.ready:
        say(_("{loop}: somebody would take it in {covered} of {all} communities, {alone} alone"),
            loop=_(ready.label), covered=ready.n_covered, all=ready.n_communities,
            alone=ready.n_alone)  # fmt: skip


def _tell(found: "Study", values: Mapping[str, Any]) -> None:
    from linli.studies.evaluation import study, told

    name = study.called(found.area, language())
    say(_("{name}, {phase}, counted at {at}"), name=name, phase=_(values["phase"]),
        at=values["at"])  # fmt: skip
    known = sum(g["n_known"] for g in values["groups"])
    of = sum(g["n"] for g in values["groups"])
    score = "–" if values["score"] is None else f"{values['score']:.1f}"
    say(_("Score {score}, from {known} of {of} indicators."), score=score, known=known, of=of)
    if values["why_no_score"]:
        say(values["why_no_score"])
    for group in values["groups"]:
        points = "     –" if group["score"] is None else f"{group['score']:6.1f}"
        say(f"{points}  {group['id']} {group['name']} ({group['n_known']}/{group['n']})")
    for line in told.most_helpful(told.lines_of(found), n=HELPS_TOLD):
        text = _("{indicator} from {value} to {target} would add {gain}")
        say("  " + text.format(
            indicator=told.named(line.node, language()), value=f"{line.value:.4g}",
            target=f"{line.target:g}", gain=f"{line.gain:.1f}",
        ))  # fmt: skip
    since = values["since"]
    if since and since["moved"] is not None:
        say(_("Since {at}: {moved}"), at=since["at"], moved=f"{since['moved']:+.1f}")
    beside = values["beside"]
    if beside:
        say(_("{name} has {score}, {apart} apart:"), name=beside["name"],
            score=f"{beside['score']:.1f}", apart=f"{beside['apart']:+.1f}")  # fmt: skip
        for name, by in beside["by_indicator"].items():
            say(f"  {by:+6.1f}  {told.named(found.in_phase.by_id[name], language())}")


def area_of(said: str) -> "Area":
    """The area with this number, or the one area of this name."""
    from linli.columns import whole
    from linli.registry import areas
    from linli.registry.areas import Area

    if not said:
        top = Area.objects.filter(parent=None).order_by("path").first()
        if top is None:
            raise NotFound(what=Word(N_("area")), value="-")
        return top
    number = whole(said)
    if number is not None:
        return areas.get(number)
    named = list(Area.objects.filter(name_zh=said, valid_until=None)[:2])
    named = named or list(Area.objects.filter(name_en__iexact=said, valid_until=None)[:2])
    if not named:
        raise NotFound(what=Word(N_("area")), value=said[:60])
    if len(named) > 1:
        raise BadInput(N_("More than one area is called {name}. Give its number."), name=said[:60])
    return named[0]


def _end_of(day: datetime) -> int:
    """The last second of a day of the city."""
    from linli import clock

    return clock.midnight_s(day.date()) + 24 * 3600 - 1
