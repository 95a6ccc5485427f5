"""Is the simulated city the registered one, and does a run stand where the records stand?"""

from datetime import date, timedelta

import numpy as np
import pytest

from linli.analysis.simulation.care import WARD
from linli.loops import counted
from linli.registry.person import Person
from linli.studies.simulation.city import NobodyThere, registered
from linli.studies.simulation.parameters import NAMES, parameters
from linli.studies.simulation.records import Moment, beds, standing
from tests.cast import EVENING, City
from tests.crowd import TODAY, Crowd

pytestmark = pytest.mark.db


@pytest.fixture
def crowd(city: City) -> Crowd:
    return Crowd(city)


def moment_of(city: City, name: str = "w") -> Moment:
    return Moment(EVENING, False, city.areas[name].path)


def test_everybody_registered_is_there_with_their_household_compound_and_age(crowd: Crowd):
    here = registered(crowd.city.areas["w"], TODAY)

    made = here.city
    assert made.n_people == 720
    assert made.n_households == 240
    assert sorted(set(here.compounds)) == sorted(c.id for c in crowd.compounds)
    at = here.find(np.array([p.id for p in crowd.people]))
    assert made.age[at].tolist() == [41, 38, 9] * 240
    assert not made.floating.any()  # one of three in each household
    homes = made.household[at].reshape(240, 3)
    assert (homes == homes[:, :1]).all()
    own = [here.compounds[n] for n in made.compound.of(at)]
    assert own == [c.id for c in crowd.compounds for _ in range(120)]
    assert [int(n) for n in here.city.district.names] == [
        crowd.city.areas[d].id for d in ("east", "west")
    ]


def test_an_area_has_its_own_people_only_and_nobody_who_left(crowd: Crowd):
    gone = crowd.people[0]
    Person.objects.filter(id=gone.id).update(left_on=TODAY - timedelta(days=1))

    here = registered(crowd.city.areas["oak"], TODAY)

    assert here.city.n_people == 239
    assert here.find(np.array([gone.id]))[0] == -1
    assert set(here.communities) == {crowd.city.areas["oak"].id}
    with pytest.raises(NobodyThere, match="holds nobody"):
        registered(crowd.city.areas["court"], TODAY)


def test_who_has_no_household_lives_alone_and_an_unknown_age_is_drawn(crowd: Crowd):
    Person.objects.filter(id=crowd.people[0].id).update(household=None, birth_date=None)

    here = registered(crowd.city.areas["w"], TODAY)

    assert (here.n_alone, here.n_ages_drawn) == (1, 1)
    assert here.city.n_people == 720
    assert 0 in here.compounds


def test_the_same_registry_has_the_same_fingerprint_and_another_has_another(crowd: Crowd):
    first, again = (registered(crowd.city.areas["w"], TODAY).fingerprint for _ in range(2))
    Person.objects.filter(id=crowd.people[0].id).update(birth_date=date(1950, 1, 1))

    assert first == again
    assert registered(crowd.city.areas["w"], TODAY).fingerprint != first


def test_cases_stand_with_their_days_and_the_old_ones_are_immune(crowd: Crowd):
    ids = crowd.fall_ill(24)
    counted.items(exercise=False).filter(id=ids[0]).update(
        opened_at=EVENING - 60 * 86_400, data={"onset_on": "2019-12-05"}, state="closed",
        outcome="recovered",
    )  # fmt: skip
    counted.items(exercise=False).filter(id=ids[1]).update(state="closed", outcome="excluded")
    here = registered(crowd.city.areas["w"], TODAY)

    seen = standing(here, moment_of(crowd.city), disease="covid19")

    known = seen.known
    assert seen.n_confirmed == 23
    assert len(known.person) == 22
    assert known.immune.tolist() == here.find(np.array([crowd.people[0].id])).tolist()
    assert known.reported.max() == 28
    assert set((known.reported - known.onset).tolist()) == {3}
    assert seen.waits.mean() == pytest.approx(3)
    assert known.to_trace.all()  # nobody has finished an investigation


def test_a_case_of_somebody_who_lives_elsewhere_is_told_and_not_used(crowd: Crowd):
    crowd.fall_ill(4, every=100)
    here = registered(crowd.city.areas["oak"], TODAY)

    seen = standing(here, moment_of(crowd.city), disease="covid19")

    assert (seen.n_confirmed, len(seen.known.person), seen.n_elsewhere) == (4, 3, 1)


def test_beds_are_those_of_the_wards_less_those_that_others_lie_in(crowd: Crowd):
    bedside = crowd.beds()

    found = beds(moment_of(crowd.city))

    assert (found[WARD].n_beds, found[WARD].n_taken) == (10, 0)
    bedside.held(bedside.ward("二病区", n_beds=4, severity="severe"))
    assert beds(moment_of(crowd.city))[WARD].n_taken == 1


def test_a_parameter_of_too_few_records_keeps_its_default_and_says_so(crowd: Crowd):
    crowd.fall_ill(8)
    here = registered(crowd.city.areas["w"], TODAY)
    moment = moment_of(crowd.city)

    found = parameters(
        standing(here, moment, disease="covid19"), moment, n_people=720, disease="covid19"
    )

    wait = found["report_wait"]
    assert (wait.from_records, wait.n_records) == (False, 8)
    assert wait.value == wait.default
    assert wait.said == NAMES["report_wait"][4]


def test_a_parameter_of_enough_records_says_what_it_stands_on(crowd: Crowd):
    crowd.fall_ill(24)
    crowd.beds()
    here = registered(crowd.city.areas["w"], TODAY)
    moment = moment_of(crowd.city)

    found = parameters(
        standing(here, moment, disease="covid19"), moment, n_people=720, disease="covid19"
    )

    assert (found["report_wait"].value, found["report_wait"].n_records) == (3, 24)
    assert (found["trace_share"].value, found["trace_share"].n_records) == (0, 24)
    assert (found["ward"].value, found["ward"].from_records) == (10, True)
    assert found["response"].from_records
    assert found["intensive"].value == found["intensive"].default == round(3.6e-5 * 720)
    assert not found["coverage"].from_records


def test_staff_out_of_all_proportion_show_a_registry_without_its_residents(crowd: Crowd):
    here = registered(crowd.city.areas["w"], TODAY)
    moment = moment_of(crowd.city)
    seen = standing(here, moment, disease="covid19")

    found = parameters(seen, moment, n_people=72, disease="covid19")["response"]

    assert (found.from_records, found.value) == (False, found.default)


def test_an_exercise_is_no_record(crowd: Crowd):
    crowd.fall_ill(24)
    counted.items(exercise=False).update(exercise=True)
    here = registered(crowd.city.areas["w"], TODAY)

    seen = standing(here, moment_of(crowd.city), disease="covid19")

    assert seen.n_confirmed == 0
