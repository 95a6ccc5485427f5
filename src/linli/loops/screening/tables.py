"""What is kept of the rounds: reports, their counters, and who was missed for ever."""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.loops.collected import Collected
from linli.loops.rounds import SEEN_NAMES


class How(models.IntegerChoices):
    """By which door a report came; a resident's own and a visit are the same record."""

    DOOR = 1, N_("at the door")
    PHONE = 2, N_("by phone")
    SELF = 3, N_("by the resident")
    LIST = 4, N_("from a list")


SEEN_CHOICES = [(int(seen), name) for seen, name in SEEN_NAMES.items()]


class Report(models.Model):
    """One person on one day. On PostgreSQL a partition a day; see ``partitions``.

    The columns ``was_...`` hold what the last revision replaced, so that one statement can move
    the counters and keep the loser without a second look at the row.
    """

    pk = models.CompositePrimaryKey("day", "person_id", "exercise")
    day = models.DateField()
    person_id = models.BigIntegerField()
    exercise = models.BooleanField()
    area_id = models.BigIntegerField()  # the responsible area when it was reported
    household_id = models.BigIntegerField(null=True)
    seq = models.BigIntegerField()  # made on the device: its milliseconds, raised on a tie
    uid = models.UUIDField()
    at = MomentField()
    account_id = models.BigIntegerField(null=True)
    revision = models.IntegerField()
    state = models.SmallIntegerField(choices=SEEN_CHOICES)
    how = models.SmallIntegerField(choices=How)
    fever = models.BooleanField()
    answers = models.JSONField(null=True)  # of an exception only
    was_area_id = models.BigIntegerField(null=True)
    was_state = models.SmallIntegerField(null=True)
    was_fever = models.BooleanField(null=True)
    was_how = models.SmallIntegerField(null=True)
    was_seq = models.BigIntegerField(null=True)
    was_uid = models.UUIDField(null=True)
    was_at = MomentField(null=True)
    was_account_id = models.BigIntegerField(null=True)
    was_answers = models.JSONField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningreport"


class Beaten(models.Model):
    """A report that lost against a later one, or came too late; kept as long as reports."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    person_id = models.BigIntegerField()
    exercise = models.BooleanField()
    uid = models.UUIDField()
    seq = models.BigIntegerField()
    at = MomentField()
    account_id = models.BigIntegerField(null=True)
    state = models.SmallIntegerField(choices=SEEN_CHOICES)
    how = models.SmallIntegerField(choices=How)
    fever = models.BooleanField()
    answers = models.JSONField(null=True)
    why = models.CharField(max_length=12)  # replaced, stale, day_over, merged

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningbeaten"
        constraints = [
            models.UniqueConstraint(fields=["person_id", "day", "uid"], name="beaten_once")
        ]


class Count(models.Model):
    """The reports of one area on one day, counted by the statement that writes them.

    ``n_expected`` is set by the worker and when the day closes; None: not counted yet.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    area_id = models.BigIntegerField()
    exercise = models.BooleanField()
    path = AreaPathField()
    n_expected = models.IntegerField(null=True)
    n_checked = models.IntegerField(default=0)
    n_refused = models.IntegerField(default=0)
    n_unreachable = models.IntegerField(default=0)
    n_away = models.IntegerField(default=0)
    n_exempt = models.IntegerField(default=0)
    n_fever = models.IntegerField(default=0)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningcount"
        indexes = [models.Index(fields=["day", "path"], name="screening_count_path")]
        constraints = [
            models.UniqueConstraint(fields=["day", "area_id", "exercise"], name="one_count_a_day")
        ]


class Day(models.Model):
    """A day of the rounds that is over: since when nothing more is taken, and who was missed."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    exercise = models.BooleanField()
    ended_at = MomentField()  # from here on reports for the day are refused
    closed_at = MomentField(null=True)  # when those missed were written down
    n_missed = models.IntegerField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningday"
        constraints = [models.UniqueConstraint(fields=["day", "exercise"], name="one_end_a_day")]


class Missed(models.Model):
    """Somebody of whom nothing was known when the day closed; it stays, whoever moves or goes."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    person_id = models.BigIntegerField()
    exercise = models.BooleanField()
    area_id = models.BigIntegerField()
    path = AreaPathField()
    household_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningmissed"
        indexes = [models.Index(fields=["path", "day"], name="screening_missed_path")]
        constraints = [
            models.UniqueConstraint(fields=["day", "person_id", "exercise"], name="missed_once")
        ]


class Round(models.Model):
    """A round as the reports need it: where, which days, under which declaration, till when."""

    id = models.BigAutoField(primary_key=True)
    item_id = models.BigIntegerField(unique=True)
    exercise = models.BooleanField()
    path = AreaPathField()
    path_end = AreaPathField()
    first_day = models.DateField()
    last_day = models.DateField()
    declaration_id = models.BigIntegerField(null=True)  # it is for emergencies only
    questionnaire_id = models.BigIntegerField(null=True)
    reward_cents = models.IntegerField(default=0)
    closed_at = MomentField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeninground"
        indexes = [
            models.Index(fields=["path"], condition=Q(closed_at=None), name="screening_round_open")
        ]


class Questionnaire(models.Model):
    """What is asked about an exception: one version of a city's form, and the file it came from."""

    id = models.BigAutoField(primary_key=True)
    version = models.IntegerField(unique=True)
    title = models.CharField(max_length=160)
    questions = models.JSONField()
    file = models.BinaryField()
    signed_at = MomentField()
    account_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningquestionnaire"


class Owed(models.Model):
    """What a report owes the city: a fever to be opened. Written with it, done by the worker."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    person_id = models.BigIntegerField()
    exercise = models.BooleanField()
    area_id = models.BigIntegerField()
    uid = models.UUIDField()  # of the report; what is opened has an uid made from it
    account_id = models.BigIntegerField(null=True)
    how = models.SmallIntegerField(choices=How)
    at = MomentField()
    answers = models.JSONField(null=True)
    done_at = MomentField(null=True)
    item_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningowed"
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="screening_owed"),
            models.Index(fields=["person_id", "day"], name="screening_owed_person"),
        ]


class Reward(models.Model):
    """What a resident's own report earns, once a day. It says nothing of what was reported."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField()
    day = models.DateField()
    exercise = models.BooleanField()
    path = AreaPathField()
    cents = models.IntegerField()
    paid_at = MomentField(null=True)
    paid_by = models.BigIntegerField(null=True)

    class Meta:
        app_label = "loops"
        db_table = "loops_screeningreward"
        indexes = [
            models.Index(fields=["path"], condition=Q(paid_at=None), name="screening_reward_owed")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "day", "exercise"], name="one_reward_a_day"
            )
        ]


COLLECTED = (
    Collected("screening_reports", Report, "day", "area_id"),
    Collected("screening_beaten", Beaten, "day", "person_id"),
    Collected("screening_missed", Missed, "day"),
    Collected("screening_owed", Owed, "day", "area_id"),
    Collected("screening_rewards", Reward, "day"),
)
