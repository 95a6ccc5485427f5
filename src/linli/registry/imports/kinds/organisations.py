"""Organisations, permanent and temporary, as a list."""

from linli.errors import N_, BadInput
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Row, World
from linli.registry.imports.tables import area_column, day_column, table_kind
from linli.registry.organisations import Organisation, OrganisationKind

WORDS = {
    OrganisationKind.COMMITTEE: ("居委会", "村委会"),
    OrganisationKind.OFFICE: ("政府机关", "街道办事处"),
    OrganisationKind.BUREAU: ("局",),
    OrganisationKind.UTILITY: ("公用事业",),
    OrganisationKind.HEALTH: ("医疗卫生机构",),
    OrganisationKind.SHOP: ("商店", "批发商"),
    OrganisationKind.TRANSPORT: ("运输公司",),
    OrganisationKind.PROPERTY: ("物业",),
    OrganisationKind.CHARITY: ("慈善组织",),
    OrganisationKind.PARTY: ("党组织",),
    OrganisationKind.OTHER: ("其他",),
}


def check(row: Row, world: World) -> None:
    """A temporary body has to say when it ends, and not in the past."""
    standing = (row.known.values if row.known else {}) | row.values
    ends = standing.get("valid_until")
    if standing.get("temporary") and ends is None:
        row.refuse(BadInput(N_("A temporary organisation needs the day on which it ends.")))
    elif row.known is None and ends is not None and ends < world.today:
        row.refuse(BadInput(N_("The end, {day}, has passed. Choose a later one."), day=ends))


KIND = table_kind(
    Organisation,
    name="organisations",
    zh="单位",
    en="Organisations",
    power="organisations.edit",
    key=("name_zh", "area_id"),
    declared=(
        Column("kind", "类别", "Kind", columns.choice({k.value: w for k, w in WORDS.items()}),
               "#org+type", required=True, choices=tuple(WORDS)),
        Column("name_zh", "名称", "Name", columns.text(160), "#org+name", required=True,
               aliases=("单位名称", "name_zh")),
        Column("name_en", "英文名", "Name in English", columns.text(240), "#org+name+en"),
        area_column(),
        Column("phone", "电话", "Telephone", columns.phone, "#contact+phone"),
        Column("temporary", "临时", "Temporary", columns.yes_no, "#org+temporary",
               clears_to=False, type="boolean", write=columns.said_yes_no),
        day_column("valid_from", "起始日期", "Valid from", "#date+start"),
        day_column("valid_until", "终止日期", "Valid until", "#date+end"),
        Column("source", "来源", "Source", columns.text(120), "#meta+source"),
    ),
    defaults=lambda world: {"source": world.source, "valid_from": world.today},
    check=check,
)  # fmt: skip
