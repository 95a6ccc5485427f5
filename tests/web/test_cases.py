"""Cases are reported, decided and counted on pages, and whoever has no business sees nothing."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.audit.acts import looks_at
from linli.loops.ledger import Event, Item
from linli.registry.person import Person
from tests.cast import City
from tests.cli.prompt import linli
from tests.journeys import outbreak

pytestmark = pytest.mark.db
NOBODY_HERE = ("ann", "gus", "quin", "lil", "pat", "jo", "kim", "eve")


@pytest.fixture(autouse=True)
def _one_factor(settings) -> None:
    settings.SECOND_FACTOR = False


def signed_in(city: City, name: str, language: str = "en") -> Client:
    """A browser in which somebody has signed in."""
    client = Client(headers={"Accept-Language": language})
    client.force_login(
        city.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def reported(city: City) -> Item:
    """A case that Hal reports on the page."""
    form = {
        "category": "suspected", "area": f"id:{city.areas['oak'].id}", "name": "安安",
        "phone": "555-0100", "disease": "covid19", "onset_on": "2020-02-05",
    }  # fmt: skip
    answer = signed_in(city, "hal").post("/cases/report?purpose=care", form)
    assert answer.status_code == 302
    return Item.objects.get(loop="case")


def test_a_case_is_reported_weighed_and_decided(city: City) -> None:
    item, hal = reported(city), signed_in(city, "hal")
    page = hal.get(f"/cases/{item.id}?purpose=care").content.decode()
    assert "Nothing follows yet." in page
    weighed = f"/cases/{item.id}?weigh=1&evidence=exposure&evidence=fever&evidence=imaging"
    assert "<strong>Suspected</strong>" in hal.get(weighed).content.decode()

    hal.post(
        f"/cases/{item.id}/classify",
        {"evidence": ["pcr_positive"], "category": "confirmed", "severity": "mild"},
    )

    item.refresh_from_db()
    assert (item.item_class, item.stage) == ("confirmed", "managed")
    told = hal.get(f"/cases/{item.id}").content.decode()
    assert "nucleic acid positive" in told
    assert "By the rules of that day followed: confirmed" in told
    assert "555-0100" in told


def test_a_decision_that_cannot_stand_keeps_what_was_ticked(city: City) -> None:
    item = reported(city)

    answer = signed_in(city, "hal").post(
        f"/cases/{item.id}/classify?purpose=care",
        {"evidence": ["fever", "hunch"], "category": "fever"},
    )

    assert answer.status_code == 409
    assert "hunch is no evidence" in answer.content.decode()
    assert 'value="fever" checked' in answer.content.decode()


def test_the_person_reads_who_looked_at_their_case(city: City) -> None:
    item = reported(city)
    signed_in(city, "tao").get(f"/cases/{item.id}?purpose=investigation")

    looks = looks_at(Person.objects.get().id)

    assert city.accounts["tao"].id in {look.actor_id for look in looks}


@pytest.mark.parametrize("who", NOBODY_HERE)
def test_whoever_has_no_business_here_opens_no_page_of_it(city: City, who: str) -> None:
    item, client = reported(city), signed_in(city, who)

    for address in ("/cases", f"/cases/{item.id}", "/ratios/taken_in", f"/items/{item.id}"):
        for purpose in ("care", "screening", "service", "investigation"):
            answer = client.get(f"{address}?purpose={purpose}")
            told = answer.content.decode()
            if (address, who) in {("/cases", "eve"), ("/ratios/taken_in", "eve")}:
                assert "安安" not in told  # her own desk, of another community
                continue
            assert answer.status_code in {403, 404}
            assert "555-0100" not in told
            assert "安安" not in told


def test_the_ratios_open_their_list_and_the_analyst_sees_counts_only(city: City) -> None:
    outbreak.report(city, {"confirmed": 3, "contact": 2})
    dee, jo = signed_in(city, "dee"), signed_in(city, "jo")

    board = dee.get("/ratios").content.decode()
    assert "/ratios/taken_in" in board
    assert "人confirmed0" in dee.get("/ratios/taken_in?purpose=care").content.decode()
    counts = jo.get("/ratios").content.decode()
    assert "/ratios/taken_in" not in counts
    assert jo.get("/ratios/taken_in").status_code == 403


LIST = "category,area,name,evidence\nsuspected,{area},安安,fever\nperhaps,{area},安安,\n"


def test_a_list_comes_in_by_the_page_and_at_the_prompt_and_twice_is_once(
    city: City, tmp_path
) -> None:
    data = LIST.format(area=f"id:{city.areas['oak1'].id}").encode()
    told = signed_in(city, "hal").post(
        "/cases/take?purpose=care", {"file": SimpleUploadedFile("cases.csv", data)}
    )
    assert "Row 3:" in told.content.decode()
    file = tmp_path / "cases.csv"
    file.write_bytes(data)

    again = linli("case", "take", str(file), "--as", "hal", code=1)

    assert "0 cases opened, 0 joined one that was there, 1 known already, 1 refused" in again.stdout
    assert Item.objects.filter(loop="case").count() == 1


def test_evidence_is_weighed_at_the_prompt(city: City) -> None:
    found = ("fever", "blood_count", "imaging")

    seen = linli("case", "weigh", *found, "--on", "2020-02-14", "--region", "42", "--json")

    assert '"category": "confirmed"' in seen.stdout
    assert '"basis": "clinical"' in seen.stdout


def measure(city: City, temperature: str, **more: str):
    """Gus notes a temperature at the gate."""
    form = {"temperature": temperature, "gate": str(city.areas["oak"].id), "uid": str(uuid4())}
    return signed_in(city, "gus").post("/gate/measure", form | more, follow=True)


def test_a_fever_at_the_gate_opens_one_item_and_nothing_is_seen_of_it(city: City) -> None:
    same = str(uuid4())
    first = measure(city, "38,2", name="安安", uid=same)
    measure(city, "38.2", name="安安", uid=same)

    item = Item.objects.get()
    assert (item.loop, item.stage, item.data["temperature_c"]) == ("fever", "found", 38.2)
    told = first.content.decode()
    assert "Noted. Thank you." in told
    assert "安安" not in told
    assert "安安" not in str(list(Event.objects.values_list("data", flat=True)))
    gus = signed_in(city, "gus")
    assert gus.get(f"/items/{item.id}?purpose=screening").status_code == 404
    assert gus.get("/items?purpose=screening").content.decode().count("/items/") == 0


def test_a_fever_at_the_gate_was_told_of_by_its_keeper(city: City) -> None:
    measure(city, "38.4")

    assert Event.objects.get(step="open").role == "gate_keeper"


def test_below_the_threshold_nothing_is_kept_and_the_answer_is_the_same(city: City) -> None:
    answer = measure(city, "36.6")

    assert "Noted. Thank you." in answer.content.decode()
    assert not Item.objects.exists()


@pytest.mark.parametrize("wrong", ["", "warm", "99", "12"])
def test_what_is_no_temperature_is_one_sentence(city: City, wrong: str) -> None:
    answer = measure(city, wrong)

    assert answer.status_code == 422
    assert "Measure again" in answer.content.decode()
    assert not Item.objects.exists()


@pytest.mark.parametrize("who", ["ann", "cy", "hal", "dee", "quin"])
def test_only_a_gate_keeper_has_the_gate(city: City, who: str) -> None:
    assert signed_in(city, who).get("/gate").status_code == 403
