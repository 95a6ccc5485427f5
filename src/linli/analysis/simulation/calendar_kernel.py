"""Which rows are due for what on which day? Lists in one pool of memory, compiled.

Each event and day has a chain of chunks of a fixed size, each a line of the processor's cache; a
chunk whose rows were taken is used again.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

N_EVENTS = 7
CHUNK = 16  # numbers: rows, and where the chain goes on
LINK = CHUNK - 1
NO_CHUNK = -1
FREE, USED, N_FREE = range(3)  # of `Due.pool`: the first free one, how many were ever used


class Due(NamedTuple):
    """The chains of all events and days."""

    head: Any  # (events, days): each chain's first chunk
    tail: Any  # the last one
    fill: Any  # how many rows are in the last one
    chunk: Any  # (chunks, CHUNK)
    pool: Any  # (3,)


@njit(nogil=True, cache=True, inline="always")
def note(due, event, day, row):
    """Note a row for a day; there has to be room, see `Calendar.reserve`."""
    last, n = due.tail[event, day], due.fill[event, day]
    if last == NO_CHUNK or n == LINK:
        new = due.pool[FREE]
        if new == NO_CHUNK:
            new = due.pool[USED]
            due.pool[USED] += 1
        else:
            due.pool[FREE] = due.chunk[new, LINK]
            due.pool[N_FREE] -= 1
        due.chunk[new, LINK] = NO_CHUNK
        if last == NO_CHUNK:
            due.head[event, day] = new
        else:
            due.chunk[last, LINK] = new
        due.tail[event, day] = new
        last, n = new, 0
    due.chunk[last, n] = row
    due.fill[event, day] = n + 1


@njit(nogil=True, cache=True)
def note_all(due, event, days, rows):
    """Note each row for its day; those without a day (infinite) are left out."""
    for k in range(len(rows)):
        if np.isfinite(days[k]):
            note(due, event, int(days[k]), rows[k])


@njit(nogil=True, cache=True)
def counted(due, event, day):
    """How many rows are due on a day."""
    n, at = 0, due.head[event, day]
    while at != NO_CHUNK:
        n += LINK if due.chunk[at, LINK] != NO_CHUNK else due.fill[event, day]
        at = due.chunk[at, LINK]
    return n


@njit(nogil=True, cache=True)
def listed(due, event, day):
    """The rows of a day, in the order they were noted."""
    rows = np.empty(counted(due, event, day), np.int32)
    n, at = 0, due.head[event, day]
    while at != NO_CHUNK:
        here = LINK if due.chunk[at, LINK] != NO_CHUNK else due.fill[event, day]
        for k in range(here):
            rows[n + k] = due.chunk[at, k]
        n += here
        at = due.chunk[at, LINK]
    return rows


@njit(nogil=True, cache=True)
def taken(due, event, day):
    """The rows of a day, as `listed`; they are taken out."""
    rows, last = listed(due, event, day), due.tail[event, day]
    if last != NO_CHUNK:
        due.chunk[last, LINK] = due.pool[FREE]
        due.pool[FREE] = due.head[event, day]
        due.pool[N_FREE] += (len(rows) + LINK - 1) // LINK
        due.head[event, day] = due.tail[event, day] = NO_CHUNK
        due.fill[event, day] = 0
    return rows
