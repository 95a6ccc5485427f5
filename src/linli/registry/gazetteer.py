"""Which place does somebody mean? Areas found by name, and the one that answers for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from linli.policy.can import PATH_STEP
from linli.registry.areas import Area, AreaKind, GridShare, within

MOST_FOUND = 12
LEAST_LETTERS = 1  # one Chinese character is half a name
NEAREST_FIRST = (AreaKind.COMPOUND, AreaKind.COMMUNITY, AreaKind.VILLAGE, AreaKind.BUILDING)
KINDS = (*NEAREST_FIRST, AreaKind.STREET, AreaKind.TOWN, AreaKind.TOWNSHIP)


@dataclass(frozen=True)
class Place:
    """An area somebody may mean, with the areas above it that tell it from its namesakes."""

    area: Area
    above: tuple[Area, ...]


def places_called(
    text: str, *, ranges: Sequence[tuple[str, str]] | None = None, most: int = MOST_FOUND
) -> list[Place]:
    """The places whose name holds the text, homes first; within these ranges if any are given.

    Names repeat all over a city, so each comes with its community, street and district.
    """
    words = text.split()
    if not words or len("".join(words)) < LEAST_LETTERS:
        return []
    wanted = Q(kind__in=KINDS, valid_until=None)
    if ranges is not None:
        wanted &= within(ranges)
    order = Case(
        *(When(kind=kind, then=Value(n)) for n, kind in enumerate(NEAREST_FIRST)),
        default=Value(len(NEAREST_FIRST)),
        output_field=IntegerField(),
    )
    name = " ".join(words)
    named = Q(name_zh__contains=name) | Q(name_en__icontains=name) | Q(name_pinyin__icontains=name)
    found = list(Area.objects.filter(wanted & named).order_by(order, "path")[:most])
    return _with_above(found)


def place(area_id: int) -> Place | None:
    """One area with the areas above it."""
    return next(iter(_with_above(list(Area.objects.filter(id=area_id)))), None)


def answering(area: Area) -> Area:
    """The area that answers for a home: of a compound's grids the one with most of it.

    A building answers as its compound does; a compound without a grid is its community's.
    """
    compound = area.parent if area.kind == AreaKind.BUILDING and area.parent else area
    if compound.kind != AreaKind.COMPOUND:
        return area
    share = (
        GridShare.objects.filter(compound=compound)
        .select_related("grid")
        .order_by("-share", "grid_id")
        .first()
    )
    return share.grid if share else area


def _with_above(areas: Sequence[Area]) -> list[Place]:
    paths = {a.path[:n] for a in areas for n in range(PATH_STEP * 2, len(a.path), PATH_STEP)}
    known = {a.path: a for a in Area.objects.filter(path__in=paths)}
    return [
        Place(
            area,
            tuple(
                known[area.path[:n]]
                for n in range(len(area.path) - PATH_STEP, PATH_STEP, -PATH_STEP)
                if area.path[:n] in known
            ),
        )
        for area in areas
    ]
