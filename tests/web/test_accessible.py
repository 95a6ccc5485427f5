"""Do pages work by keyboard, by thumb, as one types, and without scripts?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.web.checker import faults
from tests.web.furnished import VISITS, Visit

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
TOUCH_PX = 44  # the least height of what a thumb has to hit


@pytest.fixture
def browse(chromium, live_server, here) -> Iterator[object]:
    """What opens a page as somebody, in a language, at a size."""
    contexts = []

    def open_(visit: Visit, language: str, size: str):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN" if language == "zh-hans" else "en-GB",
        )
        contexts.append(context)
        if visit.who is not None:
            client = Client()
            client.force_login(
                here.city.accounts[visit.who],
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value,
                  "url": live_server.url}]
            )  # fmt: skip
        page = context.new_page()
        page.goto(live_server.url + visit.address(here))
        return page

    yield open_
    for context in contexts:
        context.close()


def visit_of(name: str) -> Visit:
    return next(visit for visit in VISITS if visit.page == name)


def test_the_keyboard_meets_the_skip_link_first_and_then_the_content(browse):
    page = browse(visit_of("new_request"), "en", "desktop")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_in_high_contrast_pictures_are_read_and_one_place_is_marked(browse):
    page = browse(visit_of("evaluation"), "en", "desktop")
    page.emulate_media(forced_colors="active")

    papers = page.evaluate(
        "[...document.querySelectorAll('main svg[role=img]')]"
        ".map(e => [getComputedStyle(e).forcedColorAdjust, getComputedStyle(e).backgroundColor])"
    )
    marked = page.evaluate(
        "[...document.querySelectorAll('.menu a')].filter(e => getComputedStyle(e)"
        ".borderBottomColor !== getComputedStyle(document.body).backgroundColor)"
        ".map(e => e.textContent.trim())"
    )

    assert {tuple(one) for one in papers} == {("none", "rgb(255, 255, 255)")}
    assert marked == ["Evaluation"]


def test_the_focus_is_always_to_be_seen_and_goes_down_the_page(browse):
    page = browse(visit_of("front"), "en", "desktop")
    tops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "() => { if (document.activeElement === document.body) return null;"
            " const s = getComputedStyle(document.activeElement); return ["
            "s.outlineStyle, document.activeElement.getBoundingClientRect().top + scrollY,"
            " document.activeElement.closest('main') !== null]; }"
        )
        if seen is None:  # past the last element the keyboard leaves the page
            break
        assert seen[0] == "solid"
        tops += [seen[1]] if seen[2] else []

    assert tops == sorted(tops)


def test_the_menu_folds_on_a_small_screen_and_opens_by_keyboard(browse):
    page = browse(visit_of("work"), "en", "phone")
    button = page.locator(".menu-button")

    assert not page.locator("#menu").is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#menu").is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not page.locator("#menu").is_visible()


def test_what_a_thumb_hits_is_large_enough(browse):
    page = browse(visit_of("work"), "zh-hans", "phone")

    low = page.evaluate(
        "least => [...document.querySelectorAll('button, .button, .menu a, input, select')]"
        ".filter(e => e.offsetParent && e.type !== 'hidden'"
        " && e.getBoundingClientRect().height < least).map(e => e.outerHTML.slice(0, 90))",
        TOUCH_PX,
    )

    assert low == []


def test_one_tap_changes_the_row_without_leaving_the_page(browse, here):
    from linli.loops import find

    mine = find.work_of(here.city.actor("cy"), now=0).rows
    worker = "cy" if here.asked.item_id in {item.id for item in mine} else "cleo"
    page = browse(Visit("work", worker, visit_of("work").address), "en", "phone")
    row = page.locator(f"#row-{here.asked.item_id}")

    row.get_by_role("button", name="accept").click()
    expect(row).to_contain_text("Being worked on")

    assert urlsplit(page.url).path == "/work"


def test_places_are_offered_while_one_types(browse):
    page = browse(visit_of("new_request"), "zh-hans", "phone")

    page.locator("#where").fill("松树")
    expect(page.locator("#places")).to_contain_text("松树里社区")

    assert page.locator("#places input[name=area]").count() >= 1


def test_it_all_works_without_scripts(chromium, live_server, here):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/requests/new")
    page.locator("input[name=kind][value=noise]").check()
    page.locator("#where").fill("橡树院")
    page.get_by_role("button", name="Find").click()
    page.locator("input[name=area]").first.check()
    page.locator("textarea[name=description]").fill("Drums at night")
    page.get_by_role("button", name="Send").click()

    assert page.locator(".token").inner_text()
    context.close()


def test_the_checker_finds_a_field_without_a_label(browse, axe):
    page = browse(visit_of("front"), "en", "phone")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    assert [fault.split(":")[0] for fault in faults(page, axe)] == ["label"]
