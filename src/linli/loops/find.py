"""Which items may somebody see, and what can they do next? The questions every face asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from linli.audit.records import record
from linli.columns import whole
from linli.errors import N_, NotFound, Word
from linli.loops import catalogue, said, write
from linli.loops.filters import Filters as Filters
from linli.loops.filters import conditions
from linli.loops.ledger import Event, Item, Voice
from linli.loops.loop import Loop, State, Step, Unmet
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.subjects import PERSON
from linli.loops.token import digest
from linli.loops.work import unmet_gates
from linli.policy.can import OWNERS, PATH_STEP, Actor, Ask, Holding, can, scope
from linli.policy.fields import MASK, sees
from linli.policy.roles import FIELD_STAFF, HEALTH_STAFF, PURPOSES, Purpose, Role
from linli.registry.accounts import Account
from linli.registry.areas import Area, within
from linli.registry.sight import narrowed

ITEMS_A_PAGE = 50
WIDE_PATH = 2 * PATH_STEP  # the path of a district, or of the city
Ranges = tuple[tuple[str, str], ...]  # of paths: from the first on, before the end
Reach = dict[Ranges, list[str]]  # the loops that somebody sees in these ranges
CONTACT_FIELDS = {"contact_name": "name", "contact_phone": "phone", "address": "address"}


@dataclass(frozen=True)
class NextStep:
    """A step this person may take now, and the gates that are still shut whatever is filled in."""

    step: Step
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True)
class ItemView:
    """One item as one person may see it."""

    item: Standing
    loop: Loop
    place: Area
    unit: Area
    holder: str
    own: bool
    holding: Holding
    data: Mapping[str, Any]
    events: Sequence[Event]
    steps: tuple[NextStep, ...]


@dataclass(frozen=True)
class Page:
    """Some rows, and the key to ask for the next ones; None when there are no more."""

    rows: list[Item]
    after: str | None = field(default=None)


def item_for(
    actor: Actor,
    item_id: int,
    *,
    now: int,
    purpose: str | None,
    token: str | None = None,
) -> ItemView:
    """An item with its history and the steps this person may take; the look is recorded.

    Raises NotFound when it does not exist or lies out of sight, which sound the same, and
    PurposeNeeded when resident data is asked for without one.
    """
    item = write.load(item_id, lock=False)
    if item is None:
        raise NotFound(what=Word(N_("item")), value=item_id)
    loop = catalogue.get(item.loop)
    own = is_own(actor, item, token)
    asked = own or has_voice(actor, item, token)
    if bool(item.exercise) != actor.exercise or not (asked or _in_sight(actor, loop, item)):
        raise NotFound(what=Word(N_("item")), value=item_id)
    roles = loop.seen_by | (OWNERS if asked else frozenset())
    chosen = Purpose(purpose) if purpose else None
    holding = can(
        actor, Ask(f"{loop.name}.see", roles, item.path, chosen, loop.about_residents, asked)
    ).required()
    scene = Scene(actor, now, purpose or "")
    visible = frozenset() if holding.role in OWNERS else sees([holding.role])
    if not asked and loop.about_residents:
        record(actor, "see", "item", item.id, holding=holding, purpose=purpose, path=item.path)
        if item.subject_kind == PERSON and item.subject_id is not None:  # for them to read
            record(
                actor, "see", "people", item.subject_id, holding=holding, purpose=purpose,
                path=item.path, detail={"item": item.id},
            )  # fmt: skip
    return ItemView(
        item=item,
        loop=loop,
        place=Area.objects.get(id=item.area_id),
        unit=Area.objects.get(id=item.unit_id),
        holder=_holder_name(item.holder_id),
        own=own,
        holding=holding,
        data=_shown(item.data, visible, own),
        events=said.restored(Event.objects.filter(item_id=item.id).order_by("n")),
        steps=steps_for(loop, item, scene, own),
    )


def seen_by(item_id: int) -> frozenset[Role]:
    """The roles that see items of its loop; none where there is no such item."""
    name = Item.objects.filter(id=item_id).values_list("loop", flat=True).first()
    return catalogue.get(name).seen_by if name else frozenset()


def steps_for(loop: Loop, item: Standing, scene: Scene, own: bool) -> tuple[NextStep, ...]:
    """The steps that this person may take from here, each with its gates that are shut now."""
    purpose = Purpose(scene.purpose) if scene.purpose else None
    found = []
    for step in loop.steps_from(item.stage):
        ask = Ask(
            f"{loop.name}.{step.name}", step.by, item.path, purpose, loop.about_residents, own
        )
        if can(scene.actor, ask).allowed:
            unmet = () if step.asks.model_fields else tuple(unmet_gates(step, item, {}, scene))
            found.append(NextStep(step, unmet))
    return tuple(found)


def reach(
    actor: Actor, item_id: int, *, loop: Loop, roles: frozenset[Role], token: str | None = None
) -> bool:
    """Whether an item that these roles act on is the actor's own; before a step is asked.

    Raises NotFound when it is of another loop, does not exist, or lies out of sight.
    """
    item = write.load(item_id, lock=False)
    if item is not None and item.loop == loop.name:
        if is_own(actor, item, token):
            return True
        if has_voice(actor, item, token):
            return False
        held = actor.holds((roles | loop.seen_by) - OWNERS)
        if any(item.path.startswith(h.path) for h in held):
            return False
    raise NotFound(what=Word(N_("item")), value=item_id)


def opened_as(uids: Sequence[UUID]) -> dict[UUID, tuple[int, str]]:
    """The id and stage of the items that were opened with these uids."""
    found: dict[UUID, tuple[int, str]] = {}
    for n in range(0, len(uids), 500):
        rows = Item.objects.filter(uid__in=uids[n : n + 500]).values_list("uid", "id", "stage")
        found.update({uid: (item_id, stage) for uid, item_id, stage in rows})
    return found


def is_own(actor: Actor, item: Standing, token: str | None = None) -> bool:
    """Whether the item is this actor's own: asked for by the account, or shown by its token.

    ``opened_by`` is whoever asked. Staff who write down what a caller asks are in the event.
    Who joined with a voice follows the item, but it is not theirs to withdraw or to rate.
    """
    if actor.id is not None and item.opened_by == actor.id:
        return True
    if actor.person_id is not None and item.subject_kind == "person":
        return item.subject_id == actor.person_id
    return bool(token) and item.token_hash == digest(token or "")


def has_voice(actor: Actor, item: Standing, token: str | None = None) -> bool:
    """Whether this actor has joined an item that somebody else asked for."""
    if not item.n_me_too or (actor.id is None and not token):
        return False
    mine = Q(account_id=actor.id) if actor.id is not None else Q(pk__in=[])
    mine |= Q(token_hash=digest(token)) if token else Q(pk__in=[])
    return Voice.objects.filter(mine, item_id=item.id).exists()


def by_token(token: str) -> int:
    """The id of the item that a token follows; raises NotFound."""
    hashed = digest(token)
    found = (
        Item.objects.filter(token_hash=hashed).values_list("id", flat=True).first()
        or Voice.objects.filter(token_hash=hashed).values_list("item_id", flat=True).first()
    )
    if found is None:
        raise NotFound(what=Word(N_("request with the token")), value=token)
    return found


def items(
    actor: Actor,
    *,
    filters: Filters,
    purpose: str | None,
    after: str | None = None,
    most: int = ITEMS_A_PAGE,
) -> Page:
    """A page of items within the actor's scope, the newest first."""
    seen = _visible(actor, filters, purpose)
    if after:
        seen = seen.filter(id__lt=int(after))
    rows = list(seen[: most + 1])
    return Page(rows[:most], str(rows[most - 1].id) if len(rows) > most else None)


def own_items(actor: Actor, *, most: int = ITEMS_A_PAGE) -> list[Item]:
    """What this account has asked for itself, the newest first."""
    if actor.id is None:
        return []
    mine = Item.objects.filter(opened_by=actor.id, exercise=actor.exercise)
    return list(mine.order_by("-id")[:most])


def work_of(actor: Actor, *, now: int, after: str | None = None, most: int = ITEMS_A_PAGE) -> Page:
    """What this person holds, the earliest limit first and what has none last."""
    del now  # late is kept on the item; the moment decides nothing here
    if actor.id is None or not actor.two_factor:
        return Page([])
    mine = Item.objects.filter(holder_id=actor.id, state=State.OPEN, exercise=actor.exercise)
    return _by_due(mine, after, most)


def unheld_of(actor: Actor, *, after: str | None = None, most: int = ITEMS_A_PAGE) -> Page:
    """What waits at this person's units with nobody holding it, the earliest limit first."""
    paths = {h.path for h in actor.holds(FIELD_STAFF | HEALTH_STAFF | {Role.PARTNER})}
    units = Area.objects.filter(path__in=paths).values("id")
    if not paths or not actor.two_factor:
        return Page([])
    waiting = Item.objects.filter(
        unit_id__in=units, state=State.OPEN, holder_id=None, exercise=actor.exercise
    )
    return _by_due(waiting, after, most)


def similar(actor: Actor, area_id: int, kind: str, *, most: int = 10) -> list[Item]:
    """Requests of the same type still under way in the same community: a "me too" perhaps."""
    place = Area.objects.get(id=area_id)
    return list(
        Item.objects.filter(
            loop="request",
            community_id=place.community_id or place.id,
            kind=kind,
            exercise=actor.exercise,
        )
        .exclude(state=State.CLOSED)
        .order_by("-id")[:most]
    )


def _by_due(rows: QuerySet[Item], after: str | None, most: int) -> Page:
    """A page in order of limit; the key is the last row's limit and id."""
    due_text, _, last_text = (after or "").partition("-")
    due, last = whole(due_text), whole(last_text)
    if last is not None and due_text == "none":
        rows = rows.filter(due_at=None, id__gt=last)
    elif last is not None and due is not None:
        rows = rows.filter(Q(due_at__gt=due) | Q(due_at=due, id__gt=last) | Q(due_at=None))
    found = list(rows.order_by(F("due_at").asc(nulls_last=True), "id")[: most + 1])
    if len(found) <= most:
        return Page(found)
    last_row = found[most - 1]
    due_key = int(last_row.due_at.timestamp()) if last_row.due_at else "none"
    return Page(found[:most], f"{due_key}-{last_row.id}")


def _visible(actor: Actor, filters: Filters, purpose: str | None) -> QuerySet[Item]:
    """The items that the actor sees, where a role allows it for this purpose; the newest first.

    A purpose that one of several roles may have opens that role's area, not the others'.
    """
    loops = [catalogue.get(filters.loop)] if filters.loop else list(catalogue.all_loops().values())
    chosen = Purpose(purpose) if purpose else None
    within_reach: Reach = {}  # loops are mostly seen alike: one range for all
    for loop in loops:
        roles = loop.seen_by
        if loop.about_residents:
            roles = frozenset(r for r in roles if chosen in PURPOSES.get(r, ()))
        held = actor.holds(loop.seen_by)
        if held and loop.about_residents and not actor.holds(roles):
            path = min((h.path for h in held), key=len)
            can(actor, Ask(f"{loop.name}.see", loop.seen_by, path, chosen, True)).required()
        ranges = narrowed(scope(actor, roles), filters.area_path)
        if ranges:
            within_reach.setdefault(ranges, []).append(loop.name)
    if not within_reach:
        return Item.objects.none()
    led = _LED[connection.vendor](within_reach, filters)
    return led.filter(exercise=actor.exercise)


def _led_on_sqlite(within_reach: Reach, filters: Filters) -> QuerySet[Item]:
    """Items within reach, so asked that SQLite goes the shorter way.

    A range of a million paths has to be sorted before its newest fifty are known. Who sees as much
    is served from the newest on, or by an index of what is rare: a path that is written as a
    sum is no range to SQLite. Who sees less has an index range of ids, whatever else is asked.
    """
    seen = Q(pk__in=[])
    wide = _is_wide(within_reach)
    for ranges, names in within_reach.items():
        inside = Q(pk__in=Item.objects.filter(within(ranges)).values("id"))
        of_loops = Q(loop=names[0]) if len(names) == 1 else Q(any_loop__in=names)
        seen |= of_loops & (within(ranges, "anywhere") if wide else inside)
    items = Item.objects.alias(
        anywhere=Concat("path", Value("")), any_loop=Concat("loop", Value(""))
    )
    climbed = Q(tier__gt=0) if filters.tier else Q()  # as the index of the tiers says it
    return items.filter(seen, conditions(filters), climbed).order_by("-id")


def _led_on_postgresql(within_reach: Reach, filters: Filters) -> QuerySet[Item]:
    """Items within reach; PostgreSQL knows which way is shorter, but hopes too much of a limit.

    Looking from the newest on for what a single street has little of, it would look at all items,
    or at all that are under way. An order and a state that no index has begin with the street.
    """
    seen = Q(pk__in=[])
    for ranges, names in within_reach.items():
        seen |= Q(loop__in=names) & within(ranges)
    if _is_wide(within_reach):
        return Item.objects.filter(seen, conditions(filters)).order_by("-id")
    items = Item.objects.alias(any_state=Concat("state", Value("")))
    narrowed = conditions(filters, state="any_state")
    return items.filter(seen, narrowed).order_by((F("id") + 0).desc())


_LED = {"sqlite": _led_on_sqlite, "postgresql": _led_on_postgresql}


def _is_wide(within_reach: Reach) -> bool:
    """Whether somebody sees a district or more."""
    return any(len(first) <= WIDE_PATH for ranges in within_reach for first, _ in ranges)


def _in_sight(actor: Actor, loop: Loop, item: Standing) -> bool:
    return any(item.path.startswith(h.path) for h in actor.holds(loop.seen_by))


def _holder_name(holder_id: int | None) -> str:
    if holder_id is None:
        return ""
    return Account.objects.filter(id=holder_id).values_list("display_name", flat=True).first() or ""


def _shown(data: Mapping[str, Any], visible: frozenset[str], own: bool) -> dict[str, Any]:
    """The form as somebody may see it: contact fields follow the rules for resident data."""
    return {
        name: MASK
        if not own and value and CONTACT_FIELDS.get(name, "") not in (visible | {""})
        else value
        for name, value in data.items()
    }


@dataclass(frozen=True)
class Changed:
    """What has moved within reach since an event: the items, and the event to ask from next."""

    since: int
    item_ids: tuple[int, ...]


def changed(actor: Actor, since: int, *, most: int = 500) -> Changed:
    """The items within reach that moved after an event; their ids only."""
    news = Event.objects.filter(id__gt=since, exercise=actor.exercise).order_by("id")
    rows = list(news.values_list("id", "item_id")[:most])
    if not rows:
        return Changed(since, ())
    seen = Q(opened_by=actor.id) if actor.id is not None else Q(pk__in=[])
    for loop in catalogue.all_loops().values():
        seen |= Q(loop=loop.name) & within(scope(actor, loop.seen_by))
    moved = Item.objects.filter(seen, id__in={item_id for _, item_id in rows})
    return Changed(rows[-1][0], tuple(moved.order_by("id").values_list("id", flat=True)))
