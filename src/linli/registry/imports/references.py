"""What does a cell that names an area, an organisation or a household mean? Asked in bulk.

An area is named by ``id:7``, by a code (``nbs:420102001`` or the code alone), by its names from
above joined with a slash, or by its name where only one area is called so. Neither code nor
name is trusted when it leads to two areas.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from linli.errors import N_, BadInput, Word
from linli.registry.areas import Area, AreaCode
from linli.registry.households import Household
from linli.registry.organisations import Organisation

JOIN = "/"
CHUNK = 5_000


class UnknownReference(BadInput):
    """A cell names something that does not exist."""

    code = "unknown_reference"
    sentence = N_("There is no {what} {value}. Correct it, or import it first.")


class SeveralMeant(BadInput):
    """A cell names something that exists more than once."""

    code = "several_meant"
    sentence = N_("{value} may mean {n} things. Give the code, or one of: {known}.")


@dataclass(slots=True)
class Place:
    """What of an area a reference needs."""

    id: int
    path: str
    name: str
    parent_id: int | None
    kind: str


class References:
    """The areas and organisations of the city by all they are called; read once a run."""

    def __init__(self) -> None:
        self._labels: dict[int, str] = {}
        self._called: dict[str, list[Place]] = {}

    @cached_property
    def places(self) -> dict[int, Place]:
        """Every area by id."""
        rows = Area.objects.values_list("id", "path", "name_zh", "parent_id", "kind")
        return {row[0]: Place(*row) for row in rows.iterator(chunk_size=CHUNK)}

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place in self.places.values():
            found.setdefault(place.name, []).append(place.id)
        return found

    @cached_property
    def _children(self) -> dict[tuple[int | None, str], list[int]]:
        found: dict[tuple[int | None, str], list[int]] = {}
        for place in self.places.values():
            found.setdefault((place.parent_id, place.name), []).append(place.id)
        return found

    @cached_property
    def _by_code(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        rows = AreaCode.objects.values_list("area_id", "system", "code")
        for area_id, system, code in rows.iterator(chunk_size=CHUNK):
            for key in (code, f"{system}:{code}"):
                if area_id not in found.setdefault(key, []):
                    found[key].append(area_id)
        return found

    @cached_property
    def _organisations(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row_id, zh, en in Organisation.objects.values_list("id", "name_zh", "name_en"):
            for name in {zh, en} - {""}:
                found.setdefault(name, []).append(row_id)
        return found

    @cached_property
    def organisation_names(self) -> dict[int, str]:
        """The cell that names each organisation: its name, or its id where that is shared."""
        return {
            ids[0] if len(ids) == 1 else row_id: name if len(ids) == 1 else f"id:{row_id}"
            for name, ids in self._organisations.items()
            for row_id in ids
        }

    def add(self, place: Place, codes: Iterable[tuple[str, str]] = ()) -> None:
        """Make an area known that a batch has just added."""
        self.places[place.id] = place
        self._by_name.setdefault(place.name, []).append(place.id)
        self._children.setdefault((place.parent_id, place.name), []).append(place.id)
        self._called = {}
        for system, code in codes:
            for key in (code, f"{system}:{code}"):
                self._by_code.setdefault(key, []).append(place.id)

    def forget(self) -> None:
        """Read anew what a batch may have changed."""
        for name in (
            "places", "_by_name", "_children", "_by_code", "_organisations", "organisation_names"
        ):  # fmt: skip
            self.__dict__.pop(name, None)
        self._labels, self._called = {}, {}

    def area(self, cell: str) -> Place:
        """The area a cell names; raises UnknownReference or SeveralMeant."""
        found = self.areas_called(cell)
        if not found:
            raise UnknownReference(what=Word(N_("area")), value=cell[:80])
        if len(found) > 1:
            ids = tuple(f"id:{place.id}" for place in found[:5])
            raise SeveralMeant(value=cell[:80], n=len(found), known=ids)
        return found[0]

    def areas_called(self, cell: str) -> list[Place]:
        """Every area a cell may name."""
        cell = cell.strip()
        if cell not in self._called:
            self._called[cell] = self._areas_called(cell)
        return self._called[cell]

    def children(self, parent_id: int | None, name: str) -> list[Place]:
        """The areas of this name right under a parent."""
        return [self.places[i] for i in self._children.get((parent_id, name), ())]

    def _areas_called(self, cell: str) -> list[Place]:
        if by_id := re.fullmatch(r"id:(\d{1,18})", cell):
            place = self.places.get(int(by_id[1]))
            return [place] if place else []
        if cell in self._by_code:
            return [self.places[i] for i in self._by_code[cell]]
        names = [part.strip() for part in re.split(r"[/>＞／]", cell) if part.strip()]
        if not names:
            return []
        if len(names) > 1:  # straight down; a name such as 1栋 is in ten thousand places
            parents = self.areas_called(JOIN.join(names[:-1]))
            found = [child for p in parents for child in self.children(p.id, names[-1])]
            if found:
                return found
        ids = self._by_name.get(names[-1], [])
        return [self.places[i] for i in ids if self._lies_under(self.places[i], names[:-1])]

    def label(self, area_id: int) -> str:
        """The cell that names this area alone: its names from above, or its id."""
        known = self._labels.get(area_id)
        if known is None:
            names: list[str] = []
            place = self.places.get(area_id)
            while place is not None:
                names.append(place.name)
                place = self.places.get(place.parent_id) if place.parent_id else None
            known = JOIN.join(reversed(names))
            if len(self.areas_called(known)) != 1:
                known = f"id:{area_id}"
            self._labels[area_id] = known
        return known

    def organisation(self, cell: str) -> int:
        """The organisation a cell names."""
        cell = cell.strip()
        if by_id := re.fullmatch(r"id:(\d{1,18})", cell):
            ids = [i for i in {int(by_id[1])} if Organisation.objects.filter(id=i).exists()]
        else:
            ids = self._organisations.get(cell, [])
        if not ids:
            raise UnknownReference(what=Word(N_("organisation")), value=cell[:80])
        if len(ids) > 1:
            raise SeveralMeant(
                value=cell[:80], n=len(ids), known=tuple(f"id:{i}" for i in sorted(ids)[:5])
            )
        return ids[0]

    def _lies_under(self, place: Place, above: list[str]) -> bool:
        """Whether these names stand above a place, in their order; tiers may be left out."""
        waiting = list(above)
        at = self.places.get(place.parent_id) if place.parent_id else None
        while waiting and at is not None:
            if at.name == waiting[-1]:
                waiting.pop()
            at = self.places.get(at.parent_id) if at.parent_id else None
        return not waiting


def households(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Households by code: id, responsible area and path; one query."""
    rows = Household.objects.filter(code__in=set(codes)).values("code", "id", "area_id", "path")
    return {row["code"]: dict(row) for row in rows}
