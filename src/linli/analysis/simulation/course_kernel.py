"""How will each new infection go, and what is due on which day? `course`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.dice_compiled import bits_of, unit
from linli.analysis.simulation.disease import QUANTILES

NEVER, LAST_DAY, NO_DAY = np.float32(np.inf), np.float32(32_766), np.int16(32_767)
OLDEST = 110
N_DUE = 5
STARTS, VISITS, NEEDS_BED, NEEDS_INTENSIVE, ENDS = range(N_DUE)  # rows of what is due
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


class Columns(NamedTuple):
    """The columns of the infected that are written once."""

    person: Any
    source: Any
    layer: Any
    fate: Any
    at: Any
    start: Any
    stop: Any
    onset: Any
    end: Any
    strength: Any
    kept_from: Any
    reported: Any
    visits: Any
    waits_since: Any


@njit(nogil=True, cache=True, inline="always")
def _drawn(table, key, person):
    return table[np.int64(unit(bits_of(key, person)) * QUANTILES)]


@njit(nogil=True, cache=True)
def draw(first, today, who, source, layer, at, spared, age, keys, tables, columns, due):
    """Write the rows of newly infected people from row ``first`` on, and what is due when.

    ``due``: shape (N_DUE, people); a day, or infinite.
    """
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
        columns.reported[r] = columns.waits_since[r] = -1
        columns.visits[r] = np.int16(visits) if visits < NEVER else np.int16(-1)
        due[STARTS, k] = max(np.floor(start), np.float32(today + 1))
        due[VISITS, k] = visits
        due[NEEDS_BED, k] = np.floor(severe)
        due[NEEDS_INTENSIVE, k] = np.floor(critical)
        due[ENDS, k] = max(np.floor(end), np.float32(today + 1))


@njit(nogil=True, cache=True)
def by_day(days, rows):
    """Rows sorted by their day, as noted within a day: rows, the days, and where each begins.

    Rows whose day is infinite are left out.
    """
    least, most, n = 32_767, -1, 0
    for day in days:
        if np.isfinite(day):
            n += 1
            least, most = min(least, int(day)), max(most, int(day))
    if n == 0:
        return np.empty(0, np.int32), np.empty(0, np.int64), np.zeros(1, np.int64)
    begin = np.zeros(most - least + 2, np.int64)
    for day in days:
        if np.isfinite(day):
            begin[int(day) - least + 1] += 1
    n_days = 0
    for k in range(1, len(begin)):
        n_days += begin[k] > 0
        begin[k] += begin[k - 1]
    which, cuts = np.empty(n_days, np.int64), np.empty(n_days + 1, np.int64)
    at = 0
    for k in range(len(begin) - 1):
        if begin[k + 1] > begin[k]:
            which[at], cuts[at] = least + k, begin[k]
            at += 1
    cuts[at] = n
    ordered = np.empty(n, np.int32)
    for k in range(len(days)):
        if np.isfinite(days[k]):
            bin_ = int(days[k]) - least
            ordered[begin[bin_]] = rows[k]
            begin[bin_] += 1
    return ordered, which, cuts
