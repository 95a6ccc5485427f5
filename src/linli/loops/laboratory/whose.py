"""Whose sample was it? Answered for many results at once, by all a laboratory was told.

A sample's code leads to its order. Otherwise our own code, or a document or a phone with the name,
lead to somebody; a name fits in Chinese or in letters, in either order. A name and a date of birth
alone are not enough in a city of millions, and neither is a document under another name: where
there is doubt, nobody is chosen and a person decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from linli.loops.laboratory.tables import LabOrder
from linli.registry import meant

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

    def asked(self) -> meant.Told:
        """The same as the registry is asked; which area would answer is not known."""
        return meant.Told(
            0, "", self.name, self.code, self.document, self.phone, self.birth_date
        )  # fmt: skip


@dataclass(frozen=True)
class Whose:
    """Who it is: a person, the order where there is one, and all who may be meant otherwise."""

    person_id: int | None = None
    order_id: int | None = None
    candidates: tuple[int, ...] = ()


def find(told: Sequence[Told], *, exercise: bool = False) -> list[Whose]:
    """The answer for each, in the order given."""
    orders = _orders({t.sample for t in told if t.sample}, exercise)
    asked = [one.asked() for one in told]
    near = meant.Near(asked)
    return [_answer(one, known, orders, near) for one, known in zip(told, asked, strict=True)]


def _answer(
    told: Told, asked: meant.Told, orders: Mapping[str, tuple[int, int]], near: meant.Near
) -> Whose:
    if told.sample in orders:
        order_id, person_id = orders[told.sample]
        return Whose(person_id, order_id)
    sure, maybe = near.judged(asked.values())
    if len(sure) == 1 and not maybe:
        return Whose(next(iter(sure)))
    return Whose(candidates=tuple(sorted(sure | maybe.keys())))


def _orders(samples: Iterable[str], exercise: bool) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for part in _parts(samples):
        rows = LabOrder.objects.filter(sample__in=part, exercise=exercise)
        found |= {s: (i, p) for s, i, p in rows.values_list("sample", "id", "person_id")}
    return found


def _parts(values: Iterable[str]) -> Iterable[list[str]]:
    listed = sorted(values)
    return (listed[n : n + AT_ONCE] for n in range(0, len(listed), AT_ONCE))
