"""Figures about areas, each with its date and source, as a list."""

from linli.registry.facts import Fact
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.tables import area_column, day_column, table_kind

MOST = 1e15

KIND = table_kind(
    Fact,
    name="facts",
    zh="基础数据",
    en="Facts",
    power="facts.edit",
    key=("area_id", "key", "as_of", "source"),
    declared=(
        area_column(),
        Column("key", "指标", "Key", columns.code(80), "#indicator+code", required=True),
        Column("value", "数值", "Value", columns.number(-MOST, MOST), "#indicator+value",
               required=True, type="number"),
        Column("unit", "计量单位", "Unit", columns.text(40), "#indicator+unit", required=True),
        day_column("as_of", "截至日期", "As of", "#date+as_of", required=True),
        Column("source", "来源", "Source", columns.text(240), "#meta+source", required=True),
    ),
)  # fmt: skip
