"""Every night each new rise is raised once for a named person, and nothing acts by itself (S99)."""

from datetime import date, timedelta
from uuid import uuid4

import numpy as np
import pytest

from linli import clock
from linli.errors import BadInput, NotAllowed
from linli.jobs.queue import Job, JobState
from linli.loops.advance import advance
from linli.loops.laboratory.tables import LabResult
from linli.loops.warnings import known
from linli.loops.warnings.known import Warned
from linli.registry.person import Person
from linli.studies.warning import board, watch
from linli.studies.warning import plan as plans
from linli.studies.warning.plan import Level, Plan
from linli.studies.warning.tables import WarningRow, WarningRun
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR
SIGNAL = "positives.covid19"
YESTERDAY = date(2020, 2, 8)
PLAN = plans.parse(
    f"""
    history_days = 20
    [[watch]]
    signal = "{SIGNAL}"
    levels = ["grid", "community", "street", "district"]
    method = "bayes"
    options = {{ half_window = 14 }}
    """
)
ACCEPTED = {"action": "test", "note": "Nine in one stairwell."}
DISMISSED = {"cause": "recording", "note": "A batch entered late."}


def positives(city: City, area: str, day: date, n: int) -> None:
    """So many positives of people nobody has matched yet."""
    at = clock.moment(clock.midnight_s(day) + 12 * HOUR)
    LabResult.objects.bulk_create(
        LabResult(
            uid=uuid4(), sample=f"{area}-{day}-{k}", test="pcr", disease="covid19",
            finding="positive", found_at=at, taken_at=at, path=city.areas[area].path,
        )
        for k in range(n)
    )  # fmt: skip


@pytest.fixture
def outbreak(city: City) -> City:
    """One positive every other day in Ash, and nine yesterday in a grid of Oak Lane."""
    for back in range(20):
        positives(city, "ash1", YESTERDAY - timedelta(days=back), back % 2)
    positives(city, "oak1", YESTERDAY, 9)
    return city


def look(day: date = YESTERDAY, at: int = EVENING, plan: Plan = PLAN) -> WarningRun:
    """Linli looks at a day."""
    return watch.run(plan, day=day, now=at, exercise=False)


def raised(city: City) -> list[Warned]:
    """All warnings, in order."""
    found = known.in_reach((("", ":"),), city.areas["w"].path, exercise=False)
    return sorted(found, key=lambda item: item.id)


def test_a_rise_is_raised_where_it_is_for_who_answers_there_and_told_by_its_part_above(
    outbreak: City,
) -> None:
    made = look()

    (item,) = raised(outbreak)
    assert (item.area_id, item.signal) == (outbreak.areas["oak1"].id, SIGNAL)
    assert (item.holder_id, item.stage) == (outbreak.accounts["sam"].id, "raised")
    assert item.data["day"] == "2020-02-08"
    rows = list(made.rows.order_by("rank"))
    assert (rows[0].level, rows[0].told_by) == ("grid", None)
    assert {(row.level, row.told_by) for row in rows[1:]} == {
        (level, item.area_id) for level in ("community", "street", "district")
    }
    assert rows[0].past["counts"][-2:] == [0, 9]
    assert rows[0].past["upper"][-1] < 9
    assert (made.n_series, made.n_loud, made.n_raised) == (10, 4, 1)


def test_the_next_night_opens_no_second_item_and_notes_the_day(outbreak: City) -> None:
    look()
    positives(outbreak, "oak1", YESTERDAY + timedelta(days=1), 30)

    look(YESTERDAY + timedelta(days=1), EVENING + DAY)
    look(YESTERDAY + timedelta(days=1), EVENING + DAY + HOUR)

    (item,) = raised(outbreak)
    assert (item.data["n_days"], item.data["last_day"], item.data["greatest"]) == (
        2, "2020-02-09", 30,
    )  # fmt: skip
    assert WarningRow.objects.filter(item_id=item.id, level="grid").count() == 3


def test_one_dismissed_comes_again_only_when_it_has_grown_and_says_which_it_was(
    outbreak: City,
) -> None:
    look()
    advance(raised(outbreak)[0].id, "dismiss", outbreak.scene("sam"), data=DISMISSED)
    positives(outbreak, "oak1", YESTERDAY + timedelta(days=1), 12)
    look(YESTERDAY + timedelta(days=1), EVENING + DAY)
    assert len(raised(outbreak)) == 1
    positives(outbreak, "oak1", YESTERDAY + timedelta(days=2), 40)

    look(YESTERDAY + timedelta(days=2), EVENING + 2 * DAY)

    before, grown = raised(outbreak)
    assert (before.stage, grown.stage) == ("dismissed", "raised")
    assert grown.data["before_id"] == before.id


def test_one_accepted_stays_one_while_it_goes_on_and_another_rise_is_another(
    outbreak: City,
) -> None:
    look()
    advance(raised(outbreak)[0].id, "accept", outbreak.scene("sam"), data=ACCEPTED)
    later = YESTERDAY + timedelta(days=PLAN.quiet_days + 10)
    for day, n in ((YESTERDAY + timedelta(days=1), 200), (later, 900)):
        positives(outbreak, "oak1", day, n)
        look(day, clock.midnight_s(day) + DAY + 4 * HOUR)

    assert [item.stage for item in raised(outbreak)] == ["accepted", "raised"]
    assert "before_id" not in raised(outbreak)[1].data


def test_the_chore_looks_once_a_night_when_the_day_is_over(outbreak: City) -> None:
    midnight = clock.midnight_s(YESTERDAY + timedelta(days=1))

    assert watch.chore(midnight + HOUR) == 0
    assert not WarningRun.objects.exists()
    assert watch.chore(midnight + 4 * HOUR) == 1
    assert watch.chore(midnight + 5 * HOUR) == 0
    assert WarningRun.objects.get().day == YESTERDAY


def test_who_reaches_the_whole_city_may_look_now_and_nobody_else(outbreak: City) -> None:
    for name in ("fay", "dee", "sam", "tao", "eve", "ann"):
        with pytest.raises(NotAllowed):
            watch.run_now(outbreak.actor(name), now=EVENING)

    assert watch.run_now(outbreak.actor("jo"), now=EVENING).asked_by is not None


def test_a_look_asked_for_again_before_it_began_is_the_same_look(outbreak: City) -> None:
    first, again = (watch.ask(outbreak.actor("jo")) for _ in range(2))

    assert again.id == first.id
    assert watch.ask(outbreak.actor("gil")).id != first.id
    Job.objects.update(state=JobState.RUNNING)
    assert watch.ask(outbreak.actor("jo")).id not in {first.id}


def test_a_drill_raises_for_drills_only(outbreak: City) -> None:
    watch.run(PLAN, day=YESTERDAY, now=EVENING, exercise=True)

    assert raised(outbreak) == []


def test_three_days_of_history_are_told_as_too_short_and_not_as_quiet(city: City) -> None:
    positives(city, "oak1", YESTERDAY, 9)
    positives(city, "oak1", YESTERDAY - timedelta(days=2), 1)

    made = look()

    assert made.n_loud == 0
    assert set(made.statuses) == {"missing"}  # unknown before the first result, never zero


def test_an_area_without_people_is_left_out_by_name_where_people_are_compared(
    outbreak: City,
) -> None:
    plan = plans.parse(f'[[watch]]\nsignal = "{SIGNAL}"\nlevels = ["grid"]\nmethod = "tail"\n')

    made = look(plan=plan)

    assert made.notes == [{"code": "no_people", "signal": SIGNAL, "level": "grid", "n": 3}]
    assert made.n_series == 0


def test_a_change_of_definition_that_is_not_declared_is_warned_of_and_one_that_is_is_not(
    outbreak: City,
) -> None:
    for back in range(20):
        positives(outbreak, "oak2", YESTERDAY - timedelta(days=back), 60 if back == 4 else 3)
    day = YESTERDAY - timedelta(days=4)
    text = f'[[change]]\nsignal = "{SIGNAL}"\nfirst = {day}\nlast = {day}\nbacklog = 1\nwhy = "x"\n'
    declared = Plan(PLAN.watches, plans.parse(text + '[[watch]]\nsignal = "fevers"\n'
                    'levels = ["grid"]\nmethod = "bayes"\n').changes, history_days=20)  # fmt: skip

    found = {(one["area_id"], one["day"]) for one in look().breaks}

    assert found == {(outbreak.areas[n].id, str(day)) for n in ("east", "w")}
    assert look(plan=declared).breaks == []


def test_a_plan_that_cannot_be_used_is_refused_with_its_place() -> None:
    good = '[[watch]]\nsignal = "fevers"\nlevels = ["grid"]\nmethod = "bayes"\n'
    for text, words in (
        ("history_days = 2\n" + good, "history_days: 2 days cannot be read"),
        (good.replace("bayes", "cusum"), r"\[\[watch\]\] 1: cusum tells no chance"),
        (good.replace("fevers", "fevrs"), "fevrs is no signal"),
        (good.replace("grid", "gird"), "gird is no level"),
        (good + "option = 3\n", "option is not known"),
        ("false_share = -1\n" + good, "-1 is no number from 0 up"),
        ("history_days = 5\n", "watches nothing|most_delay"),
        ("history_days = \n", "TOML"),
    ):
        with pytest.raises(BadInput, match=words):
            plans.parse(text)
    assert plans.in_force().watch_of("cases.measles", Level.GRID) is not None


def test_how_cases_are_counted_is_not_declared_in_the_plan_a_second_time() -> None:
    change = (
        '[[change]]\nsignal = "cases.covid19"\nfirst = 2020-02-12\nlast = 2020-02-18\nwhy = "x"\n'
    )
    watch_one = '[[watch]]\nsignal = "fevers"\nlevels = ["grid"]\nmethod = "bayes"\n'

    for signal in ("cases.covid19", "onsets.*"):
        with pytest.raises(BadInput, match="is declared once, for all studies"):
            plans.parse(change.replace("cases.covid19", signal) + watch_one)


def test_nothing_that_is_not_known_becomes_zero_or_vanishes(outbreak: City) -> None:
    made = look()
    series = sum(made.statuses.values())

    assert series == made.n_series == 10  # a status for each series of grid, community and so on
    for row in made.rows.all():
        known = [v for v in row.past["counts"] if v is not None]
        assert all(np.isfinite(known))
        assert len(row.past["counts"]) == len(row.past["upper"]) == len(row.past["alarm"])


def test_a_method_that_compares_by_people_is_pictured_with_all_areas_of_its_level(
    outbreak: City,
) -> None:
    for name, n in (("oak1", 40), ("oak2", 60), ("ash1", 50)):
        area = outbreak.areas[name]
        Person.objects.bulk_create(
            Person(
                code=f"{name}-{k}", name="x", area=area, path=area.path, source="test",
                as_of=YESTERDAY, changed_at=EVENING,
            )
            for k in range(n)
        )  # fmt: skip
    plan = plans.parse(f'[[watch]]\nsignal = "{SIGNAL}"\nlevels = ["grid"]\nmethod = "tail"\n')
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))

    found = board.pictured(outbreak.actor("sam"), outbreak.areas["oak1"], SIGNAL, plan)

    assert (found.observed, found.alarm) == (9, True)  # the rest had 3 in a week, of 110 people
    assert found.expected == pytest.approx(3 * 40 / 110)
