"""Is something being done already that takes long, and of which one at a time is enough?"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from linli import clock
from linli.errors import N_, Conflict
from linli.jobs.worker import claim, release


class UnderWay(Conflict):
    """Somebody has asked for the same, and it is not done yet."""

    code = "under_way"
    sentence = N_("Somebody has asked for the same, and it is being done. Look again in a minute.")


@contextmanager
def alone(name: str, *, most_s: int) -> Iterator[None]:
    """Do something while nobody else does; raises UnderWay.

    ``most_s``: how long it may take at most. One who died in the middle stands in the way so long.
    """
    holder = uuid4().hex
    if not claim(name, holder, int(clock.wall_now()), most_s):
        raise UnderWay()
    try:
        yield
    finally:
        release(name, holder)
