"""Closed roads, new ways, and the four kinds of arrangements at the prompt."""

import json
from pathlib import Path
from typing import Any

import pytest

from linli.analysis.dispatch.roads.closures import open_arcs, roads_id
from linli.studies.dispatch.roads import read_network
from tests.bedside import Bedside
from tests.cast import City
from tests.cli.prompt import linli
from tests.four_roads import ACROSS, ROADS, on_four_roads

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City, settings: Any, tmp_path: Path) -> Bedside:
    """The hospital at four roads."""
    return on_four_roads(city, settings, tmp_path)


def answer(*said: str) -> Any:
    return json.loads(linli(*said, "--json").stdout)


def test_a_road_is_closed_a_way_is_taken_and_the_road_opened_at_the_prompt(
    bedside: Bedside,
) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    until = ("--until", "2020-02-10T00:00+08:00", "--reason", "sealed")

    made = answer("closures", "draw", "--points", ACROSS, *until, "--as", "dee")

    assert made["run_ids"] == [run]
    assert "sealed" in linli("closures", "list", "--as", "dov").stdout
    [way] = answer("transfers", "ways", "--as", "dee")
    assert (way["run_id"], way["passes"]) == (run, True)
    taken = ("--take", str(run), "--digest")
    assert "by now" in linli("transfers", "ways", *taken, "no", "--as", "dee", code=2).stderr
    linli("transfers", "ways", *taken, way["digest"], "--as", "dee")
    assert answer("transfers", "ways", "--as", "dee") == []
    linli("closures", "lift", str(made["id"]), "--as", "dee")
    assert answer("closures", "list", "--as", "dee") == []
    refused = linli("closures", "draw", "--points", "x", *until, "--as", "dee", code=2)
    assert "is no point" in refused.stderr


def test_the_four_arrangements_are_opened_listed_shown_and_moved_on(bedside: Bedside) -> None:
    person = bedside.person().id
    site = bedside.site("体育馆", stage="", kind="shelter_hospital").id
    asked = {
        "trips": ("dialysis", {"person_id": person, "goes_at": "2020-02-10T08:00:00+08:00",
                               "fever": False}),
        "ongoing-care": ("chronic", {"person_id": person, "because": "displaced"}),
        "incidents": ("near", {"fault": "late", "facts": "The bus came at midnight."}),
        "conversions": ("first", {"site_id": site, "n_beds_planned": 200}),
    }  # fmt: skip
    for name, (item_class, form) in asked.items():
        given = ("--class", item_class, "--form", json.dumps(form), "--as", "dee")

        made = answer(name, "open", *given)

        listed = answer(name, "list", "--as", "dee")["rows"]
        assert [row["id"] for row in listed] == [made["id"]]
        shown = answer(name, "show", str(made["id"]), "--as", "dee")
        assert shown["item_class"] == item_class
        assert str(made["id"]) in linli(name, "list", "--as", "dee").stdout
        assert "Possible now" in linli(name, "show", str(made["id"]), "--as", "dee").stdout
        linli(name, "show", str(made["id"]), "--as", "eve", code=2)

    begun = answer("conversions", "step", str(made["id"]), "begin", "--as", "dee")
    assert begun["stage"] == "converting"
    refused = linli("trips", "open", "--class", "x", "--form", "{}", "--as", "dee", code=2)
    assert refused.stderr


def test_a_kept_network_is_the_network_and_another_file_is_refused(tmp_path: Path) -> None:
    source, kept = tmp_path / "roads.csv", tmp_path / "city.npz"
    source.write_text(ROADS, encoding="utf-8")

    told = answer("dispatch", "roads", str(source), "--out", str(kept))

    assert answer("dispatch", "roads", str(kept)) == told
    network = read_network(kept)
    assert roads_id(network, open_arcs(network, [])) == told["roads_id"]
    kept.write_bytes(kept.read_bytes()[:200])
    assert "holds no network" in linli("dispatch", "roads", str(kept), code=2).stderr
    (tmp_path / "other.npz").write_text("hello", encoding="utf-8")
    refused = linli("dispatch", "roads", str(tmp_path / "other.npz"), code=2)
    assert "holds no network" in refused.stderr
    wrong = linli("dispatch", "roads", str(source), "--out", str(tmp_path / "city.txt"), code=2)
    assert "End it in .npz" in wrong.stderr
