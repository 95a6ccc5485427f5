"""Does the lesson on tracing answer what it says, from files alone?"""

from pathlib import Path

from tests.docs.test_lessons import TOOLS, run, shown

LESSON = "tutorials/trace-an-outbreak.md"


@TOOLS
def test_the_lesson_on_tracing_answers_what_it_says(tmp_path: Path) -> None:
    said = run(LESSON, tmp_path, LINLI_DATA_DIR="data", LINLI_LANG="en")

    answers = iter(said.splitlines())  # each line shown comes, in this order
    assert [line for line in shown(LESSON) if line not in answers] == []
    assert (tmp_path / "pairs.svg").read_text().startswith("<svg")
