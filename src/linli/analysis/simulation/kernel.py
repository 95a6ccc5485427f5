"""Who meets whom today, and who is infected by it? Only the infectious are visited.

Compiled by Numba; imported when a run starts. `oracle` says the same in plain NumPy, and a test
compares.
A contact exists, with its partner and whether it goes on, before anybody asks whether it infects:
so tracing can find it again, and worlds with other policies share it.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.dice_compiled import (
    ONE,
    SLOTS_OF_LAYER,
    bits_of,
    bits_of_slot,
    low_unit,
    mix,
    pick,
    unit,
)  # fmt: skip
from linli.analysis.simulation.response_kernel import is_kept

N_LAYERS = 7
HOUSEHOLD, COMPOUND, COMMUNITY, WORK, SCHOOL, CITY, RESPONSE = range(N_LAYERS)
REACHES = N_LAYERS  # dice that say which of somebody's contacts infect
FULL_SLOT = 0.25  # the most one contact may infect by; who is more infectious has met more people
HOME, AWAY = 1, 2
HELD_IN_ROOM = 1  # as `Held`
AT_ONCE = 128  # rows looked up together
N_LOOKED = 6  # of what was looked up:
HOME_FIRST, HOME_SIZE, COMPOUND_OF, PLACE_OF, FIRST_THERE, N_THERE = range(N_LOOKED)
N_MOMENTS = 4  # of what was computed of a row's day:
BEGIN, END, X, LUCK = range(N_MOMENTS)


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
    served: Any  # responders a resident, by community


class Rules(NamedTuple):
    """What holds on this day."""

    day: int
    key: Any
    beta: float
    strength: Any  # (2 * QUANTILES,): of those ill at some time, then of the others
    cumulative: Any  # (128,): infectiousness until each whole day
    contacts: Any  # (layers,)
    weight: Any  # (layers,)
    most_met: tuple[float, float]  # see `most_met`
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
def _is_responder(i, is_responder):
    return is_responder[i >> 3] >> (i & 7) & 1


@njit(nogil=True, cache=True, inline="always")
def _means(means, here, n_schools, contacts, served):
    """Write how many people somebody meets a day in the layers where that is their own.

    ``served``: how many responders there are a resident; 1 for a responder.
    """
    means[WORK] = means[SCHOOL] = 0.0
    layer = SCHOOL if here[PLACE_OF] < n_schools else WORK
    if here[PLACE_OF] >= 0:
        means[layer] = min(contacts[layer], np.float64(here[N_THERE]))
    means[RESPONSE] = contacts[RESPONSE] * served


@njit(nogil=True, cache=True, inline="always")
def _meeting(i, here, compound, layer, places):
    """Among whom person i meets people: first, how many, from which list."""
    if layer == COMPOUND:
        first = np.int64(places.compound_start[compound])
        return first, np.int64(places.compound_start[compound + 1]) - first, 0
    if layer == CITY:
        return np.int64(0), np.int64(len(places.age)), 0
    if WORK <= layer <= SCHOOL:
        return here[FIRST_THERE], here[N_THERE], 1
    community = places.compound_community[compound]
    if layer == COMMUNITY or _is_responder(i, places.is_responder):
        first = np.int64(places.community_start[community])
        return first, np.int64(places.community_start[community + 1]) - first, 0
    first = np.int64(places.responder_start[community])
    return first, np.int64(places.responder_start[community + 1]) - first, 2


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
def _look_up(cases, places, rows, looked):
    """Of each row: its compound and workplace.

    One loop a table, so that the processor waits for many places of memory at once.
    """
    for a in range(len(cases)):
        looked[a, COMPOUND_OF] = places.household[rows.person[cases[a]]]
    for a in range(len(cases)):
        looked[a, COMPOUND_OF] = places.household_compound[looked[a, COMPOUND_OF]]
    for a in range(len(cases)):
        looked[a, PLACE_OF] = places.place[rows.person[cases[a]]]
    for a in range(len(cases)):
        p = max(looked[a, PLACE_OF], 0)
        looked[a, FIRST_THERE] = places.place_start[p]
        looked[a, N_THERE] = np.int64(places.place_start[p + 1]) - looked[a, FIRST_THERE]


@njit(nogil=True, cache=True)
def _may_infect(active, places, rows, rules, most_met, chosen, looked, moments):
    """Choose the rows that may infect somebody today; the chance of the others is not enough.

    Writes rows, their home's first person and size, and from when and until when they infect, how
    much, and their luck. ``most_met``: contacts outside home, weighed: nobody has more.
    """
    n = 0
    for r in active:
        if rows.kept[r] == AWAY:
            continue
        begin, end, x0 = _infectiousness(rows, r, rules.day, rules)
        if x0 > 0.0:
            chosen[n], moments[n, BEGIN], moments[n, END], moments[n, X] = r, begin, end, x0
            n += 1
    for k in range(n):
        looked[k, HOME_FIRST] = places.household[rows.person[chosen[k]]]
    for k in range(n):
        home = looked[k, HOME_FIRST]
        looked[k, HOME_FIRST] = places.household_start[home]
        looked[k, HOME_SIZE] = np.int64(places.household_start[home + 1]) - looked[k, HOME_FIRST]
    n_seen, n = n, 0
    at_home = rules.weight[HOUSEHOLD]
    for k in range(n_seen):
        r = chosen[k]
        met = at_home * looked[k, HOME_SIZE]
        if rows.kept[r] != HOME:
            met += most_met[1 if _is_responder(rows.person[r], places.is_responder) else 0]
        luck = unit(bits_of_slot(bits_of(rules.key, rows.person[r]), REACHES, 0))
        if luck < moments[k, X] * met:
            chosen[n] = r
            for what in range(N_LOOKED):
                looked[n, what] = looked[k, what]
            for what in range(LUCK):
                moments[n, what] = moments[k, what]
            moments[n, LUCK] = luck
            n += 1
    return n


def most_met(places: Places, contacts: Any, weight: Any) -> tuple[float, float]:
    """Contacts a day outside home, each by its weight, with what `_may_infect` is on the safe side.

    The most that anybody has who is no responder, and who is one. At most FULL_SLOT of a contact's
    chance p makes -log(1 - p) <= p (1 + FULL_SLOT); broken numbers of contacts are rounded up.
    """
    most = np.ceil(contacts) * weight
    near = most[COMPOUND] + most[COMMUNITY] + most[CITY] + max(most[WORK], most[SCHOOL])
    by_responders = np.ceil(contacts[RESPONSE] * places.served.max()) * weight[RESPONSE]
    safe = 1.0 + FULL_SLOT
    return float((near + by_responders) * safe), float((near + most[RESPONSE]) * safe)


@njit(nogil=True, cache=True)
def infect(active, places, rows, rules, status, held_until, held_away, found):
    """Go through infectious rows; write (person, row, layer, when) of whom they reach.

    Each contact infects by its own chance. They are walked through by exponential steps: most days
    of most people end before the first contact that infects. Returns how many are reached; more
    than fit means: give more room and call again.
    """
    target, source, by, at = found
    chosen, looked = np.empty(AT_ONCE, np.int32), np.empty((AT_ONCE, N_LOOKED), np.int64)
    moments, means = np.empty((AT_ONCE, N_MOMENTS)), rules.contacts.copy()
    responder, served, community_of = places.is_responder, places.served, places.compound_community
    n_schools, contacts, weight = places.n_schools, rules.contacts, rules.weight
    n_found = 0
    for block in range(0, len(active), AT_ONCE):
        some = active[block : block + AT_ONCE]
        n_chosen = _may_infect(some, places, rows, rules, rules.most_met, chosen, looked, moments)
        _look_up(chosen[:n_chosen], places, rows, looked)
        for k in range(n_chosen):
            r, here = chosen[k], looked[k]
            i, compound = np.int64(rows.person[r]), here[COMPOUND_OF]
            begin, end, x0 = moments[k, BEGIN], moments[k, END], moments[k, X]
            held = held_until[i] > rules.day
            if held and held_away[i] == HELD_IN_ROOM:
                continue
            who, at_home = bits_of(rules.key, i), rows.kept[r] == HOME
            left, n_luck = -np.log1p(-moments[k, LUCK]), 1  # until the next contact that infects
            is_served = 1.0 if _is_responder(i, responder) else served[community_of[compound]]
            _means(means, here, n_schools, contacts, is_served)
            for layer in range(1 if at_home or held else N_LAYERS):
                if layer == HOUSEHOLD:
                    n_slots = here[HOME_SIZE]
                    each = x0 * weight[HOUSEHOLD] * (rules.home_share if at_home else 1.0)
                else:
                    x = x0 * weight[layer]
                    m = max(1.0, np.ceil(x / FULL_SLOT))
                    n_slots = _whole(who, layer, means[layer] * m)
                    each = -np.log1p(-x / m)
                s = 0
                while left < (n_slots - s) * each:
                    s += min(int(left / each), n_slots - s - 1)
                    h = bits_of_slot(who, layer, s)
                    if layer == HOUSEHOLD:
                        j, own = here[HOME_FIRST] + s, np.float32(1.0)
                    else:
                        first, n, listed = _meeting(i, here, compound, layer, places)
                        j = _partner(h, first, n, listed, places)
                        own = rules.shares[layer, compound]
                    s += 1
                    left = -np.log1p(-unit(bits_of_slot(who, REACHES, n_luck)))
                    n_luck += 1
                    if low_unit(h) >= own or j == i or status[j] != 0:
                        continue
                    is_away = layer != HOUSEHOLD or held_away[j] == HELD_IN_ROOM
                    if held_until[j] > rules.day and is_away:
                        continue
                    if layer and low_unit(h) >= rules.shares[layer, _compound(j, places)]:
                        continue
                    h2 = mix(h)
                    if unit(h2) >= _susceptible(j, places, rules):
                        continue
                    if n_found < len(target):
                        target[n_found], source[n_found], by[n_found] = j, r, layer
                        at[n_found] = begin + unit(mix(h2)) * (end - begin)
                    n_found += 1
                left -= (n_slots - s) * each
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
def contacts_of(cases, first_days, keys, places, rows, rules, back, least, luck, found):
    """Write the contacts outside home, since a day, whom tracers find and who do as told.

    ``keys``, ``back`` and ``least``: of each past day, by its number modulo their length, the key
    of its chances, the shares of contacts that went on, and the least share of each layer.
    ``found`` takes (person, layer). Returns how many contacts there are.
    """
    target, by = found
    n_days, n_found = len(keys), 0
    whos, x0s = np.empty(n_days, np.uint64), np.empty(n_days)
    looked, means = np.empty((AT_ONCE, N_LOOKED), np.int64), rules.contacts.copy()
    responder, served, community_of = places.is_responder, places.served, places.compound_community
    n_schools = places.n_schools
    for a in range(len(cases)):
        if a % AT_ONCE == 0:
            _look_up(cases[a : a + AT_ONCE], places, rows, looked)
        r, here = cases[a], looked[a % AT_ONCE]
        i, compound = np.int64(rows.person[r]), here[COMPOUND_OF]
        is_served = 1.0 if _is_responder(i, responder) else served[community_of[compound]]
        _means(means, here, n_schools, rules.contacts, is_served)
        begin, end = first_days[a], min(rules.day, np.int64(rows.kept_from[r]))
        for day in range(begin, end):
            whos[day % n_days] = bits_of(keys[day % n_days], i)
            x0s[day % n_days] = _infectiousness(rows, r, day, rules)[2]
        for layer in range(1, N_LAYERS):
            mean = means[layer]
            if luck.found[layer] == 0 or mean <= 0.0:
                continue
            first, n, listed = _meeting(i, here, compound, layer, places)
            for day in range(begin, end):
                shares, lowest = back[day % n_days, layer], least[day % n_days, layer]
                own = shares[compound]
                if own <= 0.0:
                    continue
                who = whos[day % n_days]
                x = x0s[day % n_days] * rules.weight[layer]
                for s in range(_whole(who, layer, mean * max(1.0, np.ceil(x / FULL_SLOT)))):
                    h = bits_of_slot(who, layer, s)
                    if low_unit(h) >= own:
                        continue
                    j = _partner(h, first, n, listed, places)
                    if j == i or not is_kept(j, layer, luck):
                        continue
                    if own > lowest and low_unit(h) >= shares[_compound(j, places)]:
                        continue
                    if n_found < len(target):
                        target[n_found], by[n_found] = j, layer
                    n_found += 1
    return n_found
