"""A run on one sheet: who is on it, where each gets on and who receives them, what is missing."""

from dataclasses import dataclass
from typing import Any

from linli.errors import N_, NotFound, Word
from linli.loops import write
from linli.loops.beds import who
from linli.loops.ledger import Item
from linli.loops.loop import Gate, State, Unmet
from linli.loops.runs import manifest
from linli.loops.runs.account import Account as Sums
from linli.loops.runs.account import account
from linli.loops.runs.gates import DEPARTURE
from linli.loops.runs.manifest import Passenger
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import Actor
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry import sight
from linli.registry.accounts import Account
from linli.registry.areas import Area, within
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.registry.wards import Ward

SEE = "transfers.drive"


@dataclass(frozen=True)
class Stop:
    """One who gets on: who, where, and what waits for them."""

    passenger: Passenger
    person: dict[str, Any]
    place: Area | None
    from_site: Site | None
    ward: Ward | None
    receiver: str


@dataclass(frozen=True)
class Sheet:
    """A run with its stops, its crew by name, its gates, and the account of who was sent."""

    run: Standing
    stops: tuple[Stop, ...]
    vehicle: Vehicle | None
    lead: Vehicle | None
    site: Site | None
    driver: str
    escorts: tuple[str, ...]
    gates: tuple[tuple[Gate, Unmet | None], ...]
    sums: Sums

    @property
    def n_shut(self) -> int:
        """How many gates are shut."""
        return sum(unmet is not None for _, unmet in self.gates)


def sheet(actor: Actor, run_id: int, *, purpose: str | None, now: int) -> Sheet:
    """The sheet of a run that somebody sends or drives; the look at its people is recorded.

    A driver sees the runs that name them, and no others.
    """
    run = write.load(run_id, lock=False)
    if run is None or run.loop != "run" or not _mine(actor, run):
        raise NotFound(what=Word(N_("run")), value=run_id)
    seen = sight.look(actor, SEE, purpose)
    scene = Scene(actor, now, purpose or "")
    passengers = manifest.of(run, scene).passengers
    if not passengers and run.data.get("sent"):
        passengers = _sent(run)
    items = [p.transfer for p in passengers]
    people = _people(items, seen, run, purpose)
    drafted = run.stage == "drafted"
    gates = tuple((gate, gate.check(run, {}, scene)) for gate in DEPARTURE) if drafted else ()
    names = _names([run.data.get("driver_id"), *run.data.get("escort_ids", ())], passengers)
    stops = _stops(passengers, people, names)
    vehicles = Vehicle.objects.in_bulk(
        [i for i in (run.data.get("vehicle_id"), run.data.get("lead_vehicle_id")) if i]
    )
    site_ids = {p.site_id for p in passengers if p.site_id} | {run.data.get("site_id")}
    return Sheet(
        run,
        stops,
        vehicles.get(run.data.get("vehicle_id") or 0),
        vehicles.get(run.data.get("lead_vehicle_id") or 0),
        Site.objects.filter(id__in=[i for i in site_ids if i]).order_by("id").first(),
        names.get(run.data.get("driver_id"), ""),
        tuple(names.get(i, str(i)) for i in run.data.get("escort_ids", ())),
        gates,
        account(run.id),
    )


def runs_of(actor: Actor) -> list[Item]:
    """The runs under way that somebody may send, or that name them as the driver."""
    rows = Item.objects.filter(loop="run", exercise=actor.exercise).exclude(state=State.CLOSED)
    ranges = sight.look(actor, SEE, None, about_residents=False).ranges
    found = rows.filter(within(ranges)).order_by("-id")[: sight.ROWS_A_PAGE * 4]
    return [run for run in found if _may(actor, run.path, run.data.get("driver_id"))]


def _mine(actor: Actor, run: Standing) -> bool:
    same = bool(run.exercise) == actor.exercise
    return same and _may(actor, run.path, run.data.get("driver_id"))


def _may(actor: Actor, path: str, driver_id: int | None) -> bool:
    sends = any(path.startswith(h.path) for h in actor.holds(DUTY_OFFICERS))
    drives = any(path.startswith(h.path) for h in actor.holds({Role.DRIVER}))
    return sends or (drives and driver_id == actor.id)


def _people(
    items: list[Item], seen: sight.Sight, run: Standing, purpose: str | None
) -> dict[int, dict[str, Any]]:
    """Names as they are seen where the run lies: a driver has no power where its people live."""
    here = [Item(id=item.id, subject_id=item.subject_id, path=run.path) for item in items]
    return who.people_of(here, seen, purpose=purpose, path=run.path)


def _sent(run: Standing) -> tuple[Passenger, ...]:
    """Everybody who was on a run that is over."""
    rows = Item.objects.filter(id__in=run.data["sent"], loop="transfer").order_by("id")
    return tuple(Passenger(transfer, None, None) for transfer in rows)


def _names(
    account_ids: list[int | None], passengers: tuple[Passenger, ...]
) -> dict[int | None, str]:
    wanted = {i for i in account_ids if i} | {p.receiver_id for p in passengers if p.receiver_id}
    rows = Account.objects.filter(id__in=wanted).values_list("id", "display_name")
    return dict(rows)


def _stops(
    passengers: tuple[Passenger, ...],
    people: dict[int, dict[str, Any]],
    names: dict[int | None, str],
) -> tuple[Stop, ...]:
    """In the order of the areas where people get on, so that neighbours stand together."""
    areas = Area.objects.in_bulk({p.transfer.area_id for p in passengers})
    sites = Site.objects.in_bulk(
        {i for p in passengers if (i := p.transfer.data.get("from_site_id"))}
    )
    wards = Ward.objects.in_bulk({i for p in passengers if (i := p.transfer.data.get("ward_id"))})
    stops = [
        Stop(
            p,
            people[p.transfer.id],
            areas.get(p.transfer.area_id),
            sites.get(p.transfer.data.get("from_site_id") or 0),
            wards.get(p.transfer.data.get("ward_id") or 0),
            names.get(p.receiver_id, ""),
        )
        for p in passengers
    ]
    return tuple(sorted(stops, key=lambda s: (s.passenger.transfer.path, s.passenger.transfer.id)))
