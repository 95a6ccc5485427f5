"""What is kept of a night's watch: on what it looked, by which plan, and what stood out."""

from django.db import models

from linli.columns import AreaPathField, MomentField


class WarningRun(models.Model):
    """One look at all signals up to the end of a day; it stays as it was made.

    ``inputs`` and ``plan`` are digests: the same two give the same warnings. ``statuses``: how
    many series were sound, too short and so on. ``breaks``: jumps that look like another way of
    counting, undeclared. ``notes``: what was left out, as codes with their values.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    at = MomentField()
    asked_by = models.BigIntegerField(null=True)  # None: the nightly one
    plan = models.CharField(max_length=16)
    inputs = models.CharField(max_length=16)
    version = models.CharField(max_length=24)
    n_series = models.IntegerField()
    n_loud = models.IntegerField()
    n_raised = models.IntegerField(default=0)
    statuses = models.JSONField(default=dict)
    breaks = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["exercise", "-day", "-id"], name="warning_run_latest")]


class WarningRow(models.Model):
    """One series that stood out in a run, with its picture; ``rank`` 1 is the most telling.

    ``told_by``: the part of the area that stands for it. ``past``: counts, expected and upper of
    the last days, the oldest first; None where not known.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(WarningRun, models.CASCADE, related_name="rows")
    rank = models.IntegerField()
    signal = models.CharField(max_length=40)
    level = models.CharField(max_length=12)
    area_id = models.BigIntegerField()
    path = AreaPathField()
    day = models.DateField()
    method = models.CharField(max_length=24)
    observed = models.FloatField()
    expected = models.FloatField()
    upper = models.FloatField()
    p = models.FloatField()
    adjusted = models.FloatField()
    told_by = models.BigIntegerField(null=True)
    item_id = models.BigIntegerField(null=True)
    past = models.JSONField(default=dict)

    class Meta:
        app_label = "studies"
        indexes = [models.Index(fields=["run", "path"], name="warning_row_path")]
