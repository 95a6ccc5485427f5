"""Starsim's side of the comparison; run by a Python of its own that has starsim 3.7.2.

200,000 people, ten chance contacts a day, redrawn daily, nothing done, 120 days. Says in JSON what
it took.
"""

import json
import sys
import time

import starsim as ss


def main(seed: int) -> None:
    disease = ss.SIR(
        beta=ss.perday(0.03), dur_inf=ss.lognorm_ex(mean=ss.days(8), std=ss.days(2)),
        init_prev=0.0005,
    )  # fmt: skip
    sim = ss.Sim(
        n_agents=200_000, dur=120, dt=ss.days(1), start="2020-01-01", rand_seed=seed, verbose=0,
        networks=[ss.RandomNet(n_contacts=ss.poisson(10))], diseases=disease,
    )  # fmt: skip
    start = time.process_time()
    sim.run()
    took = time.process_time() - start
    infected = 200_000 - float(sim.results.sir.n_susceptible[-1])
    print(json.dumps({"version": ss.__version__, "run_s": took, "infected": infected}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
