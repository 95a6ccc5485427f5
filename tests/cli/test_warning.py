"""Warning, R, nowcast and forecast at the prompt: from files alone, each mistake in a sentence."""

import json
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from linli.studies.warning.test_watch import YESTERDAY, positives
from tests.callers import still
from tests.cast import City
from tests.cli.prompt import linli

FIRST = date(2020, 1, 1)
WUHAN = "src/linli/demo/wuhan/daily_counts.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve areas of forty days; the last three days of A7 stand out."""
    rows = [
        (FIRST + timedelta(day), f"A{area}", (day * 7 + area * 5) % 4 + (9 if area == 7 and day > 36
                                                                          else 0))
        for area in range(12) for day in range(40)
    ]  # fmt: skip
    text = "day,area,count\n" + "".join(f"{day},{area},{n}\n" for day, area, n in rows)
    (tmp_path / "counts.csv").write_text(text, encoding="utf-8")
    (tmp_path / "short.csv").write_text("\n".join(text.splitlines()[:4]) + "\n", encoding="utf-8")
    areas = "".join(f"A{n},{1000},{114 + n / 100},30.5\n" for n in range(12))
    (tmp_path / "areas.csv").write_text("area,people,lon,lat\n" + areas, encoding="utf-8")
    (tmp_path / "empty.csv").write_text("area,people\n" + areas.replace("1000", "0").replace(
        ",114", "").replace(",30.5", ""), encoding="utf-8")  # fmt: skip
    cases = "".join(
        f"{FIRST + timedelta(day)},{FIRST + timedelta(day + late)}\n"
        for day in range(40) for late in (0, 1, 1, 2, 3, 5) if day + late < 40
    )  # fmt: skip
    (tmp_path / "cases.csv").write_text("onset,reported\n" + cases, encoding="utf-8")
    return tmp_path


def test_what_stands_out_is_told_first_and_drawn(folder: Path):
    told = linli("warn", f"{folder}/counts.csv", "--method", "c2", "--method", "tail", "--method",
                 "scan", "--areas", f"{folder}/areas.csv", "--permutations", "39", "--picture",
                 f"{folder}/out.svg").stdout.splitlines()  # fmt: skip

    assert told[0].startswith("c2: 1 of 12 areas stand out in the last 1 times, to 2020-02-09.")
    assert told[1].startswith("  A7, 2020-02-09:")
    assert any(line.startswith("  A7") and "cases since" in line for line in told)
    assert (folder / "out.svg").read_text().startswith("<svg")


def test_the_answer_in_json_holds_a_status_for_every_area(folder: Path):
    told = json.loads(
        linli("warn", f"{folder}/counts.csv", "--method", "farrington", "--json").stdout
    )

    areas = told["methods"][0]["areas"]
    assert len(areas) == 12
    assert {tuple(area["status"]) for area in areas} == {("too_short",)}
    assert areas[0]["needs"] == 5 * 52 + 3 - 39


def test_three_days_of_history_are_told_as_too_short(folder: Path):
    told = linli("warn", f"{folder}/short.csv").stdout

    assert "Too short: 7 more times of the past are needed." in told


def test_a_parquet_file_says_the_same_as_its_csv(folder: Path):
    duckdb.execute(f"COPY (FROM '{folder}/counts.csv') TO '{folder}/counts.parquet'")

    one, other = (linli("warn", f"{folder}/counts.{kind}").stdout for kind in ("csv", "parquet"))

    assert one == other


def test_r_of_wuhan_is_told_with_its_changes_and_undeclared_breaks_are_warned_of():
    files = [WUHAN, "--day", "date", "--count", "confirmed", "--cumulative", "--falls", "zero",
             "--gaps", "spread"]  # fmt: skip
    declared = linli("rt", *files, "--delay", "9.1,5", "--change", "2020-02-12:2020-02-18:1",
                     "--change", "2020-04-16:2020-04-16:1", "--json").stdout  # fmt: skip

    told = json.loads(declared)

    r = dict(zip(told["days"], told["areas"][0]["mean"], strict=True))
    assert r["2020-01-31"] > 1 > r["2020-02-08"]
    assert [one["day"] for one in told["breaks"]] == ["2020-01-27"]
    assert "all, 2020-02-12: a jump so far above both neighbours" in linli("rt", *files).stdout


def test_a_nowcast_and_a_forecast_answer_with_intervals(folder: Path):
    now = json.loads(linli("nowcast", f"{folder}/cases.csv", "--json", "--picture",
                           f"{folder}/now.svg", "--most-delay", "6").stdout)  # fmt: skip
    ahead = linli("forecast", f"{folder}/counts.csv", "--ahead", "3", "--back-test", "--picture",
                  f"{folder}/ahead.svg").stdout  # fmt: skip

    assert now["areas"][0]["expected"][-2] == pytest.approx(6, abs=1.5)
    assert now["areas"][0]["reported"][-2] == 3
    assert "A0, 2020-02-10: " in ahead
    assert "Tried on the past: weighted interval score" in ahead
    assert all((folder / name).exists() for name in ("now.svg", "ahead.svg"))


def changed(folder: Path, old: str, new: str) -> str:
    text = (folder / "counts.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "bad.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    return f"{folder}/bad.csv"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2020-01-05,A0,0\n", "", "bad.csv: A0 has no row for 2020-01-05; 1 rows lack in all."),
        ("2020-01-05,A0,0\n", "2020-01-05,A0,-2\n", "bad.csv, row 6, count: -2 is below zero."),
        ("2020-01-05,A0", "2999-01-05,A0", "bad.csv, row 6: 2999-01-05 lies in the future."),
        ("2020-01-05,A0", "2020-01-04,A0", "bad.csv, rows 5 and 6: A0 has two counts for 2020-01"),
        ("2020-01-05,A0", "soon,A0", "bad.csv, row 6, day: soon is no day."),
        ("2020-01-05,A0", ",A0", "bad.csv, row 6: day is empty."),
    ],
)
def test_a_bad_row_is_named_with_its_remedy(folder: Path, old: str, new: str, sentence: str):
    told = linli("warn", changed(folder, old, new), code=2)

    assert told.stderr.startswith(sentence)
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("warn", "{}/none.csv"), "There is no file"),
        (("warn", "{}/counts.csv", "--method", "luck"), "luck is no detector."),
        (("warn", "{}/counts.csv", "--method", "tail"), "The method tail compares by people."),
        (("warn", "{}/counts.csv", "--method", "tail", "--areas", "{}/empty.csv"),
         "A0 has no people in empty.csv"),
        (("warn", "{}/counts.csv", "--method", "scan", "--areas", "{}/empty.csv"),
         "A0 has no people in empty.csv"),
        (("warn", "{}/counts.csv", "--method", "scan"), "A scan needs to know where areas are."),
        (("warn", "{}/counts.csv", "--set", "luck=1"), "luck=1 is no option."),
        (("warn", "{}/counts.csv", "--set", "years=3"), "c2 has no option such as years."),
        (("warn", "{}/counts.csv", "--gaps", "ignored"), "ignored is no way to take a gap."),
        (("warn", "{}/counts.csv", "--change", "soon"), "soon is no change."),
        (("warn", "{}/counts.csv", "--change", "2021-01-01:2021-01-02"), "2021-01-01 lies outside"),
        (("rt", "{}/counts.csv", "--serial-interval", "7"), "7 is no serial interval."),
        (("rt", "{}/counts.csv", "--delay", "7"), "7 is no delay."),
        (("rt", "{}/short.csv",), "3 days hold no window of 7"),
        (("nowcast", "{}/counts.csv"), "counts.csv has no column onset, reported"),
        (("forecast", "{}/short.csv"), "3 times are too short a past"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(folder: Path, said: tuple[str, ...], sentence: str):
    told = linli(*(part.format(folder) for part in said), code=2)

    assert told.stderr.startswith(sentence)
    assert told.stderr.count("\n") == 1


def test_cases_told_late_are_nowcast_before_they_are_tested(folder: Path):
    told = json.loads(linli("warn", f"{folder}/cases.csv", "--from", "onset", "--most-delay", "7",
                            "--json").stdout)  # fmt: skip
    (folder / "all.csv").write_text(
        "day,count\n" + "".join(f"{FIRST + timedelta(day)},{6 if day < 36 else 2}\n"
                                for day in range(39)), encoding="utf-8")  # fmt: skip
    (folder / "delays.csv").write_text("delay,share\n0,0.2\n1,0.4\n2,0.3\n3,0.1\n", "utf-8")
    late = json.loads(linli("warn", f"{folder}/all.csv", "--delays", f"{folder}/delays.csv",
                            "--last", "3", "--json").stdout)  # fmt: skip

    assert told["methods"][0]["areas"][0]["observed"] == [pytest.approx(6, abs=0.6)]
    assert told["methods"][0]["days"] == ["2020-02-08"]  # the last day of which half is told
    # Of 6, 0.2 x 6 is told at once; 2 of the day before are 2 / 0.6 as they will stand.
    assert late["methods"][0]["days"][-1] == "2020-02-07"
    assert late["methods"][0]["areas"][0]["observed"][-1] == pytest.approx(2 / 0.6)
    (folder / "delays.csv").write_text("delay,share\n0,0.2\n1,0.4\n", "utf-8")
    wrong = linli("warn", f"{folder}/all.csv", "--delays", f"{folder}/delays.csv", code=2)
    assert "The shares of delays.csv add up to 0.600." in wrong.output


def test_a_back_test_tells_the_lead_and_the_false_alarms_of_each_method(folder: Path):
    told = linli("warn", f"{folder}/counts.csv", "--back-test", "--event", "2020-02-09", "--method",
                 "c2").stdout.splitlines()  # fmt: skip

    assert "A7, c2: first alarm 2020-02-07, 2 days before it was known; 0 false alarms on 9 " \
           "days." in told  # fmt: skip


@pytest.mark.db
def test_the_citys_own_signals_are_looked_at_and_told_at_the_prompt(city: City):
    still()
    for back in range(20):
        positives(city, "oak2", YESTERDAY - timedelta(days=back), back % 2)
    positives(city, "oak1", YESTERDAY, 9)

    looked = json.loads(linli("warn", "--from-records", "--as", "jo", "--look", "--json").stdout)
    told = linli("warn", "--from-records", "--as", "sam", "--unit", "橡树里社区").stdout
    refused = linli("warn", "--from-records", "--as", "cy", code=2).output

    assert [one["area"] for one in looked["warnings"]] == ["橡树里第一网格"]
    assert looked["warnings"][0]["stage"] == "raised"
    assert "positive tests (COVID-19), 2020-02-08: 9 seen" in told
    assert "1 to be decided, 0 decided, the middle one after – days." in told
    assert "may not do this here: see warnings" in refused
    assert "Say in whose name" in linli("warn", "--from-records", code=2).output
    assert "Give a file of counts" in linli("warn", code=2).output


def test_a_nowcast_by_renewal_says_what_it_needs_and_an_unknown_method_what_there_is(folder: Path):
    cases = f"{folder}/cases.csv"

    unknown = linli("nowcast", cases, "--method", "luck", code=2).output

    assert "There is no method luck. Choose from: ladder, renewal." in unknown
    if find_spec("numpyro") is None:
        lacking = linli("nowcast", cases, "--method", "renewal", code=2).output
        assert "pip install 'linli[bayes]'" in lacking
