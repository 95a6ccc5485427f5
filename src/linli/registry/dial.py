"""How does this deployment's clock run? One row, set only by a demo or a drill."""

import time

from django.db import models

from linli import clock

READ_AGAIN_S = 1.0  # wall seconds for which a process trusts the dial it read


class ClockDial(models.Model):
    """The dial: what the city's clock showed at a moment of the wall clock, and its speed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    wall = models.FloatField()
    shown = models.FloatField()
    speed = models.FloatField()

    class Meta:
        app_label = "registry"


_read: tuple[float, clock.Dial] | None = None


def find() -> clock.Dial:
    """The dial in force, read again once a second."""
    global _read
    at = time.monotonic()
    if _read is None or at - _read[0] > READ_AGAIN_S:
        row = ClockDial.objects.filter(id=1).first()
        _read = (at, clock.Dial(row.wall, row.shown, row.speed) if row else clock.WALL)
    return _read[1]


def turn(dial: clock.Dial) -> None:
    """Set the dial for every process of this deployment."""
    global _read
    ClockDial.objects.update_or_create(
        id=1, defaults={"wall": dial.wall, "shown": dial.shown, "speed": dial.speed}
    )
    _read = None


def follow() -> bool:
    """Let this process run on the dial, if one is set; a deployment without one is not touched."""
    if not ClockDial.objects.filter(id=1).exists():
        return False
    clock.follow(find)
    return True


def clear() -> None:
    """Take the dial away: from the next start on, the deployment runs on the time of day."""
    global _read
    ClockDial.objects.all().delete()
    _read = None
