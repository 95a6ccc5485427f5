"""The doors that are open to all: one clear sentence, in both languages, and a time to wait."""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client

from linli.knocks.rates import Rate, rate_of
from linli.loops.ledger import Item
from linli.registry.duties import RequestType
from linli.site import environment
from tests.callers import NOISE, Caller, open_noise, still
from tests.cast import City

pytestmark = pytest.mark.db

FEW = Rate("filing", 3, 3600)
WRONG = Rate("guess", 3, 3600)
SENTENCES = {
    "en": "This was tried too often from where you are. Try again in 20 min.",
    "zh-Hans": "您这边尝试次数过多，请20分钟后再试。",
}
both = pytest.mark.parametrize("language", list(SENTENCES))


@pytest.fixture
def strict(settings, city: City) -> City:
    settings.FILING_RATE, settings.GUESS_RATE = FEW, WRONG
    settings.APP_RATE = Rate("app", 3, 3600)
    settings.SIGN_IN_RATE = Rate("sign_in", 3, 3600)
    settings.OPEN311_KEYS = ["k1", "k2"]
    RequestType.objects.update(public=True)
    still()
    return city


def file_once(caller: Caller, city: City):
    body = {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE}
    return caller.post("/api/requests", body, purpose=None)


def file_by_page(city: City, language: str):
    form = {**NOISE, "area": str(city.areas["oak1"].id), "kind": "noise", "uid": str(uuid4())}
    return Client(HTTP_ACCEPT_LANGUAGE=language).post("/requests/new", form)


def file_by_app(city: City, language: str, key: str = "k1", suffix: str = "json"):
    form = {"api_key": key, "service_code": "noise", "address_id": city.areas["oak"].id}
    return Client(HTTP_ACCEPT_LANGUAGE=language).post(f"/open311/v2/requests.{suffix}", form)


def told(answer, language: str) -> None:
    assert answer.status_code == 429, answer.content
    assert 1190 <= int(answer["Retry-After"]) <= 1200
    text = answer.content.decode()
    if answer["Content-Type"].startswith("application/json"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    assert SENTENCES[language] in text


@both
def test_filing_too_often_is_told_by_the_api_and_nothing_is_filed(strict, language):
    caller = Caller(strict, None, language)
    assert [file_once(caller, strict).status_code for _ in range(3)] == [201] * 3

    refused = file_once(caller, strict)

    told(refused, language)
    assert refused.json()["code"] == "too_often"
    assert Item.objects.count() == 3


@both
def test_filing_too_often_is_told_on_the_page_and_the_form_keeps_what_was_typed(strict, language):
    assert [file_by_page(strict, language).status_code for _ in range(3)] == [302] * 3

    refused = file_by_page(strict, language)

    told(refused, language)
    assert NOISE["description"] in refused.content.decode()


@both
@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_an_app_that_files_too_often_is_told_and_another_app_is_not_hindered(
    strict, language, suffix
):
    assert [file_by_app(strict, language).status_code for _ in range(3)] == [200] * 3

    told(file_by_app(strict, language, suffix=suffix), language)
    assert file_by_app(strict, language, key="k2").status_code == 200


@both
def test_guessing_tokens_is_told_at_every_door_and_shuts_them_all(strict, language):
    item = open_noise(strict, Caller(strict, None))
    caller = Caller(strict, None, language)
    page = Client(HTTP_ACCEPT_LANGUAGE=language)
    assert page.get("/requests/follow/wrong-one").status_code == 404
    assert page.get("/open311/v2/tokens/wrong-two.json").status_code == 404
    wrong = caller.get(f"/api/requests/{item}", purpose=None, token="wrong-three")
    assert wrong.status_code == 404

    told(page.post("/requests/follow", {"token": "x"}), language)
    told(page.get("/requests/follow/x"), language)
    told(page.get("/open311/v2/tokens/x.xml"), language)
    told(caller.get(f"/api/requests/{item}", purpose=None, token="x"), language)
    told(caller.send("POST", f"/api/requests/{item}/withdraw?token=x", purpose=None), language)


def test_wrong_keys_of_apps_are_counted(strict):
    tried = [file_by_app(strict, "en", key=f"w{n}").status_code for n in range(4)]

    assert tried == [403, 403, 403, 429]
    assert file_by_app(strict, "en").status_code == 429


def test_wrong_access_tokens_are_counted_and_the_right_one_still_opens(strict):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    tried = [
        client.get("/api/me", headers={"Authorization": f"Bearer linli_w{n}"}) for n in range(4)
    ]

    assert [answer.status_code for answer in tried] == [401, 401, 401, 429]
    told(tried[-1], "en")
    assert Caller(strict, "sam").get("/api/requests").status_code == 200


@both
def test_wrong_passwords_are_told_for_this_name_and_not_for_another(strict, language):
    for name in ("sam", "bo"):
        strict.accounts[name].set_password("a long password")
        strict.accounts[name].save()
    browser = Client(HTTP_ACCEPT_LANGUAGE=language)

    def sign_in(name: str, password: str):
        return browser.post("/account/login/", {"login": name, "password": password})

    assert [sign_in("sam", "wrong").status_code for _ in range(3)] == [200] * 3
    told(sign_in("sam", "a long password"), language)
    assert sign_in("bo", "a long password").status_code == 302


def test_right_passwords_cost_nothing(strict):
    strict.accounts["sam"].set_password("a long password")
    strict.accounts["sam"].save()

    for _ in range(8):
        answer = Client().post("/account/login/", {"login": "sam", "password": "a long password"})
        assert answer.status_code == 302


def test_a_desk_that_files_for_callers_is_never_counted(strict):
    desk = Caller(strict, "bo")
    body = {"area_id": strict.areas["oak1"].id, "kind": "noise", "form": NOISE, "on_behalf": True}

    assert {desk.post("/api/requests", body).status_code for _ in range(8)} == {201}


def test_a_resident_with_an_account_is_counted_by_it_wherever_they_are(strict):
    ann = Caller(strict, "ann")
    assert [file_once(ann, strict).status_code for _ in range(4)] == [201, 201, 201, 429]

    assert file_once(Caller(strict, None), strict).status_code == 201


def test_me_too_counts_as_filing(strict):
    item = open_noise(strict, Caller(strict, None))
    visitor = Caller(strict, None)

    tried = [visitor.post(f"/api/requests/{item}/join", purpose=None) for _ in range(3)]

    assert [answer.status_code for answer in tried] == [201, 201, 429]


def test_in_a_demonstration_the_whole_city_may_file_from_one_machine(tmp_path):
    demo = environment.read({"LINLI_DEMO": "1", "LINLI_DATA_DIR": str(tmp_path)})
    real = environment.read({"LINLI_DATA_DIR": str(tmp_path)})

    assert demo.filing_rate is None
    assert real.filing_rate == rate_of("filing", "30/hour")


def test_every_wrong_rate_is_told_at_the_start(tmp_path):
    said = {"LINLI_FILING_RATE": "many", "LINLI_GUESS_RATE": "-3", "LINLI_PROXIES": "one"}

    with pytest.raises(environment.MissingSettings) as refused:
        environment.read({"LINLI_DATA_DIR": str(tmp_path), **said})

    assert set(re.findall("LINLI_[A-Z_]+", refused.value.tell())) == set(said)
