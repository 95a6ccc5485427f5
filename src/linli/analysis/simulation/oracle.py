"""Who meets whom today, in plain NumPy? The kernel's twin for small cities, written another way.

Where the kernel passes by who infects nobody and walks from layer to layer, this lays all contacts
of somebody's day out as one table. Tests ask that both find the same infections, number for number.
"""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.dice import S11, SLOT_STEP, TO_UNIT, bits, mix
from linli.analysis.simulation.disease import LAYERS, Layer
from linli.analysis.simulation.state import Held

FULL_SLOT = 0.25
SLOTS_OF_LAYER = np.uint64(1 << 20)
ONE, S32, LOW = np.uint64(1), np.uint64(32), np.uint64(2**32 - 1)
Found = list[tuple[int, int, int, float]]


def infections(active: NDArray, places, rows, rules, status, held_until, held_away) -> Found:
    """Return (person, row, layer, when) of everybody whom infectious rows reach, in no order."""
    begin, end, x0 = _infectious(active, rows, rules)
    i = rows.person[active].astype(np.int64)
    held = held_until[i] > rules.day
    free = (x0 > 0) & (rows.kept[active] != 2) & ~(held & (held_away[i] == Held.ROOM))
    out = free & ~held & (rows.kept[active] != 1)
    found: Found = []
    for a in np.flatnonzero(free):
        day = _Day(int(active[a]), int(i[a]), float(x0[a]), bool(out[a]))
        for layer, j, luck in _reached(day, places, rows, rules, status, held_until, held_away):
            when = begin[a] + luck * (end[a] - begin[a])
            found.append((j, day.row, layer, float(when)))
    return found


class _Day(NamedTuple):
    """Somebody's day: the row, the person, how infectious, and whether they leave home."""

    row: int
    person: int
    x0: float
    is_out: bool


def _infectious(active, rows, rules):
    start = rows.start[active].astype(float)
    begin = np.where(
        rows.at[active].astype(int) + 1 == rules.day, start, np.maximum(start, rules.day)
    )
    end = np.maximum(begin, np.minimum(rows.stop[active].astype(float), rules.day + 1.0))
    days = np.arange(len(rules.cumulative))
    so_far = [np.interp(t - start, days, rules.cumulative) for t in (begin, end)]
    x0 = (so_far[1] - so_far[0]) * rules.beta * rules.strength[rows.strength[active]]
    return begin, end, np.where(end > begin, x0, 0.0)


def _hash(rules, i: NDArray, layer: int, slot: NDArray) -> NDArray[np.uint64]:
    at = np.uint64(layer) * SLOTS_OF_LAYER + slot.astype(np.uint64) + ONE
    return mix(bits(rules.key, i) + at * SLOT_STEP)


def _unit(h: NDArray[np.uint64]) -> NDArray[np.float64]:
    return (h >> S11).astype(np.float64) * TO_UNIT


def _open_to(j: NDArray, places, rules) -> NDArray[np.float64]:
    share = rules.susceptibility[places.age[j]]
    if rules.vaccinated > 0:
        spared = _unit(bits(rules.vaccine_key, j)) < rules.efficacy
        share = np.where((rules.rank[j] < rules.vaccinated) & spared, 0.0, share)
    return share


def _reached(day: _Day, places, rows, rules, status, held_until, held_away):
    """Whom somebody infects today: layer, person, and when on a scale from 0 to 1."""
    layer, slot, chance = _contacts(day, places, rows, rules)
    i = day.person
    for k in _infecting(rules, i, chance):
        la, at_home = int(layer[k]), layer[k] == 0
        h = _hash(rules, np.array([i]), la, slot[[k]])
        pool = np.asarray(_pool(i, LAYERS[la], places, rules)[0])
        j = int(pool[slot[k] if at_home else int(h[0] >> S32) * len(pool) >> 32])
        is_kept = held_until[j] > rules.day and (not at_home or held_away[j] == Held.ROOM)
        lives = places.household_compound[places.household[[i, j]]]
        goes_on = at_home or int(h[0] & LOW) * 2.0**-32 < rules.shares[la, lives].min()
        if not goes_on or j == i or status[j] != 0 or is_kept:
            continue
        h2 = mix(h)
        if _unit(h2)[0] < _open_to(np.array([j]), places, rules)[0]:
            yield la, j, _unit(mix(h2))[0]


def _contacts(day: _Day, places, rows, rules) -> tuple[NDArray, NDArray, NDArray]:
    """Of each contact of somebody's day: the layer, its number there, and its chance to infect."""
    size = len(_pool(day.person, LAYERS[0], places, rules)[0])
    share = rules.home_share if rows.kept[day.row] == 1 else 1.0
    home = 1 - np.exp(-day.x0 * rules.weight[0] * share)
    parts = [(np.zeros(size, int), np.arange(size), np.full(size, home))]
    for la in range(1, len(LAYERS)) if day.is_out else ():
        pool, mean = _pool(day.person, LAYERS[la], places, rules)
        x = day.x0 * rules.weight[la]
        m = max(1.0, np.ceil(x / FULL_SLOT))
        wanted = mean * m if len(pool) else 0.0
        last = np.array([SLOTS_OF_LAYER - ONE])
        more = _unit(_hash(rules, np.array([day.person]), la, last))[0] < wanted - int(wanted)
        n = int(wanted) + int(more)
        parts.append((np.full(n, la), np.arange(n), np.full(n, x / m)))
    layer, slot, chance = (np.concatenate(c) for c in zip(*parts, strict=True))
    return layer, slot, chance


def _infecting(rules, i: int, chance: NDArray) -> Iterator[int]:
    """Which contacts infect: each by its chance, walked through by exponential steps."""
    hazard, so_far = np.cumsum(-np.log1p(-chance)), 0.0
    for n in count():
        u = _unit(_hash(rules, np.array([i]), len(LAYERS), np.array([n])))[0]
        k = int(np.searchsorted(hazard, so_far - np.log1p(-u), side="right"))
        if k == len(hazard):
            return
        yield k
        so_far = hazard[k]


def _pool(i: int, layer: Layer, places, rules) -> tuple[range | NDArray, float]:
    """Whom person i may meet in a layer, and how many of them a day."""
    mean = float(rules.contacts[LAYERS.index(layer)])
    compound = int(places.household_compound[places.household[i]])
    community = int(places.compound_community[compound])
    near = range(*(int(places.community_start[community + k]) for k in (0, 1)))
    if layer is Layer.HOUSEHOLD:
        home = places.household[i]
        return range(*(int(places.household_start[home + k]) for k in (0, 1))), 0.0
    if layer is Layer.COMPOUND:
        return range(*(int(places.compound_start[compound + k]) for k in (0, 1))), mean
    if layer is Layer.COMMUNITY:
        return near, mean
    if layer is Layer.CITY:
        return range(len(places.age)), mean
    if layer is Layer.RESPONSE:
        if places.is_responder[i // 8] >> i % 8 & 1:
            return near, mean
        begin, end = (int(places.responder_start[community + k]) for k in (0, 1))
        return places.responder[begin:end], mean * (end - begin) / len(near)
    place = int(places.place[i])
    if place < 0 or (place < places.n_schools) != (layer is Layer.SCHOOL):
        return range(0), 0.0
    begin, end = (int(places.place_start[place + k]) for k in (0, 1))
    return places.members[begin:end], min(mean, end - begin)
