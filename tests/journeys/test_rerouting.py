"""A road is closed by hand: whoever drives there is marked, and a new way is shown, then taken."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from linli import clock
from linli.analysis.dispatch.check import NotPublished
from linli.audit.records import Record
from linli.errors import BadInput, NotAllowed, NotFound
from linli.jobs.outbox import Message
from linli.loops.closures import draw
from linli.loops.closures.draw import ClosureAsk, LiftedAlready
from linli.loops.ledger import Event, Item
from linli.loops.routes.tables import RunRoute
from linli.studies.dispatch import city_roads, closing, lifting, rerouting
from linli.studies.dispatch.closing import Closed, close
from linli.studies.dispatch.rerouting import PlanMoved
from linli.studies.dispatch.run_routes import ensured
from linli.studies.dispatch.transfers import propose
from tests.bedside import Bedside
from tests.cast import EVENING, HOUR, City
from tests.four_roads import EAST, NORTH, SOUTH, WEST, on_four_roads

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City, settings: Any, tmp_path: Path) -> Bedside:
    """The hospital in one corner of four roads, Oak Lane and the bus in another."""
    return on_four_roads(city, settings, tmp_path)


def asked(points: str = "114.29 30.58; 114.31 30.58", **more: Any) -> ClosureAsk:
    """A line across the western road, for six hours."""
    told = {"shape": "line", "until_at": clock.moment(EVENING + 6 * HOUR), "reason": "sealed"}
    return ClosureAsk.model_validate({**told, "points": points, **more})


def shut(bedside: Bedside, by: str = "dee", **more: Any) -> Closed:
    return close(bedside.city.actor(by), asked(**more), now=EVENING)


def route_of(run: int) -> RunRoute:
    return RunRoute.objects.filter(run_id=run).order_by("-id")[0]


def lats_and_lons(run: int) -> set[float]:
    return {lon for leg in route_of(run).legs for lon, _ in leg["line"]}


def test_a_run_whose_way_is_closed_is_marked_at_once_and_says_by_what(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))

    done = shut(bedside)

    assert done.run_ids == (run,)
    route = Item.objects.get(id=run).data["route"]
    assert (route["open"], route["closure_id"]) == (False, done.closure.id)
    assert Event.objects.filter(item_id=run, step="meet_closure", role="system").count() == 1
    assert Record.objects.filter(kind="closures", act="shut", subject=done.closure.id).exists()


def test_the_worker_keeps_the_way_of_each_run_once_and_a_new_one_when_its_people_change(
    bedside: Bedside,
) -> None:
    ward = bedside.ward()
    rider = bedside.confirmed(ward)
    run = bedside.departed(rider)
    drafted = bedside.run(bedside.confirmed(ward))

    kept = [closing.keep_ways(exercise=False, now=EVENING + n) for n in (0, 1)]

    assert kept == [2, 0]
    assert closing.keep_ways(exercise=True, now=EVENING) == 0
    assert {row.run_id for row in RunRoute.objects.all()} == {run, drafted}


def test_a_run_that_ended_meanwhile_does_not_keep_a_road_open(
    bedside: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    before = closing.under_way(exercise=False)
    ensured(before, now=EVENING)
    bedside.take(run, "turn_back", "dov")
    monkeypatch.setattr(closing, "under_way", lambda **_: before)  # as it was read a moment ago

    done = shut(bedside)

    assert done.run_ids == ()
    assert [one.id for one in draw.listed(bedside.city.actor("dee"), now=EVENING)] == [
        done.closure.id
    ]


def test_a_closure_off_the_way_or_that_lets_the_vehicle_pass_marks_nobody(
    bedside: Bedside,
) -> None:
    bedside.departed(bedside.confirmed(bedside.ward()))

    assert shut(bedside, points="114.33 30.58; 114.35 30.58").run_ids == ()
    assert shut(bedside, passes=["bus"]).run_ids == ()
    later = clock.moment(EVENING + 5 * HOUR)
    assert shut(bedside, from_at=later).run_ids == ()


def test_a_run_that_has_not_left_may_not_leave_over_a_closed_road(bedside: Bedside) -> None:
    run = bedside.looked_at(bedside.run(bedside.confirmed(bedside.ward())))

    shut(bedside)

    gates = rerouting.sheets.sheet(bedside.city.actor("dee"), run, purpose="service", now=EVENING)
    assert [gate.name for gate, unmet in gates.gates if unmet] == ["route"]


def test_the_new_way_is_shown_then_accepted_and_keeps_people_and_beds(bedside: Bedside) -> None:
    transfer = bedside.confirmed(bedside.ward())
    run = bedside.departed(transfer)
    shut(bedside)
    before = Item.objects.get(id=transfer).data

    shown = rerouting.propose(bedside.city.actor("dee"), now=EVENING)[0]
    assert RunRoute.objects.filter(run_id=run).count() == 1  # shown is not done
    rerouting.accept(bedside.at("dee"), run, shown.digest)

    assert shown.passes
    assert shown.more_minutes > 5
    assert EAST in lats_and_lons(run)
    assert Item.objects.get(id=run).data["route"]["open"] is True
    assert Item.objects.get(id=transfer).data == before
    assert rerouting.propose(bedside.city.actor("dee"), now=EVENING) == []


def test_a_vehicle_on_its_way_is_planned_from_where_it_is_with_who_is_on_board(
    bedside: Bedside,
) -> None:
    ward = bedside.ward()
    rider, other = bedside.confirmed(ward), bedside.confirmed(ward)
    run = bedside.departed(rider, other)
    ensured([Item.objects.get(id=run)], now=EVENING)
    bedside.take(run, "pick_up", "dov", transfer_ids=[rider, other])
    bedside.take(run, "tell_position", "dov", longitude=WEST, latitude=SOUTH)
    shut(bedside)

    shown = rerouting.propose(bedside.city.actor("dee"), now=EVENING)[0]

    assert shown.new is not None
    assert [stop.kind for stop in shown.new.stops] == ["on_the_road", "hand_over"]
    assert shown.new.stops[0].transfer_ids == (rider, other)


def test_past_the_closed_place_nothing_is_marked(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    ensured([Item.objects.get(id=run)], now=EVENING)
    rider = Item.objects.get(id=run).data["sent"]
    bedside.take(run, "pick_up", "dov", transfer_ids=rider)
    bedside.take(run, "tell_position", "dov", longitude=WEST, latitude=NORTH)

    assert shut(bedside).run_ids == ()


def test_a_closure_that_seals_the_hospital_leaves_no_way_and_says_what_can_be_done(
    bedside: Bedside,
) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    shut(bedside)
    shut(bedside, points="114.32 30.59; 114.32 30.61")

    shown = rerouting.propose(bedside.city.actor("dee"), now=EVENING)[0]

    assert not shown.passes
    assert any("open road" in reason.tell() for reason in shown.reasons)
    with pytest.raises(PlanMoved):
        rerouting.accept(bedside.at("dee"), run, shown.digest)


def test_what_the_checker_refuses_is_not_published(bedside: Bedside) -> None:
    run = bedside.run(*(bedside.confirmed(bedside.ward(), "severe") for _ in range(1)))
    bedside.take(run, "crew", "dee", vehicle_id=bedside.bus.id, escort_ids=[])
    ensured([Item.objects.get(id=run)], now=EVENING)
    shut(bedside)

    shown = rerouting.propose(bedside.city.actor("dee"), now=EVENING)[0]

    assert [b.code for b in shown.breaches] == ["escort"]
    with pytest.raises(NotPublished, match="has no crew"):
        rerouting.accept(bedside.at("dee"), run, shown.digest)


def test_a_plan_that_was_not_shown_is_not_taken(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    shut(bedside)

    with pytest.raises(PlanMoved):
        rerouting.accept(bedside.at("dee"), run, "0" * 16)
    with pytest.raises(NotAllowed):
        rerouting.accept(bedside.city.scene("eve"), run, "0" * 16)


def test_the_desk_is_told_of_a_lifted_closure_and_may_take_the_shorter_way(
    bedside: Bedside,
) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    made = shut(bedside).closure
    around = rerouting.propose(bedside.city.actor("dee"), now=EVENING)[0]
    rerouting.accept(bedside.at("dee"), run, around.digest)
    assert rerouting.propose(bedside.city.actor("dee"), now=EVENING) == []

    done = lifting.lift(bedside.city.actor("fay"), made.id, now=EVENING + 1)

    dee = bedside.city.accounts["dee"].id
    told = Message.objects.get(kind="may_replan", account_id=dee)
    assert (done.run_ids, told.item_id, told.detail) == ((run,), run, {"closure": made.id})
    assert Item.objects.get(id=run).data["route"]["open"]  # nothing is planned by itself
    assert EAST in lats_and_lons(run)
    shown = rerouting.propose(bedside.city.actor("dee"), now=EVENING + 2)[0]
    assert (shown.closures, shown.open_again) == ((), (made.id,))
    assert shown.fewer_minutes == -shown.more_minutes == 11  # 7.7 km less at 40 km an hour
    rerouting.accept(bedside.at("dee"), run, shown.digest)
    assert lats_and_lons(run) == {WEST}
    assert rerouting.propose(bedside.city.actor("dee"), now=EVENING + 3) == []


def test_a_run_that_waits_before_a_road_goes_on_when_it_is_open_again(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))
    other = bedside.run(bedside.confirmed(bedside.ward()))
    made = shut(bedside).closure

    lifting.lift(bedside.city.actor("dee"), made.id, now=EVENING + 1)

    assert not Message.objects.filter(kind="may_replan", account_id=bedside.city.accounts["dee"].id)
    found = {one.run_id: one for one in rerouting.propose(bedside.city.actor("dee"), now=EVENING)}
    assert set(found) == {run, other}
    assert not Item.objects.get(id=run).data["route"]["open"]
    rerouting.accept(bedside.at("dee"), run, found[run].digest)
    assert Item.objects.get(id=run).data["route"]["open"]


def test_a_lifted_closure_that_nobody_met_tells_nobody(bedside: Bedside) -> None:
    bedside.departed(bedside.confirmed(bedside.ward()))
    made = shut(bedside, points="114.33 30.58; 114.35 30.58").closure

    done = lifting.lift(bedside.city.actor("fay"), made.id, now=EVENING + 1)

    assert done.run_ids == ()
    assert not Message.objects.filter(kind="may_replan").exists()
    with pytest.raises(NotFound):
        lifting.lift(bedside.city.actor("eve"), made.id, now=EVENING)


def test_a_lifted_closure_stops_nobody_and_is_lifted_once(bedside: Bedside) -> None:
    made = shut(bedside).closure
    with pytest.raises(NotFound):
        draw.lift(bedside.city.actor("eve"), made.id, now=EVENING)

    draw.lift(bedside.city.actor("fay"), made.id, now=EVENING)

    assert draw.listed(bedside.city.actor("dov"), now=EVENING) == []
    assert Record.objects.filter(kind="closures", act="lift").count() == 1
    with pytest.raises(LiftedAlready):
        draw.lift(bedside.city.actor("fay"), made.id, now=EVENING)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"points": "114.3"}, "is no point"),
        ({"points": "30.58 214.3; 1 2"}, "no point on earth"),
        ({"points": "114.30 30.58"}, "needs from 2 to 60"),
        ({"points": "100.0 10.0; 100.1 10.0"}, "No road of the map lies there"),
        ({"until_at": datetime.fromisoformat("2020-02-09T00:00Z")}, "ends? before|over already"),
        ({"until_at": datetime.fromisoformat("2021-02-09T00:00Z")}, "at most 30 days"),
        ({"shape": "area", "points": "114.29 30.57; 114.31 30.59; 114.31 30.57; 114.29 30.59"},
         "crosses itself"),
    ],
)  # fmt: skip
def test_a_closure_that_cannot_be_is_one_clear_sentence(
    bedside: Bedside, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        shut(bedside, **wrong)


def test_who_does_not_answer_for_roads_closes_none(bedside: Bedside) -> None:
    for who in ("eve", "bo", "dov", "hal", "cy"):
        with pytest.raises(NotAllowed):
            shut(bedside, by=who)


def test_a_proposal_leads_over_the_roads_of_the_city_and_around_what_is_closed(
    bedside: Bedside,
) -> None:
    bedside.ward(n_beds=3)
    bedside.waiting()
    open_way = propose(bedside.city.actor("dee"), purpose="service", now=EVENING)
    shut(bedside)

    around = propose(bedside.city.actor("dee"), purpose="service", now=EVENING)

    assert not open_way.estimate
    assert around.runs[0].arrive_min > open_way.runs[0].arrive_min + 5
    assert [b for b in around.breaches if b.code == "roads"] == []


def test_without_a_file_the_ways_are_sketched_and_told_as_estimates(
    bedside: Bedside, settings: Any
) -> None:
    settings.ROADS = None
    bedside.ward(n_beds=3)
    bedside.waiting()

    told = propose(bedside.city.actor("dee"), purpose="service", now=EVENING)

    assert told.estimate
    assert told.runs
    assert city_roads.city_roads().estimate
