"""How is a meeting told to who decides on it? Where it was, and how long both may have met."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from linli.columns import whole
from linli.errors import N_
from linli.loops.visits.tables import PlaceKind
from linli.registry.areas import Area
from linli.registry.sites import Site

SAME_HOME = N_("the same home")
HOMES = frozenset({"household", "person", "home"})
HOURS_A_DAY, MINUTES_AN_HOUR = 24, 60


def in_words(evidence: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each piece of evidence with ``where`` and ``together`` in words; keys of ours stay ours."""
    return [
        {
            **piece,
            "where": where(str(piece.get("place", "")), _kind(piece)),
            "together": _together(piece.get("hours")),
        }
        for piece in evidence
    ]


def where(place: str, kind: str = PlaceKind.OTHER.label) -> str:
    """The name that was told; else what the key of the place says, or of what kind it was."""
    before, _, rest = place.partition(":")
    number = whole(rest.partition(":")[0])
    if before in HOMES:
        return SAME_HOME
    if before == "site" and number is not None:
        return _name(Site, number) or kind
    if before == "area" and number is not None:
        return _name(Area, number) or kind
    known = before in set(PlaceKind.values) or before.isdigit() or before == ""
    return (rest.rpartition(":")[0] or rest or kind) if known else place


def _name(table: type[Site] | type[Area], number: int) -> str:
    found = table._default_manager.filter(id=number).values_list("name_zh", flat=True).first()
    return str(found or "")


def _kind(piece: Mapping[str, Any]) -> str:
    return str(dict(PlaceKind.choices).get(str(piece.get("kind", "")), PlaceKind.OTHER.label))


def _together(hours: float | None) -> str:
    """The longest that both may have been there, roughly: nobody counts hundredths of an hour."""
    if not hours:
        return ""
    if hours >= HOURS_A_DAY:
        days = round(hours / HOURS_A_DAY)
        return ngettext(
            "up to {n} day together", "up to {n} days together", days
        ).format(n=days)  # fmt: skip
    if hours >= 1:
        rounded = round(hours)
        return ngettext(
            "up to {n} hour together", "up to {n} hours together", rounded
        ).format(n=rounded)  # fmt: skip
    return gettext("up to {n} minutes together").format(n=max(1, round(hours * MINUTES_AN_HOUR)))
