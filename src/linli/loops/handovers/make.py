"""How does a desk hand something over to an organisation, wherever that has its seat?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from linli import uids
from linli.audit.records import record
from linli.loops.advance import Moved, Opening, open_item
from linli.loops.for_person import linli_for
from linli.loops.handovers.loop import LOOP, HandoverAsk, NoOrganisation
from linli.loops.opening import check_form
from linli.policy.can import Actor, Ask, can
from linli.policy.roles import DESKS
from linli.registry.organisations import Organisation

OPEN = "handover.open"


@transaction.atomic
def hand_over(
    actor: Actor, item_class: str, data: Mapping[str, Any], *, now: int, uid: UUID | None = None
) -> Moved:
    """Offer something to an organisation, at its seat, where its own people find it; recorded.

    The same uid again answers with the hand-over that is there.
    """
    holding = can(actor, Ask(OPEN, DESKS)).required()
    form = check_form(HandoverAsk, data)
    found = Organisation.objects.filter(id=form["organisation_id"]).first()
    if found is None:
        raise NoOrganisation(id=form["organisation_id"])
    opening = Opening(
        found.area_id, item_class, form, title=form["what"], uid=uid or uids.fresh(),
        quantity=form["quantity"], opened_by=actor.id,
    )  # fmt: skip
    moved = open_item(LOOP, opening, linli_for(actor, now))
    if not moved.again:
        record(actor, "hand_over", "handover", moved.item_id, holding=holding, path=found.path)
    return moved
