"""What is said while the city is built, to somebody who watches and into a log?"""

import io
import itertools
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from linli.cli import opening


def told(console: Console, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a small build says; homes and residents come in turns, district by district."""
    monkeypatch.setattr(opening, "Console", lambda: console)
    with opening._bars() as tell:
        tell("codes", 1, 1)
        for done in (50, 100):
            tell("households", done, 100)
            tell("people", done * 2, 200)
        tell("names", 0, 1)
        tell("requests", 0, 1)
        tell("requests", 7, 7)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_log_gets_a_line_when_a_part_begins_and_at_each_tenth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = told(Console(file=io.StringIO(), width=80), monkeypatch).splitlines()

    assert lines == [
        "Areas, duties, posts and staff",
        "Homes: 50 %",
        "Residents: 50 %",
        "Homes: 100 %",
        "Residents: 100 %",
        "Indexes, and names to be found by",
        "The days before: requests and answers",
        "The days before: requests and answers: 100 %",
    ]


def test_somebody_who_watches_sees_every_part_end_at_a_hundred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)

    shown = told(console, monkeypatch)

    last = shown[shown.rindex("Areas, duties") :]
    assert last.count("100%") == len(opening.PARTS)


def test_a_slow_machine_is_waited_for_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[Any] = iter([*[OSError("not yet")] * 700, io.BytesIO()])

    def urlopen(address: str, timeout: float) -> Any:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda seconds: False)
    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(time, "monotonic", itertools.count(0, 10).__next__)

    assert opening._answers("http://127.0.0.1:8000/", stop)


@pytest.mark.parametrize(("speed", "said"), [(0.0, "stands still"), (20.0, "20 times as fast")])
def test_the_pace_of_the_clock_is_said(speed: float, said: str) -> None:
    assert said in opening._pace(speed)
