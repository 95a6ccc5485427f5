"""Which conditions may a formula put on records? Each turns what is asked into a query's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThan

from linli import clock
from linli.loops import counted
from linli.loops.loop import State
from linli.policy.roles import COMMUNITY_STAFF
from linli.registry import duties, roster
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.duties import Duty
from linli.registry.estates import THREE_WITHOUT
from linli.registry.facts import Fact
from linli.registry.imports.staging import Upload
from linli.registry.names import NamePart
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.plans import PlanRun, RunKind
from linli.registry.qualifications import Qualification
from linli.registry.roster import Assignment

HOUR_S = 3600
DAY_S = 24 * HOUR_S
PLAN_DAYS = 365  # how long a signature or an exercise keeps a plan current; assumed
INFECTED_DAYS = 180  # how long a worker's illness counts as one of this emergency; assumed
NO_ROOMS = ("no_toilet", "no_kitchen")  # figures of a building, as the disinfections read them
Make = Callable[["Asked", tuple[Any, ...]], Q]


@dataclass(frozen=True)
class Asked:
    """When, for whom, and over how many days: what every filter may need."""

    now: int  # UTC seconds
    exercise: bool
    days: int = 0
    ago: int = 0

    @property
    def until(self) -> int:
        """The end of the window, UTC seconds."""
        return self.now - self.ago * DAY_S

    @property
    def since(self) -> int:
        """The start of the window, UTC seconds."""
        return self.until - self.days * DAY_S


def among(column: str) -> Make:
    """One of the values stands in a column."""
    return lambda _, values: Q(**{f"{column}__in": values})


def flag(condition: Callable[[Asked], Q]) -> Make:
    """A filter that is true or false; both named at once narrow nothing."""

    def made(asked: Asked, values: tuple[Any, ...]) -> Q:
        found = Q(pk__in=[])
        for value in values:
            found |= condition(asked) if value else ~condition(asked)
        return found

    return made


def column(name: str) -> Make:
    """A column that may be unknown: unknown is neither true nor false."""
    return lambda _, values: Q(**{f"{name}__in": [bool(v) for v in values]})


def moment(column: str) -> Callable[[Asked], Q]:
    """The moment in a column lies in the window."""
    return lambda asked: Q(**{f"{column}__gt": asked.since, f"{column}__lte": asked.until})


def day(column: str) -> Callable[[Asked], Q]:
    """The day in a column lies in the window."""

    def made(asked: Asked) -> Q:
        last = clock.day(clock.moment(asked.until))
        first = last - timedelta(days=asked.days)
        return Q(**{f"{column}__gt": first, f"{column}__lte": last})

    return made


def lasting(asked: Asked) -> Q:
    """It is there today."""
    day = clock.day(clock.moment(asked.now))
    return Q(valid_until=None) | Q(valid_until__gte=day)


def held(asked: Asked) -> Q:
    """Somebody holds the post now."""
    held = Assignment.objects.filter(roster.current(asked.now), deputy=False, post=OuterRef("pk"))
    return Q(Exists(held))


def answered(asked: Asked) -> Q:
    """Somebody reachable is first responsible for every topic."""
    seats = Assignment.objects.filter(
        roster.current(asked.now),
        post__area=OuterRef("pk"),
        post__first_responsible=True,
        post__topic="",
        account__is_active=True,
    ).exclude(account__absences__starts_at__lte=asked.now, account__absences__ends_at__gt=asked.now)
    return Q(Exists(seats))


def plan_current(asked: Asked) -> Q:
    """The city signed the plan, or held an exercise of it, within a year."""
    since = asked.now - PLAN_DAYS * DAY_S
    tried = PlanRun.objects.filter(
        version__code=OuterRef("code"), kind=RunKind.EXERCISE, started_at__gt=since
    )
    return Q(signed_by__isnull=False, signed_at__gt=since) | Q(Exists(tried))


def plan_complete(_: Asked) -> Q:
    """The newest exercise of this version that is over left no gap open."""
    over = PlanRun.objects.filter(kind=RunKind.EXERCISE, ended_at__isnull=False)
    newest = over.filter(version=OuterRef("version")).order_by("-id").values("id")[:1]
    whole = over.filter(version=OuterRef("pk"), id=Subquery(newest), n_gaps__lte=F("n_gaps_mended"))
    return Q(Exists(whole))


def left(asked: Asked) -> Q:
    """The account holds no such post any more at the end of the window."""
    still = Assignment.objects.filter(
        roster.current(asked.until),
        account=OuterRef("account"),
        post__role__in=[role.value for role in COMMUNITY_STAFF],
    )
    return ~Q(Exists(still))


def running(asked: Asked) -> Q:
    """It runs at some moment of the window."""
    begun = Q(starts_at__lte=asked.until)
    return begun & (Q(ends_at=None) | Q(ends_at__gt=asked.since))


def has_organisation(asked: Asked, values: tuple[Any, ...]) -> Q:
    """An organisation of these kinds is in the area."""
    there = Organisation.objects.filter(lasting(asked), area=OuterRef("pk"), kind__in=values)
    return Q(Exists(there))


def free_of_cases(asked: Asked) -> Q:
    """No open confirmed case: of a compound's residents, or in the community."""
    cases = (
        counted.items(exercise=asked.exercise)
        .filter(loop="case", item_class="confirmed")
        .exclude(state=State.CLOSED)
    )
    at_home = Person.objects.filter(
        id__in=cases.filter(subject_kind="person").values("subject_id"), household__isnull=False
    )
    return ~Q(id__in=cases.values("community_id")) & ~Q(
        id__in=at_home.exclude(household__compound_id=None).values("household__compound_id")
    )


def from_age(asked: Asked, values: tuple[Any, ...]) -> Q:
    """People of an age and older; whoever has no day of birth is not among them."""
    day = today(asked)
    leap = (day.month, day.day) == (2, 29)
    last = day - timedelta(days=1) if leap else day
    return Q(birth_date__lte=last.replace(year=last.year - int(min(values))))


def in_need(_: Asked, values: tuple[Any, ...]) -> Q:
    """Somebody has one of these needs by the registry."""
    wanted = [f"#{need}" for need in values]
    return Q(Exists(NamePart.objects.filter(text__in=wanted, person_id=OuterRef("pk"),
                                            path=OuterRef("path"))))  # fmt: skip


def newest_figure(asked: Asked, key: str) -> Subquery:
    """The newest figure of a key that was known by today."""
    rows = Fact.objects.filter(area=OuterRef("pk"), key=key, as_of__lte=today(asked))
    return Subquery(rows.order_by("-as_of", "-id").values("value")[:1])


def lacks(asked: Asked, values: tuple[Any, ...]) -> Q:
    """One of these figures of what is missing says, at its newest, that it is missing."""
    found = Q(pk__in=[])
    for key in values:
        found |= Q(GreaterThan(newest_figure(asked, str(key)), 0.0))
    return found


def three_without(asked: Asked) -> Q:
    """An estate with no manager, no guard and no fence, by its figures."""
    found = Q()
    for key in THREE_WITHOUT:
        found &= Q(GreaterThan(Coalesce(newest_figure(asked, key), 0.0), 0.0))
    return found


def told(asked: Asked, values: tuple[Any, ...]) -> Q:
    """Whether it is written down that an area has or lacks something."""
    said = Fact.objects.filter(area=OuterRef("pk"), key__in=values, as_of__lte=today(asked))
    return Q(Exists(said))


def today(asked: Asked) -> date:
    """The day in the city at which it is asked."""
    return clock.day(clock.moment(asked.now))


def signed_in(_: Asked) -> Q:
    """The account of this resident has signed in."""
    known = Account.objects.filter(person_id=OuterRef("pk"), last_login__isnull=False)
    return Q(Exists(known))


def holds(asked: Asked, values: tuple[Any, ...]) -> Q:
    """Somebody holds a qualification of these kinds today."""
    day = clock.day(clock.moment(asked.now))
    earned = Qualification.objects.filter(
        lasting(asked), account=OuterRef("account"), kind__in=values, gained_on__lte=day
    )
    return Q(Exists(earned))


def workers(asked: Asked) -> QuerySet[Any]:
    """Who works in a community now: each account once, at its first post there."""
    running = Assignment.objects.filter(
        roster.current(asked.now),
        post__role__in=[role.value for role in COMMUNITY_STAFF],
    )
    earlier = running.filter(account=OuterRef("account"), pk__lt=OuterRef("pk"))
    return running.exclude(Exists(earlier))


def linked(_: Asked) -> Q:
    """The account belongs to somebody in the registry."""
    return Q(account__person_id__isnull=False)


def infected(asked: Asked) -> Q:
    """The resident an account is linked to was a confirmed case within the last half year."""
    cases = counted.items(exercise=asked.exercise).filter(
        loop="case", item_class="confirmed", subject_kind="person",
        opened_at__gt=asked.now - INFECTED_DAYS * DAY_S, opened_at__lte=asked.now,
    )  # fmt: skip
    return Q(account__person_id__in=cases.values("subject_id"))


def sent_by(asked: Asked, values: tuple[Any, ...]) -> Q:
    """The account belongs to an organisation of these kinds that lies in another area."""
    senders = Organisation.objects.filter(
        lasting(asked), kind__in=values, id=OuterRef("account__organisation_id")
    ).exclude(area=OuterRef("post__area"))
    return Q(Exists(senders))


def shares_rooms(asked: Asked) -> Q:
    """The building or compound has no toilet or no kitchen in the flats, by its figures (S16)."""
    marked = Fact.objects.filter(key__in=NO_ROOMS, value__gt=0, as_of__lte=today(asked))
    return Q(home_id__in=marked.values("area_id")) | Q(compound_id__in=marked.values("area_id"))


def delivered(asked: Asked) -> Q:
    """An account of the organisation sent in a list in the window."""
    sent = Upload.objects.filter(
        at__gt=asked.since, at__lte=asked.until, n_rows__gt=0,
        account_id__in=Account.objects.filter(organisation_id=OuterRef(OuterRef("pk"))).values("id"),
    )  # fmt: skip
    return Q(Exists(sent))


def owned_by(_: Asked, values: tuple[Any, ...]) -> Q:
    """An organisation of these kinds owns it."""
    return Q(organisation_id__in=Organisation.objects.filter(kind__in=values).values("id"))


class ListLength(Func):
    """How many entries a list in an item's data holds; nothing counts as none."""

    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """As SQLite says it."""
        template = "COALESCE(JSON_ARRAY_LENGTH(%(expressions)s), 0)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """As PostgreSQL says it."""
        template = "COALESCE(JSONB_ARRAY_LENGTH(%(expressions)s), 0)"
        return self.as_sql(compiler, connection, template=template, **more)


def led(asked: Asked) -> Q:
    """The duty that leads it is in force today."""
    day = clock.day(clock.moment(asked.now))
    return Q(duty_code__in=Duty.objects.filter(duties.in_force(day)).values("code"))


def hours(column: str) -> Any:
    """Hours from the opening to the moment in a column."""
    return (Cast(F(column), FloatField()) - Cast(F("opened_at"), FloatField())) / HOUR_S


def areas(asked: Asked) -> QuerySet[Any]:
    """The areas that are there today."""
    return Area.objects.filter(lasting(asked))


COVERED = F("n_checked") + F("n_refused") + F("n_unreachable") + F("n_away") + F("n_exempt")
