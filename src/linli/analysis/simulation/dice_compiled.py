"""What does chance say, in compiled code? The same numbers as `dice`, one at a time."""

import numpy as np
from numba import njit

from linli.analysis.simulation.dice import (
    MIX_1,
    MIX_2,
    S11,
    S27,
    S30,
    S31,
    SLOT_STEP,
    STEP,
    TO_UNIT,
)  # fmt: skip

ONE, SLOTS_OF_LAYER = np.uint64(1), np.uint64(1 << 20)
LOW, S32, TO_LOW_UNIT = np.uint64(2**32 - 1), np.uint64(32), 2.0**-32


@njit(nogil=True, cache=True, inline="always")
def mix(x):
    """Stir 64 bits until each depends on all."""
    x = (x ^ (x >> S30)) * MIX_1
    x = (x ^ (x >> S27)) * MIX_2
    return x ^ (x >> S31)


@njit(nogil=True, cache=True, inline="always")
def unit(h):
    """Evenly in [0, 1)."""
    return np.float64(h >> S11) * TO_UNIT


@njit(nogil=True, cache=True, inline="always")
def bits_of(key, person):
    """A person's 64 bits under a key."""
    return mix(key ^ ((np.uint64(person) + ONE) * STEP))


@njit(nogil=True, cache=True, inline="always")
def bits_of_slot(who, layer, slot):
    """The bits of one contact of a person in a layer."""
    return mix(who + (np.uint64(layer) * SLOTS_OF_LAYER + np.uint64(slot) + ONE) * SLOT_STEP)


@njit(nogil=True, cache=True, inline="always")
def low_unit(h):
    """Evenly in [0, 1), by the bits that `pick` leaves."""
    return np.float64(np.int64(h & LOW)) * TO_LOW_UNIT


@njit(nogil=True, cache=True, inline="always")
def pick(h, n):
    """One of so many, evenly, by the upper half of the bits."""
    return np.int64(((h >> S32) * np.uint64(n)) >> S32)


@njit(nogil=True, cache=True, inline="always")
def is_below(h, bound):
    """Whether `unit` is below a share, given as `bound_of` has it."""
    return (h >> S11) < bound
