"""Does a plan keep every law, whoever made it? Nothing is published unless it does.

It shares the types with the planner and nothing else: no travel time, load or moment is taken from
the plan where it can be worked out anew. Each breach is a sentence that names the trip and what can
be done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from linli.analysis.dispatch.check_runs import run_breaches
from linli.analysis.dispatch.check_times import time_breaches
from linli.analysis.dispatch.laws import Law, breach
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.snapshot import Group, Need, Snapshot
from linli.analysis.dispatch.trips import Plan, Reason, Trip
from linli.analysis.dispatch.words import CATEGORIES
from linli.errors import N_, Conflict, Sentences

ON_THE_WAY = frozenset({Need.STRETCHER, Need.WHEELCHAIR})


@dataclass(frozen=True)
class Verdict:
    """Every breach of a law that was found; none means that the plan may be published."""

    breaches: tuple[Reason, ...]

    @property
    def passes(self) -> bool:
        """Whether there is none."""
        return not self.breaches

    def of(self, law: Law) -> tuple[Reason, ...]:
        """The breaches of one law."""
        return tuple(b for b in self.breaches if b.code == law)

    def of_trip(self, trip: str) -> tuple[Reason, ...]:
        """Everything that keeps one trip from leaving."""
        return tuple(b for b in self.breaches if ("trip", trip) in b.values)


class NotPublished(Conflict):
    """The plan breaks a law, so nobody gets to see it as one to follow; all breaches are told."""

    code = "plan_not_published"
    sentence = N_("The plan cannot be published. {breaches}")


def check(
    plan: Plan,
    snapshot: Snapshot,
    *,
    closures: Sequence[Closure] = (),
    departing: bool = True,
) -> Verdict:
    """Hold a plan against every law.

    Parameters
    ----------
    closures
        Roads that are shut, to whom and when; legs that name their roads are held against them.
    departing
        Whether vehicles are about to leave. A proposal, which nobody follows yet, may lack the
        yes of the receiving wards and of the passengers.
    """
    found = [*_numbers(plan, snapshot)]
    if not found:  # what refers to nothing cannot be looked at any further
        found += _persons(plan, snapshot)
        found += _beds(plan, snapshot)
        found += _receivers(plan, snapshot)
        found += run_breaches(plan, snapshot)
        found += time_breaches(plan, snapshot, closures)
        if departing:
            found += _confirmed(plan, snapshot)
    return Verdict(tuple(found))


def published(plan: Plan, snapshot: Snapshot, *, closures: Sequence[Closure] = ()) -> Plan:
    """The plan itself, if it keeps every law; raises NotPublished, with all breaches, if not."""
    verdict = check(plan, snapshot, closures=closures)
    if not verdict.passes:
        raise NotPublished(breaches=Sentences(verdict.breaches))
    return plan


def _numbers(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Nothing refers to a lot, bed, vehicle, crew or place that is not there."""
    text = N_("{what} refers to {kind} number {n}, which is not there. Correct the plan.")
    for k, p in enumerate(plan.placed):
        known = [("lot", p.lot, len(snapshot.lots)),
                 ("facility", p.facility, len(snapshot.facilities))]  # fmt: skip
        if 0 <= p.facility < len(snapshot.facilities):
            known.append(("bed", p.bed, len(snapshot.facilities[p.facility].beds)))
        for kind, n, n_known in known:
            if not 0 <= n < n_known:
                yield breach(Law.NUMBERS, text, what=f"placement {k}", kind=kind, n=n)
    for trip in plan.trips:
        known = [("vehicle", trip.vehicle, len(snapshot.vehicles))]
        known += [("place", s.place, len(snapshot.places)) for s in trip.stops]
        known += [("placement", party.placed, len(plan.placed))
                  for s in trip.stops for party in (*s.boards, *s.leaves)]  # fmt: skip
        if trip.crew is not None:
            known.append(("crew", trip.crew, len(snapshot.crews)))
        if trip.facility is not None:
            known.append(("facility", trip.facility, len(snapshot.facilities)))
        for kind, n, n_known in known:
            if not 0 <= n < n_known:
                yield breach(Law.NUMBERS, text, what=trip.id, kind=kind, n=n)


def _persons(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Everybody is placed or waits, once; everybody placed rides once, and gets off."""
    for n, lot in enumerate(snapshot.lots):
        placed = sum(p.count for p in plan.placed if p.lot == n)
        left = sum(u.count for u in plan.unserved if u.lot == n)
        if placed + left != lot.count:
            yield breach(
                Law.PERSONS,
                N_("{lot} holds {count} persons: {placed} have a bed and {left} wait in this plan. "
                   "Account for each of them once."),
                lot=lot.id, count=lot.count, placed=placed, left=left,
            )  # fmt: skip
    for k, p in enumerate(plan.placed):
        boards = _moved(plan, k, "boards")
        leaves = _moved(plan, k, "leaves")
        if boards != p.count or leaves != p.count:
            yield breach(
                Law.PERSONS,
                N_("{count} persons of {lot} have a bed in {facility}; {boards} are picked up and "
                   "{leaves} handed over. Put each of them on one trip."),
                count=p.count, lot=snapshot.lots[p.lot].id,
                facility=snapshot.facilities[p.facility].id, boards=boards, leaves=leaves,
            )  # fmt: skip


def _moved(plan: Plan, placed: int, what: str) -> int:
    return sum(
        party.count
        for trip in plan.trips
        for stop in trip.stops
        for party in getattr(stop, what)
        if party.placed == placed
    )


def _beds(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """No bed is promised twice, and each is meant for who gets it."""
    for f, facility in enumerate(snapshot.facilities):
        for b, bed in enumerate(facility.beds):
            given = sum(p.count for p in plan.placed if (p.facility, p.bed) == (f, b))
            if given > bed.free - min(bed.reserve, bed.free):
                yield breach(
                    Law.BEDS,
                    N_("{facility}, {bed}: {given} persons for {free} free beds, of which "
                       "{reserve} are kept back. Move {over} of them elsewhere."),
                    facility=facility.id, bed=bed.id, given=given, free=bed.free,
                    reserve=bed.reserve, over=given - bed.free + min(bed.reserve, bed.free),
                )  # fmt: skip
    for p in plan.placed:
        lot, bed = snapshot.lots[p.lot], snapshot.facilities[p.facility].beds[p.bed]
        where = {"lot": lot.id, "facility": snapshot.facilities[p.facility].id, "bed": bed.id}
        if bed.category is not lot.category:
            yield breach(
                Law.CATEGORY,
                N_("{facility}, {bed} is for {theirs}, and {lot} holds {own}. Categories are never "
                   "mixed: choose another bed."),
                **where, theirs=CATEGORIES[bed.category], own=CATEGORIES[lot.category],
            )  # fmt: skip
        fits = lot.severity in bed.severities and lot.needs - ON_THE_WAY <= bed.equipment
        if not fits or bed.group not in (Group.ANYBODY, lot.group):
            yield breach(
                Law.BEDS,
                N_("{facility}, {bed} is not meant for people like {lot}: severity, group or "
                   "equipment do not fit. Choose another bed."),
                **where,
            )  # fmt: skip


def _receivers(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Somebody by name receives every passenger."""
    for trip in plan.trips:
        for f in sorted({plan.placed[n].facility for n in _aboard(trip)}):
            if not snapshot.facilities[f].receiver:
                yield breach(
                    Law.RECEIVER,
                    N_("{trip}: nobody is named to receive its passengers at {facility}. Name who "
                       "is on duty."),
                    trip=trip.id, facility=snapshot.facilities[f].id,
                )  # fmt: skip


def _confirmed(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """The ward said yes to each, and each was told."""
    for trip in plan.trips:
        riding = [plan.placed[n] for n in _aboard(trip)]
        for f in sorted({p.facility for p in riding}):
            lots = [snapshot.lots[p.lot].id for p in riding if p.facility == f and not p.confirmed]
            if lots:
                yield breach(
                    Law.CONFIRMED,
                    N_("{trip}: {facility} has not confirmed beds for {lots}. Ask {receiver} "
                       "before it leaves."),
                    trip=trip.id, facility=snapshot.facilities[f].id, lots=tuple(lots),
                    receiver=snapshot.facilities[f].receiver or "?",
                )  # fmt: skip
        untold = [snapshot.lots[p.lot].id for p in riding if not snapshot.lots[p.lot].confirmed]
        if untold:
            yield breach(
                Law.CONFIRMED,
                N_("{trip}: {lots} have not been told and asked. Tell them and their families "
                   "before it leaves."),
                trip=trip.id, lots=tuple(dict.fromkeys(untold)),
            )  # fmt: skip


def _aboard(trip: Trip) -> list[int]:
    """The placements that ride, each once."""
    parties = [p for stop in trip.stops for p in (*stop.boards, *stop.leaves)]
    return list(dict.fromkeys(p.placed for p in parties))
