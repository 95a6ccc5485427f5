"""What was ordered of whom, and what was found? Two tables that are only added to and matched."""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.loops.collected import Collected


class Test(models.TextChoices):
    """What is done with a sample."""

    PCR = "pcr", N_("nucleic acid")
    ANTIGEN = "antigen", N_("antigen")
    ANTIBODY = "antibody", N_("antibody")
    SEQUENCE = "sequence", N_("sequence")
    CT = "ct", N_("chest CT")
    CULTURE = "culture", N_("culture")


class Finding(models.TextChoices):
    """What was found."""

    POSITIVE = "positive", N_("positive")
    NEGATIVE = "negative", N_("negative")
    INCONCLUSIVE = "inconclusive", N_("inconclusive")
    INVALID = "invalid", N_("the sample cannot be used")


SHOWS = frozenset({Finding.POSITIVE, Finding.NEGATIVE})  # what answers the question of an order


class Match(models.TextChoices):
    """Whose a result is, and who said so."""

    UNMATCHED = "", N_("nobody found yet")
    ORDER = "order", N_("by the order")
    IDS = "ids", N_("by what the laboratory knows")
    PERSON = "person", N_("by a person")
    DISMISSED = "dismissed", N_("set aside")


class Why(models.TextChoices):
    """Why a test is not done after all."""

    AGAIN = "again", N_("another sample is taken in its place")
    REFUSED = "refused", N_("the person declines it")
    UNREACHABLE = "unreachable", N_("the person cannot be reached")
    LEFT = "left", N_("the person has died or moved away")
    NEEDLESS = "needless", N_("it is not needed any more")
    MISTAKEN = "mistaken", N_("it was asked for by mistake")


class LabOrder(models.Model):
    """A test that was asked for: of whom, in whose care, by which sample.

    It stays open until a result shows the agent or its absence: what was inconclusive, or a
    sample that could not be used, answers nothing. Or until somebody says why it is not done.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    sample = models.CharField(max_length=40, unique=True)  # the code on the tube
    test = models.CharField(max_length=12, choices=Test)
    disease = models.CharField(max_length=24)
    person_id = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True)  # the case or contact it was asked for
    path = AreaPathField()
    due_on = models.DateField(null=True)
    ordered_at = MomentField()
    ordered_by = models.BigIntegerField(null=True)
    sampled_at = MomentField(null=True)
    done_at = MomentField(null=True)  # when it was answered or cancelled; None: still open
    cancelled_by = models.BigIntegerField(null=True)
    why = models.CharField(max_length=12, choices=Why, blank=True)  # it was cancelled
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(fields=["person_id", "-id"], name="lab_order_person"),
            models.Index(fields=["path", "id"], condition=Q(done_at=None), name="lab_order_open"),
        ]


class LabResult(models.Model):
    """What a laboratory found, with what it knows of whose sample it was."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)  # made where it was found, or of the row in a file
    sample = models.CharField(max_length=40, blank=True)
    test = models.CharField(max_length=12, choices=Test)
    disease = models.CharField(max_length=24)
    finding = models.CharField(max_length=12, choices=Finding)
    ct = models.FloatField(null=True)  # cycles, of a nucleic acid test
    laboratory = models.CharField(max_length=120, blank=True)
    sampled_at = MomentField(null=True)
    found_at = MomentField()
    taken_at = MomentField()
    taken_by = models.BigIntegerField(null=True)
    told = models.JSONField(default=dict)  # name, birth date, document, phone, code; none if known
    person_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    path = AreaPathField(blank=True)  # of the person; while nobody is found, of the sample
    match = models.CharField(max_length=10, choices=Match, blank=True, default=Match.UNMATCHED)
    matched_at = MomentField(null=True)
    matched_by = models.BigIntegerField(null=True)
    item_id = models.BigIntegerField(null=True)  # the case that a positive opened or changed
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(
                fields=["person_id", "-found_at"],
                condition=Q(person_id__isnull=False),
                name="lab_result_person",
            ),
            models.Index(fields=["id"], condition=Q(match=""), name="lab_result_unmatched"),
            models.Index(fields=["sample"], condition=~Q(sample=""), name="lab_result_sample"),
        ]


COLLECTED = (
    Collected("laboratory_orders", LabOrder, "ordered_at"),
    Collected("laboratory_results", LabResult, "found_at"),
)
