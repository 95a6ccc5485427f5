"""How do the signed texts of a loop's limits read: which are there, and what changed?"""

import difflib
from collections.abc import Mapping
from typing import Any

from linli.errors import N_, NotFound, Word
from linli.loops.limits import LimitSet
from linli.loops.loop import Loop


def versions(loop: Loop) -> list[LimitSet]:
    """Every signed version of a loop's limits, the newest first."""
    return list(LimitSet.objects.filter(loop=loop.name).order_by("-version"))


def version(loop: Loop, number: int) -> LimitSet:
    """One signed version; raises NotFound."""
    found = LimitSet.objects.filter(loop=loop.name, version=number).first()
    if found is None:
        raise NotFound(what=Word(N_("version of the limits")), value=number)
    return found


def changes(before: str, after: str) -> list[str]:
    """What one text says that another does not, line by line, each with + or - before it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return list(lines)[2:]


def with_limits(text: str, edited: Mapping[int, str]) -> str:
    """The text with other durations: the n-th clock gets the n-th limit; all else stays."""
    lines, clock = [], -1
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("[["):
            clock += bare.startswith("[[clock]]")
        elif bare.split("=")[0].strip() == "limit" and clock in edited:
            comment = line[line.index("#") :] if "#" in line else ""
            line = f'limit = "{_plain(edited[clock])}"{"  " + comment if comment else ""}'
        lines.append(line)
    return "\n".join(lines) + "\n"


def _plain(duration: Any) -> str:
    """A duration as typed, without what would end the text it stands in."""
    return str(duration).strip().replace('"', "").replace("\\", "")[:20]
