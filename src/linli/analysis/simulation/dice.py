"""What does chance say about this person, on this day, for this purpose?

A random number is a hash of (seed, purpose, day, person, slot). Nothing depends on the order in
which people are looked at: threads, checkpoints and worlds with other policies agree by themselves.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

# The finaliser of SplitMix64 and its step: Steele, Lea and Flood (2014), doi:10.1145/2660193.2660195
STEP = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
SLOT_STEP = np.uint64(0xD1B54A32D192ED03)  # odd, so that slots never share a number
S30, S27, S31, S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
TO_UNIT = 2.0**-53


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


def mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Stir 64 bits until each depends on all."""
    x = (x ^ (x >> S30)) * MIX_1
    x = (x ^ (x >> S27)) * MIX_2
    return x ^ (x >> S31)


def key_of(seed: int, purpose: Purpose, day: int = 0) -> np.uint64:
    """What seed, purpose and day come to; persons are stirred into it."""
    words = np.array([seed & (2**64 - 1)], dtype=np.uint64)
    for word in (int(purpose), day + 1):
        words = mix(words * STEP + np.uint64(word))
    return words[0]


def bits(key: np.uint64, who: NDArray) -> NDArray[np.uint64]:
    """One number a person, 64 bits each."""
    return mix(key ^ ((who.astype(np.uint64) + np.uint64(1)) * STEP))


def chance(seed: int, purpose: Purpose, who: NDArray, *, day: int = 0) -> NDArray[np.float64]:
    """One number a person, evenly in [0, 1)."""
    return (bits(key_of(seed, purpose, day), who) >> S11) * TO_UNIT
