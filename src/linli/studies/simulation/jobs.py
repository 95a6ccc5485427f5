"""Which long work do what-ifs do in the background?"""

from linli.jobs.queue import Running, job
from linli.studies.simulation import running as runs
from linli.studies.simulation.study import KIND


@job(KIND, long=True)
def do_what_if(running: Running) -> None:
    """Answer a what-if, world by world."""
    runs.do(running)
