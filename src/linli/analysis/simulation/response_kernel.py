"""Whom do cases live with, and who begins a quarantine today? `response`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.dice_compiled import bits_of, unit

NOT_YET = -1
HOUSEHOLD = 0  # the layer's number
NEVER_DUE = np.float32(30_000)


class Luck(NamedTuple):
    """Which contacts tracers find, and who does as told."""

    traced_key: Any
    found: Any  # (layers,): share of contacts that are found
    obeys_key: Any
    obey: float


@njit(nogil=True, cache=True, inline="always")
def is_kept(j, layer, luck):
    """Whether a contact is found and does as told."""
    if unit(bits_of(luck.traced_key, j)) >= luck.found[layer]:
        return False
    return unit(bits_of(luck.obeys_key, j)) < luck.obey


@njit(nogil=True, cache=True)
def housemates(cases, household, household_start, luck):
    """Those who live with cases, are found and do as told, in order. ``cases``: sorted."""
    n = 0
    for k in range(len(cases)):
        home = household[cases[k]]
        if k and household[cases[k - 1]] == home:
            continue
        n += int(household_start[home + 1]) - int(household_start[home])
    people = np.empty(n, np.int32)
    n = 0
    for k in range(len(cases)):
        home = household[cases[k]]
        if k and household[cases[k - 1]] == home:
            continue
        case = k
        for j in range(np.int64(household_start[home]), np.int64(household_start[home + 1])):
            while case < len(cases) and cases[case] < j:
                case += 1
            if case < len(cases) and cases[case] == j:
                continue
            if is_kept(j, HOUSEHOLD, luck):
                people[n] = j
                n += 1
    return people[:n]


@njit(nogil=True, cache=True)
def begin_hold(people, days, is_tested, wants_room, rooms, row, held_until, held_away, seen):
    """Keep people from today on: who is new, how many got a room, and whose visit is due when.

    Who sits in a room keeps its days, so that the room falls free when it was noted for. Who is
    watched is seen on the day of onset, and tested once infectious if all are tested.
    """
    today, until = days
    reported, start, stop, onset, visits = seen
    new = np.empty(len(people), np.int32)
    watched, due = np.empty(len(people), np.int32), np.empty(len(people), np.float32)
    n_new = n_placed = n_watched = 0
    for k in range(len(people)):
        i = people[k]
        r = row[i]
        if r != NOT_YET and reported[r] != NOT_YET:
            continue
        is_new = held_until[i] <= today
        if is_new:
            held_away[i] = 0
            if wants_room and n_placed < rooms:
                held_away[i] = 1
                n_placed += 1
            new[n_new] = i
            n_new += 1
        if held_away[i] == 0 or is_new:
            held_until[i] = max(held_until[i], until)
        if r == NOT_YET or stop[r] <= today:
            continue
        day = np.floor(start[r]) + np.float32(1) if is_tested else np.float32(onset[r])
        day = min(max(day, np.float32(today)), NEVER_DUE)
        if day < NEVER_DUE and (visits[r] > day or visits[r] == NOT_YET):
            visits[r] = np.int16(day)
            watched[n_watched], due[n_watched] = r, day
            n_watched += 1
    return new[:n_new], n_placed, watched[:n_watched], due[:n_watched]
