"""Somebody who needs a bed gets one that is theirs, is brought to it, and is signed for."""

import pytest

from linli.errors import GateShut, NotAllowed, NotFound, Problem
from linli.loops import tick
from linli.loops.advance import advance
from linli.loops.beds.tables import Bed, BedEvent
from linli.loops.ledger import Event, Item
from linli.loops.transfers.ask import AskedAlready
from tests.bedside import Bedside
from tests.cast import HOUR, City

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The hospital and its bus."""
    return Bedside(city)


def test_a_patient_goes_from_need_to_bed_and_each_hand_signs(bedside: Bedside) -> None:
    ward = bedside.ward()

    stay = bedside.in_bed(ward)

    transfer = Item.objects.get(loop="transfer")
    assert (transfer.stage, transfer.outcome) == ("admitted", "admitted")
    steps = Event.objects.filter(item_id=transfer.id).order_by("n").values_list("step", flat=True)
    assert list(steps) == [
        "open", "find_place", "tell_family", "board", "depart", "arrive", "admit",
    ]  # fmt: skip
    signed = Event.objects.filter(item_id=stay, step__in=("arrive", "admit"))
    assert set(signed.values_list("actor_id", flat=True)) == {bedside.city.accounts["hal"].id}
    states = BedEvent.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["held", "confirmed", "coming", "occupied"]


def test_a_ward_of_another_category_or_below_their_illness_is_refused(bedside: Bedside) -> None:
    suspected = bedside.ward("疑似病区", category="suspected")
    mild = bedside.ward("轻症病区", severity="mild")
    transfer = bedside.waiting("severe")

    with pytest.raises(GateShut, match="categories are never mixed"):
        bedside.take(transfer, "find_place", "dee", ward_id=suspected.id)
    with pytest.raises(GateShut, match="The ward treats up to mild, and this is severe"):
        bedside.take(transfer, "find_place", "dee", ward_id=mild.id)


def test_nobody_is_placed_in_a_site_that_is_not_open(bedside: Bedside) -> None:
    ward = bedside.ward(site=bedside.site("党校", stage="converting", kind="shelter_hospital"))
    transfer = bedside.waiting()

    with pytest.raises(GateShut, match="is not open"):
        bedside.take(transfer, "find_place", "dee", ward_id=ward.id)


def test_a_full_ward_is_refused_with_its_numbers(bedside: Bedside) -> None:
    ward = bedside.ward(n_beds=1)
    bedside.held(ward)
    second = bedside.waiting()

    with pytest.raises(GateShut, match="1 of 1 are taken or held"):
        bedside.take(second, "find_place", "dee", ward_id=ward.id)


def test_a_hold_that_is_not_confirmed_runs_out_and_the_patient_waits_again(
    bedside: Bedside,
) -> None:
    ward = bedside.ward(n_beds=1)
    transfer = bedside.held(ward)

    tick.tick(bedside.now + HOUR)

    assert bedside.stage(transfer) == "needed"
    assert bedside.stage(bedside.stay(transfer)) == "expired"
    assert Bed.objects.get().state == "free"
    bedside.now += 2 * HOUR
    bedside.held(ward)  # the bed is there for somebody else


def test_the_clock_of_who_waits_is_not_lost_when_a_place_is(bedside: Bedside) -> None:
    ward = bedside.ward()
    transfer = bedside.held(ward)

    bedside.take(bedside.stay(transfer), "refuse", "hal", why="no_staff")

    item = Item.objects.get(id=transfer)
    assert (item.stage, item.data["n_lost"]) == ("needed", 1)
    assert "ward_id" not in item.data


def test_a_ward_that_turns_somebody_away_at_the_door_leaves_them_waiting_by_name(
    bedside: Bedside,
) -> None:
    ward = bedside.ward()
    transfer = bedside.confirmed(ward)
    run = bedside.departed(transfer)

    bedside.take(bedside.stay(transfer), "turn_away", "hal", why="wrong_ward")

    item = Item.objects.get(id=transfer)
    assert (item.stage, item.data["rides"][-1]["end"]) == ("needed", "refused")
    assert Bed.objects.get().state == "free"
    bedside.take(run, "hand_over", "dov")


def test_step_up_carries_the_record_and_is_signed_by_both_sides(bedside: Bedside) -> None:
    lower, higher = bedside.ward(severity="ordinary"), bedside.ward("重症病区")
    old = bedside.in_bed(lower)
    asked = {"direction": "step_up", "severity": "severe", "category": "confirmed"}
    bedside.take(old, "ask_move", "hal", **asked, oxygen=False)
    transfer = Item.objects.get(loop="transfer", stage="needed").id
    bedside.take(transfer, "find_place", "dee", ward_id=higher.id)
    new = bedside.stay(transfer)
    bedside.take(new, "confirm", "hal")
    bedside.take(transfer, "tell_family", "dee", how="phone")
    bedside.escorts.append(bedside.city.accounts["cleo"])
    run = bedside.looked_at(bedside.run(transfer))

    with pytest.raises(GateShut, match="The sending ward has not signed for the record"):
        bedside.take(run, "depart", "dee")
    whole = dict.fromkeys(("diagnosis", "results", "medicines", "allergies", "care"), True)
    with pytest.raises(GateShut, match="The record lacks: allergies"):
        bedside.take(old, "sign_out", "hal", **{**whole, "allergies": False})
    bedside.take(old, "sign_out", "hal", **whole)
    bedside.take(run, "depart", "dee")
    bedside.take(new, "arrive", "hal", condition="stable")
    with pytest.raises(GateShut, match="The sender signed for a record"):
        bedside.take(new, "admit", "hal")
    assert Bed.objects.filter(state="occupied").count() == 1  # in the old one still
    bedside.take(new, "admit", "hal", record_came=True)

    assert bedside.stage(old) == "left"
    assert [bed.ward_id for bed in Bed.objects.filter(state="occupied")] == [higher.id]
    record = Item.objects.get(id=new).data["record"]
    assert record["stay_id"] == old
    assert len(record["parts"]) == 5


def test_nobody_on_the_road_is_withdrawn_by_hand(bedside: Bedside) -> None:
    transfer = bedside.confirmed(bedside.ward())
    bedside.departed(transfer)

    with pytest.raises(GateShut, match="They are on the road"):
        bedside.take(transfer, "withdraw", "dee", reason="better")


def test_one_transfer_a_person(bedside: Bedside) -> None:
    who = bedside.person()
    bedside.waiting(who=who)

    with pytest.raises(AskedAlready):
        bedside.waiting(who=who)


def test_eve_and_a_grid_worker_hold_no_bed(bedside: Bedside) -> None:
    ward, transfer = bedside.ward(), bedside.waiting()

    for who in ("eve", "cy", "hal"):
        with pytest.raises(NotAllowed):
            bedside.take(transfer, "find_place", who, ward_id=ward.id)


def test_a_dispatcher_puts_only_people_within_reach_on_a_run(bedside: Bedside) -> None:
    far = bedside.person("ash1")
    with pytest.raises(NotFound):
        bedside.waiting(who=far)
    transfer = bedside.held(bedside.ward(), who=far, by="gil")

    with pytest.raises(GateShut, match="You reach no transfer with these numbers"):
        bedside.run(transfer)


def test_discharge_with_a_chronic_illness_waits_for_who_sees_to_it(bedside: Bedside) -> None:
    stay = bedside.in_bed(bedside.ward())

    with pytest.raises(GateShut, match="Care has to go on"):
        bedside.take(stay, "discharge", "hal", goes_on="dialysis")
    site = bedside.site("透析中心", kind="hospital", stage="")
    bedside.take(stay, "discharge", "hal", goes_on="dialysis", follow_on_site_id=site.id)

    care = Item.objects.get(loop="ongoing_care")
    assert (care.item_class, care.stage) == ("dialysis", "needed")
    assert care.due_at is not None
    assert Bed.objects.get().state == "free"


def test_the_same_arrival_sent_twice_is_one(bedside: Bedside) -> None:
    from uuid import uuid4

    transfer = bedside.confirmed(bedside.ward())
    bedside.departed(transfer)
    stay, uid = bedside.stay(transfer), uuid4()
    scene, data = bedside.at("hal"), {"condition": "stable"}

    first = advance(stay, "arrive", scene, data=data, uid=uid)
    again = advance(stay, "arrive", scene, data=data, uid=uid)

    assert (first.again, again.again) == (False, True)
    assert Event.objects.filter(item_id=transfer, step="arrive").count() == 1


def test_a_refused_step_changes_no_bed(bedside: Bedside) -> None:
    stay = bedside.stay(bedside.held(bedside.ward()))

    with pytest.raises(Problem):
        bedside.take(stay, "confirm", "hal", receiver_id=bedside.city.accounts["eve"].id)

    assert Bed.objects.get().state == "held"
