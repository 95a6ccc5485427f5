"""Do the routes reach what others proved or published, with every rule checked again by hand?

The instances are read where they are at hand; see `test_published.py`.
"""

from pathlib import Path

import pytest

from benchmarks import _instances, _notices
from linli.analysis.dispatch.engines import rides as darp
from linli.analysis.dispatch.engines import vrp

PROVED = {"a2-16": 294.249, "b2-16": 309.405}  # by CP-SAT; bks.csv beside them


def instance(name: str) -> Path:
    folder = _notices.shared_data()
    if folder is None or not (folder / "dispatch" / name).exists():
        pytest.skip("the instances are not here (LINLI_SHARED_DATA)")
    return folder / "dispatch" / name


@pytest.mark.slow
@pytest.mark.parametrize("name", PROVED)
def test_dial_a_ride_reaches_the_proved_optimum_with_every_ride_kept(name):
    dial = _instances.dial_a_ride(instance(f"darp/{name}.txt"))

    found = darp.share(dial.distance, dial.distance, dial.rides, dial.cars, solutions=300)

    assert _instances.check_rides(dial, found) == pytest.approx(PROVED[name] * 1_000, abs=10)


@pytest.mark.slow
def test_pick_ups_and_deliveries_reach_the_best_known_vehicles_and_distance():
    problem = _instances.pdptw(instance("pdptw/lrc104.txt"))

    found = vrp.solve(problem, iterations=1_500, seed=1)

    assert len(found.routes) == 10
    assert _instances.check(problem, found) / 1_000 == pytest.approx(1_128.4012, abs=0.1)
