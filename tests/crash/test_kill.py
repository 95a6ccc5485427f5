"""Kill server and worker in the middle of their work: what was acknowledged stays, and once."""

import os
import threading
import time
from uuid import UUID, uuid4

import httpx
import pytest

from tests.crash.deployment import Deployment

pytestmark = pytest.mark.db

SET_UP = """
from linli.loops.shipped import ship_limits
from linli.jobs import queue
from tests.cast import build_city
ship_limits()
city = build_city()
job = queue.ask("count", to=60, pause_s=0.02)
print(json.dumps({"area": city.areas["oak1"].id, "job": job.id}))
"""
FOUND = """
from django.db.models import Count, Sum
from linli.audit import sealed
from linli.jobs.outbox import Message, Notice
from linli.jobs.queue import Job
from linli.loops.ledger import Event, Item, Tally
from linli.loops.write import rebuild_tallies
sealed.seal_all()
kept = sorted(map(str, Tally.objects.values_list("path", "item_class", "n_opened", "n_open",
                                                 "n_closed", "n_unheld", "n_late")))
rebuild_tallies()
fresh = sorted(map(str, Tally.objects.values_list("path", "item_class", "n_opened", "n_open",
                                                  "n_closed", "n_unheld", "n_late")))
notices = dict(Notice.objects.values_list("id", "n_messages"))
told = dict(Message.objects.exclude(notice_id=None).values_list("notice_id")
            .annotate(n=Count("id")))
print(json.dumps({
    "items": [str(u) for u in Item.objects.values_list("uid", flat=True)],
    "withdrawn": [str(u) for u in Item.objects.filter(stage="withdrawn")
                  .values_list("uid", flat=True)],
    "events": [str(u) for u in Event.objects.values_list("uid", flat=True)],
    "gaps": [
        i.id for i in Item.objects.all()
        if list(Event.objects.filter(item_id=i.id).order_by("n").values_list("n", flat=True))
        != list(range(1, i.n_events + 1))],
    "tallies_equal": kept == fresh,
    "messages": Message.objects.count(),
    "waiting": Message.objects.filter(notice_id=None).count(),
    "told_once": notices == told,
    "job": list(Job.objects.filter(kind="count").values_list("state", "n_done")),
    "chain_whole": all(v.broken is None for v in sealed.verify()),
}))
"""


class Crowd:
    """Residents who ask and withdraw without pause, and remember what was acknowledged."""

    def __init__(self, address: str, area: int) -> None:
        self.address, self.area = address, area
        self.opened: set[str] = set()
        self.withdrawn: dict[str, str] = {}  # uid of the request -> uid of the step
        self.unsure: list[str] = []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def start(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def until(self, n: int) -> None:
        """Wait until this many were acknowledged."""
        patience = time.monotonic() + 20
        while len(self.opened) < n and time.monotonic() < patience:
            time.sleep(0.01)
        assert len(self.opened) >= n

    def leave(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self.address, timeout=10) as client:
            while not self.stop.is_set():
                uid, step = str(uuid4()), str(uuid4())
                try:
                    self._ask_once(client, uid, step)
                except httpx.TransportError:
                    self.unsure.append(uid)
                    self.stop.wait(0.02)

    def _ask_once(self, client: httpx.Client, uid: str, step: str) -> None:
        body = {"area_id": self.area, "kind": "noise", "uid": uid,
                "form": {"description": "Drums at night"}}  # fmt: skip
        made = client.post("/api/requests", json=body)
        assert made.status_code == 201, made.text
        self.opened.add(uid)
        if int(UUID(uid)) % 2:
            done = client.post(
                f"/api/requests/{made.json()['id']}/withdraw",
                json={"uid": step},
                headers={"X-Token": made.json()["token"]},
            )
            assert done.status_code == 200, done.text
            self.withdrawn[uid] = step


def ask_again(deployment: Deployment, crowd: Crowd) -> None:
    """Who got no answer asks again with the same uid."""
    for uid in crowd.unsure[-20:]:
        body = {"area_id": crowd.area, "kind": "noise", "uid": uid,
                "form": {"description": "Drums at night"}}  # fmt: skip
        answer = httpx.post(deployment.address + "/api/requests", json=body)
        assert answer.status_code in (200, 201)
        crowd.opened.add(uid)


def start_all(deployment: Deployment) -> None:
    """Server and worker, as this database has them: within one another, or apart."""
    if deployment.env["LINLI_DATABASE_URL"]:
        deployment.start("worker")
    deployment.serve()


def wait_for_quiet(deployment: Deployment) -> dict:
    """What is found once nothing waits any more."""
    for _ in range(20):
        found = deployment.ask(FOUND)
        if not found["waiting"] and found["job"][0][0] == "done":
            break
        time.sleep(0.3)
    return found


def kill_and_look(deployment: Deployment, kills: int, asks: int) -> None:
    made = deployment.ask(SET_UP)
    start_all(deployment)
    crowd = Crowd(deployment.address, made["area"])
    crowd.start()
    try:
        for n in range(kills):
            crowd.until(asks * (n + 1))
            deployment.kill()
            start_all(deployment)
        crowd.until(asks * (kills + 1))
    finally:
        crowd.leave()
    ask_again(deployment, crowd)

    found = wait_for_quiet(deployment)
    codes = deployment.stop()

    assert crowd.opened <= set(found["items"])
    assert len(set(found["items"])) == len(found["items"])
    assert set(crowd.withdrawn) <= set(found["withdrawn"])
    assert set(crowd.withdrawn.values()) <= set(found["events"])
    assert not found["gaps"]
    assert found["tallies_equal"]
    assert found["messages"] > 0
    assert found["waiting"] == 0
    assert found["told_once"]
    assert found["job"] == [["done", 60]]
    assert found["chain_whole"]
    assert set(codes) == {0}


def test_kill_nine_under_load_loses_nothing_acknowledged_and_tells_nothing_twice(
    deployment: Deployment,
) -> None:
    kill_and_look(deployment, kills=1, asks=40)


@pytest.mark.search
@pytest.mark.slow
def test_a_server_killed_again_and_again_still_loses_nothing(deployment: Deployment) -> None:
    kill_and_look(deployment, kills=6, asks=150)


def test_a_web_process_does_not_outlive_the_server_that_was_killed(
    deployment: Deployment,
) -> None:
    process = deployment.serve()
    os.kill(process.pid, 9)
    process.wait()

    for _ in range(60):
        try:
            httpx.get(deployment.address + "/api/", timeout=2)
        except httpx.TransportError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("Something still answers.")
