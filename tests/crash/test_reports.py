"""Kill the server while reports come in: what was acknowledged stays, once, and is counted."""

import threading
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.crash.deployment import Deployment
from tests.crash.test_kill import start_all

pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.search]

SET_UP = """
from datetime import date
from linli import clock
from linli.loops.shipped import ship_limits
from linli.registry.person import Person
from tests.callers import token_for
from tests.cast import build_city
from tests.doors import move_in, open_round
ship_limits()
city = build_city()
doors = move_in(city)
oak = city.areas["oak1"]
for n in range(400):
    Person.objects.create(code=f"c{n}", name="Zhou", area=oak, path=oak.path, source="test",
                          as_of=date(2020, 2, 9), changed_at=0)
today = clock.day(clock.now())
open_round(city, first=today, last=today, at=clock.now_s())
print(json.dumps({"token": token_for(city.accounts["cy"]), "today": today.isoformat(),
                  "people": list(Person.objects.filter(code__startswith="c")
                                 .values_list("id", flat=True))}))
"""
FOUND = """
from linli import clock
from linli.audit.models import Record
from linli.loops.screening import counting
from linli.loops.screening.tables import Report
today = clock.day(clock.now())
print(json.dumps({
    "uids": [str(u) for u in Report.objects.values_list("uid", flat=True)],
    "people": Report.objects.values("person_id").distinct().count(),
    "rows": Report.objects.count(), "counted": counting.n_reports(today),
    "differ": counting.differences(today),
    "batches": list(Record.objects.filter(kind="screening", act="report")
                    .values_list("subject", flat=True)),
}))
"""
BATCH = 10


class Phone:
    """A worker's phone: sends batch after batch, and sends again what nobody answered."""

    def __init__(self, address: str, made: dict[str, Any], people: list[int]) -> None:
        self.address, self.made, self.people = address, made, people
        self.last: dict[int, str] = {}  # person -> uid of the last report acknowledged
        self.acknowledged: set[str] = set()  # batches
        self.again = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self.made['token']}", "X-Purpose": "screening"}
        turn = 0
        with httpx.Client(base_url=self.address, headers=headers, timeout=10) as client:
            while not self.stop.is_set():
                batch = str(uuid4())
                chosen = [self.people[(turn + n) % len(self.people)] for n in range(BATCH)]
                seq = int(time.time() * 1000)
                reports = [
                    {"uid": str(uuid4()), "seq": seq, "day": self.made["today"], "person_id": one}
                    for one in chosen
                ]
                self._until_answered(client, {"batch": batch, "reports": reports})
                turn += BATCH

    def _until_answered(self, client: httpx.Client, body: dict[str, Any]) -> None:
        while True:
            try:
                answer = client.post("/api/screening/reports", json=body)
            except httpx.TransportError:
                self.again += 1
                if self.stop.is_set():
                    return
                time.sleep(0.05)
                continue
            assert answer.status_code == 200, answer.text
            outcomes = {one["outcome"] for one in answer.json()["answers"]}
            assert outcomes <= {"accepted", "duplicate"}, answer.text
            self.acknowledged.add(body["batch"])
            self.last |= {one["person_id"]: one["uid"] for one in body["reports"]}
            return


def test_kill_nine_while_reports_come_in_loses_none_and_counts_none_twice(
    deployment: Deployment,
) -> None:
    made = deployment.ask(SET_UP)
    start_all(deployment)
    shares = [made["people"][n::3] for n in range(3)]
    phones = [Phone(deployment.address, made, share) for share in shares]
    for phone in phones:
        phone.thread.start()
    for _ in range(2):
        _wait(phones, 15)
        deployment.kill()
        start_all(deployment)
    _wait(phones, 15)
    for phone in phones:
        phone.stop.set()
        phone.thread.join()

    found = deployment.ask(FOUND)
    deployment.stop()

    last = {uid for phone in phones for uid in phone.last.values()}
    assert last <= set(found["uids"])
    assert found["rows"] == found["counted"] == found["people"]
    assert found["differ"] == []
    assert {batch for phone in phones for batch in phone.acknowledged} <= set(found["batches"])
    assert len(found["batches"]) == len(set(found["batches"]))  # each was written once
    assert sum(phone.again for phone in phones) > 0


def _wait(phones: list[Phone], n: int) -> None:
    """Wait until each phone has this many more batches acknowledged."""
    before = [len(phone.acknowledged) for phone in phones]
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        if all(len(p.acknowledged) >= b + n for p, b in zip(phones, before, strict=True)):
            return
        time.sleep(0.02)
    raise AssertionError("The phones were not answered.")
