"""Hospitals are put into use in batches: how does each stand, and what does opening one bring?

A batch is opened at once: every site of it whose checks are passed takes people in from that
moment. A site that is not ready is named with its reason, and holds up no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linli.errors import N_, BadInput, GateShut, Problem
from linli.loops.advance import advance
from linli.loops.beds import ledger
from linli.loops.conversions.loop import LOOP
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import DUTY_OFFICERS
from linli.registry.areas import within
from linli.registry.sites import Site
from linli.registry.wards import Ward

SEE = "beds.see"
NOT_BEGUN = N_("Its conversion has not begun. Begin it, and look at each point on the spot.")
LAST_BATCH = 99


class NoBatch(BadInput):
    """There is nothing to open under this number."""

    code = "no_batch"
    sentence = N_(
        "No site of batch {number} that you answer for waits to be opened. Batches with such a "
        "site: {known}."
    )


@dataclass(frozen=True)
class BatchSite:
    """A site of a batch: where its conversion stands, and its beds."""

    conversion_id: int
    site_id: int
    name_zh: str
    name_en: str
    kind: str
    level: str
    stage: str  # of the conversion
    n_beds_planned: int
    n_beds: int
    n_free: int  # that can be given now; none before it is open


@dataclass(frozen=True)
class Batch:
    """All sites of one batch, in the order in which they were chosen."""

    number: int
    sites: tuple[BatchSite, ...]

    @property
    def n_open(self) -> int:
        """How many sites take people in."""
        return sum(site.stage == "open" for site in self.sites)

    @property
    def n_beds_planned(self) -> int:
        """Beds planned in all of it."""
        return sum(site.n_beds_planned for site in self.sites)

    @property
    def n_free(self) -> int:
        """Beds that can be given now."""
        return sum(site.n_free for site in self.sites)


@dataclass(frozen=True)
class HeldBack:
    """A site that is not opened with its batch, and why."""

    site: BatchSite
    why: Problem


@dataclass(frozen=True)
class OpenedBatch:
    """What opening a batch brought: sites, those held back, and the free beds before and after."""

    number: int
    opened: tuple[BatchSite, ...]
    held_back: tuple[HeldBack, ...]
    n_free_before: int
    n_free: int


def listed(actor: Actor) -> list[Batch]:
    """Every batch with its sites, closed ones left out; counts only."""
    can(actor, Ask(SEE, roles_for(SEE))).required()
    return _batches(_items(exercise=actor.exercise), exercise=actor.exercise)


def open_batch(scene: Scene, number: int) -> OpenedBatch:
    """Open every site of a batch that is ready, within the actor's reach; the others are named."""
    actor = scene.actor
    can(actor, Ask(f"{LOOP.name}.open_up", DUTY_OFFICERS)).required()
    mine = Item.objects.filter(within(scope(actor, DUTY_OFFICERS)), loop=LOOP.name)
    reached = set(mine.values_list("id", flat=True))
    waiting = [item for item in _items(exercise=actor.exercise)
               if item.id in reached and item.stage in ("chosen", "converting")]  # fmt: skip
    asked = [item for item in waiting if _number(item) == number]
    if not asked:
        known = tuple(sorted({_number(item) for item in waiting})) or ("-",)
        raise NoBatch(number=number, known=known)
    before = _of(number, actor)
    why: dict[int, Problem] = {}
    for item in asked:
        if item.stage == "chosen":
            why[item.id] = Problem(NOT_BEGUN)
            continue
        try:
            advance(item.id, "open_up", scene)
        except GateShut as shut:
            why[item.id] = Problem(N_("{why}"), why=shut.values["unmet"])
    after = _of(number, actor)
    ids = {item.id for item in asked}
    return OpenedBatch(
        number,
        tuple(s for s in after.sites if s.conversion_id in ids - set(why)),
        tuple(HeldBack(s, why[s.conversion_id]) for s in after.sites if s.conversion_id in why),
        before.n_free,
        after.n_free,
    )


def _of(number: int, actor: Actor) -> Batch:
    items = [i for i in _items(exercise=actor.exercise) if _number(i) == number]
    return _batches(items, exercise=actor.exercise)[0]


def _items(*, exercise: bool) -> list[Item]:
    rows = Item.objects.filter(loop=LOOP.name, exercise=exercise)
    return list(rows.exclude(stage__in=["closed", "dropped"]).order_by("id"))


def _number(item: Item) -> int:
    return int(item.data.get("batch", 1))


def _batches(items: Sequence[Item], *, exercise: bool) -> list[Batch]:
    known = Site.objects.in_bulk({item.data["site_id"] for item in items})
    beds = _beds(known, exercise=exercise)
    found: dict[int, list[BatchSite]] = defaultdict(list)
    for item in items:
        site = known.get(item.data["site_id"])
        if site is None:
            continue
        n_beds, n_free = beds[site.id]
        found[_number(item)].append(
            BatchSite(
                item.id, site.id, site.name_zh, site.name_en, site.kind,
                site.level or item.data.get("level", ""), item.stage,
                item.data["n_beds_planned"], n_beds, n_free if item.stage == "open" else 0,
            )
        )  # fmt: skip
    return [Batch(number, tuple(sites)) for number, sites in sorted(found.items())]


def _beds(site_ids: Iterable[int], *, exercise: bool) -> dict[int, tuple[int, int]]:
    """Beds entered at each site, and how many of them are neither taken, held nor blocked."""
    counted = dict.fromkeys(site_ids, (0, 0))
    wards = list(
        Ward.objects.filter(site_id__in=counted).values_list("id", "site_id", "n_beds", "n_blocked")
    )
    taken = ledger.taken([ward for ward, *_ in wards], exercise=exercise)
    for ward, site, n_beds, n_blocked in wards:
        entered, free = counted[site]
        more = max(0, n_beds - n_blocked - taken.get(ward, 0))
        counted[site] = (entered + n_beds, free + more)
    return counted
