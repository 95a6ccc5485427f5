"""A device sends what it did away: each act has an answer, and a wrong one harms no other."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from linli import clock
from linli.loops.ledger import Item
from tests.callers import Caller, still
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


def act(**said: Any) -> dict[str, Any]:
    return {"uid": str(uuid4()), "happened_at": clock.moment(EVENING - HOUR).isoformat(), **said}


def test_an_item_opened_away_takes_its_steps_by_the_uid_of_its_opening(city: City):
    still()
    form = {"description": "No rice"}
    opened = act(loop="request", area_id=city.areas["oak1"].id, kind="noise", form=form,
                 channel="phone", on_behalf=True)  # fmt: skip
    taken = act(loop="request", step="accept", item_uid=opened["uid"], seq=1)
    wrong = [
        act(loop="banquet", step="eat", item_id=1),
        act(loop="request", area_id=city.areas["oak1"].id, kind="tap", form=form),
        act(loop="request", step="accept"),
        act(loop="request", step="accept", item_id=999_999),
    ]

    answer = Caller(city, "bo").post("/api/sync", {"acts": [taken, *wrong, opened]})

    told = answer.json()["answers"]
    assert answer.status_code == 200
    assert [one["came"] for one in told] == ["accepted", *["rejected"] * 4, "accepted"]
    assert all(one["fault"]["sentence"] for one in told[1:5])
    item = Item.objects.get()
    assert (item.stage, item.opened_by) == ("working", None)
    assert item.happened_at == clock.moment(EVENING - HOUR)


def test_nobody_sends_without_an_account(city: City):
    still()
    one = act(loop="request", step="accept", item_id=1)

    assert Caller(city, None).post("/api/sync", {"acts": [one]}).status_code == 401


def test_a_resident_files_no_more_by_this_door_than_by_the_others(city: City, settings: Any):
    still()
    settings.FILING_RATE = replace(settings.FILING_RATE, most=2)
    form = {"description": "No rice"}
    acts = [
        act(loop="request", area_id=city.areas["oak1"].id, kind="noise", form=form, seq=n)
        for n in range(4)
    ]

    told = Caller(city, "ann").post("/api/sync", {"acts": acts}).json()["answers"]

    assert [one["came"] for one in told] == ["accepted", "accepted", "rejected", "rejected"]
    assert Item.objects.count() == 2
