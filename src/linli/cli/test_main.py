"""The command line finds its commands, is quick to help, and tells problems in a sentence."""

import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from linli.cli import words
from linli.cli.main import app, commands
from linli.errors import N_, Problem

RUN = CliRunner()
HEAVY = ("django", "numpy", "granian", "httpx", "duckdb", "shapely")
EXPECTED = {"account", "audit", "check", "clock", "demo", "serve", "setup", "tick", "worker"}


def names() -> set[str]:
    whole = typer.main.get_command(app)
    return set(whole.commands)  # type: ignore[attr-defined]


def test_every_command_is_found_by_being_there():
    assert names() >= EXPECTED


def test_help_loads_nothing_heavy_so_it_is_quick():
    script = (
        "import sys; from linli.cli.main import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert "demo" in done.stdout
    assert done.stderr.strip() == "[]"


def test_a_problem_is_one_sentence_and_exit_code_two():
    whole = commands()

    @whole.command()
    def fail() -> None:
        raise Problem(N_("Nothing can be done."))

    told = RUN.invoke(whole, ["fail"])

    assert (told.exit_code, told.stdout, told.stderr) == (2, "", "Nothing can be done.\n")


def test_a_fault_of_ours_is_told_without_a_traceback_unless_asked_for(monkeypatch):
    whole = commands()

    @whole.command()
    def fail() -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.delenv("LINLI_DEBUG", raising=False)
    told = RUN.invoke(whole, ["fail"])
    monkeypatch.setenv("LINLI_DEBUG", "1")
    shown = RUN.invoke(whole, ["fail"])

    assert (told.exit_code, told.stderr.count("\n")) == (3, 1)
    assert "ZeroDivisionError: by nothing" in told.stderr
    assert isinstance(shown.exception, ZeroDivisionError)


@pytest.mark.parametrize("lines", [1, 100_000])
def test_when_nobody_reads_any_more_it_ends_without_a_word(lines):
    script = (
        "import typer; from linli.cli.main import commands\n"
        "whole = commands()\n"
        "@whole.command()\n"
        f"def much(): [typer.echo('a line') for _ in range({lines})]\n"
        "whole(['much'])"
    )
    reads, writes = os.pipe()
    os.close(reads)

    done = subprocess.run(
        [sys.executable, "-c", script], stdout=writes, stderr=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip
    os.close(writes)

    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LINLI_LANG": "zh", "LANG": "en_GB.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_it_speaks_the_language_asked_for(environ, said):
    assert words.language(environ) == said


def test_a_chinese_caller_reads_chinese(monkeypatch):
    monkeypatch.setenv("LINLI_LANG", "zh")

    assert words.gettext("Sign in first.") == "请先登录。"
