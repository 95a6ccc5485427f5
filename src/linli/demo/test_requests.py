"""Made-up requests are mixed, come from households that can have them, and read well."""

from string import Formatter

import numpy as np
import pytest

from linli.demo.city import build_city
from linli.demo.plan import plan_named
from linli.demo.requests import CHANNELS, DAY, build_requests, request_types
from linli.demo.residents import Need
from linli.demo.tables import table

N = 2000
EVENING = 1_581_242_400  # 9 February 2020, 18:00 in Wuhan


@pytest.fixture(scope="module")
def city():
    return build_city(plan_named("wuhan"), scale=0.01, seed=7)


@pytest.fixture(scope="module")
def requests(city):
    return build_requests(city, n=N, seed=5, until=EVENING, days=3)


def test_the_catalogue_has_every_class_and_a_known_duty_for_every_type():
    types = request_types()
    duties = {d["code"] for d in table("duties.csv")}

    assert len(types) >= 25
    assert {t.item_class for t in types} == {"urgent", "utility", "normal"}
    assert all(t.duty in duties and t.name_zh and t.name_en and t.topic for t in types)
    assert {t.duty for t in types} == duties


def test_every_type_has_texts_whose_blanks_can_be_filled_in_both_languages():
    slots = {r["slot"] for r in table("request_words.csv")} | {"home", "building"}

    assert {r["type"] for r in table("request_texts.csv")} == {t.code for t in request_types()}
    for row in table("request_texts.csv"):
        zh, en = ({s for _, s, _, _ in Formatter().parse(row[k]) if s} for k in ("zh", "en"))
        assert zh == en <= slots


def test_there_are_as_many_as_asked_for_oldest_first_and_of_every_class(requests):
    classes = {request_types()[t].item_class for t in requests.type}

    assert len(requests) == len(requests.text_zh) == N
    assert classes == {"urgent", "utility", "normal"}
    assert len(np.unique(requests.type)) >= 40
    assert (np.diff(requests.opened_at) >= 0).all()
    assert requests.opened_at.max() <= EVENING
    assert requests.opened_at.min() >= EVENING - 3 * DAY - 3600
    assert set(requests.channel.tolist()) == set(CHANNELS)


def test_a_need_is_asked_for_by_somebody_who_has_it(city, requests):
    for row, kind in enumerate(requests.type):
        need = request_types()[kind].asks_of
        assert city.residents.person_household[requests.person[row]] == requests.household[row]
        if need:
            assert Need(int(city.residents.person_needs[requests.person[row]])) & need


def test_an_echo_follows_its_first_report_in_the_same_compound(city, requests):
    people = city.residents
    home = people.building_area[people.household_building]
    echo = np.flatnonzero(requests.duplicate_of >= 0)
    first = requests.duplicate_of[echo]

    assert 0.1 < len(echo) / N < 0.3
    assert (first < echo).all()
    assert (requests.duplicate_of[first] == -1).all()
    assert (requests.type[echo] == requests.type[first]).all()
    assert (home[requests.household[echo]] == home[requests.household[first]]).all()
    assert all(request_types()[t].shared for t in requests.type[echo])


def test_fewer_ask_at_night_than_in_the_morning(requests):
    hour = (requests.opened_at + 8 * 3600) // 3600 % 24

    assert (np.isin(hour, (1, 2, 3, 4))).sum() * 3 < (np.isin(hour, (8, 9, 10, 11))).sum()


def test_texts_are_filled_in_and_the_same_seed_writes_the_same(city, requests):
    again = build_requests(city, n=N, seed=5, until=EVENING, days=3)

    assert not any("{" in t for t in (*requests.text_zh, *requests.text_en))
    assert (again.text_zh == requests.text_zh).all()
    assert (again.opened_at == requests.opened_at).all()
    assert len(np.unique(requests.text_zh)) > N / 2
