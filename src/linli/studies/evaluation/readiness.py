"""Would anybody take it? Each loop's health check, before the next emergency and without a centre.

A loop is ready in a community when somebody reachable holds a post that may take its first step
there, in the community or above it. It goes on alone when somebody of the community itself does:
then it needs no centre and no line (S97). Counted from posts and from the limits in force.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from linli.loops import catalogue, limits
from linli.loops.loop import Loop
from linli.policy.can import OWNERS, PATH_STEP
from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.areas import Area
from linli.registry.roster import Assignment

NOBODY = OWNERS | {Role.SYSTEM}


@dataclass(frozen=True)
class Ready:
    """One loop in an area: who would take it, and in how many communities somebody could."""

    loop: str
    label: str
    roles: tuple[Role, ...]  # any of them may take the first step that a person takes
    n_communities: int
    n_covered: int  # somebody reachable holds such a post there or above
    n_alone: int  # somebody of the community itself does
    has_limits: bool  # time limits are in force for it

    @property
    def n_uncovered(self) -> int:
        """Communities in which an item would wait for nobody."""
        return self.n_communities - self.n_covered


def readiness(communities: Iterable[Area], *, now: int) -> list[Ready]:
    """Each loop whose items wait for a person, the least ready first."""
    paths = [area.path for area in communities]
    held = _held(now)
    found = []
    for loop in catalogue.all_loops().values():
        roles = first_takers(loop)
        if not roles:
            continue
        posts = {path for role, path in held if role in roles}
        inside = {path[:n] for path in posts for n in range(PATH_STEP, len(path) + 1, PATH_STEP)}
        alone = sum(path in inside for path in paths)
        covered = sum(
            path in inside or any(path[:n] in posts for n in range(0, len(path), PATH_STEP))
            for path in paths
        )
        in_force = limits.newest(loop.name) is not None
        found.append(
            Ready(loop.name, loop.label, tuple(sorted(roles)), len(paths), covered, alone, in_force)
        )
    return sorted(found, key=lambda one: (-one.n_uncovered, one.n_alone, one.loop))


def first_takers(loop: Loop) -> frozenset[Role]:
    """Whoever may take the first step that waits for a person; none where none does."""
    stage = loop.opens
    for _ in loop.stages:
        auto = loop.stage(stage).auto
        step = loop.step(auto) if auto else None
        if step is None or step.to == stage:
            break
        stage = step.to
    return frozenset().union(*(step.by for step in loop.steps_from(stage))) - NOBODY


def _held(now: int) -> set[tuple[str, str]]:
    """(role, path) of every post that somebody reachable holds or stands in for."""
    rows = Assignment.objects.filter(roster.current(now), account__is_active=True).exclude(
        account__absences__starts_at__lte=now, account__absences__ends_at__gt=now
    )
    return set(rows.values_list("post__role", "post__path").distinct())
