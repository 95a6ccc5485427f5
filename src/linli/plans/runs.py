"""Which runs of plans are there, where do their steps and gaps stand, and who has answered?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.loops import counted
from linli.loops.exercise_over import above, family, first_acts
from linli.loops.loop import State
from linli.plans import gaps, running, shelf
from linli.plans.answers import Called, called_by
from linli.plans.answers import counted as counted_of
from linli.plans.plan import Both, Plan, Step
from linli.plans.readiness import resolve
from linli.plans.role_lines import called
from linli.plans.starting import REASON_MOST, VERBS, NewRun, start
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, STAFF
from linli.registry.accounts import Account
from linli.registry.areas import Area, within
from linli.registry.plans import PlanAnswer, PlanRun, PlanRunItem, PlanRunStep, RunKind

ANSWER = "plans.answer"
LISTED = 50
SHOWN = 200  # items of a step on one board


class Over(Conflict):
    """A run that ended takes no more acts."""

    code = "run_over"
    sentence = N_("Run {run} is over. Look at its score, or start the plan again.")


class NotCalled(Conflict):
    """The plan calls none of the roles that somebody holds there."""

    code = "not_called"
    sentence = N_("This run calls none of the posts that you hold here. It calls: {roles}.")


@dataclass(frozen=True)
class BoardItem:
    """An item on the board: where it is, who has it, how it stands."""

    item: Any
    place: Area | None
    unit: Area | None
    holder: str
    done: bool


@dataclass(frozen=True)
class BoardStep:
    """A step on the board: when it is due, how many of its items are done, how many are late."""

    step: Step
    row: PlanRunStep
    n_done: int
    n_late: int
    items: tuple[BoardItem, ...]
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """A run as it stands now."""

    run: PlanRun
    plan: Plan | None
    steps: tuple[BoardStep, ...]
    gaps: tuple[BoardItem, ...]
    n_gaps_open: int
    called: tuple[Called, ...]
    came: Mapping[str, Any]  # how many of them were called, answered in time, and late

    @property
    def answered(self) -> list[Called]:
        """Those who have answered, the first first."""
        return sorted((one for one in self.called if one.at is not None), key=lambda o: o.at or 0)

    @property
    def silent(self) -> list[Called]:
        """Those of whom nothing has been heard yet."""
        return [one for one in self.called if one.at is None]


def begin(actor: Actor, new: NewRun, *, now: int) -> PlanRun:
    """Start a plan, and open what is due at once."""
    run = start(actor, new, now=now)
    running.advance(run.id, now=now)
    return PlanRun.objects.select_related("version", "area").get(id=run.id)


def listing(actor: Actor, code: str = "") -> QuerySet[PlanRun]:
    """The runs in the areas that somebody answers for, and around them, the newest first."""
    can(actor, Ask(shelf.SEE, roles_for(shelf.SEE))).required()
    ranges = scope(actor, roles_for(shelf.SEE))
    around = [first[:n] for first, _ in ranges for n in range(4, len(first), 4)]
    rows = PlanRun.objects.filter(within(ranges)) | PlanRun.objects.filter(path__in=around)
    if code:
        rows = rows.filter(version__code=code)
    return rows.select_related("version", "area").order_by("-id")


def get(actor: Actor, run_id: int) -> PlanRun:
    """A run within sight; raises NotFound for any other."""
    found = listing(actor).filter(id=run_id).first()
    if found is None:
        raise NotFound(what=Word(N_("run of a plan")), value=run_id)
    return found


def board(actor: Actor, run_id: int) -> Board:
    """The board of a run."""
    run = get(actor, run_id)
    plan = shelf.kept_of(run.version).plan
    links = list(run.items.order_by("id"))
    items = _items([link.item_id for link in links], exercise=run.exercise)
    shown = _shown(items.values())
    rows = {row.name: row for row in run.steps.order_by("id")}
    steps = tuple(
        _step(step, rows, [items[k.item_id] for k in links
                           if k.step == step.name and k.item_id in items], shown)
        for step in (plan.steps if plan else ())
        if step.name in rows
    )  # fmt: skip
    found = [items[link.item_id] for link in links if link.gap and link.item_id in items]
    acted = first_acts(family([link.item_id for link in links], exercise=run.exercise))
    called_here = tuple(called_by(run, plan, acted)) if plan else ()
    return Board(
        run=run,
        plan=plan,
        steps=steps,
        gaps=tuple(shown(item, frozenset()) for item in found[:SHOWN]),
        n_gaps_open=sum(1 for item in found if item.state != State.CLOSED),
        called=called_here,
        came=counted_of(called_here),
    )


def answer(actor: Actor, run_id: int, *, now: int) -> PlanAnswer:
    """Say: here I am. Twice is once. Raises NotCalled for who holds none of its roles there."""
    can(actor, Ask(ANSWER, roles_for(ANSWER))).required()
    run = PlanRun.objects.select_related("version").filter(id=run_id).first()
    if run is None:
        raise NotFound(what=Word(N_("run of a plan")), value=run_id)
    plan = shelf.kept_of(run.version).plan
    roles = called(plan.roles) if plan else frozenset()
    if not any(h.path.startswith(run.path) or run.path.startswith(h.path)
               for h in actor.holds(roles)):  # fmt: skip
        if not _in_sight(actor, run):
            raise NotFound(what=Word(N_("run of a plan")), value=run_id)
        raise NotCalled(roles=tuple(Word(NAMES[role]) for role in sorted(roles)) or "–")
    if run.ended_at is not None:
        raise Over(run=run.id)
    with transaction.atomic():
        made, fresh = PlanAnswer.objects.get_or_create(
            run=run, account_id=actor.id or 0, defaults={"at": now}
        )
        if fresh:
            record(actor, "answer", "plan_run", run.id, path=run.path)
    return made


def finish(actor: Actor, run_id: int, *, reason: str, now: int) -> PlanRun:
    """End a run before its time, as who may start one so; raises Over where it has ended."""
    run = get(actor, run_id)
    verb = VERBS[RunKind(run.kind)]
    can(actor, Ask(verb, roles_for(verb), run.path)).required()
    if not 2 <= len(reason.strip()) <= REASON_MOST:
        raise BadInput(N_("Say in 2 to {most} letters why it ends now."), most=REASON_MOST)
    if run.ended_at is not None:
        raise Over(run=run.id)
    running.end(run, because=reason.strip(), by=actor, now=now)
    return get(actor, run_id)


def take_on(actor: Actor, run_id: int, *, now: int) -> int:
    """Make the gaps that an exercise found, and that lack still, the city's own work.

    A person decides it, after the exercise: until then no gap of an exercise reaches anybody at
    work. Returns how many items were opened; taken on twice, none is opened twice.
    """
    run = get(actor, run_id)
    verb = VERBS[RunKind.EXERCISE]
    can(actor, Ask(verb, roles_for(verb), run.path)).required()
    if run.kind != RunKind.EXERCISE or run.ended_at is None:
        raise Conflict(N_("Gaps are taken on once an exercise is over. End run {run} first."),
                       run=run.id)  # fmt: skip
    plan = shelf.of_version(run.version_id).plan
    if plan is None:
        raise Conflict(N_("The plan of run {run} cannot be read any more."), run=run.id)
    found = resolve(plan, run.area, now=now, exercise=actor.exercise).gaps
    fresh = [(gaps.key_of(line, short), line, short) for line, short in found]
    n = gaps.take_on(run, fresh, exercise=actor.exercise, now=now)
    record(actor, "take_on", "plan_run", run.id, path=run.path, detail={"n": n})
    return n


def title_of(run: PlanRun) -> Both:
    """What the plan of a run is called; its code, where its text is not read any more."""
    plan = shelf.kept_of(run.version).plan
    return plan.title if plan else Both(run.version.code, run.version.code)


def of_item(item_id: int) -> PlanRun | None:
    """The run that opened an item; None where none did."""
    link = PlanRunItem.objects.select_related("run__version").filter(item_id=item_id).first()
    return link.run if link else None


def loop_of(actor: Actor, item_id: int) -> str:
    """The loop of an item that a run in sight has opened, or of one below it.

    Raises NotFound for what no run opened, and for what is of another world than the actor's.
    """
    found = above(item_id, exercise=actor.exercise)
    chain = found[1] if found else []
    opened = PlanRunItem.objects.filter(item_id__in=chain, run__in=listing(actor).values("id"))
    if found is None or not opened.exists():
        raise NotFound(what=Word(N_("item of a run")), value=item_id)
    return found[0]


def may(actor: Actor, verb: str, path: str) -> bool:
    """Whether a page offers an act; the act itself asks again."""
    return can(actor, Ask(verb, roles_for(verb), path)).allowed


def _in_sight(actor: Actor, run: PlanRun) -> bool:
    held = actor.holds(STAFF)
    return any(run.path.startswith(h.path) or h.path.startswith(run.path) for h in held)


def _items(ids: Sequence[int], *, exercise: bool) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for n in range(0, len(ids), running.AT_ONCE):
        rows = counted.items(exercise=exercise).filter(id__in=ids[n : n + running.AT_ONCE])
        found |= {item.id: item for item in rows}
    return found


def _shown(items: Any) -> Any:
    """What turns an item into a line of the board; places and names are looked up once."""
    listed = list(items)
    places = Area.objects.in_bulk({i for item in listed for i in (item.area_id, item.unit_id)})
    holders = dict(
        Account.objects.filter(id__in={i.holder_id for i in listed if i.holder_id}).values_list(
            "id", "display_name"
        )
    )

    def one(item: Any, done_at: frozenset[str]) -> BoardItem:
        done = item.state == State.CLOSED or item.stage in done_at
        return BoardItem(item, places.get(item.area_id), places.get(item.unit_id),
                         holders.get(item.holder_id, ""), done)  # fmt: skip

    return one


def _step(step: Step, rows: dict[str, PlanRunStep], items: Sequence[Any], shown: Any) -> BoardStep:
    lines = [shown(item, step.done_at) for item in items]
    waits = tuple(name for name in step.after
                  if name in rows and rows[name].finished_at is None)  # fmt: skip
    return BoardStep(
        step=step,
        row=rows[step.name],
        n_done=sum(1 for line in lines if line.done),
        n_late=sum(1 for line in lines if line.item.late and not line.done),
        items=tuple(sorted(lines, key=lambda line: (line.done, not line.item.late)))[:SHOWN],
        waits_for=waits if rows[step.name].opened_at is None else (),
    )


def newest_by_plan(actor: Actor) -> dict[str, PlanRun]:
    """The newest run of each plan within sight."""
    found: dict[str, PlanRun] = {}
    for run in listing(actor)[: LISTED * 4]:
        found.setdefault(run.version.code, run)
    return found
