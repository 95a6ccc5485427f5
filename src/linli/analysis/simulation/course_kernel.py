"""How will each new infection go, and what is due on which day? `course`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.calendar_kernel import note
from linli.analysis.simulation.dice_compiled import bits_of, unit
from linli.analysis.simulation.disease import QUANTILES

NEVER, LAST_DAY, NO_DAY = np.float32(np.inf), np.float32(32_766), np.int16(32_767)
NOT_YET = np.int16(-1)
OLDEST = 110
STARTS, VISITS, NEEDS_BED, NEEDS_INTENSIVE, ENDS = 0, 1, 3, 4, 5  # what is due, as `Event`
ASYMPTOMATIC, MILD, SEVERE, CRITICAL = range(4)
(LATENT, PRESYMPTOMATIC, INFECTIOUS, TO_SEVERE, TO_CRITICAL, STAY, CRITICAL_STAY,
 STRENGTH, FATE, SEEKS, VISIT) = range(11)  # whose key; seven have a table  # fmt: skip


class Tables(NamedTuple):
    """A disease and its observation as compiled code reads them."""

    durations: Any  # (7, QUANTILES)
    visit: Any  # (periods, QUANTILES)
    period_days: Any  # (periods,): the first day of each
    symptomatic: Any  # (111,): shares of the infected by year of age, as the two below
    severe: Any
    critical: Any
    mild_seek: float
    longest: int  # days: nothing is due later after an infection


@njit(nogil=True, cache=True, inline="always")
def _drawn(table, key, person):
    return table[np.int64(unit(bits_of(key, person)) * QUANTILES)]


@njit(nogil=True, cache=True)
def draw(first, today, who, source, layer, at, spared, people, keys, tables, columns, due):
    """Write the rows of newly infected people from row ``first`` on, and note what is due when.

    ``people``: of everybody, the age, whether infected at some time, and the row, if it is kept.
    """
    age, status, row = people
    length = tables.durations
    for k in range(len(who)):
        i, r = who[k], first + k
        begins = np.float32(at[k])
        start = begins + _drawn(length[LATENT], keys[LATENT], i)
        years = min(age[i], OLDEST)
        u = unit(bits_of(keys[FATE], i))
        fate = ASYMPTOMATIC
        if u < tables.symptomatic[years]:
            fate = MILD
            if not spared[k]:
                if u < tables.severe[years]:
                    fate = SEVERE
                if u < tables.critical[years]:
                    fate = CRITICAL
        onset = start + _drawn(length[PRESYMPTOMATIC], keys[PRESYMPTOMATIC], i)
        stop = start + _drawn(length[INFECTIOUS], keys[INFECTIOUS], i)
        strength = np.int64(unit(bits_of(keys[STRENGTH], i)) * QUANTILES)
        if fate == ASYMPTOMATIC:
            strength += QUANTILES
        severe, critical, end = NEVER, NEVER, stop
        if fate >= SEVERE:
            severe = onset + _drawn(length[TO_SEVERE], keys[TO_SEVERE], i)
            if fate == CRITICAL:
                critical = severe + _drawn(length[TO_CRITICAL], keys[TO_CRITICAL], i)
                end = critical + _drawn(length[CRITICAL_STAY], keys[CRITICAL_STAY], i)
            else:
                end = severe + _drawn(length[STAY], keys[STAY], i)
        visits = NEVER
        if fate >= SEVERE or (fate == MILD and unit(bits_of(keys[SEEKS], i)) < tables.mild_seek):
            period = 0
            for n in range(1, len(tables.period_days)):
                if tables.period_days[n] <= onset:
                    period = n
            wait = _drawn(tables.visit[period], keys[VISIT], i)
            visits = np.floor(min(onset + wait, severe))
        columns.person[r], columns.source[r], columns.layer[r] = i, source[k], layer[k]
        columns.fate[r], columns.at[r], columns.start[r] = fate, begins, start
        columns.stop[r], columns.strength[r] = stop, strength
        columns.end[r] = np.int16(min(np.ceil(end), LAST_DAY))
        columns.onset[r] = np.int16(min(onset, LAST_DAY)) if fate > ASYMPTOMATIC else NO_DAY
        columns.kept_from[r] = NO_DAY
        columns.reported[r] = columns.waits_since[r] = NOT_YET
        columns.visits[r] = np.int16(visits) if visits < NEVER else NOT_YET
        status[i] = 1
        if len(row):
            row[i] = r
        note(due, STARTS, max(int(start), today + 1), r)
        if visits < NEVER:
            note(due, VISITS, int(visits), r)
        if severe < NEVER:
            note(due, NEEDS_BED, int(severe), r)
        if critical < NEVER:
            note(due, NEEDS_INTENSIVE, int(critical), r)
        note(due, ENDS, max(int(end), today + 1), r)
