"""What stands in a text file that somebody named at the prompt?"""

from pathlib import Path

from linli.errors import N_, BadInput

MOST_BYTES = 256 * 1024 * 1024


def text_of(path: Path) -> str:
    """The text of a file; raises BadInput where there is none to read, or no end to it."""
    try:
        with path.open("rb") as file:
            held = file.read(MOST_BYTES + 1)
        if len(held) > MOST_BYTES:
            raise BadInput(N_("{path} holds more than {most} MB, which no text here does."),
                           path=path, most=MOST_BYTES >> 20)  # fmt: skip
        return held.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise BadInput(N_("There is no file {path}. Check the name."), path=path) from None
    except IsADirectoryError:
        raise BadInput(N_("{path} is a folder. Name the file in it."), path=path) from None
    except UnicodeDecodeError:
        raise BadInput(N_("{path} is not UTF-8 text. Save it as UTF-8."), path=path) from None
    except (OSError, ValueError) as error:  # a ValueError: a name with a NUL in it
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(N_("{file} cannot be read: {reason}."), file=path, reason=reason) from None
