"""What does a TOML text say? Read in a moment, or refused, whatever somebody wrote into it."""

import re
import tomllib
from typing import Any

MOST_PARTS = 16  # of a dotted name; the reader's time grows with their square
PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
LONG_NAME = re.compile(rf"(?<![\w-])(?:{PART}[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")


def loads(text: str) -> dict[str, Any]:
    """The tables of a text; raises tomllib.TOMLDecodeError, and nothing else, for one that is none.

    Tables within tables beyond all measure, a number of thousands of digits, and a name of
    thousands of parts are refused too: the reader would break, or never come back.
    """
    long = LONG_NAME.search(text)
    if long is not None:
        line = text.count("\n", 0, long.start()) + 1
        raise tomllib.TOMLDecodeError(f"A name has more than {MOST_PARTS} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("Tables or lists lie too deep within each other") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of too many digits, or a date that is none
        raise tomllib.TOMLDecodeError(str(error).partition(";")[0]) from None
