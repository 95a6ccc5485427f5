"""How is a page of the reference put together? Headings, tables, and the Chinese of a text."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from scripts import messages

WRITTEN_BY = "<!-- Written from the code by `make reference`; edits here are lost. -->"


def page(title: str, *parts: str) -> str:
    """A page: its title, the note on where it comes from, and its parts with air between."""
    return "\n\n".join([f"# {title}", WRITTEN_BY, *(part for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; nothing at all when there are no rows."""
    body = [_line(row) for row in rows]
    if not body:
        return ""
    return "\n".join([_line(heads), "|" + "---|" * len(heads), *body])


def code(text: object) -> str:
    """A word of the code, as it is written."""
    return f"`{text}`"


def codes(texts: Iterable[object]) -> str:
    """Several words of the code."""
    return ", ".join(code(text) for text in texts)


def first_words(docstring: str | None) -> str:
    """The first sentence or paragraph of a docstring, on one line."""
    paragraph = (docstring or "").strip().split("\n\n")[0]
    return re.sub(r"\s+", " ", paragraph).replace("``", "`")


@cache
def _chinese() -> dict[str, str]:
    return {
        message.id: str(message.string)
        for message in messages.merged()
        if isinstance(message.id, str) and message.id and not message.context
    }


def chinese(text: str) -> str:
    """The text in Chinese; empty where nobody has said it yet."""
    return _chinese().get(text, "")


def _line(cells: Sequence[object]) -> str:
    said = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(said) + " |"
