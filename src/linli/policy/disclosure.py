"""Which counts are safe to show? Small cells are withheld, and so is what would give them away."""

from collections.abc import Mapping, Sequence

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
