"""Who is meant by what was told of somebody? Asked for many at once, before a record is made.

By code, document, phone, name and date of birth, or household; a name in letters is found in
either order. Where one person is meant for sure, it is them. Where somebody may be meant, a new
record is made. Whoever else may be the same goes with them into the queue of pairs: nobody is
merged by a machine in doubt, and what somebody decided of a pair is not asked again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linli import bulk, clock
from linli.registry import duplicates, names
from linli.registry.likeness import OWN_CODE, Verdict, readings, weigh
from linli.registry.person import LOADED, Person, load
from linli.registry.pinyin import pinyin_of

AT_ONCE = 400
KEYS = ("code", "document", "phone", "household_id")
KNOWN = (
    "id", "code", "document", "phone", "name", "pinyin", "birth_date", "household_id", "area_id",
    "source", "path", "survivor_id",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What was told of somebody, and the area that would answer for them."""

    area_id: int
    path: str
    name: str = ""
    code: str = ""
    document: str = ""
    phone: str = ""
    birth_date: date | None = None
    sex: str = ""
    household_id: int | None = None
    source: str = ""

    def values(self) -> dict[str, Any]:
        """As two records are compared."""
        return {
            "code": self.code, "document": self.document, "phone": self.phone, "name": self.name,
            "pinyin": pinyin_of(self.name), "birth_date": self.birth_date,
            "household_id": self.household_id, "area_id": self.area_id, "source": self.source,
        }  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """Who it is, whether a record was made for them, and who may be the same."""

    person_id: int
    made: bool
    doubts: tuple[int, ...] = ()


def find_or_make(told: Sequence[Told], *, now: int) -> list[Meant]:
    """Who each is, in the order given; whom nobody knows gets a record.

    Two rows of one list about one person are one person. In the caller's transaction.
    """
    near = Near(told)
    found: list[Meant] = []
    fresh: list[tuple[int, Told, Mapping[str, Any]]] = []
    pairs: list[duplicates.Suspicion] = []
    ids = iter(bulk.next_ids(Person, len(told)))  # gaps do not matter
    for one in told:
        values = one.values()
        sure, maybe = near.judged(values)
        made = len(sure) != 1
        if made:
            person_id = next(ids)
            maybe |= dict.fromkeys(sure, (1.0, ("several",)))
            if near.has("code", one.code):
                values["code"] = ""
            fresh.append((person_id, one, values))
            near.add({**values, "id": person_id})
        else:
            person_id = next(iter(sure))
        pairs += [
            duplicates.Suspicion(other, person_id, one.path, score, tuple(evidence))
            for other, (score, evidence) in maybe.items()
        ]
        found.append(Meant(person_id, made, tuple(sorted(maybe))))
    load(_rows(fresh, now))
    duplicates.suspect_many(pairs, now=now)
    return found


def _rows(fresh: Iterable[tuple[int, Told, Mapping[str, Any]]], now: int) -> Iterator[list[Any]]:
    today = clock.moment(now).date()
    for person_id, one, values in fresh:
        row = {
            **values, "id": person_id, "code": values["code"] or f"{OWN_CODE}{person_id:09d}",
            "sex": one.sex, "household": one.household_id, "relation": "", "floating": False,
            "needs": [], "area": one.area_id, "path": one.path, "survivor_id": None,
            "as_of": today, "changed_at": now,
        }  # fmt: skip
        yield [row[column] for column in LOADED]


class Near:
    """Everybody who may be meant by some rows, looked up at once; new ones may come to them."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._by: dict[tuple[str, Any], dict[int, Mapping[str, Any]]] = {}
        for column in KEYS:
            self._look({f"{column}__in": part} for part in _parts(getattr(t, column) for t in told))
        born = [t for t in told if t.name and t.birth_date]
        for part in _parts_of(born):
            days = {t.birth_date for t in part}
            self._look([{"name__in": {t.name for t in part}, "birth_date__in": days}])
        self._look_by_letters([t for t in born if t.name.isascii()])

    def judged(
        self, values: Mapping[str, Any]
    ) -> tuple[set[int], dict[int, tuple[float, Sequence[str]]]]:
        """Who it is for sure, and who may be meant with score and evidence."""
        sure: set[int] = set()
        doubts: dict[int, tuple[float, Sequence[str]]] = {}
        near = {i: row for key in _keys(values) for i, row in self._by.get(key, {}).items()}
        for other, row in near.items():
            verdict, score, evidence = weigh(values, row)
            if verdict is Verdict.SAME:
                sure.add(other)
            elif verdict is Verdict.DOUBT:
                doubts[other] = (score, evidence)
        return sure, doubts

    def has(self, column: str, value: Any) -> bool:
        """Whether somebody is known by this."""
        return (column, value) in self._by

    def add(self, row: Mapping[str, Any]) -> None:
        """Somebody who may be meant."""
        for key in _keys(row):
            self._by.setdefault(key, {})[row["id"]] = row

    def _look(self, lookups: Iterable[Mapping[str, Any]]) -> None:
        for lookup in lookups:
            for row in Person.objects.filter(survivor_id=None, **lookup).values(*KNOWN):
                self.add(row)

    def _look_by_letters(self, told: Sequence[Told]) -> None:
        """Whose whole name reads like one of these in either order, and is born on its day."""
        for part in _parts_of(told):
            texts = {text[: names.LONGEST_PART] for t in part for text in readings(t.name)}
            ids = names.NamePart.objects.filter(text__in=texts).values("person_id")
            days = {t.birth_date for t in part}
            self._look([{"id__in": ids, "birth_date__in": days}])


def _keys(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for column in KEYS:
        if values.get(column):
            yield column, values[column]
    if values.get("name") and values.get("birth_date"):
        yield "born", (names.fold(values["name"]), values["birth_date"])
        for reading in readings(values.get("pinyin") or ""):
            yield "read", (reading, values["birth_date"])


def _parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    return _parts_of(sorted({value for value in values if value}))


def _parts_of(rows: Sequence[Any]) -> Iterator[Any]:
    return (rows[n : n + AT_ONCE] for n in range(0, len(rows), AT_ONCE))
