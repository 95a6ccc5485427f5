"""Are trips staffed as soon as crews allow, and is it said what stands in the way?"""

from itertools import combinations, pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.crew_bounds import least_last_s, proved_last_s
from linli.analysis.dispatch.crews import (
    Job,
    Turns,
    Unstaffed,
    Yard,
    by_crews,
    convoys,
    escorts_needed,
    staff,
)
from linli.analysis.dispatch.snapshot import (
    Category,
    Crew,
    Rules,
    Severity,
    Vehicle,
    Window,
)
from linli.errors import BadInput

HOUR = 3600


def crews(n: int, **more) -> tuple[Crew, ...]:
    return tuple(Crew(f"crew {k}", 0, escorts=2, **more) for k in range(n))


def buses(n: int, **more) -> tuple[Vehicle, ...]:
    return tuple(Vehicle(f"bus {k}", 0, seats=38, **more) for k in range(n))


def yard(n_crews: int, n_buses: int, **more) -> Yard:
    said = {"crews": crews(n_crews), "vehicles": buses(n_buses), "turnaround_s": 0, **more}
    return Yard(**said)


def jobs(of: Yard, *whole_s: int, category: Category = Category.CONFIRMED, **more) -> list[Job]:
    """Trips of so many seconds, whose passengers arrive at half time."""
    return [
        Job(
            f"t{k}", category, whole // 2, whole,
            vehicles=tuple(range(len(of.vehicles))), crews=tuple(range(len(of.crews))), **more,
        )
        for k, whole in enumerate(whole_s)
    ]  # fmt: skip


def overlaps(found: Turns, what: str, gap: int = 0) -> list[tuple[str, str]]:
    """Pairs of trips that have the same crew, vehicle or lead car at one time."""
    return [
        (a.trip, b.trip)
        for a, b in combinations(sorted(found.turns, key=lambda t: t.start_s), 2)
        if getattr(a, what) is not None and getattr(a, what) == getattr(b, what)
        if b.start_s < a.end_s + gap
    ]


def shortest(whole_s: list[int], n_crews: int) -> int:
    """The earliest last arrival by trying every share of the trips (arrival at half time)."""
    best = sum(whole_s)
    for share in product(range(n_crews), repeat=len(whole_s)):
        load = [sorted((w for w, c in zip(whole_s, share, strict=True) if c == k)) for k in
                range(n_crews)]  # fmt: skip
        # with the longest trip last, half of it is saved at the end
        best = min(best, max((sum(x) - x[-1] // 2 for x in load if x), default=0))
    return best


def test_with_a_crew_for_each_trip_all_leave_at_once():
    of = yard(3, 3)

    found = staff(jobs(of, 100, 200, 300), of)

    assert [t.start_s for t in found.turns] == [0, 0, 0]
    assert (found.last_s, found.bound_s, found.is_proved) == (150, 150, True)


def test_with_one_crew_trips_follow_each_other_and_the_longest_goes_last():
    of = yard(1, 3)

    found = staff(jobs(of, 100, 200, 300), of)

    assert found.last_s == 100 + 200 + 150
    assert overlaps(found, "crew") == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9).map(lambda n: n * 20), min_size=1, max_size=6), st.integers(1, 3))
def test_the_last_arrival_is_the_earliest_that_any_share_gives(whole_s, n_crews):
    of = yard(n_crews, 9)

    found = staff(jobs(of, *whole_s), of)

    assert found.last_s == found.bound_s == shortest(whole_s, n_crews)
    assert overlaps(found, "crew") == overlaps(found, "vehicle") == []


def soonest(of: Yard, night: list[Job]) -> int:
    """The earliest last arrival by trying every order and everybody who could take each trip."""
    best = 10**9
    for order in permutations(night):
        for who in product(*(product(job.crews, job.vehicles) for job in order)):
            crew_free = [c.duty.from_s for c in of.crews]
            bus_free = [v.duty.from_s for v in of.vehicles]
            carried, last = dict[int, Category | None](), 0
            for job, (crew, bus) in zip(order, who, strict=True):
                same = carried.get(bus, job.category) is job.category
                gap = 0 if bus not in carried else of.turnaround_s if same else of.cleaning_s
                start = max(crew_free[crew], bus_free[bus] + gap, job.earliest_s)
                crew_free[crew] = bus_free[bus] = start + job.whole_s
                carried[bus], last = job.category, max(last, start + job.arrive_s)
            best = min(best, last)
    return best


TRIPS = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(["confirmed", "suspected"]), st.integers(0, 3)),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(TRIPS, st.integers(0, 300))
def test_with_two_categories_and_a_late_crew_it_is_the_earliest_of_all_ways(trips, late_s):
    two = (Crew("early", 0, 2), Crew("late", 0, 2, duty=Window(late_s, 9 * HOUR)))
    of = Yard(two, buses(2), turnaround_s=10, cleaning_s=90)
    night = [
        Job(f"t{k}", Category(category), n * 10, n * 20, (0, 1), (0, 1), earliest_s=ready * 15)
        for k, (n, category, ready) in enumerate(trips)
    ]

    found = staff(night, of)

    assert found.last_s == soonest(of, night)
    assert found.bound_s <= found.last_s
    proved_s = proved_last_s(night, of, at_least_s=0, found_s=2 * found.last_s + 9)
    assert proved_s <= found.last_s
    assert overlaps(found, "crew") == overlaps(found, "vehicle", gap=10) == []


def test_a_vehicle_is_cleaned_between_two_categories_and_not_within_one():
    of = yard(9, 1, cleaning_s=1000)
    two = [*jobs(of, 100, 100), *jobs(of, 100, category=Category.SUSPECTED)]
    two[2] = Job("s", Category.SUSPECTED, 50, 100, (0,), two[0].crews)

    found = staff(two, of)

    ends = sorted((t.start_s, t.end_s, t.trip) for t in found.turns)
    between = [b[0] - a[1] for a, b in pairwise(ends)]
    assert sorted(between) == [0, 1000]
    assert found.last_s == 100 + 100 + 1000 + 50


def test_what_a_vehicle_last_carried_is_cleaned_away_first():
    dirty = Yard(crews(1), buses(1, last_carried=Category.SUSPECTED), cleaning_s=500)

    assert staff(jobs(dirty, 100), dirty).of("t0").start_s == 500


def test_the_turnaround_is_kept_between_two_trips_of_a_vehicle():
    of = yard(9, 2, turnaround_s=70)

    found = staff(jobs(of, 100, 100, 100), of)

    assert found.last_s == 100 + 70 + 50
    assert overlaps(found, "vehicle", gap=70) == []


def test_nobody_leaves_before_the_window_opens_nor_before_the_crew_is_there():
    of = Yard(crews(1, duty=Window(40, 9 * HOUR)), buses(1))

    found = staff(jobs(of, 100, earliest_s=30), of)

    assert found.of("t0").start_s == 40


def test_a_convoy_leaves_together_behind_one_lead_car():
    of = yard(9, 9, n_lead_cars=1)
    four = jobs(of, 100, 100, 100, 300)

    alone = staff(four, of)
    together = staff(convoys(four, ["shelter"] * 4, size=2), of)

    assert alone.last_s == 300 + 150  # one after the other
    assert together.last_s == 100 + 150  # two convoys
    assert {together.of("t3").start_s, together.of("t0").start_s} == {100}
    assert overlaps(alone, "lead_car") == []


def test_the_table_tells_what_more_crews_are_worth():
    of = yard(15, 15)
    night = jobs(of, *([4 * HOUR] * 14))

    table = by_crews(night, of)

    assert [(n, turns.last_s // HOUR) for n, turns in table] == [
        (2, 26), (4, 14), (8, 6), (15, 2),
    ]  # fmt: skip
    assert all(turns.gap <= 0.02 for _, turns in table)


def test_trips_that_do_not_share_out_evenly_prove_a_later_bound_than_their_sum():
    of = yard(3, 9)
    minutes = [60 * n for n in (60, 40, 40, 30, 10, 10)]
    night = jobs(of, *minutes)

    by_sum = least_last_s(night, of)
    proved_s = proved_last_s(night, of, at_least_s=by_sum, found_s=2 * HOUR)

    assert by_sum == (190 - 30 - 20 - 20) / 3 * 60  # all, less half of the three longest
    assert staff(night, of).last_s == 50 * 60  # 10 and 60 arrive after 40, 30 and 40 after 50
    assert 49 * 60 < proved_s <= 50 * 60


def test_in_the_table_wards_wait_as_long_as_few_crews_need():
    of = yard(15, 15)
    night = jobs(of, *([4 * HOUR] * 14), latest_s=8 * HOUR)

    (_, two), (_, many) = by_crews(night, of, counts=(2, 15))

    assert two.last_s == 26 * HOUR
    assert many.last_s == 2 * HOUR


def test_escorts_follow_the_severity_and_round_up():
    rules = Rules(persons_per_escort=((Severity.MILD, 20), (Severity.SEVERE, 4)))

    assert escorts_needed([(Severity.MILD, 38)], rules) == 2
    assert escorts_needed([(Severity.MILD, 20)], rules) == 1
    assert escorts_needed([(Severity.MILD, 10), (Severity.SEVERE, 4)], rules) == 2
    assert escorts_needed([], rules) == 1


def test_everything_that_is_missing_is_told_at_once():
    of = Yard((), (), n_lead_cars=0)

    with pytest.raises(Unstaffed) as refused:
        staff(jobs(of, 100), of)

    said = refused.value.tell()
    assert all(word in said for word in ("no crew", "no vehicle", "no lead car"))


def test_a_trip_nobody_may_take_is_named():
    of = yard(1, 1)
    job = Job("t9", Category.CONFIRMED, 50, 100, vehicles=(), crews=(), escorts=3, seats=50)

    with pytest.raises(Unstaffed, match=r"Trip t9 needs a protected crew of 3.*50 seats"):
        staff([job], of)


@pytest.mark.parametrize(
    ("n_crews", "more", "said"),
    [
        (1, {"by_s": 120}, ["only these crews", "in a bed by then"]),
        (3, {"by_s": 60, "n_lead_cars": 1}, ["lead cars", "in a bed by then"]),
        (3, {"by_s": 40}, ["in a bed by then"]),
    ],
)
def test_rules_that_clash_are_named_and_no_others(n_crews, more, said):
    of = yard(n_crews, 3, **more)

    with pytest.raises(Unstaffed) as refused:
        staff(jobs(of, 100, 100, 100), of)

    told = refused.value.tell()
    assert all(part in told for part in said)
    assert told.count(";") + 1 == len(said)


def test_the_same_seed_gives_the_same_turns():
    of = yard(4, 15)
    night = jobs(of, *(900 + 137 * k for k in range(14)))

    assert staff(night, of, seed=3, effort=0.1) == staff(night, of, seed=3, effort=0.1)


def test_a_convoy_of_nothing_is_refused():
    with pytest.raises(BadInput, match="one trip or more"):
        convoys([], [], size=0)


def test_no_trip_needs_nobody():
    assert staff([], yard(0, 0)).last_s == 0
