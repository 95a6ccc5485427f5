"""Which records can a formula count, by which of their fields, and who may open them?

One line a kind of record: its table, where its rows lie, which filters, moments and sums a
formula may name, and the power that opens the rows behind a number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThan

from linli import clock
from linli.analysis.evaluation.formulas import Term, Vocabulary
from linli.errors import N_
from linli.loops import counted
from linli.loops.loop import State
from linli.loops.screening.tables import Count
from linli.policy.roles import COMMUNITY_STAFF
from linli.registry import duties, roster
from linli.registry.accounts import Account
from linli.registry.areas import UNIT_KINDS, Area
from linli.registry.duties import Duty, RequestType
from linli.registry.estates import THREE_WITHOUT
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.names import NamePart
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.qualifications import Qualification
from linli.registry.roster import Assignment, Post
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle

HOUR_S = 3600
DAY_S = 24 * HOUR_S
SHARED_FLAGS = ("no_toilet", "no_kitchen")  # figures of a building (S16)
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


@dataclass(frozen=True)
class Records:
    """One kind of record. ``path`` None: the rows hold for the whole city."""

    label: str
    rows: Callable[[Asked], QuerySet[Any]]
    filters: Mapping[str, tuple[type, Make]] = field(default_factory=dict)
    moments: Mapping[str, Callable[[Asked], Q]] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    path: str | None = "path"
    verb: str = ""  # the power that opens its rows; items: that of their loop
    residents: bool = False  # its rows are about residents, and a look takes a purpose
    page: str = ""  # the kind of record of the registry that a row opens

    @property
    def vocabulary(self) -> Vocabulary:
        """What a formula may name."""
        return Vocabulary(
            {name: kind for name, (kind, _) in self.filters.items()},
            frozenset(self.measures),
            frozenset(self.moments),
        )


def vocabulary() -> dict[str, Vocabulary]:
    """What formulas may name, by kind of record."""
    return {name: records.vocabulary for name, records in RECORDS.items()}


def rows_of(term: Term, *, now: int, exercise: bool) -> QuerySet[Any]:
    """The rows that a term counts, wherever they lie."""
    records = RECORDS[term.records]
    asked = Asked(now, exercise, term.days, term.ago)
    rows = records.rows(asked)
    for name, values in term.where:
        rows = rows.filter(records.filters[name][1](asked, values))
    if term.when:
        rows = rows.filter(records.moments[term.when](asked))
    return rows


def _among(column: str) -> Make:
    return lambda _, values: Q(**{f"{column}__in": values})


def _flag(condition: Callable[[Asked], Q]) -> Make:
    """A filter that is true or false; both named at once narrow nothing."""

    def made(asked: Asked, values: tuple[Any, ...]) -> Q:
        found = Q(pk__in=[])
        for value in values:
            found |= condition(asked) if value else ~condition(asked)
        return found

    return made


def _column(name: str) -> Make:
    """A column that may be unknown: unknown is neither true nor false."""
    return lambda _, values: Q(**{f"{name}__in": [bool(v) for v in values]})


def _moment(column: str) -> Callable[[Asked], Q]:
    return lambda asked: Q(**{f"{column}__gt": asked.since, f"{column}__lte": asked.until})


def _day(column: str) -> Callable[[Asked], Q]:
    def made(asked: Asked) -> Q:
        last = clock.day(clock.moment(asked.until))
        first = last - timedelta(days=asked.days)
        return Q(**{f"{column}__gt": first, f"{column}__lte": last})

    return made


def _lasting(asked: Asked) -> Q:
    day = clock.day(clock.moment(asked.now))
    return Q(valid_until=None) | Q(valid_until__gte=day)


def _held(asked: Asked) -> Q:
    held = Assignment.objects.filter(roster.current(asked.now), deputy=False, post=OuterRef("pk"))
    return Q(Exists(held))


def _answered(asked: Asked) -> Q:
    """Somebody reachable is first responsible for every topic."""
    seats = Assignment.objects.filter(
        roster.current(asked.now),
        post__area=OuterRef("pk"),
        post__first_responsible=True,
        post__topic="",
        account__is_active=True,
    ).exclude(account__absences__starts_at__lte=asked.now, account__absences__ends_at__gt=asked.now)
    return Q(Exists(seats))


def _left(asked: Asked) -> Q:
    """The account holds no such post any more."""
    still = Assignment.objects.filter(
        roster.current(asked.now),
        account=OuterRef("account"),
        post__role__in=[role.value for role in COMMUNITY_STAFF],
    )
    return ~Q(Exists(still))


def _running(asked: Asked) -> Q:
    begun = Q(starts_at__lte=asked.until)
    return begun & (Q(ends_at=None) | Q(ends_at__gt=asked.since))


def _has_organisation(asked: Asked, values: tuple[Any, ...]) -> Q:
    there = Organisation.objects.filter(_lasting(asked), area=OuterRef("pk"), kind__in=values)
    return Q(Exists(there))


def _free_of_cases(asked: Asked) -> Q:
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


def _from_age(asked: Asked, values: tuple[Any, ...]) -> Q:
    """People of an age and older; whoever has no day of birth is not among them."""
    day = _today(asked)
    leap = (day.month, day.day) == (2, 29)
    last = day - timedelta(days=1) if leap else day
    return Q(birth_date__lte=last.replace(year=last.year - int(min(values))))


def _in_need(_: Asked, values: tuple[Any, ...]) -> Q:
    """Somebody has one of these needs by the registry."""
    wanted = [f"#{need}" for need in values]
    return Q(Exists(NamePart.objects.filter(text__in=wanted, person_id=OuterRef("pk"),
                                            path=OuterRef("path"))))  # fmt: skip


def _shares(asked: Asked) -> Q:
    """The building has no toilet or no kitchen in the flats, by its figures."""
    flagged = Fact.objects.filter(key__in=SHARED_FLAGS, value__gt=0, as_of__lte=_today(asked))
    return Q(home_id__in=flagged.values("area_id")) | Q(compound_id__in=flagged.values("area_id"))


def _newest_figure(asked: Asked, key: str) -> Subquery:
    rows = Fact.objects.filter(area=OuterRef("pk"), key=key, as_of__lte=_today(asked))
    return Subquery(rows.order_by("-as_of", "-id").values("value")[:1])


def _lacks(asked: Asked, values: tuple[Any, ...]) -> Q:
    found = Q(pk__in=[])
    for key in values:
        found |= Q(GreaterThan(_newest_figure(asked, str(key)), 0.0))
    return found


def _three_without(asked: Asked) -> Q:
    """An estate with no manager, no guard and no fence, by its figures."""
    found = Q()
    for key in THREE_WITHOUT:
        found &= Q(GreaterThan(Coalesce(_newest_figure(asked, key), 0.0), 0.0))
    return found


def _told(asked: Asked, values: tuple[Any, ...]) -> Q:
    """Whether it is written down that an area has or lacks something."""
    said = Fact.objects.filter(area=OuterRef("pk"), key__in=values, as_of__lte=_today(asked))
    return Q(Exists(said))


def _today(asked: Asked) -> date:
    return clock.day(clock.moment(asked.now))


def _signed_in(_: Asked) -> Q:
    known = Account.objects.filter(person_id=OuterRef("pk"), last_login__isnull=False)
    return Q(Exists(known))


def _holds(asked: Asked, values: tuple[Any, ...]) -> Q:
    day = clock.day(clock.moment(asked.now))
    earned = Qualification.objects.filter(
        _lasting(asked), account=OuterRef("account"), kind__in=values, gained_on__lte=day
    )
    return Q(Exists(earned))


def _workers(asked: Asked) -> QuerySet[Any]:
    """Who works in a community now: each account once, at its first post there."""
    running = Assignment.objects.filter(
        roster.current(asked.now),
        post__role__in=[role.value for role in COMMUNITY_STAFF],
    )
    earlier = running.filter(account=OuterRef("account"), pk__lt=OuterRef("pk"))
    return running.exclude(Exists(earlier))


def _led(asked: Asked) -> Q:
    day = clock.day(clock.moment(asked.now))
    return Q(duty_code__in=Duty.objects.filter(duties.in_force(day)).values("code"))


def _hours(column: str) -> Any:
    return (Cast(F(column), FloatField()) - Cast(F("opened_at"), FloatField())) / HOUR_S


def _areas(asked: Asked) -> QuerySet[Any]:
    return Area.objects.filter(_lasting(asked))


_COVERED = F("n_checked") + F("n_refused") + F("n_unreachable") + F("n_away") + F("n_exempt")

RECORDS: dict[str, Records] = {
    "areas": Records(
        N_("areas"), _areas,
        {"kind": (str, _among("kind")), "has": (str, _has_organisation),
         "free_of_cases": (bool, _flag(_free_of_cases)), "lacks": (str, _lacks),
         "told": (str, _told), "three_without": (bool, _flag(_three_without))},
        verb="areas.see", page="areas",
    ),
    "units": Records(
        N_("units that answer"), lambda asked: _areas(asked).filter(kind__in=UNIT_KINDS),
        {"answered": (bool, _flag(_answered))}, verb="areas.see", page="areas",
    ),
    "households": Records(
        N_("households"), lambda _: Household.objects.all(),
        {"shares": (bool, _flag(_shares))}, moments={"confirmed": _day("as_of")},
        verb="households.see", residents=True, page="households",
    ),
    "people": Records(
        N_("residents"), lambda _: Person.objects.filter(survivor_id=None),
        {"floating": (bool, _column("floating")), "signed_in": (bool, _flag(_signed_in)),
         "from_age": (int, _from_age), "in_need": (str, _in_need)},
        verb="people.see", residents=True, page="people",
    ),
    "posts": Records(
        N_("posts"), lambda _: Post.objects.all(),
        {"role": (str, _among("role")), "held": (bool, _flag(_held)),
         "first_responsible": (bool, _column("first_responsible"))},
        verb="roster.see",
    ),
    "assignments": Records(
        N_("terms in a post"), lambda _: Assignment.objects.filter(deputy=False),
        {"role": (str, _among("post__role")), "left": (bool, _flag(_left))},
        moments={"ended": _moment("ends_at"), "started": _moment("starts_at"),
                 "running": _running},
        path="post__path", verb="roster.see",
    ),
    "workers": Records(
        N_("community workers"), _workers, {"holds": (str, _holds)}, path="post__path",
        verb="roster.see",
    ),
    "qualifications": Records(
        N_("qualifications"), lambda asked: Qualification.objects.filter(_lasting(asked)),
        {"kind": (str, _among("kind"))}, moments={"gained": _day("gained_on")},
        verb="roster.edit",
    ),
    "organisations": Records(
        N_("organisations"), lambda asked: Organisation.objects.filter(_lasting(asked)),
        {"kind": (str, _among("kind")), "temporary": (bool, _column("temporary"))},
        verb="organisations.see", page="organisations",
    ),
    "sites": Records(
        N_("sites"), lambda asked: Site.objects.filter(_lasting(asked)),
        {"kind": (str, _among("kind"))}, verb="sites.see", page="sites",
    ),
    "vehicles": Records(
        N_("vehicles"), lambda asked: Vehicle.objects.filter(_lasting(asked)),
        {"kind": (str, _among("kind"))}, verb="vehicles.see", page="vehicles",
    ),
    "request_types": Records(
        N_("types of request"), lambda asked: RequestType.objects.filter(_lasting(asked)),
        {"led": (bool, _flag(_led))}, path=None, verb="duties.see",
    ),
    "screening": Records(
        N_("days of a round"),
        lambda asked: Count.objects.filter(exercise=asked.exercise, n_expected__isnull=False),
        moments={"day": _day("day")},
        measures={"expected": F("n_expected"), "covered": _COVERED}, verb="coverage.see",
    ),
    "items": Records(
        N_("items"), lambda asked: counted.items(exercise=asked.exercise),
        {
            "loop": (str, _among("loop")), "stage": (str, _among("stage")),
            "state": (str, _among("state")), "item_class": (str, _among("item_class")),
            "kind": (str, _among("kind")), "outcome": (str, _among("outcome")),
            "back_check": (str, _among("back_check")),
            "satisfied": (int, _among("satisfied")), "solved_tier": (int, _among("solved_tier")),
            "solved": (bool, _column("solved")), "in_time": (bool, _column("in_time")),
            "missed": (bool, _column("missed")),
            "rated": (bool, _flag(lambda _: Q(solved__isnull=False))),
            "replied": (bool, _flag(lambda _: Q(replied_at__isnull=False))),
            "where_found": (bool, _flag(lambda _: Q(solved_tier=F("found_tier")))),
        },
        moments={"opened": _moment("opened_at"), "replied": _moment("replied_at"),
                 "closed": _moment("closed_at")},
        measures={"hours_to_reply": _hours("replied_at"), "hours_to_close": _hours("closed_at")},
    ),
}  # fmt: skip
