"""How does a kind that is one plain table come in? By its id, or by the key that its rows share."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from linli import bulk
from linli.audit.records import record_many
from linli.errors import NotFound, Problem, Word
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Doubt, Kind, Known, Row, Values, World
from linli.registry.imports.references import References

BATCH = 500
BIGGEST_ID = 2**63 - 1
NOT_COMPARED = frozenset({"id"})


def table_kind(
    model: type[models.Model],
    *,
    name: str,
    zh: str,
    en: str,
    power: str,
    declared: tuple[Column, ...],
    key: tuple[str, ...],
    defaults: Callable[[World], Values] = lambda world: {},
    check: Callable[[Row, World], None] = lambda row, world: None,
    has_path: bool = True,
    with_id: bool = True,
) -> Kind:
    """Declare a kind whose records are rows of one table, found by id or by the fields of ``key``.

    Columns named ``area`` and ``organisation`` are references; all others are fields. The first
    field of the key is what the records are fetched by.
    """
    pk = "id" if with_id else key[0]
    all_columns = (id_column(), *declared) if with_id else declared

    def resolve(rows: list[Row], world: World) -> None:
        for row in rows:
            resolve_places(row, world)

    def lookups(values: Values) -> Sequence[Hashable]:
        by_key = [tuple(values.get(part) for part in key)]
        return [("id", values["id"]), *by_key] if values.get("id") is not None else by_key

    def fetch(rows: list[Row], world: World) -> Iterable[Known]:
        firsts = {row.values.get(key[0]) for row in rows} - {None}
        which = Q(**{f"{key[0]}__in": firsts})
        if with_id:
            which |= Q(id__in={row.values["id"] for row in rows if "id" in row.values})
        return (Known(row[pk], row) for row in model._default_manager.filter(which).values())

    def also_check(row: Row, world: World) -> None:
        if "id" in row.values and row.known is None:
            row.refuse(NotFound(what=Word(en), value=row.values["id"]))
        else:
            check(row, world)

    def everything() -> QuerySet[Any]:
        return model._default_manager.order_by(*(("path", "pk") if has_path else ("pk",)))

    return Kind(
        name=name, zh=zh, en=en, power=power, columns=all_columns, resolve=resolve, fetch=fetch,
        lookups=lookups, judge=by_id_or_key, create=creator(model, defaults),
        change=changer(model), rows=everything,
        cells=lambda found, references: plain_cells(found, references, all_columns),
        check=also_check, has_path=has_path, never_compared=NOT_COMPARED,
    )  # fmt: skip


def by_id_or_key(values: Values, candidates: Sequence[Known]) -> tuple[Known | None, list[Doubt]]:
    """The record with the id a row gives; a row without one is what its key leads to."""
    if values.get("id") is not None:
        return next((k for k in candidates if k.id == values["id"]), None), []
    return (candidates[0] if candidates else None), []


def creator(
    model: type[models.Model], defaults: Callable[[World], Values] = lambda world: {}
) -> Callable[[list[Known], World], None]:
    """What adds new rows to a table, and records it."""

    def create(known: list[Known], world: World) -> None:
        made = [
            model(**defaults(world) | {n: v for n, v in k.values.items() if n != "id"})
            for k in known
        ]
        model._default_manager.bulk_create(made, batch_size=BATCH)
        for k, row in zip(known, made, strict=True):
            k.id = row.pk
        audit(world, "import.create", model, known)

    return create


def changer(model: type[models.Model]) -> Callable[[list[Known], World], None]:
    """What changes rows of a table, one statement a set of changed columns, and records it."""

    def change(known: list[Known], world: World) -> None:
        write_changes(model, known)
        audit(world, "import.change", model, known)

    return change


def write_changes(
    model: type[models.Model], known: list[Known], extra: Values | None = None
) -> None:
    """Write the changes of records, with ``extra`` columns that every one of them gets."""
    sets: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for k in known:
        changes = k.changes | (extra or {})
        names = tuple(sorted(changes))
        sets.setdefault(names, []).append((*(changes[n] for n in names), k.id))
    for names, rows in sets.items():
        bulk.update(model, names, rows)


def audit(world: World, act: str, model: type[models.Model], known: list[Known]) -> None:
    """Record a batch of writes, one record a subject."""
    record_many(world.actor, act, model._meta.model_name or "", [k.id for k in known])


def resolve_places(row: Row, world: World) -> None:
    """Turn the cells ``area`` and ``organisation`` into columns of the table."""
    try:
        if "area" in row.values:
            place = world.references.area(row.values.pop("area"))
            row.values |= {"area_id": place.id, "path": place.path}
        if "organisation" in row.values:
            cell = row.values.pop("organisation")
            row.values["organisation_id"] = world.references.organisation(cell) if cell else None
    except Problem as problem:
        row.refuse(problem)


def plain_cells(
    rows: Iterable[Any], references: References, declared: Sequence[Column]
) -> Iterator[Values]:
    """The values of model rows by column, references as their labels."""
    for row in rows:
        values = {}
        for column in declared:
            if column.name == "area":
                values["area"] = references.label(row.area_id)
            elif column.name == "organisation":
                values["organisation"] = references.organisation_names.get(row.organisation_id, "")
            else:
                values[column.name] = getattr(row, column.name)
        yield values


def id_column() -> Column:
    """The record's own number, as an export gives it."""
    return Column("id", "系统编号", "Id", columns.whole(1, BIGGEST_ID), "#meta+id", type="integer")


def area_column(zh: str = "所属区域", en: str = "Area", *, required: bool = True) -> Column:
    """The column that names the area a record belongs to."""
    return Column("area", zh, en, columns.text(400), "#loc+area", required=required)


def organisation_column() -> Column:
    """The column that names the organisation a record belongs to."""
    return Column("organisation", "所属单位", "Organisation", columns.text(240), "#org+name")


def source_columns() -> tuple[Column, Column]:
    """Where a record is from and as of when; the file's name and the day where left out."""
    return (
        Column("source", "来源", "Source", columns.text(120), "#meta+source"),
        Column("as_of", "截至日期", "As of", columns.day, "#date+as_of", type="date"),
    )


def point_columns() -> tuple[Column, Column]:
    """Where something stands, in degrees of WGS 84."""
    return (
        Column(
            "longitude", "经度", "Longitude", columns.number(-180, 180), "#geo+lon",
            clears_to=None, type="number",
        ),
        Column(
            "latitude", "纬度", "Latitude", columns.number(-90, 90), "#geo+lat",
            clears_to=None, type="number",
        ),
    )  # fmt: skip


def day_column(name: str, zh: str, en: str, tag: str, *, required: bool = False) -> Column:
    """A column that holds a day."""
    return Column(name, zh, en, columns.day, tag, required=required, clears_to=None, type="date")


def stamped(world: World) -> Values:
    """Source and day for a record whose list gives none."""
    return {"source": world.source, "as_of": world.today}
