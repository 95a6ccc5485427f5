"""The outbreak of city W follows Wuhan's curve, and all that was done went through the doors."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from django.db.models import Count

from linli.demo import dial, health, inflight
from linli.demo.build import build
from linli.demo.plan import plan_named
from linli.demo.stage import DECLARED_S, declare
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.follow_ups.tables import FollowUp, Seen
from linli.loops.laboratory.tables import LabResult, Match
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.routes.tables import RunRoute
from linli.loops.screening import counting, coverage
from linli.loops.shipped import ship_limits
from linli.loops.visits.tables import Visit
from linli.policy.roles import Role
from linli.registry.areas import Area
from linli.registry.person import Person
from linli.registry.roster import Assignment
from linli.registry.wards import Ward

SCALE, SEED = 0.0004, 7

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.slow]

EIGHTH, NINTH = date(2020, 2, 8), date(2020, 2, 9)


def _live():
    """Let the emergency of the built city pass, with a handful of requests."""
    begins = dial.START - DECLARED_S
    city = inflight.city_for(plan_named("wuhan"), scale=SCALE, seed=SEED)
    places = inflight.places_of(city)
    days = health.health_of(city, places, seed=SEED, start=begins, until=dial.START)
    inflight.leave_in_flight(city, seed=SEED, now=dial.START, waves=((1, 5),), health=days.work)
    return days


def _summary():
    """All that stands, by what a reader would tell it by; the same person has the same code."""
    codes = dict(Person.objects.values_list("id", "code"))
    items = Item.objects.filter(exercise=True).exclude(loop="request")
    rows = items.values_list("loop", "stage", "item_class", "opened_at", "path", "subject_id")
    return sorted((*row[:5], codes.get(row[5], "")) for row in rows)


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker):
    """The same emergency twice over, the first one taken back; ``first`` is what it left."""
    with django_db_blocker.unblock(), transaction.atomic():
        ship_limits()
        plan = plan_named("wuhan")
        build(plan, scale=SCALE, seed=SEED, now=dial.START, whole_home=False)
        declare(dial.START - DECLARED_S)
        with transaction.atomic():
            _live()
            first = _summary()
            transaction.set_rollback(True)
        days = _live()
        days.first = first
        yield days
        transaction.set_rollback(True)


def test_as_many_are_confirmed_as_the_curve_says(lived):
    confirmed = Item.objects.filter(loop="case", exercise=True, item_class="confirmed")

    assert confirmed.values("subject_id").distinct().count() == lived.outbreak.total_by(NINTH)
    assert confirmed.count() == lived.outbreak.total_by(NINTH)


def test_nothing_that_anybody_did_was_refused(lived):
    assert lived.response.refused == {}
    assert set(lived.rounds.outcomes) <= {"accepted", "superseded"}


def test_every_confirmed_case_has_one_investigation_and_one_person_one_open_case(lived):
    confirmed = Item.objects.filter(loop="case", exercise=True, item_class="confirmed")
    asked = Counter(Item.objects.filter(loop="investigation").values_list("parent_id", flat=True))

    assert {asked[case] for case in confirmed.values_list("id", flat=True)} == {1}
    open_cases = Item.objects.filter(loop="case").exclude(state=State.CLOSED)
    assert not open_cases.values("subject_id").annotate(n=Count("id")).filter(n__gt=1).exists()


def test_nobody_is_in_two_places(lived):
    arrived = Item.objects.filter(loop="placement", stage="arrived")

    assert not arrived.values("subject_id").annotate(n=Count("id")).filter(n__gt=1).exists()


def test_every_accepted_exposure_is_a_contact_or_already_a_case(lived):
    accepted = Exposure.objects.filter(decision=Decision.ACCEPTED)
    ill = set(Item.objects.filter(loop="case").values_list("subject_id", flat=True))

    assert accepted.exists()
    assert all(e.contact_id is not None or e.person_id in ill for e in accepted)
    assert Visit.objects.filter(case_id__isnull=False).exists()


def test_contacts_that_turned_are_the_parents_of_their_cases(lived):
    turned = Item.objects.filter(loop="contact", stage="turned").values_list("id", flat=True)
    cases = Item.objects.filter(loop="case", parent_id__in=list(turned))

    assert cases.exists()


def test_the_counters_of_the_rounds_equal_their_rows_and_a_closed_day_has_missed_some(lived):
    city = Area.objects.get(parent=None)

    for day in (EIGHTH, NINTH):
        assert counting.differences(day, exercise=True) == []
    numbers = coverage.total(city.path, NINTH, exercise=True)
    assert 0 < numbers.covered < numbers.expected == Person.objects.count()
    assert numbers.refused + numbers.away + numbers.unreachable > 0
    assert counting.n_missed(city.path, EIGHTH, exercise=True) > 0


def test_each_thing_was_done_by_whoever_would_do_it(lived):
    roles = dict(Assignment.objects.values_list("account_id", "post__role"))
    told = FollowUp.objects.exclude(status=Seen.DUE).values_list("by", flat=True)
    entered = LabResult.objects.values_list("taken_by", flat=True)

    assert {roles[who] for who in entered} == {Role.LABORATORY}
    assert {roles[who] for who in told} <= {Role.TRACER, Role.GRID_WORKER}
    waiting = LabResult.objects.filter(match=Match.UNMATCHED)
    assert waiting.count() >= 3


def test_the_same_seed_makes_the_same_emergency(lived):
    assert len(lived.first) > 50
    assert _summary() == lived.first


def test_the_desk_the_ward_and_the_command_have_work_when_the_curtain_rises(lived):
    stood = Counter(Item.objects.filter(exercise=True).values_list("loop", "stage"))
    ran = Item.objects.filter(loop="run", stage="done", exercise=True)
    free = [ward.n_beds - ward.n_blocked for ward in Ward.objects.all()]

    wanted = {
        ("transfer", "needed"), ("transfer", "admitted"), ("stay", "held"), ("stay", "admitted"),
        ("run", "done"), ("conversion", "open"), ("conversion", "converting"),
    }  # fmt: skip
    assert {there for there in wanted if not stood[there]} == set()
    assert RunRoute.objects.filter(run_id__in=ran.values("id")).exists()
    assert len(free) > 66 * 3
    assert 0 < sum(free) < sum(ward.n_beds for ward in Ward.objects.all())


def test_two_clusters_of_fevers_were_warned_of_and_one_waits_for_whoever_signs_in(lived):
    warned = Item.objects.filter(loop="warning", kind="gate_fevers").order_by("id")

    assert [item.stage for item in warned] == ["accepted", "raised"]
