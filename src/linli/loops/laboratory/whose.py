"""Whose sample was it? Answered for many results at once, by all a laboratory was told.

A sample's code leads to its order. Otherwise our own code, or a document or a phone with the name,
lead to somebody; a name fits in Chinese or in letters, in either order. A name and a date of birth
alone are not enough in a city of millions, and neither is a document under another name: where
there is doubt, nobody is chosen and a person decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linli.loops.laboratory.tables import LabOrder
from linli.registry.likeness import Verdict, weigh
from linli.registry.person import Person

AT_ONCE = 400


@dataclass(frozen=True)
class Told:
    """What a laboratory knows of whose sample it was; empty where it knows nothing."""

    sample: str = ""
    code: str = ""
    document: str = ""
    name: str = ""
    birth_date: date | None = None
    phone: str = ""

    def kept(self) -> dict[str, str]:
        """What is kept of it until somebody is found."""
        born = self.birth_date.isoformat() if self.birth_date else ""
        values = {
            "code": self.code, "document": self.document, "name": self.name, "birth_date": born,
            "phone": self.phone,
        }  # fmt: skip
        return {key: value for key, value in values.items() if value}


@dataclass(frozen=True)
class Whose:
    """Who it is: a person, the order where there is one, and all who may be meant otherwise."""

    person_id: int | None = None
    order_id: int | None = None
    candidates: tuple[int, ...] = ()


def find(told: Sequence[Told], *, exercise: bool = False) -> list[Whose]:
    """The answer for each, in the order given."""
    orders = _orders({t.sample for t in told if t.sample}, exercise)
    people = _People(told)
    return [_answer(one, orders, people) for one in told]


def _answer(told: Told, orders: Mapping[str, tuple[int, int]], people: "_People") -> Whose:
    if told.sample in orders:
        order_id, person_id = orders[told.sample]
        return Whose(person_id, order_id)
    sure, all_meant = people.meant(told)
    if len(sure) == 1:
        return Whose(next(iter(sure)))
    return Whose(candidates=tuple(sorted(all_meant)))


def _orders(samples: Iterable[str], exercise: bool) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for part in _parts(samples):
        rows = LabOrder.objects.filter(sample__in=part, exercise=exercise)
        found |= {s: (i, p) for s, i, p in rows.values_list("sample", "id", "person_id")}
    return found


class _People:
    """Everybody who may be meant by some results, looked up at once."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.by: dict[tuple[str, Any], list[Mapping[str, Any]]] = {}
        for column in ("code", "document", "phone"):
            self._look(column, {getattr(t, column) for t in told} - {""})
        self._look("birth_date", {t.birth_date for t in told if t.name and t.birth_date})

    def meant(self, told: Told) -> tuple[set[int], set[int]]:
        """Who it is for sure, and all who may be meant."""
        asked = told.kept() | {"birth_date": told.birth_date}
        near = {
            row["id"]: row
            for column in ("code", "document", "phone", "birth_date")
            for row in self.by.get((column, getattr(told, column)), ())
        }
        judged = {i: weigh(asked, row)[0] for i, row in near.items()}
        sure = {i for i, verdict in judged.items() if verdict is Verdict.SAME}
        maybe = {i for i, verdict in judged.items() if verdict is Verdict.DOUBT}
        return (sure, sure | maybe) if not maybe else (set(), sure | maybe)

    def _look(self, column: str, values: set[Any]) -> None:
        for part in _parts(values):
            rows = Person.objects.filter(survivor_id=None, **{f"{column}__in": part})
            for row in rows.values(*_SHOWN):
                self.by.setdefault((column, row[column]), []).append(row)


_SHOWN = (
    "id", "code", "document", "phone", "name", "pinyin", "birth_date", "household_id", "area_id",
    "source",
)  # fmt: skip


def _parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    listed = sorted(values)
    return (listed[n : n + AT_ONCE] for n in range(0, len(listed), AT_ONCE))
