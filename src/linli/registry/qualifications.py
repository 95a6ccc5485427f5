"""What has somebody at work learned, earned or been given? One row each, with its evidence (S53).

A degree, a certificate, a training, a step of the grade, an act of care for the worker: each says
since when, and what shows it. Who left is seen in the roster, and what was earned stays.
"""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField
from linli.errors import N_
from linli.registry.accounts import Account
from linli.registry.areas import Area


class QualificationKind(models.TextChoices):
    """What a row says of somebody at work."""

    COLLEGE_DEGREE = "college_degree", N_("college degree or higher")
    SOCIAL_WORK = "social_work", N_("social-work certificate")
    EMERGENCY_TRAINING = "emergency_training", N_("emergency training")
    GRADE = "grade", N_("step of the grade")
    CARE = "care", N_("care for the worker")


class Qualification(models.Model):
    """One thing that is true of somebody at work from a day on, and what shows it."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="qualifications")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")  # the unit that keeps the row
    path = AreaPathField()
    kind = models.CharField(max_length=24, choices=QualificationKind)
    name = models.CharField(max_length=160)
    evidence = models.CharField(max_length=240)  # number, issuer or decision: never empty
    gained_on = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["account", "kind"], name="qualification_account"),
            models.Index(fields=["path", "kind"], name="qualification_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "name", "gained_on"], name="one_qualification_once"
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="qualification_is_shown"),
        ]
