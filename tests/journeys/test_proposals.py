"""A proposal for who waits now: beds and runs that the gates can pass, and who is left and why."""

import pytest

from linli import clock
from linli.errors import NotAllowed
from linli.loops.ledger import Item
from linli.loops.runs.compose import compose
from linli.studies.dispatch.transfers import propose
from tests.bedside import Bedside
from tests.cast import City


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The hospital; the grid and the street have their points on the map."""
    for name, point in (("oak1", (114.31, 30.61)), ("elm", (114.30, 30.60))):
        area = city.areas[name]
        area.longitude, area.latitude = point
        area.save()
    made = Bedside(city)
    clock.follow(lambda: clock.Dial(shown=made.now + 60, speed=0))
    return made


def test_a_proposal_is_taken_over_and_its_run_asks_the_same_gates(bedside: Bedside) -> None:
    confirmed, suspected = bedside.ward(n_beds=5), bedside.ward("疑似", category="suspected")
    waiting = [bedside.waiting() for _ in range(3)] + [bedside.waiting("mild", "suspected")]
    scene = bedside.at("dee")

    told = propose(scene.actor, purpose="service", now=bedside.now)

    riders = {r.transfer_id: r.ward_id for run in told.runs for r in run.riders}
    assert sorted(riders) == sorted(waiting)
    assert [riders[i] for i in waiting] == [confirmed.id] * 3 + [suspected.id]
    first = next(run for run in told.runs if len(run.riders) == 3)
    run = compose(
        scene, [r.transfer_id for r in first.riders],
        wards={r.transfer_id: r.ward_id for r in first.riders},
        vehicle_id=first.vehicle_id, escort_ids=first.escort_ids,
    )  # fmt: skip
    assert {bedside.stage(i) for i in waiting[:3]} == {"planned"}
    assert Item.objects.get(id=run).data["escort_ids"] == list(first.escort_ids)


def test_who_has_no_bed_is_named_with_the_reason(bedside: Bedside) -> None:
    bedside.ward(n_beds=1)
    ids = [bedside.waiting() for _ in range(3)]

    told = propose(bedside.city.actor("dee"), purpose="service", now=bedside.now)

    left = [i for one in told.left for i in one.transfer_ids]
    assert told.n_moved == 1
    assert len(set(left)) == len(left) == 2
    assert set(left) < set(ids)
    assert all(one.reason.tell() for one in told.left)


def test_the_same_seed_proposes_the_same(bedside: Bedside) -> None:
    bedside.ward(n_beds=5)
    for _ in range(4):
        bedside.waiting()
    actor = bedside.city.actor("dee")

    told = [propose(actor, purpose="service", now=bedside.now) for _ in range(2)]

    assert told[0] == told[1]


def test_who_sends_nobody_is_shown_no_proposal(bedside: Bedside) -> None:
    with pytest.raises(NotAllowed):
        propose(bedside.city.actor("bo"), purpose="service", now=bedside.now)
