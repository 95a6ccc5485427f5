"""Who keeps the emergency of the demo alive? Grid workers, clinicians and tracers, by the API.

One of them at a time looks at what is theirs and does the next thing: a few doors, a follow-up, a
fever, an investigation, a tube. What the cast holds is left to whoever signs in as one of them.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from linli import clock
from linli.demo.calls import Calls, Refused
from linli.demo.meetings import ACCEPTED_FROM
from linli.demo.sweep import FOUND
from linli.loops.follow_ups.tables import TEST_SLOT, FollowUp, Seen
from linli.loops.laboratory.tables import LabOrder
from linli.loops.under_way import UnderWay, under_way
from linli.policy.roles import Purpose, Role
from linli.registry.roster import Assignment

log = logging.getLogger("linli.demo")

HOUR = 3600
OUT_FROM_H, OUT_UNTIL_H = 8, 21  # nobody goes from door to door at night
DOORS_A_TURN, TOLD_A_TURN, TUBES_A_TURN = 8, 4, 3
WELL, POSITIVE = (
    0.93,
    0.2,
)  # of follow-ups, and of tubes that are read while the clock runs; assumed
TUBE_WAITS = timedelta(hours=14)


class RoundsPeople:
    """Everybody who works in the rounds and around the cases, one turn after the other."""

    def __init__(self, calls: Calls, cast: set[int], *, home: str, seed: int) -> None:
        """``home``: the path of the community of the cast, whose neighbours come first."""
        self.calls, self.cast = calls, cast
        self.dice = Random(f"{seed}/rounds people")
        rows = Assignment.objects.filter(deputy=False, ends_at=None).exclude(account_id__in=cast)
        posts = list(rows.values_list("post__role", "post__path", "post__area_id", "account_id"))
        self.dice.shuffle(posts)
        self.posts = sorted(posts, key=lambda post: -_shared(post[1], home))
        self.workers = iter([p for p in self.posts if p[0] == Role.GRID_WORKER])
        self.turns: Sequence[Callable[[], bool]] = (
            self.doors, self.follow_ups, self.doors, self.fevers, self.doors, self.trace,
            self.follow_ups, self.tubes,
        )  # fmt: skip
        self.n = 0

    def turn(self) -> bool:
        """Somebody does the next thing; False if there was nothing to do."""
        work = self.turns[self.n % len(self.turns)]
        self.n += 1
        try:
            return work()
        except Refused as refused:
            log.info("Refused: %s", refused)
            return False

    def doors(self) -> bool:
        """A grid worker goes on along the doors that nobody has reported today."""
        at = clock.now_s()
        today = clock.day(clock.moment(at))
        hour = (at - clock.midnight_s(today)) // HOUR
        post = next(self.workers, None) if OUT_FROM_H <= hour < OUT_UNTIL_H else None
        if post is None:
            return False
        _, _, area_id, who = post
        left = self._ask("GET", "screening/uncovered", who, Purpose.SCREENING,
                         params={"area_id": area_id})["rows"]  # fmt: skip
        houses = [row["household_id"] for row in left if row["household_id"]][:DOORS_A_TURN]
        if not houses:
            return False
        reports = [
            {"uid": self._uid(), "seq": at * 1000 + n, "day": today.isoformat(),
             "household_id": house, "seen": self._found()}
            for n, house in enumerate(houses)
        ]  # fmt: skip
        self._ask("POST", "screening/reports", who, Purpose.SCREENING, json={"reports": reports})
        return True

    def follow_ups(self) -> bool:
        """Somebody asks some of the contacts that are due today."""
        today = clock.day(clock.now())
        due = FollowUp.objects.filter(day=today, status=Seen.DUE, holder_id__isnull=False)
        who = (
            due.filter(slot__lt=TEST_SLOT - 1)
            .exclude(holder_id__in=self.cast)
            .values_list("holder_id", flat=True)
            .first()
        )
        if who is None:
            return False
        mine = self._ask("GET", "follow-ups/today", who, self._why(who))
        left = [row for row in mine if row["status"] == "" and row["slot"] < TEST_SLOT]
        told = [
            {"contact_id": row["contact_id"], "day": row["day"], "slot": row["slot"],
             "status": "well" if self.dice.random() < WELL else "unreachable"}
            for row in left[:TOLD_A_TURN]
        ]  # fmt: skip
        if told:
            self._ask("POST", "follow-ups/tell", who, self._why(who), json={"rows": told})
        return bool(told)

    def fevers(self) -> bool:
        """A clinician sees whoever waits longest, or says what it was."""
        item = self._oldest("fever")
        who = self._nearest(Role.CLINICIAN, item.path) if item else None
        if item is None or who is None:
            return False
        if item.stage == "found":
            self._ask("POST", f"fevers/{item.id}/examine", who, Purpose.CARE, json={})
        else:
            body = {"diagnosis": "J06.9"}
            self._ask("POST", f"fevers/{item.id}/exclude", who, Purpose.CARE, json=body)
        return True

    def trace(self) -> bool:
        """A tracer begins an investigation, or looks, decides and finishes one."""
        item = self._oldest("investigation")
        who = self._nearest(Role.TRACER, item.path) if item else None
        if item is None or who is None:
            return False
        why, address = Purpose.INVESTIGATION, f"investigations/{item.id}"
        if item.stage == "opened":
            self._ask("POST", f"{address}/begin", who, why, json={"told_by": "family"})
            return True
        source = {"source_id": item.parent_id}
        self._ask("POST", "exposures/look", who, why, json=source)
        rows = self._ask("GET", f"exposures/{item.parent_id}", who, why)
        left = [row for row in rows if row["decision"] == ""]
        near = [row["id"] for row in left if row["score"] >= ACCEPTED_FROM]
        far = [row["id"] for row in left if row["score"] < ACCEPTED_FROM]
        if near:
            self._ask("POST", "exposures/accept", who, why, json={"ids": near})
        if far:
            body = {"ids": far, "reason": "too_short"}
            self._ask("POST", "exposures/dismiss", who, why, json=body)
        self._ask("POST", f"{address}/finish", who, why, json={})
        return True

    def tubes(self) -> bool:
        """A clinic enters results of tubes that were taken long enough ago."""
        now = clock.now()
        old = LabOrder.objects.filter(done_at=None, exercise=True, ordered_at__lt=now - TUBE_WAITS)
        tubes = list(old.order_by("id")[:TUBES_A_TURN])
        who = self._nearest(Role.CLINICIAN, tubes[0].path) if tubes else None
        if who is None:
            return False
        rows = [
            {"sample": tube.sample, "test": tube.test, "disease": tube.disease,
             "finding": "positive" if self.dice.random() < POSITIVE else "negative",
             "found_at": now.isoformat(), "uid": self._uid()}
            for tube in tubes
        ]  # fmt: skip
        self._ask("POST", "laboratory/results", who, Purpose.CARE, json={"rows": rows})
        return True

    def _oldest(self, loop: str) -> UnderWay | None:
        for item in sorted(under_way(loop), key=lambda item: (item.n_events, item.id))[:20]:
            role = Role.CLINICIAN if loop == "fever" else Role.TRACER
            if self._nearest(role, item.path) is not None:
                return item
        return None

    def _nearest(self, role: Role, path: str) -> int | None:
        """Whoever holds a role right above a place, unless that is one of the cast."""
        posts = [p for p in self.posts if p[0] == role and path.startswith(p[1])]
        return posts[0][3] if posts else None

    def _why(self, who: int) -> Purpose:
        traces = any(p[0] == Role.TRACER and p[3] == who for p in self.posts)
        return Purpose.INVESTIGATION if traces else Purpose.SERVICE

    def _found(self) -> str:
        return self.dice.choices([w for w, _ in FOUND], [p for _, p in FOUND])[0]

    def _uid(self) -> str:
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def _ask(self, method: str, path: str, who: int, why: Purpose, **rest: Any) -> Any:
        return self.calls.ask(method, path, who, why, **rest)


def _shared(path: str, home: str) -> int:
    """How far two paths go together."""
    return sum(1 for _ in _together(path, home))


def _together(path: str, home: str) -> Iterable[str]:
    for ours, theirs in zip(path, home, strict=False):
        if ours != theirs:
            return
        yield ours
