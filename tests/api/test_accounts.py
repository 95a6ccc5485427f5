"""Can a program do about accounts what their pages can, within the same reach?"""

import pytest
from django.test import Client

from linli import clock
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.roster import Assignment
from tests.callers import Caller, still, token_for
from tests.cast import EVENING, City

pytestmark = pytest.mark.db
OPEN_TO_ALL = {"/api/codes"}  # asks nobody who they are
PASSWORD = "pine-cones-on-the-sill"


@pytest.fixture(autouse=True)
def evening() -> None:
    still()


def set_password(link: str) -> None:
    """Somebody opens a link and sets a password there."""
    browser = Client()
    form = browser.get(link, follow=True)
    fields = {"password1": PASSWORD, "password2": PASSWORD}
    browser.post(form.redirect_chain[-1][0] if form.redirect_chain else link, fields)


def signs_in(username: str) -> bool:
    browser = Client()
    browser.post("/account/login/", {"login": username, "password": PASSWORD})
    return "_auth_user_id" in browser.session


def local(city: City) -> Caller:
    """Somebody who administers Oak Lane and nothing else."""
    account = Account.objects.create_user("lane", display_name="Lane", language="en")
    area = city.areas["oak"]
    post = roster.Post.objects.create(role="administrator", area=area, path=area.path)
    roster.appoint(post, account, starts_at=clock.moment(EVENING - 3600))
    city.accounts["lane"] = account
    return Caller(city, "lane")


def test_an_account_is_made_entered_shut_and_let_in_again(city: City) -> None:
    lou = Caller(city, "lou")
    made = lou.post("/api/accounts", {"username": "mei", "display_name": "梅"})
    assert made.status_code == 201
    set_password(made.json()["link"])
    one = f"/api/accounts/{made.json()['id']}"

    assert signs_in("mei")
    assert lou.post(f"{one}/shut").status_code == 200
    assert not signs_in("mei")
    assert lou.post(f"{one}/reopen").status_code == 200
    assert signs_in("mei")
    assert lou.post(f"{one}/link").json()["link"].startswith("http://testserver/account/")
    assert not signs_in("mei")
    assert lou.post(f"{one}/forget-second-factor").status_code == 200


def test_an_account_is_found_and_seen_with_its_seats_and_tokens(city: City) -> None:
    lou, bo = Caller(city, "lou"), city.accounts["bo"]
    token_for(bo)

    found = lou.get("/api/accounts", text="bo").json()["rows"]
    seen = lou.get(f"/api/accounts/{bo.id}").json()

    assert bo.id in [row["id"] for row in found]
    assert [post["role"] for post in seen["posts"]] == ["community_desk"]
    assert [token["label"] for token in seen["tokens"]] == ["test"]
    assert "digest" not in str(seen)
    assert "password" not in {k for k in seen if k != "has_password"}


def test_nobody_but_an_administrator_within_reach_sees_or_changes_an_account(city: City) -> None:
    bo, gil = city.accounts["bo"].id, city.accounts["gil"].id
    lane = local(city)

    for caller in [Caller(city, who) for who in ("cy", "sam", "gil", "kim", "eve")]:
        assert caller.get("/api/accounts").status_code == 403
        assert caller.post(f"/api/accounts/{bo}/shut").status_code == 403
    assert Caller(city, None).get("/api/accounts").status_code == 401
    assert lane.get(f"/api/accounts/{bo}").status_code == 200
    for act in ("shut", "reopen", "link", "forget-second-factor"):
        assert lane.post(f"/api/accounts/{gil}/{act}").status_code == 404
    assert lane.get(f"/api/accounts/{gil}").status_code == 404
    assert gil not in [row["id"] for row in lane.get("/api/accounts").json()["rows"]]


def test_one_communitys_administrator_sees_and_ends_only_its_own_tokens(city: City) -> None:
    token_for(city.accounts["gil"])
    token_for(city.accounts["bo"])
    lane = local(city)
    rows = Caller(city, "lou").get("/api/tokens").json()["rows"]
    of = {row["account_id"]: row["id"] for row in rows}
    gils, bos = of[city.accounts["gil"].id], of[city.accounts["bo"].id]

    seen = [row["id"] for row in lane.get("/api/tokens").json()["rows"]]

    assert bos in seen
    assert gils not in seen
    assert lane.post(f"/api/tokens/{gils}/revoke").status_code == 404
    assert lane.post(f"/api/tokens/{bos}/revoke").status_code == 200


def test_a_revoked_token_is_a_strangers_at_once_at_every_door(city: City) -> None:
    lou, bo = Caller(city, "lou"), Caller(city, "bo")
    open311 = "/open311/v2/requests.json"
    key = "linli_bo"
    before = bo.get("/api/roster").status_code
    number = next(
        t["id"] for t in lou.get(f"/api/accounts/{city.accounts['bo'].id}").json()["tokens"]
    )

    lou.post(f"/api/tokens/{number}/revoke")

    assert before == 200
    filed = Client().post(open311, {"api_key": key, "service_code": "noise", "description": "x"})
    assert filed.status_code == 403
    description = lou.get("/api/openapi.json").json()
    doors = [path for path in description["paths"] if "{" not in path]
    answers = {path: bo.get(path).status_code for path in doors}
    assert {path for path, status in answers.items() if status < 400} == OPEN_TO_ALL
    assert set(answers.values()) <= {200, 401, 405, 429}  # guesses of a token are counted


def test_the_token_of_an_account_that_is_shut_is_a_strangers_at_once(city: City) -> None:
    lou, cy = Caller(city, "lou"), Caller(city, "cy")
    before = cy.get("/api/roster").status_code

    lou.post(f"/api/accounts/{city.accounts['cy'].id}/shut")

    assert before == 200
    assert cy.get("/api/roster").status_code == 401


def test_a_token_loses_a_post_the_moment_its_holder_does(city: City) -> None:
    bo = Caller(city, "bo")
    before = bo.get("/api/roster").status_code

    roster.relieve(Assignment.objects.get(account=city.accounts["bo"]), at=clock.moment(EVENING))

    assert before == 200
    assert bo.get("/api/roster").status_code == 403
    assert bo.get("/api/requests").status_code == 403


def test_nobody_shuts_or_resets_the_own_account(city: City) -> None:
    lou, own = Caller(city, "lou"), city.accounts["lou"].id

    for act in ("shut", "reopen", "link", "forget-second-factor"):
        assert lou.post(f"/api/accounts/{own}/{act}").status_code == 409


@pytest.mark.parametrize(
    "body",
    [{"username": "two words"}, {"username": "x"}, {"username": "bo"}, {"username": "a\tb"},
     {"username": "mei", "language": "tlh"}, {"username": "mei", "is_staff": True}],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused_in_a_sentence(city: City, body) -> None:
    answer = Caller(city, "lou").post("/api/accounts", body)

    assert answer.status_code in (409, 422)
    assert len(answer.json()["sentence"]) > 10
