"""How is a study told? As plain values for a page, a machine or a sheet, the same for all."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from linli.analysis.evaluation import diagnosis
from linli.analysis.evaluation.formulas import Formula
from linli.analysis.evaluation.framework import Node, Role
from linli.errors import N_, BadInput
from linli.studies.evaluation.counting import WHY, Figure
from linli.studies.evaluation.history import history
from linli.studies.evaluation.study import Study

Translate = Callable[[str], str]
MOST_APART = 10
COLUMNS = (
    "indicator", "name", "unit", "phase", "value", "count", "per", "basis", "reason", "target",
    "level", "worth", "gain",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One indicator of a unit: what is known, on what basis, and what it is worth."""

    node: Node
    formula: Formula
    figure: Figure
    basis: str  # records, judgement or none
    value: float | None
    in_phase: bool
    level: float | None  # on the normalised scale
    worth: float | None  # points of the score for one more normalised point
    gain: float | None  # points of the score up to the target
    takes: float | None  # how far the value has to move, in its own unit

    @property
    def target(self) -> float | None:
        """Where the indicator should stand, in its own unit."""
        return self.node.target if self.node.target is not None else self.node.best

    @property
    def why(self) -> str:
        """Why there is no value, as a sentence to be translated."""
        return WHY[self.figure.why] if self.figure.why else ""


def named(node: Node, language: str) -> str:
    """An indicator or group in the reader's language."""
    return (node.name_zh if language.startswith("zh") else node.name_en) or node.id


def why_of(line: Line, language: str, translate: Translate) -> str:
    """Why there is no value, in the formula's own words where it has some."""
    own = line.formula.awaits_zh if language.startswith("zh") else line.formula.awaits
    if line.basis != "none":
        return ""
    return own or translate(line.why)


def lines_of(study: Study) -> list[Line]:
    """Every indicator of the framework for this unit, in the order of the framework."""
    result, at = study.result, study.unit
    worth = diagnosis.point_worth(result)[at] if result is not None else np.array([])
    needs = {n.indicator: n for n in diagnosis.needs(result, at)} if result is not None else {}
    place = {n: k for k, n in enumerate(result.table.columns)} if result is not None else {}
    counted = {node.id for node in study.in_phase.indicators}
    found = []
    for node in study.basis.framework.indicators:
        figure = study.own.get(node.id, Figure())
        judged = study.is_judged(node.id)
        word = study.judged[study.area.id, node.id].value if judged else None
        value = figure.value if figure.value is not None else word
        k, need = place.get(node.id), needs.get(node.id)
        known = k is not None and result is not None and value is not None
        level = float(result.normalised[at, k]) if known and result is not None else None
        has_score = known and study.score is not None
        found.append(
            Line(
                node=node,
                formula=study.basis.formulas[node.id],
                figure=figure,
                basis="judgement" if judged else "records" if value is not None else "none",
                value=value,
                in_phase=node.id in counted,
                level=level,
                worth=float(worth[k]) if has_score else None,
                gain=need.gain if need is not None and has_score else None,
                takes=need.takes if need is not None and has_score else None,
            )
        )
    return found


def most_helpful(lines: list[Line], *, n: int = 10) -> list[Line]:
    """The indicators whose shortfall costs most points, the largest first."""
    helpful = [line for line in lines if line.gain is not None and line.gain > 0]
    return sorted(helpful, key=lambda line: -(line.gain or 0.0))[:n]


def groups_of(study: Study) -> list[dict[str, Any]]:
    """The groups of the first level: score, and how much of them is known."""
    found = []
    for one in study.collected():
        node = study.in_phase.by_id[one.group]
        score = _of(study, one.group)
        found.append({**asdict(one), "node": node, "score": score})
    return found


def outcomes_of(study: Study) -> list[dict[str, Any]]:
    """The groups of outcomes with their scores: beside the capacity, and never in it."""
    framework = study.in_phase
    roots = [r for r in framework.roots if framework.role(r.id) is Role.OUTCOME]
    return [
        {"node": node, "score": _of(study, node.id)}
        for root in roots for node in framework.children(root.id)
    ]  # fmt: skip


def as_values(
    study: Study, language: str, translate: Translate = str, *, beside: int | None = None
) -> dict[str, Any]:
    """The whole study as plain values; ``beside``: with another unit of its tier."""
    lines = lines_of(study)
    best, worst = ([], []) if study.result is None else diagnosis.strengths(
        study.result, study.unit
    )  # fmt: skip
    return {
        "area_id": study.area.id,
        "framework": study.basis.framework.name,
        "phase": study.phase,
        "at": study.basis.at.isoformat(),
        "snapshot_id": study.basis.snapshot.id if study.basis.snapshot else None,
        "fingerprint": study.result.fingerprint if study.result else "",
        "recipe": study.result.recipe.fingerprint() if study.result else "",
        "version": study.result.version if study.result else "",
        "score": study.score,
        "why_no_score": study.why_no_score.tell(translate) if study.why_no_score else "",
        "rank": study.rank,
        "n_ranked": study.n_ranked,
        "share_collected": round(study.share_collected, 4),
        "groups": [
            {"id": g["node"].id, "name": named(g["node"], language), "score": g["score"],
             "n_known": g["n"], "n_judged": g["n_judged"], "n": g["of"]}
            for g in groups_of(study)
        ],
        "outcomes": [
            {"id": o["node"].id, "name": named(o["node"], language), "score": o["score"]}
            for o in outcomes_of(study)
        ],
        "indicators": [_values(line, language, translate) for line in lines],
        "helps_most": [line.node.id for line in most_helpful(lines)],
        "strengths": best if len(study.units) > 1 else [],
        "weaknesses": worst if len(study.units) > 1 else [],
        "peers": peers_of(study),
        "below": below_of(study),
        "since": since_of(study),
        "history": history_of(study),
        "beside": None if beside is None else beside_of(study, beside),
    }  # fmt: skip


def peers_of(study: Study) -> list[dict[str, Any]]:
    """The most similar units of the tier within reach, with their scores."""
    if study.result is None:
        return []
    near = diagnosis.peers(study.result, study.unit)
    return [
        {"area_id": study.units[k].id, "name": study.result.table.name(k),
         "score": known(study.result.score[k])}
        for k in near
    ]  # fmt: skip


def below_of(study: Study) -> list[dict[str, Any]]:
    """Each unit below with its score and those of its groups, the best first."""
    if study.parts is None:
        return []
    parts = study.parts
    groups = [g.group for g in study.collected() if g.group in parts.tree.ids]
    rows = [
        {"area_id": area.id, "name": parts.table.name(k), "score": known(parts.score[k]),
         "rank": known(parts.ranks[k]), "groups": {g: known(parts.of(g)[k]) for g in groups}}
        for k, area in enumerate(study.below)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0))


def since_of(study: Study) -> dict[str, Any] | None:
    """What moved since the snapshot before, by indicator, the largest first."""
    since = study.since
    if since is None:
        return None
    change = since.change
    moved = sorted(change.by_indicator.items(), key=lambda p: -abs(p[1])) if change else []
    return {
        "at": since.at.isoformat(),
        "before": change.before if change else None,
        "after": change.after if change else None,
        "moved": change.after - change.before if change else None,
        "n_compared": since.n_compared,
        "not_compared": list(since.not_compared),
        "by_indicator": {name: by for name, by in moved if abs(by) > 1e-9},
    }


def beside_of(study: Study, other_id: int) -> dict[str, Any] | None:
    """The unit and another one of its tier side by side: groups, and what sets them apart.

    Raises BadInput for an area that is not scored beside it; None where one has no score.
    """
    ids = [area.id for area in study.units]
    if other_id not in ids or other_id == study.area.id:
        raise BadInput(
            N_("{given} is no unit beside this one. Choose one of those listed."), given=other_id
        )
    result, at = study.result, ids.index(other_id)
    if result is None or np.isnan(result.score[[study.unit, at]]).any():
        return None
    parts, rest = diagnosis.apart(result, study.unit, at)
    order = np.argsort(-np.abs(parts), kind="stable")[:MOST_APART]
    names = result.table.columns
    return {
        "area_id": other_id,
        "name": result.table.name(at),
        "score": known(result.score[at]),
        "apart": known(result.score[study.unit] - result.score[at]),
        "unexplained": round(rest, 6),
        "groups": {
            g.group: [known(result.of(g.group)[k]) for k in (study.unit, at)]
            for g in study.collected() if g.group in result.tree.ids
        },
        "by_indicator": {
            names[k]: round(float(parts[k]), 6) for k in order if abs(parts[k]) > 1e-9
        },
    }  # fmt: skip


def history_of(study: Study) -> list[dict[str, Any]]:
    """The score at each snapshot and now, over what was counted alike at all of them."""
    found = history(study)
    n = len(found.indicators)
    return [
        {"at": p.at.isoformat(), "score": p.score, "n_compared": n, "snapshot_id": p.snapshot_id}
        for p in found.points
    ]


def sheet(study: Study, language: str, translate: Translate = str) -> list[list[Any]]:
    """The indicators as rows of a sheet, below their header."""
    told = as_values(study, language, translate)
    return [list(COLUMNS)] + [[one[c] for c in COLUMNS] for one in told["indicators"]]


def known(value: float) -> float | None:
    """A number, or None where there is none."""
    return None if np.isnan(value) else round(float(value), 6)


def _of(study: Study, group: str) -> float | None:
    result = study.result
    if result is None or group not in result.tree.ids:
        return None
    return known(result.of(group)[study.unit])


def _values(line: Line, language: str, translate: Translate) -> dict[str, Any]:
    return {
        "indicator": line.node.id,
        "name": named(line.node, language),
        "unit": line.node.unit,
        "phase": "|".join(sorted(line.node.phases)),
        "in_phase": line.in_phase,
        "value": line.value,
        "count": line.figure.count,
        "per": line.figure.per,
        "basis": line.basis,
        "reason": why_of(line, language, translate),
        "target": line.target,
        "level": line.level,
        "worth": line.worth,
        "gain": line.gain,
    }
