"""Does the lesson on R run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/r-of-wuhan.md"


@TOOLS
def test_the_lesson_on_r_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_DATA_DIR="data", LINLI_LANG="en")

    assert [line for line in shown(LESSON) if line not in said.splitlines()] == []
    assert (tmp_path / "r.svg").read_text().startswith("<svg")
