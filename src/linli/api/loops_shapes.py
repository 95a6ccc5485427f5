"""What does the API show of an item, whatever its loop?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from pydantic import BaseModel

from linli import clock
from linli.loops.find import ItemView, NextStep
from linli.loops.loop import Loop
from linli.policy.can import OWNERS
from linli.policy.fields import MASK


class ItemRow(BaseModel):
    """An item in a list: where it stands, who answers, by when; nothing of the resident."""

    model_config = {"from_attributes": True}

    id: int
    uid: UUID
    loop: str
    kind: str
    item_class: str
    stage: str
    state: str
    area_id: int
    unit_id: int
    tier: int
    holder_id: int | None
    opened_at: datetime
    due_at: datetime | None
    late: bool
    level: int
    n_reopened: int
    n_me_too: int
    outcome: str
    exercise: bool


class ItemStep(BaseModel):
    """A step that the caller may take now, and what still has to be true for it."""

    name: str
    label: str
    unmet: list[str]


class ItemSeen(BaseModel):
    """One item as the caller may see it."""

    id: int
    uid: UUID
    loop: str
    kind: str
    item_class: str
    class_label: str
    stage: str
    stage_label: str
    state: str
    public: str
    area_id: int
    area_name: str
    unit_id: int
    unit_name: str
    tier: int
    holder_id: int | None
    holder: str
    title: str
    data: dict[str, Any]
    opened_at: datetime
    happened_at: datetime
    entered_at: datetime
    due_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    late: bool
    level: int
    n_reopened: int
    n_me_too: int
    outcome: str
    solved: bool | None
    satisfied: int | None
    own: bool
    exercise: bool
    steps: list[ItemStep]


class ItemEvent(BaseModel):
    """One thing that happened to an item; ids of people only for those who work on it."""

    n: int
    step: str
    label: str
    from_stage: str
    to_stage: str
    actor_id: int | None
    role: str
    tier: int
    level: int
    at: datetime
    recorded_at: datetime
    data: dict[str, Any]


class ItemWhy(BaseModel):
    """Why this person, why this date, why this tier: one sentence each."""

    sentences: list[str]


class LoopDiagram(BaseModel):
    """A loop as a Mermaid state diagram."""

    mermaid: str


def seen(view: ItemView) -> ItemSeen:
    """An item's view as the API shows it."""
    item, loop = view.item, view.loop
    stage = loop.stage(item.stage)
    plain = {name: getattr(item, name) for name in _AS_THEY_ARE}
    moments: dict[str, Any] = {name: _moment(getattr(item, name)) for name in _MOMENTS}
    return ItemSeen(
        **plain,
        **moments,
        class_label=gettext(loop.classes[item.item_class]),
        stage_label=gettext(stage.label),
        public=gettext(stage.public) if stage.public else "",
        area_name=view.place.name_zh,
        unit_name=view.unit.name_zh,
        holder="" if view.own else view.holder,
        data=dict(view.data),
        own=view.own,
        steps=[_step(step) for step in view.steps],
    )


def events(view: ItemView) -> list[ItemEvent]:
    """An item's history; what is masked on the item is masked in its events."""
    staff = view.holding.role not in OWNERS
    return [
        ItemEvent(
            n=event.n,
            step=event.step,
            label=_label(view.loop, event.step),
            from_stage=event.from_stage,
            to_stage=event.to_stage,
            actor_id=event.actor_id if staff else None,
            role=event.role,
            tier=event.tier,
            level=event.level,
            at=event.at,
            recorded_at=event.recorded_at,
            data={k: MASK if view.data.get(k) == MASK else v for k, v in event.data.items()},
        )
        for event in view.events
    ]


def _label(loop: Loop, name: str) -> str:
    step = loop.step(name)
    return gettext(step.label) if step else name


def _step(next_step: NextStep) -> ItemStep:
    return ItemStep(
        name=next_step.step.name,
        label=gettext(next_step.step.label),
        unmet=[unmet.tell(gettext) for unmet in next_step.unmet],
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else clock.moment(seconds)


_MOMENTS = ("opened_at", "happened_at", "entered_at", "due_at", "replied_at", "closed_at")
_MADE_HERE = {
    "class_label", "stage_label", "public", "area_name", "unit_name", "holder", "data", "own",
    "steps",
}  # fmt: skip
_AS_THEY_ARE = tuple(n for n in ItemSeen.model_fields if n not in {*_MOMENTS, *_MADE_HERE})
