"""What people at work have learned and earned, as a list: each row with its evidence."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from linli.errors import N_, Word
from linli.registry.accounts import Account
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Kind, Known, Row, Values, World
from linli.registry.imports.references import References, UnknownReference
from linli.registry.imports.tables import (
    area_column,
    changer,
    creator,
    day_column,
    resolve_places,
)
from linli.registry.qualifications import Qualification, QualificationKind

KEY = ("account_id", "kind", "name", "gained_on")
ZH = {
    "college_degree": "大专及以上学历",
    "social_work": "社会工作者证书",
    "emergency_training": "应急培训",
    "grade": "职级",
    "care": "关爱激励",
}

COLUMNS = (
    area_column("登记单位", "Kept by"),
    Column("account", "账号", "User name", columns.code(80), "#contact+account",
           required=True, aliases=("username",)),
    Column("kind", "类别", "Kind", columns.choice(
        {kind.value: (str(kind.label), ZH[kind.value]) for kind in QualificationKind}
    ), "#meta+kind", required=True),
    Column("name", "名称", "Name", columns.text(160), "#meta+name", required=True),
    Column("evidence", "证明", "Evidence", columns.text(240), "#meta+evidence", required=True),
    day_column("gained_on", "取得日期", "Gained on", "#date+start", required=True),
    day_column("valid_until", "有效期至", "Valid until", "#date+end"),
)  # fmt: skip


def resolve(rows: list[Row], world: World) -> None:
    """Find the accounts; an unknown one is refused."""
    names = {row.values["account"] for row in rows if row.values.get("account")}
    accounts = dict(Account.objects.filter(username__in=names).values_list("username", "id"))
    for row in rows:
        resolve_places(row, world)
        name = row.values.pop("account", "")
        if name and name not in accounts:
            row.refuse(UnknownReference(what=Word(N_("account")), value=name))
        row.values["account_id"] = accounts.get(name)


def fetch(rows: list[Row], world: World) -> Iterable[Known]:
    """What is known of these accounts."""
    whose = {row.values["account_id"] for row in rows} - {None}
    found = Qualification.objects.filter(account_id__in=whose).values()
    return (Known(row["id"], dict(row)) for row in found)


def lookups(values: Values) -> Sequence[Hashable]:
    """By account, kind, name and day."""
    return [tuple(values.get(part) for part in KEY)]


def judge(values: Values, candidates: Sequence[Known]) -> tuple[Known | None, list[Any]]:
    """The same key is the same thing."""
    return (candidates[0] if candidates else None), []


def cells(rows: Iterable[Any], references: References) -> Iterator[Values]:
    """The values by column."""
    for row in rows:
        yield {column.name: getattr(row, column.name) for column in COLUMNS[2:]} | {
            "area": references.label(row.area_id), "account": row.account.username
        }  # fmt: skip


def everything() -> QuerySet[Any]:
    """All rows, by area."""
    return Qualification.objects.select_related("account").order_by("path", "id")


KIND = Kind(
    name="qualifications", zh="资质与职级", en="Qualifications", power="roster.edit",
    columns=COLUMNS, resolve=resolve, fetch=fetch, lookups=lookups, judge=judge,
    create=creator(Qualification), change=changer(Qualification), rows=everything,
    cells=cells,
)  # fmt: skip
