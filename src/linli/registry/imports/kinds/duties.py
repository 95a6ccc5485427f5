"""Duties, as a list. A duty that changes from a day on is a new version; the old one ends."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from linli.errors import N_, BadInput
from linli.policy.roles import NAMES, STAFF, Role
from linli.registry.areas import Tier
from linli.registry.duties import Duty
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Doubt, Kind, Known, Row, Values, World
from linli.registry.imports.references import References
from linli.registry.imports.tables import changer, creator, day_column, plain_cells

MOST_VERSIONS = 10_000
TIER_WORDS = {
    "community": ("社区", str(int(Tier.COMMUNITY))),
    "street": ("街道", str(int(Tier.STREET))),
    "district": ("区", str(int(Tier.DISTRICT))),
    "city": ("市", str(int(Tier.CITY))),
}
TIERS = dict(zip(TIER_WORDS, Tier, strict=True))


def tier(cell: str) -> int:
    """A tier, by its name or number."""
    return int(TIERS[columns.choice(TIER_WORDS)(cell)])


COLUMNS = (
    Column("code", "职责代码", "Duty code", columns.code(40), "#duty+code", required=True),
    Column("topic", "事项", "Topic", columns.code(40), "#duty+topic", required=True),
    Column("name_zh", "名称", "Name", columns.text(160), "#duty+name", required=True),
    Column("name_en", "英文名", "Name in English", columns.text(240), "#duty+name+en",
           required=True),
    Column("tier", "层级", "Tier", tier, "#duty+tier", required=True, choices=tuple(TIER_WORDS),
           write=lambda value: Tier(value).name.lower()),
    Column("lead_role", "牵头角色", "Leading role", columns.choice(
        {role.value: (NAMES[role],) for role in Role if role in STAFF}
    ), "#duty+role", required=True),
    Column("skill", "所需技能", "Skill", columns.code(40), "#duty+skill"),
    Column("organisation_kind", "单位类别", "Kind of organisation", columns.code(16),
           "#duty+org+type"),
    Column("version", "版本", "Version", columns.whole(1, MOST_VERSIONS), "#duty+version",
           type="integer"),
    day_column("valid_from", "起始日期", "Valid from", "#date+start", required=True),
    day_column("valid_until", "终止日期", "Valid until", "#date+end"),
    Column("source", "来源", "Source", columns.text(200), "#meta+source"),
)  # fmt: skip


def lookups(values: Values) -> Sequence[Hashable]:
    """By its code: all versions of a duty."""
    return [values.get("code")]


def fetch(rows: list[Row], world: World) -> Iterable[Known]:
    """Every version of the duties named."""
    codes = {row.values.get("code") for row in rows} - {None}
    return (Known(row["id"], dict(row)) for row in Duty.objects.filter(code__in=codes).values())


def judge(values: Values, candidates: Sequence[Known]) -> tuple[Known | None, list[Doubt]]:
    """The version named, or the one that began on that day; a later day makes a new version."""
    if "version" in values:
        wanted = values["version"]
        return next((k for k in candidates if k.values["version"] == wanted), None), []
    if "valid_from" in values:
        day = values["valid_from"]
        same = next((k for k in candidates if k.values["valid_from"] == day), None)
        if same is None:
            values["version"] = 1 + max((k.values["version"] for k in candidates), default=0)
        return same, []
    return max(candidates, key=lambda k: k.values["version"], default=None), []


def check(row: Row, world: World) -> None:
    """Versions follow one another; none begins before the last one did."""
    code, starts = row.values.get("code"), row.values.get("valid_from")
    begun = world.scratch.setdefault("begun", {})
    if row.known is not None or starts is None or code is None:
        return
    if code not in begun:
        days = Duty.objects.filter(code=code).order_by("-valid_from")
        begun[code] = days.values_list("valid_from", flat=True).first()
    if begun[code] is not None and starts <= begun[code]:
        row.refuse(
            BadInput(
                N_("A version of {code} from {day} exists. A new one has to begin later."),
                code=code,
                day=begun[code],
            )
        )
    elif not row.problems:
        begun[code] = starts


def create(known: list[Known], world: World) -> None:
    """Add versions; the one before each ends on the day before."""
    creator(Duty, lambda w: {"source": w.source})(known, world)
    for k in known:
        starts = k.values["valid_from"]
        Duty.objects.filter(
            Q(valid_until=None) | Q(valid_until__gte=starts),
            code=k.values["code"], valid_from__lt=starts,
        ).update(valid_until=starts - timedelta(days=1))  # fmt: skip


def cells(rows: Iterable[Any], references: References) -> Iterator[Values]:
    """The values by column."""
    return plain_cells(rows, references, COLUMNS)


def everything() -> QuerySet[Any]:
    """All versions of all duties."""
    return Duty.objects.order_by("code", "version")


KIND = Kind(
    name="duties",
    zh="职责清单",
    en="Duties",
    power="duties.edit",
    columns=COLUMNS,
    resolve=lambda rows, world: None,
    fetch=fetch,
    lookups=lookups,
    judge=judge,
    check=check,
    create=create,
    change=changer(Duty),
    rows=everything,
    cells=cells,
    has_path=False,
)
