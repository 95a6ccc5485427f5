"""Who meets whom today, in plain NumPy? The kernel's twin for small cities, written another way.

Where the kernel walks from infectious person to person, this lays all possible contacts of a layer
out as one table. Tests ask that both find the same infections, number for number.
"""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.dice import S11, SLOT_STEP, STEP, TO_UNIT, bits, mix
from linli.analysis.simulation.disease import LAYERS, Layer

FULL_SLOT = 0.25
SLOTS_OF_LAYER = np.uint64(1 << 20)
ONE = np.uint64(1)
Found = list[tuple[int, int, int, float]]


def infections(active: NDArray, places, rows, rules, status, held_until, held_away) -> Found:
    """Return (person, row, layer, when) of everybody whom infectious rows reach, in no order."""
    begin, end, x0 = _infectious(active, rows, rules)
    i = rows.person[active].astype(np.int64)
    held = held_until[i] > rules.day
    free = (x0 > 0) & (rows.kept[active] != 2) & ~(held & (held_away[i] != 0))
    out = free & ~held & (rows.kept[active] != 1)
    found: Found = []
    for layer in LAYERS:
        who = free if layer is Layer.HOUSEHOLD else out
        table = (active[who], i[who], begin[who], end[who], x0[who])
        met = _home if layer is Layer.HOUSEHOLD else _outside
        found += met(LAYERS.index(layer), table, places, rows, rules, status, held_until, held_away)
    return found


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


def _home(layer, table, places, rows, rules, status, held_until, held_away) -> Found:
    row, i, begin, end, x0 = table
    first = places.household_start[places.household[i]].astype(np.int64)
    size = places.household_start[places.household[i] + 1].astype(np.int64) - first
    a = np.repeat(np.arange(len(i)), size)
    slot = np.arange(len(a)) - np.repeat(np.cumsum(size) - size, size)
    j = first[a] + slot
    share = np.where(rows.kept[row[a]] == 1, rules.home_share, 1.0)
    h = _hash(rules, i[a], layer, slot)
    caught = _unit(h) < 1 - np.exp(-(x0[a] * rules.weight[layer] * share))
    caught &= (j != i[a]) & (status[j] == 0)
    caught &= ~((held_away[j] != 0) & (held_until[j] > rules.day))
    caught &= _unit(mix(h)) < _open_to(j, places, rules)
    when = begin[a] + _unit(mix(h ^ STEP)) * (end - begin)[a]
    return [(int(j[k]), int(row[a[k]]), layer, float(when[k])) for k in np.flatnonzero(caught)]


def _outside(layer, table, places, _rows, rules, status, held_until, _away) -> Found:
    row, i, begin, end, x0 = table
    pools = [_pool(int(p), LAYERS[layer], places, rules) for p in i]
    mean = np.array([m for _, m in pools])
    x = x0 * rules.weight[layer]
    m = np.maximum(1.0, np.ceil(x / FULL_SLOT))
    wanted = mean * m
    last = np.full(len(i), SLOTS_OF_LAYER - ONE, dtype=np.uint64)
    n = wanted.astype(int) + (_unit(_hash(rules, i, layer, last)) < wanted - wanted.astype(int))
    n = np.where([len(p) == 0 for p, _ in pools], 0, n)
    found: Found = []
    for a in np.flatnonzero(n):
        slot = np.arange(n[a])
        h = _hash(rules, np.full(n[a], i[a]), layer, slot)
        h2 = mix(h)
        pool = pools[a][0]
        j = np.asarray(pool)[(_unit(h2) * len(pool)).astype(int)]
        lives = places.household_compound[places.household[np.append(j, i[a])]]
        share = np.minimum(rules.shares[layer, lives[:-1]], rules.shares[layer, lives[-1]])
        caught = (_unit(h) < x[a] / m[a]) & (j != i[a]) & (status[j] == 0)
        caught &= (held_until[j] <= rules.day) & (_unit(mix(h2)) < share)
        caught &= _unit(mix(mix(h2))) < _open_to(j, places, rules)
        when = begin[a] + _unit(mix(h ^ STEP)) * (end[a] - begin[a])
        found += [(int(j[k]), int(row[a]), layer, float(when[k])) for k in np.flatnonzero(caught)]
    return found


def _pool(i: int, layer: Layer, places, rules) -> tuple[range | NDArray, float]:
    """Whom person i may meet in a layer, and how many of them a day."""
    mean = float(rules.contacts[LAYERS.index(layer)])
    compound = int(places.household_compound[places.household[i]])
    community = int(places.compound_community[compound])
    near = range(*(int(places.community_start[community + k]) for k in (0, 1)))
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
