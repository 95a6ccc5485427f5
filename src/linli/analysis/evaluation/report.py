"""What does the person who decides need to read? Tables first, then the same as a document."""

from dataclasses import asdict
from html import escape
from typing import Any, BinaryIO

import numpy as np

from linli.analysis.evaluation import diagnosis, figures
from linli.analysis.evaluation.evaluate import Evaluation
from linli.analysis.evaluation.recipe import Aggregate
from linli.analysis.evaluation.uncertainty import Replicates

N_NEEDS = 5  # a unit, in the document; the JSON holds all
MOST_PICTURED = 40  # units in a picture
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
    return {
        "framework": result.framework.name,
        "title": result.framework.facts.get("title", result.framework.name),
        "note": result.framework.facts.get("note", ""),
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
                "treatment": result.treatments[k] or None,
            }
            for k, node in enumerate(result.framework.indicators)
        ],
        "left_out": dict(result.left_out),
        "units": units,
    }


def as_html(result: Evaluation, ran: Replicates | None = None, *, language: str = "en") -> str:
    """One page that needs nothing else: pictures and tables."""
    told = as_tables(result, ran)
    body = [f"<h1>{escape(told['title'])}</h1>", f"<p>{escape(_head(told))}</p>"]
    body += [f"<figure>{svg}</figure>" for svg in _pictures(result, ran)]
    for title, header, rows in _sections(told, language):
        top = "".join(f"<th>{escape(h)}</th>" for h in header)
        lines = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        body.append(f"<h2>{escape(title)}</h2><table><tr>{top}</tr>{lines}</table>")
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(told['title'])}</title><style>{STYLE}</style>{''.join(body)}</html>\n"
    )


def write_docx(
    into: BinaryIO, result: Evaluation, ran: Replicates | None = None, *, language: str = "en"
) -> None:
    """Write the same tables as a Word document; needs the extra `report` (python-docx)."""
    from docx import Document

    told = as_tables(result, ran)
    paper = Document()
    paper.add_heading(told["title"], level=0)
    paper.add_paragraph(_head(told))
    for title, header, rows in _sections(told, language):
        paper.add_heading(title, level=1)
        table = paper.add_table(rows=1 + len(rows), cols=len(header), style="Light Grid")
        for line, row in zip(table.rows, [header, *rows], strict=True):
            for cell, said in zip(line.cells, row, strict=True):
                cell.text = said
    paper.save(into)


def _head(told: dict[str, Any]) -> str:
    n_all = len(told["indicators"]) + len(told["left_out"])
    said = [
        told["note"] and told["note"].rstrip(".") + ".",
        f"{len(told['units'])} units, {len(told['indicators'])} of {n_all} indicators collected.",
        f"Weights: {told['weights']}." if told["weights"] else "",
        f"Result {told['fingerprint']}, Linli {told['version']}.",
    ]
    if told["replicates"]:
        said.append(
            f"Ranks from {told['replicates']} replicates, seed {told['seed']}, "
            f"{told['failed_replicates']} failed."
        )
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
    left = [[key, why] for key, why in told["left_out"].items()]
    weights = [[i["id"], name[i["id"]], f"{i['weight']:.4f}", i["treatment"] or ""]
               for i in told["indicators"]]  # fmt: skip
    heads = HEADS_ZH if chinese else HEADS_EN
    rows = (ranking, helps, weights, left)
    return [(t, list(h), r) for (t, *h), r in zip(heads, rows, strict=True) if r]


HEADS_EN = (
    ("Scores", "Rank", "Unit", "Score", "Rank from–to (90 %)", "Missing", "Conditions unmet"),
    ("What would help most", "Unit", "Indicator", "Now", "Target", "It takes", "Gain in score"),
    ("Indicators", "Code", "Name", "Weight", "Outliers"),
    ("Left out", "Indicator", "Why"),
)
HEADS_ZH = (
    ("得分", "名次", "单位", "得分", "名次区间（90%）", "缺失", "否决条件未满足"),
    ("最值得补的短板", "单位", "指标", "现值", "目标", "需要变化", "得分增加"),
    ("指标", "代码", "名称", "权重", "异常值处理"),
    ("未计入", "指标", "原因"),
)


def _pictures(result: Evaluation, ran: Replicates | None) -> list[str]:
    order = np.argsort(np.where(np.isnan(result.ranks), np.inf, result.ranks), kind="stable")
    shown = [int(k) for k in order[:MOST_PICTURED]]
    names = [result.table.name(k) for k in shown]
    most = max(result.recipe.scale, float(np.nanmax(result.score, initial=0.0)))
    spans = np.nanquantile(ran.scores, (0.05, 0.95), axis=1) if ran else None
    bars = [
        (n, float(result.score[k]), *((float(spans[0, k]), float(spans[1, k])) if spans is not None else (None, None)))  # noqa: E501
        for n, k in zip(names, shown, strict=True)
    ]  # fmt: skip
    parts = [n.id for n in result.framework.children(result.root) if n.kind == "group"]
    made = [figures.ranked_bars(bars, most=most)]
    if parts:
        grid = [[float(result.of(p)[k]) / most * 100 for p in parts] for k in shown]
        made.append(figures.heat_map(names, parts, grid))
    if len(parts) > 2:
        label = [result.framework.by_id[p].name_en for p in parts]
        middle = [float(np.nanmedian(result.of(p))) for p in parts]
        own = [float(result.of(p)[shown[0]]) for p in parts]
        made.append(figures.radar(label, {names[0]: own, "median": middle}, most=most))
    return made


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
