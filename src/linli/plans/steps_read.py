"""Are the steps of a plan sound: loop, class, form, place, time and order?"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from linli.errors import N_, NotFound, Problem
from linli.loops import catalogue
from linli.loops.loop import Loop
from linli.loops.opening import check_form
from linli.plans.faults import Faults
from linli.plans.filling import filled, sample
from linli.plans.plan import Each, Step, Whereabouts
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry.areas import AreaKind
from linli.registry.organisations import OrganisationKind
from linli.registry.sites import SiteKind

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
KEYS = frozenset(
    {"name", "title", "loop", "class", "each", "form", "at", "after", "within", "done_at"}
)
MOST_STEPS = 60
TRIED_ON = date(2020, 2, 9)  # any day: a form is tried before the day is known
LANGUAGES = ("zh-hans", "en")
MAY_OPEN = DUTY_OFFICERS | {Role.SYSTEM}


def steps(said: Mapping[str, Any], faults: Faults) -> tuple[Step, ...]:
    """Every step, in the order written."""
    given = faults.tables(said, "step")
    if not given or len(given) > MOST_STEPS:
        faults.add("step", N_("It takes from 1 to {most} steps; {n} are there."),
                   most=MOST_STEPS, n=len(given))  # fmt: skip
        return ()
    read = [_step(one, f"step[{n}]", faults) for n, one in enumerate(given)]
    found = [step for step in read if step is not None]
    _check_order(found, faults)
    return tuple(found)


def each_of(place: str, said: Any, faults: Faults) -> Each:
    """For each of what: "area", a kind of area, "site:<kind>" or "organisation:<kind>"."""
    if said == Whereabouts.AREA:
        return Each(Whereabouts.AREA)
    sort, _, kind = str(said).partition(":")
    if sort == Whereabouts.SITE:
        return Each(Whereabouts.SITE, faults.one_of(place, kind, SiteKind.values))
    if sort == Whereabouts.ORGANISATION:
        known = OrganisationKind.values
        return Each(Whereabouts.ORGANISATION, faults.one_of(place, kind, known))
    known = ["area", *AreaKind.values, "site:…", "organisation:…"]
    return Each(Whereabouts.UNIT, faults.one_of(place, said, known))


def _step(said: dict[str, Any], at: str, faults: Faults) -> Step | None:
    before = faults.n
    faults.only(at, said, KEYS)
    name = said.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        faults.add(f"{at}.name", N_("{given} is no name: small letters, digits and hyphens."),
                   given=name)  # fmt: skip
        return None
    at = f"step {name}"
    title = faults.both(f"{at}, title", said.get("title"), most=120)
    loop = _loop(at, said.get("loop"), faults)
    form = said.get("form", {})
    if not isinstance(form, dict):
        faults.add(f"{at}, form", N_("It takes a table of what the loop's form asks."))
        return None
    step = Step(
        name=name,
        title=title,
        loop=loop.name if loop else "",
        item_class=faults.one_of(f"{at}, class", said.get("class"), loop.classes) if loop else "",
        each=each_of(f"{at}, each", said.get("each", "area"), faults),
        form=form,
        at_s=faults.span(f"{at}, at", said.get("at", "0h")),
        after=_names(f"{at}, after", said.get("after", []), faults),
        within_s=faults.span(f"{at}, within", said["within"]) if "within" in said else None,
        done_at=_stages(at, loop, said.get("done_at", []), faults),
    )
    if loop is not None and faults.n == before:
        _check_form(at, loop, step, faults)
    return step


def _loop(at: str, said: Any, faults: Faults) -> Loop | None:
    try:
        loop = catalogue.get(str(said))
    except NotFound:
        known = tuple(sorted(name for name, one in catalogue.all_loops().items() if _may(one)))
        faults.add(f"{at}, loop", N_("There is no loop {given}; there are {known}."), given=said,
                   known=known)  # fmt: skip
        return None
    if not _may(loop):
        faults.add(f"{at}, loop", N_("A plan cannot open a {given}: it is about one resident, or "
                                     "only somebody else opens it."), given=loop.name)  # fmt: skip
    return loop


def _may(loop: Loop) -> bool:
    """A plan names no resident; it opens what whoever starts it, or Linli, may open."""
    return not loop.about_residents and bool(loop.opened_by & MAY_OPEN)


def _names(place: str, said: Any, faults: Faults) -> tuple[str, ...]:
    if isinstance(said, list) and all(isinstance(one, str) for one in said):
        return tuple(said)
    faults.add(place, N_("It takes a list of names."))
    return ()


def _stages(at: str, loop: Loop | None, said: Any, faults: Faults) -> frozenset[str]:
    names = _names(f"{at}, done_at", said, faults)
    if loop is not None:
        known = [stage.name for stage in loop.stages]
        names = tuple(faults.one_of(f"{at}, done_at", one, known) for one in names)
    return frozenset(names)


def _check_form(at: str, loop: Loop, step: Step, faults: Faults) -> None:
    """The loop's own form takes what the plan says, in both languages."""
    try:
        for language in LANGUAGES:
            check_form(loop.asks, filled(step, sample(step), TRIED_ON, language))
    except Problem as problem:
        faults.add(f"{at}, form", "{reason}", reason=problem)


def _check_order(found: Sequence[Step], faults: Faults) -> None:
    names = [step.name for step in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"step {name}", N_("There are two steps of this name. Rename one."))
    known = {step.name: step for step in found}
    for step in found:
        for name in step.after:
            if name not in known:
                faults.add(f"step {step.name}, after", N_("There is no step {given}."), given=name)
    circle = _circle(known)
    if circle:
        faults.add("step", N_("These steps wait for each other in a circle: {steps}."),
                   steps=tuple(circle))  # fmt: skip


def _circle(known: Mapping[str, Step]) -> list[str]:
    """The steps that can never begin, since each waits for another of them."""
    left = {name: {a for a in step.after if a in known} for name, step in known.items()}
    while True:
        free = [name for name, waits in left.items() if not waits]
        if not free:
            return sorted(left)
        for name in free:
            del left[name]
        for waits in left.values():
            waits.difference_update(free)
