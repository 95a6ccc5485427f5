"""Is every text read or refused in a moment, with one kind of error?"""

import tomllib

import pytest

from linli.toml_text import loads

SOME = 200_000  # characters, as much as a plan may hold


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * (SOME // 2) + " = 1",
        "[a" + " . a" * (SOME // 4) + "]",
        "[[" + '"a\\"b".' * (SOME // 7) + "a]]",
        "x = { " + "'a b'." * (SOME // 6) + "a = 1 }",
        "x = " + "[" * SOME,
        "x = " + "{a = " * (SOME // 5),
        "x = " + "9" * 5000,
        "x = 2020-02-30",
        "x = ",
    ],
    ids=["dots", "header", "quoted", "inline", "lists", "tables", "digits", "day", "nothing"],
)
def test_what_would_never_be_read_is_refused_in_a_moment(text: str):  # unmended: hours
    with pytest.raises(tomllib.TOMLDecodeError):
        loads(text)


@pytest.mark.parametrize(
    "text",
    ["a" * SOME + " = 1", 'x = "' + "a.b " * (SOME // 4) + '"', "x = [" + "1.5, " * 9999 + "]"],
    ids=["word", "text", "numbers"],
)
def test_long_words_texts_and_lists_of_numbers_are_read(text: str):
    assert loads(text) == tomllib.loads(text)


def test_a_name_of_some_parts_is_read():
    assert loads("[a.b.c]\nd.e = 1") == {"a": {"b": {"c": {"d": {"e": 1}}}}}
