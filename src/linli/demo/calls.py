"""How do the demo's people call? Over HTTP, each in the own name, like any other client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from linli import clock
from linli.demo import behaviour
from linli.policy.can import Actor, Holding
from linli.policy.roles import Purpose, Role
from linli.registry import tokens
from linli.registry.accounts import Account

PATIENCE_S = 15.0
TOKEN_DAYS = 2
LABEL = "demo actors"
ISSUER = Actor(holdings=(Holding(Role.ADMINISTRATOR, ""),), exercise=True)


@dataclass
class Item:
    """A request as the API shows it to whoever looks."""

    id: int
    uid: str
    stage: str
    item_class: str
    tier: int
    area_id: int
    unit_id: int
    holder_id: int | None
    entered_s: int
    n_reopened: int = 0
    channel: str = "page"
    reply_seen_at: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_events(self) -> int:
        """What tells one visit to a stage from the next; the API shows no count."""
        return self.entered_s

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        """From what the API answers, a row of a list or a whole request."""
        entered = datetime.fromisoformat(shown.get("entered_at") or shown["opened_at"])
        dice = behaviour.Random(str(shown["uid"]))
        return cls(
            id=shown["id"],
            uid=shown["uid"],
            stage=shown["stage"],
            item_class=shown["item_class"],
            tier=shown["tier"],
            area_id=shown["area_id"],
            unit_id=shown["unit_id"],
            holder_id=shown["holder_id"],
            entered_s=clock.seconds(entered),
            n_reopened=shown["n_reopened"],
            channel=dice.choice(("page", "page", "phone", "visit")),
            data=shown.get("data", {}),
        )


class Refused(Exception):
    """The API said no: the status and the code of the problem."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Calls:
    """The API as the demo's people use it; what only a resident knows is kept in a file."""

    def __init__(
        self, address: str, kept: Path | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.http = httpx.Client(base_url=address, timeout=PATIENCE_S, transport=transport)
        self._bearers: dict[int, str] = {}
        self._kept = kept
        self._followed = _read(kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.http.close()

    def token_of(self, item_id: int) -> str | None:
        """The token by which a resident follows a request opened here."""
        return self._followed.get(item_id)

    def open(self, body: Mapping[str, Any], by: int | None) -> Mapping[str, Any]:
        """Open a request, as a visitor or as somebody at a desk for a caller."""
        made = self._send("POST", "api/requests", by, json=dict(body))
        if made.get("token"):
            self._keep(made["id"], made["token"])
        return made

    def see(self, item_id: int, *, by: int | None = None, token: str | None = None) -> Item:
        """Look at one request."""
        return Item.of(self._send("GET", f"api/requests/{item_id}", by, token=token))

    def take(
        self,
        item_id: int,
        step: str,
        data: Mapping[str, Any],
        *,
        by: int | None = None,
        token: str | None = None,
    ) -> None:
        """Take a step."""
        self._send("POST", f"api/requests/{item_id}/{step}", by, token=token, json=dict(data))

    def rows(self, by: int, **filters: str) -> list[Item]:
        """Every request in sight that fits, page by page."""
        found: list[Item] = []
        after: str | None = None
        while True:
            more = {"after": str(after)} if after else {}
            page = self._send("GET", "api/requests", by, params={"most": "200", **filters, **more})
            found += [Item.of(row) for row in page["rows"]]
            after = page["after"]
            if after is None:
                return found

    def ask(self, method: str, path: str, by: int, purpose: Purpose, **rest: Any) -> Any:
        """Anything else that one of the staff asks, with a purpose."""
        return self._send(method, f"api/{path}", by, purpose=purpose, **rest)

    def _send(
        self,
        method: str,
        path: str,
        by: int | None,
        *,
        token: str | None = None,
        purpose: Purpose = Purpose.SERVICE,
        **rest: Any,
    ) -> Any:
        headers = {}
        if by is not None:
            headers = {"Authorization": f"Bearer {self._bearer(by)}", "X-Purpose": purpose}
        if token is not None:
            headers["X-Token"] = token
        answer = self.http.request(method, path, headers=headers, **rest)
        if answer.status_code == httpx.codes.UNAUTHORIZED and by is not None:
            self._bearers.pop(by, None)
        if answer.is_error:
            raise Refused(answer.status_code, _code(answer))
        return answer.json()

    def _bearer(self, account: int) -> str:
        if account not in self._bearers:
            holder = Account.objects.get(id=account)
            _, text = tokens.issue(holder, label=LABEL, days=TOKEN_DAYS, by=ISSUER)
            self._bearers[account] = text
        return self._bearers[account]

    def _keep(self, item_id: int, token: str) -> None:
        self._followed[item_id] = token
        if self._kept is not None:
            with self._kept.open("a", encoding="ascii") as file:
                file.write(f"{item_id} {token}\n")


def _read(kept: Path | None) -> dict[int, str]:
    if kept is None or not kept.exists():
        return {}
    lines = (line.split() for line in kept.read_text("ascii").splitlines())
    return {int(line[0]): line[1] for line in lines if len(line) == 2}


def _code(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("code", "")) if isinstance(said, dict) else ""
