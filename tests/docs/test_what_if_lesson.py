"""Does the lesson on choices run, and answer what it says?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/what-if.md"


@TOOLS
def test_the_lesson_on_choices_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_LANG="en")

    answers = iter(said.splitlines())  # each line shown comes, in this order
    assert [line for line in shown(LESSON) if line not in answers] == []
    assert (tmp_path / "results/infections.svg").read_text().startswith("<svg")
