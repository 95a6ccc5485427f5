"""Do the built scripts run in a browser, from files of our own only?"""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.house.tracked import ROOT

STATIC = ROOT / "src" / "linli" / "web" / "static"

CHART = """<!doctype html><title>Chart</title>
<linli-chart kind="bar"><table>
<thead><tr><th>Street</th><th>Late</th></tr></thead>
<tbody>
<tr data-mark="1,2"><td>Oak Street</td><td>1,200</td></tr>
<tr><td>Elm Street</td><td>-</td></tr>
</tbody></table></linli-chart>
<script type="module">
import {readTable} from "/app/chart.js";
window.read = readTable(document.querySelector("table"));
</script>"""

MAP = """<!doctype html><title>Map</title><div id="map" style="height:300px;width:300px"></div>
<script type="module">
import * as maplibre from "/vendor/%s/maplibre-gl.mjs";
const square = {type: "Feature", properties: {}, geometry: {type: "Polygon",
  coordinates: [[[114, 30], [115, 30], [115, 31], [114, 31], [114, 30]]]}};
const map = new maplibre.Map({container: "map", center: [114.5, 30.5], zoom: 7, style: {
  version: 8, sources: {city: {type: "geojson", data: square}},
  layers: [{id: "city", type: "fill", source: "city"}]}});
map.once("idle", () => { window.shown = map.queryRenderedFeatures({layers: ["city"]}).length; });
</script>"""


class Pages(SimpleHTTPRequestHandler):
    """Serves the static folder, and the pages a test has written."""

    written: dict[str, str] = {}
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def do_GET(self) -> None:
        page = self.written.get(self.path)
        if page is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing: the test tells what went wrong."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    version = next((STATIC / "vendor").glob("maplibre-gl-*")).name
    Pages.written = {"/chart": CHART, "/map": MAP % version}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.browser
def test_a_chart_says_what_its_table_says_and_a_dash_is_missing_not_zero(page, address):
    page.goto(f"{address}/chart")
    page.wait_for_function("window.read && document.querySelector('linli-chart svg path')")

    assert page.evaluate("window.read") == {
        "categories": ["Oak Street", "Elm Street"],
        "series": [{"name": "Late", "values": [1200, None]}],
        "marks": [{"at": 0, "words": "1,2"}],
    }
    heads = page.evaluate(
        "[...document.querySelectorAll('linli-chart svg text')].map(t => t.textContent)"
    )
    assert "1,2" in heads


@pytest.mark.browser
def test_the_map_draws_with_its_own_worker_and_calls_no_other_host(page, address):
    asked: list[str] = []
    workers: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("worker", lambda worker: workers.append(worker.url))

    page.goto(f"{address}/map")
    page.wait_for_function("window.shown > 0")

    elsewhere = [url for url in asked if not url.startswith((address, "blob:", "data:"))]
    assert elsewhere == []
    assert {Path(urlsplit(url).path).name for url in workers} == {"maplibre-gl-worker.mjs"}
