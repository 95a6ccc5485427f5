"""Which random numbers? Each thing of a city has its own generator, from the city's seed."""

import numpy as np


def generator(seed: int, *what: str) -> np.random.Generator:
    """A generator for one thing of one city, whatever else is drawn before it."""
    words = [int.from_bytes(w.encode()[:16].ljust(16, b"\0"), "little") for w in what]
    return np.random.default_rng([seed, *words])
