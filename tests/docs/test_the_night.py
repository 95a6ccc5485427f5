"""Does the lesson on the night of 9 February run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/the-night-of-9-february.md"


@TOOLS
def test_the_lesson_on_the_night_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path)

    for line in shown(LESSON):
        assert line in said
