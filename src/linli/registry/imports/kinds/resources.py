"""What people and organisations can lend or give, as a list."""

from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.tables import (
    area_column,
    day_column,
    organisation_column,
    point_columns,
    source_columns,
    stamped,
    table_kind,
)
from linli.registry.resources import Resource

MOST = 1e12

KIND = table_kind(
    Resource,
    name="resources",
    zh="资源",
    en="Resources",
    power="resources.edit",
    key=("what", "name_zh", "area_id"),
    declared=(
        Column("what", "种类代码", "Kind of thing", columns.code(40), "#item+type", required=True),
        Column("name_zh", "名称", "Name", columns.text(160), "#item+name", required=True),
        Column("name_en", "英文名", "Name in English", columns.text(240), "#item+name+en"),
        Column("quantity", "数量", "Quantity", columns.number(0, MOST), "#item+quantity",
               clears_to=0, type="number"),
        Column("unit", "计量单位", "Unit", columns.text(24), "#item+unit"),
        area_column(),
        organisation_column(),
        *point_columns(),
        day_column("valid_until", "终止日期", "Valid until", "#date+end"),
        *source_columns(),
    ),
    defaults=stamped,
)  # fmt: skip
