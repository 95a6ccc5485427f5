"""Which long work does the registry do in the background?"""

from linli.jobs.queue import Running, job
from linli.registry import proving
from linli.registry.imports.running import do


@job("import")
def do_import(running: Running) -> None:
    """Take in an uploaded list, batch by batch."""
    do(running)


@job(proving.KIND)
def prove_audit(running: Running) -> None:
    """Recompute every sealed chain."""
    proving.prove(running)
