"""City W has the counts, the sums and the people it promises."""

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from linli.demo.city import build_city
from linli.demo.households import CHILD, HEAD, age_shares, family_shape
from linli.demo.people_names import in_chinese, in_pinyin, in_syllables, name_table
from linli.demo.plan import PLANS, plan_named
from linli.demo.residents import Need
from linli.demo.tables import apportion, fact, table
from linli.demo.tessellate import are_inside
from linli.errors import BadInput

TODAY = date(2020, 2, 9)
SCALE = 0.01


@pytest.fixture(scope="module", params=sorted(PLANS))
def city(request):
    return build_city(plan_named(request.param), scale=SCALE, seed=7, today=TODAY)


@pytest.fixture(scope="module")
def wuhan():
    return build_city(plan_named("wuhan"), scale=SCALE, seed=7, today=TODAY)


def ages(city):
    """Whole years, by months and days."""
    born = city.residents.person_born
    month = born.astype("M8[M]")
    this_month = np.datetime64(TODAY, "M")
    before = (this_month - month).astype(int)
    late = (born - month.astype("M8[D]")).astype(int) > TODAY.day - 1
    return (before - late) // 12


def kinds(city):
    names, counts = np.unique(city.areas.kind, return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def test_the_fixture_has_exactly_the_counts_of_the_study():
    city = build_city(plan_named("fixture"), scale=0.002, seed=1)

    assert kinds(city) == {
        "city": 1,
        "district": 13,
        "street": 178,
        "community": 1406,
        "village": 1943,
        "compound": 7102,
        "grid": 13800,
    }


def test_wuhan_has_the_tree_of_the_list_and_the_compounds_and_grids_of_the_study(wuhan):
    counts = kinds(wuhan)

    assert counts["district"] == 13
    assert sum(counts[k] for k in ("street", "town", "township", "special_zone")) == 193
    assert counts["community"] + counts["village"] == 3495
    assert (counts["compound"], counts["grid"]) == (7102, 13800)


def test_every_area_hangs_on_one_of_the_tier_above(city):
    areas = city.areas
    below = np.arange(1, len(areas))

    assert areas.parent[0] == -1
    assert (areas.parent[below] >= 0).all()
    assert (areas.parent[below] < below).all()
    above = {3: {2}, 2: {1}, 1: {0}, 0: {-1}}
    for tier, children in above.items():
        hanging = below[areas.tier[areas.parent[below]] == tier]
        assert set(areas.tier[hanging].tolist()) == children


def test_codes_are_not_repeated(city):
    assert len(np.unique(city.areas.code)) == len(city.areas)


def test_people_sum_to_the_same_at_every_tier(city):
    people = city.people_by_area()
    blocks = city.frame.blocks
    everybody = len(city.residents.person_born)

    assert everybody == round(city.frame.plan.people * SCALE) == city.quotas.people
    for block in ("city", "district", "street", "community", "grid"):
        assert people[blocks[block]].sum() == everybody
    home = city.residents.building_area[city.residents.household_building]
    in_villages = home < blocks["compound"].start
    outside = city.residents.household_size[in_villages].sum()
    assert people[blocks["compound"]].sum() + outside == everybody


def test_every_household_lives_in_a_building_of_its_community_and_in_a_grid_of_it(city):
    people, areas = city.residents, city.areas
    home = people.building_area[people.household_building]
    community = people.household_community
    in_compound = areas.kind[home] == "compound"

    assert (areas.parent[people.household_grid] == community).all()
    assert (areas.parent[home[in_compound]] == community[in_compound]).all()
    assert (home[~in_compound] == community[~in_compound]).all()
    assert (areas.kind[home[~in_compound]] == "village").all()


def test_the_shares_of_a_compound_in_grids_sum_to_one_and_hold_its_households(city):
    links, blocks = city.links, city.frame.blocks
    n = len(city.areas)
    shares = np.bincount(links.compound, weights=links.share, minlength=n)
    linked = set(zip(links.compound.tolist(), links.grid.tolist(), strict=True))
    people = city.residents
    home = people.building_area[people.household_building]
    here = home >= blocks["compound"].start

    np.testing.assert_allclose(shares[blocks["compound"]], 1.0)
    assert (links.share > 0).all()
    assert (city.areas.parent[links.compound] == city.areas.parent[links.grid]).all()
    assert (
        set(zip(home[here].tolist(), people.household_grid[here].tolist(), strict=True)) <= linked
    )
    assert len(linked) > 7102  # some compounds lie in several grids


def test_every_community_and_compound_has_a_point_in_the_cell_of_its_street(city):
    areas, shapes, blocks = city.areas, city.frame.shapes, city.frame.blocks
    points = np.stack([areas.lon, areas.lat], axis=1)
    street = np.full(len(areas), -1)
    communities = city.frame.rows("community")
    street[communities] = areas.parent[communities]
    compounds = city.frame.rows("compound")
    street[compounds] = areas.parent[areas.parent[compounds]]

    for row in range(blocks["street"].start, blocks["street"].stop):
        assert are_inside(shapes[row], points[street == row]).all()


def test_the_mean_family_is_the_census_s(city):
    people = city.residents
    sizes = people.household_size[~people.household_collective]

    assert sizes.mean() == pytest.approx(fact("mean_family_household_size_2020"), abs=0.02)


def test_ages_and_sexes_are_near_the_census(city):
    age = ages(city)

    assert (age < 15).mean() == pytest.approx(fact("age_0_14_pct") / 100, abs=0.002)
    assert ((age >= 15) & (age < 60)).mean() == pytest.approx(
        fact("age_15_59_pct") / 100, abs=0.002
    )
    assert (age >= 65).mean() == pytest.approx(fact("age_65_plus_pct") / 100, abs=0.002)
    male = fact("male_2020") / fact("population_2020")
    assert city.residents.person_male.mean() == pytest.approx(male, abs=0.001)
    floating = fact("floating_population") / fact("population_2020")
    assert city.residents.person_floating.mean() == pytest.approx(floating, abs=0.01)


def test_every_household_has_one_head_and_children_live_with_a_grown_up(city):
    people = city.residents
    age = ages(city)
    heads = np.bincount(people.person_household[people.person_role == HEAD])

    assert (heads == 1).all()
    assert (age[people.person_role == HEAD] >= 18).all()
    assert (age[people.person_role == CHILD] < 18).all()


def test_who_needs_something_is_who_can_need_it(city):
    people = city.residents
    age, needs = ages(city), people.person_needs
    alone = people.household_size[people.person_household] == 1

    for need in Need:
        assert ((needs & np.uint8(need)) > 0).any()
    assert (((needs & Need.LONE_ELDER) > 0) == (alone & (age >= 65))).all()
    assert (((needs & Need.INFANT) > 0) == (age < 1)).all()
    assert not people.person_male[(needs & Need.PREGNANT) > 0].any()


def test_names_are_made_of_our_tables_only(city):
    names, t = city.residents.names, name_table()
    rows = table("names.csv")
    surnames = {r["zh"] for r in rows if r["kind"] == "surname"}
    given = {r["zh"] for r in rows if r["kind"] != "surname"}
    written = in_chinese(names)[:5000].tolist()

    assert set(t.surname.tolist()) == surnames
    assert all(n[0] in surnames and 2 <= len(n) <= 3 for n in written)
    assert all(c in given for n in written for c in n[1:])


def test_a_name_is_read_as_it_is_written(city):
    names = city.residents.names
    reading = {r["zh"]: r["pinyin"].lower() for r in table("names.csv")}

    for written, searched, read in zip(
        in_chinese(names)[:300].tolist(),
        in_syllables(names)[:300].tolist(),
        in_pinyin(names)[:300].tolist(),
        strict=True,
    ):
        syllables = [reading[c] for c in written]
        assert searched.split() == syllables
        assert read.lower().replace("'", "").replace(" ", "") == "".join(syllables)


def test_phones_are_different_and_under_a_code_that_no_country_has(city):
    fittings = city.fittings
    phones = city.residents.person_phone
    phones = np.concatenate([phones[phones > 0], fittings.staff.phone])

    assert len(np.unique(phones)) == len(phones)
    assert all(str(p).startswith("999") and len(str(p)) == 14 for p in phones[::97])


def test_the_same_seed_makes_the_same_city_and_another_seed_another(wuhan):
    again = build_city(plan_named("wuhan"), scale=SCALE, seed=7, today=TODAY)
    other = build_city(plan_named("wuhan"), scale=SCALE, seed=8, today=TODAY)

    for column in ("person_born", "person_surname", "person_phone", "household_grid"):
        assert (getattr(again.residents, column) == getattr(wuhan.residents, column)).all()
    assert (again.areas.lon == wuhan.areas.lon).all()
    assert (other.areas.lon != wuhan.areas.lon).any()


def test_the_tree_is_whole_however_few_the_people():
    city = build_city(plan_named("wuhan"), scale=0.0001, seed=3)

    assert len(city.areas) == 1 + 13 + 193 + 3495 + 7102 + 13800
    assert len(city.residents.person_born) == 1233


def test_a_community_named_whole_has_all_its_people_in_a_small_city():
    code = "420102002003"
    small = build_city(plan_named("wuhan"), scale=0.002, seed=7, whole=[code])
    row = int(np.flatnonzero(small.areas.code == code)[0])
    people = small.people_by_area()
    share = small.frame.weight[row - small.frame.blocks["community"].start]

    expected = share / small.frame.weight.sum() * small.frame.plan.people
    assert people[row] == pytest.approx(expected, rel=0.05)
    assert people[0] == len(small.residents.person_born) == small.quotas.people


def test_a_scale_outside_its_range_and_an_unknown_plan_are_refused():
    with pytest.raises(BadInput, match="above 0 and up to 1; got 2"):
        build_city(plan_named("wuhan"), scale=2, seed=1)
    with pytest.raises(BadInput, match="Possible now: wuhan, fixture"):
        plan_named("atlantis")
    with pytest.raises(BadInput, match="no community 123"):
        build_city(plan_named("wuhan"), scale=0.001, seed=1, whole=["123"])


def test_vehicles_sites_and_posts_stand_in_the_published_numbers(wuhan):
    fittings, areas = wuhan.fittings, wuhan.areas
    vehicles, sites, posts = fittings.vehicles, fittings.sites, fittings.posts
    cars = np.bincount(vehicles.area[vehicles.kind == "car"], minlength=len(areas))

    assert set(cars[areas.kind == "community"].tolist()) == {2, 3}
    assert (vehicles.kind == "bus").sum() == 800
    assert len(np.unique(vehicles.plate)) == len(vehicles.plate)
    assert (sites.kind == "hospital").sum() == 66
    assert (sites.kind == "shelter_hospital").sum() == 14
    gates = np.bincount(sites.area[sites.kind == "gate"], minlength=len(areas))
    assert (gates[areas.kind == "compound"] == 1).all()
    first = np.bincount(posts.area[posts.first_responsible], minlength=len(areas))
    assert (first[areas.tier >= 0] == 1).all()
    assert (posts.deputy[posts.first_responsible] >= 0).all()
    workers = np.bincount(posts.area[posts.role == "grid_worker"], minlength=len(areas))
    assert (workers[areas.kind == "grid"] == 1).all()
    assert fittings.staff.college.mean() == pytest.approx(0.505, abs=0.001)


def test_household_shapes_and_ages_sum_and_have_the_published_mean():
    shape = family_shape(2.47)

    assert shape.sum() == pytest.approx(1)
    assert shape @ np.arange(1, 11) == pytest.approx(2.47)
    assert age_shares().sum() == pytest.approx(1)


def test_shares_are_whole_numbers_that_sum():
    assert apportion(10, [1, 1, 1]).tolist() == [4, 3, 3]
    assert apportion(7, [0, 10], least=1).tolist() == [1, 6]
    assert apportion(1, [1, 1], least=1).sum() == 1


def test_the_census_figures_add_up():
    districts = [r for r in table("wuhan/facts.csv") if r["key"].startswith("population_2020.")]

    assert sum(int(r["value"]) for r in districts) == fact("population_2020")
    assert fact("male_2020") + fact("female_2020") == fact("population_2020")
    assert all(r["as_of"] and r["source"] for r in table("wuhan/facts.csv"))


def test_making_a_city_up_needs_no_framework():
    asked = "import sys, linli.demo.city, linli.demo.requests; print('django' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
