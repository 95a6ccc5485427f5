"""A gift is counted in, given out in shares with receipts, and its donor sees where it went."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.errors import GateShut, NotFound, StepNotPossible
from linli.loops.advance import advance
from linli.loops.donations import trace
from linli.loops.donations.shares import Share, add_up, whereabouts
from linli.loops.ledger import Item
from linli.policy.can import VISITOR
from linli.registry.organisations import Organisation
from tests.callers import Caller
from tests.cast import EVENING, City

MASKS = {"what": "Masks", "quantity": 100, "unit": "boxes", "donor": "Mei"}
AMOUNT = st.integers(0, 50)


def organisation(city: City, name: str) -> Organisation:
    """A charity in Oak Lane."""
    oak = city.areas["oak"]
    return Organisation.objects.create(
        kind="charity", name_zh=name, area=oak, path=oak.path, valid_from=date(2020, 1, 1)
    )


def promised(city: City) -> trace.Given:
    """A visitor gives a hundred boxes of masks to Oak Lane."""
    return trace.give(VISITOR, city.areas["oak"].id, "goods", MASKS, now=EVENING)


def in_store(city: City) -> trace.Given:
    """The same, of which 90 have arrived."""
    gift = promised(city)
    data = {"quantity_received": 90, "kept_at": "The hall"}
    advance(gift.item_id, "count_in", city.scene("bo"), data=data)
    return gift


def share(city: City, gift: trace.Given, to: Organisation, quantity: float) -> int:
    """Bo gives a part of it; the number of the hand-over."""
    data = {"organisation_id": to.id, "quantity": quantity}
    advance(gift.item_id, "share", city.scene("bo"), data=data)
    return Item.objects.filter(parent_id=gift.item_id).latest("id").id


def sign(city: City, handover: int, counted: float, remark: str = "") -> None:
    """Bo's desk signs for the organisation."""
    advance(handover, "name_receiver", city.scene("bo"), data={"receiver": "The store"})
    said = {"quantity_received": counted, **({"remark": remark} if remark else {})}
    advance(handover, "receive", city.scene("bo"), data=said)


@pytest.mark.db
def test_a_donor_without_an_account_sees_each_part_to_its_receipt(city: City) -> None:
    gift, home, school = in_store(city), organisation(city, "养老院"), organisation(city, "学校")
    first, second = share(city, gift, home, 60), share(city, gift, school, 20)
    sign(city, first, 58, "two boxes torn")
    lost = {"quantity": 10, "reason": "wet"}
    advance(gift.item_id, "write_off", city.scene("bo"), data=lost)

    seen = trace.followed(VISITOR, gift.token)

    sums = seen.sums
    assert (sums.came_in, sums.in_store, sums.on_the_way) == (90, 0, 20)
    assert (sums.received, sums.missing, sums.spoilt) == (58, 2, 10)
    assert [(p.organisation.name_zh, p.share.stage) for p in seen.parts] == [
        ("养老院", "received"), ("学校", "offered"),
    ]  # fmt: skip
    advance(gift.item_id, "give_out", city.scene("bo"))
    assert trace.followed(VISITOR, gift.token).stage.name == "given_out"
    sign(city, second, 20)
    assert trace.followed(VISITOR, gift.token).public == (
        "Every part of it has arrived. Thank you."
    )


@pytest.mark.db
def test_no_more_is_given_than_is_there_and_nothing_ends_with_a_part_in_store(city: City) -> None:
    gift, home = in_store(city), organisation(city, "养老院")
    part = share(city, gift, home, 60)

    with pytest.raises(GateShut, match=r"30.* are in store and 31.* are asked for"):
        share(city, gift, home, 31)
    with pytest.raises(GateShut, match=r"30.* are still in store"):
        advance(gift.item_id, "give_out", city.scene("bo"))
    advance(part, "refuse", city.scene("bo"), data={"reason": "No room."})
    assert whereabouts(gift.item_id, Item.objects.get(id=gift.item_id).data).in_store == 90
    with pytest.raises(GateShut, match="no organisation 999999"):
        advance(gift.item_id, "share", city.scene("bo"),
                data={"organisation_id": 999_999, "quantity": 1})  # fmt: skip


@pytest.mark.db
def test_a_part_that_comes_back_after_all_was_given_is_given_anew(city: City) -> None:
    gift, home = in_store(city), organisation(city, "养老院")
    part = share(city, gift, home, 90)
    advance(gift.item_id, "give_out", city.scene("bo"))
    advance(part, "refuse", city.scene("bo"), data={"reason": "No room."})

    assert Item.objects.get(id=gift.item_id).stage == "in_store"
    sign(city, share(city, gift, home, 90), 90)
    advance(gift.item_id, "give_out", city.scene("bo"))

    assert Item.objects.get(id=gift.item_id).stage == "arrived"


@pytest.mark.db
def test_only_its_token_opens_a_gift_and_it_is_withdrawn_only_before_it_is_here(
    city: City,
) -> None:
    gift, mine = promised(city), promised(city)

    with pytest.raises(NotFound):
        trace.followed(VISITOR, "not-a-token1")
    with pytest.raises(NotFound):
        trace.seen(city.actor("eve"), gift.item_id, now=EVENING, purpose="service")
    trace.withdraw(VISITOR, mine.token, now=EVENING)
    advance(gift.item_id, "count_in", city.scene("bo"),
            data={"quantity_received": 90, "kept_at": "The hall"})  # fmt: skip
    with pytest.raises(StepNotPossible):
        trace.withdraw(VISITOR, gift.token, now=EVENING)

    assert trace.followed(VISITOR, mine.token).stage.name == "taken_back"


@pytest.mark.db
def test_the_interface_tells_the_donor_the_same_by_token(city: City) -> None:
    body = {"area_id": city.areas["oak"].id, "form": MASKS}
    made = Caller(city, None).post("/api/donations", body).json()
    home = organisation(city, "养老院")
    gift = trace.Given(made["id"], made["token"])
    advance(gift.item_id, "count_in", city.scene("bo"),
            data={"quantity_received": 90, "kept_at": "The hall"})  # fmt: skip
    share(city, gift, home, 60)

    address = f"/api/donations/{gift.item_id}/trace"
    told = Caller(city, None).get(address, purpose=None, token=gift.token)
    refused = Caller(city, None).get(address, purpose=None, token="a-wrong-one1")

    assert (told.json()["on_the_way"], told.json()["in_store"]) == (60, 30)
    assert told.json()["parts"][0]["organisation_zh"] == "养老院"
    assert refused.status_code == 404


@given(AMOUNT, st.lists(AMOUNT, max_size=3), st.lists(st.tuples(
    AMOUNT, AMOUNT, st.sampled_from(["offered", "awaited", "received", "refused", "withdrawn"])
), max_size=6))  # fmt: skip
def test_what_came_in_is_always_the_sum_of_where_it_is(came_in, losses, parts):
    data = {"quantity_received": came_in, "written_off": [{"quantity": n} for n in losses]}
    shares = [
        Share(n, 1, stage, sent, min(sent, counted) if stage == "received" else 0)
        for n, (sent, counted, stage) in enumerate(parts)
    ]

    told = add_up(data, shares)

    places = (told.in_store, told.on_the_way, told.received, told.missing, told.spoilt)
    assert sum(places) == told.came_in
