"""Does the lesson on the first weeks of Wuhan run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/warn-of-wuhan.md"


@TOOLS
def test_the_lesson_on_the_first_weeks_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_DATA_DIR="data", LINLI_LANG="en")

    answers = iter(said.splitlines())
    assert [line for line in shown(LESSON) if line not in answers] == []
