"""Everything that a plan names is held against the records: covered, short, or no record."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from linli import clock
from linli.errors import BadInput, NotAllowed
from linli.loops.limits import LimitSet, forget
from linli.plans.lines import Line, Verdict, Why
from linli.plans.readiness import Readiness, at_once, behind, ready_as, resolve
from linli.plans.reading import read
from linli.registry.accounts import Account
from linli.registry.plans import Reserve
from linli.registry.qualifications import Qualification
from linli.registry.roster import Absence, Assignment
from tests.cast import EVENING, HOUR, City
from tests.plans import prepared
from tests.plans.prepared import PLAN, TODAY

pytestmark = pytest.mark.db


def ready(city: City, area: str = "elm", text: str = PLAN) -> Readiness:
    return resolve(read(text), city.areas[area], now=EVENING, exercise=False)


def line(city: City, key: str, area: str = "elm", text: str = PLAN) -> Line:
    return next(one for one in ready(city, area, text).lines if one.key == key)


def whys(found: Line) -> set[Why]:
    return {short.why for short in found.shorts}


def keep(city: City, row: Any, plan: str, quantity: float, area: str, kind: str) -> None:
    Reserve.objects.create(
        kind=kind, record_id=row.id, record_path=row.path, quantity=quantity, plan=plan,
        area=city.areas[area], path=city.areas[area].path, reason="x", signed_by=1,
        signed_at=EVENING,
    )  # fmt: skip


def test_nothing_recorded_is_no_record_and_never_zero(city: City) -> None:
    masks, tents = line(city, "stock-0"), line(city, "stock-1")

    assert masks.verdict is Verdict.NO_RECORD
    assert (masks.needed, whys(masks)) == (None, {Why.NO_PEOPLE})
    assert tents.verdict is Verdict.NO_RECORD
    assert (tents.needed, tents.have, tents.lacks) == (2, None, None)
    assert whys(tents) == {Why.NO_ROWS}
    assert line(city, "place-0").have is None


def test_stock_that_lies_in_the_area_counts_and_that_beyond_does_not(city: City) -> None:
    prepared.people(city, 4)
    prepared.stock(city, "oak", "mask_box", 12)
    prepared.stock(city, "ash", "mask_box", 500)

    found = line(city, "stock-0")

    assert (found.needed, found.have, found.lacks) == (20, 12, 8)  # 4 people x 0.5 x 10 days
    assert found.verdict is Verdict.SHORT
    assert [r.resource.quantity for r in behind(ready(city), "stock-0", exercise=False)] == [12]


def test_what_expires_before_the_end_or_is_counted_otherwise_does_not_count(city: City) -> None:
    prepared.people(city, 1)
    prepared.stock(city, "oak", "mask_box", 3, valid_until=date(2020, 2, 18))  # a day too early
    assert (line(city, "stock-0").have, whys(line(city, "stock-0"))) == (0, {Why.EXPIRES})
    prepared.stock(city, "oak", "mask_box", 5, valid_until=date(2020, 2, 19))
    assert line(city, "stock-0").verdict is Verdict.COVERED

    prepared.stock(city, "oak", "tent", 9, unit="bag")
    tents = line(city, "stock-1")
    assert (tents.verdict, whys(tents)) == (Verdict.NO_RECORD, {Why.OTHER_UNIT})


def test_a_reserve_of_another_plan_counts_alone_and_not_together(city: City) -> None:
    tents = prepared.stock(city, "oak", "tent", 3, unit="piece")
    keep(city, tents, "other", 2, "east", "resources")

    found = line(city, "stock-1")

    assert (found.have, found.together) == (3, 1)
    assert (found.lacks, found.lacks_together) == (0, 1)


def test_what_is_held_back_for_this_plan_is_lent_to_its_area(city: City) -> None:
    far = prepared.stock(city, "ash", "tent", 5, unit="piece")
    keep(city, far, "small", 2, "elm", "resources")

    found = line(city, "stock-1")

    assert (found.have, found.reserved, found.verdict) == (2, 2, Verdict.COVERED)
    away = line(city, "stock-1", "west", PLAN)
    assert (away.have, away.together) == (5, 3)  # in the west itself two of five are lent away


def test_a_reserve_that_was_lifted_or_is_over_holds_nothing(city: City) -> None:
    tents = prepared.stock(city, "oak", "tent", 3, unit="piece")
    keep(city, tents, "other", 2, "east", "resources")
    Reserve.objects.update(until=date(2020, 2, 8))
    assert line(city, "stock-1").together == 3

    Reserve.objects.update(until=None, lifted_at=EVENING)
    assert line(city, "stock-1").together == 3


def test_two_plans_at_once_draw_on_one_pool(city: City) -> None:
    prepared.stock(city, "oak", "tent", 3, unit="piece")
    one = ready(city)
    other = ready(city, text=PLAN.replace('code = "small"', 'code = "other"'))

    tents = next(s for s in at_once([one, other]) if s.label.key == "stock-1")

    assert all(line.lacks == 0 for r in (one, other) for line in r.lines if line.key == "stock-1")
    assert (tents.sum_needed, tents.have, tents.lacks) == (4, 3, 1)


def test_a_role_is_covered_where_its_posts_are_held_for_the_hours_ahead(city: City) -> None:
    found = line(city, "role-0")

    assert (found.needed, found.have, found.n_places, found.n_covered) == (2, 1, 2, 1)
    [pine] = found.shorts  # Pine has no secretary's post: that is no record, not a vacancy
    assert (pine.area_id, pine.why) == (city.areas["pine"].id, Why.NO_POST)
    assert pine.unit_id == city.areas["elm"].id  # nobody answers in Pine, so the street mends it
    assert pine.account_id == city.accounts["dee"].id
    assert found.verdict is Verdict.NO_RECORD


def test_a_vacancy_says_since_when_and_one_to_come_from_when(city: City) -> None:
    left = clock.moment(EVENING - 3 * HOUR)
    Assignment.objects.filter(account=city.accounts["sam"]).update(ends_at=left)
    gone = next(s for s in line(city, "role-0").shorts if s.area_id == city.areas["oak"].id)
    assert (gone.why, gone.since, gone.lacks) == (Why.VACANT, EVENING - 3 * HOUR, 1)

    soon = clock.moment(EVENING + 5 * HOUR)
    Assignment.objects.filter(account=city.accounts["sam"]).update(ends_at=soon)
    leaves = next(s for s in line(city, "role-0").shorts if s.area_id == city.areas["oak"].id)
    assert (leaves.why, leaves.since) == (Why.LAPSES, EVENING + 5 * HOUR)


def test_somebody_away_covers_nothing_unless_a_deputy_is_there(city: City) -> None:
    sam = city.accounts["sam"]
    Absence.objects.create(
        account=sam, starts_at=EVENING - HOUR, ends_at=EVENING + HOUR, reason="ill"
    )
    away = next(s for s in line(city, "role-0").shorts if s.area_id == city.areas["oak"].id)
    assert (away.why, away.since) == (Why.VACANT, EVENING - HOUR)

    post = Assignment.objects.get(account=sam).post
    Assignment.objects.create(
        post=post, account=city.accounts["bo"], starts_at=EVENING - HOUR, deputy=True
    )
    assert line(city, "role-0").n_covered == 1


def test_an_expired_qualification_is_a_gap(city: City) -> None:
    trained = PLAN.replace(
        'role = "secretary"', 'role = "secretary"\nqualification = "emergency_training"'
    )
    oak = city.areas["oak"]

    def gap() -> Any:
        shorts = line(city, "role-0", "oak", trained).shorts
        return shorts[0] if shorts else None

    assert (gap().why, gap().since) == (Why.UNQUALIFIED, None)  # there never was one
    row = Qualification.objects.create(
        account=city.accounts["sam"], area=oak, path=oak.path, kind="emergency_training",
        name="Course", evidence="No. 1", gained_on=date(2019, 1, 1), valid_until=date(2020, 2, 8),
    )  # fmt: skip
    assert gap().since == clock.midnight_s(TODAY)
    row.valid_until = None
    row.save()
    assert gap() is None


def test_so_many_for_a_thousand_people_are_rounded_up(city: City) -> None:
    assert whys(line(city, "role-1")) == {Why.NO_PEOPLE}
    prepared.people(city, 5)

    found = line(city, "role-1")

    assert (found.needed, found.have) == (3, 2)  # half of five, upwards; Cy and Cleo
    assert whys(found) == {Why.FEW_POSTS}


def test_beds_are_those_that_nobody_has_and_no_severer_ones_are_left_out(city: City) -> None:
    prepared.ward(city, "oak", 6, 2)

    found = line(city, "place-0")

    assert (found.needed, found.have, found.lacks) == (5, 4, 1)
    assert [spot.counts for spot in behind(ready(city), "place-0", exercise=False)] == [4]


def test_vehicles_count_with_seats_and_sites_by_kind(city: City) -> None:
    prepared.bus(city, "elm", "W-1", seats=10)
    assert whys(line(city, "place-1")) == {Why.NO_ROWS}  # too few seats: none of the kind
    prepared.bus(city, "elm", "W-2", seats=20)
    assert line(city, "place-1").verdict is Verdict.COVERED

    assert line(city, "place-2").verdict is Verdict.NO_RECORD
    prepared.site(city, "oak", "isolation")
    assert line(city, "place-2").verdict is Verdict.COVERED


def test_a_step_without_places_or_without_limits_is_a_gap(city: City) -> None:
    assert line(city, "step-guards", "elm").verdict is Verdict.COVERED
    assert whys(line(city, "step-guards", "pine")) == {Why.NO_PLACE}

    LimitSet.objects.filter(loop="substitute").delete()
    forget()
    assert whys(line(city, "step-guards", "elm")) == {Why.NO_LIMIT}


def test_the_counts_add_up_and_every_gap_has_an_owner(city: City) -> None:
    found = ready(city)

    told = found.told(str)
    assert told["n_lines"] == told["n_covered"] + told["n_short"] + told["n_no_record"]
    assert len(found.gaps) == sum(len(line.shorts) for line in found.lines) == told["n_gaps"]
    assert all(short.unit_id and short.account_id for _, short in found.gaps)


def test_a_plan_is_not_held_against_an_area_it_is_not_for(city: City) -> None:
    with pytest.raises(BadInput, match="It is for: community, district, street"):
        ready(city, "w")


def test_who_may_know_is_who_answers_there(city: City) -> None:
    plan, oak = read(PLAN), city.areas["oak"]

    for name in ("sam", "bo", "dee", "fay", "gil", "jo", "ida"):
        assert ready_as(city.actor(name), plan, oak, now=EVENING).area == oak
    for name in ("eve", "ann", "cy", "hal", "quin", "kim"):
        with pytest.raises(NotAllowed):
            ready_as(city.actor(name), plan, oak, now=EVENING)
    bare = replace(city.actor("sam"), two_factor=False)
    with pytest.raises(NotAllowed):
        ready_as(bare, plan, oak, now=EVENING)


def test_an_account_that_may_not_sign_in_holds_nothing(city: City) -> None:
    Account.objects.filter(username="sam").update(is_active=False)

    assert {s.area_id for s in line(city, "role-0").shorts} == {
        city.areas["oak"].id, city.areas["pine"].id,
    }  # fmt: skip


def test_a_line_that_is_not_there_has_nothing_behind_it(city: City) -> None:
    found = ready(city)

    for key in ("role-99", "stock-x", "moon-1", "", "step-none", "place-²"):
        assert behind(found, key, exercise=False) is None
    assert len(behind(found, "step-guards", exercise=False)) == 1
    assert behind(found, "role-0", exercise=False)[0].holders[0].name == "Sam"
