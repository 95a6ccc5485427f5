"""Which figures about people must stay unsaid, so that nobody is recognised or worked out?"""

from collections.abc import Mapping

from linli.onemap.layer import Discloses, Figure, Layer, Sight
from linli.policy.can import PATH_STEP
from linli.policy.disclosure import withhold
from linli.registry.areas import TIER_OF, Area, Tier

SHOWN_KINDS = [kind for kind, tier in TIER_OF.items() if tier is not None]


def hidden_in(layer: Layer, sight: Sight) -> frozenset[int]:
    """The areas in sight whose figures are withheld, seen together with all that is published.

    From the city down: small figures are withheld among brothers and sisters, with a second one
    where one would follow by subtraction; below a withheld area everything is withheld, since
    its parts would add up to it.
    """
    if layer.discloses is not Discloses.PEOPLE:
        return frozenset()
    root = Area.objects.get(path=sight.area.path[:PATH_STEP])
    figures = layer.read(Sight(root, Tier.CITY, ()))
    hidden = _small({root.id: figures[root.id]}) if root.id in figures else frozenset()
    above = [root]
    while above:
        kids = list(Area.objects.filter(parent__in=above, kind__in=SHOWN_KINDS).order_by("path"))
        figures = layer.read(Sight(root, sight.tier, tuple(kids)))
        for parent in above:
            own = {
                k.id: figures[k.id] for k in kids if k.parent_id == parent.id and k.id in figures
            }
            hidden |= frozenset(own) if parent.id in hidden else _small(own)
        above = [kid for kid in kids if _concerns(kid, sight)]
    return hidden


def _small(figures: Mapping[int, Figure]) -> frozenset[int]:
    counts = {str(area_id): f.people for area_id, f in figures.items() if f.people is not None}
    return frozenset(int(key) for key, shown in withhold(counts).items() if shown is None)


def _concerns(kid: Area, sight: Sight) -> bool:
    """Whether what lies below an area is in sight, or is on the way to what is."""
    lies_above = sight.area.path.startswith(kid.path)
    return lies_above or (kid.path.startswith(sight.area.path) and (kid.tier or 0) > sight.tier)
