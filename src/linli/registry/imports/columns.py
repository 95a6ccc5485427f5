"""What may a column hold, and how is a cell read? One declaration a column, one reader a type."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from linli.errors import N_, BadInput, TooLong

Reader = Callable[[str], Any]
SEEN = 40  # characters of a value that a sentence repeats
CLEAR = "-"  # a cell that empties the field; a blank cell leaves it as it is


@dataclass(frozen=True)
class Column:
    """A column of a list: its field, its titles, its tag, how a cell is read and written."""

    name: str
    zh: str
    en: str
    read: Reader
    tag: str = ""
    required: bool = False  # for a new row; a row that is found may leave it out
    clears_to: Any = ""
    aliases: tuple[str, ...] = ()
    type: str = "string"  # in the table schema
    choices: tuple[str, ...] = ()
    write: Callable[[Any], str] = field(default=lambda value: "" if value is None else str(value))

    def titles(self) -> set[str]:
        """Everything the column may be called in a header, folded."""
        return {folded(t) for t in (self.name, self.zh, self.en, *self.aliases)}


def folded(title: str) -> str:
    """A title without width, case, spaces and signs."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "".join(c for c in plain if c.isalnum())


def text(most: int, *, least: int = 1) -> Reader:
    """A text of at most ``most`` characters, spaces around it dropped."""

    def read(cell: str) -> str:
        said = " ".join(cell.split())
        if len(said) > most:
            raise TooLong(field=said[:SEEN], length=len(said), most=most)
        if len(said) < least:
            raise BadInput(N_("{value} is too short."), value=said)
        return said

    return read


def code(most: int = 40) -> Reader:
    """A code: no spaces, width made plain."""

    def read(cell: str) -> str:
        said = unicodedata.normalize("NFKC", cell).strip()
        if re.search(r"\s", said):
            raise BadInput(N_("{value} holds a space, which a code may not."), value=said[:SEEN])
        return text(most)(said)

    return read


def whole(least: int, most: int) -> Reader:
    """A whole number between two bounds."""

    def read(cell: str) -> int:
        said = unicodedata.normalize("NFKC", cell).strip().replace(",", "")
        if not re.fullmatch(r"[+-]?\d{1,18}(\.0+)?", said):
            raise BadInput(N_("{value} is no whole number."), value=cell[:SEEN])
        return _bounded(int(said.split(".")[0]), least, most)

    return read


def number(least: float, most: float) -> Reader:
    """A number between two bounds."""

    def read(cell: str) -> float:
        said = unicodedata.normalize("NFKC", cell).strip().replace(",", "")
        if not re.fullmatch(r"[+-]?\d{1,18}(\.\d*)?([eE][+-]?\d{1,2})?", said):
            raise BadInput(N_("{value} is no number."), value=cell[:SEEN])
        return _bounded(float(said), least, most)

    return read


_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
FIRST_YEAR, LAST_YEAR = 1880, 2200


def day(cell: str) -> date:
    """A day, written 2020-02-09, 2020/2/9, 2020.2.9, 20200209 or 2020年2月9日."""
    said = unicodedata.normalize("NFKC", cell).strip()
    if re.fullmatch(r"\d{8}", said):
        said = f"{said[:4]}-{said[4:6]}-{said[6:]}"
    found = _DAY.fullmatch(said)
    try:
        if found is None:
            raise ValueError
        read = date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        raise BadInput(
            N_("{value} is no day. Write it like 2020-02-09."), value=cell[:SEEN]
        ) from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise BadInput(N_("{value} is no day. Write it like 2020-02-09."), value=cell[:SEEN])
    return read


def birth_day(today: Callable[[], date]) -> Reader:
    """A day that is not in the future."""

    def read(cell: str) -> date:
        born = day(cell)
        if born > today():
            raise BadInput(N_("{value} lies in the future."), value=cell[:SEEN])
        return born

    return read


def choice(of: Mapping[str, tuple[str, ...]]) -> Reader:
    """One of a closed set, by its code or by any of its words."""
    known = {folded(word): key for key, words in of.items() for word in (key, *words)}

    def read(cell: str) -> str:
        found = known.get(folded(cell))
        if found is None:
            raise BadInput(
                N_("{value} is none of: {known}."),
                value=cell.strip()[:SEEN],
                known=tuple(key for key in of if key),
            )
        return found

    return read


_YES = {"1", "yes", "y", "true", "是", "有", "对"}
_NO = {"0", "no", "n", "false", "否", "无", "不是"}


def yes_no(cell: str) -> bool:
    """Yes or no, in either language."""
    said = folded(cell)
    if said in _YES or said in _NO:
        return said in _YES
    raise BadInput(N_("{value} is neither yes nor no."), value=cell.strip()[:SEEN])


def codes(cell: str) -> list[str]:
    """Several codes, separated by commas, semicolons or spaces; in order, each once."""
    said = unicodedata.normalize("NFKC", cell)
    found = sorted({part for part in re.split(r"[\s,;、，；|]+", said) if part})
    for part in found:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,38}", part):
            raise BadInput(
                N_("{value} is no code: small letters, digits and _ only."), value=part[:SEEN]
            )
    return found


def phone(cell: str) -> str:
    """A telephone number: digits, with a plus before and an extension after if need be."""
    said = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", cell))
    if not re.fullmatch(r"\+?\d{3,20}([x#]\d{1,6})?", said):
        raise BadInput(N_("{value} is no telephone number."), value=cell.strip()[:SEEN])
    return said


def document(cell: str) -> str:
    """The number of an identity document: letters and digits, in capitals."""
    said = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", cell)).upper()
    if not re.fullmatch(r"[A-Z0-9()]{4,40}", said):
        raise BadInput(N_("{value} is no document number."), value=cell.strip()[:SEEN])
    return said


def missing(title: str) -> BadInput:
    """The sentence for a required cell that is empty."""
    return BadInput(N_("{column} is empty. Fill it in."), column=title)


def joined(value: Any) -> str:
    """A list of codes as one cell."""
    return ";".join(value or ())


def said_yes_no(value: Any) -> str:
    """Yes or no as one cell."""
    return "" if value is None else "yes" if value else "no"


def _bounded(value: Any, least: float, most: float) -> Any:
    if not least <= value <= most:
        raise BadInput(
            N_("{value} is not between {least} and {most}."), value=value, least=least, most=most
        )
    return value
