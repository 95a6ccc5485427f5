"""Who meets whom today, and who is infected by it? Only the infectious are visited.

Compiled by Numba; imported when a run starts. `oracle` says the same in plain NumPy, and a test
compares.
A contact exists, with its partner and whether it goes on, before anybody asks whether it infects:
so tracing can find it again, and worlds with other policies share it.
"""

from typing import Any, NamedTuple

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

N_LAYERS = 7
HOUSEHOLD, COMPOUND, COMMUNITY, WORK, SCHOOL, CITY, RESPONSE = range(N_LAYERS)
FULL_SLOT = 0.25  # the most one contact may infect by; who is more infectious has met more people
HOME, AWAY = 1, 2
ONE, SLOTS_OF_LAYER = np.uint64(1), np.uint64(1 << 20)


class Places(NamedTuple):
    """The city as the kernel reads it."""

    age: Any
    household: Any
    household_start: Any
    household_compound: Any
    place: Any
    place_start: Any
    members: Any
    n_schools: int
    compound_start: Any
    compound_community: Any
    community_start: Any
    responder: Any
    responder_start: Any  # by community
    is_responder: Any


class Rows(NamedTuple):
    """The infected as the kernel reads them."""

    person: Any
    at: Any
    start: Any
    stop: Any
    strength: Any
    kept: Any
    kept_from: Any


class Rules(NamedTuple):
    """What holds on this day."""

    day: int
    key: Any
    beta: float
    cumulative: Any  # (128,): infectiousness until each whole day
    contacts: Any  # (layers,)
    weight: Any  # (layers,)
    susceptibility: Any  # (111,): by year of age
    shares: Any  # (layers, compounds): of contacts that go on today
    home_share: float
    rank: Any  # (people,) or (1,): in the queue for a vaccine
    vaccinated: int  # who are below this rank are protected, where it works
    vaccine_key: Any
    efficacy: float


@njit(nogil=True, cache=True, inline="always")
def _mix(x):
    x = (x ^ (x >> S30)) * MIX_1
    x = (x ^ (x >> S27)) * MIX_2
    return x ^ (x >> S31)


@njit(nogil=True, cache=True, inline="always")
def _unit(h):
    return np.float64(h >> S11) * TO_UNIT


@njit(nogil=True, cache=True, inline="always")
def _who(key, person):
    return _mix(key ^ ((np.uint64(person) + ONE) * STEP))


@njit(nogil=True, cache=True, inline="always")
def _slot(who, layer, slot):
    return _mix(who + (np.uint64(layer) * SLOTS_OF_LAYER + np.uint64(slot) + ONE) * SLOT_STEP)


@njit(nogil=True, cache=True, inline="always")
def _pick(h, n):
    return np.int64(_unit(h) * n)


@njit(nogil=True, cache=True)
def _so_far(cumulative, days):
    whole = min(int(days), len(cumulative) - 2)
    return cumulative[whole] + min(1.0, days - whole) * (cumulative[whole + 1] - cumulative[whole])


@njit(nogil=True, cache=True)
def _infectiousness(rows, r, day, rules):
    """From when, how long and how much row r infects on a day; the first makes up for its own."""
    start = np.float64(rows.start[r])
    begin = max(start, np.float64(day))
    if int(rows.at[r]) + 1 == day:
        begin = start
    end = min(np.float64(rows.stop[r]), day + 1.0)
    if end <= begin:
        return begin, begin, 0.0
    x = _so_far(rules.cumulative, end - start) - _so_far(rules.cumulative, begin - start)
    return begin, end, x * rules.beta * rows.strength[r]


@njit(nogil=True, cache=True)
def _meeting(i, layer, places, rules):
    """Among whom person i meets people: first, how many, from which list, how many a day."""
    mean = rules.contacts[layer]
    compound = places.household_compound[places.household[i]]
    if layer == COMPOUND:
        first = np.int64(places.compound_start[compound])
        return first, np.int64(places.compound_start[compound + 1]) - first, 0, mean
    community = places.compound_community[compound]
    first = np.int64(places.community_start[community])
    n = np.int64(places.community_start[community + 1]) - first
    if layer == COMMUNITY:
        return first, n, 0, mean
    if layer == CITY:
        return np.int64(0), np.int64(len(places.age)), 0, mean
    if layer == RESPONSE:
        if places.is_responder[i]:
            return first, n, 0, mean
        begin = np.int64(places.responder_start[community])
        served = np.int64(places.responder_start[community + 1]) - begin
        return begin, served, 2, mean * served / n
    p = places.place[i]
    if p < 0 or (p < places.n_schools) != (layer == SCHOOL):
        return np.int64(0), np.int64(0), 0, 0.0
    first = np.int64(places.place_start[p])
    n = np.int64(places.place_start[p + 1]) - first
    return first, n, 1, min(mean, np.float64(n))


@njit(nogil=True, cache=True, inline="always")
def _partner(h, first, n, listed, places):
    at = first + _pick(h, n)
    if listed == 1:
        return np.int64(places.members[at])
    if listed == 2:
        return np.int64(places.responder[at])
    return at


@njit(nogil=True, cache=True, inline="always")
def _compound(i, places):
    return places.household_compound[places.household[i]]


@njit(nogil=True, cache=True)
def _susceptible(j, places, rules):
    """How far person j can be infected, 0 to 1; 0 where a vaccine holds."""
    is_reached = rules.vaccinated > 0 and rules.rank[j] < rules.vaccinated
    if is_reached and _unit(_who(rules.vaccine_key, j)) < rules.efficacy:
        return 0.0
    return rules.susceptibility[places.age[j]]


@njit(nogil=True, cache=True)
def infect(active, places, rows, rules, status, held_until, held_away, found):
    """Go through infectious rows; write (person, row, layer, when) of whom they reach.

    Returns how many there are; more than fit means: give more room and call again.
    """
    target, source, by, at = found
    n_found = 0
    for a in range(len(active)):
        r = active[a]
        begin, end, x0 = _infectiousness(rows, r, rules.day, rules)
        if x0 <= 0.0 or rows.kept[r] == AWAY:
            continue
        i = np.int64(rows.person[r])
        held = held_until[i] > rules.day
        if held and held_away[i]:
            continue
        who = _who(rules.key, i)
        at_home = rows.kept[r] == HOME
        x = x0 * rules.weight[HOUSEHOLD] * (rules.home_share if at_home else 1.0)
        p = 1.0 - np.exp(-x)
        home = places.household[i]
        for j in range(places.household_start[home], places.household_start[home + 1]):
            h = _slot(who, HOUSEHOLD, j - places.household_start[home])
            if j == i or status[j] != 0 or _unit(h) >= p:
                continue
            if held_away[j] and held_until[j] > rules.day:
                continue
            if _unit(_mix(h)) >= _susceptible(j, places, rules):
                continue
            if n_found < len(target):
                target[n_found], source[n_found], by[n_found] = j, r, HOUSEHOLD
                at[n_found] = begin + _unit(_mix(h ^ STEP)) * (end - begin)
            n_found += 1
        if at_home or held:
            continue
        compound = _compound(i, places)
        for layer in range(1, N_LAYERS):
            own = rules.shares[layer, compound]
            if own <= 0.0 or rules.weight[layer] <= 0.0:
                continue
            first, n, listed, mean = _meeting(i, layer, places, rules)
            if n == 0:
                continue
            x = x0 * rules.weight[layer]
            m = max(1.0, np.ceil(x / FULL_SLOT))
            p = x / m
            wanted = mean * m
            n_slots = int(wanted)
            if _unit(_slot(who, layer, SLOTS_OF_LAYER - ONE)) < wanted - n_slots:
                n_slots += 1
            for s in range(n_slots):
                h = _slot(who, layer, s)
                if _unit(h) >= p:
                    continue
                h2 = _mix(h)
                j = _partner(h2, first, n, listed, places)
                if j == i or status[j] != 0 or held_until[j] > rules.day:
                    continue
                h3 = _mix(h2)
                if _unit(h3) >= min(own, rules.shares[layer, _compound(j, places)]):
                    continue
                if _unit(_mix(h3)) >= _susceptible(j, places, rules):
                    continue
                if n_found < len(target):
                    target[n_found], source[n_found], by[n_found] = j, r, layer
                    at[n_found] = begin + _unit(_mix(h ^ STEP)) * (end - begin)
                n_found += 1
    return n_found


@njit(nogil=True, cache=True)
def contacts_of(cases, first_days, keys, places, rows, rules, back, found):
    """Write the contacts that rows had outside their home since a day: (person, row, layer).

    ``keys`` and ``back``: of each past day, by its number modulo their length, the key of its
    chances and the shares of contacts that went on. Returns how many contacts there are.
    """
    target, source, by = found
    n_found = 0
    for a in range(len(cases)):
        r = cases[a]
        i = np.int64(rows.person[r])
        compound = _compound(i, places)
        for day in range(first_days[a], rules.day):
            if rows.kept_from[r] <= day:
                break
            _, _, x0 = _infectiousness(rows, r, day, rules)
            who = _who(keys[day % len(keys)], i)
            shares = back[day % len(back)]
            for layer in range(1, N_LAYERS):
                own = shares[layer, compound]
                if own <= 0.0:
                    continue
                first, n, listed, mean = _meeting(i, layer, places, rules)
                if n == 0:
                    continue
                wanted = mean * max(1.0, np.ceil(x0 * rules.weight[layer] / FULL_SLOT))
                n_slots = int(wanted)
                if _unit(_slot(who, layer, SLOTS_OF_LAYER - ONE)) < wanted - n_slots:
                    n_slots += 1
                for s in range(n_slots):
                    h2 = _mix(_slot(who, layer, s))
                    j = _partner(h2, first, n, listed, places)
                    if j == i or _unit(_mix(h2)) >= min(own, shares[layer, _compound(j, places)]):
                        continue
                    if n_found < len(target):
                        target[n_found], source[n_found], by[n_found] = j, r, layer
                    n_found += 1
    return n_found
