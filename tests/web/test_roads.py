"""The desk closes a road by its page, sees who was to drive there, and takes the new way."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from linli.loops.closures.tables import RoadClosure
from linli.loops.ledger import Item
from linli.loops.routes.tables import RunRoute
from linli.studies.dispatch import closing
from tests.bedside import Bedside
from tests.callers import Caller
from tests.cast import EVENING, City
from tests.four_roads import ACROSS, on_four_roads
from tests.web.test_transfers import browser, text


@pytest.fixture
def bedside(city: City, settings: Any, tmp_path: Path) -> Bedside:
    """The hospital at four roads, on the evening of the night."""
    settings.SECOND_FACTOR = False
    return on_four_roads(city, settings, tmp_path)


ASKED = {"shape": "line", "points": ACROSS, "until_at": "2020-02-10T00:00", "reason": "sealed",
         "radius_m": "300"}  # fmt: skip


def test_from_the_closed_road_to_the_new_way_through_the_pages(bedside: Bedside) -> None:
    rider = bedside.confirmed(bedside.ward())
    run = bedside.departed(rider)
    dee, dov = browser(bedside, "dee"), browser(bedside, "dov")
    assert "no closure known" in text(dee.get("/roads"))

    closed = dee.post("/roads/shut", {**ASKED, "passes": ["ambulance"]})

    assert closed.headers["location"] == reverse("ways")
    shown = dee.get("/roads/ways").content.decode()
    assert "Old way" in shown
    assert "New way" in shown
    assert "minutes longer" in shown
    page = text(dee.get("/roads"))
    assert "1 run meets a closed road" in page
    assert "sealed" in page
    assert "ambulance" in page
    assert "sealed" in text(dov.get(f"/runs/{run}"))
    digest = re.search(r'name="digest" value="(\w+)"', shown)
    assert digest
    taken = dee.post("/roads/ways", {"run": run, "digest": digest[1]})
    assert taken.status_code == 302
    assert "No run within your reach meets a closed road" in text(dee.get("/roads/ways"))
    assert "They are on board" in text(dov.get(f"/runs/{run}"))
    assert dov.post(f"/runs/{run}/pick_up", {"transfer_ids": [rider]}).status_code == 302
    assert Item.objects.get(id=run).data["on_board"] == [rider]
    assert "They are on board" not in text(dov.get(f"/runs/{run}"))
    closure = RoadClosure.objects.get()
    assert dee.post(f"/roads/{closure.id}/lift").status_code == 302
    assert "No road is closed" in text(dee.get("/roads"))


def test_whoever_looks_at_a_run_sees_its_way_and_writes_nothing(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    dee, dov = browser(bedside, "dee"), browser(bedside, "dov")
    by_api = Caller(bedside.city, "dee")

    shown = text(dov.get(f"/runs/{run}"))
    for address in ("/roads", "/roads/drawn.json", "/roads/ways"):
        assert dee.get(address).status_code == 200
    told = by_api.get("/api/runs/ways", purpose=None).json()
    assert by_api.get("/api/transfers/ways", purpose=None).json() == []

    assert "Next stop" in shown
    assert told["runs"][0]["next_at"] is not None
    assert RunRoute.objects.count() == 0
    closing.keep_ways(exercise=False, now=EVENING)
    assert RunRoute.objects.filter(run_id=run, made_by=None).count() == 1


def test_the_map_draws_ways_stops_vehicles_and_closures_and_names_nobody(
    bedside: Bedside,
) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    dee = browser(bedside, "dee")
    bedside.take(run, "tell_position", "dov", longitude=114.3, latitude=30.57)
    dee.post("/roads/shut", ASKED)

    drawn = dee.get("/roads/drawn.json")

    whats = [feature["properties"]["what"] for feature in drawn.json()["features"]]
    assert set(whats) == {"closure", "way", "stop", "site", "vehicle"}
    vehicle = next(f for f in drawn.json()["features"] if f["properties"]["what"] == "vehicle")
    assert vehicle["geometry"]["coordinates"] == [114.3, 30.57]
    assert vehicle["properties"]["blocked"] is True
    assert "病人" not in drawn.content.decode()


def test_a_place_can_be_named_instead_of_drawn_and_what_is_wrong_keeps_what_was_typed(
    bedside: Bedside,
) -> None:
    dee = browser(bedside, "dee")
    oak = bedside.city.areas["oak"]
    oak.longitude, oak.latitude = 114.3, 30.58
    oak.save()

    wrong = dee.post("/roads/shut", {**ASKED, "points": "here", "reason": "flood at the bridge"})
    around = dee.post("/roads/shut", {**ASKED, "points": "", "area_id": oak.id})

    assert wrong.status_code == 422
    assert "is no point" in text(wrong)
    assert "flood at the bridge" in wrong.content.decode()
    assert around.status_code == 302
    assert RoadClosure.objects.get().shape == "area"


def test_what_a_driver_met_is_drawn_by_one_link_and_a_button(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    dee, dov = browser(bedside, "dee"), browser(bedside, "dov")
    dov.post(f"/runs/{run}/meet_closure", {"longitude": "114.3", "latitude": "30.58"})

    link = re.search(r'href="(\?shape=point[^"]*)#close"', dee.get("/roads").content.decode())

    assert link
    form = dee.get("/roads" + link[1].replace("&amp;", "&")).content.decode()
    assert "114.3 30.58" in form
    assert '<details class="step" id="close" open>' in form
    dee.post("/roads/shut", {**ASKED, "shape": "point", "points": "114.3 30.58"})
    assert "Take the new way" in text(dee.get("/roads/ways"))


def test_the_api_draws_lists_reroutes_and_lifts_as_the_page_does(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    dee, dov, eve = (Caller(bedside.city, name) for name in ("dee", "dov", "eve"))
    asked = {"points": ACROSS, "until_at": "2020-02-10T00:00:00+08:00", "reason": "sealed"}

    made = dee.post("/api/closures", asked)

    assert (made.status_code, made.json()["run_ids"]) == (201, [run])
    assert [row["reason"] for row in dov.get("/api/closures").json()] == ["sealed"]
    assert dov.post("/api/closures", asked).status_code == 403
    assert dov.get("/api/runs/ways").json()["runs"][0]["blocked"] is True
    shown = dee.get("/api/transfers/ways").json()[0]
    assert shown["breaches"] == []
    assert eve.post(f"/api/transfers/ways/{run}", {"digest": shown["digest"]}).status_code == 403
    assert dee.post(f"/api/transfers/ways/{run}", {"digest": "0" * 16}).status_code == 409
    taken = dee.post(f"/api/transfers/ways/{run}", {"digest": shown["digest"]})
    assert taken.status_code == 200, taken.content
    assert RunRoute.objects.filter(run_id=run, why="replanned").count() == 1
    lifted = f"/api/closures/{made.json()['id']}/lift"
    assert eve.post(lifted).status_code == 404
    assert [dee.post(lifted).status_code for _ in range(2)] == [200, 409]


def test_whoever_leaves_a_ward_may_have_a_car_home_from_there(bedside: Bedside) -> None:
    stay = bedside.in_bed(bedside.ward())
    hal, bo = browser(bedside, "hal", "care"), browser(bedside, "bo")

    done = hal.post(f"/ward/{stay}/discharge", {"goes_on": "none", "ride": "true"})

    assert done.status_code == 302
    trip = Item.objects.get(loop="trip")
    assert (trip.item_class, trip.data["from_site_id"]) == ("home", bedside.hospital.id)
    assert "home from a hospital" in text(bo.get("/trips")).lower()
