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
from linli.registry.person import REPORTED_ONLY, Left, Person

FOLDER = "linli.loops.removals"


@dataclass(frozen=True)
class Rule:
    """One rule of leaving: the name of its terms, what it says, and the day it counts from."""

    name: str
    label: str
    because: Left | None = None
    when: str = "left_on"
    of_households: bool = False


RULES = (
    Rule("people_moved", N_("people who have moved away"), Left.MOVED),
    Rule("people_died", N_("people who have died"), Left.DIED),
    Rule("people_visiting", N_("people who were here on a visit only"), Left.VISIT),
    Rule("people_mistaken", N_("people who were entered by mistake"), Left.MISTAKE),
    Rule("people_reported", N_("people known from the report of a case only"), when="as_of"),
    Rule("households_empty", N_("households in which nobody lives"), when="empty_since",
         of_households=True),
)  # fmt: skip
ASKED = "people_asked"  # no term: whoever asks goes at once, as far as nothing holds them
OF_PEOPLE = tuple(rule for rule in RULES if not rule.of_households)
REPORTS = (*(rule.name for rule in RULES), ASKED)  # the names under which reports stand
OF_LEAVING = tuple(rule for rule in OF_PEOPLE if rule.because is not None)


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
    if person.left_on is None:
        return get("people_reported") if person.is_reported_only else None
    return next((rule for rule in OF_LEAVING if rule.because == person.left_because), None)


def goes_on(rule: Rule, person: Person) -> date:
    """The day from which on somebody may be removed."""
    began: date = getattr(person, rule.when)
    return began + timedelta(days=terms(rule).closed_days)


def of(rule: Rule, ranges: Sequence[tuple[str, str]] | None = None) -> QuerySet[Person]:
    """Everybody whom a rule of people will remove one day, those merged away left out."""
    which = REPORTED_ONLY if rule.because is None else Q(left_because=rule.because)
    rows = Person.objects.filter(which, survivor_id=None)
    if rule.because is not None:
        rows = rows.filter(left_on__isnull=False)
    return rows if ranges is None else rows.filter(within(ranges))


def due(rule: Rule, now: int, ranges: Sequence[tuple[str, str]] | None = None) -> QuerySet[Any]:
    """Whose time has come, the longest gone first; rows of people, or of households."""
    until = last_day(rule, now)
    if rule.of_households:
        rows = removals.empty_households(until)
        return rows if ranges is None else rows.filter(within(ranges))
    return of(rule, ranges).filter(**{f"{rule.when}__lte": until}).order_by(rule.when, "id")


def left_and_due(now: int) -> QuerySet[Person]:
    """Everybody who has left and whose time has come, whatever the reason, in no order."""
    gone = Q(pk__in=[])
    for rule in OF_LEAVING:
        gone |= Q(left_because=rule.because, left_on__lte=last_day(rule, now))
    return Person.objects.filter(gone, survivor_id=None, left_on__isnull=False)


def after(rule: Rule, key: tuple[date, int] | None) -> Q:
    """What comes after a row in the order of ``due``."""
    if key is None:
        return Q()
    return Q(**{f"{rule.when}__gt": key[0]}) | Q(**{rule.when: key[0], "id__gt": key[1]})
