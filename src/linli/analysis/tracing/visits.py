"""Who was at the same place, and how surely at the same time? Meetings out of visits."""

from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput

DAY_S = 86_400
MOST_MEETINGS = 5_000_000  # beyond this a table of all of them no longer fits a small machine
UNKNOWN = -1


class PlaceKind(StrEnum):
    """What kind of place a visit was to."""

    PRIVATE = "private"  # a home, whoever lives there
    TRAIN = "train"
    PLANE = "plane"
    COACH = "coach"  # bus or coach
    CAR = "car"  # car or taxi
    METRO = "metro"
    TRANSPORT = "transport"  # a station, an airport, or a vehicle that is not said
    WORK = "work"
    SCHOOL = "school"
    RESTAURANT = "restaurant"
    SHOP = "shop"
    MARKET = "market"
    HOSPITAL = "hospital"
    OUTDOORS = "outdoors"
    OTHER = "other"


class Air(StrEnum):
    """How the air of a place is changed."""

    CLOSED = "closed"
    NORMAL = "normal"
    OPEN = "open"


class Overlap(StrEnum):
    """How surely two visits to one place were at the same time."""

    SURE = "sure"  # however the stated times are read
    POSSIBLE = "possible"  # within what the stated precision leaves open
    MISSED = "missed"  # on one day, yet never together
    NEAR = "near"  # up to three days apart
    APART = "apart"
    UNKNOWN = "unknown"  # a time is missing


VEHICLES = (PlaceKind.TRAIN, PlaceKind.PLANE, PlaceKind.COACH, PlaceKind.METRO)
KINDS, AIRS, OVERLAPS = tuple(PlaceKind), tuple(Air), tuple(Overlap)
NEAR_DAYS = 3


@dataclass(frozen=True)
class Visits:
    """Visits as columns of one length; a seat in a train or on a flight is a visit too.

    ``person``, ``place``: whole numbers, each one person or one place. ``kind``, ``air``: position
    in KINDS and AIRS; air is UNKNOWN (-1) where nobody said. ``start_s``, ``end_s``: seconds on
    one scale, midnights at multiples of a day; NaN where unknown. ``precision_s``: how exactly the
    times are stated, in seconds (60, 3600 or 86400): a visit "from the 3rd" began within that day.
    ``certainty``: how sure it is that the visit took place, above 0 and at most 1. ``carriage``,
    ``row``: UNKNOWN (-1) where there is no seat.
    """

    person: NDArray[np.int64]
    place: NDArray[np.int64]
    kind: NDArray[np.int64]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    precision_s: NDArray[np.float64]
    certainty: NDArray[np.float64]
    air: NDArray[np.int64]
    carriage: NDArray[np.int64]
    row: NDArray[np.int64]

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) > 1:
            raise BadInput(N_("Columns of visits differ in length: {lengths}."), lengths=lengths)
        if (self.precision_s <= 0).any():
            raise BadInput(N_("A precision is a number of seconds above zero."))
        if not ((self.certainty > 0) & (self.certainty <= 1)).all():
            raise BadInput(N_("A certainty lies above 0 and is at most 1."))
        late = np.flatnonzero(self.end_s + self.precision_s <= self.start_s)
        if len(late):
            raise BadInput(
                N_("{n} visits end before they start, the first is number {first}."),
                n=len(late),
                first=int(late[0]) + 1,
            )

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Meetings:
    """Pairs of visits to one place by two people; one row a pair of visits.

    ``first``, ``second``: the people, first < second. ``one``, ``other``: rows of the visits, in
    the same order. ``overlap``: position in OVERLAPS. ``sure_h``, ``possible_h``: least and most
    hours together. ``from_day``, ``to_day``: first and last day on which they may have met, NaN
    where a time is missing. ``company``: how many people the records know at that place.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    overlap: NDArray[np.int64]
    sure_h: NDArray[np.float64]
    possible_h: NDArray[np.float64]
    from_day: NDArray[np.float64]
    to_day: NDArray[np.float64]
    company: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


def meetings(visits: Visits) -> Meetings:
    """Every pair of visits that two different people paid to the same place, at whatever time.

    Raises BadInput where there would be more than MOST_MEETINGS; whoever has that many visits
    asks the database for the contacts first (`studies/contacts`).
    """
    one, other = _pairs_within(visits.place)
    apart = visits.person[one] != visits.person[other]
    one, other = one[apart], other[apart]
    swap = visits.person[one] > visits.person[other]
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    sure_s, possible_s, gap_s, from_s, to_s = _together(visits, one, other)
    return Meetings(
        first=visits.person[one],
        second=visits.person[other],
        one=one,
        other=other,
        overlap=_class_of(sure_s, possible_s, gap_s, _same_day(visits, one, other)),
        sure_h=np.maximum(sure_s, 0) / 3600,
        possible_h=np.where(np.isnan(possible_s), 0, np.maximum(possible_s, 0)) / 3600,
        from_day=np.floor(from_s / DAY_S),
        to_day=np.floor(np.maximum(from_s, to_s - 1) / DAY_S),
        company=_people_at(visits)[one],
    )


def _pairs_within(place: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of all pairs that share a place."""
    order = np.argsort(place, kind="stable")
    _, start, n = np.unique(place[order], return_index=True, return_counts=True)
    n_later = np.repeat(start + n, n) - np.arange(len(place)) - 1  # those after it at its place
    total = int(n_later.sum())
    if total > MOST_MEETINGS:
        raise BadInput(
            N_("These visits make {n} pairs; at most {most} fit. Narrow them to some cases first."),
            n=total,
            most=MOST_MEETINGS,
        )
    left = np.repeat(np.arange(len(place)), n_later)
    begin = np.cumsum(n_later) - n_later
    right = left + 1 + np.arange(total) - np.repeat(begin, n_later)
    return order[left], order[right]


def _together(
    visits: Visits, one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.float64], ...]:
    """Seconds surely and possibly together, seconds between, and the span of the meeting."""
    start_one, start_other = visits.start_s[one], visits.start_s[other]
    last_one, last_other = _latest_end(visits)[one], _latest_end(visits)[other]
    slack_one, slack_other = visits.precision_s[one], visits.precision_s[other]
    begin, finish = np.maximum(start_one, start_other), np.minimum(last_one, last_other)
    sure_begin = np.maximum(start_one + slack_one, start_other + slack_other)
    sure_s = np.minimum(visits.end_s[one], visits.end_s[other]) - sure_begin
    exact = (slack_one <= 60) & (slack_other <= 60)  # a minute is as exact as people are
    sure_s = np.where(exact, np.minimum(visits.end_s[one], visits.end_s[other]) - begin, sure_s)
    gap_s = np.maximum(begin - finish, 0)
    apart = finish <= begin
    return (
        np.nan_to_num(sure_s, nan=-1),
        finish - begin,
        gap_s,
        np.where(apart, finish, begin),
        np.where(apart, begin, finish),
    )


def _latest_end(visits: Visits) -> NDArray[np.float64]:
    """When a visit was over at the latest; without a stated end, when its last day was over."""
    whole_day = np.floor(visits.start_s / DAY_S) * DAY_S + DAY_S
    exact = visits.precision_s <= 60
    stated = visits.end_s + np.where(exact, 0, visits.precision_s)
    return np.where(np.isnan(visits.end_s), whole_day, stated)


def _same_day(
    visits: Visits, one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.bool_]:
    first, last = np.floor(visits.start_s / DAY_S), np.floor((_latest_end(visits) - 1) / DAY_S)
    return (first[one] <= last[other]) & (first[other] <= last[one])


def _class_of(
    sure_s: NDArray[np.float64],
    possible_s: NDArray[np.float64],
    gap_s: NDArray[np.float64],
    same_day: NDArray[np.bool_],
) -> NDArray[np.int64]:
    return np.select(
        [np.isnan(possible_s), sure_s > 0, possible_s > 0, same_day, gap_s <= NEAR_DAYS * DAY_S],
        [OVERLAPS.index(o) for o in (Overlap.UNKNOWN, Overlap.SURE, Overlap.POSSIBLE,
                                     Overlap.MISSED, Overlap.NEAR)],
        OVERLAPS.index(Overlap.APART),
    )  # fmt: skip


def _people_at(visits: Visits) -> NDArray[np.int64]:
    """For every visit: how many different people the records know at its place."""
    met = np.unique(np.stack([visits.place, visits.person]), axis=1)
    places, n = np.unique(met[0], return_counts=True)
    return n[np.searchsorted(places, visits.place)]
