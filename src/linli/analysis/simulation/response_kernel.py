"""Whom do cases live with, and who begins a quarantine today? `response`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.calendar_kernel import note
from linli.analysis.simulation.dice_compiled import bits_of, is_below

NOT_YET = -1
HOUSEHOLD = 0  # the layer's number
NEVER_DUE = np.float32(30_000)
VISITS = 1  # what is due, as `Event`
FREE, HOME, AWAY = range(3)  # as `Kept`
ROOM = 4  # a kind of bed
HELD_AT_HOME, HELD_IN_ROOM, WAITS_FOR_ROOM = range(3)  # as `Held`


class Luck(NamedTuple):
    """Which contacts tracers find, and who does as told; shares as `bound_of` has them."""

    traced_key: Any
    found: Any  # (layers,)
    obeys_key: Any
    obey: Any


@njit(nogil=True, cache=True, inline="always")
def is_kept(j, layer, luck):
    """Whether a contact is found and does as told."""
    if not is_below(bits_of(luck.traced_key, j), luck.found[layer]):
        return False
    return is_below(bits_of(luck.obeys_key, j), luck.obey)


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
def made_known(rows, day, columns, compound_start, reports):
    """Those of some sorted rows who were not known before; counted by compound from today on."""
    found, n = np.empty(len(rows), np.int32), 0
    for r in rows:
        if columns.reported[r] == NOT_YET:
            columns.reported[r] = day
            at = np.searchsorted(compound_start, columns.person[r], side="right") - 1
            reports[at, day] += 1
            found[n] = r
            n += 1
    return found[:n]


@njit(nogil=True, cache=True)
def apart(rows, rooms, day, columns):
    """Keep those of some rows who are at large apart, so many in rooms; how many got one."""
    n_placed = 0
    for r in rows:
        if columns.kept[r] != FREE or columns.end[r] <= day:
            continue
        columns.kept[r] = HOME
        columns.kept_from[r] = day
        if n_placed < rooms:
            columns.kept[r], columns.bed[r] = AWAY, ROOM
            n_placed += 1
    return n_placed


@njit(nogil=True, cache=True)
def before(rows, since, columns, luck, found):
    """Write who infected some rows, if since a day and if they are found and do as told."""
    people, layers = found
    n = 0
    for r in rows:
        source = columns.source[r]
        if source < 0 or columns.at[r] < since:
            continue
        i, layer = columns.person[source], columns.layer[r]
        if is_kept(i, layer, luck):
            people[n], layers[n] = i, layer
            n += 1
    return n


@njit(nogil=True, cache=True)
def begin_hold(people, days, is_tested, wants_room, row, held_until, held_away, columns, due):
    """Keep people from today on; note visits. Who is new, and who waits for a room from now on.

    Who sits in a room keeps its days: nobody meets them there. Who is watched is seen on the day of
    onset, and tested once infectious if all are tested.
    """
    today, until = days
    new = np.empty(len(people), np.int32)
    waits = np.empty(len(people), np.int32)
    n_new = n_waits = 0
    for i in people:
        r = row[i]
        if r != NOT_YET and columns.reported[r] != NOT_YET:
            continue
        is_new = held_until[i] <= today
        if is_new:
            held_away[i] = HELD_AT_HOME
            new[n_new] = i
            n_new += 1
        if held_away[i] != HELD_IN_ROOM:
            held_until[i] = max(held_until[i], until)
        if wants_room and held_away[i] == HELD_AT_HOME and not _is_cared_for(r, columns):
            held_away[i] = WAITS_FOR_ROOM
            waits[n_waits] = i
            n_waits += 1
        if r == NOT_YET or columns.stop[r] <= today:
            continue
        day = np.float32(columns.onset[r])
        if is_tested:
            day = np.floor(columns.start[r]) + np.float32(1)
        day = min(max(day, np.float32(today)), NEVER_DUE)
        if day < NEVER_DUE and (columns.visits[r] > day or columns.visits[r] == NOT_YET):
            columns.visits[r] = np.int16(day)
            note(due, VISITS, int(day), r)
    return new[:n_new], waits[:n_waits]


@njit(nogil=True, cache=True, inline="always")
def _is_cared_for(r, columns):
    """Whether a row, if there is one, needs no room of a quarantine: in a bed, or dead."""
    return r != NOT_YET and (columns.bed[r] != 0 or columns.died[r] != 0)


@njit(nogil=True, cache=True)
def still_in_need(people, day, held_until, status, row, reported, bed, died):
    """Which of some people still need a room of the quarantine: places in the list, in order.

    ``reported``: who is known needs none any more; an empty column asks of beds and deaths alone.
    The few columns that are read are given, and those never infected have no row to be looked up.
    """
    kept, n_held, n = np.empty(len(people), np.int64), 0, 0
    for k in range(len(people)):
        kept[n_held] = k
        n_held += held_until[people[k]] > day
    for k in kept[:n_held]:
        needs = True
        if status[people[k]] != 0:
            r = row[people[k]]
            is_known = len(reported) > 0 and reported[r] != NOT_YET
            needs = not is_known and bed[r] == 0 and died[r] == 0
        kept[n] = k
        n += needs
    return kept[:n]


@njit(nogil=True, cache=True)
def still_held(held, held_until, day):
    """Those of who is kept whose quarantine is not over."""
    left, n = np.empty(len(held), np.int32), 0
    for i in held:
        if held_until[i] > day:
            left[n] = i
            n += 1
    return left[:n]
