"""Households behind their doors, as a list."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from linli import bulk
from linli.errors import Problem
from linli.registry.areas import AreaKind
from linli.registry.households import Household
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Kind, Known, Row, Values, World
from linli.registry.imports.references import References
from linli.registry.imports.tables import (
    area_column,
    audit,
    resolve_places,
    source_columns,
    write_changes,
)

LOWEST, HIGHEST = -5, 200  # floors
FIELDS = (
    "id", "code", "area_id", "path", "home_id", "compound_id", "floor", "door", "phone", "note",
    "source", "as_of",
)  # fmt: skip

COLUMNS = (
    Column("code", "户编号", "Household code", columns.code(40), "#household+code",
           aliases=("household", "户号")),
    area_column("责任网格", "Responsible area"),
    Column("home", "楼栋或小区", "Home", columns.text(400), "#loc+home", required=True,
           aliases=("楼栋", "小区")),
    Column("floor", "楼层", "Floor", columns.whole(LOWEST, HIGHEST), "#loc+floor", clears_to=None,
           type="integer"),
    Column("door", "房号", "Door", columns.text(40), "#loc+door", required=True,
           aliases=("门牌号",)),
    Column("phone", "电话", "Telephone", columns.phone, "#contact+phone"),
    Column("note", "备注", "Note", columns.text(500), "#meta+note"),
    *source_columns(),
)  # fmt: skip


def resolve(rows: list[Row], world: World) -> None:
    """Find the responsible area and the home; the compound is the home's own."""
    for row in rows:
        resolve_places(row, world)
        if "home" not in row.values:
            continue
        try:
            home = world.references.area(row.values.pop("home"))
        except Problem as problem:
            row.refuse(problem)
            continue
        above = world.references.places.get(home.parent_id) if home.parent_id else None
        compounds = [p for p in (home, above) if p and p.kind == AreaKind.COMPOUND]
        row.values["home_id"] = home.id
        row.values["compound_id"] = compounds[0].id if compounds else None


def lookups(values: Values) -> Sequence[Hashable]:
    """By its code; without one, by its home and door."""
    keys: list[Hashable] = []
    if values.get("code"):
        keys.append(("code", values["code"]))
    if values.get("home_id") is not None and values.get("door"):
        keys.append(("door", values["home_id"], values["door"]))
    return keys


def judge(values: Values, candidates: Sequence[Known]) -> tuple[Known | None, list[Any]]:
    """Two codes are two households, even behind one door."""
    code = values.get("code")
    if code:
        return next((k for k in candidates if k.values.get("code") == code), None), []
    return (candidates[0] if candidates else None), []


def fetch(rows: list[Row], world: World) -> Iterable[Known]:
    """Households with these codes, and those behind these doors."""
    codes = {row.values["code"] for row in rows if row.values.get("code")}
    doors = [row.values for row in rows if not row.values.get("code") and "home_id" in row.values]
    which = Q(code__in=codes)
    if doors:
        which |= Q(
            home_id__in={v["home_id"] for v in doors}, door__in={v.get("door") for v in doors}
        )
    return (Known(row["id"], row) for row in Household.objects.filter(which).values(*FIELDS))


def create(known: list[Known], world: World) -> None:
    """Add households; one without a code gets one from its number."""
    for k, row_id in zip(known, bulk.next_ids(Household, len(known)), strict=True):
        k.id = row_id
        k.values.setdefault("code", f"H{row_id:09d}")
    names = (
        "id", "code", "area", "path", "home", "compound_id", "floor", "door", "phone", "note",
        "source", "as_of", "changed_at",
    )  # fmt: skip
    bulk.insert(Household, names, [_row(k, world) for k in known])
    audit(world, "import.create", Household, known)


def change(known: list[Known], world: World) -> None:
    """Change households."""
    write_changes(Household, known, {"changed_at": world.now})
    audit(world, "import.change", Household, known)


def cells(rows: Iterable[Any], references: References) -> Iterator[Values]:
    """The values by column."""
    for row in rows:
        yield {
            "area": references.label(row.area_id),
            "home": references.label(row.home_id),
            **{c.name: getattr(row, c.name) for c in COLUMNS if c.name not in {"area", "home"}},
        }


def everything() -> QuerySet[Any]:
    """All households, by area."""
    return Household.objects.order_by("path", "id")


def _row(known: Known, world: World) -> tuple[Any, ...]:
    v = known.values
    return (
        known.id, v["code"], v["area_id"], v["path"], v["home_id"], v.get("compound_id"),
        v.get("floor"), v["door"], v.get("phone", ""), v.get("note", ""),
        v.get("source") or world.source, v.get("as_of") or world.today, world.now,
    )  # fmt: skip


KIND = Kind(
    name="households",
    zh="住户",
    en="Households",
    power="households.edit",
    columns=COLUMNS,
    resolve=resolve,
    fetch=fetch,
    lookups=lookups,
    judge=judge,
    create=create,
    change=change,
    rows=everything,
    cells=cells,
    about_residents=True,
)
