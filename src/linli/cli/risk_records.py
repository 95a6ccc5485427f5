"""How do `linli risk --from-records` and `linli estates` read the city's own records?"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.cli.words import language
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.policy.can import Actor
    from linli.registry.areas import Area
    from linli.studies.risk.runs import Run

app = typer.Typer()
SHOWN = 10
AreaName = Annotated[str, typer.Option(help=_("The area, by number or name; the city."))]
ByWhom = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]


@dataclass(frozen=True)
class Asked:
    """What was asked of the records."""

    area: str
    by: str
    count: bool
    top: int
    unit: str
    as_json: bool


def from_records(asked: Asked) -> None:
    """The communities of an area as they were last counted, or counted now."""
    actor, area = _reached(asked.by, asked.area, "risk.see")
    from linli import clock
    from linli.studies.risk import reach, runs, story

    if asked.count:
        runs.count(actor, now=clock.now_s())
    run = runs.latest(exercise=actor.exercise)
    listed = reach.communities(actor, area)
    if asked.as_json:
        say_json(_plain(story.as_values(run, listed, language(), _, most=asked.top)))
        return
    say(
        _("{area}: run {run} of {day}, seed {seed}, fingerprint {fingerprint}"),
        area=area.name_zh, run=run.id, day=story.day_of(run), seed=run.seed,
        fingerprint=run.fingerprint,
    )  # fmt: skip
    for one in story.rows(run, listed, language(), most=min(asked.top, SHOWN)):
        most = sorted(one.parts, key=lambda part: -(part.adds or 0.0))[:2]
        say(
            _("{rank}. {name}: {score} ({reasons}), on the list in {share} of draws"),
            rank=one.rank, name=one.name, score=_cut(one.score), share=f"{one.in_top:.0%}",
            reasons=_(", ").join(p.name for p in most if (p.adds or 0.0) > 0),
        )  # fmt: skip
    for name, why in story.gaps(run, language(), _):
        say(_("Not collected: {factor}. {why}"), factor=name, why=why)
    if asked.unit:
        _tell_unit(run, asked.unit, set(listed))


@app.command(help=_("Estates that lack manager, guard, fence or cleaning, and what stands in."))
def estates(
    area: AreaName = "",
    by: ByWhom = "",
    ask: Annotated[
        bool, typer.Option("--ask", help=_("Open an item for each thing that is missing."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """The register of an area within reach."""
    actor, found = _reached(by, area, "estates.see")
    from linli import clock
    from linli.loops.substitutes import watch
    from linli.studies.risk import reach

    opened = watch.ask_for(actor, found, now=clock.now_s()) if ask else 0
    listed = reach.estates(actor, found, now=clock.now_s())
    if as_json:
        say_json({
            "n_opened": opened,
            "estates": [
                {"area_id": one.estate.area.id, "name": one.estate.area.name_zh,
                 "three_without": one.estate.three_without,
                 "stands": {s.lack: s.how for s in one.stands}}
                for one in listed
            ],
        })  # fmt: skip
        return
    three = [one for one in listed if one.estate.three_without]
    say(_("{n} estates lack something; {three} have no manager, guard and fence."),
        n=len(listed), three=len(three))  # fmt: skip
    if ask:
        say(_("{n} items opened."), n=opened)
    for one in sorted(three, key=lambda row: -len(row.bare))[:SHOWN]:
        told = _(", ").join(_(watch.HOW_NAMES[s.how]) for s in one.stands)
        say(_("{name}: guard, fence, cleaning: {told}"), name=one.estate.area.name_zh, told=told)


def _reached(by: str, area: str, verb: str) -> "tuple[Actor, Area]":
    if not by:
        raise BadInput(N_("Say in whose name: --as USER, or LINLI_AS."))
    get_ready()
    from linli.cli.evaluate_records import area_of
    from linli.cli.request import acting
    from linli.policy.can import Ask, can
    from linli.policy.powers import roles_for
    from linli.studies.risk import reach

    actor = acting(by)
    can(actor, Ask(verb, roles_for(verb))).required()
    found = area_of(area) if area else reach.home(actor, verb)
    can(actor, Ask(verb, roles_for(verb), found.path)).required()
    return actor, found


def _cut(score: float | None) -> str:
    return "–" if score is None else f"{score:.2f}"


def _tell_unit(run: "Run", said: str, listed: set[int]) -> None:
    from linli.cli.evaluate_records import area_of
    from linli.studies.risk import story

    area = area_of(said)
    if area.id not in listed or area.id not in run.place:
        raise BadInput(N_("{id} is not among the ranked communities of this area."), id=said[:60])
    at = run.place[area.id]
    say("")
    say(_("{name}: {score}, the middle has {middle}."), name=area.name_zh,
        score=_cut(story.score(run, at)), middle=f"{run.risk.middle_score():.2f}")  # fmt: skip
    for line in story.lines(run, at, language(), _):
        told = f"{line.adds:+.3f}" if line.adds is not None else "     –"
        value = "–" if line.value is None else f"{line.value:.4g}"
        say("  {told}  {name}: {value}", told=told, name=line.name, value=value)
    for action in story.row(run, at, language()).way_off:
        say(_("To leave the list: {action}"), action=action)


def _plain(values: object) -> object:
    return json.loads(json.dumps(values, default=str))
