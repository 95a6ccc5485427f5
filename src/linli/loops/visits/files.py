"""How are visits read from a file? CSV, XLSX or Parquet, with titles in either language."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from zoneinfo import ZoneInfo

from linli.clock import CITY_ZONE_DEFAULT
from linli.errors import N_, BadInput, Problem
from linli.loops.advance import Refused
from linli.loops.scene import Scene
from linli.loops.visits import intake
from linli.loops.visits.intake import NewVisit, Taken
from linli.loops.visits.tables import Air, Certainty, PlaceKind, Precision, Source
from linli.registry.imports.columns import choice, folded
from linli.registry.imports.files import opened, plain
from linli.registry.imports.references import References

ROWS_AT_ONCE = 20_000
DAY_S = 86_400

TITLES: Mapping[str, tuple[str, ...]] = {
    "person": ("person", "person_code", "code", "人员编号", "编号"),
    "name": ("place", "name", "地点", "车次", "航班"),
    "place_kind": ("kind", "place_kind", "地点类型", "场所类型"),
    "area": ("area", "区域", "社区"),
    "from": ("from", "start", "从", "开始时间"),
    "until": ("until", "to", "end", "到", "结束时间"),
    "precision": ("precision", "精度"),
    "certainty": ("certainty", "把握"),
    "source": ("source", "来源"),
    "carriage": ("carriage", "coach", "车厢"),
    "row": ("row", "排"),
    "seat": ("seat", "座位"),
    "air": ("air", "通风"),
}
NEEDED = ("person", "place_kind", "from")


def take_in(file: IO[bytes], scene: Scene) -> Taken:
    """Read a file of visits and take them in; the row of the file is each refused one's index."""
    intake.may(scene)
    new = again = 0
    refused: list[Refused] = []
    with opened(file) as table:
        read = _reader(table.header)
        numbers: list[int] = []
        batch: list[NewVisit] = []

        def flush() -> None:
            nonlocal new, again
            done = intake.take_in(batch, scene)
            new, again = new + done.n_new, again + done.n_again
            refused.extend(replace(r, index=numbers[r.index]) for r in done.refused)
            numbers.clear()
            batch.clear()

        for number, cells in table.rows:
            try:
                batch.append(read(cells))
                numbers.append(number)
            except Problem as problem:
                refused.append(Refused(number, problem))
            if len(batch) >= ROWS_AT_ONCE:
                flush()
        flush()
    return Taken(new, again, sorted(refused, key=lambda r: r.index))


def columns_of(
    header: list[str], titles: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]
) -> dict[str, int]:
    """Where each column stands, by any of its titles; raises BadInput naming those that lack."""
    called = {folded(title): n for n, title in enumerate(header)}
    at: dict[str, int] = {}
    for column, words in titles.items():
        for title in words:
            if folded(title) in called:
                at.setdefault(column, called[folded(title)])
    missing = tuple(column for column in needed if column not in at)
    if missing:
        raise BadInput(N_("The file has no column for: {columns}."), columns=missing)
    return at


def _reader(header: list[str]) -> Any:
    """What reads a row, once the header says which column is which."""
    at = columns_of(header, TITLES, NEEDED)
    references = References()

    def read(cells: list[str]) -> NewVisit:
        said = {column: plain(cells[n]).strip() for column, n in at.items()}
        return visit_of(said, references)

    return read


def visit_of(said: Mapping[str, str], references: References) -> NewVisit:
    """A visit from what the cells of a row say; raises BadInput naming what is wrong."""
    from_at, fine = moment_of(said.get("from", ""), last=False)
    until_at, until_fine = moment_of(said["until"], last=True) if said.get("until") else (None, "")
    rough = min((fine, until_fine or fine), key=lambda p: list(Precision.values)[::-1].index(p))
    if until_at is None:
        until_at = from_at + DAY_S - 1 if fine == Precision.DAY else from_at
        rough = rough if fine == Precision.DAY else Precision.HOUR
    return NewVisit(
        person_code=said.get("person", ""),
        place_kind=_one_of(PlaceKind, said.get("place_kind", "")),
        name=said.get("name", ""),
        area_id=references.area(said["area"]).id if said.get("area") else None,
        from_at=from_at,
        until_at=until_at,
        precision=_one_of(Precision, said["precision"]) if said.get("precision") else rough,
        certainty=_one_of(Certainty, said.get("certainty") or Certainty.LIKELY),
        source=_one_of(Source, said.get("source") or Source.VENUE),
        carriage=_whole(said.get("carriage", "")),
        row=_whole(said.get("row", "")),
        seat=said.get("seat", ""),
        air=_one_of(Air, said["air"]) if said.get("air") else "",
    )


_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时](\d{2})?分?(?::\d{2})?)?"
    r"([+-]\d{2}(?::\d{2})?|Z)?"
)


def moment_of(cell: str, *, last: bool) -> tuple[int, str]:
    """A moment and how finely it is told; a day alone is its first second, or its ``last``."""
    found = _MOMENT.fullmatch(cell.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, zone = found.groups()
        on = date(int(year), int(month), int(day))
        at = datetime.combine(
            on, time(int(hour or 0), int(minute or 0)), ZoneInfo(CITY_ZONE_DEFAULT)
        )
        if zone:
            at = at.replace(tzinfo=datetime.fromisoformat(f"2020-01-01T00:00{zone}").tzinfo)
    except ValueError:
        raise BadInput(
            N_("{given} is no moment. Write it like 2020-02-09T18:00."), given=cell[:40]
        ) from None
    if hour is None:
        at += timedelta(days=1, seconds=-1) if last else timedelta()
        return int(at.timestamp()), Precision.DAY
    return int(at.timestamp()), Precision.MINUTE if minute else Precision.HOUR


def _one_of(known: Any, cell: str) -> str:
    words: dict[str, tuple[str, ...]] = {
        str(code): (str(label), *_ZH.get(str(code), ())) for code, label in known.choices
    }
    return str(choice(words)(cell))


def _whole(cell: str) -> int | None:
    if not cell:
        return None
    if not cell.isdigit() or len(cell) > 4:
        raise BadInput(N_("{value} is no whole number."), value=cell[:40])
    return int(cell)


_ZH: Mapping[str, tuple[str, ...]] = {
    "private": ("家", "住所"), "work": ("单位", "工作场所"), "school": ("学校",),
    "restaurant": ("餐馆", "饭店", "聚餐"), "shop": ("商店", "超市"), "market": ("市场",),
    "hospital": ("医院", "诊所"), "train": ("火车", "动车", "高铁"), "plane": ("飞机", "航班"),
    "coach": ("客车", "公交", "大巴"), "car": ("汽车", "出租车", "网约车"), "metro": ("地铁",),
    "transport": ("车站", "机场"), "outdoors": ("户外",), "other": ("其他",),
    "interview": ("流调",), "gate": ("门岗", "卡口"), "venue": ("场所",), "notice": ("通报",),
    "sure": ("确定",), "likely": ("可能",), "doubtful": ("存疑",),
    "minute": ("分",), "hour": ("时",), "day": ("日",), "closed": ("密闭",), "open": ("露天",),
}  # fmt: skip
