"""Who follows a contact up? Of those who work nearest whoever has the fewest contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from linli.policy.can import PATH_STEP, end_of
from linli.policy.roles import Role
from linli.registry.roster import Assignment, current

BY_NEARNESS = (Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.SECRETARY, Role.TRACER)


DISTRICT = 2 * PATH_STEP  # digits of a district's path: what is looked up at once


@dataclass
class Teams:
    """Everybody who may be given contacts at a moment, by the path of their post; and their load.

    A district is looked up when the first contact in it is: a city has tens of thousands of posts.
    What somebody has is counted when they first stand to choice.
    """

    now: int
    at: dict[str, list[int]] = field(default_factory=dict)
    loads: dict[int, int] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _turn: dict[str, int] = field(default_factory=dict)
    _near: dict[str, list[int]] = field(default_factory=dict)

    def near(self, path: str) -> list[int]:
        """Those at the nearest post that has anybody, from a place upwards."""
        if path not in self._near:
            self._look_up(path[:DISTRICT])
            ups = (path[:n] for n in range(len(path), 0, -PATH_STEP))
            self._near[path] = next((self.at[up] for up in ups if up in self.at), [])
        return self._near[path]

    def nearest(self, path: str, load: int) -> int | None:
        """Of those who are nearest the one who has the fewest contacts; given so many more."""
        team = self.near(path)
        if not team:
            return None
        if unknown := [account for account in team if account not in self.loads]:
            self.loads |= dict.fromkeys(unknown, 0) | _loads(unknown)
        chosen = min(team, key=lambda account: (self.loads[account], account))
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

    def _look_up(self, district: str) -> None:
        """The posts of a district and of all above it, once."""
        if district in self._known:
            return
        self._known.add(district)
        above = [district[:n] for n in range(PATH_STEP, len(district), PATH_STEP)]
        at = _at(self.now, district, [up for up in above if up not in self._known])
        self._known.update(above)
        self.at |= at


def teams(now: int) -> Teams:
    """Who may be given contacts at a moment; the narrowest role at each place comes first."""
    return Teams(now)


def _at(now: int, district: str, above: Iterable[str]) -> dict[str, list[int]]:
    """The accounts at each post of a district and at these above it."""
    rows = (
        Assignment.objects.filter(
            current(now),
            Q(post__path__gte=district, post__path__lt=end_of(district))
            | Q(post__path__in=list(above)),
            post__role__in=[role.value for role in BY_NEARNESS],
            account__is_active=True,
        )
        .exclude(account__absences__starts_at__lte=now, account__absences__ends_at__gt=now)
        .values_list("post__path", "post__role", "account_id")
    )
    ranked: dict[str, dict[int, set[int]]] = {}
    for path, role, account in rows:
        ranked.setdefault(path, {}).setdefault(BY_NEARNESS.index(Role(role)), set()).add(account)
    return {path: sorted(ranks[min(ranks)]) for path, ranks in ranked.items()}


def _loads(accounts: Sequence[int]) -> dict[int, int]:
    """How many contacts each of a team has."""
    marks = ", ".join(["%s"] * len(accounts))
    with connection.cursor() as cursor:
        cursor.execute(  # the empty string keeps the planner on what these hold
            "SELECT holder_id, COUNT(*) FROM loops_item WHERE state = 'open' "
            f"AND holder_id IN ({marks}) AND loop || '' = 'contact' GROUP BY holder_id",
            list(accounts),
        )
        return dict(cursor.fetchall())
