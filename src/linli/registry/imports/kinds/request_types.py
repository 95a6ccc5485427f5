"""What residents can ask for, as a list."""

from linli.errors import N_, Word
from linli.registry.duties import Duty, RequestType
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Row, World
from linli.registry.imports.references import UnknownReference
from linli.registry.imports.tables import day_column, table_kind


def check(row: Row, world: World) -> None:
    """A type may be led by nobody yet, but not by a duty that does not exist."""
    duty = row.values.get("duty_code")
    if not duty:
        return
    known = world.scratch.setdefault("duties", set(Duty.objects.values_list("code", flat=True)))
    if duty not in known:
        row.refuse(UnknownReference(what=Word(N_("duty")), value=duty))


KIND = table_kind(
    RequestType,
    name="request_types",
    zh="诉求类型",
    en="Request types",
    power="duties.edit",
    key=("code",),
    has_path=False,
    with_id=False,
    declared=(
        Column("code", "代码", "Code", columns.code(40), "#service+code", required=True),
        Column("name_zh", "名称", "Name", columns.text(160), "#service+name", required=True),
        Column("name_en", "英文名", "Name in English", columns.text(240), "#service+name+en",
               required=True),
        Column("item_class", "等级", "Class", columns.choice(
            {"urgent": ("紧急",), "utility": ("民生保障", "水电气"), "normal": ("一般",)}
        ), "#service+class", required=True, choices=("urgent", "utility", "normal")),
        Column("duty_code", "职责代码", "Duty", columns.code(40), "#duty+code"),
        Column("group", "分组", "Group", columns.text(60), "#service+group"),
        Column("keywords", "关键词", "Keywords", columns.text(400), "#service+keywords"),
        Column("public", "公开", "Public", columns.yes_no, "#service+public", clears_to=True,
               type="boolean", write=columns.said_yes_no),
        day_column("valid_until", "终止日期", "Valid until", "#date+end"),
    ),
    check=check,
)  # fmt: skip
