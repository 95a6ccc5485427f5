"""What stands in where an estate lacks a guard, a fence or cleaning, and what is still asked for?

An estate with no manager, no guard and no fence (三无) has a substitute for each of guard, fence
and cleaning, or an open item that somebody answers for (S67). The chore opens what is missing, and
opens it again when the day is over until which a substitute was promised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from linli import clock
from linli.errors import N_
from linli.loops.advance import open_many
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.substitutes.loop import LOOP, SubstituteFor
from linli.policy.can import SYSTEM, Actor, Ask, can, end_of
from linli.policy.powers import roles_for
from linli.registry.areas import Area, whole_city, within
from linli.registry.estates import Estate, Lack, estates

ASK = "estates.ask"
GAPS = UUID("6f8b5d34-95d5-4b0c-9f5e-2a2f7b1c67a1")  # the name space of their uids; ours
ANSWERS = {  # what stands in for what an estate lacks
    Lack.GUARD: SubstituteFor.GUARD,
    Lack.FENCE: SubstituteFor.FENCE,
    Lack.CLEANING: SubstituteFor.CLEANING,
}


class How(StrEnum):
    """How an estate stands with one of the things it may lack."""

    HAS = "has"
    IN_PLACE = "in_place"
    ASKED = "asked"
    OPEN = "open"
    UNKNOWN = "unknown"


HOW_NAMES: dict[How, str] = {
    How.HAS: N_("has its own"),
    How.IN_PLACE: N_("something stands in"),
    How.ASKED: N_("asked for, still open"),
    How.OPEN: N_("nothing, and nobody was asked"),
    How.UNKNOWN: N_("nobody wrote it down"),
}


@dataclass(frozen=True)
class Stand:
    """One gap of an estate: how it stands, the item that says so, and until which day."""

    lack: Lack
    how: How
    item_id: int | None = None
    what: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Guarded:
    """An estate of the register with how it stands in each of the three."""

    estate: Estate
    stands: tuple[Stand, ...]

    @property
    def bare(self) -> tuple[Stand, ...]:
        """What it lacks without a substitute and without an open item."""
        return tuple(one for one in self.stands if one.how is How.OPEN)


def register(
    ranges: Sequence[tuple[str, str]], *, now: int, exercise: bool = False, every: bool = False
) -> list[Guarded]:
    """The estates in these ranges that lack something; ``every``: the others as well."""
    day = clock.day(clock.moment(now))
    newest = _newest(ranges, exercise=exercise)
    found = [
        Guarded(one, tuple(_stand(one, lack, newest, day) for lack in ANSWERS))
        for one in estates(ranges, day)
    ]
    lacking = {True, False} if every else {True}
    return [row for row in found if any(row.estate.lacks.values()) in lacking]


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Ask for what the estates without manager, guard and fence lack; twice is once."""
    at = clock.now_s() if now is None else now
    top = Area.objects.filter(parent=None).exists()
    return _ask([("", end_of(whole_city()))], at, exercise=exercise) if top else 0


def ask_for(actor: Actor, area: Area, *, now: int) -> int:
    """The same at once for the estates of an area, for somebody who answers for it."""
    can(actor, Ask(ASK, roles_for(ASK), area.path)).required()
    return _ask([(area.path, end_of(area.path))], now, exercise=actor.exercise)


def _ask(ranges: Sequence[tuple[str, str]], now: int, *, exercise: bool) -> int:
    scene = Scene(replace(SYSTEM, exercise=exercise), now)
    wanted = [
        _opening(row.estate, one, exercise=exercise)
        for row in register(ranges, now=now, exercise=exercise)
        if row.estate.three_without
        for one in row.bare
    ]
    opened, _ = open_many(LOOP, wanted, scene)
    return sum(not one.again for one in opened)


def _opening(estate: Estate, one: Stand, *, exercise: bool) -> Opening:
    answer = ANSWERS[one.lack]
    return Opening(
        area_id=estate.area.id,
        item_class=answer,
        data={"estate": estate.area.name_zh},
        title=estate.area.name_zh,
        uid=uuid5(GAPS, f"{estate.area.id}:{answer}:{one.item_id}:{exercise}"),  # after the last
        subject_kind="place",
        subject_id=estate.area.id,
    )


def _newest(ranges: Sequence[tuple[str, str]], *, exercise: bool) -> dict[tuple[int, str], Item]:
    """The newest item of each estate and thing."""
    rows = Item.objects.filter(within(ranges), loop=LOOP.name, exercise=exercise).order_by("id")
    return {(row.subject_id or 0, row.item_class): row for row in rows}


def _stand(estate: Estate, lack: Lack, newest: Mapping[tuple[int, str], Item], day: date) -> Stand:
    said = estate.lacks[lack]
    if said is None and not (estate.three_without and lack is Lack.CLEANING):
        return Stand(lack, How.UNKNOWN)
    if said is False:
        return Stand(lack, How.HAS)
    item = newest.get((estate.area.id, ANSWERS[lack]))
    if item is None:
        return Stand(lack, How.OPEN)
    if item.state != State.CLOSED:
        return Stand(lack, How.ASKED, item.id)
    placed = item.data.get("placed", {})
    until = date.fromisoformat(str(placed["until"])[:10]) if placed else None
    if item.outcome == "needless" or (until is not None and until >= day):
        how = How.IN_PLACE if until else How.HAS
        return Stand(lack, how, item.id, str(placed.get("what", "")), until)
    return Stand(lack, How.OPEN, item.id)
