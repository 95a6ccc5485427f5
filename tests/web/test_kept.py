"""In a browser: the line is cut, gate, round and desk go on, and all arrives afterwards (S97)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from linli.loops.advance import advance
from linli.loops.ledger import Event, Item
from linli.loops.requests.file import file_request
from linli.loops.requests.forms import Channel
from linli.loops.rounds import Seen
from linli.loops.screening.tables import Report
from linli.policy.can import VISITOR
from tests.callers import still
from tests.cast import EVENING, City
from tests.doors import move_in, open_round

pytestmark = pytest.mark.browser
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Opens = Callable[..., Any]


@pytest.fixture
def phone(chromium: Any, live_server: Any, city: City, settings: Any) -> Iterator[Opens]:
    """Somebody's phone, 360 px wide, with a page open."""
    settings.SECOND_FACTOR = False
    still()
    contexts = []

    def opened(who: str, path: str) -> Any:
        client = Client()
        client.force_login(city.accounts[who], backend=BACKEND)
        context = chromium.new_context(viewport={"width": 360, "height": 740})
        contexts.append(context)
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": "en"}
        context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def cut(page: Any, *, off: bool) -> None:
    page.context.set_offline(off)
    if not off:
        page.wait_for_selector("#kept", state="hidden")


def test_a_gate_and_a_round_go_on_while_the_line_is_cut_and_nothing_is_lost(
    phone: Opens, city: City
) -> None:
    move_in(city)
    open_round(city)
    gus, cy = phone("gus", "/gate"), phone("cy", "/screening?purpose=screening")
    cut(gus, off=True)
    cut(cy, off=True)

    for warm in ("38.2", "36.6", "39"):
        gus.fill("#temperature", warm)
        gus.click("main form button.button")
        gus.wait_for_selector("#kept:not([hidden])")
    cy.click("form[data-report] button >> nth=0")
    cy.wait_for_selector("#kept:not([hidden])")
    said = gus.inner_text("#kept")
    n_before = (Item.objects.filter(loop="fever").count(), Report.objects.count())
    cut(gus, off=False)
    cut(cy, off=False)

    assert "Kept on this device: 3" in said
    assert n_before == (0, 0)
    warm = sorted(i.data["temperature_c"] for i in Item.objects.filter(loop="fever"))
    assert warm == [38.2, 39]  # who has no fever leaves nothing behind
    assert Report.objects.count() >= 1


def test_a_door_is_answered_where_it_stands_and_the_list_is_not_loaded_again(
    phone: Opens, city: City
) -> None:
    move_in(city)
    open_round(city)
    cy = phone("cy", "/screening?purpose=screening")
    cy.evaluate("window.same = true")
    n_before = int(cy.inner_text("[data-left]"))

    cy.click("text=Nobody opened >> nth=0")
    cy.wait_for_selector("main .row p[role=status]")

    assert "Nobody opened" in cy.inner_text("main .row p[role=status]")
    assert "Written down." in cy.inner_text("main .row p[role=status]")
    assert cy.evaluate("window.same && document.activeElement.role") == "status"
    assert int(cy.inner_text("[data-left]")) == n_before - 1
    assert {r.state for r in Report.objects.all()} == {Seen.UNREACHABLE}
    cy.reload()
    assert "Written down." not in cy.inner_text("main")  # it was said once
    assert "somebody not seen" in cy.inner_text("main")


def test_a_link_that_cannot_be_followed_leaves_the_round_as_it_is(phone: Opens, city: City) -> None:
    move_in(city)
    open_round(city)
    cy = phone("cy", "/screening?purpose=screening")
    cut(cy, off=True)
    cy.click("text=All well >> nth=0")
    cy.wait_for_selector("#kept:not([hidden])")

    cy.click("main h3 a >> nth=0")

    assert "kept on this device" in cy.inner_text("main .row p[role=status]")
    assert "/screening?purpose" in cy.url
    assert "Kept on this device: 1" in cy.inner_text("#kept")
    assert "cannot be opened while the line is cut" in cy.inner_text("#kept")
    cut(cy, off=False)
    assert cy.inner_text("[data-kept]") == "✓"
    cy.click("main h3 a >> nth=0")
    cy.wait_for_url("**/screening/doors/*")
    assert {r.state for r in Report.objects.all()} == {Seen.CHECKED}


def test_a_request_that_cannot_be_sent_stays_as_it_was_typed(phone: Opens, city: City) -> None:
    bo = phone("bo", "/desk/new")
    bo.fill("main textarea >> nth=0", "No telephone, and no medicine since two days")
    cut(bo, off=True)

    bo.eval_on_selector("main form:has(textarea)", "form => form.noValidate = true")
    bo.eval_on_selector("main form:has(textarea)", "form => form.requestSubmit()")

    assert bo.url.endswith("/desk/new")
    assert "nothing was sent" in bo.inner_text("#alert")
    assert bo.input_value("main textarea >> nth=0").startswith("No telephone")


def test_a_desk_that_was_overtaken_reads_it_and_its_words_stand_in_the_history(
    phone: Opens, city: City
) -> None:
    filed = file_request(
        VISITOR, now=EVENING, kind="noise", area_id=city.areas["oak1"].id,
        data={"description": "No rice"}, channel=Channel.PAGE,
    )  # fmt: skip
    item = filed.item_id
    bo = phone("bo", f"/items/{item}?purpose=service")
    cut(bo, off=True)
    bo.eval_on_selector(
        f"form[action='/items/{item}/steps/accept']", "form => form.requestSubmit()"
    )
    bo.wait_for_selector("#kept:not([hidden])")
    advance(item, "accept", city.scene("sam"))

    cut(bo, off=False)

    bo.reload()
    assert Item.objects.get(id=item).holder_id == city.accounts["sam"].id
    kept = Event.objects.get(item_id=item, step="overtaken")
    assert (kept.actor_id, kept.data["step"]) == (city.accounts["bo"].id, "accept")
    assert "came too late to move this" in bo.inner_text("main")
