"""Is each figure what its own records add up to, and does none come from anywhere else (S98)?"""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from linli.analysis.evaluation.formulas import shipped_formulas
from linli.analysis.evaluation.framework import shipped
from linli.loops.advance import Opening, open_item
from linli.loops.catalogue import get
from linli.loops.counted import items
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.imports.staging import Upload
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.plans import PlanRun, PlanVersion, add_version
from linli.studies.evaluation import spelling
from linli.studies.evaluation.counting import Figure, Why, by_area, counted
from linli.studies.evaluation.records import RECORDS, rows_of, vocabulary
from tests.bedside import Bedside
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
COMMUNITY = shipped("community")
FORMULAS = shipped_formulas(COMMUNITY, vocabulary())
DAY = 24 * HOUR
SAID: dict[str, Any] = {"source": "made up", "as_of": date(2020, 1, 1)}


def figure(city: City, area: str, indicator: str) -> Figure:
    place = city.areas[area]
    one = {indicator: FORMULAS[indicator]}
    return counted([place], one, now=EVENING, exercise=False)[place.id][indicator]


def body(city: City, kind: str, area: str) -> Organisation:
    place = city.areas[area]
    return Organisation.objects.create(
        kind=kind, name_zh=kind, area=place, path=place.path, valid_from=date(2019, 1, 1)
    )


def household(city: City, code: str, area: str, home: str) -> Household:
    place = city.areas[area]
    return Household.objects.create(
        code=code, area=place, path=place.path, home=city.areas[home], door=code,
        changed_at=EVENING, **SAID,
    )  # fmt: skip


def person(city: City, code: str, area: str = "oak1") -> Person:
    place = city.areas[area]
    return Person.objects.create(
        code=code, name=code, area=place, path=place.path, changed_at=EVENING, **SAID
    )


def a_run(version: PlanVersion, area: Area, n_gaps: int, n_mended: int, at: int) -> None:
    PlanRun.objects.create(
        uid=uuid4(), version=version, kind="exercise", area=area, path=area.path, reason="x",
        started_by=1, started_name="x", started_as="street_duty", started_at=at, ends_at=at + HOUR,
        ended_at=at + HOUR, looked_at=at, exercise=True, n_gaps=n_gaps, n_gaps_mended=n_mended,
    )  # fmt: skip


def test_plans_count_half_for_being_current_and_half_for_leaving_no_gap(city: City):
    PlanVersion.objects.all().delete()
    old = add_version("a", "a", by=None, now=EVENING - 400 * DAY)
    tried = add_version("b", "b", by=None, now=EVENING - 400 * DAY)
    assert figure(city, "oak", "D1.4.1").why is Why.NONE_RECORDED  # shipped, and never touched
    add_version("c", "c", by=1, name="Gil", now=EVENING - 10 * DAY)
    a_run(tried, city.areas["elm"], 4, 4, EVENING - 20 * DAY)
    a_run(old, city.areas["elm"], 4, 4, EVENING - 380 * DAY)

    found = figure(city, "oak", "D1.4.1")

    # row by row: current are b (tried) and c (signed); complete are a and b: 4 halves of 3 plans
    assert (found.value, found.count, found.per) == (pytest.approx(50 * 4 / 3), 4, 3)
    a_run(tried, city.areas["elm"], 4, 3, EVENING - 2 * DAY)  # the newest one left a gap
    assert figure(city, "oak", "D1.4.1") == Figure(50, 3, 3)


def test_what_a_party_organisation_owns_is_counted_of_what_names_an_owner(city: City):
    assert figure(city, "oak", "D1.1.2").why is Why.NONE_RECORDED
    asked = [
        open_item(get("request"), Opening(city.areas["oak1"].id, "normal", {"description": "Drums"},
                                          kind="noise"), city.scene("ann")).item_id
        for _ in range(3)
    ]  # fmt: skip
    party, office = body(city, "party", "oak"), body(city, "office", "w")
    items(exercise=False).filter(id=asked[0]).update(organisation_id=party.id)
    items(exercise=False).filter(id=asked[1]).update(organisation_id=office.id)

    assert figure(city, "oak", "D1.1.2") == Figure(50, 1, 2)  # the third names nobody


def test_cadres_sent_from_elsewhere_are_told_apart_by_their_organisation(city: City):
    assert figure(city, "oak", "D1.2.5").why is Why.NONE_RECORDED
    bureau, here = body(city, "bureau", "w"), body(city, "office", "oak")
    Account.objects.filter(username="bo").update(organisation_id=bureau.id)
    Account.objects.filter(username="sam").update(organisation_id=here.id)

    assert figure(city, "oak", "D1.2.5").value == 1
    assert figure(city, "elm", "D1.2.5").value == 0.5  # one of two communities has one


def test_workers_who_fell_ill_are_counted_of_those_whose_account_is_linked(city: City):
    assert figure(city, "oak", "D1.4.4").why is Why.NONE_RECORDED
    ill, well = person(city, "P1"), person(city, "P2")
    for name, one in (("bo", ill), ("cy", well)):
        Account.objects.filter(username=name).update(person_id=one.id)
    opening = Opening(
        city.areas["oak1"].id, "confirmed", {"person_id": ill.id, "source": "desk"},
        kind="covid19", subject_kind="person", subject_id=ill.id,
    )  # fmt: skip
    open_item(get("case"), opening, Scene(SYSTEM, EVENING - DAY))

    assert figure(city, "oak", "D1.4.4") == Figure(50, 1, 2)  # Sam and Cleo are not linked


def test_dwellings_without_kitchen_or_toilet_are_those_of_the_marked_buildings(city: City):
    household(city, "H1", "oak1", "house1")
    household(city, "H2", "oak1", "court")
    assert figure(city, "oak", "D2.1.4").why is Why.NONE_RECORDED
    house = city.areas["house1"]
    Fact.objects.create(area=house, path=house.path, key="no_toilet", value=1, unit="flag", **SAID)

    assert figure(city, "oak", "D2.1.4") == Figure(50, 1, 2)


def test_escorts_are_counted_against_who_rode_and_incidents_against_who_set_out(city: City):
    bedside = Bedside(city)
    ward = bedside.ward(n_beds=4)
    transfers = [bedside.held(ward), bedside.held(ward)]
    for one in transfers:
        bedside.make_ready(one)
    bedside.departed(*transfers)
    open_item(
        get("incident"),
        Opening(city.areas["elm"].id, "near", {"fault": "late", "facts": "An hour late",
                                               "transfer_ids": transfers[:1]}),
        city.scene("dee"),
    )  # fmt: skip

    assert figure(city, "elm", "D2.2.4") == Figure(100, 2, 2)  # two escorts for two people
    assert figure(city, "oak", "D2.2.4").why is Why.HIGHER_TIER
    assert figure(city, "east", "D3.2.5") == Figure(50, 1, 2)


def test_a_bureau_shares_when_one_of_its_accounts_sends_a_list_in(city: City):
    bureau = body(city, "bureau", "east")
    body(city, "office", "east")
    Account.objects.filter(username="ida").update(organisation_id=bureau.id)
    sent = {"kind": "people", "name": "x", "encoding": "utf-8", "header": [], "fingerprint": "",
            "sha256": "", "account_id": city.accounts["ida"].id}  # fmt: skip
    Upload.objects.create(at=EVENING - 91 * DAY, n_rows=9, **sent)
    Upload.objects.create(at=EVENING - DAY, n_rows=None, **sent)
    before = figure(city, "east", "D2.3.3")
    Upload.objects.create(at=EVENING - DAY, n_rows=9, **sent)

    assert before == Figure(0, 0, 2)  # too long ago, and never read to its end
    assert figure(city, "east", "D2.3.3") == Figure(50, 1, 2)


def test_social_organisations_are_counted_for_ten_thousand_residents(city: City):
    body(city, "charity", "oak")
    person(city, "P1")
    person(city, "P2")

    assert figure(city, "oak", "D4.1.3") == Figure(5000, 1, 2)


def test_every_term_of_every_indicator_counts_the_rows_that_it_opens(city: City):
    """What a page shows is what its rows add up to: counted here one by one, and there at once."""
    bedside = Bedside(city)
    bedside.departed(bedside.make_ready(bedside.held(bedside.ward(n_beds=4))))
    household(city, "H1", "oak1", "house1")
    person(city, "P1")
    for kind in ("party", "charity", "property", "committee", "bureau"):
        body(city, kind, "court")
    oak, elm = city.areas["oak"], city.areas["elm"]
    terms = {term for f in FORMULAS.values() for term in (*f.count, *f.per) if not term.measure}

    nothing = 0
    for term in terms:
        column = RECORDS[term.records].path
        rows = rows_of(term, now=EVENING, exercise=False)
        paths = [] if column is None else [str(p) for p in rows.values_list(column, flat=True)]
        told = by_area(term, [oak, elm], now=EVENING, exercise=False)
        for area in (oak, elm):
            inside = [p for p in paths if p.startswith(area.path)]
            above = [p for p in paths if term.above and area.path.startswith(p) and p != area.path]
            by_hand = rows.count() if column is None else len(inside) + len(above)
            assert told[area.path] == by_hand, term
            nothing += by_hand == 0

    assert nothing < 2 * len(terms)  # not all of them are about nothing


def test_what_no_record_moves_no_indicator_moves(city: City):
    """Each value is times count over per, or a dated figure: nothing is typed in."""
    household(city, "H1", "oak1", "house1")
    oak = city.areas["oak"]

    found = counted([oak], FORMULAS, now=EVENING, exercise=False)[oak.id]

    assert set(found) == {node.id for node in COMMUNITY.indicators}
    for name, one in found.items():
        formula = FORMULAS[name]
        if one.value is None:
            assert one.why is not None
        elif formula.per:
            assert one.value == pytest.approx(formula.times * one.count / one.per)
        else:
            assert formula.fact or one.value == formula.times * one.count


def test_most_indicators_are_counted_and_each_other_one_names_what_it_awaits():
    collected = [name for name, formula in FORMULAS.items() if formula.collected]
    waiting = {name: formula for name, formula in FORMULAS.items() if not formula.collected}

    assert len(collected) >= 41
    assert all(formula.awaits and formula.awaits_zh for formula in waiting.values())


def test_every_filter_moment_and_sum_that_a_formula_may_name_has_a_word():
    for name, known in vocabulary().items():
        assert set(known.filters) <= set(spelling.FILTERS), name
        assert set(known.moments) <= set(spelling.MOMENTS), name
        assert set(known.measures) <= set(spelling.MEASURES), name


def test_a_term_is_said_in_words_and_not_in_codes():
    term = FORMULAS["D3.2.5"].per[0]

    assert spelling.spelled(term, str) == (
        "items; of the loop: transfer; stage: on the way / at the door of the ward / admitted; "
        "opened in the last 30 days"
    )
