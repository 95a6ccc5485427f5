"""The risk of communities, as it was last counted: scores and who is on the list, never people."""

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from linli import clock
from linli.errors import N_
from linli.onemap.layer import Figure, Form, Gap, Layer, Measure, Ramp, Sight
from linli.policy.disclosure import LEAST_SHOWN
from linli.policy.powers import roles_for
from linli.policy.roles import Role
from linli.registry.areas import Area, Tier, under
from linli.studies.risk import runs, story
from linli.studies.risk.records import UNITS
from linli.studies.risk.runs import Run


def _run(sight: Sight) -> Run | None:
    try:
        return runs.latest(exercise=sight.exercise)
    except runs.NoRun:
        return None


def _read(sight: Sight) -> Mapping[int, Figure]:
    """Of a community its score; of a wider area the mean by people, and how many are listed."""
    run = _run(sight)
    if run is None:
        return {}
    rows = Area.objects.filter(under(sight.area.path), kind__in=UNITS, valid_until=None)
    paths = dict(rows.values_list("path", "id"))
    found = {}
    for area in sight.everywhere:
        ids = [area.id] if area.tier is Tier.COMMUNITY else [
            one for path, one in paths.items() if path.startswith(area.path)]  # fmt: skip
        at = np.array([run.place[one] for one in ids if one in run.place], dtype=np.int64)
        if len(at):
            found[area.id] = _say(run, at)
    return found


def _say(run: Run, at: NDArray[np.int64]) -> Figure:
    people = run.gathered.communities.population[at]
    known = run.rank[at] > 0
    if people.sum() < LEAST_SHOWN:
        return Figure((None, None), gap=Gap.WITHHELD)
    if not known.any():
        return Figure((None, None), gap=Gap.UNKNOWN)
    if at.size == 1 and story.score(run, int(at[0])) is None:
        return Figure((None, None), gap=Gap.WITHHELD)
    score = float(np.average(run.risk.score[at[known]], weights=people[known]))
    return Figure((score, float((run.rank[at[known]] <= run.k).mean())))


def _dated(sight: Sight) -> date | None:
    run = _run(sight)
    return clock.day(run.at) if run is not None else None


LAYER = Layer(
    name="risk",
    title=N_("Communities at risk"),
    shows=N_("How risky communities are: hazard, exposure, vulnerability and lack of coping."),
    measures=(
        Measure("score", N_("score of 10"), Form.DENSITY),
        Measure("listed", N_("share of communities on the list"), Form.SHARE),
    ),
    roles=roles_for(runs.SEE) - {Role.DATA_OFFICE},
    ramp=Ramp.HEAT,
    read=_read,
    dated=_dated,
    order=80,
    notes=(N_("Of a wider area: the mean of its communities, by people."),),
)
