"""Somebody who needs a bed gets one that is theirs, is brought to it, and is signed for."""

import pytest

from linli import clock
from linli.errors import GateShut, NotAllowed, NotFound, Problem
from linli.loops import catalogue, ratios, tick
from linli.loops.advance import Opening, advance, open_item
from linli.loops.beds.tables import Bed, BedEvent
from linli.loops.ledger import Event, Item
from linli.loops.scene import Scene
from linli.loops.transfers import queue
from linli.loops.transfers.ask import AskedAlready
from linli.policy.can import SYSTEM
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


def placement(bedside: Bedside, person_id: int) -> int:
    """Somebody whose category requires a bed where it is treated."""
    opening = Opening(
        bedside.city.areas["oak1"].id, "treatment", {"person_id": person_id},
        subject_kind="person", subject_id=person_id,
    )  # fmt: skip
    linli = Scene(SYSTEM, bedside.now)
    return open_item(catalogue.get("placement"), opening, linli).item_id


def test_who_is_admitted_has_arrived_in_the_four_ratios(bedside: Bedside) -> None:
    who, ward = bedside.person(), bedside.ward()
    placed = placement(bedside, who.id)
    fay = bedside.city.actor("fay")
    before = ratios.board(fay).ratios[0]

    bedside.take(placed, "send", "dee", severity="severe", oxygen=True)
    transfer = Item.objects.get(loop="transfer")
    with pytest.raises(GateShut, match="The ward has no oxygen"):
        bedside.take(transfer.id, "find_place", "dee", ward_id=ward.id)
    bedside.in_bed(bedside.ward("氧气病区", oxygen=True), transfer=transfer.id)

    assert (transfer.parent_id, transfer.item_class) == (placed, "severe")
    assert bedside.stage(placed) == "arrived"
    assert Item.objects.get(id=placed).data["site_id"] == bedside.hospital.id
    after = ratios.board(fay).ratios[0]
    assert [(one.n, one.met) for one in (before, after)] == [(1, 0), (1, 1)]


def test_a_placement_that_is_needless_ends_its_transfer_and_frees_its_bed(
    bedside: Bedside,
) -> None:
    who, ward = bedside.person(), bedside.ward()
    placed = placement(bedside, who.id)
    transfer = bedside.held(ward, who=who)

    bedside.take(placed, "end", "dee")

    item = Item.objects.get(id=transfer)
    assert (item.parent_id, item.stage, item.outcome) == (placed, "withdrawn", "needless")
    assert Bed.objects.get().state == "free"


def test_the_queue_goes_by_severity_then_by_waiting_and_says_when_it_is_looked_at_again(
    bedside: Bedside,
) -> None:
    mild = bedside.waiting("mild")
    first = bedside.waiting("severe")
    bedside.now += HOUR
    second = bedside.waiting("severe")
    suspected = bedside.waiting("severe", "suspected")
    critical = bedside.waiting("critical")
    clock.follow(lambda: clock.Dial(shown=bedside.now + 60, speed=0))

    rows, after = queue.listed(bedside.city.actor("dee"), purpose="service")

    places = {row.item.id: row.position for row in rows}
    assert places == {critical: 1, first: 2, second: 3, mild: 4, suspected: 1}
    assert [row.item.id for row in rows][:2] == [critical, first]
    assert after is None
    assert all(row.review_at > clock.now() for row in rows)
    assert {i: queue.position(Item.objects.get(id=i)) for i in places} == places


def test_who_waits_too_long_is_late_and_climbs(bedside: Bedside) -> None:
    severe = bedside.waiting("severe")

    tick.tick(bedside.now + 2 * HOUR)

    item = Item.objects.get(id=severe)
    assert (item.late, item.tier) == (True, 2)
