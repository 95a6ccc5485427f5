"""What is kept of an evaluation: counts as they stood at a moment, and what experts judged."""

from django.db import models

from linli.columns import AreaPathField, MomentField


class Snapshot(models.Model):
    """All counts of all units below an area at one moment; it stays as it was taken.

    ``digests`` are those of the formulas, by indicator: what was counted otherwise is not compared.
    """

    id = models.BigAutoField(primary_key=True)
    framework = models.CharField(max_length=40)
    path = AreaPathField()
    at = MomentField()
    taken_by = models.BigIntegerField(null=True)
    digests = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=16)  # of framework and formulas
    version = models.CharField(max_length=24)
    n_units = models.IntegerField()
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["framework", "exercise", "-at"], name="snapshot_latest")]


class SnapshotRow(models.Model):
    """One unit in a snapshot: numerator, denominator, value and the reason of a gap."""

    id = models.BigAutoField(primary_key=True)
    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="rows")
    area_id = models.BigIntegerField()
    path = AreaPathField()
    figures = models.JSONField(default=dict)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["snapshot", "path"], name="snapshot_path")]


class Judgement(models.Model):
    """What an expert says of one indicator of one unit, by name and day; never a count.

    One that is withdrawn stays, with the moment, so that an old evaluation can be explained.
    """

    id = models.BigAutoField(primary_key=True)
    framework = models.CharField(max_length=40)
    indicator = models.CharField(max_length=40)
    area_id = models.BigIntegerField()
    path = AreaPathField()
    value = models.FloatField()
    expert = models.CharField(max_length=120)
    judged_on = models.DateField()
    reason = models.CharField(max_length=500)
    recorded_by = models.BigIntegerField(null=True)
    recorded_at = MomentField()
    withdrawn_at = MomentField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["framework", "path"], name="judgement_path")]
