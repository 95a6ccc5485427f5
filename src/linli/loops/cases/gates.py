"""What must be true before a case ends?"""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_, BadInput
from linli.loops.cases import definitions
from linli.loops.ledger import Item
from linli.loops.loop import Gate, State, Unmet
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.registry.areas import Tier

EXCLUDED = "excluded"
CONFIRMED = "confirmed"


def _traced(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Tracing of a confirmed case is finished, or has climbed to the district at least."""
    if item.item_class != CONFIRMED or form.get("end") == EXCLUDED:
        return None
    rows = Item.objects.filter(parent_id=item.id, loop="investigation")
    open_ones = rows.exclude(state=State.CLOSED).filter(tier__lt=Tier.DISTRICT)
    left = open_ones.values_list("id", flat=True).first()
    if left is None:
        return None
    return Unmet(
        "traced",
        N_("Investigation {id} is not finished. Finish it, or let the district take it over."),
        {"id": left},
    )


def _known(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """What speaks for the category is among the criteria of the disease."""
    try:
        definitions.refuse_unknown(item.kind, form.get("evidence", ()))
    except BadInput as problem:
        return Unmet("known", problem.template, problem.values)
    return None


def _confirms(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """What has ended is confirmed, and changed in no other way."""
    if form.get("category") == CONFIRMED and item.item_class != CONFIRMED:
        return None
    return Unmet("confirms", N_("A case that has ended can only be confirmed, and once."))


CONFIRMS = Gate("confirms", N_("it confirms what was not confirmed"), _confirms)
KNOWN = Gate("known", N_("the evidence is among the criteria of the disease"), _known)
TRACED = Gate("traced", N_("its contacts have been traced"), _traced)
