"""Which wards has a site, whom does each take, and how many beds are there? With date and source.

A ward is a class of beds: one category of patients, never mixed, up to a severity. What it says of
its beds is counted anew at any time; every count is kept.
"""

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q

from linli.audit.records import record
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, BadInput, NotFound, Word
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import sites
from linli.registry.people import Sex
from linli.registry.sites import Site

REPORT = "beds.report"
MOST_BEDS = 20_000


class BedCategory(models.TextChoices):
    """Who lies in a ward; people of two categories never lie in one."""

    CONFIRMED = "confirmed", N_("confirmed")
    SUSPECTED = "suspected", N_("suspected")
    FEVER = "fever", N_("fever that cannot be ruled out")
    CONTACT = "contact", N_("close contact")
    RECOVERED = "recovered", N_("recovered, under observation")
    ORDINARY = "ordinary", N_("ordinary patients")


class BedSeverity(models.TextChoices):
    """How ill somebody may be at most, from the least to the most."""

    NONE = "none", N_("not ill")
    MILD = "mild", N_("mild")
    ORDINARY = "ordinary", N_("ordinary")
    SEVERE = "severe", N_("severe")
    CRITICAL = "critical", N_("critical")


SEVERITY_RANK = {severity: rank for rank, severity in enumerate(BedSeverity.values)}


class AgeGroup(models.TextChoices):
    """Whom a ward takes by age."""

    ANY = "", N_("any age")
    CHILD = "child", N_("children")
    ADULT = "adult", N_("adults")


class Ward(models.Model):
    """Beds of one class at one site. ``n_blocked``: taken by others, or without staff."""

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="wards")
    path = AreaPathField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    category = models.CharField(max_length=12, choices=BedCategory)
    severity = models.CharField(max_length=12, choices=BedSeverity)
    severity_rank = models.SmallIntegerField()  # of ``severity``, so that it can be compared
    sex = models.CharField(max_length=8, choices=Sex, blank=True)
    age_group = models.CharField(max_length=8, choices=AgeGroup, blank=True)
    oxygen = models.BooleanField(default=False)
    icu = models.BooleanField(default=False)
    dialysis = models.BooleanField(default=False)
    n_beds = models.IntegerField()
    n_blocked = models.IntegerField(default=0)
    n_more_in_24h = models.IntegerField(default=0)
    counted_at = MomentField()
    source = models.CharField(max_length=200)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["category", "severity_rank"], name="ward_class")]
        constraints = [
            models.UniqueConstraint(fields=["site", "name_zh"], name="one_ward_a_name"),
            models.CheckConstraint(
                condition=Q(n_blocked__gte=0, n_beds__gte=F("n_blocked")), name="ward_counts"
            ),
        ]


class WardCount(models.Model):
    """What a ward said of its beds at a moment, and who said it; only ever added."""

    id = models.BigAutoField(primary_key=True)
    ward = models.ForeignKey(Ward, models.CASCADE, related_name="counts")
    n_beds = models.IntegerField()
    n_blocked = models.IntegerField()
    n_more_in_24h = models.IntegerField()
    counted_at = MomentField()
    counted_by = models.BigIntegerField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["ward", "-id"], name="ward_count")]


@dataclass(frozen=True)
class Counted:
    """How many beds a ward has: set up, of these not to be given, and more within a day."""

    n_beds: int
    n_blocked: int = 0
    n_more_in_24h: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.n_blocked <= self.n_beds <= MOST_BEDS or self.n_more_in_24h < 0:
            raise BadInput(
                N_(
                    "{beds} beds of which {blocked} cannot be given does not add up. Give whole "
                    "numbers up to {most}, the second not above the first."
                ),
                beds=self.n_beds,
                blocked=self.n_blocked,
                most=MOST_BEDS,
            )


@dataclass(frozen=True)
class NewWard:
    """A ward to be added: whom it takes."""

    name_zh: str
    category: str
    severity: str
    name_en: str = ""
    sex: str = ""
    age_group: str = ""
    oxygen: bool = False
    icu: bool = False
    dialysis: bool = False


def add(actor: Actor, site_id: int, new: NewWard, counted: Counted, *, now: int) -> Ward:
    """Add a ward to a site; one of the same name there is counted and described anew."""
    site = sites.get(site_id)
    holding = can(actor, Ask(REPORT, roles_for(REPORT), site.path)).required()
    _check(new)
    ward, _ = Ward.objects.update_or_create(
        site=site,
        name_zh=new.name_zh.strip(),
        defaults={
            "path": site.path,
            "name_en": new.name_en,
            "category": new.category,
            "severity": new.severity,
            "severity_rank": SEVERITY_RANK[new.severity],
            "sex": new.sex,
            "age_group": new.age_group,
            "oxygen": new.oxygen,
            "icu": new.icu,
            "dialysis": new.dialysis,
            **_counts(counted, now),
        },
    )
    _keep(ward, actor, counted, now)
    record(actor, "describe", "wards", ward.id, holding=holding, path=site.path)
    return ward


def count(actor: Actor, ward_id: int, counted: Counted, *, now: int) -> Ward:
    """Count a ward's beds anew, as somebody who may at its site."""
    ward = get(ward_id)
    holding = can(actor, Ask(REPORT, roles_for(REPORT), ward.path)).required()
    Ward.objects.filter(id=ward.id).update(**_counts(counted, now))
    _keep(ward, actor, counted, now)
    record(actor, "count", "wards", ward.id, holding=holding, path=ward.path)
    return get(ward_id)


def get(ward_id: int) -> Ward:
    """The ward with its site, or a sentence that there is none."""
    found = Ward.objects.select_related("site").filter(id=ward_id).first()
    if found is None:
        raise NotFound(what=Word(N_("ward")), value=ward_id)
    return found


def _counts(counted: Counted, now: int) -> dict[str, int | str]:
    return {
        "n_beds": counted.n_beds,
        "n_blocked": counted.n_blocked,
        "n_more_in_24h": counted.n_more_in_24h,
        "counted_at": now,
        "source": counted.source,
    }


def _keep(ward: Ward, actor: Actor, counted: Counted, now: int) -> None:
    WardCount.objects.create(ward=ward, counted_by=actor.id, **_counts(counted, now))


def _check(new: NewWard) -> None:
    """Raise unless every word is one of its closed set."""
    closed = (
        ("category", new.category, BedCategory.values),
        ("severity", new.severity, BedSeverity.values),
        ("sex", new.sex, ["", *Sex.values]),
        ("age_group", new.age_group, AgeGroup.values),
    )
    for field, given, known in closed:
        if given not in known:
            raise BadInput(
                N_("{given} is no {field} of a ward. Choose one of: {known}."),
                given=given or "-",
                field=field,
                known=tuple(k for k in known if k),
            )
    if not new.name_zh.strip():
        raise BadInput(N_("A ward needs a name. Write the one on its door."))
