"""Does the lesson on scores run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/score-a-table.md"


@TOOLS
def test_the_lesson_on_scores_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path)

    for line in shown(LESSON):
        assert line in said
    assert (tmp_path / "mine.html").exists()
