"""What is held back for a plan is never held back twice, and its keeper is the one who lends it."""

from datetime import date
from typing import Any

import pytest

from linli.audit.models import Record
from linli.errors import BadInput, NotAllowed, NotFound
from linli.plans import reserve
from linli.plans.reserve import HeldBack, NewReserve
from linli.registry.plans import Reserve
from linli.registry.resources import Resource
from tests.cast import EVENING, City
from tests.plans import prepared
from tests.plans.prepared import signed

pytestmark = pytest.mark.db


@pytest.fixture
def tents(city: City) -> Resource:
    """Three tents in Oak, and a plan to hold them back for."""
    signed(city)
    return prepared.stock(city, "oak", "tent", 3, unit="piece")


def asked(city: City, row: Resource, quantity: float = 2, **more: Any) -> NewReserve:
    said: dict[str, Any] = {
        "kind": "resources", "record_id": row.id, "plan": "small", "reason": "For the night.",
        "area_id": city.areas["elm"].id,
    }  # fmt: skip
    return NewReserve(quantity=quantity, **(said | more))


def test_no_more_is_held_back_than_there_is(city: City, tents: Resource) -> None:
    dee = city.actor("dee")
    made = reserve.hold(dee, asked(city, tents), now=EVENING)

    with pytest.raises(HeldBack, match="there are 3, and 2 are held back already"):
        reserve.hold(dee, asked(city, tents), now=EVENING)
    reserve.hold(dee, asked(city, tents, 1), now=EVENING)
    reserve.lift(dee, made.id, now=EVENING)
    reserve.hold(dee, asked(city, tents), now=EVENING)

    assert sum(r.quantity for r in reserve.listed(dee, now=EVENING)) == 3
    acts = Record.objects.filter(kind="reserve").order_by("id").values_list("act", flat=True)
    assert list(acts) == ["add", "add", "lift", "add"]


def test_it_is_lent_by_who_answers_where_it_lies(city: City, tents: Resource) -> None:
    for name in ("sam", "bo", "jo", "ida", "eve", "ann", "cy"):
        with pytest.raises(NotAllowed):
            reserve.hold(city.actor(name), asked(city, tents), now=EVENING)
    away = prepared.stock(city, "ash", "tent", 5, unit="piece")
    with pytest.raises(NotAllowed):
        reserve.hold(city.actor("dee"), asked(city, away), now=EVENING)
    made = reserve.hold(city.actor("gil"), asked(city, away), now=EVENING)

    assert [r.id for r in reserve.listed(city.actor("dee"), now=EVENING)] == [made.id]
    with pytest.raises(NotAllowed):
        reserve.lift(city.actor("sam"), made.id, now=EVENING)
    reserve.lift(city.actor("dee"), made.id, now=EVENING)  # it was kept for her street
    assert not reserve.listed(city.actor("dee"), now=EVENING).exists()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"kind": "people"}, BadInput), ({"record_id": 10**9}, NotFound),
        ({"plan": "none"}, NotFound), ({"area_id": 10**9}, NotFound),
        ({"quantity": 0}, BadInput), ({"quantity": -1}, BadInput),
        ({"quantity": float("nan")}, BadInput), ({"reason": " "}, BadInput),
        ({"until": date(2020, 2, 8)}, BadInput), ({"reason": "x" * 301}, BadInput),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    city: City, tents: Resource, wrong: dict[str, Any], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        reserve.hold(city.actor("dee"), asked(city, tents, **wrong), now=EVENING)

    assert Reserve.objects.count() == 0


def test_beds_sites_and_vehicles_are_held_back_as_they_are(city: City, tents: Resource) -> None:
    ward = prepared.ward(city, "oak", 6, 2)
    bus = prepared.bus(city, "elm", "W-1")
    gil = city.actor("gil")

    reserve.hold(gil, asked(city, tents, 4, kind="wards", record_id=ward.id), now=EVENING)
    reserve.hold(gil, asked(city, tents, 1, kind="vehicles", record_id=bus.id), now=EVENING)

    for kind, row, n in (("wards", ward.id, 1), ("vehicles", bus.id, 1)):
        with pytest.raises(HeldBack):
            reserve.hold(gil, asked(city, tents, n, kind=kind, record_id=row), now=EVENING)
