"""The tables of what is still to be done."""

from linli.jobs.outbox import Message, Notice
from linli.jobs.queue import Job
from linli.jobs.worker import Lease

__all__ = ["Job", "Lease", "Message", "Notice"]
