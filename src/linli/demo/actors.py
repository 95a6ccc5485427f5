"""Who keeps the demo alive? Residents and staff, played through the API like anybody else.

New requests come in by the hour of the city's day; whoever holds one sees to it by the habits
of ``behaviour``. What the cast holds is left to whoever signs in as one of them. A driver that
is stopped takes up what it finds when it starts again.
"""

import heapq
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx

from linli import clock
from linli.demo import behaviour, inflight
from linli.demo.behaviour import Deed, Who
from linli.demo.calls import Calls, Item, Refused
from linli.demo.cast import home_of
from linli.demo.city import City
from linli.demo.drive import STAGES_AT_REST
from linli.demo.plan import plan_named
from linli.demo.requests import build_requests
from linli.demo.road_people import RoadPeople
from linli.demo.rounds_people import RoundsPeople
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import Area

log = logging.getLogger("linli.demo")

REQUESTS_A_DAY = 900  # about as many as were seen to on the day before
LEADERS = DUTY_OFFICERS | {Role.SECRETARY}
TURNS_OF_ROADS = 5  # of so many acts one is a vehicle that goes on
TURNS_OF_ROUNDS = 4  # of so many acts one is of the rounds, or around a case
ACTS_A_SECOND = 4  # of the wall clock; the pages come first
AFTER_A_FAULT_S = 2.0
READ_AFTER_S = 6 * behaviour.HOUR  # by then a reply that is read at all has been read


def play(
    address: str, *, plan: str, scale: float, seed: int, stop: threading.Event, kept: Path | None
) -> None:
    """Act until told to stop."""
    city = inflight.city_for(plan_named(plan), scale=scale, seed=seed)
    with Calls(address, kept) as calls:
        actors = Actors(calls, city, seed=seed)
        while not stop.is_set():
            try:
                actors.take_up()
                break
            except (httpx.HTTPError, Refused) as fault:
                log.info("The actors wait: %s", fault)
                stop.wait(AFTER_A_FAULT_S)
        home = Area.objects.values_list("path", flat=True).get(
            id=actors.places.areas[home_of(city.frame).community]
        )
        rounds = RoundsPeople(calls, actors.cast, home=home, seed=seed)
        roads = RoadPeople(calls, actors.cast)
        turn = 0
        while not stop.wait(1 / ACTS_A_SECOND):
            turn += 1
            try:
                if turn % TURNS_OF_ROADS == 0:
                    roads.turn()
                else:
                    actors.act_once() if turn % TURNS_OF_ROUNDS else rounds.turn()
            except httpx.HTTPError as fault:
                log.info("The actors wait: %s", fault)
                stop.wait(AFTER_A_FAULT_S)


class Actors:
    """Everybody at once: what comes next is in a queue, by the city's time."""

    def __init__(self, calls: Calls, city: City, *, seed: int) -> None:
        self.calls, self.city, self.seed = calls, city, seed
        self.places = inflight.places_of(city)
        self.cast = set(Account.objects.filter(is_cast=True).values_list("id", flat=True))
        self.coming: list[tuple[int, int, Item | Mapping[str, Any]]] = []
        self.read: set[int] = set()
        self.dice = Random(seed)
        self._tie = 0
        self._asked_until = 0

    def take_up(self) -> None:
        """Find what is under way, and plan when somebody looks at it."""
        now = clock.now_s()
        commander = roster.holders(Area.objects.get(parent=None).path, [Role.CITY_COMMAND], now)[0]
        for state in ("open", "waiting"):
            for item in self.calls.rows(commander, state=state):
                if item.stage == "answered" and now - item.entered_s > READ_AFTER_S:
                    self.read.add(item.id)
                self._plan(item, now)
        self._asked_until = now

    def act_once(self) -> bool:
        """Do the next thing whose moment has come; False if there is none yet."""
        now = clock.now_s()
        self._expect(now)
        if not self.coming or self.coming[0][0] > now:
            return False
        _, _, what = heapq.heappop(self.coming)
        try:
            if isinstance(what, Item):
                self._look(what, now)
            else:
                self._open(what, now)
        except Refused as refused:
            log.info("Refused: %s", refused)
            if isinstance(what, Item) and refused.status != httpx.codes.NOT_FOUND:
                self._push(now + behaviour.HOUR, what)
        except httpx.HTTPError:
            self._push(now, what)
            raise
        return True

    def _expect(self, now: int) -> None:
        """Make up who asks in the next day, by the hours of the day."""
        if now < self._asked_until:
            return
        start, self._asked_until = self._asked_until, now + behaviour.DAY
        start = max(start, now)
        asked = build_requests(
            self.city, n=REQUESTS_A_DAY, seed=start, until=self._asked_until, days=1.0
        )
        for at, opening, by in inflight.openings_of(self.city, asked, self.places, start):
            if at >= start:
                body = {
                    "area_id": opening.area_id,
                    "kind": opening.kind,
                    "title": opening.title,
                    "uid": str(opening.uid),
                    "channel": opening.channel,
                    "on_behalf": by is not None,
                    "form": dict(opening.data),
                }
                self._push(at, {"body": body, "by": by})

    def _open(self, what: Mapping[str, Any], now: int) -> None:
        made = self.calls.open(what["body"], what["by"])
        if not made["again"]:
            viewer = what["by"]
            token = None if viewer is not None else self.calls.token_of(made["id"])
            self._plan(self.calls.see(made["id"], by=viewer, token=token), now)

    def _look(self, known: Item, now: int) -> None:
        """Somebody looks at a request, and does what they do, or nothing yet."""
        token = self._token(known)
        viewer = self._staff(known, Who.HOLDER, now)
        if viewer is None and token is None:
            self._later(known, now)
            return
        item = self.calls.see(known.id, by=viewer, token=None if viewer is not None else token)
        item.reply_seen_at = now if item.id in self.read else None
        if item.stage != known.stage or item.holder_id != known.holder_id:
            self._plan(item, now)  # somebody else was quicker
            return
        deed = behaviour.deed(self.seed, item)
        if deed is None or not self._do(deed, item, token, now):
            self._later(item, now)
            return
        if deed.step in ("read", "deliver"):
            self.read.add(item.id)
        again = self.calls.see(item.id, by=viewer, token=None if viewer is not None else token)
        self._plan(again, now)

    def _do(self, deed: Deed, item: Item, token: str | None, now: int) -> bool:
        if deed.who is Who.RESIDENT:
            if token is None:
                return False
            self.calls.take(item.id, deed.step, deed.data, token=token)
            return True
        by = self._staff(item, deed.who, now)
        if by is None or by in self.cast:
            return False
        self.calls.take(item.id, deed.step, deed.data, by=by)
        return True

    def _staff(self, item: Item, who: Who, now: int) -> int | None:
        """Who of the staff this is with: its holder, else who answers for its unit."""
        if who is Who.HOLDER and item.holder_id is not None:
            return item.holder_id
        unit = Area.objects.get(id=item.unit_id)
        leaders = roster.holders(unit.path, LEADERS, now)
        return next((a for a in leaders if a not in self.cast), next(iter(leaders), None))

    def _token(self, item: Item) -> str | None:
        kept = self.calls.token_of(item.id)
        return kept or inflight.token_of(self.seed, UUID(item.uid))

    def _plan(self, item: Item, now: int) -> None:
        if item.stage in STAGES_AT_REST:
            return
        item.reply_seen_at = now if item.id in self.read else None
        at = item.entered_s + behaviour.first_look_s(self.seed, item, item.entered_s)
        if at <= now:  # it was due before anybody here knew of it: some time soon
            at = now + self.dice.randrange(behaviour.ACCEPT_WITHIN_S[item.item_class] * 3)
        self._push(at, item)

    def _later(self, item: Item, now: int) -> None:
        self._push(now + behaviour.next_look_s(item, now), item)

    def _push(self, at: int, what: Item | Mapping[str, Any]) -> None:
        self._tie += 1
        heapq.heappush(self.coming, (at, self._tie, what))
