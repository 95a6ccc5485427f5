"""Exposures: one row for each source and person; found, then decided, and never forgotten."""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.loops.collected import Collected


class Decision(models.TextChoices):
    """What somebody said of a candidate."""

    OPEN = "", N_("to be decided")
    ACCEPTED = "accepted", N_("a contact")
    DISMISSED = "dismissed", N_("no contact")


class Exposure(models.Model):
    """That a person may have met a case: the evidence, its score, and who decided what and why.

    ``source_id`` is the case's item, or a contact's for the second ring. ``path`` is the source's,
    whose desk decides. ``contact_id`` is the item under which the person
    is followed up; it stays when that person becomes a case, so the link is never lost.
    """

    id = models.BigAutoField(primary_key=True)
    source_id = models.BigIntegerField()
    source_person_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    path = AreaPathField()
    contact_id = models.BigIntegerField(null=True)
    score = models.FloatField(default=0)
    evidence = models.JSONField(default=list)  # the ways found, each with its factors
    last_met_at = MomentField(null=True)
    found_at = MomentField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.OPEN)
    reason = models.CharField(max_length=24, blank=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = MomentField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(
                fields=["contact_id"],
                condition=Q(contact_id__isnull=False),
                name="exposure_contact",
            ),
            models.Index(fields=["person_id"], name="exposure_person"),
            models.Index(fields=["source_person_id"], name="exposure_source_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source_id", "person_id"], name="one_exposure_a_pair")
        ]


COLLECTED = (Collected("exposures", Exposure, "found_at"),)
