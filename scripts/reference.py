"""What does the reference shelf say? Pages written from the code, so that they cannot be wrong.

`python scripts/reference.py` writes `docs/reference`; `--check` says which pages are not
current, with what would change, and ends with 1 if any is. `make reference` does the first.
"""

import difflib
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHELF = ROOT / "docs" / "reference"
BY_HAND = {"README.md"}


def pages() -> dict[str, str]:
    """Every page by its path below the shelf. Needs Django to be set up."""
    from scripts.shelf import loops, outside, records, rules

    return loops.pages() | rules.pages() | records.pages() | outside.pages()


def stale(wanted: dict[str, str]) -> list[str]:
    """The differences between the shelf and what it should say, page by page."""
    there = {str(path.relative_to(SHELF)) for path in SHELF.rglob("*.md")} - BY_HAND
    found: list[str] = []
    for name in sorted(there | set(wanted)):
        old = (SHELF / name).read_text("utf-8") if name in there else ""
        new = wanted.get(name, "")
        found += difflib.unified_diff(
            old.splitlines(),
            new.splitlines(),
            f"{name} as it stands",
            f"{name} as it should",
            "",
            "",
        )
    return found


def write(wanted: dict[str, str]) -> None:
    """Write every page, and take away those that are no longer wanted."""
    for path in SHELF.rglob("*.md"):
        if str(path.relative_to(SHELF)) not in BY_HAND | set(wanted):
            path.unlink()
    for name, text in wanted.items():
        (SHELF / name).parent.mkdir(parents=True, exist_ok=True)
        (SHELF / name).write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write or check; returns the exit status."""
    os.environ["LINLI_LANG"] = "en"
    os.environ["DJANGO_SETTINGS_MODULE"] = "linli.site.settings"
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LINLI_DATA_DIR"] = folder
        os.environ.pop("LINLI_DATABASE_URL", None)
        import django

        django.setup()
        wanted = pages()
    if arguments == ["--check"]:
        differences = stale(wanted)
        print("\n".join(differences) or "The reference is current.")
        return 1 if differences else 0
    write(wanted)
    print(f"{len(wanted)} pages written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
