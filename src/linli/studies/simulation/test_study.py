"""Is a what-if answered from today's records, refused by name, cancelled clean, and only signed?"""

from typing import Any

import pytest

from linli.audit.records import Record
from linli.errors import BadInput, NotAllowed, NotFound, Problem
from linli.jobs import queue
from linli.jobs.queue import Job
from linli.loops import counted
from linli.registry.areas import Area
from linli.studies.simulation import jobs, running, study, told
from linli.studies.simulation.choices import choice_of
from linli.studies.simulation.tables import WhatIf, WhatIfDecision, WhatIfState
from tests.callers import still
from tests.cast import City
from tests.crowd import Crowd

assert jobs.KIND == study.KIND  # read, so that the kind of job is known

NOW = {"name": "as now"}
CLOSE = {"name": "close all", "close": "all", "leakage": 0.05}


@pytest.fixture
def crowd(city: City) -> Crowd:
    still()
    made = Crowd(city)
    made.fall_ill(24)
    made.beds()
    return made


@pytest.fixture
def area(monkeypatch):
    monkeypatch.setattr(study.areas, "get", lambda area_id: Area(id=area_id, path="0001"))


def asked(crowd: Crowd, *choices: dict[str, Any], who: str = "gil", area: str = "w", **more: Any):
    given = {
        "name": "Tonight", "area_id": crowd.city.areas[area].id, "n_days": 12, "most_seeds": 4,
        "choices": [*(choices or (NOW, CLOSE))], **more,
    }  # fmt: skip
    return study.ask(crowd.city.actor(who), study.question_of(given))


@pytest.mark.db
def test_choices_are_answered_from_the_records_with_intervals_areas_and_what_it_rests_on(crowd):
    first = asked(crowd, NOW, CLOSE, {"name": "two first", "close": "first", "n_first": 2})

    assert queue.run_next()

    found = WhatIf.objects.get(id=first.id)
    result = found.result
    assert found.state == WhatIfState.DONE
    assert result["names"] == ["as now", "close all", "two first"]
    less = result["outcomes"]["close all"]["infections"]["less"]
    assert less["low"] <= less["mean"] <= less["high"]
    assert result["outcomes"]["close all"]["closed_person_days"]["mean"] == 12 * 720
    assert result["outcomes"]["as now"]["closed_person_days"]["mean"] == 0
    assert result["outcomes"]["two first"]["closed_person_days"]["mean"] == 12 * 240
    assert len(result["bands"]["as now"]["infections"][1]) == 12
    assert {c["area_id"] for c in result["compounds"]} == {c.id for c in crowd.compounds}
    assert {p["name"] for p in result["parameters"]} >= {"report_wait", "coverage", "ward"}
    assert result["start"]["n_open"] == 24
    assert len(found.fingerprint) == 16


def test_which_compounds_first_is_read_with_all_gates_open_whatever_the_first_choice_keeps(crowd):
    kept = {"name": "kept", "close": "all", "close_from": -28}
    two = {"name": "two first", "close": "first", "n_first": 2}
    asked(crowd, NOW, kept, two)
    asked(crowd, kept, NOW, two)
    asked(crowd, two, NOW)

    while queue.run_next():
        pass

    open_, shut, first = (w.result for w in WhatIf.objects.order_by("id"))
    assert open_["close_first"]
    assert open_["close_first"] == shut["close_first"]
    most = open_["close_first"][0]["spares"]
    assert most <= open_["close_first_together"] <= sum(c["spares"] for c in open_["close_first"])
    assert first["outcomes"]["two first"]["closed_person_days"]["mean"] == 12 * 240


def test_deliveries_that_a_choice_does_not_count_are_no_figure(crowd):
    rides = {"name": "riders", "close": "all", "deliveries_a_day": 10}
    made = asked(crowd, CLOSE, rides)

    queue.run_next()

    result = WhatIf.objects.get(id=made.id).result
    assert "undelivered_days" not in result["outcomes"]["close all"]
    assert result["outcomes"]["riders"]["undelivered_days"]["mean"] > 0
    assert result["outcomes"]["riders"]["undelivered_days"]["less"] is None
    close, riders = (dict(row.cells) for row in told.rows_of(result))
    assert close["undelivered_days"] is None
    assert riders["undelivered_days"].mean > 0
    assert told.waits_of(result)[-1].choices[0] == {}
    late = told.deaths_late(result, "covid19").tell()
    assert "25 days after the infection, and these are 12 days" in late


def test_the_same_question_has_the_same_answer_and_the_same_fingerprint(crowd):
    one, other = asked(crowd), asked(crowd)

    while queue.run_next():
        pass

    one, other = (WhatIf.objects.get(id=w.id) for w in (one, other))
    assert one.fingerprint == other.fingerprint
    assert one.result == other.result


@pytest.mark.db
def test_a_run_that_is_cancelled_leaves_no_answer(crowd, monkeypatch):
    made = asked(crowd)
    real = running.run

    def and_cancel(*args, **kwargs):
        if WhatIf.objects.get(id=made.id).state == WhatIfState.RUNNING:
            study.cancel(crowd.city.actor("gil"), made.id)
        return real(*args, **kwargs)

    monkeypatch.setattr(running, "run", and_cancel)
    assert queue.run_next()

    found = WhatIf.objects.get(id=made.id)
    assert (found.state, found.result, found.fingerprint) == ("cancelled", {}, "")
    assert Job.objects.get(id=found.job_id).state == "done"
    with pytest.raises(Problem, match="over already"):
        study.cancel(crowd.city.actor("gil"), made.id)


def test_a_worker_that_dies_is_followed_by_one_that_answers_from_the_start(crowd, monkeypatch):
    made = asked(crowd)

    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(running, "compare", dies)
        with pytest.raises(SystemExit):
            queue.run_next()
    assert WhatIf.objects.get(id=made.id).result == {}
    Job.objects.filter(id=made.job_id).update(lease_until=1)

    assert queue.run_next()
    assert WhatIf.objects.get(id=made.id).state == WhatIfState.DONE


def test_a_run_that_was_given_up_is_told_to_have_failed(crowd):
    made = asked(crowd)
    Job.objects.filter(id=made.job_id).update(state="stopped")

    found, _ = study.get(crowd.city.actor("gil"), made.id)

    assert found.state == WhatIfState.FAILED
    assert "was given up" in told.problem_of(found).tell()


def test_nobody_fills_the_queue_alone_and_a_cancelled_one_makes_room(crowd):
    mine = [asked(crowd) for _ in range(study.MOST_AT_ONCE)]

    with pytest.raises(study.EnoughAsked, match="You have 3 what-ifs under way"):
        asked(crowd)
    assert asked(crowd, who="jo").state == WhatIfState.WAITING
    study.cancel(crowd.city.actor("gil"), mine[0].id)
    Job.objects.filter(id=mine[1].job_id).update(state="stopped")

    assert [asked(crowd).state, asked(crowd).state] == ["waiting", "waiting"]
    with pytest.raises(study.EnoughAsked):
        asked(crowd)


@pytest.mark.parametrize(
    ("entry", "value", "sentence"),
    [
        ("leakage", 1.3, "share that gets through a gate: 1.3 is no share. Give 0 to 1."),
        ("shelter_beds", -1, "beds in shelter hospitals: -1 cannot be. Give 0 or more."),
        ("close_until", -2, "gates kept until day: Day -2 is over before it counts."),
        ("rounds_from", 400, "rounds from day: Day 400 lies outside the run."),
        ("close", "half", "close: half is none of: none, all, listed, first."),
        ("areas", [], "areas: Name 1 to 2000 areas."),
        ("reopen_days", [14, 7], "days without a report: Each rung needs days and a share"),
        ("luck", 1, "There is no such entry."),
        ("rounds", "two", "rounds of tests: two is no number."),
        ("rounds", float("inf"), "rounds of tests: inf is no number."),
        ("leakage", float("nan"), "share that gets through a gate: nan is no number."),
        ("shelter_beds", 10**400, "beds in shelter hospitals: inf is no number."),
        ("areas", [10**30], "areas: 1000000000000000000000000000000 is no number."),
        ("quarantine", "no", "household quarantine: no is neither true nor false."),
        ("close", ["all"], "close: all is none of: none, all, listed, first."),
    ],
)
def test_what_cannot_be_is_refused_by_name(entry, value, sentence):
    given = {"name": "odd", **({"close": "listed"} if entry == "areas" else {}), entry: value}

    with pytest.raises(BadInput) as refused:
        choice_of(given, n_days=30)

    assert sentence in refused.value.tell()


def test_a_refusal_comes_before_anything_runs_or_is_kept(crowd):
    with pytest.raises(BadInput, match=r"1\.3 is no share"):
        asked(crowd, NOW, {"name": "odd", "close": "all", "leakage": 1.3})

    assert not WhatIf.objects.exists()
    assert not Job.objects.filter(kind=study.KIND).exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"n_days": 0}, "days ahead: 0 cannot be"),
        ({"most_seeds": 500}, "worlds: 500 cannot be"),
        ({"outcome": "luck"}, "luck is no outcome"),
        ({"disease": "plague"}, "No course of plague is known"),
        ({"choices": []}, "Give 1 to 4 choices"),
        ({"choices": [NOW, NOW]}, "Two choices are called as now"),
        ({"name": " "}, "Give the what-if a name"),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_name(area, more, sentence):
    given = {"name": "Tonight", "area_id": 1, "choices": [NOW, CLOSE], **more}

    with pytest.raises(BadInput, match=sentence):
        study.question_of(given)


def test_areas_have_to_exist_have_people_and_lie_inside(crowd):
    listed = {"name": "l", "close": "listed", "areas": [crowd.city.areas["west"].id]}

    with pytest.raises(NotFound):
        asked(crowd, NOW, listed, area="east")
    with pytest.raises(BadInput, match="holds nobody"):
        asked(crowd, area="court")
    with pytest.raises(NotFound):
        asked(crowd, NOW, {**listed, "areas": [10**9]})


def test_without_a_case_it_asks_how_many_are_supposed(crowd):
    counted.items(exercise=False).filter(loop="case").delete()
    none, some = asked(crowd), asked(crowd, supposed=30)

    while queue.run_next():
        pass

    none, some = (WhatIf.objects.get(id=w.id) for w in (none, some))
    assert (none.state, none.result) == ("failed", {})
    assert "No case of the last 28 days is confirmed here" in told.problem_of(none).tell()
    assert some.state == WhatIfState.DONE


@pytest.mark.db
def test_who_commands_a_part_asks_about_that_part_and_sees_no_other(crowd):
    made = asked(crowd, who="gil")

    for who in ("eve", "cy", "ann", "sam", "hal", "lou"):
        with pytest.raises(NotAllowed):
            asked(crowd, who=who)
    with pytest.raises(NotAllowed):
        asked(crowd, who="fay", area="west")
    with pytest.raises(NotFound):
        study.get(crowd.city.actor("fay"), made.id)
    assert not study.listing(crowd.city.actor("fay")).exists()
    assert asked(crowd, who="fay", area="east")
    assert study.listing(crowd.city.actor("jo")).count() == 2


@pytest.mark.db
def test_a_decision_is_signed_by_name_and_nothing_acts_by_itself(crowd):
    made = asked(crowd)
    queue.run_next()
    gil = crowd.city.actor("gil")
    n_items = counted.items(exercise=False).count()

    signed = study.decide(gil, made.id, choice="close all", reason="Beds would run out.")

    assert (signed.signed_name, signed.signed_as) == ("Gil", "city_command")
    assert counted.items(exercise=False).count() == n_items
    assert Record.objects.filter(act="decide", kind="what_if", subject=made.id).exists()
    with pytest.raises(NotAllowed):
        study.decide(crowd.city.actor("jo"), made.id, choice="close all", reason="I think so.")
    with pytest.raises(BadInput, match="none of the choices"):
        study.decide(gil, made.id, choice="another", reason="why")
    with pytest.raises(BadInput, match="Say in a sentence"):
        study.decide(gil, made.id, choice="close all", reason=" ")
    assert WhatIfDecision.objects.count() == 1


def test_what_has_no_answer_cannot_be_signed(crowd):
    made = asked(crowd)

    with pytest.raises(Problem, match="has no answer yet"):
        study.decide(crowd.city.actor("gil"), made.id, choice="close all", reason="now")
