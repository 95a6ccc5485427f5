"""Where may one look from, and how deep? An area, the areas below it, and the way up."""

from collections.abc import Sequence

from django.db.models import QuerySet

from linli.errors import N_, BadInput, NotFound, Word
from linli.onemap.layer import Layer, Sight
from linli.policy.can import PATH_STEP, Actor, end_of, scope
from linli.policy.roles import STAFF
from linli.registry.areas import TIER_NAMES, TIER_OF, Area, Tier, under

DEEPEST = 2  # tiers below an area that one map shows; further down the shapes are too small


class NotBelow(BadInput):
    """The tier asked for does not lie below the area, or too far below it."""

    code = "tier_not_below"
    sentence = N_("The map of {area} shows {known}, not the {tier}.")


def tiers_below(area: Area) -> list[Tier]:
    """The tiers that a map of this area can show, the highest first; none below a community."""
    own = area.tier
    if own is None:
        return []
    found = [tier for tier in reversed(Tier) if tier < own and at_tier(area, tier).exists()]
    return found[:DEEPEST]


def chosen_tier(area: Area, tier: Tier | None = None) -> Tier:
    """The tier named, or the next one below the area; raises NotBelow if no map shows it."""
    known = tiers_below(area)
    if not known or (tier is not None and tier not in known):
        names = tuple(Word(TIER_NAMES[t]) for t in known) or "-"
        wanted = Word(TIER_NAMES[tier]) if tier is not None else "-"
        raise NotBelow(area=area.name_zh, known=names, tier=wanted)
    return known[0] if tier is None else tier


def at_tier(area: Area, tier: Tier) -> QuerySet[Area]:
    """The units of a tier below an area, in the order of the tree."""
    kinds = [kind for kind, its_tier in TIER_OF.items() if its_tier == tier]
    below = Area.objects.filter(under(area.path), kind__in=kinds).exclude(id=area.id)
    return below.order_by("path")


def look(actor: Actor, layer: Layer, area: Area, tier: Tier | None = None) -> Sight:
    """What this actor sees of a layer here; the next tier down unless one is named."""
    chosen = chosen_tier(area, tier)
    sight = Sight(area, chosen, tuple(at_tier(area, chosen)), actor.exercise)
    return sight if not layer.scoped else _with_parts(sight, actor, layer)


def home(actor: Actor) -> Area:
    """Where the map opens for this actor: the widest area of their post that has a map.

    A street officer's map opens on the street, a grid worker's on the street above the grid.
    """
    tops = [first for first, _ in scope(actor, STAFF)]
    widest = min(tops, key=lambda path: (len(path), path), default="")
    above = [widest[:n] for n in range(PATH_STEP, len(widest) + 1, PATH_STEP)]
    found = Area.objects.filter(path__in=above).order_by("-path") if above else _roots()
    for area in found:
        if area.tier is not None and area.tier > Tier.COMMUNITY and tiers_below(area):
            return area
    root = _roots().first()
    if root is None:
        raise NotFound(what=Word(N_("area")), value="-")
    return root


def is_own(area: Area, ranges: Sequence[tuple[str, str]]) -> bool:
    """Whether an area lies wholly in a scope."""
    return any(first <= area.path < end for first, end in ranges)


def _with_parts(sight: Sight, actor: Actor, layer: Layer) -> Sight:
    """Grids of one's own inside a community: what is below a community is counted as its part."""
    grids = [first for first, _ in scope(actor, layer.roles)]
    parts = {
        area.id: tuple(p for p in grids if area.path < p < end_of(area.path))
        for area in sight.children
        if area.tier == Tier.COMMUNITY
    }
    mine = {area_id: paths for area_id, paths in parts.items() if paths}
    return Sight(sight.area, sight.tier, sight.children, sight.exercise, mine) if mine else sight


def _roots() -> QuerySet[Area]:
    return Area.objects.filter(parent=None).order_by("path")
