"""Sites where something is done for residents, as a list."""

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
from linli.registry.sites import Site, SiteKind

WORDS = {
    SiteKind.HOSPITAL: ("医院",),
    SiteKind.DESIGNATED_HOSPITAL: ("定点医院",),
    SiteKind.SHELTER_HOSPITAL: ("方舱医院",),
    SiteKind.ISOLATION: ("隔离点",),
    SiteKind.OBSERVATION: ("观察点",),
    SiteKind.RECOVERY: ("康复驿站",),
    SiteKind.CLINIC: ("诊所", "社区卫生服务中心"),
    SiteKind.STATION: ("社区服务站",),
    SiteKind.SHOP: ("商店",),
    SiteKind.GATE: ("卡口", "出入口"),
    SiteKind.DEPOT: ("仓库",),
    SiteKind.OTHER: ("其他",),
}

KIND = table_kind(
    Site,
    name="sites",
    zh="场所",
    en="Sites",
    power="sites.edit",
    key=("name_zh", "area_id", "kind"),
    declared=(
        Column("kind", "类别", "Kind", columns.choice({k.value: w for k, w in WORDS.items()}),
               "#loc+type", required=True, choices=tuple(WORDS)),
        Column("name_zh", "名称", "Name", columns.text(160), "#loc+name", required=True),
        Column("name_en", "英文名", "Name in English", columns.text(240), "#loc+name+en"),
        area_column(),
        organisation_column(),
        *point_columns(),
        day_column("valid_from", "起始日期", "Valid from", "#date+start"),
        day_column("valid_until", "终止日期", "Valid until", "#date+end"),
        *source_columns(),
    ),
    defaults=stamped,
)  # fmt: skip
