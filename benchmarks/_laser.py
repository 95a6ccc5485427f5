"""LASER's side of the comparison; run by a Python of its own that has laser-generic 1.1.0.

200,000 people in 25 patches, latent and infectious, nothing done, 120 days, one thread. Says in
JSON what it took; a first small run compiles.
"""

import json
import os
import sys
import time

os.environ["NUMBA_NUM_THREADS"] = "1"

import laser.generic
from laser.core import PropertySet
from laser.core.distributions import gamma
from laser.core.utils import grid
from laser.generic import SEIR, Model

SIDE = 5


def run(n_people: int, seed: int) -> tuple[float, float]:
    scenario = grid(M=SIDE, N=SIDE, population_fn=lambda _row, _column: n_people // SIDE**2)
    scenario["S"] = scenario["population"] - 4
    scenario["E"] = scenario["R"] = 0
    scenario["I"] = 4
    model = Model(scenario, PropertySet({"nticks": 120, "beta": 0.3, "prng_seed": seed}))
    latent, ill = gamma(4.0, 1.1), gamma(16.0, 0.5)
    model.components = [
        SEIR.Susceptible(model), SEIR.Exposed(model, latent, ill), SEIR.Infectious(model, ill),
        SEIR.Recovered(model), SEIR.Transmission(model, latent),
    ]  # fmt: skip
    start = time.process_time()
    model.run()
    return time.process_time() - start, n_people - float(model.nodes.S[-1].sum())


if __name__ == "__main__":
    run(2500, 1)
    took, infected = run(200_000, int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    told = {"version": laser.generic.__version__, "run_s": took, "infected": infected}
    print(json.dumps(told))
