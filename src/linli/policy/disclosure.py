"""Which counts are safe to show? Small cells are withheld, and so is what would give them away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

LEAST_SHOWN = 5  # persons; ONS: 1-2 unsafe, 3-4 unsafe in small areas


def withhold(counts: Mapping[str, int], *, least: int = LEAST_SHOWN) -> dict[str, int | None]:
    """The counts of parts whose sum is public, small ones withheld (None).

    Zero is safe. When exactly one part is withheld, or when those withheld sum to less than
    ``least``, the smallest shown part goes as well, so that no part follows by subtraction.
    """
    hidden = {key for key, n in counts.items() if 0 < n < least}
    while hidden:
        if len(hidden) > 1 and sum(counts[key] for key in hidden) >= least:
            break
        rest: Sequence[str] = sorted(
            (key for key, n in counts.items() if key not in hidden and n > 0),
            key=lambda key: (counts[key], key),
        )
        if not rest:
            break
        hidden.add(rest[0])
    return {key: None if key in hidden else n for key, n in counts.items()}


@dataclass(frozen=True)
class Withheld:
    """What of a sum that is told in groups of parts is not told: parts, sums of groups, itself."""

    parts: frozenset[str]
    groups: frozenset[str]
    total: bool


def withhold_parts(groups: Mapping[str, Mapping[str, float]], few: Collection[str]) -> Withheld:
    """What has to go with the parts in ``few``, so that none of them follows by subtraction.

    ``groups`` holds what is known: the parts of each group and what they add. A single withheld
    part takes the least other one of its group with it. Where it has no other, the sum of its
    group goes, and with it that of a second group: one that withholds parts already, or else the
    least part anywhere and the sum of its group. Where nothing else is known, the total goes.
    """
    hidden = set(few)
    for parts in groups.values():
        rest = [(abs(value), part) for part, value in parts.items() if part not in hidden]
        if len(parts) - len(rest) == 1 and rest:
            hidden.add(min(rest)[1])
    n_hidden = {group: len(hidden & parts.keys()) for group, parts in groups.items()}
    closed = {group for group, n in n_hidden.items() if n == 1}
    if len(closed) != 1:
        return Withheld(frozenset(hidden), frozenset(closed), False)
    seconds = sorted(group for group, n in n_hidden.items() if n > 1)
    others = [
        (abs(value), part, group)
        for group, parts in groups.items() if group not in closed
        for part, value in parts.items()
    ]  # fmt: skip
    if seconds:
        closed.add(seconds[0])
    elif others:
        _, part, group = min(others)
        hidden.add(part)
        closed.add(group)
    return Withheld(frozenset(hidden), frozenset(closed), len(closed) == 1)
