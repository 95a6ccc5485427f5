"""`linli` with short leases and a job that counts, so that a test need not wait a minute.

Run as a program it takes the same commands. The web process that the server starts runs this
file again, so what is changed here holds there too.
"""

from dataclasses import replace

import linli.cli.ready as ready
from linli.cli.main import app

LEASE_S = 1
make_ready = ready.get_ready


def get_ready(*, tables: bool = True) -> None:
    make_ready(tables=tables)
    from linli.jobs import queue
    from linli.plans import chores

    queue.LEASE_S = LEASE_S
    chores.CHORES = tuple(replace(chore, lease_s=LEASE_S) for chore in chores.CHORES)
    queue.job("count")(count)


def count(running) -> None:  # type: ignore[no-untyped-def]
    """Count to a number from where it had come, saving every step."""
    import time

    total = running.job.given["to"]
    for n in range(running.job.n_done + 1, total + 1):
        running.progress(n, total)
        time.sleep(running.job.given["pause_s"])


ready.get_ready = get_ready
for name in ("serve", "serving"):
    module = __import__(f"linli.cli.{name}", fromlist=["get_ready"])
    if hasattr(module, "get_ready"):
        module.get_ready = get_ready

if __name__ == "__main__":
    app()
