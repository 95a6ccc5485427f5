"""Plans at the prompt: checked, signed, ready, started, answered, ended; and what is held back."""

import json
from pathlib import Path
from typing import Any

import pytest

from linli.loops.advance import Opening, open_item
from linli.loops.counted import items
from linli.loops.requests.loop import LOOP as REQUEST
from linli.plans import shelf
from linli.registry.plans import PlanVersion
from tests.callers import still
from tests.cast import City
from tests.cli.prompt import linli
from tests.plans import prepared
from tests.plans.prepared import PLAN, begin, signed

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _evening() -> None:
    still()


def answer(*said: str) -> Any:
    return json.loads(linli(*said, "--json").stdout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small plan in a file."""
    found = tmp_path / "small.toml"
    found.write_text(PLAN, encoding="utf-8")
    return found


def test_a_file_is_checked_without_an_account(city: City, file: Path, tmp_path: Path) -> None:
    assert answer("plans", "check", str(file)) == {"code": "small", "n_steps": 3, "sound": True}
    assert "3" in linli("plans", "check", str(file)).stdout
    file.write_text(PLAN.replace('loop = "substitute"', 'loop = "lift"'))
    refused = linli("plans", "check", str(file), code=2)
    assert "There is no loop lift" in refused.stderr
    assert "There is no file" in linli("plans", "check", str(tmp_path / "no"), code=2).stderr


def test_a_plan_is_signed_and_shown_as_it_was_signed(city: City, file: Path) -> None:
    note = ("--note", "Ours.")
    assert answer("plans", "sign", str(file), *note, "--as", "gil") == {
        "code": "small", "version": 1,
    }  # fmt: skip
    assert "may not" in linli("plans", "sign", str(file), *note, "--as", "sam", code=2).stderr

    assert linli("plans", "show", "small", "--as", "sam").stdout == PLAN
    listed = {row["code"]: row for row in answer("plans", "list", "--as", "sam")}
    assert listed["small"]["n_steps"] == 3
    assert "A small plan" in linli("plans", "list", "--as", "sam").stdout
    assert linli("plans", "show", "small", "--version", "9", "--as", "sam", code=2).stderr
    assert linli("plans", "list", "--as", "ann", code=2).stderr


def test_an_exercise_goes_from_readiness_to_its_score_at_the_prompt(city: City) -> None:
    signed(city)
    elm = str(city.areas["elm"].id)
    here = ("small", "--area", elm, "--as", "dee")

    found = answer("plans", "ready", *here)
    assert found["n_lines"] == 10
    assert "? Tents" in linli("plans", "ready", *here).stdout
    why = ("--reason", "The yearly exercise.")
    real = linli("plans", "start", "small", "--area", elm, *why, "--real", "--sure", "--as", "gil",
                 code=2)  # fmt: skip
    assert "No emergency is declared" in real.stderr
    run = answer("plans", "start", *here, *why, "--hours", "6")
    number = str(run["id"])
    assert (run["kind"], run["ended_at"], run["n_gaps"]) == ("exercise", None, found["n_gaps"])

    linli("plans", "answer", number, "--as", "sam")
    assert linli("plans", "answer", number, "--as", "eve", code=2).stderr
    board = answer("plans", "board", number, "--as", "dee")
    assert (board["n_answers"], board["n_gaps_open"]) == (1, found["n_gaps"])
    assert (board["n_called"], board["n_in_time"]) == (3, 1)
    assert [row["n_opened"] for row in board["steps"]] == [1, 0, 0]
    assert linli("plans", "take-on", number, "--as", "dee", code=2).stderr
    over = answer("plans", "end", number, "--reason", "Enough.", "--as", "dee")
    assert over["score"]["roles"] == {"n": 1, "of": 3, "share": 0.3333}
    told = linli("plans", "board", number, "--as", "dee").stdout
    assert "answered in time, of those called: 1/3" in told
    assert answer("plans", "take-on", number, "--as", "dee")["n_opened"] == found["n_gaps"]
    assert [row["id"] for row in answer("plans", "runs", "--as", "sam")] == [run["id"]]
    assert answer("plans", "runs", "--as", "eve") == []


def test_an_exercise_is_worked_in_at_the_prompt_and_nothing_real_is(city: City) -> None:
    signed(city)
    real = request_of(city)
    run = begin(city, "dee", "elm")
    listed = answer("plans", "items", str(run.id), "--as", "dee")
    order = next(row for row in listed if row["step"] == "order")
    gaps = [row for row in listed if row["step"] == "gap"]
    assert len(gaps) == run.n_gaps
    assert all(row["exercise"] for row in listed)
    assert "linli --exercise" in linli("plans", "items", str(run.id), "--as", "dee").stdout
    receipts = items(exercise=True).filter(parent_id=order["id"], area_id=city.areas["oak"].id)
    receipt = str(receipts.get().id)

    outside = linli("plans", "step", receipt, "receive", "--as", "sam", code=2)
    inside = answer("--exercise", "plans", "step", receipt, "receive", "--as", "sam")

    assert "no item of a run" in outside.stderr or "item of a run" in outside.stderr
    assert inside["stage"] == "received"
    shown = answer("--exercise", "plans", "item", receipt, "--as", "sam")
    assert "report" in shown["steps"]
    assert answer("--exercise", "request", "list", "--as", "bo")["rows"] == []
    assert linli("--exercise", "request", "show", str(real), "--as", "bo", code=2).stderr
    assert [r["id"] for r in answer("request", "list", "--as", "bo")["rows"]] == [real]
    for who in ("eve", "ann", "gus"):  # another area, a resident, a role without plans
        assert linli("--exercise", "plans", "item", receipt, "--as", who, code=2).stderr
    wrong = linli("--exercise", "plans", "step", receipt, "fly", "--as", "sam", code=2)
    assert "Traceback" not in wrong.stderr
    assert linli("--exercise", "plans", "step", "99999", "receive", "--as", "sam", code=2).stderr
    assert linli("--exercise", "plans", "step", str(real), "accept", "--as", "bo", code=2).stderr


def test_no_command_takes_part_while_no_exercise_is_held(city: City) -> None:
    told = linli("--exercise", "request", "list", "--as", "bo", code=2)

    assert "No exercise is held just now" in told.stderr
    said = ("--area", str(city.areas["oak1"].id), "--type", "noise", "--as", "bo")
    assert linli("--exercise", "request", "open", "Drums", *said, code=2).stderr
    gift = ("Masks", "--area", str(city.areas["oak"].id), "--quantity", "1")
    assert linli("--exercise", "donations", "open", *gift, code=2).stderr
    assert items(exercise=False).count() == 0


def request_of(city: City) -> int:
    opening = Opening(city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise")
    return open_item(REQUEST, opening, city.scene("ann")).item_id


def test_something_is_held_back_and_let_go_at_the_prompt(city: City) -> None:
    signed(city)
    tents = prepared.stock(city, "oak", "tent", 3, unit="piece")
    what = ("resources", str(tents.id), "--quantity", "2", "--plan", "small", "--area",
            str(city.areas["elm"].id), "--reason", "For the night.", "--as", "dee")  # fmt: skip

    made = answer("reserves", "hold", *what)

    assert "2 are held back already" in linli("reserves", "hold", *what, code=2).stderr
    assert [row["quantity"] for row in answer("reserves", "list", "--as", "sam")] == [2]
    assert "small" in linli("reserves", "list", "--plan", "small", "--as", "sam").stdout
    linli("reserves", "release", str(made["id"]), "--as", "dee")
    assert answer("reserves", "list", "--as", "sam") == []


def test_the_shipped_plans_are_there_after_setting_up(city: City) -> None:
    PlanVersion.objects.all().delete()
    shelf.ship_plans()

    codes = [row["code"] for row in answer("plans", "list", "--as", "sam")]

    assert codes == sorted(shelf.shipped())
