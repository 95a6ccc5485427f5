"""At the prompt: who would leave the register, what holds them, and it is done."""

import json
from datetime import date

import pytest

from linli import clock
from linli.loops.ledger import Item
from linli.registry.person import Person
from tests.callers import Caller, open_noise
from tests.cast import EVENING, City
from tests.cli.prompt import linli
from tests.doors import move_in

pytestmark = pytest.mark.db


@pytest.fixture
def gone(city: City) -> Person:
    """Zhao One has left long ago, and Zhao Two too, who has a request open about them."""
    doors = move_in(city)
    both = Person.objects.filter(code__in=["ZhaoOne", "ZhaoTwo"])
    both.update(left_on=date(2019, 2, 1), left_because="moved")
    held = doors.people["Zhao Two"].id
    item = open_noise(city, Caller(city, None), "oak1")
    Item.objects.filter(id=item).update(subject_kind="person", subject_id=held)
    return doors.people["Zhao One"]


def test_due_counts_by_rule_area_and_hold_and_names_nobody(gone: Person) -> None:
    said = linli("removals", "due", "--json").stdout
    (moved, *rest) = json.loads(said)

    assert (moved["rule"], moved["go"], moved["held"]) == ("people_moved", 1, 1)
    assert [(row["area"], row["go"]) for row in moved["areas"]] == [("橡树里社区", 1)]
    assert moved["held_by"] == [{"why": "open_item", "what": "request", "people": 1}]
    assert "Zhao" not in said
    assert all(row["go"] == 0 for row in rest)
    assert Person.objects.filter(id=gone.id).exists()


def test_a_dry_run_changes_nothing_and_a_run_removes_who_is_free(gone: Person) -> None:
    dry = linli("removals", "run", "--dry-run").stdout
    assert Person.objects.filter(id=gone.id).exists()
    real = linli("removals", "run").stdout

    assert "1 would go; 1 are held" in dry
    assert "1 went and 1 are held; 1 reports were written." in real
    assert not Person.objects.filter(id=gone.id).exists()


def test_terms_are_told_with_their_source_and_signed_by_keep_set(city: City) -> None:
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))
    sign = ["keep", "set", "people_moved", "--closed-days", "90", "--after-emergency-days", "90"]
    linli(*sign, "--note", "City rule 5", "--as", "lou")

    told = linli("removals", "terms").stdout

    assert "people_moved: 90 days. Signed: City rule 5" in told
    assert "people_died: 365 days. As shipped: Assumed." in told


def test_an_area_that_is_not_there_is_told(city: City) -> None:
    assert "99999" in linli("removals", "due", "--area", "99999", code=2).stderr
