"""What must be true before a run leaves? Each gate names its evidence; all unmet ones are told.

The gates of S31, after the night of 9 February 2020: no seat, no escort, no bed, no receiver, no
open road, no departure. What a vehicle and its crew need follows the national notice named in
``beds/rules.toml``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from linli.errors import N_, Word
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.beds.rules import rules, worst
from linli.loops.beds.words import TransferPosture
from linli.loops.ledger import Item
from linli.loops.loop import Gate, Unmet
from linli.loops.runs import manifest
from linli.loops.runs.manifest import Passenger
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import scope
from linli.registry.areas import within
from linli.registry.vehicles import VehicleKind
from linli.registry.wards import BedCategory

MINUTE_S = 60
NAMED_AT_MOST = 8  # transfers named in one sentence
CATEGORY_NAMES = dict(BedCategory.choices)
LIES_ON = frozenset({VehicleKind.AMBULANCE.value})


def _reached(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Whoever makes up a run puts on it only people whom they may send."""
    wanted = set(form["transfer_ids"])
    rows = Item.objects.filter(id__in=wanted, loop="transfer", exercise=item.exercise)
    ranges = scope(scene.actor, DISPATCHERS)
    found = set(rows.filter(within(ranges)).values_list("id", flat=True))
    if wanted <= found:
        return None
    return Unmet(
        "reached",
        N_("You reach no transfer with these numbers: {ids}. Check them."),
        {"ids": tuple(sorted(wanted - found))},
    )


def _theirs(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Only who was sent with this run gets on."""
    strangers = tuple(sorted(set(form["transfer_ids"]) - set(item.data.get("sent", ()))))
    if not strangers:
        return None
    return Unmet(
        "theirs",
        N_("Transfers {ids} are not on this run. Check the numbers."),
        {"ids": strangers},
    )


def _passengers(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if manifest.of(item, scene).passengers:
        return None
    return Unmet("passengers", N_("Nobody is on the run. Put somebody on it, or cancel it."))


def _seats(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A seat for each passenger and escort, a wheelchair place for each who needs one."""
    here = manifest.of(item, scene)
    if here.vehicle is None:
        return Unmet("seats", N_("No vehicle is named. Name one."))
    n_people = len(here.passengers) + len(_escorts(item))
    if n_people > here.vehicle.n_seats:
        return Unmet(
            "seats",
            N_("{people} people for {seats} seats: {over} would stand. Add a run."),
            {
                "people": n_people,
                "seats": here.vehicle.n_seats,
                "over": n_people - here.vehicle.n_seats,
            },
        )
    n_chairs = sum(p.transfer.data.get("posture") == TransferPosture.SITS for p in here.passengers)
    if n_chairs > here.vehicle.n_wheelchairs:
        return Unmet(
            "seats",
            N_("{chairs} wheelchairs for {places} places. Take a vehicle with more."),
            {"chairs": n_chairs, "places": here.vehicle.n_wheelchairs},
        )
    return None


def _escort(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Enough escorts for how ill they are, who are on no other run."""
    here = manifest.of(item, scene)
    needed = rules().escorts_for(p.severity for p in here.passengers)
    free = [account for account in _escorts(item) if account not in here.busy]
    if len(free) >= needed:
        return None
    return Unmet(
        "escort",
        N_("{free} escorts are free for {n} passengers, and {needed} are needed."),
        {"free": len(free), "n": len(here.passengers), "needed": needed},
    )


def _driver(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A driver who is not on another run and does not escort at the same time."""
    driver = item.data.get("driver_id")
    if driver is None:
        return Unmet("driver", N_("No driver is named. Name one."))
    busy = manifest.of(item, scene).busy
    if driver in busy or driver in item.data.get("escort_ids", ()):
        return Unmet("driver", N_("Driver {id} is on another run, or escorts."), {"id": driver})
    return None


def _protection(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """What driver and crew wear was looked at lately, and is enough for the worst on board."""
    seen = _fresh(item, "equipment", rules().evidence_minutes, scene)
    level = rules().protection[_worst(item, scene)]
    if seen is None:
        return Unmet("protection", N_("Nobody has looked at what driver and crew wear. Look."))
    if min(seen["driver_level"], seen["crew_level"]) >= level:
        return None
    return Unmet(
        "protection",
        N_("The driver wears level {driver}, the crew {crew}; level {level} is needed."),
        {"driver": seen["driver_level"], "crew": seen["crew_level"], "level": level},
    )


def _vehicle(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A closed cab, life support for the severe, and an ambulance for who has to lie."""
    here, seen = manifest.of(item, scene), item.data.get("equipment", {})
    ill = _worst(item, scene)
    lacks = []
    if rules().needs_partition(ill) and not seen.get("partition"):
        lacks.append(Word(N_("a closed cab")))
    if rules().needs_life_support(ill) and not seen.get("life_support"):
        lacks.append(Word(N_("life support")))
    lying = any(p.transfer.data.get("posture") == TransferPosture.LIES for p in here.passengers)
    if lying and (here.vehicle is None or here.vehicle.kind not in LIES_ON):
        lacks.append(Word(N_("a stretcher")))
    if not lacks:
        return None
    return Unmet("vehicle", N_("The vehicle lacks: {lacks}."), {"lacks": tuple(lacks)})


def _one_category(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """All on board are of one category."""
    found = Counter(p.category for p in manifest.of(item, scene).passengers)
    if len(found) <= 1:
        return None
    named = tuple(Word(CATEGORY_NAMES[BedCategory(category)]) for category in sorted(found))
    return Unmet(
        "category",
        N_("Categories are mixed: {found}. Give each its own run."),
        {"found": named},
    )


def _destination(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """All go to one site."""
    sites = sorted({p.site_id for p in manifest.of(item, scene).passengers if p.site_id})
    if len(sites) <= 1:
        return None
    return Unmet(
        "destination",
        N_("They go to different sites: {sites}. Give each its own run."),
        {"sites": tuple(sites)},
    )


def _route(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The whole road was looked at lately, and is open."""
    seen = _fresh(item, "route", rules().route_minutes, scene)
    if seen is None:
        return Unmet("route", N_("Nobody has looked whether the road is open. Look first."))
    if seen["open"]:
        return None
    return Unmet("route", N_("The road is closed. Find another, and look again."))


def _bed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The bed of each is confirmed by its ward."""
    return _each(
        item,
        scene,
        "bed",
        N_("The ward has not confirmed a bed for {n}: transfers {ids}."),
        lambda p: p.confirmed,
    )


def _receiver(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Somebody by name is on duty at the ward for each."""
    here = manifest.of(item, scene)
    return _each(
        item,
        scene,
        "receiver",
        N_("Nobody on duty receives {n}: transfers {ids}. Ask the ward to name somebody."),
        lambda p: p.stay is not None and p.receiver_id in here.on_duty(p.stay.path, scene),
    )


def _family(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The family of each knows of the ward they go to."""
    return _each(
        item,
        scene,
        "family",
        N_("The family of {n} was not told where they go: transfers {ids}. Tell them."),
        lambda p: p.transfer.data.get("told", {}).get("ward") == p.transfer.data.get("ward_id"),
    )


def _record(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Who comes from another ward has been signed out there, with the record."""
    return _each(
        item,
        scene,
        "record",
        N_("The sending ward has not signed for the record of {n}: transfers {ids}."),
        lambda p: "from_stay_id" not in p.transfer.data or "record" in p.transfer.data,
    )


def _disinfected(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The vehicle was disinfected since its last run."""
    undone = manifest.of(item, scene).undone
    if undone is None:
        return None
    return Unmet(
        "disinfected",
        N_("The vehicle was not disinfected since run {run}. Disinfect it, and say so there."),
        {"run": undone},
    )


def _everybody_off(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The ward has signed for each, or turned them away."""
    still = [t.id for t in manifest.aboard(item.id) if t.stage == "departed"]
    if not still:
        return None
    return Unmet(
        "everybody_off",
        N_("The ward has not signed for {n}: transfers {ids}."),
        _named(still),
    )


def _each(item: Standing, scene: Scene, gate: str, sentence: str, holds: Any) -> Unmet | None:
    """A gate that each passenger has to pass; those who do not are named by their transfers."""
    failing: Sequence[Passenger] = [p for p in manifest.of(item, scene).passengers if not holds(p)]
    if not failing:
        return None
    return Unmet(gate, sentence, _named([p.transfer.id for p in failing]))


def _named(ids: Sequence[int]) -> dict[str, Any]:
    more = ("…",) if len(ids) > NAMED_AT_MOST else ()
    return {"n": len(ids), "ids": (*ids[:NAMED_AT_MOST], *more)}


def _escorts(item: Standing) -> list[int]:
    return list(dict.fromkeys(item.data.get("escort_ids", ())))


def _worst(item: Standing, scene: Scene) -> str:
    return worst(p.severity for p in manifest.of(item, scene).passengers)


def _fresh(item: Standing, name: str, minutes: int, scene: Scene) -> Any:
    """Evidence that is not older than so many minutes; None without any."""
    seen = item.data.get(name)
    return seen if seen and scene.now - seen["at"] <= minutes * MINUTE_S else None


DEPARTURE = (
    Gate("passengers", N_("somebody is on it"), _passengers),
    Gate("seats", N_("a seat for everybody"), _seats),
    Gate("escort", N_("enough escorts for how ill they are"), _escort),
    Gate("driver", N_("a driver who is free"), _driver),
    Gate("protection", N_("driver and crew are protected"), _protection),
    Gate("vehicle", N_("the vehicle is right for how ill they are"), _vehicle),
    Gate("category", N_("one category only"), _one_category),
    Gate("destination", N_("one site only"), _destination),
    Gate("route", N_("the road is open"), _route),
    Gate("bed", N_("a confirmed bed for each"), _bed),
    Gate("receiver", N_("somebody on duty receives each"), _receiver),
    Gate("family", N_("every family was told"), _family),
    Gate("record", N_("the sending ward has signed for the record"), _record),
    Gate("disinfected", N_("disinfected since its last run"), _disinfected),
)
THEIRS = Gate("theirs", N_("they are on this run"), _theirs)
REACHED = Gate("reached", N_("they are yours to send"), _reached)
EVERYBODY_OFF = Gate("everybody_off", N_("the ward has signed for everybody"), _everybody_off)
