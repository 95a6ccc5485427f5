"""Why is an item where it is? Sentences made from its events, its limits and its ladder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from linli.errors import N_, Word
from linli.loops import catalogue, office
from linli.loops.ladder import ladder
from linli.loops.ledger import Event
from linli.loops.limits import LimitSet, StageClock
from linli.loops.standing import Standing
from linli.registry.areas import TIER_NAMES, Tier

REASONS: dict[str, str] = {
    "duty_grid": N_(
        "The duty list leads to {duty}; of the workers of this grid this one held the fewest "
        "open items ({open})."
    ),
    "duty_skill": N_(
        "The duty list leads to {duty}, which takes the skill {skill}; of those who have it "
        "here this one held the fewest open items ({open})."
    ),
    "duty_unit": N_("The duty list leads to {duty}; whoever is first responsible there has it."),
    "no_duty": N_("No duty leads this type; whoever is first responsible here decides."),
    "vacant": N_("Nobody is first responsible here now: the post is vacant, or its holder away."),
    "dispatcher": N_("A dispatcher chose this person."),
}


@dataclass(frozen=True)
class Reason:
    """One sentence with its values; ``tell`` says it in a language."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in the language that ``translate`` turns our English into."""
        said = {
            name: translate(value) if isinstance(value, Word) else value
            for name, value in self.values.items()
        }
        return translate(self.sentence).format(**said)


def why(item: Standing) -> list[Reason]:
    """Why this person has it, why this date, why this tier; in that order."""
    events = list(Event.objects.filter(item_id=item.id).order_by("n"))
    return [*_holder(item.loop, events), *_due(item), *_tier(item, events), *_again(item)]


def _holder(loop: str, events: list[Event]) -> list[Reason]:
    taken = next((e for e in reversed(events) if "reason" in e.data and e.step != "rung"), None)
    reasons = {**REASONS, **catalogue.get(loop).reasons}
    if taken is None or taken.data["reason"] not in reasons:
        return []
    values = {name: value for name, value in taken.data.items() if name != "reason"}
    return [Reason(reasons[taken.data["reason"]], {"open": 0, "skill": "", **values})]


def _due(item: Standing) -> list[Reason]:
    if item.clock_id is None:
        return [Reason(N_("There is no limit for this stage: no target, and never on time."))]
    clock = StageClock.objects.get(id=item.clock_id)
    signed = LimitSet.objects.get(id=clock.limit_set_id)
    values = {
        "hours": round(clock.limit_s / 3600, 2),
        "calendar": Word(office.NAMES[clock.calendar]),
        "version": signed.version,
        "stage": Word(catalogue.get(item.loop).stage(clock.stage).label),
    }
    if item.used_c is not None:
        return [
            Reason(
                N_("The clock stands still; {used} of {hours} hours are used."),
                values | {"used": round(item.used_c / 3600, 2)},
            )
        ]
    told = [
        Reason(N_("{stage}: {hours} hours {calendar}, by version {version} of the limits."), values)
    ]
    if clock.calendar == "office" and item.due_at and not office.knows(item.due_at):
        told.append(Reason(office.ORDINARY_WEEKS, {"year": office.year_of(item.due_at)}))
    return told


def _tier(item: Standing, events: list[Event]) -> list[Reason]:
    reasons = []
    for event in events:
        values = {"tier": Word(TIER_NAMES[Tier(event.tier)])}
        if event.step == "rung" and event.data.get("share", 0) >= 1:
            share = round(event.data["share"] * 100)
            reasons.append(
                Reason(
                    N_("At {share} % of the limit the {tier} answers."), values | {"share": share}
                )
            )
        elif event.step == "refuse":
            reasons.append(Reason(N_("It was refused, so it went up: the {tier} answers."), values))
    ahead = (
        next((r for r in ladder(item.clock_id) if r.level > item.level), None)
        if (item.clock_id is not None and item.next_c is not None)
        else None
    )
    if ahead is not None:
        reasons.append(
            Reason(
                N_("Next, at {share} % of the limit: the {tier} answers."),
                {
                    "share": round(ahead.share * 100),
                    "tier": Word(TIER_NAMES[Tier(max(ahead.tier, item.tier))]),
                },
            )
        )
    return reasons


def _again(item: Standing) -> list[Reason]:
    if not item.n_reopened:
        return []
    return [Reason(N_("It was opened again {n} times."), {"n": item.n_reopened})]
