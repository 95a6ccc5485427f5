"""What is kept of a count of risks: what went in, what came out, and what makes it again."""

from django.db import models

from linli.columns import MomentField


class RiskRun(models.Model):
    """One count of the communities of the city; it stays as it was made.

    ``inputs`` and ``model`` with ``k``, ``draws`` and ``seed`` give ``results`` again; the
    ``fingerprint`` is theirs, so two runs with the same one are the same.
    """

    id = models.BigAutoField(primary_key=True)
    at = MomentField()
    counted_by = models.BigIntegerField(null=True)  # nobody: the worker did
    phase = models.CharField(max_length=24)
    model = models.TextField()  # the whole text, so that an old run can be explained
    k = models.IntegerField()
    draws = models.IntegerField()
    seed = models.IntegerField()
    inputs = models.JSONField()
    results = models.JSONField()
    fingerprint = models.CharField(max_length=16)
    version = models.CharField(max_length=24)
    n = models.IntegerField()
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["exercise", "-at"], name="risk_latest")]
