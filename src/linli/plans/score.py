"""How did a run go? Who answered in time, what stock was covered, which steps were in time."""

from collections.abc import Mapping
from typing import Any

from linli import clock
from linli.plans import answers
from linli.plans.lines import Part, Verdict, in_language
from linli.plans.plan import Plan
from linli.registry.plans import PlanRun


def scored(run: PlanRun, plan: Plan, acted: Mapping[int, int], *, now: int) -> dict[str, Any]:
    """The score of a run, each share with what it is a share of; no share where that is none.

    ``acted``: when each account took its first step in the run, UTC seconds.
    """
    came = answers.counted(answers.called_by(run, plan, acted))
    lines = (in_language(run.readiness) or {}).get("lines", [])
    stock = [line for line in lines if line["part"] in (Part.STOCK, Part.PLACE)]
    covered = sum(1 for line in stock if line["verdict"] == Verdict.COVERED)
    due = [step for step in run.steps.all() if clock.seconds(step.due_at) <= now]
    in_time = [step for step in due if _in_time(step)]
    return {
        "roles": _share(came["in_time"], came["called"]),
        "stock": _share(covered, len(stock)),
        "steps": _share(len(in_time), len(due)),
        "gaps": _share(run.n_gaps_mended, run.n_gaps),
        "n_answered": came["in_time"] + came["late"],
        "n_late": came["late"],
        "answer_s": plan.answer_s,
        "called": came["roles"],
    }


def _share(n: int, of: int) -> dict[str, Any]:
    return {"n": n, "of": of, "share": round(n / of, 4) if of else None}


def _in_time(step: Any) -> bool:
    """Finished, and not after the moment it was to be finished by."""
    if step.finished_at is None:
        return False
    return step.finish_by is None or step.finished_at <= step.finish_by
