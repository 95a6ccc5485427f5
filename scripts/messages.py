"""Which words does Linli show, and how do they read in Chinese?

Each part of the house keeps its translations in `src/linli/locale/fragments/<part>.po`, those of
a language other than Chinese in `fragments/<language>/<part>.po`. `compile` merges them into the
catalogues Django reads; `missing` names what is not translated; `extract` prints what is missing
as entries ready to be filled in (`extract ug` for another language). No gettext program is needed.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "linli"
FRAGMENTS = SOURCE / "locale" / "fragments"
CHINESE = "zh_Hans"
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}")
LAZY_OR_NOT = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

MessageKey = tuple[str | None, str]


class Word(NamedTuple):
    """One text that is shown, and the place that shows it."""

    context: str | None
    singular: str
    plural: str | None
    place: str

    @property
    def key(self) -> MessageKey:
        """What the catalogue knows the text by."""
        return self.context, self.singular


def words_in_use() -> Iterator[Word]:
    """Yield each translatable text of the Python modules and of the templates."""
    for path in sorted(SOURCE.rglob("*.py")):
        if not path.name.startswith("test_") and "migrations" not in path.parts:
            yield from _words(path, path.read_bytes())
    for path in sorted(SOURCE.glob("**/templates/**/*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            as_python = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield from _words(path, as_python.encode())


def _words(path: Path, source: bytes) -> Iterator[Word]:
    found = extract("python", BytesIO(source), LAZY_OR_NOT, options={"encoding": "utf-8"})
    for line, text, _comments, context in found:
        singular, plural = text[:2] if isinstance(text, tuple) else (text, None)
        if singular:
            yield Word(context, singular, plural, f"{path.relative_to(ROOT)}:{line}")


def languages() -> list[str]:
    """Chinese, and every language that has a folder of fragments."""
    return [CHINESE, *sorted(path.name for path in FRAGMENTS.iterdir() if path.is_dir())]


def merged(language: str = CHINESE) -> Catalog:
    """Return all fragments as one catalogue; the same text in two ways is refused."""
    whole = Catalog(locale=language, domain="django", project="Linli", charset="utf-8")
    told_by: dict[MessageKey, str] = {}
    folder = FRAGMENTS if language == CHINESE else FRAGMENTS / language
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            fragment = read_po(file, locale=language, abort_invalid=True)
        for message in fragment:
            if message.id and any(_strings(message)) and not message.fuzzy:
                _add(whole, message, path.name, told_by)
    return whole


def _add(whole: Catalog, message: Message, name: str, told_by: dict[MessageKey, str]) -> None:
    key = _key(message)
    before = whole.get(key[1], context=key[0])
    if before is not None and before.string != message.string:
        raise SystemExit(
            f"{key[1]!r} is translated as {before.string!r} in {told_by[key]} and as"
            f" {message.string!r} in {name}. Choose one, or give one of them a context."
        )
    told_by[key] = name
    whole.add(message.id, message.string, context=message.context, flags=message.flags)


def _key(message: Message) -> MessageKey:
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return message.context, singular


def _strings(message: Message) -> tuple[str, ...]:
    """Return what a message says, in each of its plural forms; Chinese has one."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def compile_catalogue(language: str = CHINESE) -> int:
    """Write the catalogue Django reads, and return how many texts it holds.

    A server that starts meanwhile reads the old one or the new one, never half of it.
    """
    whole = merged(language)
    compiled = SOURCE / "locale" / language / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    fresh = compiled.with_suffix(".fresh")
    with fresh.open("wb") as file:
        write_mo(file, whole)
    fresh.replace(compiled)
    return len(whole)


def missing(language: str = CHINESE) -> list[Word]:
    """Return the texts in use that no fragment translates, each once."""
    known = {_key(message) for message in merged(language) if message.id}
    lacking = {word.key: word for word in words_in_use() if word.key not in known}
    return list(lacking.values())


def broken_placeholders(language: str = CHINESE) -> list[str]:
    """Return a sentence for each translation that loses or invents a placeholder."""
    sentences = []
    for message in merged(language):
        sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        allowed = [set(PLACEHOLDER.findall(source)) for source in sources]
        for string in _strings(message):
            if message.id and set(PLACEHOLDER.findall(string)) not in allowed:
                sentences.append(f"{sources[0]!r} and {string!r} name different placeholders.")
    return sentences


def entries_to_fill(language: str = CHINESE) -> bytes:
    """Return what is missing as the text of a .po file with empty translations."""
    empty = Catalog(locale=language, charset="utf-8")
    for word in missing(language):
        text = (word.singular, word.plural) if word.plural else word.singular
        path, _, line = word.place.rpartition(":")
        empty.add(text, locations=[(path, int(line))], context=word.context)
    written = BytesIO()
    write_po(written, empty, omit_header=True, width=100)
    return written.getvalue()


def main(command: str, language: str = CHINESE) -> int:
    """Do what the first word on the command line says; return the exit status."""
    if command == "compile":
        for each in languages():
            print(f"{each}: {compile_catalogue(each)} texts compiled.")
        return 0
    if command == "extract":
        sys.stdout.buffer.write(entries_to_fill(language))
        return 0
    if command == "missing":
        sentences = []
        for each in languages():
            lacking = missing(each)
            sentences += [f"{w.place}: {w.singular!r} is not said in {each}." for w in lacking]
            sentences += broken_placeholders(each)
        print("\n".join(sentences) or "Every text is translated.")
        return 1 if sentences else 0
    print("Say compile, missing or extract.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:3] or [""])))
