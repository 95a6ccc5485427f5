"""Who of the staff does it? The nearest who holds a role, as the roster stands."""

from dataclasses import dataclass, field, replace

from linli.loops.scene import Scene
from linli.policy.can import PATH_STEP, Actor
from linli.policy.roles import Purpose, Role
from linli.registry import roster
from linli.registry.roster import Assignment

PURPOSE_OF = {
    Role.CLINICIAN: Purpose.CARE,
    Role.LABORATORY: Purpose.CARE,
    Role.TRACER: Purpose.INVESTIGATION,
    Role.GATE_KEEPER: Purpose.SCREENING,
}


@dataclass
class Staff:
    """The roster as it stands while the days before pass; it does not change meanwhile."""

    now: int
    at: dict[Role, dict[str, int]] = field(default_factory=dict)
    actors: dict[int, Actor] = field(default_factory=dict)
    known: Scene | None = None  # what all scenes have looked up so far

    def __post_init__(self) -> None:
        held = roster.all_holdings(self.now)
        rows = Assignment.objects.filter(deputy=False, ends_at=None).order_by("-id")
        for role, path, account in rows.values_list("post__role", "post__path", "account_id"):
            self.at.setdefault(Role(role), {})[path] = account
        self.actors = {a: Actor(a, holdings, exercise=True) for a, holdings in held.items()}

    def nearest(self, role: Role, path: str) -> int | None:
        """The account of the nearest post of a role, from a place upwards."""
        posts = self.at.get(role, {})
        ups = (path[:n] for n in range(len(path), -1, -PATH_STEP))
        return next((posts[up] for up in ups if up in posts), None)

    def anybody(self, role: Role) -> int | None:
        """Somebody of a role of which a city has few."""
        return next(iter(self.at.get(role, {}).values()), None)

    def scene(self, role: Role, path: str, at: int, purpose: Purpose | None = None) -> Scene | None:
        """A scene of whoever holds the role nearest to a place; None if nobody does."""
        account = self.nearest(role, path)
        return None if account is None else self.scene_of(account, role, at, purpose)

    def scene_of(self, account: int, role: Role, at: int, purpose: Purpose | None = None) -> Scene:
        """A scene of one of the staff; all share what was looked up before."""
        said = (purpose or PURPOSE_OF.get(role, Purpose.SERVICE)).value
        actor = self.actors[account]
        if self.known is None:
            self.known = Scene(actor, at)
        return replace(self.known, actor=actor, now=at, purpose=said, _modes=None)
