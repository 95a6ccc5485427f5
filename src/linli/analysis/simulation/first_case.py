"""How many others does one case infect in a city where nobody is immune and nothing is done?

Who lives or sits with a case is met again and again, and can be infected once. Whom somebody meets
in a class is a child, at work an adult, and not everybody is as susceptible.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City, mean_contacts
from linli.analysis.simulation.course import Course, course_of
from linli.analysis.simulation.disease import AGE_GROUPS, LAYERS, Disease, Layer
from linli.analysis.simulation.observation import Observation
from linli.errors import N_, BadInput

STRENGTHS, LENGTHS = 64, 8  # classes of how infectious somebody is, and for how long
PEOPLE_AT_ONCE = 1_000_000
ANYWHERE = (Layer.COMPOUND, Layer.COMMUNITY, Layer.CITY, Layer.RESPONSE)


class _Met(NamedTuple):
    """Others met throughout: how many an average person has, and how easily each is infected."""

    others: NDArray[np.float64]
    hazard: NDArray[np.float64]  # of one day with an infectiousness of 1


def beta_of(city: City, disease: Disease) -> float:
    """How much one contact infects if a first case, with nothing done, is to infect R0 people."""
    course = course_of(disease, Observation())
    doses, shares = _doses(city, disease, course)
    anew, again = _anew(city, disease, course), _again(city, disease, course)

    def infected(beta: float) -> float:
        reached = 1 - np.exp(-beta * np.outer(doses, again.hazard))
        return float(shares @ (anew * beta * doses + reached @ again.others))

    low, high = 0.0, 1.0
    while infected(high) < disease.r0:
        high *= 2
        if high > 1e6:
            raise BadInput(
                N_("In this city one case cannot infect {r0}. Lower R0 or add contacts."),
                r0=disease.r0,
            )
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if infected(middle) < disease.r0 else (low, middle)
    return high


def _doses(city: City, disease: Disease, course: Course) -> tuple[NDArray, NDArray]:
    """How infectious somebody is in all, and how often that is; unevenness and symptoms differ."""
    lasts = np.interp(course.infectious, np.arange(128), disease.cumulative())
    lengths = np.sort(lasts).reshape(LENGTHS, -1).mean(axis=1)
    strengths = course.strength.astype(float).reshape(STRENGTHS, -1).mean(axis=1)
    each = np.outer(strengths, lengths).ravel()
    ill = float(course.symptomatic @ _years(city))
    doses = np.concatenate([each, each * disease.asymptomatic_infectiousness])
    return doses, np.repeat([ill, 1 - ill], len(each)) / len(each)


def _anew(city: City, disease: Disease, course: Course) -> float:
    """Contacts a day with others each time, by how easily they are infected."""
    met = mean_contacts(city)
    open_to = float(course.susceptibility @ _years(city))
    return open_to * sum(float(met[LAYERS.index(la)]) * disease.layers[la] for la in ANYWHERE)


def _again(city: City, disease: Disease, course: Course) -> _Met:
    """Those met at home, in a class and at work, day after day."""
    found = [(_mates(city), disease.layers[Layer.HOUSEHOLD] * course.susceptibility[:90:10])]
    sizes = np.diff(city.place_start.astype(np.int64))
    parts = {Layer.SCHOOL: sizes[: city.n_schools], Layer.WORK: sizes[city.n_schools :]}
    cut = int(city.place_start[city.n_schools])
    who = {Layer.SCHOOL: city.members[:cut], Layer.WORK: city.members[cut:]}
    for layer, sizes_of in parts.items():
        size: NDArray[np.int64]
        size, n = np.unique(sizes_of[sizes_of > 1], return_counts=True)
        if not len(size):
            continue
        years = np.bincount(city.age[who[layer]], minlength=111)[:111]
        open_to = float(course.susceptibility @ years) / years.sum()
        a_day = np.minimum(city.contacts.of(layer), size) / size  # each of them is met so often
        others = (n * size * (size - 1)).astype(np.float64) / city.n_people
        found.append((others, disease.layers[layer] * open_to * a_day))
    return _Met(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _mates(city: City) -> NDArray[np.float64]:
    """How many of each decade of age live with an average person."""
    sizes = np.diff(city.household_start.astype(np.int32))
    mates = np.zeros(AGE_GROUPS)
    for first in range(0, city.n_people, PEOPLE_AT_ONCE):
        some = slice(first, first + PEOPLE_AT_ONCE)
        decade = np.minimum(city.age[some] // 10, AGE_GROUPS - 1)
        mates += np.bincount(decade, sizes[city.household[some]] - 1, minlength=AGE_GROUPS)
    return mates / city.n_people


def _years(city: City) -> NDArray[np.float64]:
    return np.bincount(city.age, minlength=111)[:111] / city.n_people
