"""Do the documents name things that exist?"""

import re
from pathlib import Path

import pytest

from tests.house.tracked import ROOT, texts

LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MAKE_COMMAND = re.compile(r"`make ([a-z-]+)")
DOCUMENTS = [path for path, _ in texts() if path.suffix == ".md"]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_readme_names_the_two_commands():
    readme = (ROOT / "README.md").read_text()

    assert "make demo" in readme
    assert "make test" in readme


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_make_command_in_a_document_is_a_target(path: Path):
    said = set(MAKE_COMMAND.findall((ROOT / path).read_text()))

    assert said - make_targets() == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_between_documents_leads_somewhere(path: Path):
    links = LINK.findall((ROOT / path).read_text())

    dead = [to for to in links if "://" not in to and not (ROOT / path.parent / to).exists()]

    assert dead == []


def test_make_help_tells_every_target(capfd):
    told = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert make_targets() - told == set()
