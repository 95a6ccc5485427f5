"""Does a city's own provider vouch for its people, at the address the page on signing in names?"""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from linli import clock
from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.roster import actor_of
from linli.site import environment
from tests.callers import still
from tests.cast import EVENING, HOUR, City
from tests.house.tracked import ROOT

COMES_BACK_TO = "/account/oidc/city/login/callback/"


class Provider(BaseHTTPRequestHandler):
    """A made-up OpenID Connect provider that knows Mei."""

    claims: dict[str, object] = {}  # what its signed word says beside who it is

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path == "/.well-known/openid-configuration":
            self._tell(
                issuer=base,
                authorization_endpoint=f"{base}/authorize",
                token_endpoint=f"{base}/token",
                userinfo_endpoint=f"{base}/userinfo",
                jwks_uri=f"{base}/keys",
            )
        else:
            self._tell(sub="17", preferred_username="mei", name="Mei")

    def do_POST(self) -> None:
        now = int(time.time())
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        says = {"iss": base, "aud": "linli", "sub": "17", "iat": now, "exp": now + 60}
        word = jwt.encode({**says, **self.claims}, "a secret of the provider's, long enough")
        self._tell(access_token="made-up", token_type="bearer", id_token=word)

    def _tell(self, **said: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Provider.claims = {}
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def sign_in_at(provider: str, settings, tmp_path) -> tuple[Client, dict[str, list[str]]]:
    """Mei comes by way of her provider; her browser, and what the provider was asked."""
    environ = {
        "LINLI_DATA_DIR": str(tmp_path),
        "LINLI_OIDC_URL": provider,
        "LINLI_OIDC_CLIENT": "linli",
        "LINLI_OIDC_SECRET": "made-up",
    }
    settings.SOCIALACCOUNT_PROVIDERS = environment.providers(environment.read(environ))
    client = Client()
    leaves = client.post("/account/oidc/city/login/")
    asked = parse_qs(urlsplit(leaves.url).query)
    client.get(COMES_BACK_TO, {"code": "made-up", "state": asked["state"][0]})
    return client, asked


@pytest.mark.django_db
def test_whom_the_provider_vouches_for_is_a_resident_until_appointed(settings, provider, tmp_path):
    client, asked = sign_in_at(provider, settings, tmp_path)

    mei = Account.objects.get(id=client.session["_auth_user_id"])
    held = actor_of(mei, EVENING, two_factor=False).holdings
    assert asked["redirect_uri"] == [f"http://testserver{COMES_BACK_TO}"]
    assert (mei.username, [h.role for h in held]) == ("mei", [Role.RESIDENT])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("believed", "claims", "opens"),
    [
        ({"mfa", "hwk"}, {"amr": ["pwd", "mfa"]}, True),
        ({"gold"}, {"acr": "gold"}, True),
        ({"mfa"}, {"amr": ["pwd"]}, False),
        ({"mfa"}, {}, False),
        (set(), {"amr": ["mfa"]}, False),  # not asked to believe it
        ({"mfa"}, {"amr": "not mfa", "acr": {"mfa": 1}}, False),
        ({"mfa"}, {"mfa": "mfa", "name": "mfa"}, False),  # said elsewhere than in its claims
        ({"1"}, {"amr": [1]}, False),
    ],
)
def test_the_providers_second_factor_counts_where_the_deployment_believes_its_word(
    settings, provider, tmp_path, city: City, believed, claims, opens
):
    settings.SECOND_FACTOR, settings.OIDC_SECOND_FACTOR = True, frozenset(believed)
    still()
    mei = Account.objects.create_user("mei", display_name="Mei", language="en")
    SocialAccount.objects.create(user=mei, provider="city", uid="17")
    post = roster.Post.objects.create(
        role=Role.SECRETARY, area=city.areas["oak"], path=city.areas["oak"].path
    )
    roster.appoint(post, mei, starts_at=clock.moment(EVENING - HOUR))
    Provider.claims = claims

    client, _ = sign_in_at(provider, settings, tmp_path)
    work = client.get("/work")

    assert client.session["_auth_user_id"] == str(mei.id)
    assert work.status_code == (200 if opens else 302)


@pytest.mark.django_db
def test_a_word_that_is_meant_for_somebody_else_signs_nobody_in(settings, provider, tmp_path):
    Provider.claims = {"aud": "another"}

    client, _ = sign_in_at(provider, settings, tmp_path)

    assert "_auth_user_id" not in client.session


def test_the_page_names_the_address_to_come_back_to():
    assert COMES_BACK_TO in (ROOT / "docs/how-to/sign-in.md").read_text()
