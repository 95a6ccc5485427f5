"""For every unit, topic and moment the answer is one name, or an open vacancy (S04)."""

from datetime import date

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from linli import clock
from linli.audit.models import Record
from linli.errors import NotFound
from linli.loops import board, find, tick, write
from linli.loops.find import Filters
from linli.loops.ledger import Event, Item
from linli.loops.vacancies import watch
from linli.loops.why import why
from linli.registry import roster
from linli.registry.areas import TIER_OF, Area
from linli.registry.roster import Absence, Assignment, Post
from linli.registry.vacant import find_vacant
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
UNITS = [kind for kind, tier in TIER_OF.items() if tier is not None]
VACANT_FROM_THE_START = {"west", "fir", "pine"}  # the cast has nobody there


def vacant(city: City) -> dict[str, Item]:
    """The open vacancies by the name of their unit."""
    names = {area.id: name for name, area in city.areas.items()}
    rows = Item.objects.filter(loop="vacancy").exclude(state="closed")
    return {names[item.area_id]: item for item in rows}


def away(city: City, name: str, starts: int, ends: int) -> Absence:
    """Somebody cannot be reached for some hours from the evening."""
    return Absence.objects.create(
        account=city.accounts[name],
        starts_at=EVENING + starts * HOUR,
        ends_at=EVENING + ends * HOUR,
    )


def post(city: City, area: str) -> Post:
    """The post that answers for a unit."""
    return Post.objects.get_or_create(
        area=city.areas[area],
        path=city.areas[area].path,
        first_responsible=True,
        defaults={"role": "secretary"},
    )[0]


def appoint(city: City, area: str, name: str, *, deputy: bool = False) -> Assignment:
    """Somebody answers for a unit from an hour before the evening."""
    starts = clock.moment(EVENING - HOUR)
    return roster.appoint(post(city, area), city.accounts[name], starts_at=starts, deputy=deputy)


def test_a_unit_without_anybody_has_a_vacancy_and_the_one_above_is_asked(city: City) -> None:
    watch.chore(EVENING)

    found = vacant(city)
    assert set(found) == VACANT_FROM_THE_START
    assert found["pine"].stage == "asked"
    assert found["pine"].holder_id == city.accounts["dee"].id
    assert (found["pine"].found_tier, found["pine"].tier) == (0, 1)
    assert found["west"].holder_id == city.accounts["gil"].id
    assert found["fir"].holder_id is None  # nobody answers for West either
    said = " ".join(reason.tell() for reason in why(write.load(found["pine"].id)))  # type: ignore[arg-type]
    assert "whoever answers for the one above has it" in said


def test_looking_again_changes_nothing(city: City) -> None:
    assert watch.chore(EVENING) == 3

    assert watch.chore(EVENING) == 0
    assert Item.objects.count() == 3


def test_appointing_somebody_closes_it(city: City) -> None:
    watch.chore(EVENING)

    appoint(city, "pine", "bo")
    watch.chore(EVENING + 60)

    assert set(vacant(city)) == VACANT_FROM_THE_START - {"pine"}
    closed = Item.objects.get(loop="vacancy", state="closed")
    assert (closed.stage, closed.outcome) == ("filled", "filled")


def test_a_holder_away_with_a_deputy_leaves_no_vacancy_and_both_away_do(city: City) -> None:
    appoint(city, "oak", "bo", deputy=True)
    away(city, "sam", -1, 8)
    watch.chore(EVENING)
    assert "oak" not in vacant(city)

    away(city, "bo", 3, 5)
    watch.chore(EVENING)
    soon = vacant(city)["oak"]
    assert (soon.item_class, soon.data) == ("soon", {"at": EVENING + 3 * HOUR})

    watch.chore(EVENING + 6 * HOUR)
    assert "oak" not in vacant(city)


def test_a_unit_that_falls_vacant_again_has_a_new_item(city: City) -> None:
    away(city, "sam", 0, 1)
    watch.chore(EVENING)
    watch.chore(EVENING + 2 * HOUR)
    away(city, "sam", 3, 9)

    watch.chore(EVENING + 3 * HOUR)

    stages = Item.objects.filter(area_id=city.areas["oak"].id).order_by("id")
    assert list(stages.values_list("stage", flat=True)) == ["filled", "asked"]


def test_a_unit_that_is_no_more_needs_nobody(city: City) -> None:
    watch.chore(EVENING)

    Area.objects.filter(id=city.areas["pine"].id).update(valid_until=date(2020, 2, 8))
    watch.chore(EVENING + 60)

    assert Item.objects.get(area_id=city.areas["pine"].id).stage == "void"


def test_a_vacancy_nobody_fills_climbs_street_district_and_city_in_order(city: City) -> None:
    watch.chore(EVENING)
    seen = []
    for quarter in range(10):
        tick.tick(EVENING + quarter * 900)
        seen.append(Item.objects.get(area_id=city.areas["pine"].id).unit_id)

    order = [city.areas[name].id for name in ("elm", "east", "w")]
    assert list(dict.fromkeys(seen)) == order


def test_engine_lists_board_and_policy_cope_with_a_loop_without_resident_data(city: City) -> None:
    watch.chore(EVENING)
    dee, pine = city.actor("dee"), vacant(city)["pine"].id
    Record.objects.all().delete()

    rows = find.items(dee, filters=Filters(loop="vacancy"), purpose=None).rows
    view = find.item_for(dee, pine, now=EVENING, purpose=None)

    assert [row.id for row in rows] == [pine]
    assert [s.step.name for s in view.steps] == ["take"]
    assert not Record.objects.exists()  # there is nothing sensitive to have looked at
    assert [item.id for item in find.work_of(dee, now=EVENING).rows] == [pine]
    assert board.total(city.areas["w"].path, loop="vacancy")["n_open"] == 3
    with pytest.raises(NotFound):
        find.item_for(city.actor("eve"), pine, now=EVENING, purpose="service")
    with pytest.raises(NotFound):
        find.item_for(city.actor("ann"), pine, now=EVENING, purpose=None)


def test_all_units_are_looked_at_in_a_fixed_number_of_queries(city: City) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        watch.chore(EVENING)
    Item.objects.all().delete()
    Event.objects.all().delete()
    street = city.areas["fir"]
    Area.objects.bulk_create(
        Area(
            kind="community", name_zh=f"第{n}社区", parent=street, path=f"{street.path}{n:04d}",
            street_id=street.id, district_id=street.district_id, city_id=street.city_id,
        )
        for n in range(1000, 1600)
    )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        assert len(find_vacant(EVENING)) == 603

    assert len(many) == 1
    assert len(few) < 40


TIMES = st.integers(-6, 12)
SPANS = st.lists(st.tuples(TIMES, st.integers(1, 12)), max_size=3)


@given(held=SPANS, deputies=SPANS, absences=SPANS, hour=st.integers(0, 8))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_answer_is_one_name_or_an_open_vacancy(city: City, held, deputies, absences, hour):
    with transaction.atomic():
        at = EVENING + hour * HOUR
        pine = post(city, "pine")
        for deputy, spans in ((False, held[:1]), (True, deputies)):
            for start, length in spans:
                Assignment.objects.create(
                    post=pine,
                    account=city.accounts["cleo" if deputy else "cy"],
                    deputy=deputy,
                    starts_at=EVENING + start * HOUR,
                    ends_at=EVENING + (start + length) * HOUR,
                )
        for n, (start, length) in enumerate(absences):
            away(city, ("cy", "cleo", "sam")[n], start, start + length)

        watch.chore(at)

        open_at = {item.area_id for item in vacant(city).values()}
        for unit in Area.objects.filter(kind__in=UNITS).values_list("id", flat=True):
            hours = range(at, at + 4 * HOUR + 1, HOUR)  # all that changes does so on the hour
            answers = [roster.first_responsible(unit, "", moment) is not None for moment in hours]
            assert (unit in open_at) != all(answers)
        transaction.set_rollback(True)
