"""Does the lesson on risk run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/communities-at-risk.md"


@TOOLS
def test_the_lesson_on_risk_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_DATA_DIR="data", LINLI_LANG="en")

    assert [line for line in shown(LESSON) if line not in said.splitlines()] == []
    assert "prior           0.973 (0.857 .. 1.000)  *" in said
    assert "ahead of percentile_sum by 0.014 (-0.047 .. 0.072): not told apart" in said
    assert (tmp_path / "risk.svg").read_text().startswith("<svg")
