"""Does the lesson on nowcast and forecast run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/nowcast-and-forecast.md"


@TOOLS
def test_the_lesson_on_nowcast_and_forecast_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_DATA_DIR="data", LINLI_LANG="en")

    assert [line for line in shown(LESSON) if line not in said.splitlines()] == []
    assert (tmp_path / "curves" / "r.svg").read_text().startswith("<svg")
    assert (tmp_path / "days.csv").read_text().startswith("day,reported")
