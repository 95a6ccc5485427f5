"""Who lives behind this door, what do they need, and how were they found today? (S24)

The household card: opened from the round in two taps. And how complete the cards of a grid are.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops.rounds import Seen
from linli.loops.screening.tables import Report
from linli.policy.can import OWNERS, Actor, Ask, Holding, can, end_of
from linli.policy.fields import sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.areas import Area
from linli.registry.households import Household
from linli.registry.person import Person

SEE = "screening.see"
PERSON_FIELDS = (
    "id", "name", "sex", "birth_date", "phone", "relation", "needs", "path", "left_on",
    "left_because",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """A household as somebody may see it, its people, and how each was found on the day."""

    household: Household
    area: Area
    home: Area
    people: list[dict[str, Any]]


@dataclass(frozen=True)
class Completeness:
    """How many cards of an area are complete, and what the others lack."""

    n_households: int
    n_complete: int
    lacks: dict[str, int]

    @property
    def share(self) -> float | None:
        """Complete of all; of none there is no share."""
        return self.n_complete / self.n_households if self.n_households else None


def open_card(actor: Actor, household_id: int, day: date, *, purpose: str | None) -> Card:
    """The card of a household in reach, or of the own one; the look is recorded.

    Raises NotFound for one that is not there and for one out of sight alike.
    """
    found = Household.objects.select_related("area", "home").filter(id=household_id).first()
    missing = NotFound(what=Word(N_("household")), value=household_id)
    if found is None:
        raise missing
    holding = _holding(actor, found, purpose)
    if holding is None:
        raise missing
    visible = sees([holding.role])
    people = found.people.filter(survivor_id=None).exclude(left_on__lte=day)
    people = people.order_by("id").values(*PERSON_FIELDS)
    states = dict(
        Report.objects.filter(
            day=day, person_id__in=[p["id"] for p in people], exercise=actor.exercise
        ).values_list("person_id", "state")
    )
    if holding.role not in OWNERS:
        record(
            actor, "see", "households", household_id, holding=holding, purpose=purpose,
            path=found.path,
        )  # fmt: skip
    return Card(
        found,
        found.area,
        found.home,
        [
            {**shown(person, visible), "state": _state(states.get(person["id"]))}
            for person in people
        ],
    )


def own_household(actor: Actor) -> int | None:
    """The household of the resident that an account belongs to, None if there is none."""
    if actor.person_id is None:
        return None
    return Person.objects.filter(id=actor.person_id).values_list("household_id", flat=True).first()


def _holding(actor: Actor, found: Household, purpose: str | None) -> Holding | None:
    if own_household(actor) == found.id:
        return can(actor, Ask(SEE, OWNERS, about_residents=True, own=True)).required()
    roles = roles_for(SEE)
    if not any(found.path.startswith(h.path) for h in actor.holds(roles)):
        return None
    chosen = Purpose(purpose) if purpose else None
    return can(actor, Ask(SEE, roles, found.path, chosen, about_residents=True)).required()


def _state(state: int | None) -> str | None:
    return Seen(state).name.lower() if state else None


def completeness(path: str) -> Completeness:
    """How complete the cards below a path are: a phone, a floor, people with birth dates."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(no_phone), sum(no_floor), sum(no_people), sum(no_birth), "
            "sum(CASE WHEN no_phone + no_floor + no_people + no_birth = 0 THEN 1 ELSE 0 END) "
            "FROM (SELECT h.id, CASE WHEN h.phone = '' AND coalesce(max(p.phone), '') = '' "
            "THEN 1 ELSE 0 END AS no_phone, CASE WHEN h.floor IS NULL THEN 1 ELSE 0 END AS "
            "no_floor, CASE WHEN count(p.id) = 0 THEN 1 ELSE 0 END AS no_people, "
            "CASE WHEN count(p.id) > count(p.birth_date) THEN 1 ELSE 0 END AS no_birth "
            "FROM registry_household h LEFT JOIN registry_person p ON p.household_id = h.id "
            "AND p.survivor_id IS NULL AND p.left_on IS NULL WHERE h.path >= %s AND h.path < %s "
            "GROUP BY h.id, h.phone, h.floor) card",
            [path, end_of(path)],
        )
        n, phone, floor, people, birth, complete = (int(v or 0) for v in cursor.fetchone())
    lacks = {"phone": phone, "floor": floor, "people": people, "birth_date": birth}
    return Completeness(n, complete, lacks)
