"""Does every S number that code or a document names have its line, and lead to what answers it?"""

import re

from tests.house.tracked import ROOT, texts

PAGE = "docs/explanation/s-numbers.md"
LINE = re.compile(r"^\| (S\d{2,3}) \| .+ \| `([^`]+)` \|$", re.MULTILINE)
NUMBER = re.compile(r"\bS\d{2,3}\b")
NOQA = re.compile(r"# noqa.*")
BIT_SHIFTS = "src/linli/analysis/simulation/"  # S31 is a shift by 31 bits there


def lines() -> dict[str, str]:
    return dict(LINE.findall((ROOT / PAGE).read_text(encoding="utf-8")))


def named() -> set[str]:
    """The numbers said anywhere but on the page itself."""
    return {
        number
        for path, text in texts()
        if path.suffix in {".py", ".md", ".toml"}
        if path.as_posix() not in {PAGE, "pyproject.toml"}
        if not path.as_posix().startswith((BIT_SHIFTS, "tests/docs/test_s_numbers"))
        for number in NUMBER.findall(NOQA.sub("", text))
    }


def test_every_number_that_is_named_has_a_line():
    assert named() - lines().keys() == set()


def test_every_line_leads_to_something_that_is_there():
    gone = {n: place for n, place in lines().items() if not (ROOT / "src/linli" / place).exists()}

    assert gone == {}
