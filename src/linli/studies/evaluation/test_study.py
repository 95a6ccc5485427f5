"""Do formulas count what a reader can count by hand, and does nothing unknown read as zero?"""

from dataclasses import replace
from datetime import date

import pytest

from linli import clock
from linli.analysis.evaluation.formulas import WrongFormula, read_formulas, shipped_formulas
from linli.analysis.evaluation.framework import shipped
from linli.errors import BadInput, NotAllowed, NotFound
from linli.loops.counted import items
from linli.registry import roster
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.qualifications import Qualification
from linli.registry.vehicles import Vehicle
from linli.studies.evaluation import judgements, snapshots, study
from linli.studies.evaluation.counting import Figure, Why, counted
from linli.studies.evaluation.judgements import Judged
from linli.studies.evaluation.records import vocabulary
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db

COMMUNITY = shipped("community")
DAY = 24 * HOUR


def formulas():
    return shipped_formulas(COMMUNITY, vocabulary())


def figure(city: City, area: str, indicator: str, *, at: int = EVENING) -> Figure:
    place = city.areas[area]
    one = {indicator: formulas()[indicator]}
    return counted([place], one, now=at, exercise=False)[place.id][indicator]


def households(city: City, area: str, n: int, *, as_of: date = date(2020, 1, 1)) -> None:
    place = city.areas[area]
    for k in range(n):
        Household.objects.create(
            code=f"{area}-{k}", area=place, path=place.path, home=city.areas["house1"],
            door=str(k), source="made up", as_of=as_of, changed_at=EVENING,
        )  # fmt: skip


def request(city: City, area: str, n: int, **columns) -> None:
    from linli.loops.requests.file import file_request
    from linli.loops.requests.forms import Channel
    from linli.policy.can import VISITOR

    for _ in range(n):
        filed = file_request(
            VISITOR, now=EVENING - DAY, kind="noise", area_id=city.areas[area].id,
            data={"description": "Drums at night"}, channel=Channel.PAGE,
        )  # fmt: skip
        items(exercise=False).filter(id=filed.item_id).update(**columns)


def test_every_indicator_has_a_formula_or_says_what_it_awaits():
    told = formulas()

    assert set(told) == {node.id for node in COMMUNITY.indicators}
    assert all(f.collected or (f.awaits and f.awaits_zh) for f in told.values())
    assert sum(f.collected for f in told.values()) >= 40


def test_households_are_divided_by_the_workers_who_hold_a_post(city: City):
    households(city, "oak1", 8)

    found = figure(city, "oak", "D1.2.1")

    assert (found.count, found.per, found.value) == (8, 4, 2)  # Cy, Cleo's seat, Bo, Sam


def test_an_empty_register_is_not_collected_and_never_zero(city: City):
    assert figure(city, "oak", "D2.2.3") == Figure(why=Why.NONE_RECORDED)

    place = city.areas["ash"]
    Vehicle.objects.create(
        kind="car", plate="A1", n_seats=4, area=place, path=place.path, source="t",
        as_of=date(2020, 1, 1),
    )  # fmt: skip

    assert figure(city, "oak", "D2.2.3").value == 0  # somebody keeps the list, and it holds none
    assert figure(city, "w", "D2.2.3").value == pytest.approx(1 / 3)


def test_nothing_to_divide_by_is_a_gap_with_its_reason(city: City):
    assert figure(city, "oak", "D3.1.3").why is Why.NOTHING_TO_DIVIDE


def test_a_loop_that_is_not_here_is_told(city: City):
    text = '["D1.1.2"]\ncount = { records = "items", loop = "banquet" }\n'
    one = read_formulas(_all_with(text, "D1.1.2"), COMMUNITY, vocabulary())["D1.1.2"]
    place = city.areas["oak"]

    found = counted([place], {"D1.1.2": one}, now=EVENING, exercise=False)

    assert found[place.id]["D1.1.2"] == Figure(why=Why.NO_LOOP)


def test_requests_count_by_what_became_of_them(city: City):
    request(city, "oak1", 3, state="closed", stage="closed", solved=True, satisfied=5,
            solved_tier=0, replied_at=EVENING, in_time=True)  # fmt: skip
    request(city, "oak1", 1, state="closed", stage="closed", solved=False, satisfied=2,
            solved_tier=1, replied_at=EVENING, in_time=False)  # fmt: skip
    request(city, "oak1", 1, state="closed", stage="withdrawn", outcome="withdrawn")
    request(city, "oak1", 1, missed=True)

    assert figure(city, "oak", "D3.1.1").value == 80  # 4 of 5: one was withdrawn
    assert figure(city, "oak", "D3.1.2").value == 60  # 3 in time, 1 late, 1 missed
    assert figure(city, "oak", "D3.1.3").value == 75
    assert figure(city, "oak", "D3.1.4").value == 75


def test_a_window_ends_now_and_what_came_before_is_not_counted(city: City):
    request(city, "oak1", 2, state="closed", stage="closed", solved=True)
    first = items(exercise=False).earliest("id")
    items(exercise=False).filter(id=first.id).update(opened_at=EVENING - 91 * DAY)

    assert figure(city, "oak", "D3.1.1").per == 1


def test_the_chain_counts_the_units_above(city: City):
    assert figure(city, "oak", "D1.1.4").value == 100  # Sam, Dee, Fay and Gil
    assert figure(city, "pine", "D1.1.4").value == 75  # nobody in Pine


def test_who_moved_to_another_post_has_not_left(city: City):
    before = figure(city, "oak", "D1.2.2")
    seat = roster.Assignment.objects.get(account=city.accounts["bo"])
    roster.relieve(seat, at=clock.moment(EVENING - DAY))
    left = figure(city, "oak", "D1.2.2")
    post = roster.Post.objects.create(
        role="grid_worker", area=city.areas["oak2"], path=city.areas["oak2"].path
    )
    roster.appoint(post, city.accounts["bo"], starts_at=clock.moment(EVENING - HOUR))
    moved = figure(city, "oak", "D1.2.2")

    assert (before.count, left.count, moved.count) == (0, 1, 0)
    assert left.value == 25


def test_both_percentages_of_qualifications_come_from_records(city: City):
    assert figure(city, "oak", "D1.2.3").why is Why.NONE_RECORDED
    oak = city.areas["oak"]
    for name, kind in (("bo", "college_degree"), ("sam", "college_degree"), ("sam", "social_work")):
        Qualification.objects.create(
            account=city.accounts[name], area=oak, path=oak.path, kind=kind, name=kind,
            evidence="no. 1", gained_on=date(2015, 6, 30),
        )  # fmt: skip

    assert figure(city, "oak", "D1.2.3").value == 50
    assert figure(city, "oak", "D1.2.4").value == 25


def test_a_figure_that_is_entered_holds_for_its_own_area_only(city: City):
    Fact.objects.create(
        area=city.areas["oak"], path=city.areas["oak"].path, key="lifeline_continuity_percent",
        value=99.5, unit="%", as_of=date(2020, 2, 1), source="utility",
    )  # fmt: skip

    assert figure(city, "oak", "D2.2.1").value == 99.5
    assert figure(city, "elm", "D2.2.1") == Figure(why=Why.NO_FACT)


def test_all_units_at_once_give_what_each_gives_alone(city: City):
    households(city, "oak1", 3)
    request(city, "oak1", 2, solved=True)
    places = [city.areas[name] for name in ("oak", "pine", "elm", "ash")]

    together = counted(places, formulas(), now=EVENING, exercise=False)

    for place in places:
        alone = counted([place], formulas(), now=EVENING, exercise=False)
        assert alone[place.id] == together[place.id]


def test_who_has_no_business_there_is_refused(city: City):
    basis = study.basis_of(now=EVENING, exercise=False, path=city.areas["oak"].path)

    for name in ("eve", "cy", "kim", "lou", "hal"):
        with pytest.raises(NotAllowed):
            study.study(city.actor(name), city.areas["oak"], basis=basis)


def test_a_secretary_sees_no_neighbours_and_a_street_sees_its_communities(city: City):
    basis = study.basis_of(now=EVENING, exercise=False, path=city.areas["oak"].path)

    own = study.study(city.actor("sam"), city.areas["oak"], basis=basis)
    street = study.study(city.actor("dee"), city.areas["elm"], basis=basis)

    assert [a.id for a in own.units] == [city.areas["oak"].id]
    assert {a.id for a in street.below} == {city.areas["oak"].id, city.areas["pine"].id}


def test_an_experts_word_fills_a_gap_and_never_a_count(city: City):
    oak, jo = city.areas["oak"], city.actor("jo")
    households(city, "oak1", 8)
    said = Judged("D1.4.1", 80.0, "Prof. Li", date(2020, 2, 1), "Read the plan.")
    judgements.judge(jo, oak, said, framework=COMMUNITY, now=EVENING - HOUR)
    judgements.judge(jo, oak, replace(said, indicator="D1.2.1", value=300.0),
                     framework=COMMUNITY, now=EVENING - HOUR)  # fmt: skip
    basis = study.basis_of(now=EVENING, exercise=False, path=oak.path)

    told = study.study(city.actor("sam"), oak, basis=basis, phase="peacetime")

    at = told.result.table.columns.index
    assert told.is_judged("D1.4.1")
    assert told.result.filled[0, at("D1.4.1")] == 80
    assert not told.is_judged("D1.2.1")
    assert told.result.filled[0, at("D1.2.1")] == 2


def test_a_judgement_needs_a_name_a_reason_a_day_and_a_value_on_the_scale(city: City):
    oak, jo = city.areas["oak"], city.actor("jo")
    said = Judged("D1.4.1", 80.0, "Prof. Li", date(2020, 2, 1), "Read the plan.")
    wrong = (
        replace(said, expert=" "), replace(said, reason=""), replace(said, value=101.0),
        replace(said, judged_on=date(2020, 2, 11)), replace(said, value=float("nan")),
    )  # fmt: skip

    for one in wrong:
        with pytest.raises(BadInput):
            judgements.judge(jo, oak, one, framework=COMMUNITY, now=EVENING)
    with pytest.raises(NotFound):
        judgements.judge(jo, oak, replace(said, indicator="X"), framework=COMMUNITY, now=EVENING)
    with pytest.raises(NotAllowed):
        judgements.judge(city.actor("sam"), oak, said, framework=COMMUNITY, now=EVENING)


def test_a_judgement_taken_back_is_heard_no_more(city: City):
    oak, jo = city.areas["oak"], city.actor("jo")
    said = Judged("D1.4.1", 80.0, "Prof. Li", date(2020, 2, 1), "Read the plan.")
    made = judgements.judge(jo, oak, said, framework=COMMUNITY, now=EVENING - 2 * HOUR)
    judgements.withdraw(jo, made.id, now=EVENING - HOUR)

    assert judgements.heard([oak], COMMUNITY, now=EVENING, exercise=False) == {}
    assert judgements.heard([oak], COMMUNITY, now=EVENING - 90 * 60, exercise=False)


def test_a_snapshot_stays_and_the_change_since_is_told_by_what_moved(city: City):
    households(city, "oak1", 1200)
    w, oak = city.areas["w"], city.areas["oak"]
    snapshots.take(city.actor("gil"), w, framework=COMMUNITY, formulas=formulas(),
                   now=EVENING - 10 * DAY)  # fmt: skip
    Household.objects.filter(area=city.areas["oak1"]).order_by("-id")[:1].get().delete()
    Household.objects.filter(code__in=[f"oak1-{k}" for k in range(240)]).delete()
    basis = study.basis_of(now=EVENING, exercise=False, path=oak.path)
    then = study.basis_of(now=EVENING, exercise=False, path=oak.path, as_of=EVENING - 5 * DAY)

    now = study.study(city.actor("sam"), oak, basis=basis)
    old = study.study(city.actor("sam"), oak, basis=then)

    assert old.own["D1.2.1"].value == 300
    assert now.own["D1.2.1"].value == pytest.approx(959 / 4)
    assert now.since.change.after > now.since.change.before
    moved = now.since.change.by_indicator
    assert max(moved, key=moved.get) == "D1.2.1"
    assert sum(moved.values()) == pytest.approx(now.since.change.after - now.since.change.before)


def test_what_is_counted_otherwise_now_is_not_compared(city: City):
    households(city, "oak1", 3)
    w, oak = city.areas["w"], city.areas["oak"]
    other = {**formulas(), "D1.2.1": replace(formulas()["D1.2.1"], times=2.0)}
    snapshots.keep(w, COMMUNITY, other, now=EVENING - DAY, by=None, exercise=False)
    basis = study.basis_of(now=EVENING, exercise=False, path=oak.path)

    told = study.study(city.actor("sam"), oak, basis=basis)

    assert told.since.not_compared == ("D1.2.1",)


def test_outcomes_alone_are_no_score_of_capacity(city: City):
    oak = city.areas["oak"]
    only = {oak.id: {"O.1.2": Figure(100.0, 1, 1)}}

    assert study.scored(COMMUNITY, [oak], only, {}, study.default_recipe(COMMUNITY)) is None


def test_the_share_collected_counts_the_phase_and_not_the_whole_framework(city: City):
    households(city, "oak1", 8)
    basis = study.basis_of(now=EVENING, exercise=False, path=city.areas["oak"].path)

    told = study.study(city.actor("sam"), city.areas["oak"], basis=basis, phase="peacetime")

    of = sum(one.of for one in told.collected())
    assert of == len([n for n in COMMUNITY.indicators if "peacetime" in n.phases])
    assert 0 < told.share_collected < 1


def _all_with(text: str, indicator: str) -> str:
    """The shipped file with one formula replaced."""
    from importlib.resources import files

    shipped_text = files("linli.analysis.evaluation").joinpath("frameworks/community.toml")
    blocks = shipped_text.read_text("utf-8").split('\n["')
    kept = [block for block in blocks if not block.startswith(f'{indicator}"]')]
    return '\n["'.join(kept) + "\n" + text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('["D1.1.2"]\ncount = { records = "unicorns" }\n', "no records unicorns"),
        ('["D1.1.2"]\ncount = { records = "items", colour = "red" }\n', "colour is not known"),
        ('["D1.1.2"]\ncount = { records = "items", solved = "yes" }\n', "it takes bool"),
        ('["D1.1.2"]\ncount = { records = "items", when = "opened" }\n', "go together"),
        ('["D1.1.2"]\ncount = { records = "items", when = "opened", days = 0 }\n', "whole days"),
        ('["D1.1.2"]\ncount = { records = "items", sum = "gold" }\n', "have no gold"),
        ('["D1.1.2"]\ntimes = 2\n', "one of count, fact and awaits"),
        ('["D1.1.2"]\ncount = { records = "items" }\ntimes = "x"\n', "no number"),
        ('["D1.1.2"]\ncount = 3\n', "is a table such as"),
        ('["D1.1.2"]\ncount = { records = "items" }\nfrom_tier = "moon"\n', "from_tier is moon"),
        ('["D9"]\nawaits = "x"\n["D1.1.2"]\nawaits = "x"\n', "no such indicator"),
    ],
)
def test_a_wrong_formula_is_refused_with_its_line_and_the_reason(text: str, says: str):
    whole = _all_with(text, "D1.1.2")

    with pytest.raises(WrongFormula, match=says) as refused:
        read_formulas(whole, COMMUNITY, vocabulary())

    line = refused.value.values["line"]
    assert whole.splitlines()[line - 1] in text


def test_a_file_that_is_no_toml_or_lacks_an_indicator_is_refused():
    with pytest.raises(WrongFormula, match="no TOML"):
        read_formulas("[[", COMMUNITY, vocabulary())
    with pytest.raises(WrongFormula, match="has no formula"):
        read_formulas("", COMMUNITY, vocabulary())
