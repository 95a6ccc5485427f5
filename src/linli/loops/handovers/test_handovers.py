"""A hand-over to the army or a charity has a named receiver, a clock and a receipt (S100)."""

from datetime import date

import pytest

from linli.errors import GateShut, NotAllowed
from linli.loops import tick
from linli.loops.advance import advance
from linli.loops.handovers.loop import NoOrganisation
from linli.loops.handovers.make import hand_over
from linli.loops.ledger import Item
from linli.registry.organisations import Organisation
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


def organisation(city: City, kind: str = "army", area: str = "oak", **more: object) -> Organisation:
    """An organisation with its seat in a community; Pat works for the one there."""
    place = city.areas[area]
    made = Organisation.objects.create(
        kind=kind, name_zh=f"机构{kind}", area=place, path=place.path,
        valid_from=date(2020, 1, 1), **more,
    )  # fmt: skip
    if area == "oak":
        city.accounts["pat"].organisation_id = made.id
        city.accounts["pat"].save()
    return made


def offered(city: City, to: Organisation, **more: object) -> int:
    """Bo's desk hands 40 beds to an organisation."""
    data = {"organisation_id": to.id, "what": "Beds", "quantity": 40, **more}
    return hand_over(city.actor("bo"), "goods", data, now=EVENING).item_id


def test_the_army_names_a_receiver_and_signs_with_what_it_counted(city: City) -> None:
    item = offered(city, organisation(city))

    advance(item, "name_receiver", city.scene("pat"), data={"receiver": "Duty officer, gate 2"})
    with pytest.raises(GateShut, match=r"40.* were sent and 38.* are said to have arrived"):
        advance(item, "receive", city.scene("pat"), data={"quantity_received": 38})
    advance(
        item, "receive", city.scene("pat"), data={"quantity_received": 38, "remark": "2 broken"}
    )

    told = Item.objects.get(id=item)
    assert (told.stage, told.outcome, told.organisation_id is not None) == (
        "received", "received", True,
    )  # fmt: skip
    assert told.data["receiver"] == "Duty officer, gate 2"
    assert (told.data["quantity_received"], told.data["received_at"]) == (38, EVENING)


def test_nobody_signs_before_a_receiver_is_named(city: City) -> None:
    item = offered(city, organisation(city))

    with pytest.raises(Exception, match="say who receives it"):
        advance(item, "receive", city.scene("pat"), data={"quantity_received": 40})


def test_one_partner_does_not_sign_for_another(city: City) -> None:
    organisation(city)
    other = organisation(city, "charity", "elm")
    elsewhere = Organisation.objects.create(
        kind="charity", name_zh="别家", area=city.areas["oak"], path=city.areas["oak"].path,
        valid_from=date(2020, 1, 1),
    )  # fmt: skip

    with pytest.raises(NotAllowed):  # its seat is out of Pat's reach
        advance(offered(city, other), "name_receiver", city.scene("pat"), data={"receiver": "P."})
    with pytest.raises(GateShut, match="goes to another organisation"):
        advance(
            offered(city, elsewhere), "name_receiver", city.scene("pat"), data={"receiver": "P. L."}
        )


def test_what_nobody_takes_climbs(city: City) -> None:
    item = offered(city, organisation(city))

    tick.tick(EVENING + 9 * HOUR)

    assert Item.objects.get(id=item).unit_id == city.areas["elm"].id
    assert Item.objects.get(id=item).late


def test_an_organisation_that_has_ended_is_handed_nothing(city: City) -> None:
    ended = organisation(city, temporary=True, valid_until=date(2020, 1, 31))

    with pytest.raises(NoOrganisation):
        offered(city, ended)
    with pytest.raises(NotAllowed):
        hand_over(city.actor("ann"), "goods", {"organisation_id": ended.id, "what": "Beds",
                                               "quantity": 1}, now=EVENING)  # fmt: skip
