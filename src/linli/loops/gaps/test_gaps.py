"""A gap of a plan has an owner and a limit; whoever leads the plan closes it, not who mends it."""

import pytest

from linli.errors import Conflict, NotAllowed
from linli.loops import tick
from linli.loops.advance import Opening, advance, open_item
from linli.loops.gaps.loop import LOOP
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR


def found(city: City, area: str = "oak", unit: str = "oak") -> int:
    """A community lacks a gate keeper; Dee leads the plan."""
    lead, mends = city.accounts["dee"].id, city.areas[unit].id
    said = {"plan": "small", "run_id": 1, "lead_id": lead, "what": "gate keeper"}
    data = {**said, "unit_id": mends, "needed": 1, "have": 0}
    opening = Opening(city.areas[area].id, "role", data, title="gate keeper: 1 lack")
    return open_item(LOOP, opening, Scene(SYSTEM, EVENING)).item_id


def test_it_goes_to_who_answers_for_the_unit_that_is_to_mend_it(city: City):
    own, above = Item.objects.get(id=found(city)), Item.objects.get(id=found(city, "pine", "elm"))

    assert (own.unit_id, own.holder_id) == (city.areas["oak"].id, city.accounts["sam"].id)
    assert (above.unit_id, above.holder_id) == (city.areas["elm"].id, city.accounts["dee"].id)


def test_who_mends_it_does_not_close_it(city: City):
    item = found(city)
    advance(item, "take", city.scene("sam"))
    advance(item, "mend", city.scene("sam"), data={"done": "Gus stands there at night."})
    with pytest.raises(NotAllowed):
        advance(item, "accept", city.scene("sam"))

    advance(item, "accept", city.scene("dee"))

    assert Item.objects.get(id=item).outcome == "mended"


def test_whoever_leads_or_a_commander_closes_it_and_never_the_own_work(city: City):
    item = found(city)
    advance(item, "mend", city.scene("dee"), data={"done": "Done."})
    with pytest.raises(Conflict, match="You mended it"):
        advance(item, "accept", city.scene("dee"))
    advance(item, "return", city.scene("fay"), data={"reason": "Nobody stands there."})

    assert Item.objects.get(id=item).stage == "taken"
    advance(item, "bear", city.scene("fay"), data={"reason": "The gate is locked."})
    closed = Item.objects.get(id=item)
    assert (closed.outcome, closed.state) == ("borne", "closed")


def test_a_gap_that_nobody_mends_climbs(city: City):
    item = found(city)

    tick.tick(EVENING + 8 * DAY)

    late = Item.objects.get(id=item)
    assert (late.late, late.tier) == (True, 1)


def test_only_linli_opens_one(city: City):
    opening = Opening(city.areas["oak"].id, "role", {})
    for name in ("gil", "dee", "sam", "ann", "eve"):
        with pytest.raises(NotAllowed):
            open_item(LOOP, opening, city.scene(name))
