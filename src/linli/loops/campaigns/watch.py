"""What does Linli do for the rounds by itself? Partitions, what is expected, days, and ends."""

from dataclasses import replace

from linli import clock
from linli.loops.advance import advance_many
from linli.loops.campaigns.loop import LOOP
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.loops.screening import counting, partitions
from linli.loops.screening.tables import Round
from linli.policy.can import SYSTEM
from linli.registry.declarations import Declaration


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Close what is over, count what is expected; returns how many rounds moved."""
    at = clock.now_s() if now is None else now
    today = clock.day(clock.moment(at))
    partitions.ensure(today)
    n_closed = sum(
        counting.close_day(day, now=at, exercise=exercise) is not None
        for day in counting.due_to_close(at, exercise=exercise)
    )
    if not counting.is_counted(today, exercise=exercise):
        counting.count_expected(today, exercise=exercise)
    return n_closed + lapse(at, exercise=exercise) + close(at, exercise=exercise)


def count(*, exercise: bool = False) -> int:
    """Count what is expected today anew: people come, go and move while a round runs."""
    return counting.count_expected(clock.day(clock.now()), exercise=exercise)


def lapse(at: int, *, exercise: bool) -> int:
    """End the rounds whose declaration has ended: emergency powers end (S11)."""
    rounds = Round.objects.filter(closed_at=None, exercise=exercise).exclude(declaration_id=None)
    over = [
        item_id
        for item_id, declaration_id in rounds.values_list("item_id", "declaration_id")
        if declaration_id is not None and not _holds(declaration_id, at)
    ]
    items = Item.objects.filter(id__in=over, stage="open").values_list("id", flat=True)
    return len(advance_many(list(items), "end", _linli(at, exercise))[0]) if items else 0


def close(at: int, *, exercise: bool) -> int:
    """Close the rounds whose days are all closed."""
    today = clock.day(clock.moment(at))
    over = Round.objects.filter(closed_at=None, exercise=exercise, last_day__lt=today)
    ids = Item.objects.filter(
        id__in=list(over.values_list("item_id", flat=True)), loop=LOOP.name
    ).exclude(state=State.CLOSED)
    found = list(ids.values_list("id", flat=True))
    return len(advance_many(found, "close", _linli(at, exercise))[0]) if found else 0


def _holds(declaration_id: int, at: int) -> bool:
    found = Declaration.objects.filter(id=declaration_id).first()
    if found is None or clock.seconds(found.ends_at) <= at:
        return False
    return found.lifted_at is None or clock.seconds(found.lifted_at) > at


def _linli(at: int, exercise: bool) -> Scene:
    return Scene(replace(SYSTEM, exercise=exercise), at)
