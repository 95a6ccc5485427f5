"""Is everybody taken in, treated, tested and kept apart who should be? Four ratios and their lists.

Each counts people once, by what stands in the records now:

- taken in (应收尽收): whoever's category requires a bed or a single room, as confirmed and
  suspected do unless the rules of the disease say otherwise, and has arrived in one;
- treated (应治尽治): whoever's category requires treatment, or who is severely ill in any
  category, and has arrived in one;
- tested (应检尽检): whoever has an open case, and a usable result that shows the agent or not, not
  older than two weeks before it was reported;
- kept apart (应隔尽隔): whoever's category requires isolation or observation, as a fever and a
  close contact do, and has arrived there; contacts who are followed up count once a place is asked
  for them.

Somebody who waits for a further place has not arrived. A ratio is whole only if its list is empty.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from django.db.models import (
    BigIntegerField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from linli import clock
from linli.analysis.delays import Quartiles, quartiles
from linli.audit.records import record_many
from linli.errors import N_
from linli.loops import diseases, needs
from linli.loops.laboratory.tables import Finding, LabResult, Test
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.needs import AWAY, IN_BED, SEVERE, Need
from linli.policy.can import Actor
from linli.registry import sight
from linli.registry.areas import within
from linli.registry.person import Person
from linli.registry.sight import Sight

TESTED_BEFORE = timedelta(days=14)  # before the report; assumed
SHOWS = (Test.PCR, Test.ANTIGEN, Test.SEQUENCE, Test.CULTURE)
DAY_S = 86_400


class Ratio(StrEnum):
    """The four."""

    TAKEN_IN = "taken_in"
    TREATED = "treated"
    TESTED = "tested"
    APART = "apart"


NAMES = {
    Ratio.TAKEN_IN: N_("taken in"),
    Ratio.TREATED: N_("treated"),
    Ratio.TESTED: N_("tested"),
    Ratio.APART: N_("kept apart"),
}
MEANS = {
    Ratio.TAKEN_IN: N_("Confirmed or suspected, and arrived in a bed or a single room."),
    Ratio.TREATED: N_("Confirmed or severely ill, and arrived where it is treated."),
    Ratio.TESTED: N_("In any category, with a usable result since two weeks before the report."),
    Ratio.APART: N_("Fever or close contact, and arrived in isolation or under observation."),
}
ALIVE = ~Q(state=State.CLOSED)


@dataclass(frozen=True)
class Counted:
    """One ratio: of so many people, so many have what they should have."""

    ratio: Ratio
    n: int
    met: int

    @property
    def unmet(self) -> int:
        """How many have not."""
        return self.n - self.met

    @property
    def percent(self) -> float | None:
        """The share in percent, rounded down to a tenth so that 100 means all; None of nobody."""
        return None if self.n == 0 else self.met * 1000 // self.n / 10


@dataclass(frozen=True)
class Delay:
    """How many days from one thing to the next."""

    label: str
    days: Quartiles


@dataclass(frozen=True)
class Board:
    """The four ratios of an area, the delays, and who died before a place was reached."""

    ratios: tuple[Counted, ...]
    delays: tuple[Delay, ...]
    n_died_waiting: int


def board(actor: Actor, *, area_path: str = "") -> Board:
    """The four ratios within reach, narrowed to an area; counts only, so no look is recorded."""
    seen = sight.look(actor, "ratios.see", None, about_residents=False)
    rows = _items(seen, area_path, actor.exercise)
    return Board(
        tuple(_counted(ratio, rows) for ratio in Ratio),
        _delays(rows),
        _died_waiting(rows),
    )


@dataclass(frozen=True)
class Unmet:
    """Somebody who should have something and has not: their case or placement, and who it is."""

    item_id: int
    loop: str
    item_class: str
    area_id: int
    opened_at: Any
    person: dict[str, Any]


def unmet(
    actor: Actor,
    ratio: Ratio,
    *,
    purpose: str | None,
    area_path: str = "",
    after: int = 0,
    most: int = sight.ROWS_A_PAGE,
) -> tuple[list[Unmet], int | None]:
    """A page of those who are missing from a ratio, each once, as this actor may see them.

    Raises PurposeNeeded or NotAllowed; the look is recorded.
    """
    seen = sight.look(actor, "ratios.list", purpose)
    most = sight.a_page(most)
    rows = _items(seen, area_path, actor.exercise)
    missing = _asked(ratio, rows).exclude(_met(ratio)).filter(subject_id__gt=after)
    people_ids = missing.order_by("subject_id").values_list("subject_id", flat=True).distinct()
    ids = [person_id for person_id in people_ids[: most + 1] if person_id is not None]
    page = ids[:most]
    items = {item.subject_id: item for item in missing.filter(subject_id__in=page).order_by("-id")}
    people = Person.objects.in_bulk(page)
    if page:
        record_many(
            actor, "list", "people", page, holding=seen.holding, purpose=purpose,
            path=area_path or seen.holding.path,
        )  # fmt: skip
    found = [
        Unmet(
            item.id, item.loop, item.item_class, item.area_id, item.opened_at,
            seen.shows(_person(people.get(person_id)), item.path),
        )
        for person_id, item in ((i, items[i]) for i in page)
    ]  # fmt: skip
    return found, page[-1] if len(ids) > most else None


def _person(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {"id": None, "name": "", "phone": ""}
    return {"id": person.id, "name": person.name, "phone": person.phone}


def _items(seen: Sight, area_path: str, exercise: bool) -> QuerySet[Item]:
    """Whatever is about a person here."""
    ranges = seen.within(area_path) if area_path else seen.ranges
    return Item.objects.filter(within(ranges), subject_kind="person", exercise=exercise)


def _asked(ratio: Ratio, rows: QuerySet[Item]) -> QuerySet[Item]:
    """Whoever should: the items that say so."""
    case = Q(loop="case") & ALIVE
    severe = Q(data__severity__in=SEVERE)
    placed = Q(loop="placement") & ALIVE
    asked = {
        Ratio.TAKEN_IN: case & _requiring(*IN_BED) | placed & Q(item_class__in=IN_BED),
        Ratio.TREATED: case & (_requiring(Need.TREATMENT) | severe),
        Ratio.TESTED: case,
        Ratio.APART: case & _requiring(*AWAY) & ~severe | placed & Q(item_class__in=AWAY),
    }
    return rows.filter(asked[ratio])


def _requiring(*wanted: Need) -> Q:
    """Cases whose category requires one of these places, by the rules of their disease."""
    found = Q(pk__in=[])
    for category, usual in needs.REQUIRED.items():
        by = {code: needs.required(code, category) for code in diseases.every()}
        if usual in wanted:
            found |= Q(item_class=category) & ~Q(kind__in=[k for k in by if by[k] not in wanted])
        else:
            found |= Q(item_class=category, kind__in=[k for k in by if by[k] in wanted])
    return found


def _met(ratio: Ratio) -> Any:
    """Whether the person of an item has it."""
    if ratio is Ratio.TESTED:
        return Exists(
            LabResult.objects.filter(
                person_id=OuterRef("subject_id"),
                disease=OuterRef("kind"),
                test__in=SHOWS,
                exercise=OuterRef("exercise"),
                found_at__gte=_recent(),
            ).exclude(finding=Finding.INVALID)
        )
    places = Item.objects.filter(
        loop="placement",
        subject_kind="person",
        subject_id=OuterRef("subject_id"),
        item_class__in=AWAY if ratio is Ratio.APART else IN_BED,
        exercise=OuterRef("exercise"),
    )
    waits = places.filter(stage__in=("needed", "offered"))
    return Exists(places.filter(stage="arrived")) & ~Exists(waits)


def _recent() -> Any:
    """From when on a result speaks of the case it is held against."""
    return ExpressionWrapper(
        OuterRef("opened_at") - Value(int(TESTED_BEFORE.total_seconds())),
        output_field=BigIntegerField(),
    )


def _counted(ratio: Ratio, rows: QuerySet[Item]) -> Counted:
    asked = _asked(ratio, rows)
    everybody = asked.values("subject_id").distinct().count()
    missing = asked.exclude(_met(ratio)).values("subject_id").distinct().count()
    return Counted(ratio, everybody, everybody - missing)


def _died_waiting(rows: QuerySet[Item]) -> int:
    """How many ended by death without ever having reached a place."""
    arrived = Item.objects.filter(
        loop="placement", subject_kind="person", subject_id=OuterRef("subject_id"),
        exercise=OuterRef("exercise"), replied_at__isnull=False,
    )  # fmt: skip
    died = rows.filter(loop="case", outcome="died").exclude(Exists(arrived))
    return died.values("subject_id").distinct().count()


def _delays(rows: QuerySet[Item]) -> tuple[Delay, ...]:
    """Days between onset, report, first usable result and first arrival, of all cases here.

    A result or a place of an earlier illness is none of this one: what counts is a result that is
    as recent as the ratio asks, and a place that had not ended when the case was reported.
    """
    first_test = (
        LabResult.objects.filter(
            person_id=OuterRef("subject_id"),
            disease=OuterRef("kind"),
            test__in=SHOWS,
            exercise=OuterRef("exercise"),
            found_at__gte=_recent(),
        )
        .exclude(finding=Finding.INVALID)
        .order_by("found_at")
    )
    first_place = Item.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=OuterRef("opened_at")),
        loop="placement",
        subject_kind="person",
        subject_id=OuterRef("subject_id"),
        exercise=OuterRef("exercise"),
        replied_at__isnull=False,
    ).order_by("replied_at")
    told = rows.filter(loop="case").values_list(
        "data",
        "opened_at",
        Subquery(first_test.values("found_at")[:1]),
        Subquery(first_place.values("replied_at")[:1]),
    )
    days = np.array(
        [_days(data, *moments) for data, *moments in told.iterator(chunk_size=5_000)],
        dtype=float,
    ).reshape(-1, len(STEPS))
    return tuple(Delay(label, quartiles(days[:, n])) for n, label in enumerate(STEPS))


STEPS = (
    N_("onset to report"),
    N_("report to result"),
    N_("report to arrival"),
    N_("onset to arrival"),
)


def _days(
    data: dict[str, Any], reported: Any, tested: Any, arrived: Any
) -> tuple[float, float, float, float]:
    """The waits of one case in days; an onset is a day, so whole days are counted from it."""
    onset = date.fromisoformat(data["onset_on"]) if data.get("onset_on") else None

    def since_onset(at: Any) -> float:
        return np.nan if onset is None or at is None else (clock.day(at) - onset).days

    def since_report(at: Any) -> float:
        return np.nan if at is None else (at - reported).total_seconds() / DAY_S

    return (
        since_onset(reported),
        since_report(tested),
        since_report(arrived),
        since_onset(arrived),
    )
