"""A plan starts as an exercise or for real; an exercise reaches nobody, is scored, and ends."""

from dataclasses import replace
from datetime import date

import pytest

from linli import clock
from linli.audit.models import Record
from linli.errors import BadInput, Conflict, NotAllowed, NotFound
from linli.jobs import outbox
from linli.jobs.outbox import Message, Notice
from linli.loops import find
from linli.loops.advance import Opening, advance, open_item
from linli.loops.counted import items
from linli.loops.exercise_over import end_with_exercise
from linli.loops.requests.loop import LOOP as REQUEST
from linli.loops.scene import Scene
from linli.loops.screening.tables import Round
from linli.plans import running, runs, shelf
from linli.plans.starting import (
    NewRun,
)
from linli.registry.areas import Area
from linli.registry.declarations import mode_at
from linli.registry.plans import PlanRun, PlanVersion
from linli.registry.roster import Absence, Assignment, Post
from tests.cast import EVENING, HOUR, City
from tests.plans import prepared
from tests.plans.prepared import HOURS, PLAN, begin, gap_items, of_step, signed

pytestmark = pytest.mark.db


@pytest.fixture
def drilled(city: City) -> PlanRun:
    """The small plan as an exercise in Elm Street, begun by Dee this evening."""
    signed(city)
    return begin(city, "dee", "elm")


def drill_scene(city: City, name: str, at: int = EVENING) -> Scene:
    actor = replace(city.actor(name, at), exercise=True)
    return Scene(actor, at, "service")


def test_an_exercise_opens_what_is_due_with_every_gap_and_all_of_it_is_flagged(
    city: City, drilled: PlanRun
) -> None:
    board = runs.board(city.actor("dee"), drilled.id)

    assert [(s.step.name, s.row.n_opened) for s in board.steps] == [
        ("order", 1), ("guards", 0), ("later", 0),
    ]  # fmt: skip
    assert len(gap_items(drilled)) == drilled.n_gaps == len(board.gaps) > 0
    assert items(exercise=False).count() == 0
    assert {i.exercise for i in of_step(drilled, "order")} == {True}
    told = drilled.readiness["en"]
    assert told["n_lines"] == 3 + 2 + 2 + 3  # each step, role, stock and place of the plan
    assert told["n_covered"] + told["n_short"] + told["n_no_record"] == told["n_lines"]


def test_an_exercise_reaches_no_real_person(city: City, drilled: PlanRun) -> None:
    running.chore(EVENING + HOUR)
    assert Message.objects.filter(exercise=True).exists()

    outbox.send(now=EVENING + HOUR)

    assert Message.objects.filter(exercise=False).count() == 0
    assert Notice.objects.filter(exercise=False).count() == 0
    sam = city.accounts["sam"].id
    assert outbox.notices_of(sam, exercise=False) == []
    assert outbox.notices_of(sam, exercise=True) != []


def test_its_mode_is_the_exercises_and_not_the_citys(city: City, drilled: PlanRun) -> None:
    oak = city.areas["oak"].path

    assert mode_at(oak, EVENING, exercise=True) == "emergency"
    assert mode_at(oak, EVENING) == "peace"
    real = open_item(
        REQUEST,
        Opening(city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise"),
        city.scene("ann"),
    )
    assert items(exercise=False).get(id=real.item_id).calendar == "office"


def test_the_citys_own_people_do_not_see_its_items_unless_they_take_part(
    city: City, drilled: PlanRun
) -> None:
    [order] = of_step(drilled, "order")

    with pytest.raises(NotFound):
        find.item_for(city.actor("dee"), order.id, now=EVENING, purpose=None)
    inside = drill_scene(city, "dee").actor
    assert find.item_for(inside, order.id, now=EVENING, purpose=None).item.id == order.id


def test_steps_open_at_their_hour_and_after_those_they_wait_for(
    city: City, drilled: PlanRun
) -> None:
    running.chore(EVENING + HOUR)
    [guard] = of_step(drilled, "guards")
    assert (guard.loop, guard.area_id, guard.data["estate"]) == (
        "substitute", city.areas["court"].id, "橡树院",
    )  # fmt: skip
    running.chore(EVENING + 3 * HOUR)
    assert of_step(drilled, "later") == []  # its time has come, and the guards are not done
    board = runs.board(city.actor("dee"), drilled.id)
    assert board.steps[2].waits_for == ("guards",)

    placed = {"what": "Two guards", "who": "Volunteers", "until": "2020-02-20"}
    advance(guard.id, "place", drill_scene(city, "sam", EVENING + 3 * HOUR), data=placed)
    running.chore(EVENING + 3 * HOUR)

    [later] = of_step(drilled, "later")
    assert later.data["day"] == "2020-02-10"  # a day after it is opened
    assert runs.board(city.actor("dee"), drilled.id).steps[1].n_done == 1


def test_looked_at_twice_nothing_is_opened_twice(city: City, drilled: PlanRun) -> None:
    running.chore(EVENING + 2 * HOUR)
    n = items(exercise=True).count()

    assert running.chore(EVENING + 2 * HOUR) == 0
    running.chore(EVENING + 2 * HOUR + 1)

    assert items(exercise=True).count() == n


def test_who_started_it_opens_it_and_the_audit_names_the_start(
    city: City, drilled: PlanRun
) -> None:
    [order] = of_step(drilled, "order")

    assert order.opened_by == city.accounts["dee"].id
    acts = Record.objects.filter(kind="plan_run").order_by("id").values_list("act", "actor_id")
    assert list(acts) == [("start", city.accounts["dee"].id)]
    assert Record.objects.filter(kind="mode", act="declare").count() == 1


def test_at_its_end_it_is_scored_and_what_is_open_ends_with_it(
    city: City, drilled: PlanRun
) -> None:
    runs.answer(city.actor("sam"), drilled.id, now=EVENING)
    [order] = of_step(drilled, "order")
    children = items(exercise=True).filter(parent_id=order.id).count()
    assert children == 2  # a receipt for each community

    running.chore(EVENING + HOURS * HOUR)

    drilled.refresh_from_db()
    assert drilled.ended_at is not None
    assert drilled.ended_by is None
    open_still = items(exercise=True).exclude(state="closed")
    assert open_still.count() == 0
    ended = items(exercise=True).filter(stage="exercise_over")
    assert {i.outcome for i in ended} == {"exercise_over"}
    assert mode_at(city.areas["oak"].path, EVENING + HOURS * HOUR, exercise=True) == "peace"
    score = drilled.score
    assert score["roles"] == {"n": 1, "of": 3, "share": 0.3333}  # Sam, of whom the roster calls
    assert score["steps"] == {"n": 0, "of": 3, "share": 0.0}
    assert score["stock"]["of"] == 5


def test_whoever_the_roster_calls_answers_within_the_plans_limit_or_is_late(city: City) -> None:
    signed(city, PLAN.replace("days = 10", 'days = 10\nanswer = "30m"'))
    away = clock.moment(EVENING - HOUR), clock.moment(EVENING + HOUR)
    Absence.objects.create(account=city.accounts["cleo"], starts_at=away[0], ends_at=away[1])
    run = begin(city, "dee", "elm")
    Assignment.objects.filter(account=city.accounts["cy"]).update(ends_at=EVENING + HOUR)
    runs.answer(city.actor("cy"), run.id, now=EVENING + HOUR // 2)
    runs.answer(city.actor("sam"), run.id, now=EVENING + HOUR // 2 + 1)

    board = runs.board(city.actor("dee"), run.id)
    running.chore(EVENING + HOURS * HOUR)

    assert [(c.name, c.role, c.in_time) for c in board.answered] == [
        ("Cy", "grid_worker", True), ("Sam", "secretary", False),
    ]  # fmt: skip
    run.refresh_from_db()  # Cy holds no post any more; who was called was so when it began
    assert run.score["roles"] == {"n": 1, "of": 2, "share": 0.5}
    assert (run.score["n_answered"], run.score["n_late"], run.score["answer_s"]) == (2, 1, 1800)
    assert run.score["called"] == [
        {"role": "grid_worker", "called": 1, "in_time": 1, "late": 0},
        {"role": "secretary", "called": 1, "in_time": 0, "late": 1},
    ]


def test_whoever_takes_a_step_has_answered_and_who_says_nothing_has_not(
    city: City, drilled: PlanRun
) -> None:
    [order] = of_step(drilled, "order")
    receipt = items(exercise=True).get(parent_id=order.id, area_id=city.areas["oak"].id)
    advance(receipt.id, "receive", drill_scene(city, "sam", EVENING + 60))

    board = runs.board(city.actor("dee"), drilled.id)

    assert [(c.name, c.at, c.in_time) for c in board.answered] == [("Sam", EVENING + 60, True)]
    assert {c.name for c in board.silent} == {"Cy", "Cleo"}


def test_an_item_that_ended_with_its_exercise_goes_no_further(city: City, drilled: PlanRun) -> None:
    runs.finish(city.actor("dee"), drilled.id, reason="Enough.", now=EVENING + HOUR)
    gap = gap_items(drilled)[0]

    view = find.item_for(drill_scene(city, "dee").actor, gap.id, now=EVENING, purpose=None)

    assert view.steps == ()
    assert view.loop.stage(gap.stage).label == "ended with its exercise"
    assert view.events[-1].step == "exercise_over"


def test_a_round_of_an_exercise_takes_no_reports_after_it(city: City) -> None:
    text = shelf.shipped()["mass-screening"]
    PlanVersion.objects.all().delete()
    shelf.ship_plans()
    new = NewRun("mass-screening", city.areas["elm"].id, "exercise", "To try it.", hours=48)
    run = runs.begin(city.actor("dee"), new, now=EVENING)
    running.chore(EVENING + HOUR)
    [item] = of_step(run, "round")
    advance(item.id, "begin", drill_scene(city, "dee", EVENING + HOUR))
    assert Round.objects.get(item_id=item.id).closed_at is None
    runs.finish(city.actor("dee"), run.id, reason="Enough.", now=EVENING + 2 * HOUR)

    held = Round.objects.get(item_id=item.id)
    assert held.closed_at is not None
    assert held.last_day == date(2020, 2, 10)  # it would have begun then; no later day is asked for
    assert "mass-screening" in text


def test_the_end_of_an_exercise_touches_nothing_real(city: City, drilled: PlanRun) -> None:
    real = open_item(
        REQUEST,
        Opening(city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise"),
        city.scene("ann"),
    )
    assert end_with_exercise([real.item_id], now=EVENING) == 0
    assert items(exercise=False).get(id=real.item_id).state == "open"


def test_a_gap_that_the_records_show_covered_closes_by_itself(city: City, drilled: PlanRun) -> None:
    n = len(gap_items(drilled))
    prepared.stock(city, "oak", "tent", 2, unit="piece")

    running.chore(EVENING + 11 * 60)

    closed = [g for g in gap_items(drilled) if g.state == "closed"]
    assert [(g.item_class, g.outcome) for g in closed] == [("stock", "mended")]
    drilled.refresh_from_db()
    assert (drilled.n_gaps, drilled.n_gaps_mended) == (n, 1)


def test_a_gap_is_mended_by_one_and_closed_by_another(city: City, drilled: PlanRun) -> None:
    gap = next(g for g in gap_items(drilled) if g.item_class == "role")
    scene = drill_scene(city, "sam")
    if not gap.path.startswith(city.areas["oak"].path):
        scene = drill_scene(city, "dee")
    advance(gap.id, "mend", scene, data={"done": "Appointed."})

    if scene.actor.id == city.accounts["dee"].id:
        with pytest.raises(Conflict, match="You mended it"):
            advance(gap.id, "accept", drill_scene(city, "dee"))
        advance(gap.id, "accept", drill_scene(city, "fay"))
    assert items(exercise=True).get(id=gap.id).outcome == "mended"


def test_gaps_become_the_citys_work_only_when_somebody_says_so_after_it(
    city: City, drilled: PlanRun
) -> None:
    dee = city.actor("dee")
    with pytest.raises(Conflict, match="once an exercise is over"):
        runs.take_on(dee, drilled.id, now=EVENING)
    runs.finish(dee, drilled.id, reason="Enough.", now=EVENING + HOUR)
    assert items(exercise=False).count() == 0

    n = runs.take_on(dee, drilled.id, now=EVENING + 2 * HOUR)

    assert n == drilled.n_gaps == items(exercise=False).filter(loop="gap").count()
    assert runs.take_on(dee, drilled.id, now=EVENING + 2 * HOUR) == 0
    with pytest.raises(NotAllowed):
        runs.take_on(city.actor("sam"), drilled.id, now=EVENING + 2 * HOUR)


def test_who_is_called_answers_once_and_who_is_not_is_told_so(city: City, drilled: PlanRun) -> None:
    for name in ("sam", "cy", "sam"):
        runs.answer(city.actor(name), drilled.id, now=EVENING)
    assert drilled.answers.count() == 2
    with pytest.raises(Conflict, match="calls none of the posts"):
        runs.answer(city.actor("bo"), drilled.id, now=EVENING)
    with pytest.raises(NotFound):
        runs.answer(city.actor("eve"), drilled.id, now=EVENING)
    with pytest.raises(NotAllowed):
        runs.answer(city.actor("ann"), drilled.id, now=EVENING)
    runs.finish(city.actor("dee"), drilled.id, reason="Enough.", now=EVENING + HOUR)
    with pytest.raises(Conflict, match="is over"):
        runs.answer(city.actor("sam"), drilled.id, now=EVENING + HOUR)


def test_it_ends_once_and_by_who_may(city: City, drilled: PlanRun) -> None:
    with pytest.raises(NotAllowed):
        runs.finish(city.actor("sam"), drilled.id, reason="No.", now=EVENING)
    with pytest.raises(NotFound):
        runs.finish(city.actor("eve"), drilled.id, reason="No.", now=EVENING)
    with pytest.raises(BadInput):
        runs.finish(city.actor("dee"), drilled.id, reason="", now=EVENING)
    runs.finish(city.actor("fay"), drilled.id, reason="Enough.", now=EVENING + HOUR)
    with pytest.raises(Conflict, match="is over"):
        runs.finish(city.actor("dee"), drilled.id, reason="Again.", now=EVENING + HOUR)

    assert Record.objects.filter(kind="plan_run", act="end").count() == 1


def test_a_step_is_refused_when_who_started_it_may_no_more(city: City, drilled: PlanRun) -> None:
    again = 'loop = "directive"\nclass = "urgent"'
    text = PLAN.replace('after = ["guards"]', "")
    text = text.replace('loop = "disinfection"\nclass = "routine"\neach = "compound"', again)
    order = 'title = "Go on"\ntext = "Go on."\ntiers = [0]'
    text = text.replace('place = "{place}"\nday = "{day+1}"', order)
    shelf.sign(city.actor("gil"), text.replace('code = "small"', 'code = "more"'), note="x",
               now=EVENING)  # fmt: skip
    new = NewRun("more", city.areas["elm"].id, "exercise", "To try it.", hours=8)
    run = runs.begin(city.actor("dee"), new, now=EVENING)
    Assignment.objects.filter(account=city.accounts["dee"]).update(ends_at=EVENING + HOUR)

    running.chore(EVENING + 3 * HOUR)

    row = run.steps.get(name="later")
    assert (row.n_places, row.n_opened, row.n_refused) == (1, 0, 1)
    assert "may not do this here" in row.problem["en"]


def test_a_plan_holds_in_an_area_whose_posts_are_all_gone(city: City) -> None:
    signed(city)
    Assignment.objects.exclude(account=city.accounts["gil"]).delete()
    Post.objects.exclude(assignments__account=city.accounts["gil"]).delete()

    run = begin(city, "gil", "west")

    assert {g.unit_id for g in gap_items(run)} == {city.areas["w"].id}
    assert {g.holder_id for g in gap_items(run)} == {city.accounts["gil"].id}
    assert Area.objects.filter(id=run.area_id).exists()


def test_who_sees_a_run_is_who_works_in_its_area_or_around_it(city: City, drilled: PlanRun) -> None:
    for name in ("sam", "bo", "cy", "dee", "fay", "gil", "jo"):
        assert runs.get(city.actor(name), drilled.id).id == drilled.id
    for name in ("eve",):
        with pytest.raises(NotFound):
            runs.get(city.actor(name), drilled.id)
    for name in ("ann", "gus", "quin"):
        with pytest.raises(NotAllowed):
            runs.get(city.actor(name), drilled.id)
