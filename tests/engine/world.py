"""A city in which anything may happen: the moves that the laws of the engine are tried on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.forms.models import model_to_dict

from linli.errors import Problem
from linli.loops import catalogue, tick, write
from linli.loops.advance import Opening, Refused, advance, advance_many, open_item, open_many
from linli.loops.ledger import Event, Item, Tally
from linli.plans import modes
from linli.plans.modes import NewDeclaration
from linli.registry.declarations import Declaration
from tests.cast import EVENING, City

LOOP = catalogue.get("request")
PLACES = ("oak1", "oak2", "ash1", "court", "house1", "elm")
KINDS = {"noise": "normal", "water": "utility", "breath": "urgent"}
PEOPLE = ("ann", "cy", "cleo", "bo", "sam", "dee", "fay", "gil", "pat", "eve")
STEPS = tuple(step.name for step in LOOP.steps if step.name not in ("merge", "take_in"))
FORMS: Mapping[str, Mapping[str, Any]] = {
    "refuse": {"reason": "Not ours."},
    "reassign": {"note": "Try again."},
    "ask_resident": {"reason": "Which tap?"},
    "tell_more": {"reason": "The kitchen."},
    "reopen": {"reason": "Still there."},
    "answer": {"note": "Done.", "result": "done", "reach": "phone"},
    "deliver": {"reach": "visit"},
    "rate": {"solved": True, "satisfied": 5},
    "back_check": {"agrees": True},
}


@dataclass
class World:
    """The small city, its clock, and what was done in it so far."""

    city: City
    now: int = EVENING
    ids: list[int] = field(default_factory=list)
    done: list[tuple[int, str, str, UUID]] = field(default_factory=list)

    def opening(self, place: str, kind: str, uid: UUID | None = None) -> Opening:
        """A request of Ann's."""
        return Opening(
            self.city.areas[place].id,
            KINDS[kind],
            {"description": "Drums at night"},
            kind=kind,
            uid=uid or uuid4(),
            opened_by=self.city.accounts["ann"].id,
        )

    def open(self, place: str, kind: str) -> int:
        """One request."""
        moved = open_item(LOOP, self.opening(place, kind), self.city.scene("ann", self.now))
        self.ids.append(moved.item_id)
        return moved.item_id

    def open_bulk(self, place: str, kind: str, count: int) -> None:
        """Several at once, the first of them twice."""
        openings = [self.opening(place, kind) for _ in range(count)]
        moved, refused = open_many(LOOP, [*openings, openings[0]], self.city.scene("ann", self.now))
        assert not refused
        assert [m.again for m in moved] == [False] * count + [True]
        assert moved[-1].item_id == moved[0].item_id
        self.ids += [m.item_id for m in moved[:-1]]

    def take(self, item_id: int, step: str, by: str) -> bool:
        """Somebody takes a step, if it is possible and theirs to take."""
        uid = uuid4()
        try:
            self._advance(item_id, step, by, uid)
        except Problem:
            return False
        self.done.append((item_id, step, by, uid))
        return True

    def again(self, index: int) -> None:
        """A step that was taken is sent once more."""
        item_id, step, by, uid = self.done[index]
        assert self._advance(item_id, step, by, uid).again

    def _advance(self, item_id: int, step: str, by: str, uid: UUID) -> Any:
        scene = self.city.scene(by, self.now)
        return advance(item_id, step, scene, data=FORMS.get(step, {}), uid=uid, own=by == "ann")

    def take_bulk(self, ids: list[int], step: str, by: str) -> list[Refused]:
        """One step with many items, the first of them twice."""
        scene = self.city.scene(by, self.now)
        moved, refused = advance_many([*ids, ids[0]], step, scene, data=FORMS.get(step, {}))
        assert len(moved) + len(refused) == len(ids) + 1
        return refused

    def pass_time(self, seconds: int, *, ticking: bool = True) -> None:
        """Time goes by."""
        self.now += seconds
        if ticking:
            tick.tick(self.now)

    def declare(self, days: int) -> None:
        """The city goes into emergency."""
        new = NewDeclaration(
            "emergency", "City command", "Cases rise.", self.now, self.now + days * 86_400
        )
        modes.declare(self.city.actor("gil", self.now), self.city.areas["w"], new, now=self.now)

    def lift(self) -> None:
        """And out of it, if it is in one."""
        found = Declaration.objects.filter(lifted_at=None, ends_at__gt=self.now).last()
        if found is not None:
            modes.lift(self.city.actor("gil", self.now), found.id, now=self.now)
        modes.settle(self.now)


def items() -> dict[int, dict[str, Any]]:
    """Every item with all its columns."""
    return {item.id: model_to_dict(item) for item in Item.objects.order_by("id")}


def ledger() -> tuple[Any, ...]:
    """All that the engine has written."""
    return items(), list(Event.objects.order_by("id").values()), tallies()


def tallies() -> list[dict[str, Any]]:
    """Every tally that counts anything, without its id."""
    rows = Tally.objects.order_by("community_id", "loop", "item_class", "exercise").values()
    return [{k: v for k, v in row.items() if k != "id"} for row in rows if row["n_opened"]]


def fresh_tallies() -> list[dict[str, Any]]:
    """The tallies as a fresh count gives them, which is then taken back."""
    with transaction.atomic():
        write.rebuild_tallies()
        counted = tallies()
        transaction.set_rollback(True)
    return counted
