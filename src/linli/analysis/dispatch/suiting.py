"""May these people lie in that bed, and can they be brought there?"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.snapshot import Category, Group, Lot, Need, Severity, Snapshot

# Who is not graded yet is taken as ordinary: neither lost behind the mild nor before the severe.
RANK = {
    Severity.MILD: 0,
    Severity.UNKNOWN: 1,
    Severity.ORDINARY: 1,
    Severity.SEVERE: 2,
    Severity.CRITICAL: 3,
}
ON_THE_WAY = frozenset({Need.STRETCHER, Need.WHEELCHAIR})  # asked of vehicles, not of beds
KINDS: tuple[type[StrEnum], ...] = (Category, Severity, Group, Need)
BIT = {kind: {value: 1 << at for at, value in enumerate(kind)} for kind in KINDS}
Beds = Sequence[tuple[int, int]]  # facility and bed class, one a column


def suits(snapshot: Snapshot, beds: Beds) -> NDArray[np.bool_]:
    """Whether a bed is meant for people like these: category, severity, group and equipment."""
    classes = [snapshot.facilities[f].beds[b] for f, b in beds]
    lots = snapshot.lots
    return (
        _has([lot.category for lot in lots], [{c.category} for c in classes], Category)
        & _has([lot.severity for lot in lots], [c.severities for c in classes], Severity)
        & _has([lot.group for lot in lots], [_open_to(c.group) for c in classes], Group)
        & (_lacking(snapshot, beds) == 0)
    )


def reaches(snapshot: Snapshot, beds: Beds) -> NDArray[np.bool_]:
    """Whether people can be brought there: a way, within the ride limit, somebody to receive."""
    seconds = seconds_to(snapshot, beds)
    limit = np.array([ride_limit_s(snapshot, lot) for lot in snapshot.lots], np.int64)
    received = np.array([bool(snapshot.facilities[f].receiver) for f, _ in beds], bool)
    near = np.asarray(seconds.filled(0)) <= limit[:, None]
    return ~np.ma.getmaskarray(seconds) & near & received[None, :]


def ride_limit_s(snapshot: Snapshot, lot: Lot) -> int:
    """The longest these people may be on board; shorter where travel times are estimates."""
    limit = snapshot.rules.ride_limit_s if lot.ride_limit_s is None else lot.ride_limit_s
    share = snapshot.rules.estimate_share if snapshot.travel.estimate else 1.0
    return int(limit * share)


def seconds_to(snapshot: Snapshot, beds: Beds) -> "np.ma.MaskedArray[Any, Any]":
    """Seconds from every lot to every bed, masked where there is no way; shape (lots, beds)."""
    rows = np.array([lot.place for lot in snapshot.lots], np.intp)
    columns = np.array([snapshot.facilities[f].place for f, _ in beds], np.intp)
    return snapshot.travel.seconds[np.ix_(rows, columns)]


def spare_equipment(snapshot: Snapshot, beds: Beds) -> NDArray[np.int64]:
    """How many things stand at a bed that these people do not need; shape (lots, beds)."""
    needed, there = _needs(snapshot), _equipment(snapshot, beds)
    return np.bitwise_count(there[None, :] & ~needed[:, None]).astype(np.int64)


def _lacking(snapshot: Snapshot, beds: Beds) -> NDArray[np.int64]:
    needed, there = _needs(snapshot), _equipment(snapshot, beds)
    return np.bitwise_count(needed[:, None] & ~there[None, :]).astype(np.int64)


def _needs(snapshot: Snapshot) -> NDArray[np.int64]:
    return _bits((lot.needs - ON_THE_WAY for lot in snapshot.lots), Need)


def _equipment(snapshot: Snapshot, beds: Beds) -> NDArray[np.int64]:
    return _bits((snapshot.facilities[f].beds[b].equipment for f, b in beds), Need)


def _open_to(group: Group) -> Iterable[Group]:
    return tuple(Group) if group is Group.ANYBODY else (group,)


def _has(rows: list[Any], columns: list[Any], kind: type[StrEnum]) -> NDArray[np.bool_]:
    """Whether the value of a row is among those of a column."""
    own = _bits(([value] for value in rows), kind)
    return (own[:, None] & _bits(columns, kind)[None, :]) > 0


def _bits(sets: Iterable[Iterable[StrEnum]], kind: type[StrEnum]) -> NDArray[np.int64]:
    bit = BIT[kind]
    return np.array([sum(bit[v] for v in values) for values in sets], np.int64)
