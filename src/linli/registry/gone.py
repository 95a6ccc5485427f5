"""What stays of a resident whose row was removed? Counts and a home, and nothing that names one.

Events and items keep the number of whom they were about, which is nobody's now. So that sums of
past days stay as they were, departures are counted by area and day, and the building of somebody
who was a case stays with the number.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db import connection, models
from django.db.models import Sum

from linli.columns import AreaPathField
from linli.policy.can import end_of
from linli.registry.areas import Area

AT_ONCE = 500


class LeftCount(models.Model):
    """How many of those who were removed had left an area on a day."""

    id = models.BigAutoField(primary_key=True)
    path = AreaPathField()
    left_on = models.DateField()
    n = models.IntegerField()

    class Meta:
        app_label = "registry"
        constraints = [
            models.UniqueConstraint(fields=["path", "left_on"], name="one_left_count_a_day")
        ]


class GoneHome(models.Model):
    """The building where somebody had lived who was removed, for counts of cases by building."""

    person_id = models.BigIntegerField(primary_key=True)
    home_id = models.BigIntegerField()

    class Meta:
        app_label = "registry"


def count(left: Iterable[tuple[str, date]]) -> None:
    """Count people who are removed now: the area of each, and the day on which it was left."""
    rows = sorted(Counter(left).items())
    as_kept = connection.ops.adapt_datefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO registry_leftcount (path, left_on, n) VALUES (%s, %s, %s) "
            "ON CONFLICT (path, left_on) DO UPDATE SET n = registry_leftcount.n + excluded.n",
            [(path, as_kept(day), n) for (path, day), n in rows],
        )


def n_counted(path: str, day: date) -> int:
    """How many who were removed had left an area by a day."""
    here = LeftCount.objects.filter(path__gte=path, path__lt=end_of(path), left_on__lte=day)
    return here.aggregate(n=Sum("n"))["n"] or 0


def homes(person_ids: Iterable[int]) -> dict[int, str]:
    """The paths of the buildings of those among these people who were removed."""
    wanted = sorted(person_ids)
    found: dict[int, int] = {}
    for n in range(0, len(wanted), AT_ONCE):
        rows = GoneHome.objects.filter(person_id__in=wanted[n : n + AT_ONCE])
        found |= dict(rows.values_list("person_id", "home_id"))
    paths = dict(Area.objects.filter(id__in=set(found.values())).values_list("id", "path"))
    return {person: paths[home] for person, home in found.items() if home in paths}
