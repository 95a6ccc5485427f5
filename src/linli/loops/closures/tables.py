"""Closures: one row each, which is lifted and never taken away."""

from django.db import models
from django.db.models import F, Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.loops.collected import Collected


class Shape(models.TextChoices):
    """How a closure was drawn."""

    LINE = "line", N_("a line across roads")
    AREA = "area", N_("an area with all roads in it")
    POINT = "point", N_("the road at a point")


class RoadClosure(models.Model):
    """Where nobody drives within a time, save the kinds of vehicle that may pass.

    It belongs to the area of whoever drew it; everybody who sends or drives sees it.
    """

    id = models.BigAutoField(primary_key=True)
    shape = models.CharField(max_length=8, choices=Shape)
    points = models.JSONField()  # [[longitude, latitude], ...] in the order drawn
    path = AreaPathField()
    reason = models.CharField(max_length=200)
    passes = models.JSONField(default=list)  # kinds of vehicle
    from_at = MomentField()
    until_at = MomentField()
    drawn_at = MomentField()
    drawn_by = models.BigIntegerField(null=True)
    lifted_at = MomentField(null=True)
    lifted_by = models.BigIntegerField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(fields=["until_at"], condition=Q(lifted_at=None), name="closure_in_force")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="closure_ends")
        ]


# Somebody's own words may name a person; where and how long a road was closed does not.
COLLECTED = (Collected("closures", RoadClosure, "drawn_at", words=("reason",)),)
