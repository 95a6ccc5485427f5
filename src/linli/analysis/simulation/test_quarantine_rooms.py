"""Does a quarantine's room that falls free go to whoever waits longest, and is the wait told?"""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.compare import compare
from linli.analysis.simulation.disease import shipped
from linli.analysis.simulation.engine import begin, run
from linli.analysis.simulation.policies import Beds, Isolate, Quarantine, Trace
from linli.analysis.simulation.response import keep
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import NOT_YET, Held, State
from linli.analysis.simulation.waits import waits_of

CITY = build(even_grids(4000, n_districts=2), CityPlan(), np.random.default_rng(1))
TOWN = build(even_grids(30_000, n_districts=3), CityPlan(), np.random.default_rng(1))
COVID = shipped("covid-19-2020")
FEW = 30


def watched(policies, *, seed=1, n_days=45, of=TOWN, first=60):
    """Who sits in a room and who waits for one, at the end of each day; and the run."""
    days = []

    def on_day(state):
        held = state.tally["held"]
        days.append({
            "rooms": set(held[state.held_away[held] == Held.ROOM].tolist()),
            "waiting": state.tally["wait_held"].tolist(),
            "since": state.tally["wait_held_since"].tolist(),
            "n_rooms": state.tally["held_rooms"],
        })  # fmt: skip

    ran = run(Setting(of, COVID, policies, first=first), seed=seed, n_days=n_days, on_day=on_day)
    return days, ran


@pytest.fixture(scope="module")
def short():
    return watched((Isolate(), Trace(rooms=FEW, days=7)))


def test_a_room_that_falls_free_goes_to_who_waits_longest(short):
    days, ran = short

    n_waited = 0
    for before, after in pairwise(days):
        moved = after["rooms"] - before["rooms"]
        since = dict(zip(before["waiting"], before["since"], strict=True))
        left = after["since"]
        came = [since[i] for i in moved if i in since]
        n_waited += len(came)
        if came and left:
            assert max(came) <= min(left)
        if after["waiting"]:
            assert after["n_rooms"] == FEW  # nobody waits beside an empty room
    assert n_waited > FEW  # more moved after a wait than there are rooms
    assert ran.series["held_room_queue"].max() > FEW


def test_rooms_are_never_more_than_there_are_and_are_counted_right(short):
    for day in short[0]:
        assert len(day["rooms"]) == day["n_rooms"] <= FEW
        assert len(set(day["waiting"])) == len(day["waiting"])
        assert not day["rooms"] & set(day["waiting"])
        assert day["since"] == sorted(day["since"])


def test_waits_for_rooms_are_told_like_the_others():
    short, enough = Trace(rooms=20, days=7), Trace(rooms=10**6, days=7)
    told = waits_of(compare(
        {name: Setting(TOWN, COVID, (Isolate(), policy), first=60)
         for name, policy in (("short", short), ("enough", enough), ("none", Trace()))},
        n_days=40, most_seeds=2, least_seeds=2,
    ))  # fmt: skip

    wait = told["short"]["held_rooms"]
    assert wait.most[0] > 20
    assert wait.longest_days[0] > 1
    assert wait.total_days[0] > wait.most[0]
    assert told["enough"]["held_rooms"].most[0] == 0
    assert told["none"]["held_rooms"].most[0] == 0  # there are none, so nobody waits for one


def test_who_was_told_to_stay_at_home_first_gets_a_room_when_tracers_say_so():
    policies = (Isolate(), Quarantine(), Trace(rooms=10**6))

    days, ran = watched(policies, n_days=30)

    sits = ran.state.tally["held"]
    assert len(days[-1]["rooms"]) > 0.9 * len(sits)


def test_a_room_falls_free_when_its_guest_gets_a_bed():
    days, ran = watched((Isolate(rooms=10**6), Trace(rooms=10**6), Beds(ward=50)), n_days=40)

    rows = ran.state.infected.columns()
    in_bed = set(rows["person"][rows["bed"] > 0].tolist())
    assert in_bed
    assert not days[-1]["rooms"] & in_bed


def test_rooms_that_differ_from_a_day_on_leave_the_world_before_it_alone():
    settings = {
        "few": Setting(CITY, COVID, (Isolate(), Trace(rooms=5)), first=30),
        "more": Setting(
            CITY, COVID, (Isolate(), Trace(rooms=5, until_day=15), Trace(rooms=400, from_day=15)),
            first=30,
        ),
    }  # fmt: skip

    found = compare(settings, n_days=30, most_seeds=2, least_seeds=2)

    for name in ("infections", "held_people", "held_room_queue"):
        one, other = found.series[name]
        assert (one[:, :15] == other[:, :15]).all()
    assert found.series["held_room_queue"][1, :, 15:].sum() < (
        found.series["held_room_queue"][0, :, 15:].sum()
    )


def test_a_world_with_a_queue_for_rooms_is_taken_up_as_it_was():
    setting = Setting(CITY, COVID, (Isolate(), Trace(rooms=5)), first=30)
    state = run(setting, seed=3, n_days=12).state
    assert len(state.tally["wait_held"])

    went_on = run(setting, seed=3, n_days=10, state=State.restored(state.arrays())).state

    whole = run(setting, seed=3, n_days=22).state.arrays()
    assert all(np.array_equal(a, whole[n], equal_nan=True) for n, a in went_on.arrays().items())


HOLDS = st.lists(
    st.tuples(
        st.integers(0, 12),  # the day
        st.lists(st.integers(0, 39), min_size=1, max_size=25, unique=True),
        st.integers(1, 6),  # days
        st.booleans(),  # in a room
    ),
    max_size=14,
)


@how(max_examples=60)
@given(holds=HOLDS, rooms=st.lists(st.integers(0, 8), min_size=13, max_size=13), data=st.data())
def test_rooms_are_given_as_somebody_with_a_list_on_paper_would_give_them(holds, rooms, data):
    state = begin(Setting(CITY, COVID, first=10), seed=1)
    state.series = defaultdict(list)
    ill = state.infected.person[:10].tolist()
    people = ill[:4] + [i for i in range(60) if i not in ill][:36]
    gone = data.draw(st.dictionaries(st.integers(0, 3), st.tuples(
        st.integers(1, 12), st.sampled_from(["reported", "bed"])), max_size=3))  # fmt: skip
    for day, who, n_days, wants_room in holds:
        chosen = np.array(sorted(people[k] for k in who), np.int32)
        state.holds.setdefault(day, []).append((chosen, n_days, False, wants_room))
    paper = _Paper()

    for day in range(13):
        state.day, known_on = day, state.infected.reported
        for k, (on, why) in gone.items():
            if on == day:
                row = state.find_rows()[people[k]]
                column, value = (state.infected.bed, 1) if why == "bed" else (known_on, day)
                column[row] = value
                paper.gone[people[k]] = why
        due = list(state.holds.get(day, []))
        keep(state, rooms=rooms[day], longest=60)
        queue, waited = paper.day(day, due, rooms[day])

        held = state.tally["held"]
        assert set(held.tolist()) == set(paper.until)
        assert set(held[state.held_away[held] == Held.ROOM].tolist()) == paper.rooms
        if rooms[day]:
            assert state.tally["wait_held"].tolist() == queue
            given_ = state.series["held_room_wait_days"][-1]
            assert given_ == pytest.approx(sum(waited) / len(waited) if waited else 0)


class _Paper:
    """The same, kept on paper: who is kept until when, who sits in a room, who waits since when."""

    def __init__(self):
        self.until, self.rooms, self.waits, self.gone = {}, set(), {}, {}

    def day(self, day, due, n_rooms):
        self.until = {i: until for i, until in self.until.items() if until > day}
        self.rooms = {i for i in self.rooms if i in self.until and self.gone.get(i) != "bed"}
        self.waits = {
            i: since for i, since in self.waits.items() if i in self.until and i not in self.gone
        }
        for people, n_days, _, wants_room in due:
            for i in people.tolist():
                if self.gone.get(i) == "reported":
                    continue
                if i not in self.rooms:
                    self.until[i] = max(self.until.get(i, 0), day + n_days)
                    if wants_room and i not in self.gone:
                        self.waits.setdefault(i, day)
        queue = list(self.waits)  # who was told first stands first
        free = max(0, n_rooms - len(self.rooms))
        moved = queue[:free]
        waited = [day - self.waits.pop(i) for i in moved]
        self.rooms |= set(moved)
        return queue[free:], waited


def test_nobody_who_is_known_waits_for_a_quarantines_room():
    days, ran = watched((Isolate(), Trace(rooms=5)), n_days=30)

    rows = ran.state.infected.columns()
    known = set(rows["person"][rows["reported"] != NOT_YET].tolist())
    today = set(rows["person"][rows["reported"] == 29].tolist())
    assert not (known - today) & set(days[-1]["waiting"])
