"""In a browser: is the map what its table says, for eyes, keyboard, small screens and no map?"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import EVENING, HOUR, City
from tests.onemap.conftest import HURRIED, NO_GRAPHICS, Opened, ask

pytestmark = pytest.mark.browser
Opens = Callable[..., Opened]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def twin(opened: Opened) -> dict[str, tuple[int, str]]:
    """What the table says of each area: its class and its painted figure."""
    found: dict[str, tuple[int, str]] = {}
    for row in opened.page.query_selector_all("tr[data-area]"):
        name = row.query_selector("th").inner_text().strip()
        figure = row.query_selector("td").inner_text().strip()
        found[name] = (int(row.get_attribute("data-shade")), figure)
    return found


def test_every_area_is_painted_as_its_row_says_and_named_with_its_figure(
    open_map: Opens, drawn: City
) -> None:
    opened = open_map()
    opened.idle()

    table = twin(opened)
    assert {name: figure for name, (_, figure) in table.items()} == {"East": "4", "West": "1"}
    for key in ("east", "west"):
        area = drawn.areas[key]
        assert opened.seen_at(area) == [area.id]
        assert opened.state(area)["shade"] == table[key.title()][0]
    names = [name.inner_text().split() for name in opened.page.query_selector_all("#map-names a")]
    assert sorted(names) == [["East", "4"], ["West", "1"]]


def test_new_figures_reach_table_map_and_names_by_themselves(open_map: Opens, drawn: City) -> None:
    opened = open_map(path="/map?layer=open", scripts=(HURRIED,))
    opened.idle()

    for _ in range(3):
        ask(drawn, "ash1", at=EVENING + 8 * HOUR)
    opened.page.wait_for_selector("#map-names >> text=West4")

    table = twin(opened)
    assert table["West"][1] == "4"
    for key in ("east", "west"):
        assert opened.state(drawn.areas[key])["shade"] == table[key.title()][0]
    assert opened.page.inner_text("tr[data-sum=whole] td") == "8"


def test_one_goes_down_to_the_communities_and_up_again_by_keyboard_alone(
    open_map: Opens, drawn: City
) -> None:
    opened = open_map()
    opened.idle()
    page = opened.page

    page.focus("#map-names a[tabindex='0']")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.innerText").split() == ["East", "4"]
    assert opened.state(drawn.areas["east"])["lit"]
    assert "lit" in page.get_attribute(f"tr[data-area='{drawn.areas['east'].id}']", "class")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('East')")
    assert page.evaluate("document.activeElement.id") == "map-title"
    page.wait_for_selector("#map-names a:has-text('Elm')")
    opened.idle()
    assert opened.seen_at(drawn.areas["elm"]) == [drawn.areas["elm"].id]
    page.focus("tbody a")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Elm')")
    page.wait_for_selector("#map-names a:has-text('Oak')")
    opened.idle()
    assert opened.seen_at(drawn.areas["oak"]) == [drawn.areas["oak"].id]
    assert {name: figure for name, (_, figure) in twin(opened).items()} == {"Oak": "3", "Pine": "1"}
    page.focus(".crumbs a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#map-names a:has-text('West')")
    assert page.url.endswith(f"layer=late&area={drawn.areas['w'].id}")


def test_a_community_opens_its_list_and_the_list_has_that_many(
    open_map: Opens, drawn: City
) -> None:
    opened = open_map("dee")
    opened.idle()

    opened.page.focus(f"tr[data-area='{drawn.areas['oak'].id}'] a")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**/items?**")

    assert "late=1" in opened.page.url
    assert f"area={drawn.areas['oak'].id}" in opened.page.url


def test_a_click_on_an_area_opens_it_and_pointing_shows_its_row(
    open_map: Opens, drawn: City
) -> None:
    opened = open_map()
    opened.idle()
    west = drawn.areas["west"]
    box = opened.page.query_selector("#map").bounding_box()
    x, y = opened.page.evaluate(
        """() => {
          const at = document.getElementById("map").drawn.project([113.85, 30.05]);
          return [at.x, at.y];
        }"""
    )

    opened.page.mouse.move(box["x"] + x, box["y"] + y)
    opened.page.wait_for_selector(f"tr.lit[data-area='{west.id}']")
    assert opened.page.inner_text("#map-readout") == "West 1"
    opened.page.mouse.click(box["x"] + x, box["y"] + y)

    opened.page.wait_for_selector("h1:has-text('West')")


def test_the_table_sorts_by_any_column_and_says_so(open_map: Opens) -> None:
    opened = open_map(path="/map?layer=open")
    opened.idle()

    opened.page.click("th[data-sort=text] button")
    assert list(twin(opened)) == ["West", "East"]
    opened.page.click("th[data-sort=text] button")

    assert list(twin(opened)) == ["East", "West"]
    assert opened.page.get_attribute("th[data-sort=text]", "aria-sort") == "ascending"
    assert opened.page.query_selector("th.n[aria-sort]") is None


def test_without_a_graphics_card_the_table_is_the_page(open_map: Opens) -> None:
    opened = open_map(scripts=(NO_GRAPHICS,))

    opened.page.wait_for_selector("#map-trouble >> text=cannot draw the map")

    assert not opened.page.is_visible("#map")
    opened.page.click("tbody a >> text=East")
    opened.page.wait_for_selector("h1:has-text('East')")


def test_a_lost_connection_is_said_and_forgotten_when_it_is_back(open_map: Opens) -> None:
    opened = open_map(scripts=(HURRIED,))
    opened.idle()
    page = opened.page

    page.route("**/map/values**", lambda route: route.abort())
    page.wait_for_selector("#map-trouble >> text=could not be renewed")
    page.unroute("**/map/values**")

    page.wait_for_selector("#map-trouble", state="hidden")


def test_outlines_that_do_not_come_leave_the_table_and_say_so(open_map: Opens) -> None:
    opened = open_map()
    opened.idle()
    page = opened.page
    page.route("**/map/shapes/**", lambda route: route.abort())

    page.click("tbody a >> text=East")
    page.wait_for_selector("#map-trouble >> text=could not be opened")

    assert list(twin(opened)) == ["Elm"]


def test_the_way_back_leads_through_the_maps_one_has_seen(open_map: Opens) -> None:
    opened = open_map(path="/map?layer=open")
    opened.idle()

    opened.page.click("tbody a >> text=West")
    opened.page.wait_for_selector("#map-names a:has-text('Fir')")
    opened.page.go_back()

    opened.page.wait_for_selector("#map-names a:has-text('East')")
    assert opened.page.inner_text("h1") == "W: In hand"


def test_the_page_asks_no_other_host_and_its_workers_are_our_own(open_map: Opens) -> None:
    opened = open_map(scripts=(HURRIED,))
    opened.idle()
    with opened.page.expect_response("**/map/values**"):
        pass

    foreign = [
        url for url in opened.asked if not url.startswith((opened.address, "blob:", "data:"))
    ]
    assert foreign == []
    assert opened.page.workers
    assert all(worker.url.startswith(opened.address) for worker in opened.page.workers)


def test_on_a_small_screen_the_map_stands_above_the_table_and_nothing_is_cut_off(
    open_map: Opens,
) -> None:
    opened = open_map(size=(360, 740))
    opened.idle()

    side = opened.page.query_selector(".map-side").bounding_box()
    table = opened.page.query_selector("#map-table").bounding_box()
    assert side["y"] + side["height"] <= table["y"]
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("who", "path"), [("gil", "/map"), ("gil", "/map?layer=density"), ("cy", "/map")]
)
def test_the_page_passes_the_accessibility_checks(
    open_map: Opens, axe: str, who: str, path: str, language: str, size: tuple[int, int]
) -> None:
    opened = open_map(who, path, language=language, size=size)
    opened.idle()
    opened.page.evaluate(axe)

    found: Any = opened.page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG
    )

    told = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]
    assert told == []
