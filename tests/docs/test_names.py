"""Do the documents name commands, settings, addresses and words of pages that exist?"""

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.urls import Resolver404, resolve

from scripts import messages
from tests.house.tracked import ROOT, texts

COMMANDS = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
WORDS = re.compile(r"(?:^|[`/ (])linli((?: (?:--)?[a-z][a-z-]*)+)", re.MULTILINE)
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"\bLINLI_[A-Z]+(?:_[A-Z]+)*\b")
PAGE = re.compile(r"`(/[a-z][a-z/-]*)`")
API = re.compile(r"(?:\$CITY|[` ])(/api/[^\s`\"'?)]*)")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
FOR_DEVELOPERS = {
    "LINLI_CHROMIUM", "LINLI_COVASIM_PYTHON", "LINLI_COVASIM3_PYTHON", "LINLI_LASER_PYTHON",
    "LINLI_STARSIM_PYTHON", "LINLI_GOLDEN", "LINLI_SEARCH", "LINLI_SHARED_DATA",
}  # fmt: skip
DOCUMENTS = [
    path for path, _ in texts() if path.suffix == ".md" and path.parts[:2] != ("docs", "reference")
]


def said(path: object) -> str:
    return (ROOT / str(path)).read_text(encoding="utf-8")


def commands_in(text: str) -> Iterator[list[str]]:
    """The words after `linli` in every piece of code."""
    for piece in CODE.findall(text):
        for words in WORDS.findall(piece):
            said = words.split()
            before = said[:1] == ["--exercise"]  # it stands before the command that takes part
            yield said[1:] or ["--help"] if before else said


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_command_in_a_document_is_one_of_linlis(path):
    unknown = []
    for words in commands_in(said(path)):
        name = next(
            (n for n in range(2, 0, -1) if f"## linli {' '.join(words[:n])}\n" in COMMANDS), None
        )
        options = [word for word in words if word.startswith("--") and word != "--help"]
        if name is None and words != ["--help"]:
            unknown.append(words)
        unknown += [option for option in options if f"{option}`" not in COMMANDS]

    assert unknown == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_setting_in_a_document_is_read_by_linli(path):
    known = set(SETTING.findall(SETTINGS)) | FOR_DEVELOPERS

    assert set(SETTING.findall(said(path))) - known == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_page_in_a_document_has_that_address(path):
    missing = []
    for address in PAGE.findall(said(path)):
        try:
            resolve(address)
        except Resolver404:
            missing.append(address)

    assert missing == []


@cache
def operations() -> tuple[re.Pattern[str], ...]:
    """The addresses of the API; a part in braces stands for anything."""
    golden = ROOT / "src" / "linli" / "api" / "golden" / "openapi.json"
    paths = [*json.loads(golden.read_text())["paths"], "/api/openapi.json"]
    return tuple(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in paths)


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_address_of_the_api_in_a_document_is_in_its_description(path):
    named = {address.rstrip(".,/") for address in API.findall(said(path))}

    assert [a for a in named if not any(o.fullmatch(a) for o in operations())] == []


@pytest.mark.parametrize("lesson", ["the-first-evening", "follow-a-chain"])
def test_every_word_in_bold_in_a_lesson_on_pages_stands_on_a_page(lesson):
    on_screen = {word.singular for word in messages.words_in_use()}

    text = " ".join(said(f"docs/tutorials/{lesson}.md").split())
    bold = set(BOLD.findall(text)) - {"bold"}

    assert bold - on_screen == set()


@pytest.mark.parametrize("shelf", sorted((ROOT / "docs").glob("*/README.md")), ids=str)
def test_every_page_of_a_shelf_is_named_on_it(shelf):
    pages = {page.name for page in shelf.parent.glob("*.md")} - {shelf.name}

    assert [name for name in sorted(pages) if f"({name})" not in shelf.read_text()] == []
