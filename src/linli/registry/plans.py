"""Which plans does the city keep, what is held back for them, and when did one run?

A plan is kept as it was signed: a text in versions, never changed, only followed by another. What
it means is read in the ring of the plans; here stands what is kept of it.
"""

import hashlib
from datetime import date

from django.db import models
from django.db.models import Max, Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.registry.areas import Area


class PlanVersion(models.Model):
    """One signed version of a plan; ``signed_by`` is empty where it came with Linli."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    version = models.IntegerField()
    text = models.TextField()  # the whole plan as TOML, as it was signed
    digest = models.CharField(max_length=64)
    signed_by = models.BigIntegerField(null=True)
    signed_name = models.CharField(max_length=120, blank=True)
    signed_at = MomentField()
    note = models.CharField(max_length=300, blank=True)
    newest = models.BooleanField(default=True)

    class Meta:
        app_label = "registry"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_plan_a_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(newest=True), name="one_newest_plan"
            ),
        ]


class ReserveKind(models.TextChoices):
    """What can be held back for a plan."""

    RESOURCES = "resources", N_("resource")
    WARDS = "wards", N_("beds of a ward")
    SITES = "sites", N_("site")
    VEHICLES = "vehicles", N_("vehicle")


class Reserve(models.Model):
    """So much of one record is held back for a plan in an area, until a day or until lifted."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=ReserveKind)
    record_id = models.BigIntegerField()
    record_path = AreaPathField()  # where the record lies; the area it is kept for may be another
    quantity = models.FloatField()
    plan = models.CharField(max_length=40)
    area = models.ForeignKey(Area, models.PROTECT, related_name="reserves")
    path = AreaPathField()
    until = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    signed_by = models.BigIntegerField()
    signed_at = MomentField()
    lifted_by = models.BigIntegerField(null=True)
    lifted_at = MomentField(null=True)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["kind", "record_id"], name="reserve_record"),
            models.Index(fields=["plan", "path"], name="reserve_plan"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reserve_is_something")
        ]


class RunKind(models.TextChoices):
    """Whether a plan runs to be tried, or because it is needed."""

    EXERCISE = "exercise", N_("exercise")
    REAL = "real", N_("for real")


class PlanRun(models.Model):
    """A plan under way in an area: who started it, why, until when, and how it stood and went.

    ``exercise``: its items are flagged so. In a demonstration those of every run are.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="plan_runs")
    path = AreaPathField()
    reason = models.CharField(max_length=500)
    started_by = models.BigIntegerField()
    started_name = models.CharField(max_length=120)
    started_as = models.CharField(max_length=24)  # the role
    started_at = MomentField()
    ends_at = MomentField()
    ended_at = MomentField(null=True)
    ended_by = models.BigIntegerField(null=True)  # empty: it ended by itself
    ended_because = models.CharField(max_length=500, blank=True)
    declaration_id = models.BigIntegerField(null=True)
    exercise = models.BooleanField(default=False)
    looked_at = MomentField()  # when its gaps were last compared with the records
    readiness = models.JSONField(default=dict)  # as it stood at the start
    score = models.JSONField(default=dict)  # at its end
    n_gaps = models.IntegerField(default=0)  # found at the start
    n_gaps_mended = models.IntegerField(default=0)  # closed as mended, so far

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["path", "-id"], name="planrun_path"),
            models.Index(fields=["ends_at"], condition=Q(ended_at=None), name="planrun_going"),
        ]


class PlanRunStep(models.Model):
    """Where a step of a run stands: when it is due, when it was opened, when all was done."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=40)
    due_at = MomentField()
    opened_at = MomentField(null=True)
    finish_by = MomentField(null=True)
    finished_at = MomentField(null=True)
    n_places = models.IntegerField(default=0)
    n_opened = models.IntegerField(default=0)
    n_refused = models.IntegerField(default=0)
    problem = models.JSONField(default=dict)  # why something was refused, by language

    class Meta:
        app_label = "registry"
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_step_a_run")]


class PlanRunItem(models.Model):
    """An item that a run opened, for a step or for a gap; without a key to the item, as events."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="items")
    step = models.CharField(max_length=40, blank=True)
    gap = models.CharField(max_length=80, blank=True)  # what lacks, and where
    item_id = models.BigIntegerField()

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["item_id"], name="planrunitem_item")]
        constraints = [models.UniqueConstraint(fields=["run", "item_id"], name="one_item_a_run")]


class PlanAnswer(models.Model):
    """Somebody whom a run called said: here I am."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="answers")
    account_id = models.BigIntegerField()
    at = MomentField()

    class Meta:
        app_label = "registry"
        constraints = [
            models.UniqueConstraint(fields=["run", "account_id"], name="one_answer_a_run")
        ]


def add_version(
    code: str, text: str, *, by: int | None, name: str = "", note: str = "", now: int
) -> PlanVersion:
    """Keep a new version, in the caller's transaction; the one before stays as it is."""
    last = PlanVersion.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    PlanVersion.objects.filter(code=code, newest=True).update(newest=False)
    return PlanVersion.objects.create(
        code=code, version=last + 1, text=text, digest=digest_of(text), signed_by=by,
        signed_name=name, signed_at=now, note=note,
    )  # fmt: skip


def digest_of(text: str) -> str:
    """What tells two texts of a plan apart."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_force(on: date) -> Q:
    """The reserves that hold on a day."""
    return Q(lifted_at=None) & (Q(until=None) | Q(until__gte=on))


def serves(reserve: Reserve, plan: str, path: str) -> bool:
    """Whether a reserve is for this plan, in an area that is this one, in it, or around it."""
    near = path.startswith(reserve.path) or reserve.path.startswith(path)
    return reserve.plan == plan and near


def under_way() -> Q:
    """The runs that have not ended."""
    return Q(ended_at=None)
