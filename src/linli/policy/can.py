"""May this person do this, here, now, for this purpose? The one place that answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from linli.errors import N_, NotAllowed, Problem, PurposeNeeded, SignInNeeded, Word
from linli.policy.roles import NAMES, PURPOSE_NAMES, PURPOSES, Purpose, Role
from linli.policy.verbs import said

PATH_STEP = 4  # digits of an area's path at each level


def end_of(path: str) -> str:
    """The first path after the subtree of ``path``: a subtree is ``path <= p < end_of(path)``.

    The empty path is the whole tree. Paths are compared byte by byte; ":" follows "9".
    """
    return path[:-1] + chr(ord(path[-1]) + 1) if path else ":"


def is_within(path: str, area: str) -> bool:
    """Whether a path lies in the subtree of an area; an area lies within itself."""
    return path.startswith(area)


@dataclass(frozen=True, slots=True)
class Holding:
    """A role held in an area until a moment (UTC seconds; None: no end known)."""

    role: Role
    path: str
    until: int | None = None
    grant: int | None = None  # the break-glass grant it comes from, if any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: an account with what it holds right now. ``id`` None is not signed in."""

    id: int | None = None
    holdings: tuple[Holding, ...] = ()
    person_id: int | None = None
    two_factor: bool = True  # a second factor was shown, or none is asked of this deployment
    exercise: bool = False

    def holds(self, roles: Iterable[Role]) -> tuple[Holding, ...]:
        """What this actor holds of these roles."""
        wanted = frozenset(roles)
        return tuple(h for h in self.holdings if h.role in wanted)


SYSTEM = Actor(id=None, holdings=(Holding(Role.SYSTEM, ""),))
VISITOR = Actor(id=None, holdings=(Holding(Role.VISITOR, ""),))


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to do: a verb that these roles may, at a path, for a purpose."""

    verb: str
    roles: frozenset[Role]
    path: str | None = None  # None: the verb has no place, such as reading the glossary
    purpose: Purpose | None = None
    about_residents: bool = False
    own: bool = False  # the thing is the actor's own, shown by account or token
    says: str = ""  # the verb in words, where it is a step of a loop


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with the holding it rests on or the problem that says why not."""

    holding: Holding | None = None
    problem: Problem | None = field(default=None, compare=False)

    @property
    def allowed(self) -> bool:
        """Whether the answer is yes."""
        return self.holding is not None

    def required(self) -> Holding:
        """The holding, or raise the problem."""
        if self.holding is None:
            raise self.problem or NotAllowed(who="", verb="", roles=())
        return self.holding


OWNERS = frozenset({Role.RESIDENT, Role.VISITOR})


def can(actor: Actor, ask: Ask) -> Decision:
    """Decide; the widest holding answers, so that the log names the strongest power used.

    An own thing is open to its resident wherever it lies. Resident data needs a purpose that
    the role may have. Staff roles need a second factor where the deployment asks for one.
    """
    fitting: Holding | None = None
    for holding in actor.holdings:
        if holding.role not in ask.roles:
            continue
        if holding.role in OWNERS:
            reaches = ask.own or ask.path is None or not ask.about_residents
        else:
            reaches = ask.path is None or ask.path.startswith(holding.path)
        wider = fitting is None or len(holding.path) < len(fitting.path)
        if reaches and wider and _purpose_fits(holding.role, ask):
            fitting = holding
    if fitting is None:
        return Decision(problem=_refusal(actor, ask))
    if not actor.two_factor and fitting.role not in OWNERS and fitting.role is not Role.SYSTEM:
        return Decision(problem=_second_factor_missing())
    return Decision(holding=fitting)


def usual_purpose(actor: Actor, roles: Iterable[Role]) -> Purpose | None:
    """What somebody who holds some of these roles mostly looks for: answering a request, where
    the roles may; else the one purpose they have. None where there are several, to be asked for.
    """
    may = {p for h in actor.holds(roles) for p in PURPOSES.get(h.role, frozenset())}
    if Purpose.SERVICE in may:
        return Purpose.SERVICE
    return next(iter(may)) if len(may) == 1 else None


def scope(actor: Actor, roles: Iterable[Role]) -> tuple[tuple[str, str], ...]:
    """The path ranges (first, end) in which the actor holds one of the roles, none inside another.

    This is the access predicate of every list: ``first <= path < end`` for one of them.
    """
    if not actor.two_factor:
        return ()
    paths = sorted({h.path for h in actor.holds(roles) if h.role not in OWNERS})
    widest: list[str] = []
    for path in paths:
        if not (widest and path.startswith(widest[-1])):
            widest.append(path)
    return tuple((path, end_of(path)) for path in widest)


def _purpose_fits(role: Role, ask: Ask) -> bool:
    if not ask.about_residents or role in OWNERS or role is Role.SYSTEM:
        return True
    return ask.purpose is not None and ask.purpose in PURPOSES.get(role, frozenset())


def _refusal(actor: Actor, ask: Ask) -> Problem:
    held = {h.role for h in actor.holdings}
    if ask.about_residents and held & ask.roles and (ask.purpose is None):
        allowed = sorted({p for role in held & ask.roles for p in PURPOSES.get(role, ())})
        if allowed:
            return PurposeNeeded(purposes=tuple(Word(PURPOSE_NAMES[p]) for p in allowed))
    if actor.id is None and held <= {Role.VISITOR}:
        return SignInNeeded()
    who = tuple(Word(NAMES[role]) for role in sorted(held)) or "?"
    roles = tuple(Word(NAMES[role]) for role in sorted(ask.roles - {Role.SYSTEM}))
    return NotAllowed(who=who, verb=Word(ask.says or said(ask.verb)), roles=roles)


def _second_factor_missing() -> Problem:
    return SecondFactorNeeded()


class SecondFactorNeeded(NotAllowed):
    """Staff must show a second factor before they see or do anything."""

    code = "second_factor_needed"
    sentence = N_("Set up a second factor for your account first: an authenticator app or a key.")
