"""Residents, as a list. Who a row is about is decided in `linli.registry.likeness`."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from linli import bulk, clock
from linli.errors import N_, BadInput, Word
from linli.registry import departures, duplicates, likeness, names, people_found
from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.kind import Doubt, Kind, Known, Row, Values, World
from linli.registry.imports.references import References, UnknownReference, households
from linli.registry.imports.tables import (
    area_column,
    audit,
    resolve_places,
    source_columns,
    write_changes,
)
from linli.registry.person import LOADED, Person
from linli.registry.pinyin import pinyin_of

LEFT_WORDS = {
    "died": ("去世", "死亡", "died", "dead"), "moved": ("迁出", "搬走", "moved", "moved away"),
    "visit": ("访客", "来访", "visit", "visitor"), "mistake": ("误录", "误登", "mistake", "error"),
}  # fmt: skip
SEX_WORDS = {"f": ("女", "female", "女性"), "m": ("男", "male", "男性")}


LEFT = ("left_on", "left_because", "left_source")


def today() -> Any:
    """The city's day."""
    return clock.day(clock.now())


COLUMNS = (
    Column("code", "人员编号", "Person code", columns.code(40), "#person+code"),
    Column("name", "姓名", "Name", columns.text(120), "#person+name", required=True),
    Column("pinyin", "拼音", "Pinyin", columns.text(160), "#person+name+latin"),
    Column("sex", "性别", "Sex", columns.choice(SEX_WORDS), "#person+sex", choices=("f", "m")),
    Column("birth_date", "出生日期", "Date of birth", columns.birth_day(today), "#person+born",
           clears_to=None, type="date", aliases=("生日",)),
    Column("phone", "手机号", "Telephone", columns.phone, "#contact+phone",
           aliases=("电话", "联系电话", "phone number", "mobile")),
    Column("document", "证件号码", "Document", columns.document, "#person+document",
           aliases=("身份证号", "身份证号码", "id number")),
    Column("household", "户编号", "Household code", columns.code(40), "#household+code",
           clears_to="", aliases=("户号",)),
    Column("relation", "与户主关系", "Relation", columns.text(24), "#person+relation"),
    Column("floating", "流动人口", "Registered elsewhere", columns.yes_no, "#person+floating",
           clears_to=False, type="boolean", write=columns.said_yes_no),
    Column("needs", "需求", "Needs", columns.codes, "#person+needs", clears_to=[],
           write=columns.joined),
    Column("left_on", "离开日期", "Left on", columns.day, "#person+left", clears_to=None,
           type="date"),
    Column("left_because", "离开原因", "Why left", columns.choice(LEFT_WORDS), "#person+left+why",
           choices=tuple(LEFT_WORDS)),
    Column("left_source", "离开依据", "Source of leaving", columns.text(120),
           "#person+left+source"),
    area_column("责任网格", "Responsible area", required=False),
    *source_columns(),
)  # fmt: skip


def resolve(rows: list[Row], world: World) -> None:
    """Find the responsible areas and the households, all households of a batch at once."""
    known = households(row.values["household"] for row in rows if row.values.get("household"))
    areas = world.scratch.setdefault("household_areas", {})
    for row in rows:
        resolve_places(row, world)
        if "pinyin" in row.values:
            row.values["pinyin"] = row.values["pinyin"].casefold()
        if "household" not in row.values:
            continue
        code = row.values.pop("household")
        home = known.get(code)
        if code and home is None:
            row.refuse(UnknownReference(what=Word(N_("household")), value=code))
            continue
        row.values["household_id"] = home["id"] if home else None
        if home:
            areas[home["id"]] = (home["area_id"], home["path"])


def check(row: Row, world: World) -> None:
    """A new person needs something to be known by, and an area that answers; a name its pinyin."""
    values = row.values
    left = {**(row.known.values if row.known else {}), **values}
    try:
        departures.refuse_half(left, today())
    except BadInput as problem:
        row.refuse(problem)
    if values.get("left_on") and not left.get("left_source"):
        values["left_source"] = values.get("source") or world.source
    if row.known is None:
        if not any(values.get(key) for key in likeness.KNOWN_BY):
            row.refuse(
                BadInput(
                    N_(
                        "A name alone does not tell who this is. Give a code, document, phone, "
                        "date of birth or household."
                    )
                )
            )
        if "area_id" not in values:
            area = world.scratch["household_areas"].get(values.get("household_id"))
            if area is None:
                row.refuse(BadInput(N_("Say which area answers for this person, or a household.")))
            else:
                values["area_id"], values["path"] = area
    renamed = row.known is None or row.known.values.get("name") != values.get("name")
    if renamed and values.get("name") and "pinyin" not in values:
        values["pinyin"] = pinyin_of(values["name"])


def fetch(rows: list[Row], world: World) -> Iterable[Known]:
    """Everybody these rows may be about; the merged ones stand for their survivors, frozen."""
    found = people_found.alike([row.values for row in rows])
    return [
        Known(row.pop("stands_for"), row, frozen=merged)
        for row in found
        if (merged := row.pop("merged")) or True
    ]


def judge(values: Values, candidates: list[Known]) -> tuple[Known | None, list[Doubt]]:
    """The one surely meant, or those perhaps meant."""
    sure: list[tuple[float, int, Known]] = []
    doubts: list[Doubt] = []
    for place, known in enumerate(candidates):
        verdict, score, evidence = likeness.weigh(values, known.values)
        if verdict is likeness.Verdict.SAME:
            sure.append((-score, place, known))
        elif verdict is likeness.Verdict.DOUBT:
            doubts.append(Doubt(known, score, evidence))
    if sure:
        return min(sure, key=lambda s: s[:2])[2], []
    return None, doubts


def create(known: list[Known], world: World) -> None:
    """Add people with the parts of their names; one without a code gets one from the number."""
    for k, row_id in zip(known, bulk.next_ids(Person, len(known)), strict=True):
        k.id = row_id
        k.values.setdefault("code", f"{likeness.OWN_CODE}{row_id:09d}")
    bulk.insert(Person, (*LOADED, *LEFT), [_row(k, world) for k in known])
    names.add(_named(k.id, k.values) for k in known)
    audit(world, "import.create", Person, known)


def change(known: list[Known], world: World) -> None:
    """Change people, and the parts of their names where those change."""
    write_changes(Person, known, {"changed_at": world.now})
    names.change(
        [_named(k.id, k.values | k.before) for k in known], [_named(k.id, k.values) for k in known]
    )
    audit(world, "import.change", Person, known)


def queue(known: Known, doubts: list[Doubt], world: World) -> None:
    """Put the pairs that somebody should look at into the review queue."""
    for doubt in doubts:
        duplicates.suspect(
            known.id, doubt.known.id, score=doubt.score, evidence=doubt.evidence, now=world.now
        )


def cells(rows: Iterable[Any], references: References) -> Iterator[Values]:
    """The values by column."""
    plain = [c.name for c in COLUMNS if c.name not in {"area", "household"}]
    for row in rows:
        yield {
            **{name: getattr(row, name) for name in plain},
            "area": references.label(row.area_id),
            "household": row.household.code if row.household_id else "",
        }


def everything() -> QuerySet[Any]:
    """Everybody who is not merged away, by area."""
    found = Person.objects.filter(survivor_id=None).select_related("household")
    return found.order_by("path", "id")


def _named(person_id: int, v: Values) -> names.Named:
    return names.Named(person_id, v["path"], v["name"], v.get("pinyin", ""), v.get("needs", ()))


def _row(known: Known, world: World) -> tuple[Any, ...]:
    v = known.values
    return (
        known.id, v["code"], v["name"], v.get("pinyin", ""), v.get("sex", ""), v.get("birth_date"),
        v.get("phone", ""), v.get("document", ""), v.get("household_id"), v.get("relation", ""),
        v.get("floating", False), v.get("needs", []), v["area_id"], v["path"], None,
        v.get("source") or world.source, v.get("as_of") or world.today, world.now,
        v.get("left_on"), v.get("left_because", ""), v.get("left_source", ""),
    )  # fmt: skip


KIND = Kind(
    name="people",
    zh="居民",
    en="People",
    power="people.edit",
    columns=COLUMNS,
    resolve=resolve,
    check=check,
    fetch=fetch,
    lookups=likeness.lookups,
    judge=judge,  # type: ignore[arg-type]
    create=create,
    change=change,
    queue=queue,  # type: ignore[arg-type]
    rows=everything,
    cells=cells,
    about_residents=True,
    never_compared=frozenset({"code"}),
)
