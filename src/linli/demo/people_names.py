"""What are made-up people called? Surnames and given names drawn from our own table.

Weights are assumed: they follow the order in which surnames are common in China, and two
generations of given-name characters. A name here belongs to nobody; likenesses are chance.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from linli.demo.tables import table

ELDER_BORN_BEFORE_AGE = 45  # assumed: who is older has a name of the elder generation
ONE_CHARACTER_SHARE = 0.18  # of given names; assumed
NONE = 0  # the first given-name character of the table is "no second character"


@dataclass(frozen=True)
class NameTable:
    """Characters by number; ``given[0]`` is empty, for names of one character."""

    surname: NDArray
    surname_pinyin: NDArray
    surname_weight: NDArray
    given: NDArray
    given_pinyin: NDArray
    pools: dict[tuple[bool, bool], tuple[NDArray, NDArray]]  # (male, elder): numbers, chances


@dataclass(frozen=True)
class Names:
    """The names of many people, as numbers of the table."""

    surname: NDArray
    first: NDArray
    second: NDArray


@cache
def name_table() -> NameTable:
    """The table of names.csv."""
    rows = table("names.csv")
    surnames = [r for r in rows if r["kind"] == "surname"]
    given = [r for r in rows if r["kind"] != "surname"]
    weights = np.array([float(r["weight"]) for r in given])
    pools = {}
    for sex in ("male", "female"):
        for era in ("elder", "younger"):
            here = [i for i, r in enumerate(given) if (r["kind"], r["era"]) == (sex, era)]
            chances = weights[here] / weights[here].sum()
            pools[sex == "male", era == "elder"] = (np.array(here) + 1, chances)
    weight = np.array([float(r["weight"]) for r in surnames])
    return NameTable(
        surname=np.array([r["zh"] for r in surnames]),
        surname_pinyin=np.array([r["pinyin"] for r in surnames]),
        surname_weight=weight / weight.sum(),
        given=np.array(["", *(r["zh"] for r in given)]),
        given_pinyin=np.array(["", *(r["pinyin"] for r in given)]),
        pools=pools,
    )


def surnames(n: int, rng: np.random.Generator) -> NDArray:
    """n surnames, as numbers of the table."""
    weights = name_table().surname_weight
    return rng.choice(len(weights), size=n, p=weights).astype(np.uint8)


def given_names(
    male: NDArray[np.bool_], age: NDArray, rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """First and second character of a given name that fits sex and generation."""
    elder = age >= ELDER_BORN_BEFORE_AGE
    first = np.zeros(len(male), dtype=np.uint8)
    second = np.zeros(len(male), dtype=np.uint8)
    for (is_male, is_elder), (numbers, chances) in name_table().pools.items():
        here = np.flatnonzero((male == is_male) & (elder == is_elder))
        first[here] = numbers[rng.choice(len(numbers), size=len(here), p=chances)]
        second[here] = numbers[rng.choice(len(numbers), size=len(here), p=chances)]
    second[(rng.random(len(male)) < ONE_CHARACTER_SHARE) | (first == second)] = NONE
    return first, second


def made_up(dice: Random) -> str:
    """One more name, of somebody who lives nowhere in the city."""
    t = name_table()
    return str(dice.choice(t.surname)) + str(dice.choice(t.given[1:])) + str(dice.choice(t.given))


def in_chinese(names: Names) -> NDArray:
    """Names as written, such as 王秀英."""
    t = name_table()
    return np.strings.add(
        np.strings.add(t.surname[names.surname], t.given[names.first]), t.given[names.second]
    )


def in_pinyin(names: Names) -> NDArray:
    """Names as read, surname first, such as Wang Xiuying."""
    t = name_table()
    first = np.strings.capitalize(t.given_pinyin)[names.first]
    second = t.given_pinyin[names.second]
    apart = np.where(np.isin(np.strings.slice(second, 0, 1), ["a", "e", "o"]), "'", "")
    given = np.strings.add(np.strings.add(first, apart), second)
    return np.strings.add(np.strings.add(t.surname_pinyin[names.surname], " "), given)


def in_syllables(names: Names) -> NDArray:
    """Names for searching: lower case, one space a syllable, such as wang xiu ying."""
    t = name_table()
    surname = np.strings.lower(t.surname_pinyin)[names.surname]
    first = np.strings.add(" ", t.given_pinyin)[names.first]
    second = np.where(t.given_pinyin == "", "", np.strings.add(" ", t.given_pinyin))
    return np.strings.add(np.strings.add(surname, first), second[names.second])
