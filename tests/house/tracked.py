"""Which files does the repository hold, or is about to hold?"""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = (
    "requirements/base.txt",
    "requirements/dev.txt",
    "requirements/spark.txt",
    "frontend/package-lock.json",
)


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file git holds or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    """Yield each tracked file that is text, with what it says."""
    for path in tracked():
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a database


def modules() -> Iterator[tuple[Path, str]]:
    """Yield each tracked Python file, with its source."""
    return ((path, text) for path, text in texts() if path.suffix == ".py")
