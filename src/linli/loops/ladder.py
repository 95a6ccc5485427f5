"""Which rungs does a clock have? Read once: a signed set never changes."""

from dataclasses import dataclass
from functools import lru_cache

from linli.loops.limits import Rung


@dataclass(frozen=True, slots=True)
class RungAt:
    """A rung as stored: its level, seconds, tier, and what changes there."""

    level: int
    after_s: int
    share: float
    tier: int
    late: bool
    clears_holder: bool
    step: str


@lru_cache(maxsize=4096)
def ladder(clock_id: int) -> tuple[RungAt, ...]:
    """The rungs of a clock, lowest first."""
    return tuple(
        RungAt(*row)
        for row in Rung.objects.filter(clock_id=clock_id)
        .order_by("level")
        .values_list("level", "after_s", "share", "tier", "late", "clears_holder", "step")
    )


def rungs_of(clock_id: int | None) -> tuple[RungAt, ...]:
    """The rungs of an item's clock, lowest first; none without one."""
    return () if clock_id is None else ladder(clock_id)
