"""Who gets in, with what, and to where? Password, second factor, the cast, the city's provider."""

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from linli.registry.accounts import Account
from linli.site import environment
from tests.cast import City
from tests.web.furnished import PASSWORD

pytestmark = pytest.mark.db


@pytest.fixture
def here(city: City, settings) -> City:
    settings.SECOND_FACTOR = True
    cache.clear()  # the limit on attempts
    for name in ("sam", "ann"):
        city.accounts[name].set_password(PASSWORD)
        city.accounts[name].save()
    return city


@pytest.fixture
def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def sign_in(browser: Client, name: str, password: str = PASSWORD):
    return browser.post("/account/login/", {"login": name, "password": password})


def code_of(secret: str) -> str:
    """What the authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_resident_needs_no_second_factor(here, browser):
    assert sign_in(browser, "ann").status_code == 302

    assert browser.get("/me").status_code == 200


def test_staff_without_a_second_factor_are_led_to_set_one_up_whatever_they_open(here, browser):
    sign_in(browser, "sam")

    led = {address: browser.get(address)["Location"] for address in ("/work", "/board", "/me")}

    assert all(where.startswith("/account/2fa/") for where in led.values())


@pytest.mark.django_db(transaction=True)  # what is remembered is remembered on commit
def test_setting_up_an_authenticator_opens_the_work_at_once(here, browser):
    sign_in(browser, "sam")
    again = browser.get("/account/2fa/totp/activate/")["Location"]  # it asks who you are once more
    browser.post(again, {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="([^"]+)"', page).group(1)

    browser.post("/account/2fa/totp/activate/", {"code": code_of(secret)})

    assert browser.get("/work").status_code == 200


def test_the_next_sign_in_asks_for_the_code_before_anything_opens(here, browser):
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(
        user=here.accounts["sam"],
        type=Authenticator.Type.TOTP,
        data={"secret": get_adapter().encrypt(secret)},
    )

    asked = sign_in(browser, "sam")
    assert asked["Location"] == "/account/2fa/authenticate/"
    assert browser.get("/work")["Location"].startswith("/account/login/")

    browser.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert browser.get("/work").status_code == 200


def test_a_wrong_password_is_told_and_the_name_stays(here, browser):
    answer = sign_in(browser, "sam", "wrong")

    assert answer.status_code == 200
    assert 'value="sam"' in answer.content.decode()


def test_guessing_is_stopped(here, browser):
    for _ in range(10):
        sign_in(browser, "sam", "wrong")

    answer = sign_in(browser, "sam")

    assert answer.status_code == 429
    assert "tried too often" in answer.content.decode()
    assert browser.get("/me").status_code == 302


def test_nobody_makes_an_account_by_themselves(here, browser):
    browser.post(
        "/account/signup/",
        {"username": "mallory", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert not Account.objects.filter(username="mallory").exists()


def test_there_is_no_cast_outside_a_demonstration(here, browser, settings):
    settings.DEMO = False
    Account.objects.filter(username="sam").update(is_cast=True)

    assert browser.get("/cast").status_code == 404
    assert browser.post("/cast/sam").status_code == 404
    assert browser.post("/clock", {"speed": "0"}).status_code == 404


def test_in_a_demonstration_one_click_makes_you_one_of_the_cast_and_nobody_else(
    here, browser, settings
):
    settings.DEMO, settings.SECOND_FACTOR = True, False
    Account.objects.filter(username="sam").update(is_cast=True)

    page = browser.get("/cast").content.decode()
    assert "Sam" in page
    assert "Gil" not in page
    assert browser.post("/cast/gil").status_code == 404
    assert browser.post("/cast/sam")["Location"] == "/work"
    assert browser.get("/work").status_code == 200


def test_the_demonstrations_clock_stands_still_when_told(here, browser, settings):
    from linli.registry import dial

    settings.DEMO = True

    browser.post("/clock", {"speed": "0", "next": "https://elsewhere.example/"})

    assert dial.find().speed == 0


def test_the_way_back_after_a_form_never_leads_elsewhere(here, browser, settings):
    settings.DEMO = True

    answer = browser.post("/clock", {"speed": "0", "next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


def test_the_citys_own_provider_is_used_when_it_is_named():
    env = environment.read(
        {"LINLI_OIDC_URL": "https://id.example/realm", "LINLI_OIDC_CLIENT": "linli",
         "LINLI_SECRET_KEY": "x"}
    )  # fmt: skip

    (app,) = environment.providers(env)["openid_connect"]["APPS"]

    assert (app["client_id"], app["settings"]["server_url"]) == (
        "linli",
        "https://id.example/realm",
    )
