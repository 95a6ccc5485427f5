"""Do the lessons on choices run, and answer what they say?"""

from pathlib import Path

import pytest

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/what-if.md"


@TOOLS
def test_the_lesson_on_choices_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_LANG="en")

    answers = iter(said.splitlines())  # each line shown comes, in this order
    assert [line for line in shown(LESSON) if line not in answers] == []
    assert (tmp_path / "results/infections.svg").read_text().startswith("<svg")


@TOOLS
def test_the_lesson_on_ones_own_city_answers_what_it_says(tmp_path: Path) -> None:
    lesson = "tutorials/your-own-city-from-a-csv.md"

    said = run(lesson, tmp_path, LINLI_LANG="en")

    assert said.splitlines() == shown(lesson)


@TOOLS
@pytest.mark.slow
@pytest.mark.parametrize(
    "lesson", ["tutorials/what-if-wuhan-2020.md", "tutorials/reopen-by-a-ladder.md"]
)
def test_a_lesson_on_a_whole_epidemic_answers_what_it_says(lesson: str, tmp_path: Path) -> None:
    said = run(lesson, tmp_path, LINLI_LANG="en")

    assert said.splitlines() == shown(lesson)
