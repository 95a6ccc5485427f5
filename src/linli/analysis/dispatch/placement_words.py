"""Why this bed, what would be the next best, and why does somebody have to wait?"""

from typing import TYPE_CHECKING, Any

import numpy as np

from linli.analysis.dispatch.snapshot import Need
from linli.analysis.dispatch.suiting import ride_limit_s, seconds_to, suits
from linli.analysis.dispatch.trips import Reason
from linli.analysis.dispatch.words import CATEGORIES, GRADES, NEEDS, minutes
from linli.errors import N_

if TYPE_CHECKING:
    from linli.analysis.dispatch.placement import Placement


def why_placed(placement: "Placement", lot: int, bed: int) -> tuple[Reason, ...]:
    """Why a lot got this bed, the next best with its price, and a nearer one that was not to be."""
    snapshot, allotment = placement.snapshot, placement.allotment
    f, b = placement.beds[bed]
    facility = snapshot.facilities[f]
    row = [placement.beds[k] for k in range(len(placement.beds))]
    seconds = seconds_to_one(placement, lot)
    here = Reason.of(
        "bed",
        N_("{facility}, {bed}: {minutes} minutes by road."),
        facility=facility.id,
        bed=facility.beds[b].id,
        minutes=minutes(int(seconds[bed])),
    )
    extra = allotment.price_of_moving(lot, at=bed)[:-1].copy()
    extra[[k for k, (other, _) in enumerate(row) if other == f]] = np.inf
    told = [here]
    if np.isfinite(extra).any():
        best = int(extra.argmin())
        told.append(_next_best(placement, lot, bed, best, int(extra[best])))
    else:
        told.append(Reason.of("no_other", N_("No other place takes people like these.")))
    return tuple(told)


def _next_best(placement: "Placement", lot: int, bed: int, best: int, extra: int) -> Reason:
    other = placement.snapshot.facilities[placement.beds[best][0]]
    seconds = seconds_to_one(placement, lot)
    values = {
        "facility": other.id,
        "bed": other.beds[placement.beds[best][1]].id,
        "extra": minutes(extra),
    }
    if extra >= placement.longest:
        text = N_("{facility}, {bed} is full: somebody who comes first would have to wait.")
        return Reason.of("next_displaces", text, facility=values["facility"], bed=values["bed"])
    if int(seconds[best]) < int(seconds[bed]):
        text = N_(
            "{facility}, {bed} is nearer, but others need it more: it would cost all together "
            "{extra} minutes more for each person."
        )
        return Reason.of("nearer_needed", text, **values)
    text = N_("Next best: {facility}, {bed}, at {extra} minutes more for each person.")
    return Reason.of("next_best", text, **values)


def why_waiting(placement: "Placement", lot: int) -> Reason:
    """Why a lot has no bed, and what would help: one sentence."""
    snapshot = placement.snapshot
    this = snapshot.lots[lot]
    fits = suits(snapshot, placement.beds)[lot]
    kind = {
        "lot": this.id,
        "category": CATEGORIES[this.category],
        "severity": GRADES[this.severity],
    }
    if not fits.any():
        if this.needs:
            text = N_(
                "{lot}: no facility has beds for {category}, {severity}, who need {needs}. Open "
                "such beds, or ask the city for some."
            )
            needs = tuple(NEEDS[n] for n in Need if n in this.needs)
            return Reason.of("no_such_bed", text, **kind, needs=needs)
        text = N_(
            "{lot}: no facility has beds for {category}, {severity}. Open such beds, or ask the "
            "city for some."
        )
        return Reason.of("no_such_bed", text, **kind)
    if not placement.allotment.may[lot].any():
        return _not_reached(placement, lot, fits)
    n_beds = int(placement.allotment.capacity[placement.allotment.may[lot]].sum())
    text = N_(
        "{lot}: all {beds} beds for {category}, {severity} are promised to people who are severer "
        "or have waited longer; {ahead} of those waiting come first. Open beds, or ask the city."
    )
    return Reason.of("full", text, **kind, beds=n_beds, ahead=placement.ahead_of(lot))


def _not_reached(placement: "Placement", lot: int, fits: np.ndarray) -> Reason:
    snapshot = placement.snapshot
    this = snapshot.lots[lot]
    seconds = seconds_to(snapshot, placement.beds)[lot]
    columns = np.flatnonzero(fits)
    there = [snapshot.facilities[placement.beds[k][0]] for k in columns]
    unreceived = tuple(sorted({f.id for f in there if not f.receiver}))
    ways = [int(seconds[k]) for k in columns if not np.ma.is_masked(seconds[k])]
    if not ways:
        text = N_(
            "{lot}: no road leads from here to any of {facilities}. Open a road, give the vehicle "
            "a permit, or meet it on foot at the barrier."
        )
        names = tuple(sorted({f.id for f in there}))
        return Reason.of("no_way", text, lot=this.id, facilities=names)
    limit = ride_limit_s(snapshot, this)
    if min(ways) > limit:
        text = N_(
            "{lot}: the nearest bed is {minutes} minutes away, and nobody may ride longer than "
            "{limit}. Open beds nearer by, or send a vehicle that may take longer."
        )
        return Reason.of("too_far", text, lot=this.id, minutes=minutes(min(ways)),
                         limit=minutes(limit))  # fmt: skip
    text = N_("{lot}: nobody is on duty to receive at {facilities}. Name a receiver there.")
    return Reason.of("no_receiver", text, lot=this.id, facilities=unreceived)


def seconds_to_one(placement: "Placement", lot: int) -> "np.ma.MaskedArray[Any, Any]":
    """Seconds from one lot to every bed, masked where there is no way."""
    to = [placement.snapshot.facilities[f].place for f, _ in placement.beds]
    return placement.snapshot.travel.seconds[placement.snapshot.lots[lot].place][to]
