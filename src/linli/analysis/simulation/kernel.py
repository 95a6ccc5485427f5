"""Who meets whom today, and who is infected by it? Only the infectious are visited.

Compiled by Numba; imported when a run starts. `oracle` says the same in plain NumPy, and a test
compares.
A contact exists, with its partner and whether it goes on, before anybody asks whether it infects:
so tracing can find it again, and worlds with other policies share it.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.dice import STEP
from linli.analysis.simulation.dice_compiled import (
    ONE,
    SLOTS_OF_LAYER,
    bits_of,
    bits_of_slot,
    mix,
    pick,
    unit,
)  # fmt: skip
from linli.analysis.simulation.response_kernel import is_kept

N_LAYERS = 7
HOUSEHOLD, COMPOUND, COMMUNITY, WORK, SCHOOL, CITY, RESPONSE = range(N_LAYERS)
FULL_SLOT = 0.25  # the most one contact may infect by; who is more infectious has met more people
HOME, AWAY = 1, 2
AT_ONCE = 128  # rows looked up together
N_LOOKED = 7  # of what was looked up:
HOME_OF, N_OPEN, COMPOUND_OF, PLACE_OF, FIRST_THERE, N_THERE, HELD_UNTIL = range(N_LOOKED)


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
    is_responder: Any  # (people / 8,): a bit a person


class Rules(NamedTuple):
    """What holds on this day."""

    day: int
    key: Any
    beta: float
    strength: Any  # (2 * QUANTILES,): of those ill at some time, then of the others
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
def _so_far(cumulative, days):
    whole = min(int(days), len(cumulative) - 2)
    return cumulative[whole] + min(1.0, days - whole) * (cumulative[whole + 1] - cumulative[whole])


@njit(nogil=True, cache=True, inline="always")
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
    return begin, end, x * rules.beta * rules.strength[rows.strength[r]]


@njit(nogil=True, cache=True, inline="always")
def _placed(p, first, n, layer, n_schools, mean):
    """Among whom people of a workplace or a class meet, as `_meeting`."""
    if p < 0 or (p < n_schools) != (layer == SCHOOL):
        return np.int64(0), np.int64(0), 0, 0.0
    return first, n, 1, min(mean, np.float64(n))


@njit(nogil=True, cache=True, inline="always")
def _meeting(i, compound, layer, places, rules):
    """Among whom person i meets people: first, how many, from which list, how many a day."""
    mean = rules.contacts[layer]
    if layer == COMPOUND:
        first = np.int64(places.compound_start[compound])
        return first, np.int64(places.compound_start[compound + 1]) - first, 0, mean
    if layer == CITY:
        return np.int64(0), np.int64(len(places.age)), 0, mean
    if WORK <= layer <= SCHOOL:
        p = places.place[i]
        first = np.int64(places.place_start[max(p, 0)])
        n = np.int64(places.place_start[max(p, 0) + 1]) - first
        return _placed(p, first, n, layer, places.n_schools, mean)
    community = places.compound_community[compound]
    first = np.int64(places.community_start[community])
    n = np.int64(places.community_start[community + 1]) - first
    if layer == COMMUNITY or places.is_responder[i >> 3] >> (i & 7) & 1:
        return first, n, 0, mean
    begin = np.int64(places.responder_start[community])
    served = np.int64(places.responder_start[community + 1]) - begin
    return begin, served, 2, mean * served / n


@njit(nogil=True, cache=True, inline="always")
def _whole(who, layer, wanted):
    """A number of contacts that may be broken, as a whole one; the rest by chance."""
    n = int(wanted)
    if wanted > n and unit(bits_of_slot(who, layer, SLOTS_OF_LAYER - ONE)) < wanted - n:
        n += 1
    return n


@njit(nogil=True, cache=True, inline="always")
def _partner(h, first, n, listed, places):
    at = first + pick(h, n)
    if listed == 1:
        return np.int64(places.members[at])
    if listed == 2:
        return np.int64(places.responder[at])
    return at


@njit(nogil=True, cache=True, inline="always")
def _compound(i, places):
    return places.household_compound[places.household[i]]


@njit(nogil=True, cache=True, inline="always")
def _susceptible(j, places, rules):
    """How far person j can be infected, 0 to 1; 0 where a vaccine holds."""
    is_reached = rules.vaccinated > 0 and rules.rank[j] < rules.vaccinated
    if is_reached and unit(bits_of(rules.vaccine_key, j)) < rules.efficacy:
        return 0.0
    return rules.susceptibility[places.age[j]]


@njit(nogil=True, cache=True)
def _look_up(active, places, rows, status, held_until, looked):
    """Of each row: its home, how many there were never infected, compound, workplace, quarantine.

    One loop a table, so that the processor waits for many places of memory at once.
    """
    for a in range(len(active)):
        looked[a, HOME_OF] = places.household[rows.person[active[a]]]
    for a in range(len(active)):
        looked[a, COMPOUND_OF] = places.household_compound[looked[a, HOME_OF]]
    for a in range(len(active)):
        home, n = looked[a, HOME_OF], 0
        for j in range(places.household_start[home], places.household_start[home + 1]):
            n += status[j] == 0
        looked[a, N_OPEN] = n
    for a in range(len(active)):
        looked[a, PLACE_OF] = places.place[rows.person[active[a]]]
    for a in range(len(active)):
        p = max(looked[a, PLACE_OF], 0)
        looked[a, FIRST_THERE] = places.place_start[p]
        looked[a, N_THERE] = np.int64(places.place_start[p + 1]) - looked[a, FIRST_THERE]
    for a in range(len(active)):
        looked[a, HELD_UNTIL] = held_until[rows.person[active[a]]]


@njit(nogil=True, cache=True)
def infect(active, places, rows, rules, status, held_until, held_away, found):
    """Go through infectious rows; write (person, row, layer, when) of whom they reach.

    Returns how many there are; more than fit means: give more room and call again.
    """
    target, source, by, at = found
    looked = np.empty((AT_ONCE, N_LOOKED), np.int64)
    n_found = 0
    for a in range(len(active)):
        if a % AT_ONCE == 0:
            _look_up(active[a : a + AT_ONCE], places, rows, status, held_until, looked)
        r, here = active[a], looked[a % AT_ONCE]
        if rows.kept[r] == AWAY:
            continue
        begin, end, x0 = _infectiousness(rows, r, rules.day, rules)
        if x0 <= 0.0:
            continue
        i = np.int64(rows.person[r])
        held = here[HELD_UNTIL] > rules.day
        if held and held_away[i]:
            continue
        who = bits_of(rules.key, i)
        at_home = rows.kept[r] == HOME
        if here[N_OPEN] > 0:
            x = x0 * rules.weight[HOUSEHOLD] * (rules.home_share if at_home else 1.0)
            p = 1.0 - np.exp(-x)
            first = np.int64(places.household_start[here[HOME_OF]])
            for j in range(first, np.int64(places.household_start[here[HOME_OF] + 1])):
                h = bits_of_slot(who, HOUSEHOLD, j - first)
                if j == i or status[j] != 0 or unit(h) >= p:
                    continue
                if held_away[j] and held_until[j] > rules.day:
                    continue
                if unit(mix(h)) >= _susceptible(j, places, rules):
                    continue
                if n_found < len(target):
                    target[n_found], source[n_found], by[n_found] = j, r, HOUSEHOLD
                    at[n_found] = begin + unit(mix(h ^ STEP)) * (end - begin)
                n_found += 1
        if at_home or held:
            continue
        compound = here[COMPOUND_OF]
        for layer in range(1, N_LAYERS):
            own = rules.shares[layer, compound]
            if own <= 0.0 or rules.weight[layer] <= 0.0:
                continue
            if WORK <= layer <= SCHOOL:
                first, n, listed, mean = _placed(
                    here[PLACE_OF], here[FIRST_THERE], here[N_THERE], layer, places.n_schools,
                    rules.contacts[layer],
                )  # fmt: skip
            else:
                first, n, listed, mean = _meeting(i, compound, layer, places, rules)
            if n == 0:
                continue
            x = x0 * rules.weight[layer]
            m = max(1.0, np.ceil(x / FULL_SLOT))
            p = x / m
            wanted = mean * m
            n_slots = _whole(who, layer, wanted)
            for s in range(n_slots):
                h = bits_of_slot(who, layer, s)
                if unit(h) >= p:
                    continue
                h2 = mix(h)
                h3 = mix(h2)
                if unit(h3) >= own:
                    continue
                j = _partner(h2, first, n, listed, places)
                if j == i or status[j] != 0 or held_until[j] > rules.day:
                    continue
                if unit(h3) >= rules.shares[layer, _compound(j, places)]:
                    continue
                if unit(mix(h3)) >= _susceptible(j, places, rules):
                    continue
                if n_found < len(target):
                    target[n_found], source[n_found], by[n_found] = j, r, layer
                    at[n_found] = begin + unit(mix(h ^ STEP)) * (end - begin)
                n_found += 1
    return n_found


@njit(nogil=True, cache=True)
def firsts(order, who, person, at):
    """Which of the infections found come about: of each person's the first in time.

    ``order`` sorts them by person. Of two at once the one by the lower person counts.
    """
    chosen, n = np.empty(len(order), np.int64), 0
    for k in order:
        if n == 0 or who[chosen[n - 1]] != who[k]:
            chosen[n] = k
            n += 1
            continue
        other = chosen[n - 1]
        if at[k] < at[other] or (at[k] == at[other] and person[k] < person[other]):
            chosen[n - 1] = k
    return chosen[:n]


@njit(nogil=True, cache=True)
def contacts_of(cases, first_days, keys, places, rows, rules, back, luck, found):
    """Write the contacts outside home, since a day, whom tracers find and who do as told.

    ``keys`` and ``back``: of each past day, by its number modulo their length, the key of its
    chances and the shares of contacts that went on. ``found`` takes (person, layer). Returns how
    many contacts there are.
    """
    target, by = found
    n_days, n_found = len(keys), 0
    whos, x0s = np.empty(n_days, np.uint64), np.empty(n_days)
    for a in range(len(cases)):
        r = cases[a]
        i = np.int64(rows.person[r])
        compound = _compound(i, places)
        begin, end = first_days[a], min(rules.day, np.int64(rows.kept_from[r]))
        for day in range(begin, end):
            whos[day % n_days] = bits_of(keys[day % n_days], i)
            x0s[day % n_days] = _infectiousness(rows, r, day, rules)[2]
        for layer in range(1, N_LAYERS):
            if luck.found[layer] <= 0.0:
                continue
            first, n, listed, mean = _meeting(i, compound, layer, places, rules)
            if n == 0:
                continue
            for day in range(begin, end):
                shares = back[day % n_days, layer]
                own = shares[compound]
                if own <= 0.0:
                    continue
                who = whos[day % n_days]
                x = x0s[day % n_days] * rules.weight[layer]
                for s in range(_whole(who, layer, mean * max(1.0, np.ceil(x / FULL_SLOT)))):
                    h2 = mix(bits_of_slot(who, layer, s))
                    goes_on = unit(mix(h2))
                    if goes_on >= own:
                        continue
                    j = _partner(h2, first, n, listed, places)
                    if j == i or not is_kept(j, layer, luck):
                        continue
                    if goes_on >= shares[_compound(j, places)]:
                        continue
                    if n_found < len(target):
                        target[n_found], by[n_found] = j, layer
                    n_found += 1
    return n_found
