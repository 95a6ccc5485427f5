"""How is a self-check told? As plain values for a machine and for the prompt."""

from typing import Any

from linli.registry.areas import Area
from linli.studies.evaluation.checks import Checks, Quarter, Staffing


def as_values(found: Checks, area: Area) -> dict[str, Any]:
    """The whole self-check as plain values; people by the ids of their accounts only."""
    return {
        "area_id": area.id,
        "n_communities": len(found.communities),
        "n_below_norm": len(found.below_norm),
        "communities": [_community(one) for one in found.communities],
        "quarters": [_quarter(one) for one in found.quarters],
        "n_vacant": found.n_vacant,
        "n_grade_steps": found.n_grade_steps,
        "n_care": found.n_care,
        "steps": None if found.steps is None else [
            {"id": one.id, "account_id": one.account_id, "kind": one.kind, "step": one.step,
             "before": one.before, "evidence": one.evidence,
             "gained_on": one.gained_on.isoformat()}
            for one in found.steps
        ],
        "n_answered": found.found.share_at_found.n,
        "n_solved_where_found": found.found.share_at_found.successes,
        "share_solved_where_found": found.found.share_at_found.share,
        "delay_hours": {str(tier): hours for tier, hours in found.found.delay_h.items()},
        "n_closed": found.again.n_closed,
        "n_sampled": found.again.n_sampled,
        "n_to_check": found.again.n_waiting,
        "n_checked_again": found.again.mismatch.n,
        "n_mismatched": found.again.mismatch.successes,
        "share_mismatched": found.again.mismatch.share,
        "loops": [
            {"loop": one.loop, "roles": [str(role) for role in one.roles],
             "n_covered": one.n_covered, "n_alone": one.n_alone, "has_limits": one.has_limits}
            for one in found.ready
        ],
    }  # fmt: skip


def _community(one: Staffing) -> dict[str, Any]:
    return {
        "area_id": one.area.id, "name_zh": one.area.name_zh, "n_households": one.n_households,
        "n_workers": one.n_workers, "n_wanted": one.n_wanted, "n_lacking": one.n_lacking,
        "n_people": one.n_people, "n_college": one.n_college, "n_certified": one.n_certified,
    }  # fmt: skip


def _quarter(one: Quarter) -> dict[str, Any]:
    return {
        "until": one.until.isoformat(), "n_left": one.left.successes, "n_served": one.left.n,
        "share": one.left.share,
    }  # fmt: skip
