"""Does the reference shelf say what the code says?"""

import os
import re
import subprocess
import sys

import pytest

from tests.house.tracked import ROOT, texts

SHELF = ROOT / "docs" / "reference"
SETTING = re.compile(r"\bLINLI_[A-Z]+(?:_[A-Z]+)*\b")


@pytest.mark.golden
def test_the_reference_is_current():
    rewrite = os.environ.get("LINLI_GOLDEN") == "rewrite"
    command = [sys.executable, str(ROOT / "scripts" / "reference.py")]

    done = subprocess.run(
        command if rewrite else [*command, "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, f"Run `make reference`, read its diff.\n{done.stdout}{done.stderr}"


def test_every_setting_the_package_reads_is_on_the_page_of_settings():
    told = set(SETTING.findall((SHELF / "settings.md").read_text()))
    read = {
        name
        for path, source in texts()
        if path.parts[:2] == ("src", "linli") and path.suffix == ".py"
        for name in SETTING.findall(source)
    }

    assert read - told == set()


def test_the_shelf_leads_to_each_of_its_pages():
    shelf = (SHELF / "README.md").read_text()

    pages = [page.name for page in SHELF.glob("*.md") if page.name != "README.md"]

    assert [page for page in pages if f"({page})" not in shelf] == []
