"""S18, S19: after three days every person-day of city W is in one state, and every sum balances."""

import pytest

from linli.loops.shipped import ship_limits
from tests.journeys import sweep

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.slow]
SCALE = 0.0005  # of the people; the tree of areas is whole. `benchmarks/sweep.py` takes more


def test_a_sweep_of_the_whole_city_balances_every_hour_at_every_tier() -> None:
    ship_limits()

    done = sweep.run(sweep.begun(scale=SCALE))

    assert done.faults == []
    assert done.n_reports > 10_000
    assert done.n_checked > 20_000 * sweep.DAYS * sweep.HOURS
    for numbers in done.shares:
        assert min(numbers.checked, numbers.refused, numbers.unreachable, numbers.away) > 0
        assert numbers.exempt > 0
        assert 0.9 < (numbers.share or 0) < 1
