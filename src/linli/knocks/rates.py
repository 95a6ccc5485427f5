"""What is often? So many at once, and so many again in each span of time."""

import math
import re
from dataclasses import dataclass

from linli.errors import N_, BadInput, Problem

SPANS_S = {"minute": 60, "hour": 3600, "day": 86_400}
OFF = frozenset({"0", "off", "no"})
WRITTEN = re.compile(r"([1-9][0-9]{0,5})/(minute|hour|day)")


class TooOften(Problem):
    """The door was knocked at too often; it opens again by itself."""

    code = "too_often"
    status = 429
    sentence = N_("This was tried too often from where you are. Try again in {wait_minutes} min.")

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(None, wait_minutes=max(1, math.ceil(wait_s / 60)), wait_s=wait_s)


@dataclass(frozen=True)
class Rate:
    """At most ``most`` at once; what is used comes back evenly, ``most`` in ``span_s`` seconds."""

    name: str
    most: int
    span_s: int

    @property
    def each_ms(self) -> int:
        """How long one knock weighs, in milliseconds."""
        return max(1, self.span_s * 1000 // self.most)

    @property
    def patience_ms(self) -> int:
        """How far ahead of the clock the knocks that were let in may weigh."""
        return self.each_ms * self.most


def rate_of(name: str, text: str) -> Rate | None:
    """The rate that a setting writes, as `30/hour`; None for `off`. Raises BadInput."""
    text = text.strip().lower()
    if text in OFF:
        return None
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise BadInput(
            N_("{given} is no rate. Write one like 30/minute, 30/hour or 30/day, or off."),
            given=text[:40],
        )
    return Rate(name, int(found[1]), SPANS_S[found[2]])
