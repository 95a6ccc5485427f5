"""Which crew and vehicle take which trip, so that the last passenger is in a bed soonest?

First the order of the trips is searched (`crew_search`) and a bound is proved (`crew_bounds`). What
that leaves open CP-SAT closes: trips of one crew follow each other like beads on a string, and so
do those of one vehicle (`crew_strings`).
"""

from collections.abc import Sequence

from linli.analysis.dispatch.cp import Outcome, clash, solve
from linli.analysis.dispatch.crew_bounds import least_last_s, proved_last_s
from linli.analysis.dispatch.crew_search import Found, searched
from linli.analysis.dispatch.crew_strings import Strings
from linli.analysis.dispatch.crews import Job, Turn, Turns, Yard

NEAR_ENOUGH = 0.01  # a gap that a row of the table need not close
MOST_TRIPS = 120  # assumed: above, the strings are too many to search, and the bound stays loose
SMOOTHING = 0.25  # of the effort, for what comes second
LATE_SHARE = 0.6  # assumed: of the tries of a further search that move the trip arriving last
AGAIN = 3  # further searches at most


def best(
    jobs: Sequence[Job], yard: Yard, *, seed: int, effort: float, thorough: bool
) -> Turns | None:
    """The last arrival as early as can be, then everybody's; None where nothing was found.

    If not thorough, the last arrival only, and near enough.
    """
    jobs = sorted(jobs, key=lambda j: (-j.whole_s, j.trip))
    if yard.n_lead_cars is not None or any(job.convoy for job in jobs):
        return _behind_lead_cars(jobs, yard, seed=seed, effort=effort, thorough=thorough)
    bound_s = least_last_s(jobs, yard)
    close = 0.0 if thorough else NEAR_ENOUGH
    found = searched(jobs, yard, seed=seed, enough_s=int(bound_s * (1 + close)))
    keeps = not found.breach_s and (yard.by_s is None or found.last_s <= yard.by_s)
    if keeps and found.last_s > bound_s * (1 + close):
        bound_s = proved_last_s(jobs, yard, at_least_s=bound_s, found_s=found.last_s)
        found = _searched_again(jobs, yard, found, bound_s, seed, thorough)
    turns: Sequence[Turn] | None = found.turns if keeps else None
    if not keeps or (found.last_s > bound_s * (1 + close) and len(jobs) <= MOST_TRIPS):
        turns, bound_s = _proved(jobs, yard, turns, bound_s, seed=seed, effort=effort, close=close)
    if turns is None:
        return None
    if thorough:
        turns = _smooth(jobs, yard, turns, seed)
    last_s = max(t.arrive_s for t in turns)
    return Turns(tuple(turns), last_s, bound_s, last_s <= bound_s, seed, effort)


def _searched_again(
    jobs: Sequence[Job], yard: Yard, found: Found, bound_s: int, seed: int, thorough: bool
) -> Found:
    """Where the gap is worth it: other dice, and a look at the trip that arrives last."""
    for more in range(1, AGAIN + 1 if thorough else 1):
        if found.last_s <= bound_s * (1 + NEAR_ENOUGH):
            break
        other = searched(jobs, yard, seed=seed + more, enough_s=bound_s, late_share=LATE_SHARE)
        found = min(found, other, key=lambda f: (f.breach_s, f.last_s, f.waits_s))
    return found


def _proved(
    jobs: Sequence[Job], yard: Yard, turns: Sequence[Turn] | None, bound_s: int,
    *, seed: int, effort: float, close: float,
) -> tuple[Sequence[Turn] | None, int]:  # fmt: skip
    """What CP-SAT makes of the turns that were found, or without any; and the bound it proves."""
    last_s = max(t.arrive_s for t in turns) if turns else None
    model = Strings(jobs, yard, last_s=last_s)
    model.model.add(model.last >= bound_s)
    if turns:
        model.hint_at(turns)
    model.model.minimize(model.last)
    solved = solve(model.model, model.wanted, seed=seed, effort=effort, close_enough=close)
    if not solved.has_answer:
        return turns, bound_s
    if last_s is None or solved.cost < last_s:
        turns = model.named(solved.values)
    return turns, max(bound_s, solved.bound)


def _smooth(jobs: Sequence[Job], yard: Yard, turns: Sequence[Turn], seed: int) -> Sequence[Turn]:
    """Turns with less waiting of all persons together, the last arrival no later."""
    last_s = max(t.arrive_s for t in turns)
    order = sorted(range(len(jobs)), key=lambda k: (turns[k].start_s, k))
    again = searched(jobs, yard, seed=seed, begin=order, no_later_than_s=last_s)
    waits_s = sum(job.persons * t.arrive_s for job, t in zip(jobs, turns, strict=True))
    is_better = not again.breach_s and again.last_s <= last_s and again.waits_s < waits_s
    return again.turns if is_better else turns


def _behind_lead_cars(
    jobs: Sequence[Job], yard: Yard, *, seed: int, effort: float, thorough: bool
) -> Turns | None:
    """The same where trips leave behind lead cars, or together: CP-SAT alone."""
    first = Strings(jobs, yard)
    bound_s = least_last_s(jobs, yard)
    first.model.add(first.last >= bound_s)
    first.model.minimize(first.last)
    enough = 0.0 if thorough else NEAR_ENOUGH
    found = solve(first.model, first.wanted, seed=seed, effort=effort, close_enough=enough)
    if not found.has_answer:
        return None
    values = found.values
    if thorough:
        second = Strings(jobs, yard, last_s=found.cost)
        second.hint({name: values[name] for name in second.wanted})
        second.model.minimize(sum(j.persons * s for j, s in zip(jobs, second.start, strict=True)))
        better = solve(second.model, second.wanted, seed=seed, effort=effort * SMOOTHING)
        values = {**dict.fromkeys(values, 0), **better.values} if better.has_answer else values
    turns = first.named(values)
    return Turns(
        turns=turns,
        last_s=max(t.arrive_s for t in turns),
        bound_s=max(bound_s, found.bound),
        is_proved=found.outcome is Outcome.OPTIMAL,
        seed=seed,
        effort=effort,
    )


def clashing(jobs: Sequence[Job], yard: Yard, *, seed: int) -> tuple[str, ...]:
    """The smallest set of rules that cannot all hold, by their names in ``RULES``."""
    switched = Strings(jobs, yard, switched=True)
    return clash(switched.model, switched.switches, seed=seed)
