"""What an emergency collects about people goes when it is over, whatever table it stands in."""

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from linli import clock
from linli.audit import sealed
from linli.loops import destroy, forget, keeping
from linli.loops.advance import advance
from linli.loops.closures.tables import RoadClosure
from linli.loops.collected import all_collected
from linli.loops.exposures.tables import Exposure
from linli.loops.handovers import make
from linli.loops.keeping import AFTER_EMERGENCY_DAYS, CLOSED_DAYS, Destruction
from linli.loops.laboratory.tables import LabResult
from linli.loops.ledger import Event, Item
from linli.loops.routes.tables import RunRoute
from linli.loops.said import Said
from linli.loops.screening.tables import Beaten, Missed, Report
from linli.loops.visits.tables import Visit
from linli.plans import modes
from linli.plans.modes import NewDeclaration
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City
from tests.engine.world import World

pytestmark = pytest.mark.db

DAY = 24 * HOUR
END = EVENING + 3 * DAY
GONE = END + AFTER_EMERGENCY_DAYS * DAY


def person(city: City, area: str) -> Person:
    """Somebody who lives there."""
    place = city.areas[area]
    return Person.objects.create(
        code=f"P-{area}", name="安安", area=place, path=place.path, source="test",
        as_of="2020-02-01", changed_at=EVENING,
    )  # fmt: skip


def told_of(city: City, area: str, at: int) -> dict[str, Any]:
    """A visit, a report, one that lost, a missed day, an exposure and a result of somebody."""
    who = Person.objects.filter(code=f"P-{area}").first() or person(city, area)
    day = clock.day(clock.moment(at))
    common: dict[str, Any] = {"person_id": who.id, "exercise": False}
    said = {"day": day, "seq": at, "uid": uuid4(), "at": at, "state": 1, "how": 1, "fever": False}
    return {
        "visit": Visit.objects.create(
            **common, uid=uuid4(), path=who.path, place="market", place_kind="market",
            from_at=at, until_at=at + HOUR, precision="hour", certainty="sure",
            source="interview", recorded_at=at,
        ),
        "report": Report.objects.create(
            **common, **said, area_id=city.areas[area].id, revision=1,
        ),
        "beaten": Beaten.objects.create(**common, **{**said, "uid": uuid4()}, why="stale"),
        "missed": Missed.objects.create(
            **common, day=day, area_id=city.areas[area].id, path=who.path
        ),
        "exposure": Exposure.objects.create(
            **common, source_id=at, source_person_id=who.id, path=who.path, found_at=at
        ),
        "result": LabResult.objects.create(
            **common, uid=uuid4(), test="pcr", disease="covid19", finding="negative",
            found_at=at, taken_at=at, path=who.path,
        ),
    }  # fmt: skip


def declared(city: City, area: str, days: int = 3) -> None:
    """Gil declares an emergency from the evening on."""
    new = NewDeclaration("emergency", "City command", "Outbreak", EVENING, EVENING + days * DAY)
    modes.declare(city.actor("gil"), city.areas[area], new, now=EVENING)


def there(rows: dict[str, Any]) -> set[str]:
    """Which of these rows are still there."""
    return {name for name, row in rows.items() if type(row).objects.filter(pk=row.pk).exists()}


def test_what_fell_under_an_emergency_goes_some_days_after_it(city: City) -> None:
    declared(city, "east")
    inside = told_of(city, "oak1", EVENING + DAY)
    elsewhere = told_of(city, "ash1", EVENING + DAY)
    before = told_of(city, "oak1", EVENING - 5 * DAY)

    assert forget.forget(GONE - 1) == []
    reports = forget.forget(GONE)

    assert there(inside) == set()
    assert there(elsewhere) == set(elsewhere)
    assert there(before) == set(before)
    assert sum(report.n_items for report in reports) == len(inside)
    assert {report.cause for report in reports} == {"emergency"}
    assert forget.forget(GONE) == []


def test_a_wider_emergency_that_goes_on_holds_on_to_it(city: City) -> None:
    declared(city, "east")
    declared(city, "w", days=90)
    inside = told_of(city, "oak1", EVENING + DAY)

    forget.forget(GONE)

    assert there(inside) == set(inside)


def test_everything_goes_a_year_after_it_happened(city: City) -> None:
    rows = told_of(city, "oak1", EVENING)

    assert destroy.chore(EVENING + (CLOSED_DAYS - 1) * DAY) == 0
    destroy.chore(EVENING + (CLOSED_DAYS + 1) * DAY)

    assert there(rows) == set()


def test_a_city_signs_a_term_for_one_table_and_the_others_keep_theirs(city: City) -> None:
    rows = told_of(city, "oak1", EVENING)
    keeping.sign(
        city.actor("lou"), "visits", closed_days=7, after_emergency_days=7, note="Rule 5",
        now=EVENING,
    )  # fmt: skip

    forget.forget(EVENING + 8 * DAY)

    assert there(rows) == set(rows) - {"visit"}


def test_the_reports_of_destruction_are_sealed_and_name_no_one(city: City) -> None:
    told_of(city, "oak1", EVENING)
    forget.forget(EVENING + (CLOSED_DAYS + 1) * DAY)
    sealed.seal_all()

    assert Destruction.objects.count() == 6
    assert all(verdict.broken is None for verdict in sealed.verify())


def test_every_table_of_the_loops_that_names_a_person_is_named_as_collected() -> None:
    named = {one.model for one in all_collected()}
    about = {
        model
        for model in apps.get_app_config("loops").get_models()
        if {f.name for f in model._meta.concrete_fields} & {"person_id", "contact_id"}
    }

    assert about - named == set()


@pytest.mark.parametrize("one", all_collected(), ids=lambda one: one.name)
def test_what_is_named_as_collected_can_be_asked_for(db: None, one: Any) -> None:
    assert [what.rows.count() for table, what in forget.due(EVENING) if table is one] == [0, 0]


def closed_road(city: City, area: str, at: int) -> RoadClosure:
    """A road that was closed there for an hour, with a word on why."""
    return RoadClosure.objects.create(
        shape="point", points=[[114.3, 30.6]], path=city.areas[area].path, reason="Wang's house",
        from_at=at, until_at=at + HOUR, drawn_at=at,
    )  # fmt: skip


def test_why_a_road_was_closed_goes_and_that_it_was_closed_stays(city: City) -> None:
    declared(city, "east")
    inside = closed_road(city, "oak", EVENING + DAY)
    elsewhere = closed_road(city, "ash", EVENING + DAY)

    reports = forget.forget(GONE)

    inside.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (inside.reason, inside.points) == ("", [[114.3, 30.6]])
    assert elsewhere.reason == "Wang's house"
    assert [(r.loop, r.n_items, r.n_texts) for r in reports] == [("closures", 1, 1)]
    assert forget.forget(GONE) == []
    forget.forget(EVENING + (CLOSED_DAYS + 2) * DAY)
    elsewhere.refresh_from_db()
    assert elsewhere.reason == ""


def test_the_way_of_a_run_goes_with_those_it_called_for(city: City) -> None:
    run = World(city).open("oak1", "noise")
    route = RunRoute.objects.create(
        run_id=run, why="planned", made_at=EVENING, stops=[{"at": [114.3, 30.6]}], legs=[],
        roads="", estimate=True,
    )  # fmt: skip

    forget.forget(EVENING + (CLOSED_DAYS + 1) * DAY)

    assert not RunRoute.objects.filter(id=route.id).exists()


def test_what_a_donor_said_goes_from_the_parts_of_the_gift_too(city: City) -> None:
    oak = city.areas["oak"]
    home = Organisation.objects.create(
        kind="charity", name_zh="养老院", area=oak, path=oak.path, valid_from="2020-01-01"
    )
    said = {"organisation_id": home.id, "what": "Masks from Mei", "quantity": 2, "note": "For Bo"}
    part = make.hand_over(city.actor("bo"), "goods", said, now=EVENING)
    receiver = {"receiver": "Aunt Li"}
    advance(part.item_id, "name_receiver", city.scene("bo"), data=receiver)
    advance(part.item_id, "receive", city.scene("bo"), data={"quantity_received": 2})
    assert Said.objects.filter(item_id=part.item_id).count() == 2

    destroy.destroy(EVENING + (CLOSED_DAYS + 1) * DAY)

    item = Item.objects.get(id=part.item_id)
    assert item.data == {"organisation_id": home.id, "quantity": 2.0, "unit": "",
                         "quantity_received": 2.0, "received_at": EVENING}  # fmt: skip
    assert not Said.objects.filter(item_id=part.item_id).exists()
    assert "Aunt Li" not in str(list(Event.objects.filter(item_id=part.item_id).values("data")))
