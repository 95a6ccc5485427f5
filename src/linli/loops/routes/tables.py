"""Routes of runs: one row a plan of the way, the newest is the one that is driven."""

from django.db import models

from linli.columns import MomentField
from linli.errors import N_
from linli.loops.collected import Collected


class RouteWhy(models.TextChoices):
    """Why a route was made."""

    PLANNED = "planned", N_("planned")
    REPLANNED = "replanned", N_("planned again around what is closed")


class RunRoute(models.Model):
    """The way of a run: its stops in order, and the roads between them.

    ``stops`` hold a kind, a point, the area or site, the transfers that get on, and a moment;
    ``legs`` hold seconds, metres, the line on the map and its arcs in the network ``roads``.
    """

    id = models.BigAutoField(primary_key=True)
    run_id = models.BigIntegerField()
    why = models.CharField(max_length=12, choices=RouteWhy)
    made_at = MomentField()
    made_by = models.BigIntegerField(null=True)  # None: Linli, soon after it was made up
    stops = models.JSONField()
    legs = models.JSONField()
    roads = models.CharField(max_length=32)  # the digest of the network
    estimate = models.BooleanField()

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["run_id", "-id"], name="run_route")]


# At which door somebody was called for, and when, is a fact about them.
COLLECTED = (Collected("run_routes", RunRoute, "made_at", "run_id"),)
