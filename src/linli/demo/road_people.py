"""Who drives while the demo's clock runs? Runs move along their ways; wards sign for who arrives.

One run a turn, by the API like anybody else. Where a vehicle is comes from its device, also for
the driver of the cast; what the cast does by hand is left to whoever signs in as one of them.
"""

import logging

from linli import clock
from linli.demo import riding
from linli.demo.calls import Calls, Refused
from linli.loops.beds import receivers
from linli.loops.routes import kept as routes
from linli.loops.runs import on_road
from linli.loops.runs.on_road import Run
from linli.loops.transfers import in_play
from linli.policy.roles import Purpose, Role
from linli.registry.roster import Assignment

log = logging.getLogger("linli.demo")

TOLD_EVERY_S = 120  # of the city's clock
CLEAN = {"agent": "含氯消毒剂 1000 mg/L", "minutes": 30}


class RoadPeople:
    """Drivers and wards, one run after the other."""

    def __init__(self, calls: Calls, cast: set[int]) -> None:
        self.calls, self.cast = calls, cast
        self.n = 0

    def turn(self) -> bool:
        """The next run goes on; False if none is on the road."""
        runs = [run for run in on_road.under_way(exercise=True) if run.stage == "departed"]
        if not runs:
            return False
        run = runs[self.n % len(runs)]
        self.n += 1
        try:
            return self._go_on(run, clock.now_s())
        except Refused as refused:
            log.info("Refused: %s", refused)
            return False

    def _go_on(self, run: Run, now: int) -> bool:
        driver = run.data.get("driver_id")
        told = run.data.get("position", {}).get("at", 0)
        if driver is None or now - told < TOLD_EVERY_S:
            return False
        if run.data.get("route", {}).get("open") is False:
            return False  # it stands before what is closed, until it is sent another way
        row = routes.newest([run.id]).get(run.id)
        if row is None:
            self.calls.ask("GET", "runs/ways", driver, Purpose.SERVICE)
            return True
        there = riding.along(row, run.data["left_at"], now)
        lon, lat = there.point
        self._run(run, "tell_position", driver, longitude=lon, latitude=lat)
        if driver not in self.cast:
            self._by_hand(run, there, driver)
        return True

    def _by_hand(self, run: Run, there: riding.There, driver: int) -> None:
        new = sorted(set(there.on_board) - set(run.data.get("on_board", ())))
        if new:
            self._run(run, "pick_up", driver, transfer_ids=new)
        if there.arrived and self._received(run):
            self._run(run, "hand_over", driver)
            self._run(run, "disinfect", driver, **CLEAN)

    def _received(self, run: Run) -> bool:
        """The ward signs for one more; whether nobody is left."""
        for stay in in_play.expected_with(run.id):
            duty = receivers.on_duty(stay.path, clock.now_s())
            who = next((account for account in duty if account not in self.cast), None)
            if who is None:
                return False
            clinical = Assignment.objects.filter(
                account_id=who, post__role=Role.CLINICIAN, ends_at=None
            ).exists()
            purpose = Purpose.CARE if clinical else Purpose.SERVICE
            step = "arrive" if stay.stage == "coming" else "admit"
            body = {"condition": "stable"} if step == "arrive" else {"record_came": True}
            self.calls.ask("POST", f"stays/{stay.id}/{step}", who, purpose, json=body)
            return False
        return True

    def _run(self, run: Run, step: str, driver: int, **body: object) -> None:
        self.calls.ask("POST", f"runs/{run.id}/{step}", driver, Purpose.SERVICE, json=body)
