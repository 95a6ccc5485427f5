"""What does a list of items say of each? Its type, place, limit, holder, and one step to tap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linli.loops import catalogue
from linli.loops.loop import Loop, State, Step
from linli.policy.can import Actor, Ask, can
from linli.policy.roles import Purpose
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.duties import RequestType


@dataclass(frozen=True)
class Row:
    """An item in a list."""

    item: Any
    loop: Loop
    kind: RequestType | None
    place: Area | None
    unit: Area | None
    holder: str
    step: Step | None  # what this person would do next

    @property
    def one_tap(self) -> bool:
        """Whether the next step asks nothing, so that one tap takes it."""
        return self.step is not None and not self.step.asks.model_fields

    @property
    def title(self) -> str:
        """The item's own words, or its loop's."""
        return self.item.title or self.loop.label


def rows_of(items: Sequence[Any], actor: Actor, purpose: str | None) -> list[Row]:
    """The rows of a list; three queries however long it is."""
    kinds = RequestType.objects.in_bulk({item.kind for item in items if item.kind})
    areas = Area.objects.in_bulk({i for item in items for i in (item.area_id, item.unit_id)})
    holders = dict(
        Account.objects.filter(id__in={item.holder_id for item in items}).values_list(
            "id", "display_name"
        )
    )
    return [
        Row(
            item=item,
            loop=catalogue.get(item.loop),
            kind=kinds.get(item.kind),
            place=areas.get(item.area_id),
            unit=areas.get(item.unit_id),
            holder=holders.get(item.holder_id, ""),
            step=next_step(item, actor, purpose),
        )
        for item in items
    ]


def next_step(item: Any, actor: Actor, purpose: str | None) -> Step | None:
    """The step on the main way that this person may take from where the item stands."""
    loop = catalogue.get(item.loop)
    chosen = Purpose(purpose) if purpose else Purpose.SERVICE
    for step in loop.steps_from(item.stage):
        ask = Ask(f"{loop.name}.{step.name}", step.by, item.path, chosen, loop.about_residents)
        if _is_on_the_way(loop, step) and can(actor, ask).allowed:
            return step
    return None


def _is_on_the_way(loop: Loop, step: Step) -> bool:
    """Whether a step leads on: neither a detour, nor up, nor to somebody else, nor an end."""
    to = loop.stage(step.to)
    aside = step.own or step.rises or step.joins or step.stays or step.allots is not None
    return not (aside or to.holds_clock or to.state is State.CLOSED)
