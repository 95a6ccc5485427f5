"""How does a test call the API as one of the cast? With a token, on the city's evening."""

import json
from typing import Any

from django.test import Client

from linli import clock
from linli.policy.can import SYSTEM
from linli.registry import tokens
from linli.registry.accounts import Account
from tests.cast import EVENING, City

NOISE = {"description": "Drums at night", "contact_name": "Ann Example", "contact_phone": "0100"}


def still(at: int = EVENING) -> None:
    """Stop the city's clock at a moment."""
    clock.follow(lambda: clock.Dial(wall=0, shown=at, speed=0))


def token_for(account: Account) -> str:
    """A fresh access token of an account."""
    made, text = tokens.ApiToken(account=account, label="test"), f"linli_{account.username}"
    made.digest, made.made_at, made.ends_at = tokens.digest(text), 0, 2**32
    made.made_by = SYSTEM.id
    made.save()
    return text


class Caller:
    """Somebody of the cast, or nobody, calling the API in a language."""

    def __init__(self, city: City, name: str | None, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Accept-Language": language}
        if name is not None:
            self.headers["Authorization"] = f"Bearer {token_for(city.accounts[name])}"

    def get(self, path: str, *, purpose: str | None = "service", **query: Any) -> Any:
        """GET an address with a purpose."""
        return self.client.get(path, query, headers=self._with(purpose))

    def post(
        self, path: str, body: Any = None, *, purpose: str | None = "service", **headers: str
    ) -> Any:
        """POST a body as JSON."""
        return self.send("POST", path, body, purpose=purpose, **headers)

    def send(
        self, method: str, path: str, body: Any = None, *, purpose: str | None = "service",
        **headers: str,
    ) -> Any:  # fmt: skip
        """Send a body as JSON, or as the bytes it is."""
        data = body if isinstance(body, bytes | str) else json.dumps(body if body else {})
        return self.client.generic(
            method, path, data, "application/json", headers=self._with(purpose) | headers
        )

    def _with(self, purpose: str | None) -> dict[str, str]:
        return self.headers | ({"X-Purpose": purpose} if purpose else {})


def open_noise(city: City, by: Caller, area: str = "oak1") -> int:
    """A resident asks for something; the id of the request."""
    body = {"area_id": city.areas[area].id, "kind": "noise", "form": NOISE}
    answer = by.post("/api/requests", body)
    assert answer.status_code == 201, answer.content
    found: int = answer.json()["id"]
    return found
