"""What does the person who decides need to read? Tables first, then the same as a document."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from html import escape
from typing import Any, BinaryIO

import numpy as np

from linli.analysis.evaluation import diagnosis, figures
from linli.analysis.evaluation.evaluate import Evaluation
from linli.analysis.evaluation.recipe import Aggregate
from linli.analysis.evaluation.uncertainty import Replicates
from linli.analysis.evaluation.weights import effective_importance
from linli.errors import BadInput

N_NEEDS = 5  # a unit, in the document; the JSON holds all
N_STEPS = 8  # of a waterfall; the others are summed
LEAST_SHOWN = 0.005  # points of the score
LEAST_CORNERS = 3  # of a radar
MOST_PICTURED = 40  # units in a picture
WIDEST_INCHES = 6.0  # of a picture on a page of a document
PIXELS_AN_INCH = 96
STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#1f2933}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dde5;"
    "padding:.3rem .5rem;text-align:left}td.n{text-align:right}svg{max-width:100%;height:auto}"
)
Section = tuple[str, list[str], list[list[str]]]  # title, header, rows


def as_tables(result: Evaluation, ran: Replicates | None = None) -> dict[str, Any]:
    """Everything as plain values, ready for JSON; unknown is None with its reason beside it."""
    spans = ran.rank_interval() if ran else None
    units = []
    for at, unit in enumerate(result.table.ids):
        units.append(
            {
                "id": unit,
                "name": result.table.name(at),
                "score": _known(result.score[at]),
                "why_no_score": result.why_no_score(at) or None,
                "rank": _known(result.ranks[at]),
                "rank_interval": spans[at].tolist() if spans is not None else None,
                "missing_share": round(float(result.missing_share[at]), 4),
                "conditions_met": bool(result.passed[at]),
                "parts": {g.id: _known(result.of(g.id)[at]) for g in result.tree.groups},
                "needs": _needs(result, at),
            }
        )
    nominal = result.tree.nominal()
    effective = effective_importance(result.normalised, result.score)
    return {
        "framework": result.framework.name,
        "title": result.framework.facts.get("title", result.framework.name),
        "note": result.framework.facts.get("note", ""),
        "note_zh": result.framework.facts.get("note_zh", ""),
        "weights": result.framework.facts.get("weights", ""),
        "recipe": asdict(result.recipe),
        "fingerprint": result.fingerprint,
        "version": result.version,
        "seed": ran.plan.seed if ran else None,
        "replicates": len(ran.picks) if ran else 0,
        "failed_replicates": len(ran.failures) if ran else 0,
        "indicators": [
            {
                "id": node.id,
                "name_zh": node.name_zh,
                "name_en": node.name_en,
                "weight": round(float(nominal[k]), 6),
                "effective_importance": round(float(effective[k]), 6),
                "treatment": result.treatments[k] or None,
            }
            for k, node in enumerate(result.framework.indicators)
        ],
        "groups": [
            {"id": n.id, "name_zh": n.name_zh, "name_en": n.name_en}
            for n in result.framework.nodes
            if n.kind == "group"
        ],
        "left_out": dict(result.left_out),
        "units": units,
    }


def as_profile(result: Evaluation, unit: int) -> dict[str, Any]:
    """One unit beside its peers: what is strong, what is weak, and what the score hangs on."""
    best, worst = diagnosis.strengths(result, unit)
    alone = diagnosis.without_each(result)
    moves = [
        {"indicator": name, "score": _known(alone[0][unit, k]), "rank": _known(alone[1][unit, k])}
        for k, name in enumerate(result.table.columns)
        if not np.isnan(result.normalised[unit, k])
    ]
    score, rank = result.score[unit], result.ranks[unit]
    return {
        "id": result.table.ids[unit],
        "name": result.table.name(unit),
        "score": _known(score),
        "rank": _known(rank),
        "needs": _needs(result, unit),
        "strengths": best,
        "weaknesses": worst,
        "peers": [
            {"name": result.table.name(k), "score": _known(result.score[k])}
            for k in diagnosis.peers(result, unit)
        ],
        "without": sorted(moves, key=lambda m: -abs((m["score"] or 0.0) - score)),
    }


def waterfall(result: Evaluation, unit: int, *, language: str = "en") -> str:
    """What sets a unit apart from its best peer, as a picture; empty where that has no answer."""
    near = [k for k in diagnosis.peers(result, unit) if not np.isnan(result.score[k])]
    if not near or np.isnan(result.score[unit]):
        return ""
    peer = max(near, key=lambda k: result.score[k])
    try:
        parts, gaps = diagnosis.apart(result, unit, peer)
    except BadInput:  # MPI has no parts
        return ""
    order = np.argsort(-np.abs(parts), kind="stable")
    steps = [(result.table.columns[k], float(parts[k])) for k in order[:N_STEPS]]
    steps.append((_WORDS[language[:2]]["others"], float(parts[order[N_STEPS:]].sum())))
    if abs(gaps) > LEAST_SHOWN:
        steps.append((_WORDS[language[:2]]["gaps"], gaps))
    names = (result.table.name(peer), result.table.name(unit))
    return figures.waterfall(float(result.score[peer]), steps, names=names)


def as_changes(before: Evaluation, after: Evaluation) -> dict[str, Any]:
    """What happened between two tables, unit by unit and indicator by indicator."""
    found = diagnosis.changes(before, after)
    ranks = dict(zip(before.table.ids, before.ranks, strict=True))
    now = dict(zip(after.table.ids, zip(after.ranks, after.table.ids, strict=True), strict=True))
    names = {unit: after.table.name(at) for at, unit in enumerate(after.table.ids)}
    rows = [(names[c.unit], float(ranks[c.unit]), float(now[c.unit][0])) for c in found]
    return {"changes": [asdict(c) for c in found], "ranks": rows}


def as_html(
    result: Evaluation,
    ran: Replicates | None = None,
    *,
    language: str = "en",
    unit: int | None = None,
    before: Evaluation | None = None,
    more: Sequence[Section] = (),
) -> str:
    """One page that needs nothing else: pictures and tables, and further tables if given."""
    told = as_tables(result, ran)
    body = [f"<h1>{escape(result.title(language))}</h1>", f"<p>{escape(_head(told, language))}</p>"]
    drawn = pictures(result, ran, unit=unit, language=language, before=before)
    body += [f"<figure>{svg}</figure>" for svg in drawn]
    for title, header, rows in (*_sections(told, language), *more):
        top = "".join(f"<th>{escape(h)}</th>" for h in header)
        lines = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        body.append(f"<h2>{escape(title)}</h2><table><tr>{top}</tr>{lines}</table>")
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(result.title(language))}</title><style>{STYLE}</style>{''.join(body)}</html>\n"
    )


def write_docx(
    into: BinaryIO,
    result: Evaluation,
    ran: Replicates | None = None,
    *,
    language: str = "en",
    unit: int | None = None,
    before: Evaluation | None = None,
    more: Sequence[Section] = (),
    draw: Callable[[str], Any] | None = None,
) -> None:
    """Write the same tables as a Word document, with the pictures that `draw` makes of SVG.

    Needs the extra `report`. What `draw` gives has a file of pixels and a `width_px`.
    """
    from docx import Document
    from docx.shared import Inches

    told = as_tables(result, ran)
    paper = Document()
    paper.add_heading(result.title(language), level=0)
    paper.add_paragraph(_head(told, language))
    drawings = pictures(result, ran, unit=unit, language=language, before=before)
    for drawn in map(draw, drawings) if draw else ():
        width = min(WIDEST_INCHES, drawn.width_px / PIXELS_AN_INCH)
        paper.add_picture(drawn.file, width=Inches(width))
    for title, header, rows in (*_sections(told, language), *more):
        paper.add_heading(title, level=1)
        table = paper.add_table(rows=1 + len(rows), cols=len(header), style="Light Grid")
        for line, row in zip(table.rows, [header, *rows], strict=True):
            for cell, said in zip(line.cells, row, strict=True):
                cell.text = said
    paper.save(into)


def _head(told: dict[str, Any], language: str) -> str:
    n_all, n_used = len(told["indicators"]) + len(told["left_out"]), len(told["indicators"])
    if language.startswith("zh"):
        said = [
            (told["note_zh"] or told["note"]).rstrip("。.") + "。",
            f"{len(told['units'])} 个单位，{n_all} 个指标中已采集 {n_used} 个。",
            f"结果编号 {told['fingerprint']}，Linli {told['version']}。",
            f"名次区间来自 {told['replicates']} 次重复，种子 {told['seed']}，"
            f"失败 {told['failed_replicates']} 次。" if told["replicates"] else "",
        ]  # fmt: skip
        return "".join(part for part in said if part.strip("。"))
    said = [
        told["note"] and told["note"].rstrip(".") + ".",
        f"{len(told['units'])} units, {n_used} of {n_all} indicators collected.",
        f"Weights: {told['weights']}." if told["weights"] else "",
        f"Result {told['fingerprint']}, Linli {told['version']}.",
        f"Ranks from {told['replicates']} replicates, seed {told['seed']}, "
        f"{told['failed_replicates']} failed." if told["replicates"] else "",
    ]  # fmt: skip
    return " ".join(part for part in said if part)


def _sections(told: dict[str, Any], language: str) -> list[Section]:
    chinese = language.startswith("zh")
    name = {i["id"]: i["name_zh" if chinese else "name_en"] or i["id"] for i in told["indicators"]}
    by_rank = sorted(told["units"], key=lambda u: (u["rank"] is None, u["rank"] or 0))
    ranking = [
        [
            _said(u["rank"], 0),
            u["name"],
            _said(u["score"], 1) if u["score"] is not None else u["why_no_score"],
            "–".join(f"{r:.0f}" for r in u["rank_interval"][::2]) if u["rank_interval"] else "",
            f"{u['missing_share']:.0%}",
            "" if u["conditions_met"] else "✗",
        ]
        for u in by_rank
    ]
    helps = [
        [u["name"], name[n["indicator"]], f"{n['value']:g}", _said(n["target"], 2),
         _said(n["takes"], 2), f"+{n['gain']:.2f}"]
        for u in by_rank
        for n in u["needs"][:N_NEEDS]
        if n["gain"] > 0
    ]  # fmt: skip
    groups = [[g["id"], g["name_zh" if chinese else "name_en"]] for g in told["groups"]]
    left = [[key, why] for key, why in told["left_out"].items()]
    weights = [[i["id"], name[i["id"]], f"{i['weight']:.4f}", i["treatment"] or ""]
               for i in told["indicators"]]  # fmt: skip
    heads = HEADS_ZH if chinese else HEADS_EN
    rows = (ranking, helps, groups, weights, left)
    return [(t, list(h), r) for (t, *h), r in zip(heads, rows, strict=True) if r]


_WORDS = {
    "en": {"median": "median", "before": "before", "after": "after", "others": "all others",
           "gaps": "what only one of them has"},
    "zh": {"median": "中位数", "before": "此前", "after": "此后", "others": "其余各项",
           "gaps": "仅一方有数据的指标"},
}  # fmt: skip

HEADS_EN = (
    ("Scores", "Rank", "Unit", "Score", "Rank from–to (90 %)", "Missing", "Conditions unmet"),
    ("What would help most", "Unit", "Indicator", "Now", "Target", "It takes", "Gain in score"),
    ("Groups", "Code", "Name"),
    ("Indicators", "Code", "Name", "Weight", "Outliers"),
    ("Left out", "Indicator", "Why"),
)
HEADS_ZH = (
    ("得分", "名次", "单位", "得分", "名次区间（90%）", "缺失", "否决条件未满足"),
    ("最值得补的短板", "单位", "指标", "现值", "目标", "需要变化", "得分增加"),
    ("维度", "代码", "名称"),
    ("指标", "代码", "名称", "权重", "异常值处理"),
    ("未计入", "指标", "原因"),
)


def pictures(
    result: Evaluation,
    ran: Replicates | None = None,
    *,
    unit: int | None = None,
    language: str = "en",
    before: Evaluation | None = None,
) -> list[str]:
    """The pictures of a result: bars, heat map, radar, waterfall, and who rose and fell."""
    at = unit if unit is not None else int(np.nanargmax(np.append(result.score, -np.inf)))
    at = min(at, len(result.score) - 1)
    order = np.argsort(np.where(np.isnan(result.ranks), np.inf, result.ranks), kind="stable")
    shown = [int(k) for k in order[:MOST_PICTURED]]
    names = [result.table.name(k) for k in shown]
    most = max(result.recipe.scale, float(np.nanmax(result.score, initial=0.0)))
    spans = np.nanquantile(ran.scores, (0.05, 0.95), axis=1) if ran else None
    sure = [
        (None, None) if spans is None else (float(spans[0, k]), float(spans[1, k])) for k in shown
    ]
    bars = [
        (n, float(result.score[k]), *span) for n, k, span in zip(names, shown, sure, strict=True)
    ]
    parts = [n.id for n in result.framework.children(result.root) if n.kind == "group"]
    made = [figures.ranked_bars(bars, most=most)]
    if parts:
        grid = [[float(result.of(p)[k]) / most * 100 for p in parts] for k in shown]
        made.append(figures.heat_map(names, parts, grid))
    if len(parts) >= LEAST_CORNERS:
        middle = [float(np.nanmedian(result.of(p))) for p in parts]
        own = [float(result.of(p)[at]) for p in parts]
        made.append(
            figures.radar(
                parts,
                {result.table.name(at): own, _WORDS[language[:2]]["median"]: middle},
                most=most,
            )
        )
    if unit is not None:
        made.append(waterfall(result, unit, language=language))
    if before is not None:
        words = _WORDS[language[:2]]
        rows = as_changes(before, result)["ranks"]
        made.append(figures.rank_change(rows, names=(words["before"], words["after"])))
    return [svg for svg in made if svg]


def _needs(result: Evaluation, unit: int) -> list[dict[str, Any]]:
    kinds = {result.recipe.at_level(g.level) for g in result.tree.groups}
    if Aggregate.MPI in kinds or np.isnan(result.score[unit]):
        return []
    return [
        {
            key: value if isinstance(value, str) else _known(value)
            for key, value in asdict(n).items()
        }
        for n in diagnosis.needs(result, unit)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _said(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"
