"""Who is on a run, and what is known of each? Looked up once for all gates of a departure."""

from dataclasses import dataclass
from typing import Any

from linli.loops.beds import ledger, receivers
from linli.loops.beds.tables import Bed, BedState
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.registry.vehicles import Vehicle

ON_ROAD = "departed"


@dataclass(frozen=True)
class Passenger:
    """One who is to go: their transfer, the bed that waits, and the stay that confirms it."""

    transfer: Item
    bed: Bed | None
    stay: Item | None

    @property
    def severity(self) -> str:
        """How ill they are."""
        return self.transfer.item_class

    @property
    def category(self) -> str:
        """Their category."""
        return str(self.transfer.data.get("category", ""))

    @property
    def site_id(self) -> int | None:
        """Where they go."""
        return self.transfer.data.get("site_id")

    @property
    def confirmed(self) -> bool:
        """Whether the ward has confirmed the very bed that is held for them."""
        return self.bed is not None and self.bed.state == BedState.CONFIRMED

    @property
    def receiver_id(self) -> int | None:
        """Who receives them."""
        return self.stay.data.get("receiver_id") if self.stay else None


@dataclass(frozen=True)
class Manifest:
    """A run as it stands: its passengers, its vehicle, and who else is under way."""

    passengers: tuple[Passenger, ...]
    vehicle: Vehicle | None
    busy: frozenset[int]  # accounts that drive or escort another run now
    undone: int | None  # an earlier run of the vehicle that was not disinfected after

    def on_duty(self, path: str, scene: Scene) -> frozenset[int]:
        """Who receives at a site now; asked once a site."""
        memo: Any = scene.memo.setdefault("receivers on duty", {})
        if path not in memo:
            memo[path] = frozenset(receivers.on_duty(path, scene.now))
        return memo[path]


def of(item: Standing, scene: Scene) -> Manifest:
    """The manifest of a run, remembered for the other gates of the same call."""
    key = ("manifest", item.id, item.n_events)
    if key not in scene.memo:
        scene.memo[key] = _read(item)
    found: Any = scene.memo[key]
    return found


def aboard(run_id: int) -> list[Item]:
    """The transfers on a run that have not ended, in the order of their numbers."""
    rows = Item.objects.filter(carrier_id=run_id, loop="transfer").exclude(state=State.CLOSED)
    return list(rows.order_by("id"))


def _read(item: Standing) -> Manifest:
    transfers = aboard(item.id)
    ids = [transfer.id for transfer in transfers]
    beds = ledger.of_transfers(ids)
    stays = Item.objects.filter(parent_id__in=ids, loop="stay").exclude(state=State.CLOSED)
    by_transfer = {stay.parent_id: stay for stay in stays}
    vehicle_id = item.data.get("vehicle_id")
    others = Item.objects.filter(loop="run", exercise=item.exercise).exclude(id=item.id)
    alive = list(others.exclude(state=State.CLOSED))
    crews = [(run.data.get("driver_id"), *run.data.get("escort_ids", ())) for run in alive
             if run.stage == ON_ROAD]  # fmt: skip
    undone = [
        run.id
        for run in alive
        if run.stage in (ON_ROAD, "handed_over") and run.data.get("vehicle_id") == vehicle_id
    ]
    return Manifest(
        tuple(Passenger(t, beds.get(t.id), by_transfer.get(t.id)) for t in transfers),
        Vehicle.objects.filter(id=vehicle_id).first() if vehicle_id else None,
        frozenset(account for crew in crews for account in crew if account),
        undone[0] if undone and vehicle_id else None,
    )
