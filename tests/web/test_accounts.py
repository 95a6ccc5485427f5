"""Are people let in, shut out and let in again from the pages, and do secrets show once only?"""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from linli.audit.records import Record
from linli.registry import tokens
from linli.registry.accounts import Account
from tests.web.furnished import PASSWORD, Furnished

pytestmark = pytest.mark.db
NEW_PASSWORD = "pine-cones-on-the-sill"


def as_(here: Furnished, who: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(
        here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def link_in(answer) -> str:
    return re.search(r"http://testserver(/account/password/reset/key/[^\"]+)", answer)[1]


def set_password(link: str) -> Client:
    """Somebody opens a link and sets a password there."""
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    form = browser.get(link, follow=True)
    fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    browser.post(form.redirect_chain[-1][0] if form.redirect_chain else link, fields)
    return browser


def signs_in(username: str, password: str) -> bool:
    browser = Client()
    browser.post("/account/login/", {"login": username, "password": password})
    return "_auth_user_id" in browser.session


def test_an_account_is_made_and_entered_by_a_link_that_works_once(here):
    made = as_(here, "lou").post(
        "/accounts/new", {"username": "mei", "display_name": "梅", "language": "zh-hans"}
    )
    link = link_in(made.content.decode())

    set_password(link)

    assert signs_in("mei", NEW_PASSWORD)
    again = Client(HTTP_ACCEPT_LANGUAGE="en").get(link, follow=True).content.decode()
    assert "password1" not in again


def test_a_link_shuts_the_old_password_and_the_old_session_out_at_once(here):
    dee = Client()
    dee.post("/account/login/", {"login": "dee", "password": PASSWORD})
    assert dee.get("/me").status_code == 200

    answer = as_(here, "lou").post(f"/accounts/{here.city.accounts['dee'].id}", {"do": "link"})

    assert dee.get("/me").status_code == 302
    assert not signs_in("dee", PASSWORD)
    set_password(link_in(answer.content.decode()))
    assert signs_in("dee", NEW_PASSWORD)


def test_a_link_is_shown_once_and_stands_in_no_record(here):
    lou, address = as_(here, "lou"), f"/accounts/{here.city.accounts['bo'].id}"

    link = link_in(lou.post(address, {"do": "link"}).content.decode())

    assert link not in lou.get(address).content.decode()
    assert not any(link[-20:] in str(row.detail) for row in Record.objects.all())


def test_a_shut_account_is_out_and_in_again_when_opened(here):
    lou, dee = as_(here, "lou"), here.city.accounts["dee"]

    lou.post(f"/accounts/{dee.id}", {"do": "shut"})
    assert not signs_in("dee", PASSWORD)
    lou.post(f"/accounts/{dee.id}", {"do": "reopen"})

    assert signs_in("dee", PASSWORD)
    assert list(
        Record.objects.filter(kind="account", subject=str(dee.id))
        .order_by("id")
        .values_list("act", flat=True)
    ) == ["shut", "open"]


def test_a_lost_second_factor_is_forgotten_on_request(here):
    bo = here.city.accounts["bo"]
    Authenticator.objects.create(user=bo, type="totp", data={})
    lou = as_(here, "lou")
    assert "an authenticator app" in lou.get(f"/accounts/{bo.id}").content.decode()

    lou.post(f"/accounts/{bo.id}", {"do": "factor"})

    assert not Authenticator.objects.filter(user=bo).exists()


def test_a_token_is_shown_once_and_ended_by_a_tap(here):
    lou, bo = as_(here, "lou"), here.city.accounts["bo"]
    fields = {"do": "token", "label": "door bell", "days": "30"}

    text = re.search(r"linli_[\w-]+", lou.post(f"/accounts/{bo.id}", fields).content.decode())[0]

    assert tokens.account_of(text) == bo
    assert text not in lou.get(f"/accounts/{bo.id}").content.decode()
    lou.post(
        f"/accounts/{bo.id}", {"do": "revoke", "token": str(tokens.own(actor(here, "bo"))[0].id)}
    )
    with pytest.raises(tokens.TokenUnknown):
        tokens.account_of(text)


def actor(here: Furnished, name: str):
    return here.city.actor(name)


def test_people_see_and_end_the_tokens_in_their_own_name_and_no_others(here):
    made, text = tokens.issue(
        here.city.accounts["bo"], label="door bell", days=2, by=here.city.actor("lou")
    )

    assert "door bell" in as_(here, "bo").get("/me").content.decode()
    assert as_(here, "cy").post(f"/me/tokens/{made.id}/end").status_code == 404
    as_(here, "bo").post(f"/me/tokens/{made.id}/end")

    with pytest.raises(tokens.TokenUnknown):
        tokens.account_of(text)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_resident_reads_who_looked_in_which_role_and_what_for_without_names(here, language):
    Account.objects.filter(username="ann").update(person_id=here.ids["person"])
    as_(here, "cy").get(f"/registry/people/{here.ids['person']}?purpose=service")

    text = as_(here, "ann", language).get("/me/looks").content.decode()

    assert ("grid worker" if language == "en" else "网格员") in text
    assert ("answering a request" if language == "en" else "办理诉求") in text
    assert ">Cy<" not in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": "two words"}, "no spaces"),
        ({"username": "x"}, "2 to 80"),
        ({"username": "cy"}, "cy"),
        ({"username": "mei", "language": "tlh"}, "language"),
    ],
)
def test_what_cannot_be_made_is_told_and_what_was_typed_stays(here, fields, said):
    asked = {"display_name": "Somebody", "language": "en"} | fields

    answer = as_(here, "lou").post("/accounts/new", asked)

    assert 400 <= answer.status_code < 500
    text = answer.content.decode()
    assert said in text
    assert 'value="Somebody"' in text


@pytest.mark.parametrize("do", ["link", "shut", "factor", "token", "nonsense", ""])
def test_nobody_else_does_anything_to_an_account(here, do):
    bo = here.city.accounts["bo"]

    for who in ("ann", "cy", "sam", "gil", "ida", "kim"):
        answer = as_(here, who).post(f"/accounts/{bo.id}", {"do": do, "label": "x", "days": "1"})
        assert answer.status_code == 403, who
    assert as_(here, "lou").post(f"/accounts/{bo.id}", {"do": "nonsense"}).status_code == 422
    assert Account.objects.get(id=bo.id).is_active


def test_an_administrator_is_kept_from_shutting_the_own_account(here):
    lou = here.city.accounts["lou"]

    answer = as_(here, "lou").post(f"/accounts/{lou.id}", {"do": "shut"})

    assert answer.status_code == 409
    assert Account.objects.get(id=lou.id).is_active
