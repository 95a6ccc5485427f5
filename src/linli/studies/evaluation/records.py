"""Which records can a formula count, by which of their fields, and who may open them?

One line a kind of record: its table, where its rows lie, which filters, moments and sums a
formula may name, and the power that opens the rows behind a number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from linli.analysis.evaluation.formulas import Term, Vocabulary
from linli.errors import N_
from linli.loops import counted
from linli.loops.screening.tables import Count
from linli.registry.areas import UNIT_KINDS
from linli.registry.duties import RequestType
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.plans import PlanVersion
from linli.registry.qualifications import Qualification
from linli.registry.roster import Assignment, Post
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.studies.evaluation.filters import (
    COVERED,
    Asked,
    ListLength,
    Make,
    among,
    answered,
    areas,
    column,
    day,
    delivered,
    flag,
    free_of_cases,
    from_age,
    has_organisation,
    held,
    holds,
    hours,
    in_need,
    infected,
    lacks,
    lasting,
    led,
    left,
    linked,
    moment,
    owned_by,
    plan_complete,
    plan_current,
    running,
    sent_by,
    shares_rooms,
    signed_in,
    three_without,
    told,
    workers,
)


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


RECORDS: dict[str, Records] = {
    "areas": Records(
        N_("areas"), areas,
        {"kind": (str, among("kind")), "has": (str, has_organisation),
         "free_of_cases": (bool, flag(free_of_cases)), "lacks": (str, lacks),
         "told": (str, told), "three_without": (bool, flag(three_without))},
        verb="areas.see", page="areas",
    ),
    "units": Records(
        N_("units that answer"), lambda asked: areas(asked).filter(kind__in=UNIT_KINDS),
        {"answered": (bool, flag(answered))}, verb="areas.see", page="areas",
    ),
    "households": Records(
        N_("households"), lambda _: Household.objects.all(),
        {"shares_rooms": (bool, flag(shares_rooms))},
        moments={"confirmed": day("as_of")}, verb="households.see", residents=True,
        page="households",
    ),
    "people": Records(
        N_("residents"), lambda _: Person.objects.filter(survivor_id=None),
        {"floating": (bool, column("floating")), "signed_in": (bool, flag(signed_in)),
         "from_age": (int, from_age), "in_need": (str, in_need)},
        verb="people.see", residents=True, page="people",
    ),
    "posts": Records(
        N_("posts"), lambda _: Post.objects.all(),
        {"role": (str, among("role")), "held": (bool, flag(held)),
         "first_responsible": (bool, column("first_responsible"))},
        verb="roster.see",
    ),
    "assignments": Records(
        N_("terms in a post"), lambda _: Assignment.objects.filter(deputy=False),
        {"role": (str, among("post__role")), "left": (bool, flag(left))},
        moments={"ended": moment("ends_at"), "started": moment("starts_at"),
                 "running": running},
        path="post__path", verb="roster.see",
    ),
    "workers": Records(
        N_("community workers"), workers, {
            "holds": (str, holds), "sent_by": (str, sent_by), "linked": (bool, flag(linked)),
            "infected": (bool, flag(infected)),
        },
        path="post__path",
        verb="roster.see",
    ),
    "qualifications": Records(
        N_("qualifications"), lambda asked: Qualification.objects.filter(lasting(asked)),
        {"kind": (str, among("kind"))}, moments={"gained": day("gained_on")},
        verb="roster.edit",
    ),
    "organisations": Records(
        N_("organisations"), lambda asked: Organisation.objects.filter(lasting(asked)),
        {"kind": (str, among("kind")), "temporary": (bool, column("temporary"))},
        moments={"delivered": delivered},
        verb="organisations.see", page="organisations",
    ),
    "sites": Records(
        N_("sites"), lambda asked: Site.objects.filter(lasting(asked)),
        {"kind": (str, among("kind"))}, verb="sites.see", page="sites",
    ),
    "vehicles": Records(
        N_("vehicles"), lambda asked: Vehicle.objects.filter(lasting(asked)),
        {"kind": (str, among("kind"))}, verb="vehicles.see", page="vehicles",
    ),
    "plans": Records(
        N_("plans"), lambda _: PlanVersion.objects.filter(newest=True),
        {"current": (bool, flag(plan_current)), "complete": (bool, flag(plan_complete))},
        path=None, verb="plans.see",
    ),
    "request_types": Records(
        N_("types of request"), lambda asked: RequestType.objects.filter(lasting(asked)),
        {"led": (bool, flag(led))}, path=None, verb="duties.see",
    ),
    "screening": Records(
        N_("days of a round"),
        lambda asked: Count.objects.filter(exercise=asked.exercise, n_expected__isnull=False),
        moments={"day": day("day")},
        measures={"expected": F("n_expected"), "covered": COVERED}, verb="coverage.see",
    ),
    "items": Records(
        N_("items"), lambda asked: counted.items(exercise=asked.exercise),
        {
            "loop": (str, among("loop")), "stage": (str, among("stage")),
            "state": (str, among("state")), "item_class": (str, among("item_class")),
            "kind": (str, among("kind")), "outcome": (str, among("outcome")),
            "back_check": (str, among("back_check")),
            "satisfied": (int, among("satisfied")), "solved_tier": (int, among("solved_tier")),
            "solved": (bool, column("solved")), "in_time": (bool, column("in_time")),
            "missed": (bool, column("missed")),
            "rated": (bool, flag(lambda _: Q(solved__isnull=False))),
            "replied": (bool, flag(lambda _: Q(replied_at__isnull=False))),
            "organisation": (str, owned_by),
            "organisation_named": (bool, flag(lambda _: Q(organisation_id__isnull=False))),
            "where_found": (bool, flag(lambda _: Q(solved_tier=F("found_tier")))),
        },
        moments={"opened": moment("opened_at"), "replied": moment("replied_at"),
                 "closed": moment("closed_at")},
        measures={"hours_to_reply": hours("replied_at"), "hours_to_close": hours("closed_at"),
                  "escorts": ListLength(KeyTransform("escort_ids", "data")),
                  "passengers": ListLength(KeyTransform("sent", "data"))},
    ),
}  # fmt: skip
