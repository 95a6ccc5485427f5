"""What holds a resident's record? Work about them that is open, and what another rule keeps.

The register is no part of an exercise, so what is done in one holds nobody.

Everything is asked of many people at once: a bite of the night asks each table once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from linli import clock
from linli.audit.words import KINDS
from linli.errors import N_, Phrase, Word
from linli.loops import catalogue, keeping
from linli.loops.collected import Collected, all_collected
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.subjects import PERSON
from linli.registry import removals
from linli.registry.accounts import Account


class Why(StrEnum):
    """Why a record is held."""

    OPEN_ITEM = "open_item"
    OWN_ITEM = "own_item"
    OPEN_ROW = "open_row"
    KEPT_ITEM = "kept_item"
    KEPT_ROW = "kept_row"


OPEN = {Why.OPEN_ITEM, Why.OWN_ITEM, Why.OPEN_ROW}
SAYS = {
    Why.OPEN_ITEM: N_("No. {item}, {what}, is about them and still open."),
    Why.OWN_ITEM: N_("No. {item}, {what}, was asked for by them and is still open."),
    Why.OPEN_ROW: N_("Still open in the list: {what}."),
    Why.KEPT_ITEM: N_("No. {item}, {what}, is closed and kept by its own rule until {until}."),
    Why.KEPT_ROW: N_("Kept by a rule of its own until {until}: {what}."),
}
# What of a table of facts is not over: somebody waits for it, whatever its age.
NOT_OVER = {
    "screening_rewards": Q(paid_at=None),
    "laboratory_orders": Q(done_at=None),
    "beds": Q(freed_at=None),
}


@dataclass(frozen=True)
class Hold:
    """One reason why somebody's record stays: an item or a table, and until which day if known."""

    why: Why
    what: str  # the loop, or the table of facts
    item_id: int | None = None
    until: date | None = None

    @property
    def label(self) -> str:
        """The word for the loop or the table, to be translated."""
        loop = catalogue.all_loops().get(self.what)
        return loop.label if loop is not None else KINDS.get(self.what, self.what)

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something, and it is not only kept."""
        return self.why in OPEN

    def says(self) -> Phrase:
        """The reason as a sentence."""
        until = self.until.isoformat() if self.until else ""
        return Phrase(SAYS[self.why], what=Word(self.label), item=self.item_id, until=until)


@dataclass
class Looker:
    """Looks for holds at one moment; remembers terms and days between the bites of a night.

    ``but``: an item that holds nobody, as it asks for the removal itself.
    """

    now: int
    but: int | None = None
    _terms: dict[str, int] = field(default_factory=dict)
    _days: dict[str, list[date]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The city's day."""
        return clock.day(clock.moment(self.now))

    def held(self, ids: Collection[int]) -> dict[int, list[Hold]]:
        """Each of these people who is held, with all that holds them and their duplicates."""
        stands_for = {person_id: person_id for person_id in ids} | removals.duplicates_of(ids)
        found: dict[int, list[Hold]] = defaultdict(list)
        for person_id, hold in (
            *self._by_items(stands_for), *self._by_own(stands_for), *self._by_facts(stands_for)
        ):  # fmt: skip
            found[stands_for[person_id]].append(hold)
        return dict(found)

    def _by_items(self, ids: Iterable[int]) -> Iterator[tuple[int, Hold]]:
        about = Item.objects.filter(exercise=False, subject_kind=PERSON, subject_id__in=list(ids))
        rows = (about if self.but is None else about.exclude(id=self.but)).order_by("id")
        for person_id, item_id, loop, state, closed_at in rows.values_list(
            "subject_id", "id", "loop", "state", "closed_at"
        ):
            if person_id is None:
                continue
            if state != State.CLOSED:
                yield person_id, Hold(Why.OPEN_ITEM, loop, item_id)
            elif closed_at is not None and (until := self._until(loop, closed_at)) > self.today:
                yield person_id, Hold(Why.KEPT_ITEM, loop, item_id, until)

    def _by_own(self, ids: Iterable[int]) -> Iterator[tuple[int, Hold]]:
        """What they asked for with an account of their own."""
        accounts = Account.objects.filter(person_id__in=list(ids)).values_list("id", "person_id")
        owners = {account: person for account, person in accounts if person is not None}
        rows = Item.objects.filter(exercise=False, opened_by__in=list(owners))
        rows = rows.exclude(state=State.CLOSED)
        asked = rows.exclude(subject_kind=PERSON, subject_id__isnull=False).order_by("id")
        for account_id, item_id, loop in asked.values_list("opened_by", "id", "loop"):
            if account_id is not None and item_id != self.but:
                yield owners[account_id], Hold(Why.OWN_ITEM, loop, item_id)

    def _by_facts(self, ids: Iterable[int]) -> Iterator[tuple[int, Hold]]:
        wanted = list(ids)
        for one in all_collected():
            for column in columns_of(one):
                rows = self._rows(one, column, wanted)
                if (open_ := NOT_OVER.get(one.name)) is not None:
                    for person_id in set(rows.filter(open_).values_list(column, flat=True)):
                        yield person_id, Hold(Why.OPEN_ROW, one.name)
                    rows = rows.exclude(open_)
                last = rows.values(column).annotate(last=Max(one.when))
                for person_id, when in last.values_list(column, "last"):
                    yield person_id, Hold(Why.KEPT_ROW, one.name, until=self._until(one.name, when))

    def _rows(self, one: Collected, column: str, ids: list[int]) -> QuerySet[Any]:
        """The rows of a table about these people, by an index: some begin with the day."""
        rows = one.model._base_manager.filter(**{f"{column}__in": ids}).order_by()
        if "exercise" in {column.name for column in one.model._meta.concrete_fields}:
            rows = rows.filter(exercise=False)
        if one.name not in BY_DAY_FIRST:
            return rows
        return rows.filter(**{f"{one.when}__in": self._days_of(one)})

    def _days_of(self, one: Collected) -> list[date]:
        """The days of which a table has rows, hopping from one to the next in its index."""
        if one.name not in self._days:
            days: list[date] = []
            rows = one.model._base_manager.order_by()
            day = rows.aggregate(first=Min(one.when))["first"]
            while day is not None:
                days.append(day)
                later = rows.filter(**{f"{one.when}__gt": day})
                day = later.aggregate(first=Min(one.when))["first"]
            self._days[one.name] = days
        return self._days[one.name]

    def _until(self, name: str, when: date | datetime) -> date:
        """The first day on which a rule keeps it no longer."""
        if name not in self._terms:
            self._terms[name] = keeping.terms(name).closed_days
        day = clock.day(when) if isinstance(when, datetime) else when
        return day + timedelta(days=self._terms[name])


# Tables whose index begins with the day: a person is looked for on each day that has rows.
BY_DAY_FIRST = {"screening_reports", "screening_missed", "care_contacts"}


def columns_of(one: Collected) -> tuple[str, ...]:
    """The columns of a table that say whom a row is about."""
    names = (column.name for column in one.model._meta.concrete_fields)
    return tuple(name for name in names if name.endswith("person_id"))


def free(ids: Collection[int], held: Mapping[int, Any]) -> list[int]:
    """Those of these people whom nothing holds, in their order."""
    return [person_id for person_id in ids if person_id not in held]
