"""Does a score split into its factors, and does each factor push the way it should?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.tracing.curve import curve
from linli.analysis.tracing.learn import learn
from linli.analysis.tracing.score import Candidates, People, candidates
from linli.analysis.tracing.test_visits import DAY, HOUR, MINUTE, Stay, visits
from linli.analysis.tracing.visits import AIRS, KINDS, Air, PlaceKind, Visits
from linli.analysis.tracing.weights import BELIEVED, CHINA_2020, FACTORS, PRIOR, TERMS, Weights
from linli.analysis.tracing.words import SAID
from linli.errors import BadInput

NOON = (12 * HOUR, 14 * HOUR, MINUTE)


def people(n: int, **known: list[float]) -> People:
    nothing = np.full(n, -1)
    onset = np.array(known.pop("onset", [np.nan] * n), dtype=float)
    ties = {name: np.array(known.get(name, nothing)) for name in ("household", "workplace", "area")}
    return People(onset, onset, **ties)


def pair(table: Visits, who: People | None = None) -> Candidates:
    found = candidates(table, who or people(int(table.person.max()) + 1))
    assert len(found) == 1
    return found


def two(**columns: object) -> Visits:
    """Persons 0 and 1 at one place over noon."""
    table = visits((0, 7, *NOON), (1, 7, *NOON))
    return replace(table, **{name: np.array(value) for name, value in columns.items()})


def at(kind: PlaceKind) -> Visits:
    return two(kind=[KINDS.index(kind)] * 2)


STAYS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(0, 5), st.integers(0, 3)),
    min_size=2, max_size=14,
)  # fmt: skip


@given(STAYS, st.lists(st.integers(-5, 15), min_size=6, max_size=6))
def test_every_score_is_the_sum_of_its_factors(stays, onset):
    table = visits(*[(p, q, d * DAY, (d + n) * DAY, DAY) for p, q, d, n in stays])
    found = candidates(table, people(6, onset=onset))

    for n in range(len(found)):
        factors = found.factors(n)
        assert [f.name for f in factors] == list(FACTORS)
        assert sum(f.log_odds for f in factors) == pytest.approx(found.score[n])


@given(STAYS)
def test_pairs_come_once_each_the_likeliest_first(stays):
    table = visits(*[(p, q, d * DAY, (d + n) * DAY, DAY) for p, q, d, n in stays])
    found = candidates(table, people(6))

    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert (np.diff(found.score) <= 0).all()


@given(STAYS, st.permutations(range(6)))
def test_what_people_are_called_changes_no_score(stays, names):
    rows = [(p, q, d * DAY, (d + n) * DAY, DAY) for p, q, d, n in stays]
    renamed = [(names[p], *rest) for p, *rest in rows]

    one = candidates(visits(*rows), people(6)).score
    other = candidates(visits(*renamed), people(6)).score

    assert one == pytest.approx(other)


def test_a_home_weighs_more_than_a_hospital_and_open_air_least():
    home, ward, street = (
        pair(at(kind)).score[0]
        for kind in (PlaceKind.PRIVATE, PlaceKind.HOSPITAL, PlaceKind.OUTDOORS)
    )

    assert home > ward > street


def test_an_open_window_weighs_as_the_odds_of_the_source():
    shut = pair(two(air=[AIRS.index(Air.NORMAL)] * 2)).score[0]
    wide = pair(two(air=[AIRS.index(Air.OPEN)] * 2)).score[0]

    assert wide - shut == pytest.approx(-2.9)


def test_one_household_weighs_more_than_two():
    together = pair(two(), people(2, household=[3, 3])).score[0]
    apart = pair(two(), people(2, household=[3, 4])).score[0]

    assert together - apart == pytest.approx(1.8)


def test_seats_in_one_row_weigh_more_than_near_and_than_another_carriage():
    def seated(carriage: list[int], row: list[int]) -> float:
        return float(pair(two(carriage=carriage, row=row)).score[0])

    assert seated([5, 5], [12, 12]) > seated([5, 5], [12, 14]) > seated([5, 5], [12, 20])
    assert seated([5, 5], [12, 20]) > seated([5, 6], [12, 12])


def test_a_place_where_many_were_weighs_less():
    few = pair(two()).score[0]
    crowd = visits(*[(n, 7, *NOON) for n in range(20)])

    assert candidates(crowd, people(20)).score.max() < few - 1


def test_a_visit_that_is_half_sure_halves_the_odds():
    sure = pair(two()).score[0]
    doubtful = pair(two(certainty=[1.0, 0.5])).score[0]

    assert doubtful - sure == pytest.approx(np.log(0.5))


def test_a_second_place_weighs_something_more():
    rows: list[Stay] = [(0, 7, *NOON), (1, 7, *NOON)]
    other: list[Stay] = [(0, 8, DAY, np.nan, DAY), (1, 8, DAY, np.nan, DAY)]

    assert pair(visits(*rows, *other)).score[0] > pair(visits(*rows)).score[0]
    assert pair(visits(*rows, *other)).n_places.tolist() == [2]


def test_nobody_met_and_nobody_is_a_candidate():
    assert len(candidates(visits((0, 7, *NOON), (1, 8, *NOON)), people(2))) == 0


def test_every_weight_names_where_it_comes_from():
    assert [term.name for term in BELIEVED if not term.why] == []
    assert CHINA_2020.source


def test_every_factor_and_term_can_be_said_to_a_person():
    assert set(SAID) == {*FACTORS, *TERMS}


def test_weights_of_another_length_are_refused():
    with pytest.raises(BadInput, match=f"Weights need {len(TERMS)} values"):
        Weights(np.zeros(3), "nowhere")


def decided(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Pairs at homes and hospitals; people linked 60 % of the former and 10 % of the latter."""
    dice = np.random.default_rng(7)
    home = np.arange(n) % 2 == 0
    terms = np.zeros((n, len(TERMS)))
    terms[:, TERMS.index("any pair:")] = 1
    terms[home, TERMS.index("place:private")] = 1
    terms[~home, TERMS.index("place:hospital")] = 1
    return terms, dice.random(n) < np.where(home, 0.6, 0.1)


def test_learning_makes_probabilities_that_are_right_on_average():
    terms, linked = decided()
    weights = learn(terms, linked, source="test")

    expected = 1 / (1 + np.exp(-(terms @ weights.values)))

    for name in ("place:private", "place:hospital"):
        some = terms[:, TERMS.index(name)] == 1
        assert expected[some].mean() == pytest.approx(linked[some].mean(), abs=0.02)


def test_what_no_record_speaks_of_stays_as_it_was_believed():
    terms, linked = decided()

    weights = learn(terms, linked, source="test")

    assert weights.of("seats:same row") == PRIOR.of("seats:same row")


def test_a_province_that_writes_down_few_links_teaches_nothing_about_places():
    terms, linked = decided(2_000)
    careless = np.arange(len(linked)) >= 1_000
    kept = linked & ~(careless & (np.random.default_rng(1).random(len(linked)) < 0.8))

    weights = learn(terms, kept, source="test", stratum=careless.astype(int))
    full = learn(terms[~careless], linked[~careless], source="test")

    difference = [w.of("place:private") - w.of("place:hospital") for w in (weights, full)]
    assert difference[0] == pytest.approx(difference[1], abs=0.5)


def test_precision_and_recall_are_those_counted_by_hand():
    found = curve(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, False, True, True]), n_links=5)

    assert found.recall == pytest.approx([0.2, 0.4, 0.6])
    assert found.precision == pytest.approx([1, 2 / 3, 3 / 4])
    assert found.precision_at(0.4) == pytest.approx(3 / 4)
    assert np.isnan(found.precision_at(0.8))
