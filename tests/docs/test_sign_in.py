"""Does a city's own provider vouch for its people, at the address the page on signing in names?"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from linli.policy.roles import Role
from linli.registry.accounts import Account
from linli.registry.roster import actor_of
from linli.site import environment
from tests.cast import EVENING
from tests.house.tracked import ROOT

COMES_BACK_TO = "/account/oidc/city/login/callback/"


class Provider(BaseHTTPRequestHandler):
    """A made-up OpenID Connect provider that knows Mei."""

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path == "/.well-known/openid-configuration":
            self._tell(
                issuer=base,
                authorization_endpoint=f"{base}/authorize",
                token_endpoint=f"{base}/token",
                userinfo_endpoint=f"{base}/userinfo",
            )
        else:
            self._tell(sub="17", preferred_username="mei", name="Mei")

    def do_POST(self) -> None:
        self._tell(access_token="made-up", token_type="bearer")

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
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.django_db
def test_whom_the_provider_vouches_for_is_a_resident_until_appointed(settings, provider, tmp_path):
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

    mei = Account.objects.get(id=client.session["_auth_user_id"])
    held = actor_of(mei, EVENING, two_factor=False).holdings
    assert asked["redirect_uri"] == [f"http://testserver{COMES_BACK_TO}"]
    assert (mei.username, [h.role for h in held]) == ("mei", [Role.RESIDENT])


def test_the_page_names_the_address_to_come_back_to():
    assert COMES_BACK_TO in (ROOT / "docs/how-to/sign-in.md").read_text()
