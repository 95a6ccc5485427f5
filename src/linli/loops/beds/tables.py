"""The bed ledger: one row a bed given to somebody, and the events of it, which are only added."""

from django.db import models
from django.db.models import Q

from linli.audit.sealed import Sealed
from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.loops.collected import Collected


class BedState(models.TextChoices):
    """How far somebody's bed is: from the hold to the day it is free again."""

    HELD = "held", N_("held")
    CONFIRMED = "confirmed", N_("confirmed by the ward")
    COMING = "coming", N_("on the way")
    OCCUPIED = "occupied", N_("in it")
    FREE = "free", N_("free again")


ON_THE_WAY = (BedState.HELD, BedState.CONFIRMED, BedState.COMING)


class Bed(models.Model):
    """One numbered bed of a ward given to one person. The database itself refuses a second one."""

    id = models.BigAutoField(primary_key=True)
    ward_id = models.BigIntegerField()
    number = models.IntegerField()
    path = AreaPathField()  # of the site
    person_id = models.BigIntegerField()
    transfer_id = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=BedState)
    why = models.CharField(max_length=24, blank=True)  # the code why it is free again
    held_at = MomentField()
    entered_at = MomentField(null=True)
    freed_at = MomentField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(fields=["ward_id"], condition=~Q(state="free"), name="bed_taken"),
            models.Index(fields=["person_id", "-id"], name="bed_person"),
            models.Index(fields=["transfer_id"], name="bed_transfer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ward_id", "number", "exercise"],
                condition=~Q(state="free"),
                name="one_person_a_bed",
            ),
            models.UniqueConstraint(
                fields=["person_id", "exercise"],
                condition=Q(state="occupied"),
                name="one_bed_a_person",
            ),
            models.UniqueConstraint(
                fields=["person_id", "exercise"],
                condition=Q(state__in=["held", "confirmed", "coming"]),
                name="one_bed_on_the_way",
            ),
        ]


class BedEvent(Sealed):
    """One thing that happened to a bed that was given. No person: the bed's row names them."""

    bed_id = models.BigIntegerField()
    ward_id = models.BigIntegerField()
    number = models.IntegerField()
    state = models.CharField(max_length=12)
    why = models.CharField(max_length=24, blank=True)
    at = MomentField()
    actor_id = models.BigIntegerField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta(Sealed.Meta):
        app_label = "loops"
        indexes = [*Sealed.Meta.indexes, models.Index(fields=["bed_id"], name="bed_event_bed")]


COLLECTED = (Collected("beds", Bed, "held_at"),)
