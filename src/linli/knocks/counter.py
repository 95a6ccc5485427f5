"""Who has knocked how often? One row a sender and door, moved by one statement.

A row keeps until when the knocks let in weigh: each adds its share of the span, time takes it
away. One statement asks and counts, so that processes that knock at once are counted as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models

from linli import clock
from linli.errors import Problem
from linli.knocks.rates import Rate, TooOften

FORGOTTEN_AT_ONCE = 10_000  # rows; so that no other writer waits for a chore

COUNT = """
INSERT INTO knocks_knock (key, weighs_until_ms) VALUES (%(key)s, %(first)s)
ON CONFLICT (key) DO UPDATE SET weighs_until_ms = %(each)s + CASE
    WHEN knocks_knock.weighs_until_ms > %(now)s THEN knocks_knock.weighs_until_ms ELSE %(now)s END
WHERE knocks_knock.weighs_until_ms <= %(latest)s
RETURNING weighs_until_ms
"""


class Knock(models.Model):
    """Until when the knocks of one sender at one door weigh, in milliseconds of the wall clock."""

    key = models.CharField(max_length=80, primary_key=True)
    weighs_until_ms = models.BigIntegerField()

    class Meta:
        app_label = "knocks"
        indexes = [models.Index(fields=["weighs_until_ms"], name="knock_until")]


def knock(rate: Rate | None, sender: str, *, wall: float | None = None) -> None:
    """Let a sender in and count it; raises TooOften, which is not counted."""
    if rate is None:
        return
    now = _now_ms(wall)
    latest = now + rate.patience_ms - rate.each_ms
    given: dict[str, str | int] = {
        "key": _key(rate, sender), "now": now, "latest": latest,
        "first": now + rate.each_ms, "each": rate.each_ms,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(COUNT, given)
        let_in = cursor.fetchone() is not None
    if not let_in:
        raise TooOften(wait_s=max(1, _wait_s(rate, sender, now)))


def look(rate: Rate | None, sender: str, *, wall: float | None = None) -> None:
    """Raise TooOften where the next knock would; counts nothing."""
    if rate is None:
        return
    wait_s = _wait_s(rate, sender, _now_ms(wall))
    if wait_s > 0:
        raise TooOften(wait_s=wait_s)


def forgive(rate: Rate | None, sender: str) -> None:
    """Take one knock back: it turned out to be right."""
    if rate is None:
        return
    Knock.objects.filter(key=_key(rate, sender)).update(
        weighs_until_ms=models.F("weighs_until_ms") - rate.each_ms
    )


@contextmanager
def guessing(
    rate: Rate | None, sender: str, wrong: type[Problem], *, right_passes: bool = False
) -> Iterator[None]:
    """Let a sender try a secret, and count it only if that raises ``wrong``.

    ``right_passes``: the right one is let in even after too many wrong ones.
    """
    if not right_passes:
        look(rate, sender)
    try:
        yield
    except wrong:
        knock(rate, sender)
        raise


def forget(*, wall: float | None = None) -> int:
    """Delete the rows that weigh nothing any more; returns how many."""
    old = Knock.objects.filter(weighs_until_ms__lt=_now_ms(wall)).values("key")
    return Knock.objects.filter(
        key__in=list(old[:FORGOTTEN_AT_ONCE].values_list("key", flat=True))
    ).delete()[0]


def _wait_s(rate: Rate, sender: str, now_ms: int) -> int:
    """Whole seconds until the next knock is let in; none where it would be now."""
    found = Knock.objects.filter(key=_key(rate, sender)).first()
    ahead_ms = found.weighs_until_ms - now_ms if found else 0
    return -(-(ahead_ms - rate.patience_ms + rate.each_ms) // 1000)


def _key(rate: Rate, sender: str) -> str:
    return f"{rate.name}:{sender}"


def _now_ms(wall: float | None) -> int:
    return int((clock.wall_now() if wall is None else wall) * 1000)
