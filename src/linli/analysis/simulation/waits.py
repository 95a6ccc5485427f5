"""Who waited how long for what is short: tests, tracers, beds, rooms and deliveries?

Of each: how many waited at most at a time, the longest mean wait on one day, of those whose turn
came or of those who wait still, and the days that all waited together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.compare import Comparison, band_of
from linli.errors import N_

# What is short: who waits; how long those waited whose turn came, and those who wait still.
WAITING: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "tests": ("test_queue", ("test_wait_days", "test_waiting_days")),
    "tracers": ("trace_queue", ("trace_wait_days", "trace_waiting_days")),
    "wards": ("ward_queue", ("ward_wait_days", "ward_waiting_days")),
    "intensive": ("intensive_queue", ("intensive_wait_days", "intensive_waiting_days")),
    "shelters": ("shelter_queue", ("shelter_wait_days", "shelter_waiting_days")),
    "rooms": ("room_queue", ("room_wait_days", "room_waiting_days")),
    "held_rooms": ("held_room_queue", ("held_room_wait_days", "held_room_waiting_days")),
    "deliveries": ("undelivered", ("delivery_wait_days",)),
}
WAIT_NAMES: Mapping[str, str] = {
    "tests": N_("a test"),
    "tracers": N_("a tracer"),
    "wards": N_("a bed in a ward"),
    "intensive": N_("a bed in intensive care"),
    "shelters": N_("a bed in a shelter hospital"),
    "rooms": N_("an isolation room"),
    "held_rooms": N_("a room to be quarantined in"),
    "deliveries": N_("a delivery"),
}


@dataclass(frozen=True)
class Wait:
    """One capacity under one choice: mean of the worlds, and the band of nine in ten."""

    most: tuple[float, float, float]  # people (households, of deliveries) at a time
    longest_days: tuple[float, float, float]
    total_days: tuple[float, float, float]  # person days

    @property
    def is_short(self) -> bool:
        """Whether anybody waited."""
        return self.most[0] > 0

    @property
    def plain(self) -> dict[str, list[float]]:
        """As it is kept: mean, low and high of each."""
        return {name: [round(v, 2) for v in values] for name, values in vars(self).items()}


def waits_of(found: Comparison) -> dict[str, dict[str, Wait]]:
    """Every capacity of every choice, by the choice's name; deliveries where they are counted."""
    told: dict[str, dict[str, Wait]] = {}
    for n, name in enumerate(found.names):
        left_out = set() if found.series["shelter_in"][n].any() else {"shelters"}
        if not found.counts(name, "undelivered_days"):
            left_out.add("deliveries")  # nobody waits for what nobody opens; this is not known
        told[name] = {
            kind: Wait(
                _mean_and_band(found.series[queue][n].max(axis=1)),
                _mean_and_band(np.max([found.series[d][n].max(axis=1) for d in days], axis=0)),
                _mean_and_band(found.series[queue][n].sum(axis=1)),
            )
            for kind, (queue, days) in WAITING.items()
            if kind not in left_out
        }
    return told


def _mean_and_band(worlds: NDArray[np.float32]) -> tuple[float, float, float]:
    low, high = band_of(worlds)
    return float(worlds.mean(dtype=np.float64)), float(low), float(high)
