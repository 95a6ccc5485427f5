"""A patient goes through the pages, each by the one whose work it is, and Eve sees none of it."""

import re
from typing import Any

import pytest
from django.test import Client

from linli import clock
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.conversions.checks import needed
from linli.loops.ledger import Item
from tests.bedside import Bedside
from tests.cast import City


@pytest.fixture
def bedside(city: City, settings: Any) -> Bedside:
    """The hospital, on the evening of the night."""
    settings.SECOND_FACTOR = False
    made = Bedside(city)
    clock.follow(lambda: clock.Dial(shown=made.now + 60, speed=0))
    return made


def browser(bedside: Bedside, name: str, purpose: str = "service") -> Client:
    """Somebody at a screen."""
    client = Client(headers={"accept-language": "en"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(bedside.city.accounts[name], backend=backend)
    session = client.session
    session["purpose"] = purpose
    session.save()
    return client


def text(response: object) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))  # type: ignore[attr-defined]


def test_from_the_queue_to_the_bed_through_the_pages(bedside: Bedside) -> None:
    ward, person = bedside.ward(n_beds=3), bedside.person()
    dee, hal = browser(bedside, "dee"), browser(bedside, "hal", "care")
    dov = browser(bedside, "dov")

    asked = {"person_id": person.id, "category": "confirmed", "severity": "severe"}
    assert dee.post("/transfers/ask", asked).status_code == 302
    transfer = Item.objects.get(loop="transfer")
    assert person.name in text(dee.get("/transfers"))
    found = text(dee.get(f"/transfers/{transfer.id}/places"))
    assert "3 beds are free" in found
    assert "0.0 km" not in found
    assert dee.post(f"/transfers/{transfer.id}/places", {"ward": ward.id}).status_code == 302
    stay = bedside.stay(transfer.id)
    assert person.name in text(hal.get("/ward"))
    assert hal.post(f"/ward/{stay}/confirm", {}).status_code == 302
    told = dee.post(f"/transfers/{transfer.id}/tell", {"how": "phone"})
    link = re.search(r"/transfers/follow/[\w-]+", told.content.decode())
    assert link is not None
    made = dee.post("/runs/new", {"transfer": [transfer.id]})
    run = Item.objects.get(loop="run")
    assert made["location"] == f"/runs/{run.id}"
    crew = {"vehicle_id": bedside.bus.id, "driver_id": bedside.driver.id}
    crew["escort_ids"] = [bedside.escorts[0].id]
    assert dee.post(f"/runs/{run.id}/crew", crew).status_code == 302
    refused = dee.post(f"/runs/{run.id}/depart")
    assert refused.status_code == 409
    assert "Nobody has looked whether the road is open" in text(refused)
    assert "Not yet: the road is open" in text(refused)
    seen = {"driver_level": 3, "crew_level": 3, "partition": "true", "life_support": "true"}
    assert dov.post(f"/runs/{run.id}/equip", seen).status_code == 302
    road = {"open": "true", "minutes": 25}
    assert dov.post(f"/runs/{run.id}/check_route", road).status_code == 302
    assert "Every gate is open" in text(dov.get(f"/runs/{run.id}"))
    assert dov.post(f"/runs/{run.id}/depart").status_code == 302
    family = Client(headers={"accept-language": "en"}).get(link[0])
    assert "They are on the way" in text(family)
    assert "Hal" in text(family)
    assert person.name not in text(family)
    assert hal.post(f"/ward/{stay}/arrive", {"condition": "stable"}).status_code == 302
    assert hal.post(f"/ward/{stay}/admit", {}).status_code == 302
    assert dov.post(f"/runs/{run.id}/hand_over").status_code == 302

    assert bedside.stage(transfer.id) == "admitted"
    board = text(browser(bedside, "fay").get("/transfers/board"))
    assert "1 was brought to one within a day" in board
    assert "Sent 1 = admitted 1" in text(dee.get(f"/runs/{run.id}"))


def test_a_driver_sees_the_own_run_and_no_other(bedside: Bedside) -> None:
    from linli.policy.roles import Role

    bedside.appoint("dan", Role.DRIVER, "elm")
    run = bedside.run(bedside.confirmed(bedside.ward()))

    assert browser(bedside, "dov").get("/runs")["location"] == f"/runs/{run}"
    assert browser(bedside, "dan").get(f"/runs/{run}").status_code == 404
    assert browser(bedside, "dan").post(f"/runs/{run}/depart").status_code == 404


@pytest.mark.parametrize("name", ["eve", "cy", "ann", "kim"])
def test_who_has_no_business_here_is_refused(bedside: Bedside, name: str) -> None:
    transfer = bedside.confirmed(bedside.ward())
    run = bedside.run(transfer)
    client = browser(bedside, name)

    for page in (f"/transfers/{transfer}/places", f"/runs/{run}", f"/transfers/{transfer}/tell"):
        assert client.get(page).status_code in (403, 404), page
    assert "病人" not in text(client.get("/transfers"))
    assert "病人" not in text(client.get("/ward"))


def test_a_ward_counts_its_beds_anew_and_a_bad_count_is_one_sentence(bedside: Bedside) -> None:
    ward = bedside.ward(n_beds=3)
    hal = browser(bedside, "hal", "care")
    said = {"n_beds": 5, "n_blocked": 1, "n_more_in_24h": 2}

    assert hal.post(f"/beds/{ward.id}/count", said).status_code == 302
    bad = hal.post(f"/beds/{ward.id}/count", {**said, "n_blocked": 9})

    assert bad.status_code == 422
    assert "does not add up" in text(bad)
    assert "counted at the ward" in text(hal.get("/beds"))
    ward.refresh_from_db()
    assert (ward.n_beds, ward.n_blocked, ward.counts.count()) == (5, 1, 2)


def test_a_proposed_run_is_taken_over_with_one_tap(bedside: Bedside) -> None:
    for name, point in (("oak1", (114.31, 30.61)), ("elm", (114.30, 30.60))):
        area = bedside.city.areas[name]
        area.longitude, area.latitude = point
        area.save()
    ward = bedside.ward(n_beds=1)
    first, second = bedside.waiting(), bedside.waiting()
    dee = browser(bedside, "dee")
    page = dee.get("/transfers/plan").content.decode()
    asked = {name: re.findall(f'name="{name}" value="([^"]+)"', page)
             for name in ("vehicle", "rider", "escort")}  # fmt: skip

    taken = dee.post("/transfers/plan", asked)
    again = dee.post("/transfers/plan", asked)

    assert asked["rider"] == [f"{first}:{ward.id}"]
    assert taken.status_code == 302
    assert bedside.stage(first) == "planned"
    assert again.status_code == 409  # the bed is theirs by now
    assert Item.objects.filter(loop="run").count() == 1
    assert bedside.stage(second) == "needed"


def test_trips_incidents_and_conversions_begin_on_their_pages(bedside: Bedside) -> None:
    person = bedside.person()
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    site = bedside.site("会展中心", kind="shelter_hospital", stage="")
    bo, dee = browser(bedside, "bo"), browser(bedside, "dee")
    booked = {"item_class": "dialysis", "person_id": person.id, "goes_at": "2020-02-10T08:00",
              "fever": "true"}  # fmt: skip
    told = {"item_class": "harm", "fault": "crowded", "facts": "Some stood.", "run_id": run}

    assert bo.post("/trips", booked).status_code == 302
    assert dee.post("/incidents", {**told, "transfer_ids": "1, 2"}).status_code == 302
    chosen = {"item_class": "first", "site_id": site.id, "n_beds_planned": 200, "batch": 1}
    assert dee.post("/conversions", chosen).status_code == 302
    asked = {"item_class": "chronic", "person_id": person.id, "because": "displaced"}
    assert bo.post("/ongoing_care", asked).status_code == 302
    wrong = bo.post("/trips", {**booked, "goes_at": "soon"})
    nobody = bo.post("/trips", {**booked, "person_id": bedside.person("ash1").id})

    assert Item.objects.get(loop="trip").stage == "referred"
    assert Item.objects.get(loop="incident").data["transfer_ids"] == [1, 2]
    assert Item.objects.get(loop="conversion").area_id == site.area_id
    assert (wrong.status_code, nobody.status_code) == (422, 404)
    assert "soon is no moment" in text(wrong)
    assert "Handed to the transfers" in text(bo.get("/trips"))


def test_a_batch_of_hospitals_is_opened_from_its_page(bedside: Bedside) -> None:
    site = bedside.site("三医院", stage="")
    bedside.ward("一病区", site=site, n_beds=40)
    said = {"site_id": site.id, "n_beds_planned": 40, "batch": 3}
    opening = Opening(site.area_id, "first", said)
    made = open_item(catalogue.get("conversion"), opening, bedside.at("fay")).item_id
    fay = browser(bedside, "fay")

    early = text(fay.post("/beds/batches/3/open"))
    bedside.take(made, "begin", "fay")
    for check in needed(site.kind):
        bedside.take(made, "check", "hal", check=check.value, passed=True)
    page = text(fay.get("/beds/batches"))
    done = text(fay.post("/beds/batches/3/open"))

    assert "Its conversion has not begun." in early
    assert "0 of 1 open; 40 beds planned, 0 free now." in page
    assert "Open batch 3" in page
    assert "1 opened now. Free beds: 0 before, 40 now." in done
    assert "Open batch 3" not in text(browser(bedside, "bo").get("/beds/batches"))
