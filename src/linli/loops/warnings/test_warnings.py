"""A warning is decided by a named person, and climbs until somebody does (S93, S99)."""

import pytest

from linli import clock
from linli.errors import BadInput, NotAllowed
from linli.jobs.outbox import Message
from linli.loops import catalogue, find, tick, write
from linli.loops.advance import Opening, advance, open_item
from linli.loops.find import Filters
from linli.loops.ledger import Event, Item
from linli.loops.scene import Scene
from linli.loops.why import why
from linli.policy.can import SYSTEM
from linli.registry import roster
from linli.registry.roster import Absence
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
SEEN = {
    "signal": "positives.covid19", "day": "2020-02-08", "observed": 9, "expected": 1.5,
    "upper": 6, "p": 0.00001, "method": "bayes", "found_in": 1,
}  # fmt: skip
ACCEPTED = {"action": "test", "note": "Nine in one stairwell."}


def raised(city: City, area: str = "oak1", kind: str = "normal") -> int:
    """Linli raises a warning in an area."""
    opening = Opening(city.areas[area].id, kind, SEEN, kind=SEEN["signal"])
    return open_item(catalogue.get("warning"), opening, Scene(SYSTEM, EVENING)).item_id


def test_a_warning_has_a_named_owner_by_area_and_a_person_decides_with_a_reason(
    city: City,
) -> None:
    item = raised(city)
    assert Item.objects.get(id=item).holder_id == city.accounts["sam"].id
    assert Message.objects.get(item_id=item).account_id == city.accounts["sam"].id
    assert "Whoever answers for warnings there" in why(write.load(item))[0].tell()

    with pytest.raises(BadInput):
        advance(item, "dismiss", city.scene("sam"), data={"cause": "chance", "note": ""})
    advance(item, "accept", city.scene("sam"), data=ACCEPTED)

    found = Item.objects.get(id=item)
    assert (found.stage, found.state, found.outcome) == ("accepted", "closed", "accepted")
    assert Event.objects.get(item_id=item, step="accept").actor_id == city.accounts["sam"].id


def test_a_post_for_warnings_comes_before_who_answers_for_all(city: City) -> None:
    post = roster.Post.objects.create(
        role="tracer", area=city.areas["oak"], path=city.areas["oak"].path, topic="warning",
        first_responsible=True,
    )  # fmt: skip
    roster.appoint(post, city.accounts["tao"], starts_at=clock.moment(EVENING - HOUR))

    assert Item.objects.get(id=raised(city)).holder_id == city.accounts["tao"].id


def test_where_nobody_answers_the_unit_above_has_it(city: City) -> None:
    Absence.objects.create(
        account=city.accounts["sam"], starts_at=EVENING - HOUR, ends_at=EVENING + HOUR
    )

    found = Item.objects.get(id=raised(city))

    assert (found.holder_id, found.tier) == (city.accounts["dee"].id, 1)


def test_a_warning_nobody_decides_climbs_to_the_city_in_order(city: City) -> None:
    item = raised(city, kind="urgent")  # within eight hours
    seen = []
    for hour in (1, 9, 17, 25):
        tick.tick(EVENING + hour * HOUR)
        seen.append(Item.objects.get(id=item).unit_id)

    assert seen == [city.areas[name].id for name in ("oak", "elm", "east", "w")]
    assert Item.objects.get(id=item).stage == "raised"  # and nothing decides but a person


def test_the_same_signal_on_the_next_day_is_a_note_and_keeps_the_first(city: City) -> None:
    item = raised(city)
    advance(item, "accept", city.scene("sam"), data=ACCEPTED)
    later = {"day": "2020-02-09", "observed": 14, "expected": 2, "p": 0}

    advance(item, "seen_again", Scene(SYSTEM, EVENING), data=later)

    found = Item.objects.get(id=item)
    assert (found.stage, found.data["day"]) == ("accepted", "2020-02-08")
    assert (found.data["last_day"], found.data["greatest"]) == ("2020-02-09", 14)


def test_who_has_no_business_here_neither_sees_nor_decides(city: City) -> None:
    item = raised(city)

    for name in ("eve", "cy", "gus", "quin", "ann", "jo"):
        with pytest.raises(NotAllowed):
            advance(item, "accept", city.scene(name), data=ACCEPTED)
    wanted = Filters(loop="warning")
    assert [i.id for i in find.items(city.actor("jo"), filters=wanted, purpose=None).rows] == [item]
    assert find.items(city.actor("eve"), filters=wanted, purpose=None).rows == []
