"""A city's worst hour and longer: 3,000 reports a second, minute after minute."""

import threading
import time
from collections import Counter
from datetime import date
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from benchmarks.ground import say
from linli.audit.records import Record

RATE = 3_000  # reports a second: twice the peak of a city of eleven million
BATCH = 100
CLIENTS = 4


class Sender:
    """One client that sends a batch whenever it is due, and counts what came of it."""

    def __init__(self, address: str, places: list[tuple[str, int]], days: list[str], n: int):
        self.address, self.places, self.days, self.n = address, places, days, n
        self.by_minute: Counter[int] = Counter()
        self.errors = self.acknowledged = 0
        self.longest_s = 0.0

    def run(self, began: float, until: float) -> None:
        """Send until the end; a late batch is sent at once."""
        turn = 0
        every_s = BATCH * CLIENTS / RATE
        with httpx.Client(base_url=self.address, timeout=30) as client:
            while (now := time.monotonic()) < until:
                due = began + turn * every_s
                if due > now:
                    time.sleep(due - now)
                self._send(client, began, turn)
                turn += 1

    def _send(self, client: httpx.Client, began: float, turn: int) -> None:
        k = turn * CLIENTS + self.n
        token, first = self.places[k % len(self.places)]
        day = self.days[k // len(self.places) % len(self.days)]
        seq = int(time.time() * 1000)
        reports = [
            {"uid": str(uuid4()), "seq": seq, "day": day, "person_id": first + i}
            for i in range(BATCH)
        ]
        started = time.monotonic()
        try:
            answer = client.post(
                "/api/screening/reports",
                json={"reports": reports},
                headers={"Authorization": f"Bearer {token}", "X-Purpose": "screening"},
            )
        except httpx.TransportError:
            self.errors += 1
            return
        self.longest_s = max(self.longest_s, time.monotonic() - started)
        told = answer.json().get("answers", []) if answer.status_code == 200 else []
        if len(told) != BATCH or any(a["outcome"] != "accepted" for a in told):
            self.errors += 1
            return
        self.acknowledged += 1
        self.by_minute[int((started - began) // 60)] += BATCH


def soak(address: str, pid: int, folder: Path, *, minutes: float) -> None:
    """Send, and say of the first and the last window what was taken, and what memory was used."""
    lines = (folder / "places.txt").read_text().splitlines()
    places = [(token, int(first)) for token, first in (line.split() for line in lines)]
    days = (folder / "days.txt").read_text().splitlines()
    assert date.fromisoformat(days[0])
    senders = [Sender(address, places, days, n) for n in range(CLIENTS)]
    began = time.monotonic()
    until = began + minutes * 60
    threads = [threading.Thread(target=s.run, args=(began, until)) for s in senders]
    for thread in threads:
        thread.start()
    memory = []
    while any(thread.is_alive() for thread in threads):
        time.sleep(min(15.0, minutes * 10))
        memory.append(_memory_mb(pid))
    by_minute: Counter[int] = sum((s.by_minute for s in senders), Counter())
    window = max(1, min(5, int(minutes) // 2))
    first = sum(by_minute[n] for n in range(window)) / window / 60
    last_minute = int(minutes)
    last = sum(by_minute[n] for n in range(last_minute - window, last_minute)) / window / 60
    say(f"soak of {minutes:g} min: reports a second, first {window} min", f"{first:,.0f}")
    say(f"  last {window} min", f"{last:,.0f}", f"{last / first:.2f} of the first; 0.90 to 1.10")
    say("  errors", str(sum(s.errors for s in senders)), "0")
    acknowledged = sum(s.acknowledged for s in senders)
    lines_there = Record.objects.filter(kind="screening", act="report").count()
    say("  batches in the audit / acknowledged", f"{lines_there} / {acknowledged}", "equal")
    say("  the longest answer", f"{max(s.longest_s for s in senders):.2f} s")
    quarter = max(1, len(memory) // 4)
    early, late = max(memory[: 2 * quarter]), max(memory[-quarter:])
    say("  memory of the server, first half / end", f"{early:.0f} / {late:.0f} MB", "flat")


def _memory_mb(pid: int) -> float:
    """What the server and its processes hold, in MB."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return sum(one.memory_info().rss for one in family) / 2**20
    except psutil.Error:
        return 0.0
