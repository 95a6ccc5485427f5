"""What does chance say about this person, on this day, for this purpose?

A random number is a hash of (seed, purpose, day, person, slot). Nothing depends on the order in
which people are looked at: threads, checkpoints and worlds with other policies agree by themselves.
"""

from enum import IntEnum
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

# SplitMix64, its finaliser and step: Steele, Lea and Flood (2014), doi:10.1145/2660193.2660195
STEP = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
SLOT_STEP = np.uint64(0xD1B54A32D192ED03)  # odd, so that slots never share a number
S30, S27, S31, S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
TO_UNIT = 2.0**-53
ALL_BITS = 2**64 - 1


class Purpose(IntEnum):
    """What a random number decides; each purpose has numbers of its own."""

    CONTACT = 1
    TRACED = 2
    FIRST = 3
    IMPORTED = 4
    STRENGTH = 5
    LATENT = 6
    PRESYMPTOMATIC = 7
    INFECTIOUS = 8
    FATE = 9
    SEEKS = 10
    VISIT = 11
    WORSE = 12
    STAY = 13
    DEATH = 14
    TEST = 15
    OBEYS = 16
    SCREENED = 17
    VACCINE = 18
    SPARED = 19
    QUEUE = 20
    SKETCH = 21


def mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Stir 64 bits until each depends on all."""
    x = x ^ (x >> S30)
    x *= MIX_1
    x ^= x >> S27
    x *= MIX_2
    x ^= x >> S31
    return x


@lru_cache(maxsize=4096)
def key_of(seed: int, purpose: Purpose, day: int = 0) -> np.uint64:
    """What seed, purpose and day come to; persons are stirred into it."""
    word = seed & ALL_BITS
    for stirred_in in (int(purpose), day + 1):
        word = _mix_one((word * int(STEP) + stirred_in) & ALL_BITS)
    return np.uint64(word)


def _mix_one(x: int) -> int:
    """`mix` for one number: whole numbers are quicker than an array of one."""
    x = ((x ^ (x >> 30)) * int(MIX_1)) & ALL_BITS
    x = ((x ^ (x >> 27)) * int(MIX_2)) & ALL_BITS
    return x ^ (x >> 31)


def bits(key: np.uint64, who: NDArray) -> NDArray[np.uint64]:
    """One number a person, 64 bits each."""
    return mix(key ^ ((who.astype(np.uint64) + np.uint64(1)) * STEP))


def chance(seed: int, purpose: Purpose, who: NDArray, *, day: int = 0) -> NDArray[np.float64]:
    """One number a person, evenly in [0, 1)."""
    return (bits(key_of(seed, purpose, day), who) >> S11).astype(np.float64) * TO_UNIT


def bound_of(share: float) -> np.uint64:
    """A share as a whole number of 2^-53: a chance is below it as `dice_compiled.is_below` asks."""
    return np.uint64(ceil(share * 2**53))
