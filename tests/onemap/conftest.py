"""What do the tests of the map in a browser share? A small city with outlines, and an open page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from linli.loops import tick
from linli.loops.advance import Opening, open_item
from linli.loops.requests.loop import LOOP
from linli.registry.areas import Area, AreaShape
from tests.cast import EVENING, HOUR, City

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
EAST, WEST = (114.0, 30.0, 114.2, 30.2), (113.8, 30.0, 114.0, 30.2)
OUTLINES = {"east": EAST, "west": WEST, "elm": EAST, "fir": WEST}
POINTS = {"oak": (114.05, 30.1), "pine": (114.15, 30.1), "ash": (113.9, 30.1)}
SOON_MS = 300
HURRIED = f"""const wait = window.setTimeout;
window.setTimeout = (call, ms, ...rest) => wait(call, ms === 10000 ? {SOON_MS} : ms, ...rest);"""
NO_GRAPHICS = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return String(kind).startsWith("webgl") ? null : get.call(this, kind, ...rest);
};"""


def ask(city: City, area: str, at: int = EVENING) -> None:
    """Ann asks for water somewhere."""
    opening = Opening(city.areas[area].id, "utility", {"description": "No water"}, kind="water")
    open_item(LOOP, opening, city.scene("ann", at))


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A box as GeoJSON."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def drawn(city: City) -> City:
    """East with its four late requests and West with one lie side by side; streets are drawn."""
    for name, box in OUTLINES.items():
        area = city.areas[name]
        schematic = area.kind == "street"
        AreaShape.objects.create(area=area, geometry=square(*box), schematic=schematic)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        Area.objects.filter(id=area.id).update(longitude=middle[0], latitude=middle[1])
    for name, (longitude, latitude) in POINTS.items():
        Area.objects.filter(id=city.areas[name].id).update(longitude=longitude, latitude=latitude)
    for area_name in ("oak1", "oak1", "oak2", "pine", "ash1"):
        ask(city, area_name)
    tick.tick(EVENING + 8 * HOUR)
    return city


@dataclass
class Opened:
    """A page of the map in a browser, and every address it has asked for."""

    page: Any
    asked: list[str]
    address: str

    def idle(self) -> None:
        """Wait until all that is there is drawn."""
        self.page.wait_for_selector("#map[data-state=idle]")

    def state(self, area: Area) -> dict[str, Any]:
        """What the map itself holds of an area."""
        found: dict[str, Any] = self.page.evaluate(
            "id => document.getElementById('map').drawn.getFeatureState({source: 'areas', id})",
            area.id,
        )
        return found

    def seen_at(self, area: Area) -> list[int]:
        """The areas that are drawn, and painted, where an area's middle lies."""
        found: list[int] = self.page.evaluate(
            """([lon, lat]) => {
              const map = document.getElementById("map").drawn;
              const at = map.project([lon, lat]);
              return map.queryRenderedFeatures(at, {layers: ["fill", "spot"]}).map((f) => f.id);
            }""",
            list(Area.objects.values_list("longitude", "latitude").get(id=area.id)),
        )
        return found


@pytest.fixture
def open_map(
    chromium: Any, live_server: Any, drawn: City, settings: Any
) -> Iterator[Callable[..., Opened]]:
    """Open the map as somebody of the cast, in a language and a size."""
    settings.SECOND_FACTOR = False
    contexts = []

    def opened(
        who: str = "gil",
        path: str = "/map",
        *,
        language: str = "en",
        size: tuple[int, int] = (1280, 900),
        scripts: tuple[str, ...] = (),
    ) -> Opened:
        client = Client()
        client.force_login(drawn.accounts[who], backend=BACKEND)
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
        context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page = context.new_page()
        for script in scripts:
            page.add_init_script(script)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(live_server.url + path)
        return Opened(page, asked, live_server.url)

    yield opened
    for context in contexts:
        context.close()
