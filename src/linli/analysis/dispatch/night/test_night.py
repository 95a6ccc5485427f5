"""Is the night of 9 February refused as it was sent, and does the plan bring everybody to a bed?"""

import pytest

from linli.analysis.dispatch import night
from linli.analysis.dispatch.check import check, published
from linli.analysis.dispatch.laws import Law
from linli.analysis.dispatch.plan import confirmed, plan
from linli.analysis.dispatch.replan import mend
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.runs import Budget

QUICK = Budget(60)


@pytest.fixture(scope="module")
def there() -> night.Night:
    return night.as_there_was()


@pytest.fixture(scope="module")
def planned(there):
    return plan(there.snapshot, roads=there.roads, budget=QUICK)


def test_the_facts_of_the_night_are_kept():
    known = night.facts()
    lots = night.as_there_was().snapshot.lots
    mixed = night.as_there_was(mixed=True).snapshot.lots

    assert sum(lot.count for lot in lots) == sum(lot.count for lot in mixed) == known["patients"]
    assert (
        sum(lot.count for lot in lots if lot.severity == "severe") == known["severe_of_one_street"]
    )
    assert len({lot.place for lot in lots}) == 60
    assert len({lot.category for lot in mixed}) == 3
    assert night.as_staffed_then().snapshot.crews[0].escorts == known["escorts_then"]


def test_as_it_was_sent_every_departure_is_refused_with_all_its_unmet_gates():
    then, sent = night.as_it_was()

    verdict = check(sent, then.snapshot, closures=then.roads.closures)

    laws = [{b.code for b in verdict.of_trip(t.id)} for t in sent.trips]
    always = {Law.ESCORT, Law.RECEIVER, Law.CONFIRMED}
    assert laws[0] >= always | {Law.SEATS, Law.EQUIPMENT, Law.ROADS}  # the 45, a sealed road
    assert laws[1] >= always | {Law.SEATS}  # some stood or sat on the floor
    assert laws[2] >= always | {Law.PLACE}  # the wrong hospital
    assert sum(u.count for u in sent.unserved) == 494 - 45 - 33 - 14


def test_with_the_staff_of_the_district_everybody_arrives_at_a_held_bed(there, planned):
    yes = confirmed(planned.plan)

    assert published(yes, there.snapshot, closures=there.roads.closures) is yes
    assert yes.worth.unserved == 0
    assert sum(t.persons for t in yes.trips) == 494
    assert all(there.snapshot.facilities[p.facility].receiver for p in yes.placed)


def test_no_leg_of_the_plan_leads_through_a_sealed_road(there, planned):
    shut = frozenset(arc for c in there.roads.closures for arc in c.arcs)
    driven = {arc for t in planned.plan.trips for leg in t.legs for arc in leg.arcs}

    assert shut
    assert not shut & driven


def test_the_table_of_crews_is_within_two_per_cent_of_the_bound(planned):
    assert planned.turns.gap <= 0.02
    times = dict(planned.table)
    assert list(times) == [2, 4, 8, 15]
    assert (
        times[2] > times[4] > times[8] > times[15] == pytest.approx(planned.turns.last_s, rel=0.02)
    )


@pytest.mark.slow
def test_categories_that_are_kept_apart_never_share_a_vehicle():
    apart = night.as_there_was(mixed=True)

    found = plan(apart.snapshot, roads=apart.roads, budget=QUICK)

    assert found.passes
    assert found.turns.gap <= 0.02
    assert [n for n, last_s in found.table if last_s] == [2, 4, 8, 15]
    assert found.plan.worth.unserved == 0
    for trip in found.plan.trips:
        aboard = {found.plan.placed[p.placed].lot for s in trip.stops for p in s.boards}
        assert len({apart.snapshot.lots[n].category for n in aboard}) == 1


def test_a_road_shut_on_the_way_is_planned_around_and_everybody_still_arrives(there, planned):
    now_s = 25 * 60
    ahead = [arc for t in planned.plan.trips for leg in t.legs
             if leg.depart_s > now_s for arc in leg.arcs]  # fmt: skip
    busiest = max(set(ahead), key=lambda arc: (ahead.count(arc), arc))
    new = Closure("found by a driver", frozenset({busiest}))

    mended = mend(
        planned.plan, there.snapshot, there.roads.ways.network, (*there.roads.closures, new),
        now_s=now_s, node_of=there.roads.node_of,
    )  # fmt: skip

    assert mended.hit
    after = [leg for t in mended.plan.trips for leg in t.legs if leg.depart_s > now_s]
    assert all(busiest not in (leg.arcs or ()) for leg in after)
    assert mended.plan.worth.unserved == 0
    assert sum(t.persons for t in mended.plan.trips) == 494
