"""How is a run told? Rows of communities, their factors and reasons, for pages, machines, sheets.

Rates and shares of residents behind which fewer than five people stand are withheld: None, with
the reason beside it; and with them whatever they would follow from by subtraction.
"""

import csv
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from linli import clock
from linli.analysis.risk.model import IMPORTATION, Factor
from linli.errors import N_
from linli.policy.disclosure import LEAST_SHOWN, Withheld, withhold_parts
from linli.studies.evaluation.counting import WHY, Figure
from linli.studies.evaluation.records import RECORDS
from linli.studies.risk.records import formulas_for
from linli.studies.risk.runs import Run

Translate = Callable[[str], str]
PER_PEOPLE = 10_000
NOT_HERE = N_("Nobody has recorded it here.")
FEW = N_("Fewer than five residents stand behind it.")
BAR, LEFT_OF = 100.0, 30.0  # width of the picture of a row, and what of it lies below the middle
COLOURS = ("#9d3c1d", "#c98a1b", "#5a6f9e", "#3f7d6b")
LOG_UNIT = 50.0  # how wide one unit of a logarithm is; longer bars are cut
STAYS_NAMES = {
    "without hazard": N_("without hazard"),
    "without exposure": N_("without exposure"),
    "without vulnerability": N_("without vulnerability"),
    "without coping": N_("without lack of coping"),
    "reach first": N_("with the reach of the first month, 2 km"),
    "reach spread": N_("with the reach of later months, 14 km"),
}


@dataclass(frozen=True)
class Part:
    """One dimension or factor of a row: what it adds to the logarithm of the score."""

    id: str
    name: str
    adds: float | None
    few: bool = False  # its sum would tell of fewer than five residents


@dataclass(frozen=True)
class Row:
    """One community of a run."""

    area_id: int
    name: str
    district: str
    rank: int
    score: float | None
    listed: bool
    in_top: float | None
    rank_low: int | None
    rank_high: int | None
    parts: tuple[Part, ...]
    types: tuple[str, ...]
    rate: float | None  # cases for 10,000 people after counts; None: none yet, or too few to tell
    rate_low: float | None
    rate_high: float | None
    rate_rank: int | None
    few: bool  # so few cases that a rate could give somebody away
    way_off: tuple[str, ...]  # what has to be done for it to leave the list; empty: nothing would


@dataclass(frozen=True)
class Line:
    """One factor of a community: what is known, what it adds, and what an action would do."""

    id: str
    dimension: str
    name: str
    unit: str
    value: float | None
    few: bool
    adds: float | None
    why: str  # why there is no value
    counted: bool  # a formula counts it, so the records can be opened
    action: str
    score_after: float | None
    enough: bool


@dataclass(frozen=True)
class Below:
    """A unit of a higher tier: how many communities it has, how many of them are listed."""

    area_id: int
    name: str
    n: int
    n_listed: int
    score: float | None  # mean, by people


def row(run: Run, at: int, language: str) -> Row:
    """One community of a run in the reader's language."""
    risk, place, hidden = run.risk, run.gathered.communities, withheld(run, at)
    scored = not np.isnan(risk.score[at])
    listed = bool(0 < run.rank[at] <= run.k)
    learnt, ranks = run.learnt, run.learnt_rank
    few = bool(0 < run.gathered.cases[at] < LEAST_SHOWN)
    told = learnt is not None and scored and not few
    rates = [float(v[at]) * PER_PEOPLE if told else None
             for v in ((learnt.rate, learnt.low, learnt.high) if learnt else ())]  # fmt: skip
    rate, low, high = rates or (None, None, None)
    flags = {flag.id: flag.names for flag in risk.model.flags}
    return Row(
        area_id=run.gathered.areas[at],
        name=run.gathered.name(at, language),
        district=place.districts[at],
        rank=int(run.rank[at]),
        score=None if hidden.total else _known(risk.score[at]),
        listed=listed,
        in_top=_known(run.in_top[at]),
        rank_low=_whole(run.rank_low[at]),
        rank_high=_whole(run.rank_high[at]),
        parts=tuple(
            Part(d.id, _said(d.names, language),
                 _known(np.nansum(risk.parts[at, risk.model.of(d.id)]))
                 if scored and d.id not in hidden.groups else None, d.id in hidden.groups)
            for d in risk.model.dimensions
        ),
        types=tuple(_said(flags[name], language) for name, holds in risk.flags().items()
                    if holds[at]),
        rate=rate, rate_low=low, rate_high=high,
        rate_rank=int(ranks[at]) if told and ranks is not None else None,
        few=few,
        way_off=tuple(_action(run, one.factor, language) for one in risk.way_off(at, k=run.k))
        if listed else (),
    )  # fmt: skip


def rows(run: Run, areas: Collection[int], language: str, *, most: int) -> list[Row]:
    """The riskiest of these communities, by their rank in the whole city."""
    at = [run.place[area] for area in areas if area in run.place]
    ranked = sorted((n for n in at if run.rank[n]), key=lambda n: int(run.rank[n]))
    return [row(run, n, language) for n in ranked[:most]]


def lines(run: Run, at: int, language: str, translate: Translate) -> list[Line]:
    """Every factor of one community, those of a dimension that is left out as well."""
    risk = run.risk
    formulas = formulas_for(risk.model)
    helps = {a.factor: a for a in risk.actions(at, k=run.k)} if run.rank[at] else {}
    hidden = withheld(run, at).parts
    found = []
    for n, factor in enumerate(risk.model.factors):
        value = _known(risk.raw[at, n])
        few = factor.id in hidden
        formula, action = formulas.get(factor.id), helps.get(factor.id)
        why = run.gathered.gaps.get(factor.id) or NOT_HERE
        found.append(
            Line(
                id=factor.id,
                dimension=factor.dimension,
                name=_said(factor.names, language),
                unit=factor.unit,
                value=None if few else value,
                few=few,
                adds=None if few or value is None else _known(risk.parts[at, n]),
                why=translate(why) if value is None else "",
                counted=formula is not None and bool(formula.count),
                action=_action(run, factor.id, language) if action else "",
                score_after=None if action is None or few else action.score,
                enough=bool(action and action.enough),
            )
        )
    return found


def withheld(run: Run, at: int) -> Withheld:
    """Which factors of a community, which sums of dimensions, and whether its score is not told.

    Nothing of what fewer than five residents stand behind can be worked out from the rest.
    """
    risk, known = run.risk, run.risk.raw[at]
    groups = {
        dimension.id: {
            factor.id: float(risk.parts[at, n])
            for n, factor in enumerate(risk.model.factors)
            if factor.dimension == dimension.id and not np.isnan(known[n])
            and not np.isnan(risk.parts[at, n])
        }
        for dimension in risk.model.dimensions
    }  # fmt: skip
    few = {
        factor.id for n, factor in enumerate(risk.model.factors)
        if not np.isnan(known[n]) and is_small(run, at, factor.id, float(known[n]))
    }  # fmt: skip
    return withhold_parts(groups, few)


def score(run: Run, at: int) -> float | None:
    """The score of a community; None without one, or where it would give somebody away."""
    return None if withheld(run, at).total else _known(run.risk.score[at])


def is_small(run: Run, at: int, factor: str, value: float) -> bool:
    """Whether fewer than five residents stand behind a figure, but not none."""
    if factor == IMPORTATION:
        return False
    formula = formulas_for(run.risk.model).get(factor)
    if formula is None or not formula.count or not RECORDS[formula.count[0].records].residents:
        return False
    if formula.per and formula.per[0].records != "people":
        return False
    people = value / formula.times * run.gathered.communities.population[at]
    return bool(0.5 < people < LEAST_SHOWN - 0.5)


def told_why(figure: Figure) -> str:
    """Why a figure has no value, as a sentence to be translated; a small one is withheld."""
    if figure.value is not None:
        return ""
    return WHY[figure.why] if figure.why else FEW


def gaps(run: Run, language: str, translate: Translate) -> list[tuple[str, str]]:
    """What nobody knows anywhere in the city, and why: it takes no part, and is never zero."""
    names = {f.id: _said(f.names, language) for f in run.model.factors}
    return [(names.get(f, f), translate(why)) for f, why in sorted(run.gathered.gaps.items())]


def lacking(run: Run, language: str) -> list[str]:
    """Dimensions of which nothing is known anywhere."""
    return [_said(d.names, language) for d in run.model.dimensions if d.id in run.lacking]


def stays(run: Run, translate: Translate) -> list[tuple[str, float]]:
    """How much of the list stays when one thing is done otherwise, the least first."""
    told = [(translate(STAYS_NAMES.get(name, name)), share) for name, share in run.stays.items()]
    return sorted(told, key=lambda one: one[1])


def below(run: Run, groups: Sequence[tuple[int, str, Collection[int]]]) -> list[Below]:
    """Units of a higher tier, each with its communities: those most often listed first."""
    found = []
    for area_id, name, areas in groups:
        at = np.array([run.place[a] for a in areas if a in run.place], dtype=np.int64)
        known = at[run.rank[at] > 0]
        people = run.gathered.communities.population[known]
        score = float(np.average(run.risk.score[known], weights=people)) if len(known) else None
        listed = int((run.rank[known] <= run.k).sum())
        found.append(Below(area_id, name, len(at), listed, score))
    return sorted(found, key=lambda one: (-one.n_listed, -(one.score or 0.0), one.name))


def picture(parts: Sequence[Part]) -> str:
    """The bar of a row as SVG: what makes it riskier than the middle to the right of the line."""
    out, left, right = [], LEFT_OF, LEFT_OF
    for colour, part in zip(COLOURS, parts, strict=False):
        width = abs(part.adds or 0.0) * LOG_UNIT
        below = (part.adds or 0.0) < 0
        x = max(0.0, left - width) if below else right
        end = left if below else min(BAR, right + width)
        left, right = (x, right) if below else (left, end)
        out.append(
            f'<rect x="{x:.1f}" y="2" width="{max(0.0, end - x):.1f}" height="10" fill="{colour}"/>'
        )
    line = f'<path d="M{LEFT_OF:g} 0v14" stroke="#1f2933"/>'
    return (f'<svg viewBox="0 0 {BAR:g} 14" width="200" height="28" aria-hidden="true">'
            f'{"".join(out)}{line}</svg>')  # fmt: skip


def as_values(
    run: Run, areas: Collection[int], language: str, translate: Translate, *, most: int
) -> dict[str, Any]:
    """A run for a machine: what makes it again, the list, and what is not known."""
    return {
        "run_id": run.id,
        "at": run.at,
        "phase": run.phase,
        "k": run.k,
        "draws": run.draws,
        "seed": run.seed,
        "fingerprint": run.fingerprint,
        "version": run.version,
        "n_ranked": run.n_ranked,
        "stable": run.stable,
        "rows": [asdict(one) for one in rows(run, areas, language, most=most)],
        "stays": [{"otherwise": name, "share": share} for name, share in stays(run, translate)],
        "not_collected": [{"factor": name, "why": why}
                          for name, why in gaps(run, language, translate)],
        "lacking": lacking(run, language),
        "n_left_out": len(run.gathered.left_out),
    }  # fmt: skip


def as_csv(run: Run, areas: Collection[int], language: str, *, most: int) -> bytes:
    """The list as a sheet, with what makes it again in its last columns."""
    out = io.StringIO()
    names = [d.id for d in run.risk.model.dimensions]
    sheet = csv.writer(out)
    sheet.writerow(["rank", "area_id", "name", "district", "score", "in_list", "chance_in_list",
                    "rank_low", "rank_high", *names, "types", "rate_per_10000", "rate_rank",
                    "to_leave_the_list", "run", "at", "phase", "seed", "fingerprint"])  # fmt: skip
    for one in rows(run, areas, language, most=most):
        adds = [_cell(part.adds, 4) for part in one.parts]
        sheet.writerow([
            one.rank, one.area_id, _plain(one.name), _plain(one.district), _cell(one.score, 4),
            int(one.listed), _cell(one.in_top, 3), one.rank_low, one.rank_high, *adds,
            "; ".join(one.types), _cell(one.rate, 2), one.rate_rank or "",
            "; ".join(one.way_off), run.id, run.at.isoformat(), run.phase, run.seed,
            run.fingerprint,
        ])  # fmt: skip
    return ("\ufeff" + out.getvalue()).encode()


def day_of(run: Run) -> str:
    """The day of the city on which a run was counted."""
    return clock.day(run.at).isoformat()


def _plain(text: str) -> str:
    """A name that a spreadsheet takes for no formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _cell(value: float | None, digits: int) -> float | str:
    return "" if value is None else round(value, digits)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


def _said(names: Any, language: str) -> str:
    return str(names.get("zh-hans" if language.startswith("zh") else "en", names["en"]))


def _action(run: Run, factor: str, language: str) -> str:
    found: Factor = next(f for f in run.risk.model.factors if f.id == factor)
    return _said(found.actions, language) if found.actions else ""
