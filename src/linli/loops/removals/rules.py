"""Who is to leave the register, by which rule, and from which day on?"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.db.models import Q, QuerySet

from linli import clock
from linli.errors import N_, NotFound, Word
from linli.loops import keeping
from linli.loops.keeping import Terms
from linli.registry import removals
from linli.registry.areas import within
from linli.registry.person import Left, Person

FOLDER = "linli.loops.removals"


@dataclass(frozen=True)
class Rule:
    """One rule of leaving: the name of its terms, why somebody left, and what it says."""

    name: str
    because: Left | None  # None: a household in which nobody lives any more
    label: str


RULES = (
    Rule("people_moved", Left.MOVED, N_("people who have moved away")),
    Rule("people_died", Left.DIED, N_("people who have died")),
    Rule("people_visiting", Left.VISIT, N_("people who were here on a visit only")),
    Rule("people_mistaken", Left.MISTAKE, N_("people who were entered by mistake")),
    Rule("households_empty", None, N_("households in which nobody lives")),
)
ASKED = "people_asked"  # no term: whoever asks goes at once, as far as nothing holds them
OF_PEOPLE = tuple(rule for rule in RULES if rule.because is not None)


@dataclass(frozen=True)
class Shipped:
    """The days that hold while nobody has signed others, since when, and where they come from."""

    days: int
    as_of: date
    source: Mapping[str, str]  # by language


@lru_cache(maxsize=1)
def shipped() -> dict[str, Shipped]:
    """The shipped days of each rule, read from the file beside this one."""
    text = files(FOLDER).joinpath("terms.toml").read_text("utf-8")
    return {name: Shipped(**given) for name, given in tomllib.loads(text).items()}


def get(name: str) -> Rule:
    """The rule of that name; raises NotFound."""
    found = next((rule for rule in RULES if rule.name == name), None)
    if found is None:
        raise NotFound(what=Word(N_("rule of leaving")), value=name[:40])
    return found


def terms(rule: Rule) -> Terms:
    """The terms in force for a rule: signed by a city, or as shipped."""
    return keeping.terms(rule.name)


def last_day(rule: Rule, now: int) -> date:
    """Who left on this day or earlier has been kept long enough."""
    return clock.day(clock.moment(now)) - timedelta(days=terms(rule).closed_days)


def of_person(person: Person) -> Rule | None:
    """The rule by which somebody leaves the register; None while they live here."""
    return next((r for r in OF_PEOPLE if person.left_on and r.because == person.left_because), None)


def goes_on(rule: Rule, left_on: date) -> date:
    """The day from which on somebody who left on a day may be removed."""
    return left_on + timedelta(days=terms(rule).closed_days)


def left(rule: Rule, ranges: Sequence[tuple[str, str]] | None = None) -> QuerySet[Person]:
    """Everybody whom a rule will remove one day, whoever they were merged with left out."""
    rows = Person.objects.filter(left_because=rule.because, left_on__isnull=False, survivor_id=None)
    return rows if ranges is None else rows.filter(within(ranges))


def due(rule: Rule, now: int, ranges: Sequence[tuple[str, str]] | None = None) -> QuerySet[Any]:
    """Whose time has come, the longest gone first; rows of people, or of households."""
    until = last_day(rule, now)
    if rule.because is None:
        rows = removals.empty_households(until)
        return rows if ranges is None else rows.filter(within(ranges))
    return left(rule, ranges).filter(left_on__lte=until).order_by("left_on", "id")


def people_due(asked: Sequence[Rule], now: int) -> QuerySet[Person]:
    """Everybody whose time has come by some of the rules of people, in no order."""
    gone = Q(pk__in=[])
    for rule in asked:
        gone |= Q(left_because=rule.because, left_on__lte=last_day(rule, now))
    return Person.objects.filter(gone, survivor_id=None, left_on__isnull=False)


def after(rule: Rule, key: tuple[date, int] | None) -> Q:
    """What comes after a row in the order of ``due``."""
    if key is None:
        return Q()
    when = "left_on" if rule.because is not None else "empty_since"
    return Q(**{f"{when}__gt": key[0]}) | Q(**{when: key[0], "id__gt": key[1]})
