"""Which long work does the watch do in the background? A look that somebody asked for."""

from linli import clock
from linli.jobs.queue import Running, job
from linli.registry import roster
from linli.registry.accounts import Account
from linli.studies.warning import watch


@job(watch.KIND)
def look(running: Running) -> None:
    """Look at all signals in the name of who asked; again is the same look again."""
    account = Account.objects.get(id=running.job.account_id or 0)
    now = clock.now_s()
    made = watch.run_now(roster.actor_of(account, now, two_factor=True), now=now)
    running.progress(made.n_series, made.n_series, run_id=made.id, n_raised=made.n_raised)
