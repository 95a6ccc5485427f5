"""By which words do residents find what they need? The groups of the types of request."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.db.models import Q

from linli.errors import N_
from linli.registry.duties import RequestType

GROUP_NAMES: dict[str, str] = {
    "health": N_("Illness and hospital"),
    "medicine": N_("Medicine"),
    "rides": N_("A ride"),
    "care": N_("Care at home"),
    "supply": N_("Food and daily goods"),
    "utilities": N_("Water, power, gas, heat, network"),
    "livelihood": N_("Money and shelter"),
    "neighbours": N_("Neighbours"),
    "gates": N_("Gates and passes"),
    "order": N_("Order and fire safety"),
    "market": N_("Prices and shops"),
    "papers": N_("Papers and certificates"),
    "school": N_("School"),
    "information": N_("Information and rumours"),
    "building": N_("Lifts, drains and other repairs"),
    "cleaning": N_("Cleaning and disinfection"),
    "mind": N_("Worries and distress"),
    "other": N_("Something else"),
}
ORDER = {code: n for n, code in enumerate(GROUP_NAMES)}
CLASS_ORDER = {"urgent": 0, "utility": 1, "normal": 2}


def types_in_use(on: date) -> list[RequestType]:
    """The types of request that can be chosen on a day, grouped in the order of need."""
    found = RequestType.objects.filter(Q(valid_until=None) | Q(valid_until__gte=on))
    return sorted(found, key=_place)


def grouped(types: Iterable[RequestType]) -> list[tuple[str, str, list[RequestType]]]:
    """(code, name, types) for each group, in that order."""
    return [
        (code, GROUP_NAMES.get(code, code) or GROUP_NAMES["other"], list(members))
        for code, members in groupby(types, key=lambda kind: kind.group)
    ]


def _place(kind: RequestType) -> tuple[int, str, int, str]:
    rank = ORDER.get(kind.group, len(ORDER))
    return rank, kind.group, CLASS_ORDER.get(kind.item_class, len(CLASS_ORDER)), kind.code
