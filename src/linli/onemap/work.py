"""How does the work stand for the map? Tallies of the areas in sight, ready for a layer."""

from collections.abc import Callable, Mapping

from linli.loops import board
from linli.onemap.layer import Figure, Sight

LOOP = "request"
Numbers = Mapping[str, int]


def figures(sight: Sight, say: Callable[[Numbers], Figure]) -> dict[int, Figure]:
    """What ``say`` makes of the numbers of each area in sight."""
    return {area_id: say(numbers) for area_id, numbers in numbers_of(sight).items()}


def numbers_of(sight: Sight) -> dict[int, Numbers]:
    """The tallies of each area in sight; of a part, where only a part is the viewer's own."""
    listed = board.each(sight.area.path, sight.everywhere, loop=LOOP, exercise=sight.exercise)
    found: dict[int, Numbers] = {counts.area.id: counts.numbers for counts in listed}
    for area_id, paths in sight.parts.items():
        parts = [board.counted(path, loop=LOOP, exercise=sight.exercise) for path in paths]
        found[area_id] = {name: sum(part[name] for part in parts) for name in parts[0]}
    return found


def alive(numbers: Numbers) -> int:
    """How many are under way: open or waiting."""
    return numbers["n_open"] + numbers["n_waiting"]


def share(part: int, whole: int) -> float | None:
    """A part of a whole; of nothing there is no part."""
    return part / whole if whole else None
