"""Who holds the roles that a plan needs, now and for the hours ahead, and where is nobody?"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from linli import clock
from linli.errors import N_, Phrase
from linli.plans.filling import Place
from linli.plans.known import Chair, Known, Roster, Term
from linli.plans.lines import Line, Part, Short, Verdict, Why, labelled, word
from linli.plans.plan import HOUR_S, RoleNeed
from linli.plans.targets import Heads
from linli.policy.can import end_of
from linli.policy.roles import Role
from linli.registry.qualifications import QualificationKind

QUALIFICATION_NAMES = dict(QualificationKind.choices)


@dataclass(frozen=True, slots=True)
class Seat:
    """A post, who is and was in it, and how it stands for the hours ahead."""

    post_id: int
    path: str
    area_id: int
    title: str
    holders: tuple[Term, ...]  # now
    why: Why | None  # what is wrong with it; None: it is held throughout
    since: int | None  # from when on it is


def role_lines(needs: Sequence[RoleNeed], known: Known) -> list[Line]:
    """A line for each role that a plan needs."""
    return [_line(n, need, known) for n, need in enumerate(needs)]


def seats_of(need: RoleNeed, known: Known) -> list[Seat]:
    """Every post of a role in an area, with who holds it: the list behind the number."""
    roster = known.roster
    return [_seat(post, need, roster, known.now) for post in roster.posts.get(need.role, ())]


def _line(n: int, need: RoleNeed, known: Known) -> Line:
    places = known.places(need.each)
    seats = seats_of(need, known)
    paths = [seat.path for seat in seats]
    shorts: list[Short] = []
    needed_sum, have_sum, counted = 0, 0, True
    for place in places:
        inside = seats[bisect_left(paths, place.path) : bisect_left(paths, end_of(place.path))]
        needed = wanted_at(need, known.heads, place.path)
        have = sum(1 for seat in inside if seat.why is None)
        have_sum += have
        if needed is None:
            counted = False
            shorts.append(Short(place.area_id, Why.NO_PEOPLE, None, have))
            continue
        needed_sum += needed
        if have < needed:
            shorts.append(_short(place, needed, have, inside))
    unknown = {Why.NO_POST, Why.NO_PEOPLE}
    lacking = [short for short in shorts if short.why not in unknown]
    verdict = Verdict.SHORT if lacking else Verdict.NO_RECORD if shorts else Verdict.COVERED
    if not places:
        shorts, verdict = [Short(known.area.id, Why.NO_PLACE)], Verdict.NO_RECORD
    return Line(
        part=Part.ROLE,
        key=f"role-{n}",
        label=_label(need),
        needed=needed_sum if counted and places else None,
        have=have_sum,
        verdict=verdict,
        together=have_sum,
        n_places=len(places),
        n_covered=len(places) - len(shorts) if places else 0,
        known_at=known.now,
        shorts=tuple(shorts),
        pool=f"role:{need.role}",
    )


def _label(need: RoleNeed) -> Phrase:
    if need.qualification:
        return labelled(N_("{role}, with {qualification}; {each}"), role=word(need.label),
                        qualification=word(QUALIFICATION_NAMES[need.qualification]),
                        each=word(need.each.label))  # fmt: skip
    return labelled(N_("{role}; {each}"), role=word(need.label), each=word(need.each.label))


def wanted_at(need: RoleNeed, heads: Heads, path: str) -> int | None:
    """How many posts a place takes; None where it follows from people and nobody is on record."""
    if need.count is not None:
        return need.count
    people = heads.people(path)
    return math.ceil(people * (need.per_1000 or 0) / 1000) if people else None


def _short(place: Place, needed: int, have: int, inside: Sequence[Seat]) -> Short:
    if not inside:
        return Short(place.area_id, Why.NO_POST, needed, 0)
    wrong = [seat for seat in inside if seat.why is not None]
    if not wrong:
        return Short(place.area_id, Why.FEW_POSTS, needed, have)
    order = (Why.VACANT, Why.UNQUALIFIED, Why.LAPSES)
    worst = min(wrong, key=lambda seat: order.index(seat.why or Why.LAPSES))
    since = [seat.since for seat in wrong if seat.why is worst.why and seat.since is not None]
    return Short(place.area_id, worst.why or Why.VACANT, needed, have, min(since, default=None))


def _seat(post: Chair, need: RoleNeed, roster: Roster, now: int) -> Seat:
    """How one post stands: the first moment from now on at which nobody fit is in it."""
    terms = roster.terms.get(post.id, [])
    if len(terms) == 1 and _stays(terms[0], need, roster, now):
        return Seat(post.id, post.path, post.area_id, post.title, tuple(terms), None, None)
    until = now + need.hours * HOUR_S
    moments = {now}
    for term in terms:
        moments |= {term.ends_at} if term.ends_at is not None else set()
        moments |= {starts for starts, _ in roster.away.get(term.account_id, ())}
    why: Why | None = None
    since: int | None = None
    for at in sorted(m for m in moments if now <= m < until or m == now):
        there = [term for term in terms if _is_there(term, roster, at)]
        if not there:
            why = Why.VACANT if at == now else Why.LAPSES
            since = _empty_since(terms, roster, now) if at == now else at
            break
        if need.qualification and not any(_is_fit(term, need, roster, at) for term in there):
            why, since = Why.UNQUALIFIED, _unfit_since(there, need, roster)
            break
    holders = tuple(term for term in terms if _is_there(term, roster, now))
    return Seat(post.id, post.path, post.area_id, post.title, holders, why, since)


def _stays(term: Term, need: RoleNeed, roster: Roster, now: int) -> bool:
    """Whether somebody is there without an end, as most are; nothing else has to be looked at."""
    plain = term.ends_at is None and term.starts_at <= now and not need.qualification
    return plain and term.account_id not in roster.away


def _is_there(term: Term, roster: Roster, at: int) -> bool:
    if term.starts_at > at or (term.ends_at is not None and term.ends_at <= at):
        return False
    return not any(starts <= at < ends for starts, ends in roster.away.get(term.account_id, ()))


def _is_fit(term: Term, need: RoleNeed, roster: Roster, at: int) -> bool:
    day = clock.day(clock.moment(at))
    held = roster.qualified.get((need.qualification, term.account_id), ())
    return any(gained <= day and (until is None or until >= day) for gained, until in held)


def _empty_since(terms: Sequence[Term], roster: Roster, now: int) -> int | None:
    """From when on nobody has been there: the last end, or the absence that runs."""
    ends = [term.ends_at for term in terms if term.ends_at is not None and term.ends_at <= now]
    for term in terms:
        if term.starts_at <= now and (term.ends_at is None or term.ends_at > now):
            ends += [s for s, e in roster.away.get(term.account_id, ()) if s <= now < e]
    return max(ends, default=None)


def _unfit_since(there: Sequence[Term], need: RoleNeed, roster: Roster) -> int | None:
    """The end of the last qualification that ran out; None where there never was one."""
    kind = need.qualification
    days = [
        until
        for term in there
        for _, until in roster.qualified.get((kind, term.account_id), ())
        if until
    ]
    return clock.midnight_s(max(days)) + 24 * HOUR_S if days else None


def called(needs: Sequence[RoleNeed]) -> frozenset[Role]:
    """The roles that a plan calls."""
    return frozenset(need.role for need in needs)
