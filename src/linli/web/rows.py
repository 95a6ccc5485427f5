"""What does a list of items say of each? Its type, place, limit, holder, and one step to tap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from linli.loops import catalogue
from linli.loops.loop import Loop, State, Step
from linli.policy.can import Actor, Ask, can, usual_purpose
from linli.policy.roles import DESKS, FOLLOWERS, Purpose, Role
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.duties import RequestType
from linli.registry.person import Person
from linli.registry.sight import seen_at

OWN_PAGES: dict[str, tuple[str, frozenset[Role]]] = {  # loop: its page, and who opens it
    "contact": ("contact", FOLLOWERS),
    "case": ("case", DESKS | {Role.CLINICIAN, Role.TRACER}),
}


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
    purpose: str = ""  # what this person would open it for; empty: it is asked
    page: str = ""  # the name of the page that its loop has of its own, for who may open it
    door: str = ""  # where the person lives whom it is about, for who may know

    @property
    def one_tap(self) -> bool:
        """Whether the next step asks nothing, so that one tap takes it."""
        return self.step is not None and not self.step.asks.model_fields

    @property
    def title(self) -> str:
        """The item's own words, or its loop's."""
        return self.item.title or self.loop.label

    @property
    def sort(self) -> str:
        """Of what sort it is, where nobody gave it words and its loop has several."""
        said = self.loop.classes.get(self.item.item_class, "")
        return "" if self.item.title or said == self.loop.label else said

    @property
    def address(self) -> str:
        """Where it is opened from a list of work."""
        if self.page:
            return reverse(self.page, args=[self.item.id])
        address = reverse("item", args=[self.item.id])
        return f"{address}?purpose={self.purpose}" if self.purpose else address


def rows_of(items: Sequence[Any], actor: Actor, purpose: str | None) -> list[Row]:
    """The rows of a list; four queries however long it is."""
    kinds = RequestType.objects.in_bulk({item.kind for item in items if item.kind})
    areas = Area.objects.in_bulk({i for item in items for i in (item.area_id, item.unit_id)})
    holders = dict(
        Account.objects.filter(id__in={item.holder_id for item in items}).values_list(
            "id", "display_name"
        )
    )
    doors = _doors(items, actor)
    return [
        Row(
            item=item,
            loop=catalogue.get(item.loop),
            kind=kinds.get(item.kind),
            place=areas.get(item.area_id),
            unit=areas.get(item.unit_id),
            holder=holders.get(item.holder_id, ""),
            step=next_step(item, actor, purpose),
            purpose=usual_purpose(actor, catalogue.get(item.loop).seen_by) or "",
            page=_page_of(item, actor),
            door=doors.get(item.subject_id, "") if item.subject_kind == "person" else "",
        )
        for item in items
    ]


def _doors(items: Sequence[Any], actor: Actor) -> dict[int | None, str]:
    """Building and door of the people whom untitled items are about, for who sees addresses."""
    wanted = {i.subject_id for i in items if i.subject_kind == "person" and not i.title}
    rows = Person.objects.filter(id__in=wanted, household_id__isnull=False)
    found: dict[int | None, str] = {}
    for person, path, building, door in rows.values_list(
        "id", "path", "household__home__name_zh", "household__door"
    ):
        if "address" in seen_at(actor, path):
            found[person] = f"{building} {door}".strip()
    return found


def _page_of(item: Any, actor: Actor) -> str:
    page, readers = OWN_PAGES.get(item.loop, ("", frozenset()))
    return page if actor.holds(readers) else ""


def next_step(item: Any, actor: Actor, purpose: str | None) -> Step | None:
    """The step on the main way that this person may take from where the item stands."""
    loop = catalogue.get(item.loop)
    chosen = Purpose(purpose) if purpose else usual_purpose(actor, loop.seen_by)
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
