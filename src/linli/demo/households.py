"""How big are households, who stands in which role in them, and how old is everybody?

Sizes follow published shapes, bent to the published mean. Ages come from the census's bands and
are dealt out by rank: a model says who is likely older than whom (a child than a parent, a
partner like the head), the bands say how many there are of each age.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from linli.demo.tables import apportion, fact, table

SHAPES = (("Fujian", "2020"), ("Beijing", "2010"))  # the newest, and the nearest kind of city
COLLECTIVE_SHAPE = np.array([0, 4, 10, 24, 30, 18, 14])  # sizes 1 to 7, relative; assumed
OLDEST = 100
ADULT = 18
HEAD, PARTNER, CHILD, ELDER, GROWN, MATE = range(6)  # roles; a mate shares a dormitory room
# Relative density of each year of age at the knots, before it is bent to the census; assumed.
DENSITY_KNOTS = ((0, 9), (3, 11), (8, 10), (14, 8), (15, 9), (19, 19), (23, 21), (33, 18),
                 (40, 14), (50, 16), (59, 11), (60, 11), (64, 11), (65, 10), (75, 5), (85, 2),
                 (95, 0.3), (100, 0.05))  # fmt: skip
CHILD_IN_SLOT = {(2, 1): 0.10, (3, 1): 0.05, (3, 2): 0.75}  # chance weights; assumed
CHILD_IN_LATER_SLOT = (0.85, 0.45)  # third person, everybody after; households of four and more
ELDER_AMONG_OTHERS = 0.55  # of further adults: a parent rather than a grown child; assumed
LIVES_ALONE_ELDER = 0.40  # of those who live alone; assumed
COUPLE_ELDER = 0.45  # of couples without others; assumed
GENERATION_YEARS = 27.0  # between parents and children; assumed


@cache
def age_shares() -> NDArray:
    """The share of people at each age from 0 to 100, which sums to the census's bands."""
    ages = np.arange(OLDEST + 1)
    knots = np.array(DENSITY_KNOTS)
    density = np.interp(ages, knots[:, 0], knots[:, 1])
    over_65, over_60 = fact("age_65_plus_pct"), fact("age_60_plus_pct")
    bands = ((0, 15, fact("age_0_14_pct")), (15, 60, fact("age_15_59_pct")),
             (60, 65, over_60 - over_65), (65, OLDEST + 1, over_65))  # fmt: skip
    shares = np.zeros(len(ages))
    for first, end, percent in bands:
        here = slice(first, end)
        shares[here] = density[here] / density[here].sum() * percent / 100
    return shares


@cache
def family_shape(mean: float) -> NDArray:
    """The share of family households of size 1 to 10, with this mean.

    The mean of the reference shapes, weighted by exp(size * tilt): of all the shapes with this
    mean it is the nearest to them (least relative entropy).
    """
    rows = [r for r in table("wuhan/household_sizes.csv") if (r["area"], r["year"]) in SHAPES]
    columns = [*(str(k) for k in range(1, 10)), "10plus"]
    shape = np.mean([[float(r[c]) for c in columns] for r in rows], axis=0)
    sizes = np.arange(1, 11)
    low, high = -3.0, 3.0
    for _ in range(60):
        tilt = (low + high) / 2
        bent = shape * np.exp(tilt * sizes)
        low, high = (tilt, high) if (bent @ sizes) / bent.sum() < mean else (low, tilt)
    return bent / bent.sum()


def sizes_that_sum(
    n: int, people: int, shape: NDArray, rng: np.random.Generator
) -> NDArray[np.int8]:
    """n household sizes in the proportions of a shape that sum to the people exactly."""
    if n == 0:
        return np.zeros(0, dtype=np.int8)
    counts = apportion(n, shape)
    sizes = np.repeat(np.arange(1, len(shape) + 1), counts).astype(np.int8)
    rng.shuffle(sizes)
    while (gap := people - int(sizes.sum())) != 0:
        can = np.flatnonzero((sizes < len(shape)) if gap > 0 else (sizes > 1))
        if not len(can):
            raise ValueError(f"{people} people do not fit {n} households.")
        moved = rng.choice(can, size=min(abs(gap), len(can)), replace=False)
        sizes[moved] += np.int8(np.sign(gap))
    return sizes


def roles_and_ages(
    size: NDArray, collective: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """The role and the age of every person, household after household, in order of roles.

    Every household has an adult at its head; ages are exactly the census's, by rank.
    """
    household = np.repeat(np.arange(len(size)), size)
    slot = np.arange(len(household)) - np.repeat(np.cumsum(size) - size, size)
    wanted = apportion(len(household), age_shares())
    role = _roles(size[household], slot, collective[household], int(wanted[:ADULT].sum()), rng)
    likely = _likely_ages(role, size, household, rng)
    minors = role == CHILD
    pool = np.repeat(np.arange(OLDEST + 1), wanted).astype(np.int8)
    n_minors = int(minors.sum())
    age = np.zeros(len(household), dtype=np.int8)
    for here, ages in ((minors, pool[:n_minors]), (~minors, pool[n_minors:])):
        rows = np.flatnonzero(here)
        age[rows[np.argsort(likely[rows], kind="stable")]] = ages
    return role, age


def _roles(
    size: NDArray, slot: NDArray, collective: NDArray, n_minors: int, rng: np.random.Generator
) -> NDArray:
    weight = np.zeros(len(slot))
    for (in_size, in_slot), chance in CHILD_IN_SLOT.items():
        weight[(size == in_size) & (slot == in_slot)] = chance
    weight[(size > 3) & (slot == 1)] = CHILD_IN_SLOT[3, 1]
    weight[(size > 3) & (slot == 2)] = CHILD_IN_LATER_SLOT[0]
    weight[(size > 3) & (slot > 2)] = CHILD_IN_LATER_SLOT[1]
    weight[collective] = 0
    role = np.where(rng.random(len(slot)) < ELDER_AMONG_OTHERS, ELDER, GROWN).astype(np.int8)
    role[slot == 1] = PARTNER
    role[collective] = MATE
    role[slot == 0] = HEAD
    can = np.flatnonzero(weight)
    # exponential keys: a weighted draw without putting back, in one sort
    key = rng.exponential(size=len(can)) / weight[can]
    n = min(n_minors, len(can))
    role[can[np.argpartition(key, n - 1)[:n]] if n else can[:0]] = CHILD
    return role


def _likely_ages(
    role: NDArray, size: NDArray, household: NDArray, rng: np.random.Generator
) -> NDArray:
    noise = rng.standard_normal(len(role))
    head = _head_ages(role, size, rng)[household]
    return np.select(
        [role == HEAD, role == PARTNER, role == CHILD, role == ELDER, role == GROWN],
        [
            head,
            head + 3 * noise,
            head - GENERATION_YEARS - 1 + 5 * noise,
            head + GENERATION_YEARS + 4 * noise,
            head - GENERATION_YEARS + 4 * noise,
        ],
        default=26 + 8 * np.abs(noise),
    ).astype(np.float32)


def _head_ages(role: NDArray, size: NDArray, rng: np.random.Generator) -> NDArray:
    first = np.cumsum(size) - size
    second = role[np.minimum(first + 1, len(role) - 1)]
    shared = (size > 1) & (second == MATE)
    couple = (size == 2) & (second == PARTNER)
    noise = rng.standard_normal(len(size))
    luck = rng.random(len(size))
    old = ((size == 1) & (luck < LIVES_ALONE_ELDER)) | (couple & (luck < COUPLE_ELDER))
    young_alone = (size == 1) & ~old
    return np.select(
        [shared, old, young_alone, couple],
        [26 + 8 * np.abs(noise), 68 + 8 * noise, 30 + 9 * noise, 36 + 11 * noise],
        default=41 + 8 * noise,
    )
