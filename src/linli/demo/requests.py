"""What do residents ask for, how, and when? Made-up requests with texts of our own.

Each request comes from a household of the city: who asks for a ride to dialysis has somebody
on dialysis. Things that hit a whole compound come in several times ("me too").
"""

from dataclasses import dataclass
from functools import cache
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from linli.demo.city import City
from linli.demo.dice import generator
from linli.demo.residents import FLATS_PER_FLOOR, Need
from linli.demo.tables import table

DAY = 86_400
HOUR = 3_600
CITY_OFFSET = 8 * HOUR  # China is eight hours ahead of UTC
CHANNELS = ("page", "phone", "visit", "paper")  # as the request loop names them
CHANNEL_SHARES = (0.46, 0.34, 0.17, 0.03)  # assumed
CHANNEL_SHARES_OLD = (0.08, 0.52, 0.32, 0.08)  # of households where everybody is old; assumed
ENGLISH_SHARE = 0.03  # of requests written in English; assumed
# Relative number of requests in each hour of the city's day; urgent ones also come at night.
BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 8, 13, 15, 14, 11, 9, 9, 11, 12, 11, 10, 9, 10, 9, 7, 5, 3)
BY_HOUR_URGENT = (6, 5, 4, 4, 4, 5, 6, 8, 10, 11, 10, 9, 8, 8, 9, 9, 9, 9, 9, 10, 10, 9, 8, 7)
ECHO_CHANCE = 0.45  # that a shared trouble is reported once more, and again; assumed
ECHO_WITHIN_HOURS = 6.0
OLD_FROM_DAYS = int(65 * 365.25)


@dataclass(frozen=True, slots=True)
class RequestType:
    """A type of request, with the duty that leads it."""

    code: str
    item_class: str  # urgent, utility, normal
    name_zh: str
    name_en: str
    duty: str
    topic: str
    tier: str
    lead_role: str
    skill: str
    group: str
    keywords: str
    public: bool  # may its existence be listed to anybody?
    weight: float
    asks_of: Need
    shared: bool  # does it hit a whole compound?
    note: str


@dataclass(frozen=True)
class Requests:
    """Columns of requests, oldest first; household and person are rows of the residents.

    ``duplicate_of`` is the row of the first report of the same trouble, -1 for a first report.
    """

    type: NDArray  # row of request_types()
    household: NDArray
    person: NDArray
    community: NDArray  # row of the areas
    opened_at: NDArray  # UTC seconds
    channel: NDArray
    language: NDArray
    text_zh: NDArray
    text_en: NDArray
    duplicate_of: NDArray

    def __len__(self) -> int:
        return len(self.type)


@cache
def request_types() -> tuple[RequestType, ...]:
    """The request catalogue: every type with its class and its lead duty."""
    duties = {d["code"]: d for d in table("duties.csv")}
    return tuple(
        RequestType(
            code=r["code"],
            item_class=r["class"],
            name_zh=r["zh"],
            name_en=r["en"],
            duty=r["duty"],
            topic=duties[r["duty"]]["topic"],
            tier=duties[r["duty"]]["tier"],
            lead_role=duties[r["duty"]]["lead_role"],
            skill=duties[r["duty"]]["skill"],
            group=r["group"],
            keywords=r["keywords"],
            public=r["public"] == "1",
            weight=float(r["weight"]),
            asks_of=Need[r["asks_of"].upper()] if r["asks_of"] else Need(0),
            shared=r["shared"] == "1",
            note=r["note"],
        )
        for r in table("request_types.csv")
    )


def build_requests(city: City, *, n: int, seed: int, until: int, days: float = 3.0) -> Requests:
    """n mixed requests of the days before a moment (UTC seconds), echoes among them."""
    rng = generator(seed, "requests")
    kind, household, echo_of = _troubles(city, n, rng)
    person = _askers(city, kind, household, rng)
    opened = _moments(kind, echo_of, until, days, rng)
    zh, en = _texts(city, kind, household, echo_of >= 0, rng)
    order = np.argsort(opened, kind="stable")
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    return Requests(
        type=kind[order],
        household=household[order],
        person=person[order],
        community=city.residents.household_community[household][order],
        opened_at=opened[order],
        channel=_channels(city, household, rng)[order],
        language=np.where(rng.random(n) < ENGLISH_SHARE, "en", "zh")[order],
        text_zh=zh[order],
        text_en=en[order],
        duplicate_of=np.where(echo_of >= 0, place[echo_of], -1)[order],
    )


def _troubles(city: City, n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Type and household of each request, and of which earlier one it is an echo (or -1)."""
    types = request_types()
    weight = np.array([t.weight for t in types])
    first = rng.choice(len(types), size=n, p=weight / weight.sum())
    askers = _households_with(city, rng)
    compound = _compounds(city)
    by_compound = np.argsort(compound, kind="stable")
    kind: list[int] = []
    household: list[int] = []
    echo_of: list[int] = []
    for t in first:
        if len(kind) >= n:
            break
        row = len(kind)
        home = int(askers[types[t].asks_of]())
        kind.append(int(t))
        household.append(home)
        echo_of.append(-1)
        while types[t].shared and len(kind) < n and rng.random() < ECHO_CHANCE:
            low, high = np.searchsorted(
                compound, [compound[home], compound[home] + 1], sorter=by_compound
            )
            kind.append(int(t))
            household.append(int(by_compound[rng.integers(low, high)]))
            echo_of.append(row)
    return np.array(kind), np.array(household), np.array(echo_of)


def _households_with(city: City, rng: np.random.Generator) -> dict:
    """For each need a function that draws a household in which somebody has it."""
    people = city.residents
    draws = {}
    for need in {t.asks_of for t in request_types()}:
        having = np.flatnonzero((people.person_needs & np.uint8(need)) > 0)
        anybody = np.arange(len(people.household_size))
        rows = people.person_household[having] if len(having) else anybody
        draws[need] = lambda rows=rows: rows[rng.integers(len(rows))]
    return draws


def _compounds(city: City) -> NDArray:
    return city.residents.building_area[city.residents.household_building]


def _askers(city: City, kind: NDArray, household: NDArray, rng: np.random.Generator) -> NDArray:
    """Whom it is about: the one who has the need, else anybody of the household."""
    people = city.residents
    start = np.cumsum(people.household_size) - people.household_size
    person = start[household] + rng.integers(0, people.household_size[household])
    for row, (t, home) in enumerate(zip(kind, household, strict=True)):
        need = request_types()[t].asks_of
        if need:
            here = np.arange(start[home], start[home] + people.household_size[home])
            having = here[(people.person_needs[here] & np.uint8(need)) > 0]
            person[row] = having[0] if len(having) else person[row]
    return person


def _moments(
    kind: NDArray, echo_of: NDArray, until: int, days: float, rng: np.random.Generator
) -> NDArray:
    """When each came in: by the hour of the city's day, echoes within hours of the first."""
    urgent = np.array([t.item_class == "urgent" for t in request_types()])[kind]
    first_hour = (until + CITY_OFFSET) // HOUR - int(days * 24)
    hours = first_hour + np.arange(int(days * 24))
    opened = np.empty(len(kind), dtype=np.int64)
    for here, pattern in ((urgent, BY_HOUR_URGENT), (~urgent, BY_HOUR)):
        chance = np.array(pattern, dtype=float)[hours % 24]
        drawn = rng.choice(hours, size=int(here.sum()), p=chance / chance.sum())
        opened[here] = drawn * HOUR - CITY_OFFSET
    opened += rng.integers(0, HOUR, len(kind))
    echo = np.flatnonzero(echo_of >= 0)
    later = rng.exponential(ECHO_WITHIN_HOURS / 3, len(echo)) * HOUR
    opened[echo] = opened[echo_of[echo]] + later.astype(np.int64)
    return np.minimum(opened, until)


def _channels(city: City, household: NDArray, rng: np.random.Generator) -> NDArray:
    people = city.residents
    born_before = np.datetime64(city.today, "D") - np.timedelta64(OLD_FROM_DAYS, "D")
    young = np.zeros(len(people.household_size), dtype=bool)
    young[people.person_household[people.person_born > born_before]] = True
    luck = rng.random(len(household))
    shares = np.where(young[household][:, None], CHANNEL_SHARES, CHANNEL_SHARES_OLD)
    return np.array(CHANNELS)[(luck[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)]


def _texts(
    city: City,
    kind: NDArray,
    household: NDArray,
    is_echo: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[NDArray, NDArray]:
    """A Chinese and an English text of the same content for each request."""
    frames: dict[str, list[tuple[str, str]]] = {}
    for row in table("request_texts.csv"):
        frames.setdefault(row["type"], []).append((row["zh"], row["en"]))
    words: dict[str, list[tuple[str, str]]] = {}
    for row in table("request_words.csv"):
        words.setdefault(row["slot"], []).append((row["zh"], row["en"]))
    zh, en = [], []
    for t, home, echo in zip(kind, household, is_echo, strict=True):
        choices = frames[request_types()[t].code]
        frame = choices[rng.integers(len(choices))]
        fill_zh, fill_en = _home_words(city, int(home))
        blanks = [slot for _, slot, _, _ in Formatter().parse(frame[0]) if slot]
        for slot in dict.fromkeys([*blanks, "echo" if echo else "opening", "closing"]):
            if slot not in fill_zh:
                fill_zh[slot], fill_en[slot] = words[slot][rng.integers(len(words[slot]))]
        start_zh, start_en = (f.get("opening") or f.get("echo", "") for f in (fill_zh, fill_en))
        said = frame[1].format(**fill_en)
        zh.append(start_zh + frame[0].format(**fill_zh) + fill_zh["closing"])
        en.append(f"{start_en} {said[0].upper()}{said[1:]} {fill_en['closing']}".strip())
    return np.array(zh), np.array(en)


def _home_words(city: City, home: int) -> tuple[dict[str, str], dict[str, str]]:
    people = city.residents
    row = people.household_building[home]
    number = int(people.building_number[row])
    door = door_of(int(people.household_number[home]))
    area = people.building_area[row]
    zh = f"{city.areas.name_zh[area]}{number}栋{door}"
    en = f"{city.areas.name_en[area]}, building {number}, {door}"
    return {"home": zh, "building": str(number)}, {"home": en, "building": str(number)}


def door_of(number: int) -> str:
    """The door of a household by its number in the building, such as 0302: floor 3, flat 2."""
    return f"{number // FLATS_PER_FLOOR + 1:02d}{number % FLATS_PER_FLOOR + 1:02d}"
