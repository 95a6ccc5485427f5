"""What people write onto a curve: orders that hold from a day on, and changes of definition."""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_


class MarkKind(models.TextChoices):
    """What stands on a curve by somebody's word."""

    ORDER = "order", N_("order or measure")
    DEFINITION = "definition", N_("change of definition")


class CurveMark(models.Model):
    """One mark, by name; it holds for an area and all below. One taken back stays with its moment.

    ``first_on`` to ``last_on``: the days counted by another definition; an order has only the
    first. ``backlog_days``: so many of them at the start hold cases of earlier days. ``ratio``: how
    many it counts for one case of before; None: to be read from the counts.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=MarkKind)
    disease = models.CharField(max_length=40, blank=True)  # empty: whatever the disease
    area_id = models.BigIntegerField()
    path = AreaPathField()
    first_on = models.DateField()
    last_on = models.DateField(null=True)
    backlog_days = models.SmallIntegerField(default=0)
    ratio = models.FloatField(null=True)
    words = models.CharField(max_length=200)
    declared_by = models.BigIntegerField(null=True)
    declared_at = MomentField()
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_at = MomentField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["path", "first_on"], name="curve_mark_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on=None) | Q(last_on__gte=models.F("first_on")),
                name="curve_mark_ends_after_it_begins",
            )
        ]
