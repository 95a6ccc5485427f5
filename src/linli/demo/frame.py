"""What does the city look like before anybody lives in it? Areas, outlines, links, quotas.

Areas stand in blocks, parents before children: the city, districts, streets (and what stands
in for them), communities and villages, compounds, grids. Within a community everything lies on
a line: compounds take consecutive stretches of it, grids cut it into equal parts, households
stand evenly along it. So a compound may lie in several grids and a grid hold several compounds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.demo.dice import generator
from linli.demo.placing import place_units, points_below
from linli.demo.plan import Plan, Unit
from linli.demo.tables import apportion, table

LINE = 5_000  # steps of the line of a community; coarse, so that no share is a sliver
PEOPLE_PER_VILLAGE = 1.0  # relative; assumed, from 15.69 % rural people in 1,943 villages
PEOPLE_PER_COMMUNITY = 6.7  # relative; assumed, from 84.31 % urban people in 1,552 communities
SPREAD_OF_SIZES = 0.35  # log standard deviation between units of one kind; assumed
TIERS = {"city": 3, "district": 2, "community": 0, "village": 0, "compound": -1, "grid": -1}


@dataclass(frozen=True)
class Areas:
    """One row an area. ``parent`` is a row number, -1 for the city; points in degrees."""

    code: NDArray
    code_civil: NDArray
    kind: NDArray
    tier: NDArray  # 0 community, 1 street, 2 district, 3 city, -1 below a community
    parent: NDArray
    name_zh: NDArray
    name_pinyin: NDArray
    name_en: NDArray
    lon: NDArray
    lat: NDArray

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class GridLinks:
    """Which share of a compound lies in which grid; row numbers of areas."""

    compound: NDArray
    grid: NDArray
    share: NDArray


@dataclass(frozen=True)
class Frame:
    """The areas of a plan, with what the generator of people needs to know about them."""

    plan: Plan
    seed: int
    areas: Areas
    blocks: dict[str, slice]  # district, street, community, compound, grid
    shapes: dict[int, dict[str, Any]]  # districts and streets by row number
    links: GridLinks
    weight: NDArray  # of each community or village: its part of the people
    district_of: NDArray  # of each community or village: row number
    compound_start: NDArray  # on the line: community number * LINE + step
    grid_start: NDArray

    def rows(self, block: str) -> NDArray:
        """The row numbers of a block."""
        return np.arange(self.blocks[block].start, self.blocks[block].stop)


def build_frame(plan: Plan, *, seed: int) -> Frame:
    """Make the areas of a plan, down to compounds and grids, with points and outlines."""
    units = _by_block(plan)
    row_of = {u.code: i for i, u in enumerate(u for block in units.values() for u in block)}
    points, shapes = place_units(plan, units, row_of, seed)
    weight = _weights(plan, units, generator(seed, "weights"))
    n_compounds, n_grids = _counts(plan, units["community"], weight)
    first = len(row_of)
    blocks = _blocks(units, first, plan)

    rng = generator(seed, "lines")
    compound_of = np.repeat(np.arange(len(n_compounds)), n_compounds)
    grid_of = np.repeat(np.arange(len(n_grids)), n_grids)
    compound_start = _starts(n_compounds, rng.lognormal(0, 0.5, plan.n_compounds))
    grid_start = _starts(n_grids, np.ones(plan.n_grids))
    links = _links(compound_start, grid_start, n_compounds, blocks)

    below = points_below(units, row_of, points, shapes, compound_of, grid_of)
    areas = _areas(units, row_of, points, below, compound_of, grid_of, seed)
    parents = areas.parent
    communities = np.arange(blocks["community"].start, blocks["community"].stop)
    return Frame(
        plan=plan,
        seed=seed,
        areas=areas,
        blocks=blocks,
        shapes=shapes,
        links=links,
        weight=weight,
        district_of=parents[parents[communities]],
        compound_start=compound_start,
        grid_start=grid_start,
    )


def _by_block(plan: Plan) -> dict[str, list[Unit]]:
    blocks: dict[str, list[Unit]] = {"city": [], "district": [], "street": [], "community": []}
    for unit in plan.units:
        tier = TIERS.get(unit.kind, 1)
        blocks[("community", "street", "district", "city")[tier]].append(unit)
    order = {u.code: i for block in blocks.values() for i, u in enumerate(block)}
    blocks["street"].sort(key=lambda u: (order[u.parent], u.code))
    order.update({u.code: i for i, u in enumerate(blocks["street"])})
    blocks["community"].sort(key=lambda u: (order[u.parent], u.code))
    return blocks


def _blocks(units: dict[str, list[Unit]], first: int, plan: Plan) -> dict[str, slice]:
    sizes = {k: len(v) for k, v in units.items()}
    sizes |= {"compound": plan.n_compounds, "grid": plan.n_grids}
    stops = np.cumsum(list(sizes.values()))
    blocks = {
        name: slice(int(stop) - size, int(stop))
        for (name, size), stop in zip(sizes.items(), stops, strict=True)
    }
    assert blocks["compound"].start == first
    return blocks


def _weights(plan: Plan, units: dict[str, list[Unit]], rng: np.random.Generator) -> NDArray:
    """The part of the people of each community: published by census area, assumed within."""
    street = {u.code: u for u in units["street"]}
    places = units["community"]
    area = np.array([street[u.parent].census_area for u in places])
    size = {"village": PEOPLE_PER_VILLAGE, "community": PEOPLE_PER_COMMUNITY}
    raw = np.array([size[u.kind] for u in places])
    raw *= rng.lognormal(0, SPREAD_OF_SIZES, len(places))
    total = sum(plan.populations.values())
    for name, people in plan.populations.items():
        here = area == name
        raw[here] *= people / total / raw[here].sum()
    return raw


def _counts(plan: Plan, places: list[Unit], weight: NDArray) -> tuple[NDArray, NDArray]:
    is_community = np.array([u.kind == "community" for u in places])
    n_compounds = np.zeros(len(places), dtype=np.int64)
    n_compounds[is_community] = apportion(plan.n_compounds, weight[is_community], least=1)
    return n_compounds, apportion(plan.n_grids, weight, least=1)


def _starts(counts: NDArray, sizes: NDArray) -> NDArray:
    """Where on the line of its community each thing begins, whole steps, strictly rising."""
    owner = np.repeat(np.arange(len(counts)), counts)
    total = np.bincount(owner, weights=sizes, minlength=len(counts))
    before = np.cumsum(sizes) - sizes
    base = np.concatenate([[0.0], np.cumsum(total)])[owner]
    step = np.floor((before - base) / total[owner] * LINE + 0.5).astype(np.int64)
    return owner * LINE + np.clip(step, 0, LINE - 1)


def _links(
    compound_start: NDArray, grid_start: NDArray, n_compounds: NDArray, blocks: dict[str, slice]
) -> GridLinks:
    """Cut the line at every border; each piece is a share of one compound in one grid."""
    urban = n_compounds[grid_start // LINE] > 0
    ends = (np.flatnonzero(n_compounds) + 1) * LINE
    cuts = np.unique(np.concatenate([compound_start, grid_start[urban], ends]))
    from_, until = cuts[:-1], cuts[1:]
    inside = (n_compounds[from_ // LINE] > 0) & (from_ // LINE == (until - 1) // LINE)
    from_, until = from_[inside], until[inside]
    compound = np.searchsorted(compound_start, from_, side="right") - 1
    grid = np.searchsorted(grid_start, from_, side="right") - 1
    length = np.bincount(compound, weights=until - from_)
    return GridLinks(
        compound=(compound + blocks["compound"].start).astype(np.int32),
        grid=(grid + blocks["grid"].start).astype(np.int32),
        share=(until - from_) / length[compound],
    )


def _areas(
    units: dict[str, list[Unit]],
    row_of: dict[str, int],
    points: NDArray,
    below: NDArray,
    compound_of: NDArray,
    grid_of: NDArray,
    seed: int,
) -> Areas:
    listed = [u for block in units.values() for u in block]
    first = row_of[units["community"][0].code]
    codes = np.array([u.code for u in units["community"]])
    c_zh, c_py, c_en = _compound_names(compound_of, generator(seed, "names", "compounds"))
    c_no, g_no = (np.arange(len(o)) - np.searchsorted(o, o) + 1 for o in (compound_of, grid_of))
    n_c, n_g = len(compound_of), len(grid_of)
    c_code = [f"{codes[o]}C{n:02d}" for o, n in zip(compound_of, c_no, strict=True)]
    g_code = [f"{codes[o]}G{n:02d}" for o, n in zip(grid_of, g_no, strict=True)]
    xy = np.concatenate([points, below])
    return Areas(
        code=np.array([u.code for u in listed] + c_code + g_code),
        code_civil=np.array([u.code_civil for u in listed] + [""] * (n_c + n_g)),
        kind=np.array([u.kind for u in listed] + ["compound"] * n_c + ["grid"] * n_g),
        tier=np.array([TIERS.get(u.kind, 1) for u in listed] + [-1] * (n_c + n_g), dtype=np.int8),
        parent=np.concatenate(
            [[row_of.get(u.parent, -1) for u in listed], first + compound_of, first + grid_of]
        ).astype(np.int32),
        name_zh=np.array([u.name_zh for u in listed] + c_zh + [f"第{n}网格" for n in g_no]),
        name_pinyin=np.array(
            [u.name_pinyin for u in listed] + c_py + [f"Di {n} Wangge" for n in g_no]
        ),
        name_en=np.array([u.name_en for u in listed] + c_en + [f"Grid {n}" for n in g_no]),
        lon=xy[:, 0],
        lat=xy[:, 1],
    )


def _compound_names(
    owner: NDArray, rng: np.random.Generator
) -> tuple[list[str], list[str], list[str]]:
    """Made-up names of compounds, different within a community; Oak Lane is one of them."""
    rows = table("place_words.csv")
    firsts = [r for r in rows if r["kind"] == "first"]
    lasts = [r for r in rows if r["kind"] == "compound"]
    order = np.arange(len(owner)) - np.searchsorted(owner, owner)
    shift = rng.integers(0, len(firsts) * len(lasts), owner.max() + 1)
    pick = (shift[owner] + order * 37) % (len(firsts) * len(lasts))  # 37 and 500 share no factor
    pairs = [(firsts[p // len(lasts)], lasts[p % len(lasts)]) for p in pick]
    return (
        [a["zh"] + b["zh"] for a, b in pairs],
        [f"{a['pinyin']} {b['pinyin'].capitalize()}" for a, b in pairs],
        [f"{a['en']} {b['en']}" for a, b in pairs],
    )
