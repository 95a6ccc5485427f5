"""Which residents may somebody look at for a purpose, and which of their fields?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from linli.columns import whole
from linli.policy.can import OWNERS, Actor, Ask, Holding, can, end_of, scope
from linli.policy.fields import sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import PURPOSES, Purpose, Role

ROWS_A_PAGE = 50
MOST_A_PAGE = 500


@dataclass(frozen=True)
class Sight:
    """Where an actor may look for one purpose, and what is seen there."""

    actor: Actor
    purpose: Purpose | None
    roles: frozenset[Role]
    ranges: tuple[tuple[str, str], ...]
    holding: Holding

    def fields_at(self, path: str) -> frozenset[str]:
        """The sensitive fields seen of a record at a path: what the roles held there show."""
        return sees(h.role for h in self.actor.holds(self.roles) if path.startswith(h.path))

    def shows(self, record: dict[str, Any], path: str) -> dict[str, Any]:
        """A record as this actor sees it."""
        return shown(record, self.fields_at(path))

    def within(self, area_path: str) -> tuple[tuple[str, str], ...]:
        """The ranges, narrowed to an area."""
        return narrowed(self.ranges, area_path)


@dataclass(frozen=True)
class Page:
    """Some rows as somebody may see them, and the key to ask for the next; None at the end."""

    rows: list[dict[str, Any]]
    after: str | None = None


def seen_at(actor: Actor, path: str) -> frozenset[str]:
    """The sensitive fields that the posts of somebody show of a record at a path.

    What residents see of themselves is another question.
    """
    return sees(h.role for h in actor.holdings if h.role not in OWNERS and path.startswith(h.path))


def narrowed(ranges: Sequence[tuple[str, str]], area_path: str) -> tuple[tuple[str, str], ...]:
    """What of some path ranges lies within an area; the empty path narrows nothing."""
    first, end = area_path, end_of(area_path)
    inside = ((max(a, first), min(b, end)) for a, b in ranges)
    return tuple((a, b) for a, b in inside if a < b)


def look(actor: Actor, verb: str, purpose: str | None, *, about_residents: bool = True) -> Sight:
    """What an actor may list; raises PurposeNeeded or NotAllowed with what would be needed."""
    chosen = Purpose(purpose) if purpose else None
    roles = roles_for(verb)
    ask = Ask(verb, roles, purpose=chosen, about_residents=about_residents)
    holding = can(actor, ask).required()
    if about_residents:
        roles = frozenset(r for r in roles if chosen in PURPOSES.get(r, ()))
    return Sight(actor, chosen, roles, scope(actor, roles), holding)


def page_of(
    rows: QuerySet[Any], ranges: Iterable[tuple[str, str]], after: str | None, most: int
) -> list[Any]:
    """At most ``most + 1`` rows by (path, id) from disjoint ranges: one index range a query.

    An actor with one post asks once; the next range is asked only if the page is not full.
    """
    found: list[Any] = []
    path, row_id = split_key(after)
    for first, end in ranges:
        if end <= path:
            continue
        start = Q(path__gte=max(first, path), path__lt=end)
        if after is not None and first <= path:
            start &= Q(path__gt=path) | Q(id__gt=row_id)
        found += rows.filter(start).order_by("path", "id")[: most + 1 - len(found)]
        if len(found) > most:
            break
    return found


def key_of(path: str, row_id: int) -> str:
    """The key of a row in a list by area."""
    return f"{path}-{row_id}"


def split_key(key: str | None) -> tuple[str, int]:
    """The path and id of a key; a key that was tampered with starts at the beginning."""
    path, _, row_id = (key or "").rpartition("-")
    number = whole(row_id)
    return (path, number) if path.isdigit() and number is not None else ("", 0)


def a_page(most: int) -> int:
    """How many rows a page holds: what was asked, within reason."""
    return max(1, min(most, MOST_A_PAGE))


def paths_in(ranges: Sequence[tuple[str, str]], path: str) -> bool:
    """Whether a path lies in one of the ranges."""
    return any(first <= path < end for first, end in ranges)
