"""Who is tested, who gets a bed, who recovers or dies today? `care`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.calendar_kernel import note, taken
from linli.analysis.simulation.dice_compiled import bits_of, unit

NOT_YET = -1
CRITICAL = 3
HOME, AWAY = 1, 2  # as `Kept`
# As `Event` and as kinds of beds; of a type, not Python's own: else what is given one is compiled
# anew for each number.
VISITS, RESULT, NEEDS_BED, NEEDS_INTENSIVE, ENDS, SCREEN_RESULT = map(np.int64, range(1, 7))
WARD, INTENSIVE, SHELTER, ROOM = map(np.int64, range(1, 5))
OLDEST = 110
WORST = 2  # of how ill somebody looks: critical, ill, or without symptoms


class Testing(NamedTuple):
    """How people are tested today."""

    clinical: bool  # whom imaging finds is reported without a test
    tests_a_day: int
    sensitivity: float
    imaging: float
    imaging_key: Any
    keys: Any  # (TRIES,): of each person's chances, try by try
    most_tests: int  # of one person, unless they are told to come again
    retest_days: int
    result_days: int
    luck: float  # decides about the test that is shared with the others


class Wards(NamedTuple):
    """How beds are given today."""

    n_beds: Any  # (5,): by kind
    way_days: int  # from the wish to the bed, at least
    worst_first: bool


class Dying(NamedTuple):
    """Who of the critically ill dies."""

    death: Any  # (111,): in intensive care, by year of age
    without_care: float
    key: Any


class Queues(NamedTuple):
    """Rows that wait, those who came first before the others."""

    test: Any
    ward: Any
    intensive: Any
    shelter: Any


@njit(nogil=True, cache=True)
def waiting(rows, kind, day, columns):
    """Those of some rows who need a bed of a kind from today on."""
    found, n = np.empty(len(rows), np.int32), 0
    for r in rows:
        if columns.bed[r] != kind:
            columns.waits_since[r] = day
            found[n] = r
            n += 1
    return found[:n]


@njit(nogil=True, cache=True)
def worse(rows, kind, day, columns):
    """Those who fall so ill today that they need a bed of a kind, and are not over it."""
    found, n = np.empty(len(rows), np.int32), 0
    for r in rows:
        if columns.end[r] > day:
            found[n] = r
            n += 1
    return waiting(found[:n], kind, day, columns)


@njit(nogil=True, cache=True)
def end(rows, columns, in_beds, age, dying):
    """These recover or die; their beds fall free. Returns how many died."""
    n_died = 0
    for r in rows:
        bed = columns.bed[r]
        in_beds[bed] -= 1
        if columns.fate[r] == CRITICAL:
            i = columns.person[r]
            dies = dying.death[min(age[i], OLDEST)] if bed == INTENSIVE else dying.without_care
            if unit(bits_of(dying.key, i)) < dies:
                columns.died[r] = 1
                n_died += 1
        columns.bed[r] = 0
        columns.kept[r] = AWAY  # no longer infectious, so nothing can come of it
    return n_died


@njit(nogil=True, cache=True)
def _joined(first, then):
    """One queue after another."""
    both, n = np.empty(len(first) + len(then), np.int32), len(first)
    for k in range(n):
        both[k] = first[k]
    for k in range(len(then)):
        both[n + k] = then[k]
    return both


@njit(nogil=True, cache=True)
def visit(rows, queue, day, columns):
    """The queue for a test with those who come today. ``rows``: sorted."""
    came, n = np.empty(len(rows), np.int32), 0
    for k in range(len(rows)):
        r = rows[k]
        is_due = columns.visits[r] == day and columns.reported[r] == NOT_YET
        if is_due and (n == 0 or came[n - 1] != r):
            came[n] = r
            n += 1
    if n == 0:
        return queue
    came, there = came[:n], np.zeros(n, np.bool_)
    for r in queue:
        k = np.searchsorted(came, r)
        if k < n and came[k] == r:
            there[k] = True
    n = 0
    for k in range(len(came)):
        if not there[k]:
            came[n] = came[k]
            n += 1
    return _joined(queue, came[:n])


@njit(nogil=True, cache=True)
def imaged(queue, day, columns, due, how):
    """The queue without those whom signs and imaging find; they are reported soon."""
    left, n = np.empty(len(queue), np.int32), 0
    for r in queue:
        if unit(bits_of(how.imaging_key, columns.person[r])) < how.imaging:
            note(due, RESULT, day + how.result_days, r)
        else:
            left[n] = r
            n += 1
    return left[:n]


@njit(nogil=True, cache=True)
def test(queue, others, day, columns, due, how):
    """Take the tests of a day, and note results and when to come again.

    Rows and others get tests by how many of them wait; a broken share is one more or less by luck,
    so that a few among many are not passed by for good. Returns the queue left, how many others are
    left in it, the tests taken, how many of them were of rows, and the days those had waited.
    """
    if how.clinical:
        queue = imaged(queue, day, columns, due, how)
    n_waiting = len(queue) + others
    n_tests = min(how.tests_a_day, n_waiting)
    n_ours = int(len(queue) * n_tests / n_waiting + how.luck) if n_waiting else 0
    n_ours = min(n_ours, n_tests, len(queue))
    waited = 0
    for k in range(n_ours):
        r = queue[k]
        tries = columns.tests[r]
        waited += day - columns.visits[r]
        columns.tests[r] += 1
        key = how.keys[min(tries, len(how.keys) - 1)]
        if unit(bits_of(key, columns.person[r])) < how.sensitivity:
            note(due, RESULT, day + how.result_days, r)
        elif columns.tests[r] < how.most_tests:
            columns.visits[r] = day + how.retest_days
            note(due, VISITS, day + how.retest_days, r)
    return queue[n_ours:], others - (n_tests - n_ours), n_tests, n_ours, waited


@njit(nogil=True, cache=True)
def screened(active, columns, due, round_, compound_start, offset, where, key):
    """Note who among the infectious is found by today's part of a round; how many there are.

    ``round_``: people in reach, those done so far, those to do, the chance that one is found, and
    the days until its result is known, from today on.
    """
    total, done, n, chance, on_day = round_
    n_found = 0
    for r in active:
        if columns.reported[r] != NOT_YET:
            continue
        i = columns.person[r]
        compound = np.searchsorted(compound_start, i, side="right") - 1
        if not where[compound]:
            continue
        place = offset[compound] + i - compound_start[compound]
        if (place - done) % total < n and unit(bits_of(key, i)) < chance:
            note(due, SCREEN_RESULT, on_day, r)
            n_found += 1
    return n_found


@njit(nogil=True, cache=True)
def _in_turn(queue, kind, day, columns, worst_first, critical):
    """Who still waits for a bed of a kind, in the order in which they get one.

    ``critical``: sorted rows of those who are so ill by now; what becomes of others nobody knows.
    """
    left, n = np.empty(len(queue), np.int32), 0
    for r in queue:
        cared_for = (kind == SHELTER and columns.kept[r] == AWAY) or (
            kind == WARD and columns.bed[r] == INTENSIVE
        )
        if columns.end[r] > day + 1 and not cared_for:
            left[n] = r
            n += 1
    left = left[:n]
    if not worst_first:
        return left
    illness = np.zeros(n, np.int8)
    for k in range(n):
        at = np.searchsorted(critical, left[k])
        illness[k] = columns.onset[left[k]] <= day
        if at < len(critical) and critical[at] == left[k]:
            illness[k] = WORST
    ordered, n = np.empty(len(left), np.int32), 0
    for level in range(WORST, -1, -1):
        for k in range(len(left)):
            if illness[k] == level:
                ordered[n] = left[k]
                n += 1
    return ordered


@njit(nogil=True, cache=True)
def give(queue, kind, day, columns, in_beds, how, critical):
    """Give free beds of a kind to those who wait: who goes on waiting, beds given, days waited."""
    queue = _in_turn(queue, kind, day, columns, how.worst_first, critical)
    free = max(0, how.n_beds[kind] - in_beds[kind])
    n_left = n_given = waited = 0
    for r in queue:
        wait = np.int64(day) - columns.waits_since[r]
        if wait < how.way_days or n_given == free:
            queue[n_left] = r
            n_left += 1
            continue
        in_beds[columns.bed[r]] -= 1
        in_beds[kind] += 1
        columns.bed[r], columns.kept[r] = kind, AWAY
        columns.kept_from[r] = min(columns.kept_from[r], day)
        waited += wait
        n_given += 1
    return queue[:n_left], n_given, waited


@njit(nogil=True, cache=True)
def room_awaited(active, day, columns):
    """The reported who are ill at home, each of whom could do with an isolation room."""
    waiting, n = np.empty(len(active), np.int32), 0
    for r in active:
        if columns.kept[r] == HOME and columns.reported[r] != NOT_YET and columns.end[r] > day + 1:
            waiting[n] = r
            n += 1
    return waiting[:n]


@njit(nogil=True, cache=True)
def evening(day, columns, due, came, queues, others, in_beds, age, how):
    """What a day brings: who falls worse, recovers or dies, is tested, and gets a bed.

    ``came``: rows whose visit is due, sorted. ``others``: how many with another illness wait for a
    test. ``how``: of dying, tests and beds.
    Returns the queues left; then deaths, the others left, tests, tests of rows, and the days those
    waited; then of each kind of bed how many were given, and the days waited.
    """
    dying, testing, wards = how
    ward = worse(taken(due, NEEDS_BED, day), WARD, day, columns)
    intensive = worse(taken(due, NEEDS_INTENSIVE, day), INTENSIVE, day, columns)
    n_died = end(taken(due, ENDS, day), columns, in_beds, age, dying)
    queue = visit(came, queues.test, day, columns)
    queue, others, n_tests, n_ours, waited = test(queue, others, day, columns, due, testing)
    given = np.zeros((SHELTER + 1, 2), np.int64)
    ward, intensive = _joined(queues.ward, ward), _joined(queues.intensive, intensive)
    critical = np.sort(intensive)
    ward, given[WARD, 0], given[WARD, 1] = give(ward, WARD, day, columns, in_beds, wards, critical)
    intensive, given[INTENSIVE, 0], given[INTENSIVE, 1] = give(
        intensive, INTENSIVE, day, columns, in_beds, wards, critical
    )
    shelter, given[SHELTER, 0], given[SHELTER, 1] = give(
        queues.shelter, SHELTER, day, columns, in_beds, wards, critical
    )
    left = Queues(queue, ward, intensive, shelter)
    return left, (n_died, others, n_tests, n_ours, waited), given
