"""A ratio is whole only when its list is empty, and one missing arrival is one name."""

from collections.abc import Mapping
from typing import Any

import pytest

from linli.errors import NotAllowed, PurposeNeeded
from linli.loops import ratios
from linli.loops.advance import advance
from linli.loops.cases import intake
from linli.loops.cases.intake import CaseReport
from linli.loops.laboratory import results
from linli.loops.laboratory.results import NewResult
from linli.loops.laboratory.whose import Told
from linli.loops.ledger import Item
from linli.loops.ratios import Ratio
from linli.registry import merges
from tests.cast import EVENING, HOUR, City
from tests.journeys import outbreak

pytestmark = pytest.mark.db
SMALL = {"confirmed": 7, "suspected": 8, "contact": 25}
PLACES = (Ratio.TAKEN_IN, Ratio.TREATED, Ratio.APART)


def counted(city: City, who: str = "dee") -> dict[Ratio, tuple[int, int]]:
    """Each ratio as somebody sees it: how many have it, of how many."""
    return {one.ratio: (one.met, one.n) for one in ratios.board(city.actor(who)).ratios}


def missing(city: City, ratio: Ratio) -> list[str]:
    """The names on the list of a ratio, all pages."""
    names: list[str] = []
    after: int | None = 0
    while after is not None:
        page, after = ratios.unmet(city.actor("dee"), ratio, purpose="care", after=after, most=500)
        names += [one.person["name"] for one in page]
    return names


def replay(city: City, sizes: Mapping[str, int]) -> None:
    """Report all, let all arrive but one, then that one; the ratios and their lists agree."""
    beds, apart = sizes["confirmed"] + sizes["suspected"], sizes["contact"]
    outbreak.report(city, sizes)
    nobody = counted(city)
    assert nobody[Ratio.TAKEN_IN] == (0, beds)
    assert nobody[Ratio.APART] == (0, apart)
    ids = list(Item.objects.filter(loop="placement").order_by("id").values_list("id", flat=True))
    assert len(ids) == sum(sizes.values())

    outbreak.arrive(city, ids[:-1])

    board = {one.ratio: one for one in ratios.board(city.actor("dee")).ratios}
    assert (board[Ratio.APART].met, board[Ratio.APART].n) == (apart - 1, apart)
    assert board[Ratio.APART].percent != 100
    last = Item.objects.get(id=ids[-1])
    assert missing(city, Ratio.APART) == [f"人contact{apart - 1}"]
    assert ratios.unmet(city.actor("dee"), Ratio.APART, purpose="care")[0][0].item_id in {
        last.id, last.parent_id
    }  # fmt: skip

    outbreak.arrive(city, ids[-1:])

    whole = {one.ratio: one for one in ratios.board(city.actor("dee")).ratios}
    assert [whole[ratio].percent for ratio in PLACES] == [100, 100, 100]
    assert sum(whole[ratio].n for ratio in (Ratio.TAKEN_IN, Ratio.APART)) == sum(sizes.values())
    assert not any(missing(city, ratio) for ratio in PLACES)


def test_one_missing_arrival_shows_one_name(city: City) -> None:
    replay(city, SMALL)


@pytest.mark.slow
def test_of_wuhans_11816_people_the_one_who_has_not_arrived_is_named(city: City) -> None:
    replay(city, outbreak.WUHAN)


def test_a_share_that_is_not_whole_is_never_shown_as_a_hundred() -> None:
    assert ratios.Counted(Ratio.APART, 11_816, 11_815).percent == 99.9
    assert ratios.Counted(Ratio.APART, 11_816, 11_816).percent == 100
    assert ratios.Counted(Ratio.APART, 0, 0).percent is None


def test_whoever_needs_a_further_place_has_not_arrived(city: City) -> None:
    outbreak.report(city, {"suspected": 1})
    outbreak.arrive(city)
    case = Item.objects.get(loop="case")
    form = {"category": "confirmed", "evidence": ["pcr_positive"]}

    advance(case.id, "classify", city.scene("hal", EVENING + 7 * HOUR, "care"), data=form)

    assert counted(city)[Ratio.TAKEN_IN] == (0, 1)
    assert counted(city)[Ratio.TREATED] == (0, 1)


def test_a_severe_case_in_any_category_has_to_be_treated(city: City) -> None:
    outbreak.report(city, {"suspected": 2})
    case = Item.objects.filter(loop="case").first()
    assert case is not None
    form = {"category": "suspected", "evidence": ["imaging"], "severity": "severe"}

    advance(case.id, "classify", city.scene("hal", purpose="care"), data=form)

    assert counted(city)[Ratio.TREATED] == (0, 1)


@pytest.mark.parametrize(
    ("finding", "days_ago", "tested"),
    [("negative", 1, 1), ("positive", 1, 1), ("invalid", 1, 0), ("negative", 20, 0)],
)
def test_tested_is_whoever_has_a_usable_and_recent_result(
    city: City, finding: str, days_ago: int, tested: int
) -> None:
    outbreak.report(city, {"suspected": 1})
    told = Told(document="suspected-0", name="人suspected0")
    found = NewResult("pcr", "covid19", finding, EVENING - days_ago * 24 * HOUR, told)

    results.take_in(city.actor("lil"), [found], now=EVENING)

    assert counted(city)[Ratio.TESTED] == (tested, 1)


def test_a_case_that_died_waiting_is_told_and_not_dropped(city: City) -> None:
    outbreak.report(city, {"suspected": 2})
    first, second = Item.objects.filter(loop="case").order_by("id")
    place = Item.objects.get(loop="placement", parent_id=second.id)
    outbreak.arrive(city, [place.id])
    for case in (first, second):
        hal = city.scene("hal", EVENING + 7 * HOUR, "care")
        advance(case.id, "end", hal, data={"end": "died"})

    assert ratios.board(city.actor("dee")).n_died_waiting == 1


def test_the_days_between_are_told_with_how_many_are_known(city: City) -> None:
    outbreak.report(city, {"confirmed": 9, "contact": 3})  # onsets one to nine days ago
    outbreak.arrive(city, hours=12)

    days = {one.label: one.days for one in ratios.board(city.actor("dee")).delays}

    assert (days["onset to report"].median, days["onset to report"].n) == (5, 9)
    assert (days["report to arrival"].median, days["report to arrival"].n) == (0.5, 12)
    assert days["report to result"].n == 0
    assert days["onset to arrival"].median == 6


def test_another_area_has_none_of_it(city: City) -> None:
    outbreak.report(city, SMALL)

    assert set(counted(city, "eve").values()) == {(0, 0)}


@pytest.mark.parametrize("who", ["ann", "gus", "quin", "lil", "cy", "pat", "kim"])
def test_whoever_has_no_business_here_sees_no_ratio_and_no_name(city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        ratios.board(city.actor(who))
    with pytest.raises(NotAllowed):
        ratios.unmet(city.actor(who), Ratio.APART, purpose="care")


def test_counts_need_no_purpose_and_names_do(city: City) -> None:
    outbreak.report(city, SMALL)
    analyst: Any = city.actor("jo")

    assert ratios.board(analyst).ratios
    with pytest.raises(NotAllowed):
        ratios.unmet(analyst, Ratio.APART, purpose="care")
    with pytest.raises(PurposeNeeded):
        ratios.unmet(city.actor("dee"), Ratio.APART, purpose=None)


def test_a_place_reached_in_a_drill_saves_nobody_who_died_waiting(city: City) -> None:
    outbreak.report(city, {"suspected": 1})
    case = Item.objects.get(loop="case")
    place = Item.objects.get(loop="placement")
    outbreak.arrive(city, [place.id])
    Item.objects.filter(id=place.id).update(exercise=True)

    hal = city.scene("hal", EVENING + 7 * HOUR, "care")
    advance(case.id, "end", hal, data={"end": "died"})

    assert ratios.board(city.actor("dee")).n_died_waiting == 1


def test_the_list_names_the_case_that_was_not_tested_and_no_other_of_the_person(
    city: City,
) -> None:
    outbreak.report(city, {"suspected": 1})
    told = Told(document="suspected-0", name="人suspected0")
    found = NewResult("pcr", "covid19", "negative", EVENING, told)
    results.take_in(city.actor("lil"), [found], now=EVENING)
    flu = CaseReport(
        category="suspected", area=f"id:{city.areas['oak1'].id}", disease="ili",
        name="人suspected0", document="suspected-0",
    )  # fmt: skip
    (case,) = intake.take_in(city.actor("hal"), [flu], now=EVENING, purpose="care").reported

    page, _ = ratios.unmet(city.actor("dee"), Ratio.TESTED, purpose="care")

    assert counted(city)[Ratio.TESTED] == (0, 1)
    assert [one.item_id for one in page] == [case.case_id]


def test_a_second_illness_waits_from_its_own_report_and_not_from_the_first(city: City) -> None:
    outbreak.report(city, {"suspected": 1})
    told = Told(document="suspected-0", name="人suspected0")
    found = NewResult("pcr", "covid19", "negative", EVENING, told)
    results.take_in(city.actor("lil"), [found], now=EVENING)
    outbreak.arrive(city, hours=12)
    first = Item.objects.get(loop="case")
    hal = city.scene("hal", EVENING + 13 * HOUR, "care")
    advance(first.id, "end", hal, data={"end": "recovered"})
    later = EVENING + 40 * 24 * HOUR
    again = CaseReport(
        category="suspected", area=f"id:{city.areas['oak1'].id}", name="人suspected0",
        document="suspected-0",
    )  # fmt: skip
    intake.take_in(city.actor("hal", later), [again], now=later, purpose="care")

    days = {one.label: one.days for one in ratios.board(city.actor("dee")).delays}

    assert (days["report to arrival"].median, days["report to arrival"].n) == (0.5, 1)
    assert (days["report to result"].median, days["report to result"].n) == (0, 1)


def test_two_records_that_turn_out_to_be_one_keep_the_tests_of_both(city: City) -> None:
    outbreak.report(city, {"suspected": 2})
    told = Told(document="suspected-1", name="人suspected1")
    found = NewResult("pcr", "covid19", "negative", EVENING, told)
    results.take_in(city.actor("lil"), [found], now=EVENING)
    kept, lost = Item.objects.filter(loop="case").order_by("id").values_list(
        "subject_id", flat=True
    )  # fmt: skip

    done = merges.merge(city.actor("ida"), lost, kept, now=EVENING)

    assert counted(city)[Ratio.TESTED] == (1, 1)
    assert len(results.results_of(lost)) == 1
    merges.undo(city.actor("ida"), done.id, now=EVENING)
    assert counted(city)[Ratio.TESTED] == (1, 2)


def test_a_ratio_asks_for_the_place_that_the_disease_requires(city: City) -> None:
    area = f"id:{city.areas['oak1'].id}"
    given = [
        CaseReport(category="confirmed", area=area, disease=disease, name=disease, document=disease)
        for disease in ("measles", "ili")
    ]
    severe = CaseReport(
        category="suspected", area=area, disease="ili", name="severe", document="s",
        severity="severe",
    )  # fmt: skip

    intake.take_in(city.actor("hal"), [*given, severe], now=EVENING, purpose="care")

    told = counted(city)
    assert told[Ratio.APART] == (0, 1)  # measles
    assert told[Ratio.TAKEN_IN] == told[Ratio.TREATED] == (0, 1)  # who is severely ill
    outbreak.arrive(city)
    assert counted(city)[Ratio.APART] == counted(city)[Ratio.TREATED] == (1, 1)
