"""A job is done once, by whoever holds its lease; one that breaks does not hold up the others."""

import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from linli import clock
from linli.errors import BadInput
from linli.jobs import queue, worker
from linli.jobs.queue import MOST_ATTEMPTS, Job, LeaseLost, Running
from linli.jobs.worker import Chore, Lease, claim, do_once, release

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DONE: list[int] = []


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Jobs of these tests."""
    DONE.clear()
    before = dict(queue._kinds)
    queue.job("count")(lambda running: DONE.append(running.job.id))
    queue.job("break")(lambda running: 1 / 0)  # type: ignore[arg-type, return-value]
    queue.job("refuse")(refuse)
    queue.job("dawdle")(dawdle)
    queue.job("simulate", long=True)(lambda running: DONE.append(running.job.id))
    yield
    queue._long.discard("simulate")
    queue._kinds.clear()
    queue._kinds.update(before)


def refuse(running: Running) -> None:
    raise BadInput("No.")


def dawdle(running: Running) -> None:
    """Its lease runs out, and another worker takes it up before it says how far it is."""
    Job.objects.filter(id=running.job.id).update(lease_until=0)
    if running.job.attempts == 1:
        assert queue.run_next()
        with pytest.raises(LeaseLost):
            running.progress(9)
    running.progress(1, 2)
    DONE.append(running.job.attempts)


def again(job: Job) -> Job:
    """The job as it stands, with its pause over."""
    Job.objects.filter(id=job.id).update(not_before=0)
    job.refresh_from_db()
    return job


def test_jobs_are_done_once_and_in_order() -> None:
    asked = [queue.ask("count").id for _ in range(3)]

    while queue.run_next():
        pass

    assert asked == DONE
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_short_job_does_not_wait_for_the_long_ones_asked_for_before_it() -> None:
    long = [queue.ask("simulate").id for _ in range(10)]
    short = queue.ask("count").id

    assert queue.run_next(long=False)
    assert [short] == DONE
    assert not queue.run_next(long=False)
    while queue.run_next(long=True):
        pass
    assert [short, *long] == DONE


def test_a_long_job_may_be_silent_for_longer_than_a_short_one() -> None:
    until = {}
    for kind in ("simulate", "count"):
        queue.job(kind, long=kind == "simulate")(
            lambda running: until.update({running.job.kind: clock.seconds(running.job.lease_until)})
        )
        queue.ask(kind)
        queue.run_next()

    assert until["simulate"] - until["count"] > 10 * queue.LEASE_S


def test_a_job_that_breaks_lets_the_others_by_and_is_stopped_in_the_end() -> None:
    broken, good = queue.ask("break"), queue.ask("count")

    assert queue.run_next()
    assert queue.run_next()
    assert [good.id] == DONE
    for _ in range(MOST_ATTEMPTS):
        again(broken)
        queue.run_next()

    job = again(broken)
    assert (job.state, job.attempts) == ("stopped", MOST_ATTEMPTS)
    assert "ZeroDivisionError" in job.problem


def test_a_job_that_is_refused_is_not_tried_again() -> None:
    job = queue.ask("refuse")

    queue.run_next()

    assert again(job).state == "failed"
    assert not queue.run_next()


def test_a_job_whose_worker_died_is_taken_up_when_its_lease_has_run_out() -> None:
    job = queue.ask("count")
    later = int(clock.wall_now()) + 3600
    Job.objects.filter(id=job.id).update(state="running", attempts=1, lease_until=later)
    assert not queue.run_next()

    Job.objects.filter(id=job.id).update(lease_until=0)

    assert queue.run_next()
    assert [job.id] == DONE


def test_a_job_that_kills_its_workers_is_stopped() -> None:
    job = queue.ask("count")
    Job.objects.filter(id=job.id).update(state="running", attempts=MOST_ATTEMPTS, lease_until=0)

    assert queue.run_next()

    assert again(job).state == "stopped"
    assert DONE == []


def test_a_slow_worker_whose_lease_another_took_stops_and_changes_nothing() -> None:
    job = queue.ask("dawdle")

    queue.run_next()

    job.refresh_from_db()
    assert DONE == [2]  # the second worker's
    assert (job.state, job.attempts, job.n_done) == ("done", 2, 1)


def test_a_chore_is_done_by_one_copy_and_a_dead_ones_lease_runs_out() -> None:
    assert claim("tick", "one", 100, 60)
    assert not claim("tick", "two", 159, 60)
    assert claim("tick", "one", 159, 60)
    assert claim("tick", "two", 220, 60)
    release("tick", "one")
    assert not claim("tick", "one", 221, 60)
    release("tick", "two")
    assert claim("tick", "one", 221, 60)


def test_a_chore_that_breaks_gives_its_lease_back_and_counts_nothing() -> None:
    chore = Chore("broken", lambda: 1 // 0)

    assert do_once(chore, "one") == 0

    assert Lease.objects.get(name="broken").holder == ""


def locked() -> int:
    """A chore that finds somebody else writing."""
    raise OperationalError("database is locked")


def test_a_chore_that_could_not_write_says_so_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    assert do_once(Chore("crowded", locked), "one") == 0

    assert [(r.getMessage(), r.exc_info) for r in caplog.records] == [
        ("The chore crowded waited in vain to write and will be tried again.", None)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_a_list_in_while_a_what_if_runs() -> None:
    stop, began, done = threading.Event(), threading.Event(), threading.Event()

    def long(_: Running) -> None:
        began.set()
        assert done.wait(20)
        stop.set()

    def short(_: Running) -> None:
        assert began.wait(20)
        done.set()

    queue.job("simulate", long=True)(long)
    queue.job("count")(short)
    queue.ask("simulate")
    queue.ask("count")

    worker.run([], stop=stop, pause_s=0.01)

    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_stops_gives_back_what_it_has_not_finished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop, over = threading.Event(), threading.Event()
    monkeypatch.setattr(worker, "JOB_ENDS_WITHIN_S", 0.01)

    def long(_: Running) -> None:
        stop.set()
        over.wait(20)

    queue.job("simulate", long=True)(long)
    job = queue.ask("simulate")
    worker.run([], stop=stop, pause_s=0.01)

    job.refresh_from_db()
    assert (job.state, clock.seconds(job.lease_until)) == ("running", 0)
    queue.job("simulate", long=True)(lambda _: over.set())
    assert queue.run_next(long=True)


@pytest.mark.django_db(transaction=True)
def test_clocks_do_not_wait_for_a_long_job() -> None:
    stop, began, ticked = threading.Event(), threading.Event(), threading.Event()

    def long(running: Running) -> None:
        began.set()
        assert ticked.wait(20)
        stop.set()

    def tick() -> int:
        if began.is_set():
            ticked.set()
        return 0

    queue.job("long")(long)
    job = queue.ask("long")

    worker.run([Chore("tick", tick, every_s=0.0)], stop=stop, pause_s=0.01)

    job.refresh_from_db()
    assert ticked.is_set()
    assert job.state == "done"
