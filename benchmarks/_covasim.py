"""Covasim's side of the comparison; run by a Python of its own that has covasim 4.0.1.

200,000 people, households, schools, work and community, tests and tracing from day 20, halved
transmission from day 60, 120 days. Says in JSON what it took.
"""

import json
import sys
import time

import covasim as cv

LAYERS = {"h": 1.0, "s": 0.5, "w": 0.5, "c": 0.2}
DELAYS = {"h": 0, "s": 1, "w": 1, "c": 2}


def main(seed: int) -> None:
    n = 200_000
    sim = cv.Sim(
        pop_size=n, pop_type="hybrid", pop_infected=n // 2000, n_days=120, rand_seed=seed,
        verbose=0,
        interventions=[
            cv.test_prob(symp_prob=0.2, asymp_prob=0.001, start_day=20),
            cv.contact_tracing(trace_probs=LAYERS, trace_time=DELAYS, start_day=20),
            cv.change_beta(days=60, changes=0.5),
        ],
    )  # fmt: skip
    start = time.process_time()
    sim.run()
    took = time.process_time() - start
    told = {"version": cv.__version__, "run_s": took}
    for name, key in (("infected", "cum_infections"), ("quarantined", "cum_quarantined")):
        told[name] = float(sim.results[key][-1])
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
