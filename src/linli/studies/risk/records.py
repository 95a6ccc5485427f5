"""What do the city's own records say of each community? Factors, cases and what is not collected.

Factors follow by formulas (`factors.toml`); a figure that nobody collected stays missing, with the
reason. Sources of infection are the communities with cases confirmed in the last fortnight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from django.db.models import Count

from linli import clock
from linli.analysis.evaluation.formulas import Formula, read_formulas_of
from linli.analysis.risk.care import within_reach
from linli.analysis.risk.communities import Communities, Floats
from linli.analysis.risk.importation import Sources
from linli.analysis.risk.model import IMPORTATION, Model
from linli.errors import N_, BadInput
from linli.loops import counted as work
from linli.registry.areas import TIER_OF, Area, Tier
from linli.registry.facts import Fact
from linli.registry.person import Person
from linli.studies.evaluation.counting import WHY, Figures, counted
from linli.studies.evaluation.records import vocabulary

CARE = "clinicians_per_10000"
STAFF = "clinicians"  # the key of a figure: clinicians at work in the sites of an area
WORKED_OUT = (IMPORTATION, CARE)
RECENT_DAYS = 14  # whose cases can still infect: the longest incubation; assumed
DAY_S = 86_400
UNITS = [str(kind) for kind, tier in TIER_OF.items() if tier is Tier.COMMUNITY]
NO_POINT = N_("it has no point on the map")
NOBODY = N_("nobody is registered there")
NO_CARE = N_("Nobody has entered where clinicians work.")
NO_RECENT = N_("No case was confirmed in the last 14 days.")
FLAT = N_("It is the same everywhere, so it ranks nobody.")


class NothingToRank(BadInput):
    """There is no community with a place and people."""

    code = "nothing_to_rank"
    sentence = N_("No community has both a point on the map and registered people. Enter them in "
                  "the registry first.")  # fmt: skip


@dataclass(frozen=True)
class Gathered:
    """What the records say: ``areas`` in the order of the communities; why there are gaps."""

    areas: tuple[int, ...]
    communities: Communities
    cases: Floats  # confirmed so far
    recent: Floats  # confirmed in the last fortnight
    gaps: Mapping[str, str]  # factors that nobody knows anywhere: why, a sentence
    left_out: Mapping[int, str]  # areas that cannot be ranked: why
    names_en: tuple[str, ...] = ()

    def name(self, at: int, language: str) -> str:
        """What a community is called in a language, or in Chinese where it has no other name."""
        english = self.names_en[at] if self.names_en and not language.startswith("zh") else ""
        return english or self.communities.name(at)

    @property
    def sources(self) -> Sources | None:
        """The communities with recent cases; None where there are none."""
        at = np.flatnonzero(self.recent)
        if not len(at):
            return None
        return Sources(self.communities.points[at], self.recent[at], home=at.astype(np.int64))


@lru_cache(maxsize=4)
def formulas_of(names: tuple[str, ...]) -> dict[str, Formula]:
    """The formulas that come with Linli, for these factors."""
    text = files("linli.studies.risk").joinpath("factors.toml").read_text("utf-8")
    return read_formulas_of(text, "factors", names, vocabulary())


def formulas_for(model: Model) -> dict[str, Formula]:
    """How the factors of a model follow from records, but for those over space."""
    return formulas_of(tuple(f.id for f in model.factors if f.id not in WORKED_OUT))


def gather(model: Model, *, now: int, exercise: bool) -> Gathered:
    """Count every community of the city. Raises NothingToRank where there is none."""
    listed = list(Area.objects.filter(kind__in=UNITS, valid_until=None).order_by("path"))
    people = _people(listed)
    left_out = {
        area.id: NO_POINT if area.longitude is None or area.latitude is None else NOBODY
        for area in listed
        if area.longitude is None or area.latitude is None or not people.get(area.path)
    }
    areas = [area for area in listed if area.id not in left_out]
    if not areas:
        raise NothingToRank()
    points = np.array([[area.longitude, area.latitude] for area in areas], dtype=np.float64)
    population = np.array([people[area.path] for area in areas], dtype=np.float64)
    formulas = formulas_for(model)
    figures = counted(areas, formulas, now=now, exercise=exercise)
    columns = {name: _column(areas, figures, name) for name in formulas}
    gaps = {
        name: WHY[why]
        for name in formulas
        if np.isnan(columns[name]).all() and (why := figures[areas[0].id][name].why)
    }
    cases, recent = _cases(areas, now=now, exercise=exercise)
    if not recent.any():
        gaps[IMPORTATION] = NO_RECENT
    columns[CARE], gaps = _care(points, population, gaps, now=now)
    for name, column in columns.items():
        if _is_flat(model, name, column):
            columns[name], gaps = np.full(len(areas), np.nan), {**gaps, name: FLAT}
    factors = tuple(name for name in columns if name in {f.id for f in model.factors})
    districts = {a.id: a.name_zh for a in Area.objects.filter(
        id__in={area.district_id for area in areas if area.district_id})}  # fmt: skip
    made = Communities(
        ids=tuple(str(area.id) for area in areas),
        points=points,
        population=population,
        factors=factors,
        values=np.column_stack([columns[name] for name in factors]),
        names=tuple(area.name_zh for area in areas),
        districts=tuple(districts.get(area.district_id or 0, "") for area in areas),
    )
    return Gathered(
        tuple(area.id for area in areas), made, cases, recent, gaps, left_out,
        tuple(area.name_en for area in areas),
    )  # fmt: skip


def _people(areas: Sequence[Area]) -> dict[str, int]:
    """Registered people by the path of their community."""
    lengths = sorted({len(area.path) for area in areas})
    paths = {area.path for area in areas}
    found: dict[str, int] = {}
    rows = Person.objects.filter(survivor_id=None, left_on=None).order_by().values_list("path")
    for path, n in rows.annotate(n=Count("pk")):
        for length in lengths:
            if path[:length] in paths:
                found[path[:length]] = found.get(path[:length], 0) + n
    return found


def _column(areas: Sequence[Area], figures: Figures, name: str) -> Floats:
    values = [figures[area.id][name].value for area in areas]
    return np.array([np.nan if value is None else value for value in values])


def _cases(areas: Sequence[Area], *, now: int, exercise: bool) -> tuple[Floats, Floats]:
    """Confirmed cases so far and of the last fortnight, by community."""
    at = {area.id: n for n, area in enumerate(areas)}
    confirmed = work.items(exercise=exercise).filter(
        loop="case", item_class="confirmed", opened_at__lte=now
    )
    both = []
    for rows in (confirmed, confirmed.filter(opened_at__gt=now - RECENT_DAYS * DAY_S)):
        found = np.zeros(len(areas))
        grouped = rows.order_by().values_list("community_id").annotate(n=Count("pk"))
        for community, n in grouped:
            if community in at:
                found[at[community]] = n
        both.append(found)
    return both[0], both[1]


def _care(
    points: Floats, population: Floats, gaps: Mapping[str, str], *, now: int
) -> tuple[Floats, dict[str, str]]:
    """Clinicians within reach; missing everywhere as long as nobody wrote down where they work."""
    day = clock.day(clock.moment(now))
    rows = Fact.objects.filter(
        key=STAFF, as_of__lte=day, area__longitude__isnull=False, area__latitude__isnull=False
    )
    told: dict[int, tuple[float, float, float]] = {}
    for area, lon, lat, value in rows.order_by("as_of", "id").values_list(
        "area", "area__longitude", "area__latitude", "value"
    ):
        told[area] = (float(lon or 0.0), float(lat or 0.0), value)
    if not told:
        return np.full(len(points), np.nan), {**gaps, CARE: NO_CARE}
    known = np.array(list(told.values()))
    return within_reach(points, population, known[:, :2], known[:, 2]), dict(gaps)


def _is_flat(model: Model, name: str, column: Floats) -> bool:
    """Whether a factor whose ends come from the data is the same everywhere."""
    factor = next((f for f in model.factors if f.id == name), None)
    known = column[~np.isnan(column)]
    if factor is None or not len(known) or factor.low is not None:
        return False
    return bool(known.min() == known.max())


def as_inputs(found: Gathered) -> dict[str, Any]:
    """What was counted, as a run keeps it; the order of areas is that of the tree."""
    place = found.communities
    return {
        "areas": list(found.areas),
        "names": list(place.names),
        "names_en": list(found.names_en),
        "districts": list(place.districts),
        "points": place.points.tolist(),
        "population": place.population.tolist(),
        "factors": {
            name: [None if np.isnan(v) else v for v in place.values[:, n].tolist()]
            for n, name in enumerate(place.factors)
        },
        "cases": found.cases.tolist(),
        "recent": found.recent.tolist(),
        "gaps": dict(found.gaps),
        "left_out": {str(area): why for area, why in found.left_out.items()},
    }


def from_inputs(kept: Mapping[str, Any]) -> Gathered:
    """The same again from what a run kept."""
    factors = tuple(kept["factors"])
    columns = [[np.nan if v is None else v for v in kept["factors"][name]] for name in factors]
    communities = Communities(
        ids=tuple(str(area) for area in kept["areas"]),
        points=np.array(kept["points"], dtype=np.float64),
        population=np.array(kept["population"], dtype=np.float64),
        factors=factors,
        values=np.array(columns, dtype=np.float64).T,
        names=tuple(kept["names"]),
        districts=tuple(kept["districts"]),
    )
    return Gathered(
        tuple(kept["areas"]), communities, np.array(kept["cases"]), np.array(kept["recent"]),
        kept["gaps"], {int(area): why for area, why in kept["left_out"].items()},
        tuple(kept["names_en"]),
    )  # fmt: skip
