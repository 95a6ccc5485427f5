"""Does the score over time move with the records alone, and are its nights kept and thinned?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection

from linli import clock
from linli.analysis.evaluation.formulas import shipped_formulas
from linli.analysis.evaluation.framework import shipped
from linli.jobs import queue
from linli.registry.households import Household
from linli.studies import thinning
from linli.studies.evaluation import snapshots, study
from linli.studies.evaluation.history import history
from linli.studies.evaluation.jobs import ask_for_the_night
from linli.studies.evaluation.records import vocabulary
from linli.studies.evaluation.tables import Snapshot, SnapshotRow
from tests.callers import still
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
COMMUNITY = shipped("community")
FORMULAS = shipped_formulas(COMMUNITY, vocabulary())
DAY = 24 * HOUR


def households(city: City, n: int) -> None:
    place = city.areas["oak1"]
    Household.objects.bulk_create(
        Household(code=f"H{k}", area=place, path=place.path, home=city.areas["house1"],
                  door=str(k), source="made up", as_of=date(2020, 1, 1), changed_at=EVENING)
        for k in range(n)
    )  # fmt: skip


def shown(city: City, **more: int) -> study.Study:
    oak = city.areas["oak"]
    basis = study.basis_of(now=EVENING, exercise=False, path=oak.path)
    return study.study(city.actor("sam"), oak, basis=basis, phase="peacetime", **more)


def keep(city: City, days_ago: float, formulas=FORMULAS) -> Snapshot:
    at = int(EVENING - days_ago * DAY)
    return snapshots.keep(city.areas["w"], COMMUNITY, formulas, now=at, by=None, exercise=False)


def test_a_night_is_kept_once_and_not_before_two_in_the_morning(city: City):
    midnight = clock.midnight_s(date(2020, 2, 9))
    times = (midnight + HOUR, midnight + 2 * HOUR, midnight + 3 * HOUR, EVENING, EVENING + DAY)

    asked = [ask_for_the_night(now=at, exercise=False) for at in times]
    before = Snapshot.objects.count()
    while queue.run_next():
        pass

    assert asked == [0, 1, 0, 0, 1]
    assert before == 0  # asked for by the chore, counted by a job beside it
    assert Snapshot.objects.filter(taken_by=None).count() == 2
    assert ask_for_the_night(now=EVENING + DAY + HOUR, exercise=False) == 0


def test_nobody_waits_to_write_while_a_night_is_counted(
    city: City, monkeypatch: pytest.MonkeyPatch
):
    before, seen, real = list(connection.savepoint_ids), [], snapshots.counted

    def watched(*args: Any, **more: Any) -> Any:
        seen.append(list(connection.savepoint_ids))
        return real(*args, **more)

    monkeypatch.setattr(snapshots, "counted", watched)
    keep(city, 1, formulas={"D1.2.1": FORMULAS["D1.2.1"]})
    snapshots.take(city.actor("gil"), city.areas["w"], framework=COMMUNITY,
                   formulas={"D1.2.1": FORMULAS["D1.2.1"]}, now=EVENING)  # fmt: skip

    assert seen == [before, before]


def test_old_nights_are_thinned_to_the_first_of_a_month_and_what_a_person_took_stays(city: City):
    for ago in (3, 34, 36, 37, 66, 67, 68):
        keep(city, ago)
    byhand = keep(city, 50)
    Snapshot.objects.filter(id=byhand.id).update(taken_by=city.accounts["gil"].id)

    snapshots.nightly(COMMUNITY, FORMULAS, now=EVENING, exercise=False)
    thinning.thin(EVENING)

    left = [round((EVENING - clock.seconds(s.at)) / DAY) for s in Snapshot.objects.order_by("-at")]
    assert left == [0, 3, 34, 37, 50, 68]  # the first of 3 and 4 January, and of 3 to 5 December
    assert SnapshotRow.objects.count() == len(left) * byhand.n_units


def test_the_line_moves_when_the_records_do_and_stands_still_when_others_change(city: City):
    households(city, 1920)
    for ago in (20, 10):
        keep(city, ago)
    Household.objects.filter(code__in=[f"H{k}" for k in range(960)]).delete()
    keep(city, 5)

    found = history(shown(city))

    scores = [p.score for p in found.points]
    assert len(scores) == 4
    assert scores[0] == scores[1] < scores[2] == scores[3]
    assert "D1.2.1" in found.indicators


def test_what_was_counted_otherwise_at_some_point_is_left_out_of_every_point(city: City):
    households(city, 1920)
    keep(city, 20)
    keep(city, 10, {**FORMULAS, "D1.2.1": replace(FORMULAS["D1.2.1"], times=9.0)})

    found = history(shown(city))

    assert "D1.2.1" not in found.indicators
    assert len({p.score for p in found.points}) <= 1


def test_one_may_ask_since_when_it_moved(city: City):
    households(city, 1920)
    keep(city, 20)
    Household.objects.filter(code__in=[f"H{k}" for k in range(960)]).delete()
    keep(city, 5)

    last, long_ago = shown(city), shown(city, since=EVENING - 15 * DAY)

    assert last.since.change.after == last.since.change.before
    assert long_ago.since.change.after > long_ago.since.change.before


def test_a_single_snapshot_makes_a_line_of_two_points_and_none_makes_no_line(city: City):
    households(city, 1920)
    none = history(shown(city))
    still()
    keep(city, 1)

    assert none.points == ()
    assert [p.snapshot_id is None for p in history(shown(city)).points] == [False, True]
