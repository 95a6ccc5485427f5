"""The ledger: one row an item, and its events, which are only ever added."""

from django.db import models
from django.db.models import Q

from linli.audit.sealed import Sealed
from linli.columns import AreaPathField, MomentField


class Item(models.Model):
    """One piece of work that must end: where it belongs, who answers, and how its clock stands.

    ``path`` is where the item belongs and decides who may see it; ``unit_id`` and ``tier`` say
    who answers for it now. Clocks are kept in the seconds of the item's calendar (``_c``).
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)  # made where it was opened, so that twice is once
    loop = models.CharField(max_length=24)
    version = models.SmallIntegerField()
    kind = models.CharField(max_length=40, blank=True)  # the type within the loop
    item_class = models.CharField(max_length=24)
    stage = models.CharField(max_length=24)
    state = models.CharField(max_length=8)
    area_id = models.BigIntegerField()
    path = AreaPathField()
    community_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    found_tier = models.SmallIntegerField()
    solved_tier = models.SmallIntegerField(null=True)
    holder_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    topic = models.CharField(max_length=40, blank=True)
    subject_kind = models.CharField(max_length=12, blank=True)
    subject_id = models.BigIntegerField(null=True)
    parent_id = models.BigIntegerField(null=True)
    carrier_id = models.BigIntegerField(null=True)
    duplicate_of = models.BigIntegerField(null=True)
    quantity = models.FloatField(null=True)
    happened_at = MomentField()
    opened_at = MomentField()
    entered_at = MomentField()
    due_at = MomentField(null=True)  # the wall moment of the limit; None: no target
    replied_at = MomentField(null=True)
    reply_seen_at = MomentField(null=True)
    rating_asked_at = MomentField(null=True)
    closed_at = MomentField(null=True)
    limit_set_id = models.BigIntegerField(null=True)
    clock_id = models.BigIntegerField(null=True)
    calendar = models.CharField(max_length=12, default="always")
    entered_c = models.BigIntegerField()
    next_c = models.BigIntegerField(null=True)
    used_c = models.BigIntegerField(null=True)  # what had run when the clock was held
    level = models.SmallIntegerField(default=0)
    late = models.BooleanField(default=False)  # at the stage where it stands
    missed = models.BooleanField(default=False)  # a limit was missed before the last reply
    in_time = models.BooleanField(null=True)  # the reply came in time; None: none, or no target
    n_events = models.IntegerField(default=0)
    n_reopened = models.SmallIntegerField(default=0)
    n_me_too = models.IntegerField(default=0)
    outcome = models.CharField(max_length=24, blank=True)
    solved = models.BooleanField(null=True)
    satisfied = models.SmallIntegerField(null=True)
    back_check = models.CharField(max_length=12, blank=True)  # "", asked, agrees, differs
    channel = models.CharField(max_length=12, blank=True)
    opened_by = models.BigIntegerField(null=True)
    token_hash = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=160, blank=True)
    data = models.JSONField(default=dict)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(
                fields=["calendar", "next_c"],
                condition=Q(next_c__isnull=False),
                name="item_next",
            ),
            models.Index(fields=["path", "id"], name="item_path"),
            models.Index(
                fields=["holder_id", "due_at"],
                condition=Q(state="open", holder_id__isnull=False),
                name="item_holder",
            ),
            # What waits for somebody at a unit. Every index that holds an item is written anew
            # when its clock moves, so what most items have is left out where it can be.
            models.Index(
                fields=["unit_id", "due_at"],
                condition=Q(state="open", holder_id=None),
                name="item_unit",
            ),
            models.Index(
                fields=["parent_id"], condition=Q(parent_id__isnull=False), name="item_parent"
            ),
            models.Index(
                fields=["carrier_id"], condition=Q(carrier_id__isnull=False), name="item_carrier"
            ),
            models.Index(
                fields=["subject_kind", "subject_id"],
                condition=Q(subject_id__isnull=False),
                name="item_subject",
            ),
            models.Index(fields=["token_hash"], condition=~Q(token_hash=""), name="item_token"),
            models.Index(
                fields=["opened_by"], condition=Q(opened_by__isnull=False), name="item_opened_by"
            ),
            models.Index(
                fields=["back_check"], condition=Q(back_check="asked"), name="item_back_check"
            ),
            # What is rare is listed for the whole city without looking at all there is. The
            # newest come first, and are read backwards: an index that grows at its end stays
            # dense, and one that grows at its beginning becomes some 40 % larger.
            models.Index(fields=["id"], condition=~Q(state="closed"), name="item_alive"),
            models.Index(
                fields=["id"], condition=Q(late=True) & ~Q(state="closed"), name="item_late"
            ),
            models.Index(
                fields=["id"], condition=Q(holder_id=None, state="open"), name="item_unheld"
            ),
            models.Index(
                fields=["id"],
                condition=Q(clock_id=None) & ~Q(state="closed"),
                name="item_no_target",
            ),
            models.Index(  # of those that have climbed; most answer where they began
                fields=["tier", "id"],
                condition=Q(tier__gt=0) & ~Q(state="closed"),
                name="item_tier",
            ),
            models.Index(fields=["id"], condition=Q(n_reopened__gt=0), name="item_reopened"),
            models.Index(fields=["loop", "id"], name="item_loop"),
            models.Index(fields=["kind", "id"], name="item_kind"),
            # By the day, for who counts cases; item_case_onset stands in migration 0014.
            models.Index(
                fields=["kind", "item_class", "opened_at"],
                condition=Q(loop="case"),
                name="item_case",
            ),
        ]


class Event(Sealed):
    """One thing that happened to an item. No foreign keys: a person can go, the step stays."""

    uid = models.UUIDField(unique=True)
    item_id = models.BigIntegerField()
    n = models.IntegerField()  # counts an item's events from 1
    step = models.CharField(max_length=24)
    from_stage = models.CharField(max_length=24, blank=True)
    to_stage = models.CharField(max_length=24)
    actor_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)
    purpose = models.CharField(max_length=24, blank=True)
    tier = models.SmallIntegerField()
    level = models.SmallIntegerField(default=0)
    at = MomentField()
    recorded_at = MomentField()  # when it reached us; later than ``at`` if made offline
    data = models.JSONField(default=dict)
    exercise = models.BooleanField(default=False)

    class Meta(Sealed.Meta):
        app_label = "loops"
        indexes = [
            *Sealed.Meta.indexes,
            models.Index(fields=["item_id", "n"], name="event_item"),
            models.Index(
                fields=["at"],
                condition=Q(step__in=("classify", "reclassify", "confirm_after")),
                name="event_confirms",
            ),
        ]


class Voice(models.Model):
    """Somebody else who asks for the same: a "me too" with its own token to follow."""

    id = models.BigAutoField(primary_key=True)
    item_id = models.BigIntegerField()
    at = MomentField()
    account_id = models.BigIntegerField(null=True)
    token_hash = models.CharField(max_length=64)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(fields=["item_id"], name="voice_item"),
            models.Index(fields=["token_hash"], name="voice_token"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["item_id", "account_id"],
                condition=Q(account_id__isnull=False),
                name="one_voice_an_account",
            )
        ]


class Tally(models.Model):
    """Counts of a community's items in one loop and class, written with every move.

    Boards and maps sum these over paths; they never count items.
    """

    id = models.BigAutoField(primary_key=True)
    community_id = models.BigIntegerField()
    path = AreaPathField()
    loop = models.CharField(max_length=24)
    item_class = models.CharField(max_length=24)
    exercise = models.BooleanField(default=False)
    n_opened = models.BigIntegerField(default=0)
    n_open = models.BigIntegerField(default=0)
    n_waiting = models.BigIntegerField(default=0)
    n_unheld = models.BigIntegerField(default=0)  # open with no holder
    n_late = models.BigIntegerField(default=0)  # not closed and late
    n_no_target = models.BigIntegerField(default=0)  # not closed and without a limit
    n_street = models.BigIntegerField(default=0)  # not closed, by the tier that answers
    n_district = models.BigIntegerField(default=0)
    n_city = models.BigIntegerField(default=0)
    n_closed = models.BigIntegerField(default=0)
    n_replied = models.BigIntegerField(default=0)
    n_in_time = models.BigIntegerField(default=0)  # replied before a limit was missed
    n_missed = models.BigIntegerField(default=0)  # replied too late, or a limit missed meanwhile
    n_asked = models.BigIntegerField(default=0)  # of the closed: a rating was offered
    n_rated = models.BigIntegerField(default=0)  # said whether it was solved
    n_solved = models.BigIntegerField(default=0)
    n_scored = models.BigIntegerField(default=0)
    n_satisfied = models.BigIntegerField(default=0)  # scored 4 or 5
    n_reopened = models.BigIntegerField(default=0)

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["path"], name="tally_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["community_id", "loop", "item_class", "exercise"], name="one_tally_a_class"
            )
        ]
