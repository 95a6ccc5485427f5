"""Who follows a contact up? Whoever works nearest to where they are, and has the least to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from linli.loops.follow_ups.tables import RELEASE_SLOT, FollowUp, Seen
from linli.policy.can import PATH_STEP
from linli.policy.roles import Role
from linli.registry.roster import Assignment, current

BY_NEARNESS = (Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.SECRETARY, Role.TRACER)


@dataclass
class Teams:
    """Everybody who may be given contacts now, by the path of their post; and what they have."""

    at: dict[str, list[int]]
    loads: dict[int, int]
    _turn: dict[str, int] = field(default_factory=dict)
    _near: dict[str, list[int]] = field(default_factory=dict)

    def near(self, path: str) -> list[int]:
        """Those at the nearest post that has anybody, from a place upwards."""
        if path not in self._near:
            ups = (path[:n] for n in range(len(path), 0, -PATH_STEP))
            self._near[path] = next((self.at[up] for up in ups if up in self.at), [])
        return self._near[path]

    def nearest(self, path: str, load: int) -> int | None:
        """Of those who are nearest the one with the least to do; given so much more."""
        team = self.near(path)
        if not team:
            return None
        chosen = min(team, key=lambda account: (self.loads.get(account, 0), account))
        self.give(chosen, load)
        return chosen

    def next(self, path: str) -> int | None:
        """Those who are nearest one after the other."""
        team = self.near(path)
        if not team:
            return None
        turn = self._turn.get(path, 0)
        self._turn[path] = turn + 1
        return team[turn % len(team)]

    def give(self, account: int, load: int) -> None:
        """Count what somebody was given."""
        self.loads[account] = self.loads.get(account, 0) + load

    def works_near(self, account: int | None, path: str) -> bool:
        """Whether somebody is among those who are nearest."""
        return account in self.near(path)


def teams(now: int) -> Teams:
    """Who may be given contacts at a moment; the narrowest role at each place comes first."""
    rows = (
        Assignment.objects.filter(
            current(now),
            post__role__in=[role.value for role in BY_NEARNESS],
            account__is_active=True,
        )
        .exclude(account__absences__starts_at__lte=now, account__absences__ends_at__gt=now)
        .values_list("post__path", "post__role", "account_id")
    )
    ranked: dict[str, dict[int, set[int]]] = {}
    for path, role, account in rows:
        ranked.setdefault(path, {}).setdefault(BY_NEARNESS.index(Role(role)), set()).add(account)
    at = {path: sorted(ranks[min(ranks)]) for path, ranks in ranked.items()}
    return Teams(at, _loads({a for team in at.values() for a in team}))


def _loads(accounts: Iterable[int]) -> dict[int, int]:
    """How many follow-ups each has still to do."""
    wanted = set(accounts)
    rows = (
        FollowUp.objects.filter(status=Seen.DUE, holder_id__isnull=False)
        .exclude(slot=RELEASE_SLOT)
        .values_list("holder_id")
        .annotate(n=Count("id"))
    )
    return {account: n for account, n in rows if account in wanted}
