"""A plan is read whole: each shipped one is sound, and everything wrong with another is told."""

import pytest

from linli.errors import BadInput, Conflict, NotAllowed, NotFound
from linli.plans import shelf
from linli.plans.plan import HOUR_S, Whereabouts
from linli.plans.reading import BadPlan, read
from linli.registry.plans import PlanVersion
from tests.cast import EVENING, City
from tests.plans.prepared import PLAN, signed


@pytest.mark.parametrize("code", sorted(shelf.shipped()))
def test_a_shipped_plan_is_sound_and_its_file_bears_its_code(code: str) -> None:
    plan = read(shelf.shipped()[code])

    assert plan.code == code
    assert plan.steps
    assert plan.roles
    assert plan.stock


def test_there_is_a_plan_for_each_thing_a_city_had_to_do() -> None:
    assert set(shelf.shipped()) == {
        "call-special-care", "close-and-supply", "mass-screening", "one-night-transfer",
        "open-shelter", "reopen-by-ladder",
    }  # fmt: skip


def test_what_a_plan_says_is_read_as_written() -> None:
    plan = read(PLAN)

    guards = plan.step("guards")
    assert guards is not None
    assert (guards.at_s, guards.within_s) == (HOUR_S, 12 * HOUR_S)
    assert (guards.each.sort, guards.each.kind) == (Whereabouts.UNIT, "compound")
    assert plan.stock[0].of_one == 5  # half a box a day for ten days
    assert plan.trigger.at_least == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('loop = "substitute"', 'loop = "lift"', "There is no loop lift"),
        ('loop = "substitute"', 'loop = "request"', "cannot open a request"),
        ('class = "guard"', 'class = "dog"', "dog is not known; choose one of: guard"),
        ('each = "compound"', 'each = "village-green"', "village-green is not known"),
        ('each = "compound"', 'each = "site:moon"', "moon is not known"),
        ('estate = "{place}"', "estate = 7", "estate has to be a text"),
        ('estate = "{place}"', 'estate = "x"\nwhere = "y"', "where is not asked here"),
        ('estate = "{place}"', 'estate = "{moon}"', "{moon} means nothing here"),
        ("tiers = [0]", "tiers = [9]", "at most 2"),
        ('after = ["guards"]', 'after = ["nobody"]', "There is no step nobody"),
        ('after = ["guards"]', 'after = ["later"]', "in a circle: later"),
        ('at = "1h"', 'at = "soon"', "soon is no length of time"),
        ('at = "1h"', 'at = "11d"', "guards begin only after the plan's 10 days"),
        ('at = "1h"', 'done_at = ["fixed"]', "fixed is not known; choose one of: lacking"),
        ('role = "secretary"', 'role = "king"', "king is not known"),
        ('role = "secretary"', 'role = "resident"', "resident is not known"),
        ("count = 1\n\n[[role]]", "count = 0\n\n[[role]]", "0 will not do"),
        (
            "count = 1\n\n[[role]]",
            "count = 1\nper_1000 = 2\n\n[[role]]",
            "one of count and per_1000",
        ),
        ("per_1000 = 500", "per_1000 = -1", "-1 will not do; give a number above 0"),
        ("a_day = 0.5", "a_day = nan", "nan will not do"),
        ("a_day = 0.5", "a_day = 0.5\nquantity = 1", "one of quantity (once) and a_day"),
        ('unit = "box"', 'unit = ""', "It takes a text of 1 to 24 letters"),
        ('per = "person"', 'per = "cat"', "cat is not known"),
        ('severity = "mild"', 'severity = "dead"', "dead is not known"),
        ('kind = "bus"', 'kind = "boat"', "boat is not known"),
        ('sort = "beds"', 'sort = "tents"', "tents is not known"),
        ('mode = "emergency"', 'mode = "war"', "war is not known"),
        ("days = 10\n", "days = 0\n", "0 will not do; give a whole number from 1"),
        ('areas = ["community", "street", "district"]', "areas = []", "Name the kinds of area"),
        ('title = { zh = "小预案", en = "A small plan" }', 'title = "x"', "both languages"),
        ('code = "small"', 'code = "Small One"', "Small One is no code"),
        ('records = "items"', 'records = "cats"', "there are no records cats"),
        ("at_least = 1", "at_least = 0", "give a number above 0"),
        ("days = 10\n", "days = 10\nweather = 1\n", "weather"),
        ("[[step]]", "[[", "It is no TOML"),
    ],
)
def test_a_plan_that_is_not_sound_is_refused_with_the_place_and_the_reason(
    old: str, new: str, told: str
) -> None:
    assert old in PLAN

    with pytest.raises(BadPlan) as met:
        read(PLAN.replace(old, new, 1))

    assert told in met.value.tell()


def test_everything_wrong_is_told_at_once() -> None:
    text = PLAN.replace('loop = "substitute"', 'loop = "lift"').replace("count = 5", "count = -5")

    with pytest.raises(BadPlan) as met:
        read(text)

    assert "There is no loop lift" in met.value.tell()
    assert "-5 will not do" in met.value.tell()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("days = 0x" + "f" * 5000, "days: inf will not do"),
        ("days = " + "9" * 5000, "It is no TOML"),
        ("a" + ".a" * 60_000 + " = 1", "It is no TOML: A name has more than 16 parts"),
        ("x" * 5000 + " = 1", "x: This word is not known"),
    ],
    ids=["of another base", "digits", "dots", "a word"],
)
def test_a_monstrous_plan_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(BadPlan) as refused:
        read(text)

    assert told in refused.value.tell()


def test_of_very_many_faults_some_are_told_and_the_rest_counted() -> None:
    with pytest.raises(BadPlan) as refused:
        read("step = [" + "{}," * 60 + "]\nareas = [" + "{}," * 50_000 + "]")

    told = refused.value.tell()
    assert len(told) < 100_000
    assert " more are not told." in told


def test_two_steps_of_one_name_and_steps_without_end_are_refused() -> None:
    twice = PLAN.replace('name = "guards"', 'name = "order"')
    with pytest.raises(BadPlan, match="two steps of this name"):
        read(twice)

    with pytest.raises(BadPlan, match="characters"):
        read("#" * 200_001)


@pytest.mark.db
def test_a_version_is_signed_over_another_and_both_stay(city: City) -> None:
    first = signed(city)
    second = signed(city, PLAN.replace("quantity = 2", "quantity = 3"), "Three tents.")

    assert (first.version, second.version) == (1, 2)
    gil = city.actor("gil")
    assert [v.version for v in shelf.versions(gil, "small")] == [2, 1]
    assert shelf.get(gil, "small").version.id == second.id
    assert shelf.get(gil, "small", 1).version.text == PLAN
    changed = shelf.differences(first, second)
    assert [line for line in changed if line[0] != " "] == [
        ("-", "quantity = 2"), ("+", "quantity = 3"),
    ]  # fmt: skip


@pytest.mark.db
def test_only_who_reaches_the_whole_city_signs_and_not_in_silence(city: City) -> None:
    for name in ("fay", "dee", "sam", "eve", "ann"):
        with pytest.raises(NotAllowed):
            shelf.sign(city.actor(name), PLAN, note="Mine.", now=EVENING)
    with pytest.raises(BadInput):
        signed(city, note=" ")
    signed(city)
    with pytest.raises(Conflict, match="says the same already"):
        signed(city)
    with pytest.raises(NotFound):
        shelf.get(city.actor("gil"), "none")
    with pytest.raises(NotFound):
        shelf.get(city.actor("gil"), "small", 9)


@pytest.mark.db
def test_shipped_plans_are_kept_once_and_what_the_city_signed_stays(city: City) -> None:
    PlanVersion.objects.all().delete()
    assert shelf.ship_plans() == len(shelf.shipped())
    assert shelf.ship_plans() == 0

    ours = shelf.shipped()["open-shelter"].replace("days = 30", "days = 20")
    shelf.sign(city.actor("lou"), ours, note="Shorter.", now=EVENING)

    assert shelf.ship_plans() == 0
    kept = {k.version.code: k for k in shelf.listed(city.actor("sam"))}
    assert kept["open-shelter"].plan.days == 20
    assert kept["open-shelter"].version.signed_name == "Lou"


@pytest.mark.db
def test_a_kept_plan_whose_loop_is_gone_is_listed_with_what_is_wrong(city: City) -> None:
    made = signed(city)
    PlanVersion.objects.filter(id=made.id).update(text=PLAN.replace("substitute", "lift"))

    [kept] = [k for k in shelf.listed(city.actor("gil")) if k.version.code == "small"]

    assert kept.plan is None
    assert "There is no loop lift" in kept.problem.tell()
    with pytest.raises(BadPlan):
        shelf.sound(city.actor("gil"), "small")
