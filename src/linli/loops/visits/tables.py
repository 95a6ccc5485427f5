"""Visits: one row a stay of one person at one place; the uid makes a row sent twice one row."""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField, MomentField, OrderedTextField
from linli.errors import N_
from linli.loops.collected import Collected


class Source(models.TextChoices):
    """Who says that somebody was there."""

    INTERVIEW = "interview", N_("told in an interview")
    GATE = "gate", N_("a gate's log")
    TRANSPORT = "transport", N_("a transport record")
    VENUE = "venue", N_("a venue's log")
    NOTICE = "notice", N_("a public notice")


class Certainty(models.TextChoices):
    """How sure it is that somebody was there then."""

    SURE = "sure", N_("sure")
    LIKELY = "likely", N_("likely")
    DOUBTFUL = "doubtful", N_("doubtful")


class Precision(models.TextChoices):
    """How finely the time is known."""

    MINUTE = "minute", N_("to the minute")
    HOUR = "hour", N_("to the hour")
    DAY = "day", N_("to the day")


class PlaceKind(models.TextChoices):
    """What kind of place it is: how people stay there and how the air moves."""

    PRIVATE = "private", N_("home")
    WORK = "work", N_("workplace")
    SCHOOL = "school", N_("school")
    RESTAURANT = "restaurant", N_("restaurant or banquet")
    SHOP = "shop", N_("shop")
    MARKET = "market", N_("market")
    HOSPITAL = "hospital", N_("hospital or clinic")
    TRAIN = "train", N_("train")
    PLANE = "plane", N_("flight")
    COACH = "coach", N_("coach or bus")
    CAR = "car", N_("car or taxi")
    METRO = "metro", N_("metro")
    TRANSPORT = "transport", N_("station or airport")
    OUTDOORS = "outdoors", N_("outdoors")
    OTHER = "other", N_("another place")


class Air(models.TextChoices):
    """How the air of a place is changed, where somebody said."""

    CLOSED = "closed", N_("closed windows")
    NORMAL = "normal", N_("an ordinary room")
    OPEN = "open", N_("open air")


VEHICLES = frozenset({PlaceKind.TRAIN, PlaceKind.PLANE, PlaceKind.COACH, PlaceKind.METRO})


class Visit(models.Model):
    """One stay. ``path`` is the person's, and decides who may see it; ``place`` says where.

    ``place`` is what two stays at the same place share: a site, an area, or the name of a venue
    or a vehicle's run, folded. ``carriage``, ``row`` and ``seat`` say where in a vehicle.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    person_id = models.BigIntegerField()
    path = AreaPathField()
    place = OrderedTextField(max_length=120)
    place_kind = models.CharField(max_length=12, choices=PlaceKind)
    name = models.CharField(max_length=160, blank=True)  # of the place, as it was told
    area_id = models.BigIntegerField(null=True)
    site_id = models.BigIntegerField(null=True)
    air = models.CharField(max_length=8, choices=Air, blank=True)
    carriage = models.SmallIntegerField(null=True)
    row = models.SmallIntegerField(null=True)
    seat = models.CharField(max_length=2, blank=True)
    from_at = MomentField()
    until_at = MomentField()
    precision = models.CharField(max_length=8, choices=Precision)
    certainty = models.CharField(max_length=8, choices=Certainty)
    source = models.CharField(max_length=10, choices=Source)
    case_id = models.BigIntegerField(null=True)  # the case that told of it, if one did
    recorded_by = models.BigIntegerField(null=True)
    recorded_at = MomentField()
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [
            models.Index(fields=["person_id", "from_at"], name="visit_person"),
            models.Index(fields=["place", "from_at"], name="visit_place"),
            models.Index(fields=["case_id"], condition=Q(case_id__isnull=False), name="visit_case"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gte=models.F("from_at")), name="visit_ends_after_it_begins"
            )
        ]


COLLECTED = (Collected("visits", Visit, "until_at"),)
