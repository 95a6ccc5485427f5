"""A road is open again: which runs did it stop, or send around? The desk is told, and decides.

Nothing is planned again by itself: a way that is shorter now is shown beside the old one, and
holds from the moment that somebody takes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from linli.jobs import outbox
from linli.loops.beds.receivers import DISPATCHERS, on_duty
from linli.loops.closures import draw
from linli.loops.closures.tables import RoadClosure
from linli.loops.routes import kept as routes
from linli.loops.routes.tables import RouteWhy
from linli.loops.runs.on_road import Run, met, under_way
from linli.policy.can import Actor

TOLD = "may_replan"  # the kind of the message


@dataclass(frozen=True)
class Lifted:
    """A closure that was lifted, and the runs under way that had met it."""

    closure: RoadClosure
    run_ids: tuple[int, ...]


@transaction.atomic
def lift(actor: Actor, closure_id: int, *, now: int) -> Lifted:
    """Open a road again; who dispatches where a run belongs is told of each that had met it.

    Raises NotFound, NotAllowed, or LiftedAlready.
    """
    done = draw.lift(actor, closure_id, now=now)
    runs = {run.id: run for run in under_way(exercise=actor.exercise)}
    hit = [run_id for run_id, ids in met(runs).items() if closure_id in ids]
    ways = routes.newest(hit)
    for run_id in hit:
        way = ways.get(run_id)
        took = {way.made_by} if way is not None and way.why == RouteWhy.REPLANNED else set()
        desk = {*on_duty(runs[run_id].path, now, DISPATCHERS), *took} - {actor.id, None}
        outbox.tell(
            sorted(one for one in desk if one is not None), TOLD, now=now, item_id=run_id,
            detail={"closure": closure_id}, exercise=actor.exercise,
        )  # fmt: skip
    return Lifted(done, tuple(hit))


def open_again(runs: Iterable[Run], *, now: int) -> Mapping[int, tuple[int, ...]]:
    """The closures that each of these runs had met and that stop nobody since its last way."""
    known = met(run.id for run in runs)
    every = {closure_id for ids in known.values() for closure_id in ids}
    over = Q(until_at__lte=now) | Q(lifted_at__isnull=False)
    gone = {one.id: _over_at(one) for one in RoadClosure.objects.filter(over, id__in=every)}
    ways = routes.newest(known)
    found = {}
    for run_id, ids in known.items():
        way = ways.get(run_id)
        since = way.made_at if way is not None and way.why == RouteWhy.REPLANNED else None
        free = [n for n in sorted(ids) if n in gone and (since is None or gone[n] > since)]
        if free:
            found[run_id] = tuple(free)
    return found


def _over_at(closure: RoadClosure) -> datetime:
    ends: datetime = closure.until_at
    return ends if closure.lifted_at is None else min(ends, closure.lifted_at)
