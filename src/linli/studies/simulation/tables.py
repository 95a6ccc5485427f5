"""What is kept of a what-if: what was asked, what came of it, and what a person decided on it."""

from django.db import models

from linli.columns import AreaPathField, MomentField
from linli.errors import N_


class WhatIfState(models.TextChoices):
    """How far a what-if is."""

    WAITING = "waiting", N_("waiting")
    RUNNING = "running", N_("running")
    DONE = "done", N_("done")
    CANCELLED = "cancelled", N_("cancelled")
    FAILED = "failed", N_("failed")


class WhatIf(models.Model):
    """A question about choices, its answer, and all that is needed to ask it again.

    ``result`` is empty until everything has run: a run that was cancelled leaves nothing of it.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    area_id = models.BigIntegerField()
    path = AreaPathField()
    asked = models.JSONField(default=dict)
    asked_by = models.BigIntegerField(null=True)
    asked_at = MomentField()  # records are read as they stand at this moment
    state = models.CharField(max_length=10, choices=WhatIfState, default=WhatIfState.WAITING)
    job_id = models.BigIntegerField(null=True)
    problem = models.JSONField(default=dict)  # why there is no answer: a sentence and its values
    fingerprint = models.CharField(max_length=16, blank=True)  # of all that went in
    version = models.CharField(max_length=24, blank=True)
    result = models.JSONField(default=dict)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["path", "-id"], name="whatif_path")]


class WhatIfDecision(models.Model):
    """What a person decided with a what-if before them: who, when, which choice, and why.

    It changes nothing by itself: whoever signs then acts, through the city's own loops.
    """

    id = models.BigAutoField(primary_key=True)
    what_if = models.ForeignKey(WhatIf, models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    signed_by = models.BigIntegerField()
    signed_name = models.CharField(max_length=120)
    signed_as = models.CharField(max_length=24)  # the role
    signed_at = MomentField()
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["what_if", "id"], name="whatif_decision")]
