"""Does the sealed record still hold? A long check, done by the worker when somebody asks."""

from dataclasses import asdict

from linli.audit import sealed
from linli.jobs import queue
from linli.jobs.queue import Job, Running
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for

KIND = "prove"


def prove(running: Running) -> None:
    """Recompute every chain and keep what was found with the job."""
    verdicts = [asdict(verdict) for verdict in sealed.verify()]
    running.progress(len(verdicts), len(verdicts), verdicts=verdicts)


def ask_for_proof(actor: Actor) -> Job:
    """Put the check into the queue; raises NotAllowed."""
    can(actor, Ask("audit.see", roles_for("audit.see"))).required()
    waiting = Job.objects.filter(kind=KIND, state__in=["waiting", "running"]).first()
    return waiting or queue.ask(KIND, account_id=actor.id)


def last_proof() -> Job | None:
    """The newest check, finished or not."""
    return Job.objects.filter(kind=KIND).order_by("-id").first()
