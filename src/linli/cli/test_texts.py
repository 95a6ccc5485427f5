"""Is every text that is named at the prompt read, or told in a sentence why not?"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from linli.cli import texts
from linli.cli.main import app
from linli.errors import BadInput


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINLI_LANG", "en")
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_bytes("\ufeff一\r\n二".encode())
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    (tmp_path / "round").symlink_to("round")
    return tmp_path


def test_a_text_is_read_without_its_mark_and_with_plain_ends_of_lines(here):
    assert texts.text_of(Path("text")) == "一\n二"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing", "There is no file nothing"),
        ("folder", "folder is a folder"),
        ("latin", "latin is not UTF-8 text"),
        ("text/more", "cannot be read: Not a directory"),
        ("round", "cannot be read: Too many levels of symbolic links"),
        ("a\0b", "cannot be read: embedded null byte"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_what_is_no_text_is_told_in_a_sentence(here, name, told):
    with pytest.raises(BadInput) as refused:
        texts.text_of(Path(name))

    assert told in refused.value.tell()


def test_a_text_without_an_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(texts, "MOST_BYTES", 1 << 20)

    with pytest.raises(BadInput, match="holds more than 1 MB"):
        texts.text_of(Path("/dev/zero"))


def test_what_the_machine_refuses_is_told_as_the_machines(here):
    (here / "counts.csv").write_text("day,count\n" + "".join(
        f"2020-01-{day:02},{day}\n" for day in range(1, 31)))  # fmt: skip

    told = CliRunner().invoke(app, ["rt", "counts.csv", "--picture", "folder/no/r.svg"])

    assert told.exit_code == 2, told.output
    assert "folder/no/r.svg: it cannot be read or written" in told.output
