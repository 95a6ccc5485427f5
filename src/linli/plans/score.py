"""How did a run go? Roles that answered, stock that was covered, steps finished in time."""

from collections.abc import Iterable
from typing import Any

from linli import clock
from linli.plans.lines import Part, Verdict, in_language
from linli.plans.plan import Plan
from linli.plans.role_lines import wanted_at
from linli.plans.targets import Heads, places_of
from linli.registry.plans import PlanRun
from linli.registry.roster import Assignment, current


def scored(run: PlanRun, plan: Plan, acted: Iterable[int], *, now: int) -> dict[str, Any]:
    """The score of a run, each share with what it is a share of; no share where that is none.

    A role has answered at a place when so many of those who hold it there said that they are here,
    or took a step, as the plan takes there.
    """
    answered = set(run.answers.values_list("account_id", flat=True)) | set(acted)
    called, came = _roles(run, plan, answered, now)
    lines = (in_language(run.readiness) or {}).get("lines", [])
    stock = [line for line in lines if line["part"] in (Part.STOCK, Part.PLACE)]
    covered = sum(1 for line in stock if line["verdict"] == Verdict.COVERED)
    due = [step for step in run.steps.all() if clock.seconds(step.due_at) <= now]
    in_time = [step for step in due if _in_time(step)]
    return {
        "roles": _share(came, called),
        "stock": _share(covered, len(stock)),
        "steps": _share(len(in_time), len(due)),
        "gaps": _share(run.n_gaps_mended, run.n_gaps),
        "n_answered": len(answered),
    }


def _share(n: int, of: int) -> dict[str, Any]:
    return {"n": n, "of": of, "share": round(n / of, 4) if of else None}


def _in_time(step: Any) -> bool:
    """Finished, and not after the moment it was to be finished by."""
    if step.finished_at is None:
        return False
    return step.finish_by is None or step.finished_at <= step.finish_by


def _roles(run: PlanRun, plan: Plan, answered: set[int], now: int) -> tuple[int, int]:
    """How many seats the plan called, and how many of them answered."""
    heads, day = Heads(run.area), clock.day(clock.moment(now))
    called = came = 0
    for need in plan.roles:
        rows = Assignment.objects.filter(
            current(now), post__role=need.role.value, account_id__in=answered
        ).values_list("account_id", "post__path")
        held = list(rows)
        for place in places_of(need.each, run.area, day):
            wanted = wanted_at(need, heads, place.path) or 0
            here = {account for account, path in held if path.startswith(place.path)}
            called += wanted
            came += min(wanted, len(here))
    return called, came
