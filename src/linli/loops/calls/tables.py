"""Who in special care was spoken to, on which day, and how?"""

from django.db import models

from linli.columns import MomentField
from linli.errors import N_
from linli.loops.collected import Collected


class By(models.TextChoices):
    """How somebody was reached."""

    DOOR = "door", N_("at the door")
    PHONE = "phone", N_("by phone")
    FAMILY = "family", N_("through the family")


class CareContact(models.Model):
    """One contact with somebody in special care."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)  # made where it happened, so that twice is once
    person_id = models.BigIntegerField()
    day = models.DateField()
    by = models.CharField(max_length=8, choices=By)
    well = models.BooleanField()
    at = MomentField()
    account_id = models.BigIntegerField(null=True)
    exercise = models.BooleanField()

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["day", "person_id"], name="care_contact_day")]


COLLECTED = (Collected("care_contacts", CareContact, "day", "person_id"),)
