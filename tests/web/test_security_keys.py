"""A security key opens the work: set up, used as the second factor, and alone as a passkey."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from linli.loops.shipped import ship_limits
from tests.cast import City, build_city
from tests.web.furnished import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WITHIN_S = 10
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Desk:
    """Sam at a browser with a key in its port; the key is a device of the browser's own making."""

    page: Any
    devtools: Any
    key: str
    url: str

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def answer(self, **fields: str) -> None:
        """Fill a form of the page's main part, and send it."""
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)
        self.page.locator(
            f"main form:has([name={next(iter(fields))}]) button[type=submit]"
        ).first.click()

    def counted(self) -> int:
        """How often the key has signed."""
        found = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.key})
        return sum(c["signCount"] for c in found["credentials"])

    def leaves(self) -> None:
        self.page.context.clear_cookies()


@pytest.fixture
def here(live_server, settings) -> City:
    settings.SECOND_FACTOR = True
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # as LINLI_DEBUG sets it: no TLS here
    cache.clear()
    ship_limits()
    city = build_city()
    city.accounts["sam"].set_password(PASSWORD)
    city.accounts["sam"].save()
    return city


@pytest.fixture
def desk(chromium, live_server, here) -> Iterator[Desk]:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield Desk(page, devtools, made["authenticatorId"], live_server.url)
    context.close()


def enrol(desk: Desk, *, passkey: bool) -> None:
    """Sign in with the password and add the key."""
    desk.open("/account/login/")
    desk.answer(login="sam", password=PASSWORD)
    desk.page.wait_for_url("**/account/2fa/**")
    desk.open("/account/2fa/webauthn/add/")
    if "reauthenticate" in desk.page.url:
        desk.answer(password=PASSWORD)
        desk.page.wait_for_url("**/webauthn/add/**")
    if passkey:
        desk.page.check("main [name=passwordless]")
    desk.page.click("#mfa_webauthn_add")
    wait_for(lambda: Authenticator.objects.filter(type="webauthn").count() == 1)
    desk.page.wait_for_url(lambda url: "/webauthn/add/" not in url)  # the session knows it too
    desk.page.wait_for_load_state()


def wait_for(done: Any) -> None:
    until = time.monotonic() + WITHIN_S
    while not done():
        assert time.monotonic() < until, "It did not happen."
        time.sleep(0.05)


def works(desk: Desk) -> bool:
    desk.open("/work")
    return desk.page.url == f"{desk.url}/work"


def test_setting_up_a_key_opens_the_work_and_the_next_sign_in_asks_for_it(desk):
    enrol(desk, passkey=False)
    assert works(desk)

    desk.leaves()
    desk.open("/account/login/")
    desk.answer(login="sam", password=PASSWORD)
    desk.page.wait_for_url("**/account/2fa/authenticate/**")
    assert not works(desk)

    desk.open("/account/2fa/authenticate/")
    desk.page.click("#mfa_webauthn_authenticate")
    desk.page.wait_for_url(f"{desk.url}/work")

    assert desk.counted() >= 2  # once to set it up, once to sign in
    assert works(desk)


def test_a_passkey_alone_signs_in_with_both_factors(desk):
    enrol(desk, passkey=True)

    desk.leaves()
    desk.open("/account/login/")
    desk.page.click("#passkey_login")
    desk.page.wait_for_url(f"{desk.url}/work")

    assert works(desk)


def test_a_key_of_somebody_else_opens_nothing(desk, here):
    enrol(desk, passkey=False)
    stolen = Authenticator.objects.get(type="webauthn")
    Authenticator.objects.filter(id=stolen.id).update(user=here.accounts["bo"])
    Authenticator.objects.create(
        user=here.accounts["sam"], type="totp", data={"secret": "JBSWY3DPEHPK3PXP"}
    )

    desk.leaves()
    desk.open("/account/login/")
    desk.answer(login="sam", password=PASSWORD)
    desk.page.wait_for_url("**/account/2fa/authenticate/**")

    before = desk.counted()
    desk.page.click("#mfa_webauthn_authenticate")
    desk.page.wait_for_timeout(500)

    assert desk.counted() == before  # it is not asked for what is not Sam's
    assert not works(desk)
