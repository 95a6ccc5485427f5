"""Nobody leaves without a seat, an escort, a bed, a receiver and an open road (S31)."""

from typing import Any

import pytest

from linli.errors import GateShut
from linli.loops.beds.rules import rules, worst
from linli.loops.ledger import Item
from linli.loops.runs.gates import DEPARTURE
from linli.policy.roles import Role
from tests.bedside import Bedside
from tests.cast import HOUR, City

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The hospital and its bus."""
    return Bedside(city)


def shut(bedside: Bedside, run: int, by: str = "dee") -> dict[str, str]:
    """The gates of a departure that are shut, each with its sentence."""
    with pytest.raises(GateShut) as refusal:
        bedside.take(run, "depart", by)
    return {unmet.gate: unmet.tell() for unmet in refusal.value.values["unmet"]}


def test_the_night_as_one_street_was_staffed_is_refused_with_every_unmet_gate(
    bedside: Bedside,
) -> None:
    """45 severe patients, two staff, one lead car, one bus; the road sealed, the ward not told."""
    ward = bedside.ward(n_beds=60)
    patients = [bedside.held(ward, "severe") for _ in range(45)]
    run = bedside.run(*patients)
    bedside.take(run, "check_route", "dov", open=False, minutes=40)

    unmet = shut(bedside, run)

    assert unmet["seats"].startswith("47 people for 40 seats: 7 would stand")
    assert unmet["escort"].startswith("2 escorts are free for 45 passengers, and 23 are needed")
    assert unmet["route"].startswith("The road is closed")
    assert unmet["vehicle"] == "The vehicle lacks: a closed cab, life support."
    assert set(unmet) == {
        "seats", "escort", "protection", "vehicle", "route", "bed", "receiver", "family",
    }  # fmt: skip
    assert {bedside.stage(patient) for patient in patients} == {"planned"}


def test_an_empty_run_shuts_what_an_empty_run_can(bedside: Bedside) -> None:
    run = bedside.run(vehicle_id=None, driver_id=None, escort_ids=[])

    assert set(shut(bedside, run)) == {"passengers", "seats", "driver", "protection", "route"}


def test_every_gate_of_a_departure_can_be_shut_and_is_open_when_all_is_done(
    bedside: Bedside,
) -> None:
    run = bedside.looked_at(bedside.run(bedside.confirmed(bedside.ward())))

    bedside.take(run, "depart", "dov")

    assert bedside.stage(run) == "departed"
    assert len({gate.name for gate in DEPARTURE}) == len(DEPARTURE) == 14


def test_two_categories_never_share_a_bus(bedside: Bedside) -> None:
    one = bedside.confirmed(bedside.ward())
    two = bedside.confirmed(bedside.ward("疑似病区", category="suspected"))
    run = bedside.looked_at(bedside.run(one, two))

    assert shut(bedside, run) == {
        "category": "Categories are mixed: confirmed, suspected. Give each its own run."
    }


def test_a_bus_goes_to_one_hospital(bedside: Bedside) -> None:
    one = bedside.confirmed(bedside.ward())
    two = bedside.confirmed(bedside.ward(site=bedside.site("枫树医院")))
    run = bedside.looked_at(bedside.run(one, two))

    assert set(shut(bedside, run)) == {"destination"}


def test_a_receiver_who_went_off_duty_shuts_the_gate(bedside: Bedside) -> None:
    transfer = bedside.confirmed(bedside.ward())
    run = bedside.looked_at(bedside.run(transfer))
    bedside.city.accounts["hal"].absences.create(
        starts_at=bedside.now - 60, ends_at=bedside.now + HOUR
    )

    assert shut(bedside, run)["receiver"].startswith(
        f"Nobody on duty receives 1: transfers {transfer}"
    )


def test_an_escort_who_is_on_the_road_does_not_count_again(bedside: Bedside) -> None:
    ward = bedside.ward()
    bedside.departed(bedside.confirmed(ward))
    second = bedside.confirmed(ward)
    run = bedside.looked_at(bedside.run(second, vehicle_id=bedside.vehicle("car", n_seats=6).id))

    assert set(shut(bedside, run)) == {"escort", "driver"}


def test_a_vehicle_waits_until_it_is_disinfected(bedside: Bedside) -> None:
    ward = bedside.ward()
    transfer = bedside.confirmed(ward)
    first = bedside.departed(transfer)
    bedside.take(bedside.stay(transfer), "arrive", "hal", condition="stable")
    bedside.take(first, "hand_over", "dov")
    second = bedside.looked_at(bedside.run(bedside.confirmed(ward)))

    assert shut(bedside, second)["disinfected"].startswith(
        f"The vehicle was not disinfected since run {first}"
    )
    bedside.take(first, "disinfect", "dov", agent="chlorine", minutes=60)
    bedside.take(second, "depart", "dov")


def test_who_has_to_lie_goes_by_ambulance_and_a_wheelchair_needs_its_place(
    bedside: Bedside,
) -> None:
    ward = bedside.ward()
    lying = bedside.confirmed(ward, posture="lies")
    sitting = bedside.confirmed(ward, posture="sits")
    run = bedside.looked_at(bedside.run(lying, sitting))

    unmet = shut(bedside, run)

    assert unmet["vehicle"] == "The vehicle lacks: a stretcher."
    assert unmet["seats"] == "1 wheelchairs for 0 places. Take a vehicle with more."


def test_evidence_grows_old(bedside: Bedside) -> None:
    run = bedside.looked_at(bedside.run(bedside.confirmed(bedside.ward())))
    bedside.now += 60 * (rules().evidence_minutes + 1)

    assert {"protection", "route"} <= set(shut(bedside, run))


def test_a_mask_alone_is_not_enough_for_the_severe(bedside: Bedside) -> None:
    run = bedside.looked_at(bedside.run(bedside.confirmed(bedside.ward(), "severe")), level=2)

    assert shut(bedside, run)["protection"].startswith(
        "The driver wears level 2, the crew 2; level 3 is needed"
    )


def test_the_driver_cannot_sign_while_somebody_is_on_board(bedside: Bedside) -> None:
    ward = bedside.ward()
    one, two = bedside.confirmed(ward), bedside.confirmed(ward)
    run = bedside.departed(one, two)
    bedside.take(bedside.stay(one), "arrive", "hal", condition="stable")

    with pytest.raises(GateShut, match=f"The ward has not signed for 1: transfers {two}"):
        bedside.take(run, "hand_over", "dov")


def test_a_run_that_turns_back_leaves_nobody_without_a_line(bedside: Bedside) -> None:
    ward = bedside.ward()
    one, two = bedside.confirmed(ward), bedside.confirmed(ward)
    run = bedside.departed(one, two)
    bedside.take(run, "meet_closure", "dov", longitude=114.3, latitude=30.6)

    bedside.take(run, "turn_back", "dov")

    assert Item.objects.get(id=run).data["sent"] == [one, two]
    ends = [Item.objects.get(id=i).data["rides"][-1]["end"] for i in (one, two)]
    assert ends == ["turned_back", "turned_back"]
    assert {bedside.stage(i) for i in (one, two)} == {"needed"}
    assert {bedside.stage(bedside.stay(i)) for i in (one, two)} == {"cancelled"}


def test_a_cancelled_run_lets_its_people_go_on_another(bedside: Bedside) -> None:
    transfer = bedside.confirmed(bedside.ward())
    run = bedside.run(transfer)

    bedside.take(run, "cancel", "dee")
    bedside.take(bedside.looked_at(bedside.run(transfer)), "depart", "dee")

    assert bedside.stage(transfer) == "departed"


def test_a_driver_of_another_street_drives_nothing_here(bedside: Bedside) -> None:
    bedside.appoint("far", Role.DRIVER, "fir")
    run = bedside.run(bedside.confirmed(bedside.ward()))

    with pytest.raises(Exception, match="may not do this here"):
        bedside.take(run, "equip", "far", **seen())


def seen() -> dict[str, Any]:
    """What somebody saw of a vehicle."""
    return {"driver_level": 3, "crew_level": 3, "partition": True, "life_support": True}


@pytest.mark.parametrize(
    ("ill", "needed"),
    [(["severe"] * 45, 23), (["mild"] * 38, 1), (["ordinary"] * 20, 2), (["critical"], 1), ([], 0)],
)
def test_the_escorts_add_up_over_severities(ill: list[str], needed: int) -> None:
    assert rules().escorts_for(ill) == needed
    assert worst([*ill, "none"]) == (ill[0] if ill else "none")
