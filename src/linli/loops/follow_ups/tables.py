"""Follow-ups: one row a contact, day and time of day; the id says which, so twice is once."""

from datetime import date

from django.db import models
from django.db.models import Q

from linli.columns import MomentField
from linli.errors import N_
from linli.loops.collected import Collected

FIRST_DAY = date(2000, 1, 1)  # day 0 of the ids
DAY_BITS, SLOT_BITS = 16, 3  # 179 years of days, 8 times a day
RELEASE_SLOT, TEST_SLOT = 6, 7  # ask for the release and for a sample; the rest how somebody is


class Seen(models.TextChoices):
    """What became of a follow-up; nothing else, and blank is still to be done."""

    DUE = "", N_("to be done")
    WELL = "well", N_("well")
    ILL = "ill", N_("has symptoms")
    SAMPLED = "sampled", N_("sample taken")
    REFUSED = "refused", N_("refused")
    UNREACHABLE = "unreachable", N_("could not be reached")
    AWAY = "away", N_("has gone elsewhere")
    LOST = "lost", N_("nobody knows where")
    OVER = "over", N_("period over")


MET = frozenset({Seen.WELL, Seen.ILL, Seen.SAMPLED})  # somebody spoke with the contact


class FollowUp(models.Model):
    """One thing to do for one contact on one day, by whom, and what became of it."""

    id = models.BigIntegerField(primary_key=True)  # see key_of
    contact_id = models.BigIntegerField()
    day = models.DateField()
    slot = models.SmallIntegerField()
    holder_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=12, choices=Seen, blank=True, default=Seen.DUE)
    temperature_c = models.FloatField(null=True)
    symptoms = models.JSONField(null=True)
    at = MomentField(null=True)
    by = models.BigIntegerField(null=True)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(fields=["day", "holder_id"], condition=Q(status=""), name="follow_up_due"),
        ]


def key_of(contact_id: int, day: date, slot: int) -> int:
    """The id of a contact's follow-up: contact, then day, then time of day."""
    return (contact_id << DAY_BITS | (day - FIRST_DAY).days) << SLOT_BITS | slot


def keys_of(contact_id: int) -> tuple[int, int]:
    """The first id of a contact's follow-ups, and the first one after them."""
    return contact_id << (DAY_BITS + SLOT_BITS), (contact_id + 1) << (DAY_BITS + SLOT_BITS)


COLLECTED = (Collected("follow_ups", FollowUp, "day", "contact_id"),)
