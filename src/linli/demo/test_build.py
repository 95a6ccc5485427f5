"""City W stands in the registry as it was made: nothing lost, nothing hanging loose."""

from datetime import date

import numpy as np
import pytest
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Length, Substr

from linli.demo.build import NotEmpty, build
from linli.demo.cast import members
from linli.demo.city import build_city
from linli.demo.plan import plan_named
from linli.registry import duties, roster
from linli.registry.accounts import Account
from linli.registry.areas import Area, AreaCode, AreaShape, GridShare, Tier
from linli.registry.households import Household
from linli.registry.people import Person
from linli.registry.resources import near
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle

EVENING = 1_581_242_400  # 9 February 2020, 18:00 in Wuhan
SCALE = 0.0005

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Build Wuhan once for all tests of this file, and leave the database empty again."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(plan_named("wuhan"), scale=SCALE, seed=7, now=EVENING)
        transaction.set_rollback(True)


def test_the_tree_has_no_orphans_and_every_path_continues_its_parent_s(built):
    kinds = dict(Area.objects.values_list("kind").annotate(n=Count("id")))

    assert kinds["community"] + kinds["village"] == 3495
    assert (kinds["compound"], kinds["grid"]) == (7102, 13800)
    assert list(Area.objects.filter(parent=None).values_list("kind", flat=True)) == ["city"]
    loose = Area.objects.exclude(parent=None).exclude(
        parent__path=Substr("path", 1, Length("path") - 4)
    )
    assert not loose.exists()


def test_every_area_knows_its_unit_at_each_tier(built):
    for tier, column in ((Tier.STREET, "street_id"), (Tier.DISTRICT, "district_id")):
        depth = {Tier.STREET: 12, Tier.DISTRICT: 8}[tier]
        units = dict(Area.objects.filter(**{column: F("id")}).values_list("path", "id"))
        below = Area.objects.annotate(n=Length("path")).filter(n__gte=depth)
        wrong = [
            path for path, unit in below.values_list("path", column) if units[path[:depth]] != unit
        ]
        assert wrong == []


def test_people_sum_to_the_same_at_every_tier(built):
    everybody = Person.objects.count()

    assert everybody == built.n_rows["people"]
    for column in ("community_id", "street_id", "district_id", "city_id"):
        counts = Person.objects.values(f"area__{column}").annotate(n=Count("id"))
        assert sum(row["n"] for row in counts) == everybody
        assert all(row[f"area__{column}"] is not None for row in counts)
    assert not Person.objects.exclude(path=F("household__path")).exists()


def test_households_live_in_buildings_and_in_the_care_of_a_grid_of_their_community(built):
    assert Household.objects.count() == built.n_rows["households"]
    assert not Household.objects.exclude(home__kind="building").exists()
    assert not Household.objects.exclude(area__kind="grid").exists()
    assert not Household.objects.exclude(home__community_id=F("area__community_id")).exists()
    assert not Household.objects.annotate(n=Count("people")).filter(n=0).exists()


def test_what_stands_in_the_tables_is_what_the_generator_made(built):
    home = AreaCode.objects.get(area_id=built.home["community"], system="nbs").code
    city = build_city(plan_named("wuhan"), scale=SCALE, seed=7, whole=[home])
    people = city.people_by_area()
    row = int(np.flatnonzero(city.areas.code == home)[0])

    assert Person.objects.count() == len(city.residents.person_born)
    assert Person.objects.filter(area__community_id=built.home["community"]).count() == people[row]
    needing = Person.objects.exclude(needs=[]).count()
    assert needing == (city.residents.person_needs > 0).sum()


def test_shares_of_a_compound_sum_to_one_and_streets_are_marked_as_drawn_by_us(built):
    sums = GridShare.objects.values("compound").annotate(whole=Sum("share"))

    assert len(sums) == 7102
    assert all(row["whole"] == pytest.approx(1) for row in sums)
    assert AreaShape.objects.filter(schematic=False).count() == 13
    assert AreaShape.objects.filter(schematic=True, source__contains="not surveyed").count() == 193


def test_streets_keep_their_codes_of_both_lists_which_differ_for_23(built):
    street = Area.objects.filter(street_id=F("id"))
    nbs = dict(AreaCode.objects.filter(system="nbs", area__in=street).values_list("area", "code"))
    civil = AreaCode.objects.filter(system="civil", area__in=street).values_list("area", "code")

    assert len(nbs) == 193
    assert len(civil) == 158
    assert sum(nbs[area] != code for area, code in civil) == 23


def test_every_unit_has_one_first_responsible_person_who_can_be_reached(built):
    for unit in ("city", "district", "street", "community"):
        answers = roster.first_responsible(built.home[unit], "water", EVENING)
        assert answers is not None
        assert not answers.deputy
        assert answers.phone.startswith("+999")
    units = Area.objects.filter(
        Q(community_id=F("id")) | Q(street_id=F("id")) | Q(district_id=F("id")) | Q(city_id=F("id"))
    )
    posts = roster.Post.objects.filter(first_responsible=True)
    assert posts.count() == units.count() == 1 + 13 + 193 + 3495


def test_the_cast_hold_their_seats_and_ann_lives_in_oak_lane(built):
    cast = {m.username: m for m in members()}

    assert set(built.cast) == set(cast)
    assert set(Account.objects.filter(is_cast=True).values_list("username", flat=True)) == set(cast)
    for name, member in cast.items():
        if member.role != "resident":
            held = roster.holdings_of(built.cast[name], EVENING)
            assert member.role in {h.role for h in held}
    ann = Account.objects.get(username="ann")
    lives = Person.objects.select_related("household").get(id=ann.person_id)
    assert lives.household.compound_id == built.home["compound"]
    eve = roster.holdings_of(built.cast["eve"], EVENING)[0]
    home = Area.objects.get(id=built.home["district"])
    assert not eve.path.startswith(home.path)


def test_every_type_of_request_leads_to_a_duty(built):
    assert duties.RequestType.objects.count() >= 25
    assert duties.unmapped(date(2020, 2, 9)) == []


def test_a_wheelchair_van_is_found_near_the_street_s_office(built):
    van = Vehicle.objects.filter(kind="wheelchair_van").first()

    found = near("wheelchair_van", (van.longitude, van.latitude), 2000)

    assert van.id in {f.id for f in found}
    assert Vehicle.objects.filter(kind="bus").count() == 800
    assert Site.objects.filter(kind="gate").count() == 7102


def test_a_second_city_is_refused(built):
    with pytest.raises(NotEmpty) as refusal:
        build(plan_named("fixture"), scale=SCALE, seed=1, now=EVENING)

    assert "武汉市" in str(refusal.value)
