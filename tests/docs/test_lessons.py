"""Do the commands in the documents run, and answer what the documents say?"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.callers import still, token_for
from tests.cast import City
from tests.house.tracked import ROOT

DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(sh test|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOOLS = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="The lessons need bash and curl."
)


def blocks(document: str) -> list[tuple[str, str]]:
    """The commands of a document that are to be run, and the answers it shows."""
    return BLOCK.findall((DOCS / document).read_text(encoding="utf-8"))


def run(document: str, folder: Path, **environ: str) -> str:
    """Run a document's commands in one shell, from top to bottom; return what they said."""
    script = "\n".join(text for kind, text in blocks(document) if kind == "sh test")
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{bin_folder}:{os.environ['PATH']}", "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shown(document: str) -> list[str]:
    """The lines a document says it will answer."""
    return [line for kind, text in blocks(document) if kind == "text" for line in text.splitlines()]


@TOOLS
@pytest.mark.django_db(transaction=True)
def test_the_lesson_by_api_answers_what_it_says(
    live_server: Any, city: City, tmp_path: Path
) -> None:
    still()

    said = run(
        "tutorials/a-request-by-api.md",
        tmp_path,
        CITY=live_server.url,
        SAM=token_for(city.accounts["sam"]),
    )

    answers = iter(said.splitlines())  # each line shown comes, in this order
    assert [line for line in shown("tutorials/a-request-by-api.md") if line not in answers] == []


@TOOLS
@pytest.mark.slow
def test_a_backup_made_as_the_page_says_is_restored_whole(tmp_path: Path) -> None:
    environ = _set_up(tmp_path)

    said = run("how-to/back-up.md", tmp_path, **environ)

    assert "Somebody administers this deployment already" in said
    assert "audit_record: whole." in said


@TOOLS
@pytest.mark.slow
def test_lists_come_in_as_the_page_on_imports_says(tmp_path: Path) -> None:
    environ = _set_up(tmp_path)

    said = run("how-to/import-areas-and-people.md", tmp_path, **environ)

    answers = iter(said.splitlines())
    lines = shown("how-to/import-areas-and-people.md")
    assert [line for line in lines if line not in answers] == []


def _set_up(folder: Path) -> dict[str, str]:
    """A fresh deployment in a folder, and the environment that leads to it."""
    environ = {"LINLI_DATA_DIR": "data", "LINLI_LANG": "en"}
    linli = Path(sys.executable).parent / "linli"
    subprocess.run(
        [linli, "setup", "--city", "W市", "--password", "oak lane 7"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environ},
        check=True,
    )
    return environ
