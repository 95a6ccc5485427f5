"""Which estates of city W lack what, how crowded are homes, and where do clinicians work? Made up.

A third of the estates have no manager, no guard and no fence, as was reported of Wuhan (S67); the
older the middle of the city, the more. Everything else is assumed, and says so by its source.
"""

from collections.abc import Iterator
from random import Random

import numpy as np

from linli.demo.city import Fittings
from linli.demo.dice import generator
from linli.demo.frame import Frame
from linli.demo.staff import Staff
from linli.loops.advance import advance_many
from linli.loops.substitutes import watch
from linli.policy.can import PATH_STEP
from linli.policy.roles import Role
from linli.registry.areas import whole_city
from linli.registry.estates import Lack

THREE_WITHOUT = 1 / 3  # of estates
ONE_OF_THEM = 0.18  # of the others lack each one thing; assumed
NOT_WRITTEN = 0.04  # of estates of which nobody wrote anything down; assumed
NO_CLEANING = {True: 0.6, False: 0.03}  # without the three, and with; assumed
OLD_KM = 6.0  # how far from the middle estates are old; assumed
CROWDED_PCT = (3.0, 22.0)  # homes with more than two people a room: outside, in the middle; assumed
INFLOW = (40.0, 320.0)  # people coming in a day per 1,000 residents; assumed
SHARED = 0.06  # of old estates have flats without a toilet or kitchen; assumed
CLINICIANS_A_BED = 0.9  # doctors and nurses; assumed
CLINICIANS_A_CLINIC = 8.0  # assumed
ASKED_BEFORE_S, PLACED_BEFORE_S = 20 * 3600, 8 * 3600  # assumed
PLACED = 0.94  # of what was asked for has something that stands in; assumed
STANDS_IN = {
    Lack.GUARD: ("下沉干部与志愿者两班值守", "街道值守队"),
    Lack.FENCE: ("铁马围挡，留一个出入口", "街道城管中队"),
    Lack.CLEANING: ("每日清运与消杀", "环卫所"),
}
STREET_PATH = 3 * PATH_STEP  # a city, a district, a street
PROMISED_UNTIL = "2020-03-10"
Figure = tuple[int, str, float, str]  # row of the area, key, value, unit


def figures_of(frame: Frame, fittings: Fittings, *, scale: float) -> Iterator[Figure]:
    """The figures of estates and communities; ``scale``: share of the people that are made."""
    rng = generator(frame.seed, "estates")
    yield from _estates(frame, rng)
    yield from _communities(frame, rng)
    sites = fittings.sites
    staff: dict[int, float] = {}
    for kind, area, beds in zip(sites.kind, sites.area.tolist(), sites.beds.tolist(), strict=True):
        if kind in {"hospital", "clinic"}:
            n = beds * CLINICIANS_A_BED if kind == "hospital" else CLINICIANS_A_CLINIC
            staff[area] = staff.get(area, 0.0) + n
    for area, n in staff.items():
        yield area, "clinicians", round(n * scale, 2), "people"


def see_to(*, seed: int, now: int) -> None:
    """Ask for what the estates lack, and let each street say what stands in for most of it."""
    watch.chore(now - ASKED_BEFORE_S, exercise=True)
    staff, dice = Staff(now), Random(seed)
    streets: dict[str, dict[int, dict[str, str]]] = {}
    for row in watch.register([(whole_city(), "~")], now=now, exercise=True):
        for one in row.stands:
            if one.item_id is not None and dice.random() < PLACED:
                what, who = STANDS_IN[one.lack]
                street = row.estate.area.path[:STREET_PATH]
                streets.setdefault(street, {})[one.item_id] = {
                    "what": what, "who": who, "until": PROMISED_UNTIL}  # fmt: skip
    for street, each in streets.items():
        scene = staff.scene(Role.STREET_DUTY, street, now - PLACED_BEFORE_S)
        if scene is not None:
            advance_many(list(each), "place", scene, each=each)


def _estates(frame: Frame, rng: np.random.Generator) -> Iterator[Figure]:
    rows = frame.rows("compound")
    old = _oldness(frame, rows)
    three = rng.random(len(rows)) < THREE_WITHOUT * old / old.mean()
    written = rng.random(len(rows)) >= NOT_WRITTEN
    shared = rng.random(len(rows)) < SHARED * old / old.mean()
    for n in np.flatnonzero(written).tolist():
        row = int(rows[n])
        without = bool(three[n])
        for lack in (Lack.MANAGER, Lack.GUARD, Lack.FENCE):
            lacks = without or (lack is not Lack.MANAGER and rng.random() < ONE_OF_THEM)
            yield row, str(lack), float(lacks), "1"
        yield row, str(Lack.CLEANING), float(rng.random() < NO_CLEANING[without]), "1"
        if shared[n]:
            yield row, "no_toilet", 1.0, "1"


def _communities(frame: Frame, rng: np.random.Generator) -> Iterator[Figure]:
    rows = frame.rows("community")
    old = _oldness(frame, rows)
    for key, (low, high), unit in (
        ("crowded_homes_pct", CROWDED_PCT, "%"), ("inflow_per_1000", INFLOW, "per 1,000"),
    ):  # fmt: skip
        values = (low + (high - low) * old) * rng.lognormal(0.0, 0.35, len(rows))
        for row, value in zip(rows.tolist(), values.tolist(), strict=True):
            yield row, key, round(min(value, 100.0) if unit == "%" else value, 1), unit


def _oldness(frame: Frame, rows: np.ndarray) -> np.ndarray:
    """1 in the middle of the communities, less outwards."""
    middle = frame.rows("community")
    lon, lat = np.median(frame.areas.lon[middle]), np.median(frame.areas.lat[middle])
    apart_km = np.hypot((frame.areas.lon[rows] - lon) * 95.7, (frame.areas.lat[rows] - lat) * 111.2)
    old: np.ndarray = np.exp(-apart_km / OLD_KM) + 0.1
    return old
