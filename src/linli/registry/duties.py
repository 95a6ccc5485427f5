"""Whose job is it? The versioned list that leads from a type of request to one lead duty (S83)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from linli import bulk
from linli.errors import N_, BadInput
from linli.policy.roles import Role
from linli.registry.areas import Tier

TIER_CHOICES = [(tier.value, tier.name.lower()) for tier in Tier]


class Duty(models.Model):
    """A responsibility: its topic, the tier it starts at, the role that leads, the skill it takes.

    A changed duty is a new version from a day on; the old one stays with its last day.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    topic = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=240)
    tier = models.SmallIntegerField(choices=TIER_CHOICES, default=Tier.COMMUNITY)
    lead_role = models.CharField(max_length=24, default=Role.GRID_WORKER)
    skill = models.CharField(max_length=40, blank=True)
    organisation_kind = models.CharField(max_length=16, blank=True)
    version = models.IntegerField(default=1)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "registry"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_duty_a_version")
        ]


class RequestType(models.Model):
    """What residents ask for: a type, its class, and the code of the duty that leads it."""

    code = models.CharField(max_length=40, primary_key=True)
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=240)
    item_class = models.CharField(max_length=24)
    duty_code = models.CharField(max_length=40, blank=True)
    group = models.CharField(max_length=60, blank=True)
    keywords = models.CharField(max_length=400, blank=True)
    public = models.BooleanField(default=True)  # may its existence be listed to anybody?
    attributes = models.JSONField(default=list)  # what is asked besides; see attributes.py
    valid_until = models.DateField(null=True)

    class Meta:
        app_label = "registry"


class NoDuty(BadInput):
    """Nobody's duty: the type is in no duty's list."""

    code = "no_duty"
    sentence = N_("No duty leads requests of type {type}. Map it in the duty list first.")


def in_force(on: date) -> Q:
    """The versions that hold on a day."""
    return Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gte=on))


def lead_for(type_code: str, on: date) -> Duty:
    """The one duty that leads a type of request on a day; raises NoDuty when there is none."""
    duty = (
        Duty.objects.filter(
            in_force(on), code__in=RequestType.objects.filter(code=type_code).values("duty_code")
        )
        .order_by("-version")
        .first()
    )
    if duty is None:
        raise NoDuty(type=type_code)
    return duty


def unmapped(on: date) -> list[RequestType]:
    """The types of request that no duty leads on a day; the list a city keeps empty."""
    led = Duty.objects.filter(in_force(on)).values("code")
    return list(RequestType.objects.exclude(duty_code__in=led).order_by("code"))


LOADED_DUTIES = (
    "id", "code", "topic", "name_zh", "name_en", "tier", "lead_role", "skill",
    "organisation_kind", "version", "valid_from", "valid_until", "source",
)  # fmt: skip


def load_duties(rows: Iterable[Sequence[Any]]) -> int:
    """Add duties in bulk, as plain values in the order of LOADED_DUTIES."""
    return bulk.insert(Duty, LOADED_DUTIES, rows)


LOADED_TYPES = (
    "code", "name_zh", "name_en", "item_class", "duty_code", "group", "keywords", "public",
    "attributes", "valid_until",
)  # fmt: skip


def load_types(rows: Iterable[Sequence[Any]]) -> int:
    """Add types of request in bulk, as plain values in the order of LOADED_TYPES."""
    return bulk.insert(RequestType, LOADED_TYPES, rows)


def open_types(on: date) -> list[RequestType]:
    """The types that anybody may choose on a day."""
    stands = Q(valid_until=None) | Q(valid_until__gte=on)
    return list(RequestType.objects.filter(stands, public=True).order_by("group", "code"))
