"""Roads, runs and supply at the prompt: from files alone, each mistake told in a sentence."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.prompt import linli

STEP = 0.0045  # degrees, about 500 m


def street_rows() -> list[str]:
    """A town of 4 by 4 corners, c0 to c15; a road's number is its row."""
    rows = []
    for n in range(16):
        for there in [n + 1] * (n % 4 < 3) + [n + 4] * (n < 12):
            ends = [f"{n % 4 * STEP},{n // 4 * STEP}", f"{there % 4 * STEP},{there // 4 * STEP}"]
            rows.append(f"c{n},c{there},{ends[0]},{ends[1]},500,30,{len(rows) + 1}")
    return rows


FILES = {
    "roads.csv": "from,to,from_lon,from_lat,to_lon,to_lat,metres,kmh,road\n"
    + "\n".join(street_rows()),
    "places.csv": "place,lon,lat\nyard,0,0\nward,0.0135,0.0135\noak,0.0045,0\nelm,0.009,0\n",
    "groups.csv": "group,place,category,count,facility,severity\n"
    "oak-1,oak,confirmed,6,shelter,mild\nelm-1,elm,suspected,3,shelter,mild\n",
    "facilities.csv": "facility,place,receiver\nshelter,ward,post-7\n",
    "vehicles.csv": "vehicle,place,seats\nB1,yard,10\nB2,yard,10\n",
    "deliveries.csv": "delivery,place,units\nd1,oak,30\nd2,elm,90\n",
    "warehouses.csv": "warehouse,place\nmain,yard\n",
    "buses.csv": "bus,warehouse,holds\nV1,main,60\n",
    "rides.csv": "ride,from_lon,from_lat,to_lon,to_lat,ride_minutes\n"
    "a,0,0,0.0135,0,30\nb,0.0045,0,0.0135,0,30\nc,0,0,0.0135,0,1\n",
    "cars.csv": "car,lon,lat,seats\nK1,0,0,3\n",
    "shut.csv": "closure,polygon\ngate,"
    '"0.0100 -0.001; 0.0120 -0.001; 0.0120 0.001; 0.0100 0.001"\n',
}
RUN = ("--places", "places.csv", "--facilities", "facilities.csv", "--vehicles", "vehicles.csv",
       "--roads", "roads.csv")  # fmt: skip
LOAD = ("--places", "places.csv", "--warehouses", "warehouses.csv", "--buses", "buses.csv",
        "--iterations", "50")  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(*said: str) -> Any:
    return json.loads(linli("dispatch", *said, "--json").stdout)


def test_a_map_tells_what_it_holds_and_what_is_shut():
    told = answer("roads", "roads.csv", "--closures", "shut.csv")

    assert (told["nodes"], told["arcs"], told["kilometres"]) == (16, 48, 24.0)
    assert told["joined_nodes"] == 16
    assert told["closed_arcs"] == 2


def test_a_matrix_leaves_empty_what_has_no_way(folder):
    with (folder / "places.csv").open("a") as file:
        file.write("sea,9,9\n")

    told = answer("matrix", "places.csv", "--roads", "roads.csv", "--out", "out.csv")

    rows = list(csv.DictReader((folder / "out.csv").open()))
    found = {(r["from"], r["to"]): (r["seconds"], r["metres"]) for r in rows}
    assert told["far_from_any_road"] == ["sea"]
    assert found["yard", "elm"] == ("120", "1000")
    assert found["yard", "sea"] == ("", "")


def test_without_a_map_a_matrix_is_an_estimate_and_says_so():
    told = linli("dispatch", "matrix", "places.csv").stdout

    assert "Every figure is an estimate" in told


def test_runs_are_planned_and_mended_around_a_road_that_is_shut_on_the_way(folder):
    told = answer("replan", "groups.csv", *RUN, "--shut", "shut.csv", "--at-minute", "1",
                  "--out", "stops.csv")  # fmt: skip

    assert told["plan"]["persons"] == told["mended"]["persons"] == 9
    assert told["plan"]["left"] == []
    assert told["plan"]["versions"]["pyvrp"].startswith("0.14.")
    rows = list(csv.DictReader((folder / "stops.csv").open()))
    assert {r["group"] for r in rows if r["what"] == "pick_up"} == {"oak-1", "elm-1"}


def test_who_cannot_be_moved_is_named_in_a_sentence(folder):
    (folder / "closed.csv").write_text(
        'closure,polygon\nsealed,"0.012 0.012; 0.015 0.012; 0.015 0.015; 0.012 0.015"\n'
    )

    told = linli("dispatch", "replan", "groups.csv", *RUN, "--closures", "closed.csv").stdout

    assert "No open road leads from oak-1 to shelter." in told


def test_deliveries_are_loaded_and_who_is_left_out_is_named(folder):
    (folder / "buses.csv").write_text("bus,warehouse,holds,trips\nV1,main,60,1\n")

    told = answer("supply", "deliveries.csv", *LOAD, "--roads", "roads.csv")

    assert told["trips"] == 1
    assert sum(row["units"] for row in told["missed"]) == 60
    assert "have no time left for d2" in told["missed"][0]["why"]


def test_a_day_of_supply_is_written_stop_by_stop(folder):
    linli("dispatch", "supply", "deliveries.csv", *LOAD, "--out", "day.csv")

    rows = list(csv.DictReader((folder / "day.csv").open()))
    assert sum(int(r["units"] or 0) for r in rows) == 120


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("vehicles.csv", "vehicle,place,seats\nB1,yard,0\n",
         "vehicles.csv, row 2: The vehicle B1 has 0 seats"),
        ("groups.csv", "group,place,category,count,facility\na,oak,,3,shelter\n",
         "groups.csv, row 2: category is empty."),
        ("groups.csv", "group,place,category,count,facility\na,oak,cold,3,shelter\n",
         "groups.csv, row 2, category: cold is none of: confirmed,"),
        ("groups.csv", "group,place,category,count,facility\na,moon,confirmed,3,shelter\n",
         "groups.csv, row 2, place: There is no place moon."),
        ("groups.csv", "group,place,category,count,facility,from_minute,until_minute\n"
         "a,oak,confirmed,3,shelter,50,20\n", "groups.csv, row 2: A window ends at 1200 s"),
        ("places.csv", "place,lon,lat\nyard,0,95\n",
         "places.csv, row 2, lat: 95 is no angle between -90 and 90."),
        ("places.csv", "place,lon,lat\nyard,0,0\nyard,0,0\n", "places.csv names yard twice."),
        ("roads.csv", "from,to,from_lon,from_lat,to_lon,to_lat,kmh\na,b,0,0,1,1,-5\n",
         "roads.csv, row 2, kmh: -5 is not above 0."),
        ("shut.csv", "closure\nx\n", "shut.csv, row 2: Say where"),
        ("shut.csv", "closure,road\nx,99\n", "shut.csv, row 2: The network has no road 99."),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_its_file_and_row(folder, name, text, sentence):
    (folder / name).write_text(text)

    told = linli("dispatch", "replan", "groups.csv", *RUN, "--shut", "shut.csv", code=2)

    assert told.stderr.startswith(sentence), told.stderr
    assert told.stderr.count("\n") == 1


def test_closures_without_a_map_are_refused():
    told = linli("dispatch", "matrix", "places.csv", "--closures", "shut.csv", code=2)

    assert told.stderr.startswith("Closures need a map")


def test_cars_are_shared_on_open_roads_and_who_rides_too_long_is_named():
    said = ("share", "rides.csv", "cars.csv", "--roads", "roads.csv", "--closures", "shut.csv")

    told = json.loads(linli("dispatch", *said, "--json", code=1).stdout)

    assert {stop["ride"] for stop in told["cars"]["K1"]} == {"a", "b"}
    assert [left["ride"] for left in told["left"]] == ["c"]
    assert "the limit on board is 1" in told["left"][0]["sentence"]
    assert not told["estimate"]
