"""Who waits for a bed when the demo opens, who is on the road, and who has just come in?

Nothing is written that did not happen: beds are asked for, held and confirmed, runs made up,
looked at and driven, each by whoever does it. One run stands with most of its gates shut, as on
the night of 9 February 2020.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from linli import clock
from linli.demo import riding
from linli.demo.bedsides import Bedsides
from linli.demo.staff import Staff
from linli.errors import Problem
from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.beds import receivers, search
from linli.loops.beds.words import TransferPosture
from linli.loops.closures.draw import ClosureAsk
from linli.loops.closures.tables import Shape
from linli.loops.for_person import About, open_about
from linli.loops.routes import kept as routes
from linli.loops.runs import on_road
from linli.loops.runs.compose import compose
from linli.loops.scene import Scene
from linli.loops.transfers import in_play
from linli.loops.transfers.ask import NewTransfer, ask
from linli.loops.transfers.forms import TransferAsk
from linli.loops.transfers.gates import need_of
from linli.loops.under_way import under_way
from linli.policy.can import PATH_STEP
from linli.policy.roles import Purpose, Role
from linli.registry import areas, roster
from linli.registry.areas import Area
from linli.registry.person import Person
from linli.registry.vehicles import Vehicle, VehicleKind
from linli.registry.wards import SEVERITY_RANK, BedCategory
from linli.studies.dispatch.closing import close
from linli.studies.dispatch.run_routes import ensured

MINUTE, HOUR = 60, 3600
STREET_LENGTH, DISTRICT_LENGTH = 3 * PATH_STEP, 2 * PATH_STEP
CATEGORY_OF = {"treatment": "confirmed", "ward": "suspected"}
WALKING = ("mild", "ordinary")  # who may sit in a bus
LIES = frozenset({"severe", "critical"})
MOST_ASKED = 140  # transfers of the evening, the nearest first; more would only take longer
MOST_ON_A_RUN = 6  # of these early runs, so that a queue is left; assumed
RIDE_MINUTES = 45  # what whoever looks at the road says; assumed
TRIPS = (("dialysis", 3), ("pregnancy", 2), ("clinic", 3))  # of the cast's community; assumed
GOES_ON = (("dialysis", 2), ("chronic", 2))
SEEN = {"driver_level": 3, "crew_level": 3, "partition": True, "life_support": False}
FACTS = (
    "车到医院时无人接收，{n}人在车上等了一个多小时。",
    "At the hospital nobody received them; {n} people waited in the vehicle for more than an hour.",
)
SEALED = "路口封控，非救护车辆绕行"
Made = Callable[[int], None]
T = TypeVar("T")


@dataclass(frozen=True)
class _Sender:
    """Whoever dispatches for a part of the city, and the part."""

    role: Role
    path: str


class Evening:
    """The transfers of the last day, one session of work after the other."""

    def __init__(self, staff: Staff, *, home: str, seed: int, until: int) -> None:
        """``home``: the path of the community of the cast."""
        self.staff, self.home, self.until = staff, home, until
        self.dice = Random(f"{seed}/evening")
        self.bedsides = Bedsides(staff, home=home, seed=seed, until=until)
        self.street = _Sender(Role.STREET_DUTY, home[:STREET_LENGTH])
        self.district = _Sender(Role.DISTRICT_COMMAND, home[:DISTRICT_LENGTH])
        self.busy: set[int] = set()  # accounts and vehicles on a run of this evening
        self.moved: list[int] = []
        self.at_the_door: int | None = None
        self.before_it: int | None = None  # the run before a closed road
        self.refused: dict[str, int] = {}

    def timetable(self) -> list[tuple[int, Made]]:
        """Who works at which moment before the curtain rises."""
        ago = (
            (4 * 24 * HOUR, self.bedsides.set_up), (30 * HOUR, self.ask), (22 * HOUR, self.ask),
            (9 * HOUR, self.ask), (5 * HOUR, self.move_some), (3 * HOUR, self.bring_some),
            (150 * MINUTE, self.arrange), (2 * HOUR, self.ask), (35 * MINUTE, self.send_out),
            (9 * MINUTE, self.come_in), (8 * MINUTE, self.leave_open), (6 * MINUTE, self.send_more),
            (4 * MINUTE, self.close_a_road), (1 * MINUTE, self.drive_on),
        )  # fmt: skip
        return [(self.until - before, work) for before, work in ago]

    def ask(self, at: int) -> None:
        """Streets ask for a bed for those who have none, the nearest to the cast first."""
        asked = {one.person_id for one in under_way("transfer")}
        needs = [n for n in under_way("placement") if n.item_class in CATEGORY_OF]
        waiting = [n for n in needs if n.stage == "needed" and n.person_id not in asked]
        waiting.sort(key=lambda n: (-_shared(n.path, self.home), n.id))
        ill = in_play.severities(n.person_id for n in waiting)
        for need in waiting[: MOST_ASKED - len(asked)]:
            severity = ill.get(need.person_id) or "ordinary"
            scene = self.staff.scene(Role.STREET_DUTY, need.path, at, Purpose.SERVICE)
            form = TransferAsk(
                person_id=need.person_id,
                category=BedCategory(CATEGORY_OF[need.item_class]),
                oxygen=severity in LIES,
                posture=TransferPosture.LIES if severity == "critical" else TransferPosture.WALKS,
            )
            if scene is not None:
                new = NewTransfer(severity, form)
                self._do(ask, scene.actor, new, purpose=scene.purpose, now=at)

    def move_some(self, at: int) -> None:
        """Two runs leave in the early afternoon."""
        self.moved = [run for run in (
            self._sent(self.street, at, WALKING, VehicleKind.WHEELCHAIR_VAN),
            self._sent(self.district, at, WALKING, VehicleKind.BUS),
        ) if run]  # fmt: skip

    def bring_some(self, at: int) -> None:
        """They have arrived: the wards sign for everybody, and the vehicles are disinfected."""
        for run in self.moved:
            self._received(run, at, admits=True)
            ours = on_road.find(run).path == self.street.path
            by = self._scene(self.street if ours else self.district, at)
            clean = {"agent": "含氯消毒剂 1000 mg/L", "minutes": 60}
            self._step(run, "hand_over", by)
            self._step(run, "disinfect", by, **clean)
        if self.moved:
            self._report(self.moved[0], at)

    def send_out(self, at: int) -> None:
        """A bus that will stand at the door of its ward when the curtain rises."""
        self.busy.clear()
        self.at_the_door = self._sent(self.district, at, WALKING, VehicleKind.BUS)

    def send_more(self, at: int) -> None:
        """Two that have just left, and are on the road then."""
        self._sent(self.street, at, WALKING, VehicleKind.WHEELCHAIR_VAN, near=True)
        self.before_it = self._sent(self.district, at, WALKING, VehicleKind.BUS)

    def close_a_road(self, at: int) -> None:
        """A crossing is sealed on the way of one of them: a new way is asked for."""
        row = routes.newest([self.before_it or 0]).get(self.before_it or 0)
        scene = self._scene(self.district, at)
        if row is None or scene is None or not row.legs:
            return
        line = row.legs[-1]["line"]
        a, b = line[len(line) // 2 - 1], line[len(line) // 2]
        lon, lat = (round((a[k] + b[k]) / 2, 6) for k in (0, 1))
        form = ClosureAsk(
            shape=Shape.POINT, points=f"{lon} {lat}", passes=[VehicleKind.AMBULANCE],
            until_at=clock.moment(self.until + 6 * HOUR), reason=SEALED,
        )  # fmt: skip
        self._do(close, scene.actor, form, now=at)

    def come_in(self, at: int) -> None:
        """One of them stands at the door of its wards: signed for, not yet in bed."""
        if self.at_the_door:
            self._received(self.at_the_door, at, admits=False)

    def drive_on(self, at: int) -> None:
        """Who is on the road says where, and who has got on."""
        for run in (r for r in on_road.under_way(exercise=True) if r.stage == "departed"):
            driver, row = run.data.get("driver_id"), routes.newest([run.id]).get(run.id)
            if driver not in self.staff.actors or row is None:
                continue
            scene = self.staff.scene_of(driver, Role.DRIVER, at)
            there = riding.along(row, run.data["left_at"], at)
            if there.on_board:
                self._step(run.id, "pick_up", scene, transfer_ids=list(there.on_board))
            lon, lat = there.point
            self._step(run.id, "tell_position", scene, longitude=lon, latitude=lat)

    def leave_open(self, at: int) -> None:
        """Beds held that no ward has confirmed, and a run that may not leave as it stands."""
        for sender, n in ((self.street, 2), (self.district, 4)):
            scene = self._scene(sender, at)
            for item in self._waiting(sender)[:n]:
                self._hold(item, scene)
        scene = self._scene(self.district, at)
        ill = sorted(self._waiting(self.district), key=lambda i: -SEVERITY_RANK[i.item_class])
        held = [item for item in ill[:MOST_ON_A_RUN] if self._hold(item, scene)]
        bus = self._vehicle(self.district, VehicleKind.BUS)
        ids = [item.id for item in held if item.kind == held[0].kind]
        if ids and bus and scene:
            escorts = self._staff_of(Role.GRID_WORKER, self.district, 2)
            self._do(compose, scene, ids, vehicle_id=bus, escort_ids=tuple(escorts))

    def arrange(self, at: int) -> None:
        """Trips of those without fever, and care that has to be found anew."""
        desk = self.staff.scene(Role.COMMUNITY_DESK, self.home, at, Purpose.SERVICE)
        people = Person.objects.filter(areas.under(self.home), survivor_id=None).order_by("id")
        ill = {one.person_id for one in under_way("case", "contact", "fever")}
        well = [i for i in people.values_list("id", flat=True)[:400] if i not in ill]
        self.dice.shuffle(well)
        for loop, verb, wanted in (
            ("trip", "trips.ask", TRIPS), ("ongoing_care", "ongoing_care.ask", GOES_ON)
        ):  # fmt: skip
            for item_class in (word for word, n in wanted for _ in range(n)):
                if desk is None or not well:
                    return
                trip = {"goes_at": self._soon(), "fever": False}
                data = trip if loop == "trip" else {"because": "displaced"}
                about = About(loop, item_class, well.pop(), data)
                self._do(open_about, desk.actor, about, verb, purpose=desk.purpose, now=at)

    def _soon(self) -> str:
        hours = self.dice.randrange(2, 40)
        return (clock.moment(self.until) + timedelta(hours=hours)).isoformat()

    def _sent(
        self, sender: _Sender, at: int, severities: Sequence[str], kind: VehicleKind, *,
        near: bool = False,
    ) -> int | None:  # fmt: skip
        """A run with everything it needs leaves; its number, or None where there was none."""
        scene = self._scene(sender, at - 25 * MINUTE)
        vehicle = self._vehicle(sender, kind)
        if scene is None or vehicle is None:
            return None
        room = MOST_ON_A_RUN if kind is VehicleKind.BUS else 2
        by_site: dict[tuple[int, str], list[Any]] = defaultdict(list)
        waiting = self._waiting(sender, severities)
        for item in waiting[: min(room + 1, max(1, len(waiting) // 2))]:  # a queue is left
            if (place := self._hold(item, scene, near=near)) is not None:
                by_site[place, item.kind].append(item)
        if not by_site:
            return None
        riders = max(by_site.values(), key=len)[:room]
        for item in (i for group in by_site.values() for i in group):
            self._confirm(item.id, at - 15 * MINUTE)
            if item in riders:
                self._step(item.id, "tell_family", scene, how="phone")
        ids = [item.id for item in riders]
        run = self._do(compose, scene, ids, vehicle_id=vehicle)
        if run is None:
            return None
        crew = {
            "vehicle_id": vehicle,
            "driver_id": self._driver(sender, at),
            "escort_ids": self._staff_of(Role.GRID_WORKER, sender, 1 + len(ids) // 12),
        }
        self._step(run, "crew", scene, **crew)
        self._step(run, "equip", scene, **SEEN)
        self._step(run, "check_route", scene, open=True, minutes=RIDE_MINUTES)
        if not self._step(run, "depart", self._scene(sender, at)):
            return None
        ensured([on_road.find(run)], now=at)
        return run

    def _hold(self, item: Any, scene: Scene | None, *, near: bool = False) -> int | None:
        """A bed held at the nearest ward that fits; the site, or None without a bed."""
        if scene is None:
            return None
        area = Area.objects.get(id=item.area_id)
        found = search.find(scene.actor, need_of(item), around=areas.point_of(area), most=5)
        for place in found if near else sorted(found, key=lambda p: -p.n_free):
            if self._step(item.id, "find_place", scene, ward_id=place.ward_id):
                return place.site_id
        return None

    def _confirm(self, transfer_id: int, at: int) -> None:
        stay = in_play.stay_of(transfer_id)
        scene = self._receiver(stay, at)
        if stay and scene:
            self._step(stay.id, "confirm", scene)

    def _received(self, run: int, at: int, *, admits: bool) -> None:
        for transfer_id in in_play.riding(run):
            stay = in_play.stay_of(transfer_id)
            scene = self._receiver(stay, at)
            if stay and scene:
                self._step(stay.id, "arrive", scene, condition="stable")
                if admits:
                    self._step(stay.id, "admit", scene, record_came=True)

    def _receiver(self, stay: Any, at: int) -> Scene | None:
        known = receivers.on_duty(stay.path, at) if stay else []
        account = next((a for a in known if a in self.staff.actors), None)
        if account is None:
            return None
        held = self.staff.actors[account].holdings
        role = Role.CLINICIAN if any(h.role is Role.CLINICIAN for h in held) else Role.SECRETARY
        return self.staff.scene_of(account, role, at)

    def _report(self, run: int, at: int) -> None:
        """Whoever received them says what went wrong; each of them is owed a remedy."""
        scene = self._scene(self.street, at)
        struck = in_play.sent_from(run, self.street.path)[:4]
        if scene is None:
            return
        facts = " ".join(FACTS).format(n=max(1, len(struck)))
        told = {"fault": "no_receiver", "facts": facts, "run_id": run, "transfer_ids": struck}
        home = Area.objects.get(path=self.street.path)
        opening = Opening(home.id, "harm", told, opened_by=scene.actor.id)
        self._do(open_item, catalogue.get("incident"), opening, scene)

    def _waiting(self, sender: _Sender, severities: Collection[str] = ()) -> list[Any]:
        """Who waits there; the street of the cast sends its own."""
        but = self.street.path if sender is self.district else ""
        return in_play.waiting(sender.path, severities=severities, but=but)

    def _vehicle(self, sender: _Sender, kind: VehicleKind) -> int | None:
        rows = Vehicle.objects.filter(areas.under(sender.path), kind=kind, valid_until=None)
        free = (i for i in rows.order_by("id").values_list("id", flat=True) if -i not in self.busy)
        found = next(free, None)
        if found is not None:
            self.busy.add(-found)  # vehicles stand beside accounts, below zero
        return found

    def _driver(self, sender: _Sender, at: int) -> int | None:
        """A driver of the sender's own, who is not on a run."""
        held = roster.holders(sender.path, [Role.DRIVER], at)
        found = next((who for who in held if who not in self.busy), None)
        if found is not None:
            self.busy.add(found)
        return found

    def _staff_of(self, role: Role, sender: _Sender, n: int) -> list[int]:
        """Some who hold a role within the part, the nearest to the cast first."""
        posts = self.staff.at.get(role, {}).items()
        here = [(path, who) for path, who in posts if path.startswith(sender.path)]
        here.sort(key=lambda post: (-_shared(post[0], self.home), post[0]))
        found = [who for _, who in here if who not in self.busy][:n]
        self.busy.update(found)
        return found

    def _scene(self, sender: _Sender, at: int) -> Scene | None:
        return self.staff.scene(sender.role, sender.path, at, Purpose.SERVICE)

    def _step(self, item_id: int, step: str, scene: Scene | None, **data: object) -> bool:
        if scene is None:
            return False
        return self._do(advance, item_id, step, scene, data=data) is not None

    def _do(self, work: Callable[..., T], *given: Any, **named: Any) -> T | None:
        try:
            return work(*given, **named)
        except Problem as problem:
            self.refused[problem.code] = self.refused.get(problem.code, 0) + 1
            return None


def _shared(path: str, home: str) -> int:
    """How many steps of the way from the city down two places share."""
    return next((n for n in range(len(home), 0, -PATH_STEP) if path.startswith(home[:n])), 0)
