"""Whom does a run call, who said that they are here, when, and was that within the plan's limit?

Called is whoever holds one of the plan's roles in the area by the roster of the moment it began,
and is not away. Whoever came in later, or holds one above, counts once they have answered. Taking
a step says as much as saying so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from linli import clock
from linli.plans.plan import Plan
from linli.plans.role_lines import called as roles_called
from linli.policy.roles import NAMES
from linli.registry.accounts import Account
from linli.registry.areas import under
from linli.registry.plans import PlanRun
from linli.registry.roster import Absence, Assignment, current


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody whom a run called: in which role, when they answered, and whether in time."""

    account_id: int
    name: str
    role: str  # empty: none of those called here when it began
    at: int | None = None  # UTC seconds
    in_time: bool = False

    @property
    def label(self) -> str:
        """The role in words, to be translated."""
        return {role.value: name for role, name in NAMES.items()}.get(self.role, "")


def called_by(run: PlanRun, plan: Plan, acted: Mapping[int, int]) -> list[Called]:
    """Everybody whom a run called, by role and name; ``acted``: when whom took the first step."""
    first = dict(acted)
    for account, at in run.answers.values_list("account_id", "at"):
        first[account] = min(clock.seconds(at), first.get(account, clock.seconds(at)))
    begun = clock.seconds(run.started_at)
    until = begun + plan.answer_s
    seats = _on_roster(run, plan, begun)
    said = set(run.answers.values_list("account_id", flat=True)) - seats.keys()
    names = dict(Account.objects.filter(id__in=said).values_list("id", "display_name"))
    seats |= {account: (names.get(account, ""), "") for account in said}
    return [
        Called(account, name, role, first.get(account), first.get(account, until + 1) <= until)
        for account, (name, role) in sorted(seats.items(), key=lambda one: (one[1][1], one[1][0]))
    ]


def counted(everybody: Iterable[Called]) -> dict[str, Any]:
    """How many were called, answered in time and answered late: in all and by role."""
    by_role: dict[str, dict[str, Any]] = {}
    for one in everybody:
        row = by_role.setdefault(one.role, {"role": one.role, "called": 0, "in_time": 0, "late": 0})
        row["called"] += 1
        row["in_time"] += one.in_time
        row["late"] += one.at is not None and not one.in_time
    sums = {key: sum(row[key] for row in by_role.values()) for key in ("called", "in_time", "late")}
    return {**sums, "roles": list(by_role.values())}


def _on_roster(run: PlanRun, plan: Plan, at: int) -> dict[int, tuple[str, str]]:
    """Name and role of whoever holds a called role in the area at a moment and is not away."""
    roles = [role.value for role in roles_called(plan.roles)]
    away = Absence.objects.filter(starts_at__lte=at, ends_at__gt=at)
    rows = Assignment.objects.filter(
        current(at), under(run.path, "post__path"), post__role__in=roles, account__is_active=True
    ).exclude(account_id__in=away.values("account_id"))
    said = rows.order_by("-id").values_list("account_id", "account__display_name", "post__role")
    return {account: (name, role) for account, name, role in said}
