"""Who would go, by rule and area, and what holds whom? Numbers, and names for who sees people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Sum
from django.db.models.functions import Substr

from linli.audit.records import record, record_many
from linli.errors import N_, NotFound, Word
from linli.loops.keeping import Destruction, Terms
from linli.loops.removals import rules
from linli.loops.removals.holds import Hold, Looker
from linli.loops.removals.rules import Rule
from linli.policy.can import PATH_STEP, Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import sight
from linli.registry.areas import Area
from linli.registry.people import SHOWN
from linli.registry.person import Person, resolve

SEE = "removals.see"
NAMES = "removals.names"
ROWS_A_PAGE = 50
DECIDES = ("left_on", "left_because", "source", "household_id", "as_of")  # by which rule
REPORTS = 20


@dataclass(frozen=True)
class RuleSeen:
    """A rule with its terms: how many have left by it in all, and whose time has come, by area."""

    rule: Rule
    terms: Terms
    source: Mapping[str, str]  # of the shipped days, by language
    as_of: date
    n_left: int | None  # None for households: nobody counts those lived in
    n_due: int
    areas: tuple[tuple[Area, int], ...]


@dataclass(frozen=True)
class Seen:
    """One resident's record: by which rule it goes, from which day on, and what holds it."""

    row: dict[str, Any]
    rule: Rule | None
    goes_on: date | None
    holds: tuple[Hold, ...]


@dataclass(frozen=True)
class Went:
    """How many went by one rule on one day, and in how many reports."""

    rule: str
    cause: str
    at: Any
    n: int
    reports: int


def overview(actor: Actor, *, now: int, area: Area | None = None) -> list[RuleSeen]:
    """Numbers by rule and by the areas below one, without a name; raises NotAllowed."""
    ranges = _ranges(actor, area)
    step = len(area.path) + PATH_STEP if area else _top(ranges) + PATH_STEP
    return [_seen(rule, ranges, step, now) for rule in rules.RULES]


def people(
    actor: Actor,
    *,
    purpose: str | None,
    now: int,
    rule: Rule | None = None,
    area_path: str = "",
    after: str | None = None,
    most: int = ROWS_A_PAGE,
) -> tuple[list[Seen], str | None]:
    """Those whose time has come, each with what holds them; recorded.

    Without a rule those who have left, whatever the reason.
    """
    seen = sight.look(actor, NAMES, purpose)
    if rule is not None and rule.of_households:
        return [], None
    due = rules.left_and_due(now) if rule is None else rules.due(rule, now).order_by()
    rows = due.values(*SHOWN)
    found = sight.page_of(rows, seen.within(area_path), after, most)
    page = found[:most]
    if page:
        record_many(
            actor, "list", "people", [row["id"] for row in page], holding=seen.holding,
            purpose=purpose, path=area_path or seen.holding.path,
        )  # fmt: skip
    last = page[-1] if len(found) > most else None
    held = Looker(now).held([row["id"] for row in page])
    shown = [_of_row(row, seen.shows(row, row["path"]), held.get(row["id"], ())) for row in page]
    return shown, sight.key_of(last["path"], last["id"]) if last else None


def one(actor: Actor, person_id: int, *, purpose: str | None, now: int) -> Seen:
    """One resident: what holds the record, and when it goes; the look is recorded."""
    row = Person.objects.filter(id=resolve(person_id)).values(*SHOWN).first()
    roles = roles_for(NAMES)
    if row is None or not any(row["path"].startswith(h.path) for h in actor.holds(roles)):
        raise NotFound(what=Word(N_("person")), value=person_id)
    chosen = Purpose(purpose) if purpose else None
    holding = can(actor, Ask(NAMES, roles, row["path"], chosen, True)).required()
    record(actor, "see", "people", row["id"], holding=holding, purpose=purpose, path=row["path"])
    holds = Looker(now).held([row["id"]]).get(row["id"], ())
    return _of_row(
        row, sight.Sight(actor, chosen, roles, (), holding).shows(row, row["path"]), holds
    )


def reports(actor: Actor, *, most: int = REPORTS) -> list[Went]:
    """What went by which rule, the newest first, the bites of a night together."""
    _numbers(actor, None)
    rows = Destruction.objects.filter(loop__in=rules.REPORTS, exercise=actor.exercise).order_by()
    nights = rows.values("loop", "cause", "at").annotate(
        n=Sum("n_items"), reports=Count("id"), last=Max("id")
    )
    return [
        Went(row["loop"], row["cause"], row["at"], row["n"], row["reports"])
        for row in nights.order_by("-last")[:most]
    ]


def _of_row(row: dict[str, Any], shown: dict[str, Any], holds: Iterable[Hold]) -> Seen:
    person = Person(**{name: row[name] for name in DECIDES})
    rule = rules.of_person(person)
    goes_on = rules.goes_on(rule, person) if rule else None
    return Seen(shown, rule, goes_on, tuple(holds))


def _numbers(actor: Actor, path: str | None) -> Holding:
    return can(actor, Ask(SEE, roles_for(SEE), path)).required()


def _ranges(actor: Actor, area: Area | None) -> tuple[tuple[str, str], ...]:
    _numbers(actor, area.path if area else None)
    return sight.narrowed(scope(actor, roles_for(SEE)), area.path if area else "")


def _top(ranges: Sequence[tuple[str, str]]) -> int:
    return min((len(first) for first, _ in ranges), default=0)


def _seen(rule: Rule, ranges: Sequence[tuple[str, str]], step: int, now: int) -> RuleSeen:
    shipped, rows = rules.shipped()[rule.name], rules.due(rule, now, ranges).order_by()
    by_path = rows.annotate(below=Substr("path", 1, step)).values("below").annotate(n=Count("id"))
    counts = dict(by_path.values_list("below", "n"))
    places = {area.path: area for area in Area.objects.filter(path__in=counts)}
    return RuleSeen(
        rule,
        rules.terms(rule),
        shipped.source,
        shipped.as_of,
        None if rule.of_households else rules.of(rule, ranges).count(),
        sum(counts.values()),
        tuple((places[path], counts[path]) for path in sorted(counts) if path in places),
    )
