"""Are communities ranked by what stands in the records, again the same, and by nothing unknown?"""

from datetime import date
from typing import Any

import numpy as np
import pytest
from django.db import connection

from linli.analysis.evaluation.formulas import shipped_formulas
from linli.analysis.evaluation.framework import shipped as framework
from linli.analysis.risk.model import shipped
from linli.errors import NotAllowed
from linli.jobs.turns import UnderWay, alone
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.counted import items
from linli.policy.can import Actor
from linli.registry.areas import Area
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.person import Person
from linli.studies.evaluation.counting import counted
from linli.studies.evaluation.records import vocabulary
from linli.studies.risk import reach, runs, story
from linli.studies.risk.records import CARE, gather
from linli.studies.risk.runs import NoRun, Settings
from linli.studies.risk.tables import RiskRun
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR
POINTS = {"oak": (114.26, 30.61), "pine": (114.27, 30.62), "ash": (114.32, 30.65)}
AGED = {"oak": 6, "pine": 2, "ash": 1}  # of twenty people each


def written(area: Area, key: str, value: float) -> None:
    on = date(2020, 2, 2) if Fact.objects.filter(area=area, key=key).exists() else date(2020, 2, 1)
    Fact.objects.create(area=area, path=area.path, key=key, value=value, unit="1",
                        as_of=on, source="walk")  # fmt: skip


@pytest.fixture
def lived(city: City) -> City:
    """Three communities of twenty people; Oak Lane is the older one and has no guard."""
    runs.forget()
    for name, (lon, lat) in POINTS.items():
        area = city.areas[name]
        Area.objects.filter(id=area.id).update(longitude=lon, latitude=lat)
        Person.objects.bulk_create(
            Person(
                code=f"{name}{n}",
                name="某人",
                pinyin="mou ren",
                area=area,
                path=area.path,
                birth_date=date(1940 if n < AGED[name] else 1990, 2, 9),
                floating=n % 4 == 0,
                source="test",
                as_of=date(2020, 1, 1),
                changed_at=EVENING,
            )
            for n in range(20)
        )
        Household.objects.create(
            code=f"H{name}", area=area, path=area.path, home=area, door="1", source="test",
            as_of=date(2020, 1, 1), changed_at=EVENING,
        )  # fmt: skip
    for key in ("no_property_manager", "no_guard", "no_enclosure"):
        written(city.areas["court"], key, 1)
    for name, crowded in (("oak", 30.0), ("pine", 12.0), ("ash", 5.0)):
        written(city.areas[name], "crowded_homes_pct", crowded)
        written(city.areas[name], "inflow_per_1000", 10 * crowded)
    return city


def confirmed(city: City, n: int = 1, *, at: int = EVENING - DAY) -> None:
    """So many of Oak Lane are confirmed on a day."""
    place = city.areas["oak"]
    for person in Person.objects.filter(path=place.path)[:n]:
        data = {"person_id": person.id, "source": "clinic", "onset_on": "2020-02-05"}
        opening = Opening(place.id, "confirmed", data, kind="covid19", subject_kind="person",
                          subject_id=person.id)  # fmt: skip
        moved = open_item(catalogue.get("case"), opening, city.scene("hal", at, purpose="care"))
        items(exercise=False).filter(id=moved.item_id).update(opened_at=at)


def test_factors_are_what_a_reader_counts_in_the_records(lived: City):
    found = gather(shipped("community"), now=EVENING, exercise=False)
    at = {area: n for n, area in enumerate(found.areas)}
    oak, pine = at[lived.areas["oak"].id], at[lived.areas["pine"].id]
    column = found.communities.column

    assert found.communities.population.tolist() == [20, 20, 20]
    assert (column("aged_65_pct")[oak], column("aged_65_pct")[pine]) == (30, 10)
    assert column("floating_pct").tolist()[oak] != column("floating_pct").tolist()[oak]  # flat
    assert column("crowded_homes_pct")[oak] == 30
    assert (column("no_guard")[oak], np.isnan(column("no_guard")[pine])) == (1, True)


def test_the_evaluation_counts_estates_without_the_three_of_those_written_down(lived: City):
    formulas = shipped_formulas(framework("community"), vocabulary())
    one = {"D2.1.2": formulas["D2.1.2"]}
    oak, pine = (lived.areas[name] for name in ("oak", "pine"))

    told = counted([oak, pine], one, now=EVENING, exercise=False)
    assert (told[oak.id]["D2.1.2"].value, told[pine.id]["D2.1.2"].value) == (100, None)
    written(lived.areas["court"], "no_enclosure", 0)
    again = counted([oak], one, now=EVENING, exercise=False)
    assert again[oak.id]["D2.1.2"].value == 0


def test_what_nobody_collected_is_named_and_never_zero(lived: City):
    found = gather(shipped("community"), now=EVENING, exercise=False)

    assert np.isnan(found.communities.column("chronic_pct")).all()
    assert found.gaps["chronic_pct"] == "Nobody has recorded any in the whole city."
    assert found.gaps[CARE] == "Nobody has entered where clinicians work."
    assert found.gaps["importation"] == "No case was confirmed in the last 14 days."
    assert found.gaps["floating_pct"] == "It is the same everywhere, so it ranks nobody."


def clinic(city: City) -> None:
    """Four clinicians between Oak Lane and Pine."""
    written(city.areas["court"], "clinicians", 4)
    Area.objects.filter(id=city.areas["court"].id).update(longitude=114.262, latitude=30.612)


def test_clinicians_count_by_who_else_can_reach_them(lived: City):
    clinic(lived)

    found = gather(shipped("community"), now=EVENING, exercise=False)
    told = dict(zip(found.communities.names, found.communities.column(CARE), strict=True))

    assert told["橡树里社区"] == told["松树里社区"] == pytest.approx(4 / 40 * 10_000)
    assert told["白蜡路社区"] == 0


def test_a_run_is_made_again_from_what_it_kept(lived: City):
    confirmed(lived, 6)
    one = runs.keep(now=EVENING, by=None, exercise=False)
    two = runs.keep(now=EVENING + HOUR, by=None, exercise=False)

    assert one.fingerprint == two.fingerprint
    again = runs.worked_out(one.model, one.inputs, Settings(one.phase, 54, one.draws, one.seed))
    assert again == {**one.results, "k": one.k}
    written(lived.areas["pine"], "clinicians", 1)
    assert runs.keep(now=EVENING, by=None, exercise=False).fingerprint != one.fingerprint


def test_the_list_names_the_crowded_the_aged_and_the_unguarded_first(lived: City):
    confirmed(lived, 1)
    runs.keep(now=EVENING, by=None, exercise=False)
    run = runs.latest(exercise=False)
    first, *_ = story.rows(run, run.gathered.areas, "en", most=3)

    assert (first.name, first.rank, first.listed) == ("Oak", 1, True)
    adds = sum(part.adds or 0 for part in first.parts)
    assert adds == pytest.approx(np.log(first.score / run.risk.middle_score()))
    assert "without manager, guard and fence" in first.types
    assert set(run.stays) >= {"without exposure", "without coping"}


def test_without_recent_cases_importation_takes_no_part_and_old_ones_do_not_infect(lived: City):
    confirmed(lived, 3, at=EVENING - 20 * DAY)
    found = gather(shipped("community"), now=EVENING, exercise=False)

    assert (found.cases.sum(), found.recent.sum(), found.sources) == (3, 0, None)


def test_with_nothing_known_of_a_dimension_it_takes_no_part_and_is_named(lived: City):
    Fact.objects.filter(key="inflow_per_1000").delete()
    runs.keep(now=EVENING, by=None, exercise=False)
    run = runs.latest(exercise=False)

    assert run.lacking == ("hazard",)
    assert story.lacking(run, "en") == ["hazard"]
    assert run.n_ranked == 2  # Pine has no estate and no worker: nothing is known of its coping


def test_figures_of_fewer_than_five_residents_are_withheld_and_a_second_with_each(lived: City):
    confirmed(lived, 3)
    clinic(lived)
    for person in Person.objects.filter(path=lived.areas["ash"].path)[:5]:
        person.needs = ["lone_elder"]
        person.save()
    runs.keep(now=EVENING, by=None, exercise=False)
    run = runs.latest(exercise=False)
    lines = {name: {line.id: line for line in story.lines(run, run.place[lived.areas[name].id],
             "en", str)} for name in ("oak", "pine")}  # fmt: skip

    assert lines["oak"]["aged_65_pct"].value == 30  # six people
    pine = lines["pine"]["aged_65_pct"]
    assert (pine.value, pine.adds, pine.few) == (None, None, True)  # two people
    assert lines["pine"]["living_alone_pct"].few  # nobody, but it would give the other away
    assert not lines["oak"]["living_alone_pct"].few
    oak = story.row(run, run.place[lived.areas["oak"].id], "en")
    assert (oak.few, oak.rate, oak.rate_rank) == (True, None, None)


def test_the_worker_counts_once_a_day_and_an_empty_city_is_no_fault(city: City):
    runs.forget()
    assert runs.chore(EVENING) == 0
    with pytest.raises(NoRun):
        runs.latest(exercise=False)


def test_a_day_has_one_count_by_the_worker(lived: City):
    assert [runs.chore(EVENING), runs.chore(EVENING + HOUR), runs.chore(EVENING + DAY)] == [1, 0, 1]


def test_counting_is_for_those_who_study_and_each_sees_what_they_answer_for(lived: City):
    for name in ("sam", "dee", "ann", "cy"):
        with pytest.raises(NotAllowed):
            runs.count(lived.actor(name), now=EVENING)
    runs.count(lived.actor("jo"), now=EVENING)

    def names(actor: Actor, area: str) -> list[str]:
        listed = reach.communities(actor, lived.areas[area])
        return sorted(Area.objects.filter(id__in=listed).values_list("name_en", flat=True))

    assert RiskRun.objects.get().counted_by == lived.accounts["jo"].id
    assert names(lived.actor("dee"), "w") == ["Oak", "Pine"]
    assert names(lived.actor("sam"), "w") == ["Oak"]
    assert names(lived.actor("jo"), "west") == ["Ash"]


def test_nobody_waits_to_write_while_it_is_counted(lived: City, monkeypatch: pytest.MonkeyPatch):
    before, seen, real = list(connection.savepoint_ids), [], runs.worked_out

    def watched(*args: Any) -> dict[str, Any]:
        seen.append(list(connection.savepoint_ids))
        return real(*args)

    monkeypatch.setattr(runs, "worked_out", watched)
    runs.count(lived.actor("jo"), now=EVENING)

    assert seen == [before]


def test_it_is_counted_once_at_a_time(lived: City):
    with alone("risk_count", most_s=60), pytest.raises(UnderWay):
        runs.count(lived.actor("jo"), now=EVENING)

    assert not RiskRun.objects.exists()


def test_a_withheld_factor_alone_in_its_dimension_does_not_follow_from_the_score(lived: City):
    clinic(lived)
    runs.keep(now=EVENING, by=None, exercise=False)
    run = runs.latest(exercise=False)
    at = run.place[lived.areas["pine"].id]  # two of twenty are aged, and nothing else is known

    row, lines = story.row(run, at, "en"), story.lines(run, at, "en", str)
    parts = {part.id: part for part in row.parts}
    silent = {part.id for part in row.parts if part.few}

    assert row.score is not None
    assert "vulnerability" in silent
    assert len(silent) == 2
    assert all(parts[name].adds is None for name in silent)
    for name in silent:
        assert sum(line.few for line in lines if line.dimension == name) == 1
    assert "vulnerability" in story.as_csv(run, [lived.areas["pine"].id], "en", most=1).decode()
    told = story.row(run, run.place[lived.areas["oak"].id], "en")  # six are aged
    assert not any(part.few for part in told.parts)
