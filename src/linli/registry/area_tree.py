"""How does the tree of areas grow and change? The only writer of areas."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Substr

from linli.columns import AreaPathField
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.policy.can import PATH_STEP
from linli.registry.areas import TIER_COLUMN, TIER_OF, Area, AreaCode, Tier, get, under

MOST_CHILDREN = 10**PATH_STEP - 1


class CyclicTree(BadInput):
    """An area would lie inside itself."""

    code = "cyclic_tree"
    sentence = N_("{area} cannot lie in {parent}, which lies in it. Choose a parent outside it.")


class TreeFull(Conflict):
    """A parent has no free number for one more child."""

    code = "tree_full"
    sentence = N_("{parent} holds {most} areas already; put a level in between.")


@dataclass(frozen=True)
class NewArea:
    """What is needed to add an area. ``key`` names it to its children in the same call."""

    kind: str
    name_zh: str
    parent: int | str | None = None  # an area's id, or the key of another NewArea
    key: str | None = None
    name_pinyin: str = ""
    name_en: str = ""
    point: tuple[float, float] | None = None
    codes: tuple[tuple[str, str], ...] = ()  # (system, code)
    valid_from: date | None = None
    source: str = ""


def add(new: NewArea) -> Area:
    """Add one area."""
    return add_many([new])[0]


@transaction.atomic
def add_many(news: Iterable[NewArea], *, batch: int = 2000) -> list[Area]:
    """Add areas in one go, parents before children or in any order; answers in the order given.

    Raises BadInput for an unknown kind or parent and CyclicTree for areas that name each other.
    """
    wanted = list(news)
    for new in wanted:
        _check(new)
    placed: dict[int, Area] = {}
    by_key: dict[str, Area] = {}
    parents = Area.objects.in_bulk({n.parent for n in wanted if isinstance(n.parent, int)})
    waiting = list(enumerate(wanted))
    while waiting:
        ready = [(i, n) for i, n in waiting if not isinstance(n.parent, str) or n.parent in by_key]
        if not ready:
            raise _unplaced([n for _, n in waiting], {n.key for n in wanted})
        rows = [(i, n, _parent(n, parents, by_key)) for i, n in ready]
        for (i, new, _), area in zip(rows, _insert(rows, batch), strict=True):
            placed[i] = area
            if new.key is not None:
                by_key[new.key] = area
        waiting = [(i, n) for i, n in waiting if i not in placed]
    areas = [placed[i] for i in range(len(wanted))]
    _add_codes(zip(areas, wanted, strict=True), batch)
    return areas


@transaction.atomic
def move(area: Area, parent: Area) -> Area:
    """Put an area with all below it under another parent; every row kept by path moves along.

    Returns the area as it is now. Rows are found by having an AreaPathField, in every table.
    """
    if parent.path.startswith(area.path):
        raise CyclicTree(area=area.name_zh, parent=parent.name_zh)
    old, new = area.path, parent.path + _free_numbers(parent, 1)[0]
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, AreaPathField) and not model._meta.abstract:
                model._base_manager.filter(under(old, field.name)).update(
                    **{field.name: Concat(Value(new), Substr(F(field.name), len(old) + 1))}
                )
    Area.objects.filter(id=area.id).update(parent=parent)
    retier(new)
    return get(area.id)


def retier(path: str) -> None:
    """Set the unit at each tier anew for a subtree, from the paths."""
    above = {a.path: a for a in Area.objects.filter(path__in=_prefixes(path))}
    changed = []
    for area in Area.objects.filter(under(path)).order_by("path"):
        above[area.path] = area
        _set_tiers(area, above.get(area.path[:-PATH_STEP]))
        changed.append(area)
    Area.objects.bulk_update(changed, list(TIER_COLUMN.values()), batch_size=500)


def _check(new: NewArea) -> None:
    if new.kind not in TIER_OF:
        raise BadInput(
            N_("{kind} is no kind of area. Known kinds: {known}."),
            kind=new.kind,
            known=tuple(TIER_OF),
        )
    if not new.name_zh.strip():
        raise BadInput(N_("An area of kind {kind} has no name. Give it one."), kind=new.kind)


def _parent(new: NewArea, parents: dict[int, Area], by_key: dict[str, Area]) -> Area | None:
    if new.parent is None:
        return None
    if isinstance(new.parent, str):
        return by_key[new.parent]
    if new.parent not in parents:
        raise NotFound(what=Word(N_("area")), value=new.parent)
    return parents[new.parent]


def _unplaced(waiting: list[NewArea], known: set[str | None]) -> BadInput:
    for new in waiting:
        if new.parent not in known:
            return BadInput(
                N_("{area} names the parent {parent}, which is not in the list."),
                area=new.name_zh,
                parent=new.parent,
            )
    return CyclicTree(area=waiting[0].name_zh, parent=waiting[0].parent)


def _insert(rows: list[tuple[int, NewArea, Area | None]], batch: int) -> list[Area]:
    numbers: dict[int | None, list[str]] = {}
    counts: dict[int | None, int] = {}
    owners: dict[int | None, Area | None] = {}
    for _, _, parent in rows:
        key = parent.id if parent else None
        counts[key] = counts.get(key, 0) + 1
        owners[key] = parent
    taken = _last_numbers([k for k in counts if k is not None])
    for key, count in counts.items():
        numbers[key] = _free_numbers(owners[key], count, taken.get(key))[::-1]
    areas = []
    for _, new, parent in rows:
        area = Area(
            kind=new.kind,
            name_zh=new.name_zh.strip(),
            name_pinyin=new.name_pinyin,
            name_en=new.name_en,
            parent=parent,
            path=(parent.path if parent else "") + numbers[parent.id if parent else None].pop(),
            longitude=new.point[0] if new.point else None,
            latitude=new.point[1] if new.point else None,
            valid_from=new.valid_from,
            source=new.source,
        )
        _set_tiers(area, parent)
        areas.append(area)
    Area.objects.bulk_create(areas, batch_size=batch)
    own = [area for area in areas if area.tier is not None]
    for area in own:
        setattr(area, TIER_COLUMN[Tier(area.tier or 0)], area.id)
    _own_tiers(own)
    return areas


def _own_tiers(areas: list[Area]) -> None:
    """Point each unit at itself at its own tier: one statement a tier."""
    ids_of: dict[str, list[int]] = {}
    for area in areas:
        ids_of.setdefault(TIER_COLUMN[Tier(area.tier or 0)], []).append(area.id)
    for column, ids in ids_of.items():
        kinds = [
            k for k, tier in TIER_OF.items() if tier is not None and TIER_COLUMN[tier] == column
        ]
        made = Area.objects.filter(id__gte=min(ids), id__lte=max(ids), kind__in=kinds)
        made.update(**{column: F("id")})


def _set_tiers(area: Area, parent: Area | None) -> None:
    for column in TIER_COLUMN.values():
        setattr(area, column, getattr(parent, column) if parent else None)
    tier = area.tier
    if tier is not None and area.id is not None:
        setattr(area, TIER_COLUMN[tier], area.id)


def _prefixes(path: str) -> list[str]:
    return [path[:n] for n in range(PATH_STEP, len(path), PATH_STEP)]


def _last_numbers(parents: list[int]) -> dict[int | None, int]:
    last: dict[int | None, int] = {}
    for n in range(0, len(parents), 500):
        rows = (
            Area.objects.filter(parent__in=parents[n : n + 500])
            .values_list("parent_id")
            .annotate(last=Max("path"))
        )
        last.update({parent: int(path[-PATH_STEP:]) for parent, path in rows})
    return last


def _free_numbers(parent: Area | None, count: int, last: int | None = None) -> list[str]:
    if last is None:
        top = Area.objects.filter(parent=parent).aggregate(last=Max("path"))["last"]
        last = int(top[-PATH_STEP:]) if top else 0
    if last + count > MOST_CHILDREN:
        raise TreeFull(parent=parent.name_zh if parent else "-", most=MOST_CHILDREN)
    return [str(n).zfill(PATH_STEP) for n in range(last + 1, last + count + 1)]


def _add_codes(pairs: Iterable[tuple[Area, NewArea]], batch: int) -> None:
    AreaCode.objects.bulk_create(
        (
            AreaCode(
                area=area, system=system, code=code, valid_from=new.valid_from, source=new.source
            )
            for area, new in pairs
            for system, code in new.codes
        ),
        batch_size=batch,
    )
