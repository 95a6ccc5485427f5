"""Who goes with which vehicle to which ward, all at once? Beds held, a run made up, people on it.

All or nothing: whoever has no bed any more by now stops the whole of it, and nothing has changed.
"""

from collections.abc import Mapping

from django.db import transaction

from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.policy.can import Ask, can
from linli.registry.areas import Area


@transaction.atomic
def compose(
    scene: Scene,
    transfer_ids: list[int],
    *,
    wards: Mapping[int, int] | None = None,
    vehicle_id: int | None = None,
    escort_ids: tuple[int, ...] = (),
) -> int:
    """Make up a run of these transfers; ``wards`` says where to hold a bed for who has none.

    Returns the number of the run. Raises what holding, opening or loading raises.
    """
    for transfer_id in transfer_ids:
        waits = Item.objects.filter(id=transfer_id, loop="transfer", stage="needed").exists()
        if waits and wards and transfer_id in wards:
            advance(transfer_id, "find_place", scene, data={"ward_id": wards[transfer_id]})
    data = {"vehicle_id": vehicle_id, "escort_ids": list(escort_ids)}
    given = {name: value for name, value in data.items() if value}
    opening = Opening(_home(scene).id, "none", given, opened_by=scene.actor.id)
    run = open_item(catalogue.get("run"), opening, scene).item_id
    advance(run, "load", scene, data={"transfer_ids": transfer_ids})
    return run


def _home(scene: Scene) -> Area:
    """The area of the dispatcher's widest post: the run belongs there."""
    can(scene.actor, Ask("run.open", DISPATCHERS)).required()
    widest = min(scene.actor.holds(DISPATCHERS), key=lambda holding: len(holding.path))
    return Area.objects.get(path=widest.path)
