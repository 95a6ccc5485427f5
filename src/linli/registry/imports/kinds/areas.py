"""The tree of areas, as a list. Neither code nor name alone says which area is meant."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.registry import area_tree
from linli.registry.area_tree import CyclicTree, NewArea
from linli.registry.areas import Area, AreaCode, AreaKind
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Doubt, Kind, Known, Row, Values, World
from linli.registry.imports.references import Place, References, UnknownReference
from linli.registry.imports.tables import (
    audit,
    day_column,
    id_column,
    point_columns,
    write_changes,
)

WORDS = {
    AreaKind.CITY: ("市",), AreaKind.DISTRICT: ("区", "县"), AreaKind.STREET: ("街道",),
    AreaKind.TOWN: ("镇",), AreaKind.TOWNSHIP: ("乡",),
    AreaKind.SPECIAL_ZONE: ("功能区", "开发区"), AreaKind.COMMUNITY: ("社区",),
    AreaKind.VILLAGE: ("村",), AreaKind.GRID: ("网格",), AreaKind.COMPOUND: ("小区",),
    AreaKind.BUILDING: ("楼栋",),
}  # fmt: skip
PLAIN = (
    "name_zh", "name_pinyin", "name_en", "longitude", "latitude", "valid_from", "valid_until",
    "source",
)  # fmt: skip
COLUMNS = (
    id_column(),
    Column("kind", "类别", "Kind", columns.choice({k.value: w for k, w in WORDS.items()}),
           "#loc+type", required=True, choices=tuple(WORDS)),
    Column("name_zh", "名称", "Name", columns.text(120), "#loc+name", required=True),
    Column("name_pinyin", "拼音", "Pinyin", columns.text(240), "#loc+name+latin"),
    Column("name_en", "英文名", "Name in English", columns.text(240), "#loc+name+en"),
    Column("parent", "上级区域", "Parent", columns.text(400), "#loc+parent"),
    Column("system", "编码体系", "Code system", columns.code(40), "#loc+code+system"),
    Column("code", "编码", "Code", columns.code(40), "#loc+code"),
    *point_columns(),
    day_column("valid_from", "起始日期", "Valid from", "#date+start"),
    day_column("valid_until", "终止日期", "Valid until", "#date+end"),
    Column("source", "来源", "Source", columns.text(200), "#meta+source"),
)  # fmt: skip


def resolve(rows: list[Row], world: World) -> None:
    """Find the parents, among the areas there are and among the rows, in whatever order."""
    waiting = [row for row in rows if not row.problems]
    while waiting:
        left = [row for row in waiting if not _find_parent(row, world)]
        if len(left) == len(waiting):
            names = {row.values.get("name_zh") for row in left}
            for row in left:
                parent = row.values["parent"]
                called = parent.rsplit("/", 1)[-1]
                row.refuse(
                    CyclicTree(area=row.values.get("name_zh", ""), parent=parent)
                    if called in names
                    else UnknownReference(what=Word(N_("area")), value=parent)
                )
            return
        waiting = [row for row in left if not row.problems]


def _find_parent(row: Row, world: World) -> bool:
    """Whether the parent is known now; if so, the row's own area is known to those below it."""
    values = row.values
    parent = None
    if values.get("parent"):
        try:
            parent = world.references.area(values["parent"])
        except UnknownReference:
            return False
        except Problem as problem:
            row.refuse(problem)
            return True
    if "parent" in row.given:
        values["parent_id"] = parent.id if parent else None
        values["path"] = parent.path if parent else ""
        values.pop("parent")
    if "code" in values:
        values["codes"] = frozenset({(values.pop("system", "") or "city", values.pop("code"))})
    values.pop("system", None)
    if parent is not None and "id" not in values and {"kind", "name_zh"} <= row.given:
        _foresee(row, parent, world)
    return True


def _foresee(row: Row, parent: Place, world: World) -> None:
    """Let rows below this one find it before it is written: as an area with a number below zero."""
    name = row.values["name_zh"]
    if not world.references.children(parent.id, name):
        place = Place(-row.n, f"{parent.path}n{row.n}", name, parent.id, row.values["kind"])
        world.references.add(place, row.values.get("codes", ()))


def lookups(values: Values) -> Sequence[Hashable]:
    """By id, by code within a system, by name under a parent."""
    keys: list[Hashable] = [("code", *pair) for pair in sorted(values.get("codes", ()))]
    if values.get("id") is not None:
        keys.append(("id", values["id"]))
    if "parent_id" in values and values.get("name_zh"):
        keys.append(("name", values["parent_id"], values["name_zh"]))
    return keys


def judge(values: Values, candidates: Sequence[Known]) -> tuple[Known | None, list[Doubt]]:
    """The area of that id; or the one a code and a name or parent agree on; or name and parent."""
    if values.get("id") is not None:
        return next((k for k in candidates if k.id == values["id"]), None), []
    by_code = [k for k in candidates if values.get("codes", frozenset()) & k.values["codes"]]
    for known in by_code:
        if _agrees(values, known):
            return known, []
    named = [
        k for k in candidates
        if k not in by_code and k.values["name_zh"] == values.get("name_zh")
        and k.values["parent_id"] == values.get("parent_id")
    ]  # fmt: skip
    return (named[0] if named else None), []


def _agrees(values: Values, known: Known) -> bool:
    same_name = values.get("name_zh") in (None, known.values["name_zh"])
    return same_name or values.get("parent_id", 0) == known.values["parent_id"]


def check(row: Row, world: World) -> None:
    """An id that exists, no code that another area carries, no area inside itself."""
    values = row.values
    stands = (row.known.values if row.known else {}) | values
    if (stands.get("longitude") is None) is not (stands.get("latitude") is None):
        row.refuse(BadInput(N_("Longitude and latitude go together. Give both, or neither.")))
    if "id" in values and row.known is None:
        row.refuse(NotFound(what=Word(N_("area")), value=values["id"]))
        return
    if row.known is None:
        values.setdefault("parent_id", None)
        values.setdefault("path", "")
        values.setdefault("codes", frozenset())
        for system, code in sorted(values["codes"]):
            _refuse_taken(row, world, system, code)
        return
    if values.get("codes", frozenset()) <= row.known.values["codes"]:
        values.pop("codes", None)
    elif "codes" in values:
        values["codes"] |= row.known.values["codes"]
    own = row.known.values["path"]
    if "parent_id" in values:
        parent = values.pop("path")
        if own and parent.startswith(own):
            row.refuse(CyclicTree(area=row.known.values["name_zh"], parent=parent))


def _refuse_taken(row: Row, world: World, system: str, code: str) -> None:
    for place in world.references.areas_called(f"{system}:{code}"):
        if place.id != -row.n:
            row.refuse(
                BadInput(
                    N_("The code {code} belongs to {area} (id:{id}). Give the id if it is meant."),
                    code=code,
                    area=place.name,
                    id=place.id,
                )
            )


def fetch(rows: list[Row], world: World) -> Iterable[Known]:
    """The areas with these ids, codes, or names under these parents."""
    ids = {row.values["id"] for row in rows if "id" in row.values}
    pairs = {pair for row in rows for pair in row.values.get("codes", ())}
    coded = AreaCode.objects.filter(code__in={code for _, code in pairs})
    ids |= {a for a, s, c in coded.values_list("area_id", "system", "code") if (s, c) in pairs}
    parents = {row.values.get("parent_id") for row in rows if "parent_id" in row.values}
    names = {row.values.get("name_zh") for row in rows}
    which = Q(id__in=ids) | Q(
        parent_id__in={p for p in parents if p is not None and p > 0}, name_zh__in=names - {None}
    )
    if None in parents:
        which |= Q(parent_id=None)
    found = Area.objects.filter(which).prefetch_related("codes")
    return [
        Known(
            area.id,
            {
                "id": area.id, "kind": area.kind, "parent_id": area.parent_id, "path": area.path,
                "codes": frozenset((c.system, c.code) for c in area.codes.all()),
                **{name: getattr(area, name) for name in PLAIN},
            },
        )
        for area in found
    ]  # fmt: skip


def create(known: list[Known], world: World) -> None:
    """Add areas, parents before children."""
    ours = {}
    for k in known:
        for place in world.references.children(k.values["parent_id"], k.values["name_zh"]):
            if place.id < 0:
                ours[id(k)] = place.id
    made = area_tree.add_many(_new(k, ours.get(id(k)), world) for k in known)
    for k, area in zip(known, made, strict=True):
        k.id = area.id
        k.values["path"] = area.path
    dates = [k for k in known if k.values.get("valid_until")]
    for k in dates:
        Area.objects.filter(id=k.id).update(valid_until=k.values["valid_until"])
    world.references.forget()
    audit(world, "import.create", Area, known)


def _new(known: Known, key: int | None, world: World) -> NewArea:
    v = known.values
    parent = v["parent_id"]
    point = (v.get("longitude"), v.get("latitude"))
    return NewArea(
        kind=v["kind"],
        name_zh=v["name_zh"],
        parent=str(parent) if parent is not None and parent < 0 else parent,
        key=str(key) if key is not None else None,
        name_pinyin=v.get("name_pinyin", ""),
        name_en=v.get("name_en", ""),
        point=point if None not in point else None,  # type: ignore[arg-type]
        codes=tuple(sorted(v["codes"])),
        valid_from=v.get("valid_from"),
        source=v.get("source") or world.source,
    )


def change(known: list[Known], world: World) -> None:
    """Change areas: their words and dates, their codes, and where they hang."""
    for k in known:
        codes = k.changes.pop("codes", frozenset()) - k.before.get("codes", frozenset())
        AreaCode.objects.bulk_create(
            AreaCode(area_id=k.id, system=s, code=c, source=world.source) for s, c in sorted(codes)
        )
        parent = k.changes.pop("parent_id", None)
        k.changes.pop("path", None)
        if parent is not None:
            area_tree.move(Area.objects.get(id=k.id), Area.objects.get(id=parent))
    write_changes(Area, [k for k in known if k.changes])
    world.references.forget()
    audit(world, "import.change", Area, known)


def cells(rows: Iterable[Any], references: References) -> Iterator[Values]:
    """The values by column, with the first code."""
    for area in rows:
        code = next(iter(area.codes.all()), None)
        yield {
            "id": area.id,
            "kind": area.kind,
            "parent": references.label(area.parent_id) if area.parent_id else "",
            "system": code.system if code else "",
            "code": code.code if code else "",
            **{name: getattr(area, name) for name in PLAIN},
        }


def everything() -> QuerySet[Any]:
    """All areas, parents first."""
    codes = Prefetch("codes", AreaCode.objects.order_by("id"))
    return Area.objects.prefetch_related(codes).order_by("path", "id")


KIND = Kind(
    name="areas",
    zh="区域",
    en="Areas",
    power="areas.edit",
    columns=COLUMNS,
    resolve=resolve,
    fetch=fetch,
    lookups=lookups,
    judge=judge,
    check=check,
    create=create,
    change=change,
    rows=everything,
    cells=cells,
    never_compared=frozenset({"id", "path"}),
)
