"""Do the engines keep what they were told, where the libraries alone would not?"""

import numpy as np

from linli.analysis.dispatch.engines import rides as darp
from linli.analysis.dispatch.engines.rides import Call, Car, Ride, earliest
from linli.analysis.dispatch.snapshot import Window


def test_a_moment_is_put_off_where_a_ride_would_else_wait_too_long_on_board():
    rides = [Ride(Call(1), Call(2, Window(100, 200)), longest=30)]
    car = Car(0, 0, (1,), Window(0, 1_000))

    kept = earliest([(0, False), (0, True)], rides, car, [10, 20, 10])
    not_kept = earliest([(0, False), (0, True)], rides, car, [10, 31, 10])

    assert kept == [70, 100]
    assert not_kept is None


def test_rides_of_two_kinds_are_never_on_board_together():
    line = np.array([0, 10, 20, 30, 40])
    between = np.ma.MaskedArray(np.abs(line[:, None] - line) * 10)
    calls = [Ride(Call(1), Call(3)), Ride(Call(2), Call(4), kind=1)]
    car = [Car(0, 0, (4,))]

    alike = darp.share(between, between, [calls[0], Ride(Call(2), Call(4))], car, solutions=50)
    apart = darp.share(between, between, calls, car, solutions=50)

    assert apart.complete
    order = [(s.ride, s.ends) for s in apart.routes[0]]
    assert order in ([(0, False), (0, True), (1, False), (1, True)],
                     [(1, False), (1, True), (0, False), (0, True)])  # fmt: skip
    assert alike.distance < apart.distance
