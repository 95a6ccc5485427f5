"""How long does it take to plan the night of 9 February, and how good is the plan?

    python -m benchmarks dispatch_night

CPU seconds and the wall's. The yardstick of the same run is what a dispatcher does: each trip with
whoever is free first, the longest first; and the bounds that the plan carries.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from linli.analysis.dispatch import night
from linli.analysis.dispatch.check import check
from linli.analysis.dispatch.crews import Yard, staff
from linli.analysis.dispatch.in_turn import in_turn
from linli.analysis.dispatch.jobs import rounds
from linli.analysis.dispatch.plan import Planned, plan
from linli.analysis.dispatch.replan import mend
from linli.analysis.dispatch.roads.closures import Closure

MINUTE_25 = 1_500


def main(rest: list[str]) -> None:
    if rest:
        sys.exit(f"dispatch_night takes no options; got {' '.join(rest)}")
    print("dispatch_night: CPU s, wall s")
    _timed(night.as_there_was)  # the imports
    for mixed in (False, True):
        there = night.as_there_was(mixed=mixed)
        kind = "three categories" if mixed else "all confirmed"
        bare = _line(
            f"plan, {kind}, without the table of crews",
            "<= 5 s",
            lambda there=there: plan(there.snapshot, roads=there.roads, crew_counts=()),
        )
        _told(bare)
        _crews(there, bare)
        whole = _line(
            f"plan, {kind}, with the table of crews",
            "<= 5 s",
            lambda there=there: plan(there.snapshot, roads=there.roads),
        )
        for n, last_s in whole.table:
            print(f"    {n:>2} crews: {'-' if last_s is None else -(-last_s // 60)} minutes")
        _checked(there, whole)
    there = night.as_there_was()
    whole = plan(there.snapshot, roads=there.roads, crew_counts=())
    _closed(there, whole)


def _checked(there: night.Night, whole: Planned) -> None:
    verdict = _line("checker", "",
                    lambda: check(whole.plan, there.snapshot, closures=there.roads.closures,
                                  departing=False))  # fmt: skip
    print(f"    breaches: {len(verdict.breaches)}")


def _told(found: Planned) -> None:
    worth, figures = found.plan.worth, found.plan.figures
    print(
        f"    left {worth.unserved}, trips {figures['trips']} of at least "
        f"{figures['trips_at_least']}, last arrival {worth.last_arrival_s / 60:.1f} min, bound "
        f"{figures['last_arrival_at_least_s'] / 60:.1f} (gap {found.turns.gap:.2%}), "
        f"longest ride "
        f"{worth.longest_ride_s / 60:.1f} min, breaches {len(found.verdict.breaches)}"
    )


def _crews(there: night.Night, found: Planned) -> None:
    """What is won against a dispatcher who takes whoever is free."""
    jobs = sorted((r.job for r in rounds(there.snapshot, found.plan)), key=lambda j: -j.whole_s)
    yard = Yard(there.snapshot.crews, there.snapshot.vehicles)
    by_hand = max(t.arrive_s for t in in_turn(jobs, yard))
    ours = _line("crews alone", "", lambda: staff(jobs, yard))
    print(f"    last arrival as a share of a dispatcher's: {ours.last_s / by_hand:.3f}")


def _closed(there: night.Night, found: Planned) -> None:
    ahead = [a for t in found.plan.trips for leg in t.legs if leg.depart_s > MINUTE_25
             for a in leg.arcs or ()]  # fmt: skip
    busiest = sorted(set(ahead), key=lambda a: (-ahead.count(a), a))[:5]
    closures = (*there.roads.closures, Closure("new", frozenset(busiest)))
    mended = _line(
        "planned again after five roads were shut at minute 25", "<= 2 s",
        lambda: mend(found.plan, there.snapshot, there.roads.ways.network, closures,
                     now_s=MINUTE_25, node_of=there.roads.node_of),
    )  # fmt: skip
    print(f"    legs hit {len(mended.hit)}, left {mended.plan.worth.unserved}")


def _timed(call: Callable[[], Any]) -> tuple[float, float, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = call()
    return time.process_time() - cpu, time.perf_counter() - wall, found


def _line(what: str, bar: str, call: Callable[[], Any]) -> Any:
    cpu, wall, found = _timed(call)
    print(f"  {what:<58} {cpu:>7.2f} {wall:>7.2f}  {bar}")
    return found
