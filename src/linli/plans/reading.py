"""Is a plan sound? Its text is read, and each name in it looked up before it is kept.

Everything that is wrong is told at once, by the place where it stands: an unknown loop, class,
stage, role, kind or unit, an entry that a loop's form refuses, a number below nothing, a step after
one that is not there or after itself.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from linli import toml_text
from linli.errors import N_, BadInput, Phrase, Sentences
from linli.plans import needs_read, steps_read
from linli.plans.faults import Faults
from linli.plans.plan import ANSWER_S, Both, Plan, Trigger
from linli.plans.trigger import counted_of
from linli.registry.areas import AreaKind
from linli.registry.declarations import Mode, Phase

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
TAKEN = frozenset({"new", "runs", "reserves", "at-once"})  # pages of their own
LONGEST_DAYS = 180  # as a declaration
LEAST_ANSWER_S = 60
MOST_TEXT = 200_000  # characters of a plan
KEYS = frozenset(
    {"code", "title", "purpose", "mode", "phase", "days", "areas", "trigger", "step", "role",
     "stock", "place", "answer"}
)  # fmt: skip


class BadPlan(BadInput):
    """A plan that cannot be kept, with everything that is wrong with it."""

    code = "bad_plan"
    sentence = N_("The plan cannot be used. {faults}")


def read(text: str) -> Plan:
    """The plan that a text says; raises BadPlan with every fault."""
    if len(text) > MOST_TEXT:
        reason = Phrase(N_("It holds {n} characters; at most {most} are taken."),
                        n=len(text), most=MOST_TEXT)  # fmt: skip
        raise BadPlan(faults=Sentences([reason]))
    try:
        said = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = Phrase(N_("It is no TOML: {error}."), error=str(error).splitlines()[0])
        raise BadPlan(faults=Sentences([reason])) from None
    faults = Faults()
    plan = _plan(said, text, faults)
    if faults.found or plan is None:
        raise BadPlan(faults=faults.told)
    return plan


def _plan(said: Mapping[str, Any], text: str, faults: Faults) -> Plan | None:
    faults.only("", said, KEYS)
    code = said.get("code")
    if not isinstance(code, str) or not CODE.fullmatch(code) or code in TAKEN:
        faults.add("code", N_("{given} is no code: small letters, digits and hyphens."), given=code)
    days = faults.whole("days", said.get("days"), least=1, most=LONGEST_DAYS)
    steps = steps_read.steps(said, faults)
    plan = Plan(
        code=str(code),
        title=faults.both("title", said.get("title"), most=80),
        purpose=faults.both("purpose", said.get("purpose"), most=1000),
        mode=faults.one_of("mode", said.get("mode"), Mode.values),
        phase=faults.one_of("phase", said.get("phase", ""), Phase.values),
        days=days,
        areas=_areas(said.get("areas"), faults),
        trigger=_trigger(said.get("trigger"), faults),
        steps=steps,
        roles=needs_read.roles(said, faults),
        stock=needs_read.stock(said, days, faults),
        places=needs_read.places(said, faults),
        answer_s=_answer(said, faults),
        text=text,
    )
    late = [step.name for step in steps if step.at_s >= plan.lasts_s > 0]
    if late:
        faults.add("step", N_("{steps} begin only after the plan's {days} days."),
                   steps=tuple(late), days=days)  # fmt: skip
    return plan


def _answer(said: Mapping[str, Any], faults: Faults) -> int:
    """Within which time whoever is called says that they are here."""
    if "answer" not in said:
        return ANSWER_S
    within = faults.span("answer", said["answer"])
    if within < LEAST_ANSWER_S:
        faults.add("answer", N_("{given} is too short: give people a minute at least."),
                   given=said["answer"])  # fmt: skip
    return within


def _areas(said: Any, faults: Faults) -> frozenset[str]:
    if not isinstance(said, list) or not said:
        faults.add("areas", N_("Name the kinds of area it can be started for, as a list."))
        return frozenset()
    return frozenset(faults.one_of("areas", kind, AreaKind.values) for kind in said)


def _trigger(said: Any, faults: Faults) -> Trigger:
    if not isinstance(said, dict):
        faults.add("trigger", N_("Say when it is to be started: [trigger] with words."))
        return Trigger(Both("", ""))
    faults.only("trigger", said, frozenset({"words", "count", "at_least"}))
    words = faults.both("trigger.words", said.get("words"), most=300)
    if "count" not in said:
        return Trigger(words)
    term = counted_of(said["count"], faults)
    least = faults.number("trigger.at_least", said.get("at_least"))
    return Trigger(words, term, least)
