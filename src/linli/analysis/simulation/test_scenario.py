"""Is what cannot be refused by name before anything runs?"""

import re
from importlib.resources import files

import pytest

from linli.analysis.simulation.city import WrongCity
from linli.analysis.simulation.disease import (
    WrongDisease,
    disease_names,
    read_disease,
    shipped,
)  # fmt: skip
from linli.analysis.simulation.policies import (
    KINDS,
    CloseCompounds,
    Rung,
    Trigger,
    WrongPolicy,
    policy_of,
)  # fmt: skip
from linli.analysis.simulation.scenario import read_study
from linli.errors import BadInput

CITY = """
[city]
people = 3000
[run]
starts = 2020-01-23
days = 30
first = 5
"""
CLOSE = """
[[scenario]]
name = "close"
[[scenario.policy]]
kind = "close_compounds"
from = 2020-02-01
leakage = 0.1
when = {reports = 3, days = 7, per = "community"}
reopen = [{quiet_days = 7, share = 0.5}]
where = ["community:C1"]
"""
GRIDS = (
    "grid,compound,community,district,people\ng1,x1,c1,d1,900\ng2,x1,c1,d1,800\ng3,x2,c2,d1,700\n"
)


def study(city=CITY, scenarios=CLOSE, files=None):
    return read_study(city, scenarios, lambda name: (files or {})[name])


def test_a_city_and_its_choices_are_read_from_two_texts():
    found = study()

    (policy,) = found.settings["close"].policies
    assert policy == CloseCompounds(
        from_day=9, leakage=0.1, when=Trigger(3, 7, "community"), reopen=(Rung(7, 0.5),),
        where=("community:C1",),
    )  # fmt: skip
    assert found.settings["close"].city.n_people == 3000
    assert found.n_days == 30


def test_a_city_comes_from_a_table_of_grids_with_their_totals():
    found = study(CITY.replace("people = 3000", 'grids = "g.csv"'), files={"g.csv": GRIDS},
                  scenarios=CLOSE.replace("C1", "c1"))  # fmt: skip

    city = found.settings["close"].city
    assert city.grid.names == ("g1", "g2", "g3")
    assert city.compound.start.tolist() == [0, 1700, 2400]
    assert city.community.names == ("c1", "c2")


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("people = 3000", "people = 0", "it has 0 people"),
        ("people = 3000", "people = -5", "it has -5 people"),
        ("people = 3000", "people = 3000.5", "people is 3000.5"),
        ("people = 3000", "people = 3000\nhousehold_size = 40", "household_size is 40"),
        ("people = 3000", "people = 3\nhousehold_size = 4.0", "larger than compound X1 with 3"),
        ("people = 3000", "people = 3000\nemployed = 1.3", "employed is 1.3"),
        ("people = 3000", "people = 3000\ncontacts = {work = -1}", "contacts.work is -1"),
        ("people = 3000", "people = 3000\npopulation = 7", "population is not known"),
        ("people = 3000", "seed = 1", "say either people, or grids"),
        ("first = 5", "first = 4000", "4000 infected at the start do not fit"),
        ("first = 5", "first = -1", "-1 is no whole number"),
        ("first = 5", "imported_a_day = -0.5", "-0.5 imported a day is below 0"),
        ("days = 30", "days = 0", "0 is no whole number from 1"),
        ("days = 30", 'days = 30\ndisease = "plague"', "There is no disease plague"),
        ("[run]", "[observation]\nsensitivity = 1.3\n[run]", "sensitivity: 1.3 is no share"),
        ("[run]", "[observation]\nperiods = [{tests_a_day = -1}]\n[run]", "tests_a_day: -1"),
        ("[run]", "[observation]\nperiods = [{definition = 'x'}]\n[run]", "x is none of"),
        ("[run]", "[run", "city, file:"),
    ],
)
def test_a_wrong_city_is_refused_by_name(old, new, names):
    with pytest.raises(BadInput, match=re.escape(names)):
        study(CITY.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("leakage = 0.1", "leakage = 1.3", "close_compounds, leakage: 1.3 is no share"),
        ("leakage = 0.1", "leakage = nan", "leakage: nan is no share"),
        ("leakage = 0.1", 'leakage = "a"', "leakage: 'a' is no number"),
        ("leakage = 0.1", "until = 2020-01-30", "until: day 7 is not after day 9"),
        ("leakage = 0.1", "until = 2020-01-02", "until: day -21 lies before the run begins"),
        ("from = 2020-02-01", "from = 2020-05-01", "from: day 99 lies after the run's last, 29"),
        ("from = 2020-02-01", 'from = "soon"', "'soon' is no day"),
        ("community:C1", "community:C9", "there is no community C9"),
        ("community:C1", "village", "village names no area"),
        ("reports = 3", "reports = 0", "reports and days have to be whole, and 1 or more"),
        ('per = "community"', 'per = "house"', "house is no level"),
        ("quiet_days = 7", "quiet_days = 0", "0 days and 0.5 are no rung"),
        ("close_compounds", "pray", "pray, kind: there is none"),
        ("leakage", "leak", "leak: is not known. Choose:"),
        ('name = "close"', "", "needs a name"),
        ('kind = "close_compounds"', 'kind = "beds"\nward = -1', "beds, leakage: is not known"),
        (CLOSE, "", "holds no [[scenario]]"),
        (CLOSE, CLOSE + CLOSE, "close stands twice"),
    ],
)
def test_a_wrong_choice_is_refused_by_name(old, new, names):
    with pytest.raises(BadInput, match=re.escape(names)):
        study(scenarios=CLOSE.replace(old, new))


@pytest.mark.parametrize(
    ("kind", "entry", "value"),
    [
        ("beds", "ward", -1), ("trace", "cases_a_day", -1), ("screen", "pool", 0),
        ("screen", "sensitivity", 1.3), ("vaccinate", "doses_a_day", -3),
        ("deliver", "every_days", 0),
        ("quarantine", "obey", -0.1), ("isolate", "rooms", -1), ("screen", "samples_a_day", 0.5),
        ("trace", "found", {"moon": 0.5}), ("trace", "found", {"work": 1.5}),
        ("reduce", "layers", {"moon": 0.5}), ("reduce", "layers", {"work": -0.5}),
    ],
)  # fmt: skip
def test_no_capacity_is_below_zero_and_no_probability_above_one(kind, entry, value):
    with pytest.raises(WrongPolicy, match=rf"Policy {kind}, ({entry}|work)"):
        policy_of({"kind": kind, entry: value})


def test_the_same_policy_twice_without_an_end_is_refused():
    twice = CLOSE + "[[scenario.policy]]\nkind = 'trace'\n[[scenario.policy]]\nkind = 'trace'\n"

    with pytest.raises(WrongPolicy, match="stands twice with no end"):
        study(scenarios=twice)


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (GRIDS.replace("people", "persons"), "lacks people"),
        (GRIDS.replace("900", "-9"), "line 2: people is -9"),
        (GRIDS.replace("900", ""), "line 2: people is empty"),
        (GRIDS.replace("g2", "g1"), "grid g1 stands twice"),
        (GRIDS.replace("g3,x2", "g3,x1"), "x1 lies in two areas"),
        (GRIDS.replace("g3,x2", "g3,"), "line 4: grid and areas need a name"),
        ("grid,compound,community,district,people\ng,x,c,d,0\n", "it has no people"),
    ],
)
def test_a_wrong_table_of_grids_is_refused_with_its_line(table, names):
    with pytest.raises(WrongCity, match=names):
        study(CITY.replace("people = 3000", 'grids = "g.csv"'), files={"g.csv": table})


def test_every_shipped_disease_is_read_and_names_a_source_for_every_number():
    assert disease_names() == ["covid-19-2020", "influenza", "measles", "sars-2003"]
    for name in disease_names():
        assert shipped(name).r0 > 1


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("r0 = 3.54", "r0 = -1", "r0: -1 is not 0 or more"),
        ("r0 = 3.54", "", "r0: is missing"),
        ("death_without_care = 0.9", "death_without_care = 1.2", "1.2 is no share"),
        ("susceptibility = [0.34, ", "susceptibility = [", "needs 9 decades"),
        ("household = 3.0", "moon = 3.0", "moon is none of"),
        ("dispersion = 0.3", "dispersion = 0", "has to be above 0"),
        ('stay = "assumed"', "", "stay: has no source"),
        ("mean = 2.9", "mean = -2.9", "latent: -2.9"),
    ],
)
def test_a_wrong_disease_is_refused_by_the_entrys_name(old, new, names):
    folder = files("linli.analysis.simulation").joinpath("diseases")
    text = folder.joinpath("covid-19-2020.toml").read_text("utf-8")
    assert old in text

    with pytest.raises(WrongDisease, match=re.escape(names)):
        read_disease(text.replace(old, new, 1), name="mine")


def test_there_are_ten_kinds_of_policy():
    assert len(KINDS) == 10


def test_orders_in_force_are_read_from_either_file_with_their_days():
    order = '[[marks]]\non = 2020-01-23\nwords = "the city is closed"\n'
    found = study(CITY + order, '[[marks]]\non = 4\nwords = "masks"\n' + CLOSE)

    assert found.marks == ((0, "the city is closed"), (4, "masks"))


@pytest.mark.parametrize(
    ("mark", "names"),
    [
        ("on = 2020-01-20", "mark 1: day -3 lies outside the run, 0 to 29"),
        ("on = 2020-03-20", "mark 1: day 57 lies outside the run, 0 to 29"),
        ('on = "soon"', "mark 1: 'soon' is no day"),
        ("", "mark 1: None is no day"),
        ("on = 3\nluck = 1", "mark 1: luck is not known. Choose: on, words"),
    ],
)
def test_a_mark_that_cannot_stand_is_refused_by_name(mark, names):
    with pytest.raises(BadInput, match=re.escape(names)):
        study(scenarios=f'[[marks]]\nwords = "masks"\n{mark}\n{CLOSE}')


def test_a_mark_without_words_is_refused():
    with pytest.raises(BadInput, match="mark 1: needs words, up to 200 characters"):
        study(scenarios=f"[[marks]]\non = 3\n{CLOSE}")
