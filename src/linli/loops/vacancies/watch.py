"""Does somebody answer for every unit? What Linli opens and closes by itself, again and again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from django.db.models import Count

from linli import clock
from linli.loops.advance import advance_many, open_many
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.vacancies.loop import LOOP
from linli.policy.can import SYSTEM
from linli.registry.areas import Area
from linli.registry.vacant import Gap, find_vacant

VACANCIES = UUID("5f0b6c1e-2f0c-4c39-9b0e-6b1f5f7f9a04")  # the name space of their uids; ours


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Open an item for each new vacancy and close those that are filled; returns how many."""
    at = clock.now_s() if now is None else now
    scene = Scene(replace(SYSTEM, exercise=exercise), at)
    gaps = {gap.area_id: gap for gap in find_vacant(at)}
    known = dict(
        Item.objects.filter(loop=LOOP.name, exercise=exercise)
        .exclude(state=State.CLOSED)
        .values_list("area_id", "id")
    )
    opened, _ = open_many(
        LOOP, _openings([g for a, g in gaps.items() if a not in known], at), scene
    )
    over = {area: item for area, item in known.items() if area not in gaps}
    ended = _ended(over, at)
    filled, _ = advance_many([i for a, i in over.items() if a not in ended], "fill", scene)
    void, _ = advance_many([i for a, i in over.items() if a in ended], "void", scene)
    return len(opened) + len(filled) + len(void)


def _openings(gaps: list[Gap], at: int) -> list[Opening]:
    """One for each gap; two workers that find the same gap make the same uid."""
    before = dict(
        Item.objects.filter(loop=LOOP.name, area_id__in=[gap.area_id for gap in gaps])
        .values_list("area_id")
        .annotate(n=Count("id"))
        if len(gaps) <= 500
        else Item.objects.filter(loop=LOOP.name).values_list("area_id").annotate(n=Count("id"))
    )
    return [
        Opening(
            area_id=gap.area_id,
            item_class="now" if gap.at <= at else "soon",
            data={"at": gap.at},
            uid=uuid5(VACANCIES, f"{gap.area_id}:{before.get(gap.area_id, 0)}"),
            subject_kind="place",
            subject_id=gap.area_id,
        )
        for gap in gaps
    ]


def _ended(areas: Iterable[int], at: int) -> set[int]:
    """Those of the areas that are units no longer."""
    day = clock.day(datetime.fromtimestamp(at, UTC))
    rows = Area.objects.filter(id__in=list(areas), valid_until__lt=day)
    return set(rows.values_list("id", flat=True))
