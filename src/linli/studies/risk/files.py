"""Which communities are at the highest risk? From files of a city to scores, reasons and checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from linli.analysis.risk import posterior, validation
from linli.analysis.risk.communities import Communities, Floats
from linli.analysis.risk.importation import Sources
from linli.analysis.risk.model import IMPORTATION, Model, read_model, shipped
from linli.analysis.risk.score import Risk, assess
from linli.analysis.risk.top import Certainty
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.pictures import split_bars

PLACE = ("id", "longitude", "latitude", "population")
ALSO = ("name", "district", "area_km2")
SHOWN = 15  # communities in the picture


@dataclass(frozen=True)
class Counts:
    """Cases of each community up to and after a day; ``split`` is the last day that was known."""

    before: Floats
    after: Floats
    split: str


def model_of(said: str) -> Model:
    """A model that comes with Linli, by its name, or one's own, by its file."""
    if said.endswith(".toml") or "/" in said:
        path = Path(said)
        if not path.is_file():
            raise BadInput(N_("There is no file {path}. Check the name."), path=said)
        try:
            return read_model(path.read_text("utf-8"), name=path.stem)
        except UnicodeDecodeError:
            raise BadInput(N_("{path} is not UTF-8 text."), path=said) from None
    return shipped(said)


def communities_of(path: Path, model: Model) -> Communities:
    """The communities of a file and the factors that it holds, by the names of the model."""
    factors = [f.id for f in model.factors if f.id != IMPORTATION]
    found = tables.read(path, wanted=PLACE, also=(*ALSO, *factors))
    missing = float("nan")
    there = [factor for factor in factors if found.has(factor)]
    if not there:
        raise BadInput(
            N_("{file} holds none of the factors of the model {model}: {factors}."),
            file=path.name,
            model=model.name,
            factors=tuple(factors),
        )
    for column in PLACE:
        found.filled(column)

    def numbers(column: str) -> Floats:
        return np.array(found.read(column, tables.number, empty=missing))

    return Communities(
        ids=tuple(found.cells["id"]),
        points=np.column_stack([numbers("longitude"), numbers("latitude")]),
        population=numbers("population"),
        factors=tuple(there),
        values=np.column_stack([numbers(factor) for factor in there]),
        names=tuple(found.cells["name"]) if found.has("name") else (),
        districts=tuple(found.cells["district"]) if found.has("district") else (),
        area_km2=numbers("area_km2") if found.has("area_km2") else np.empty(0),
    )


def sources_of(path: Path) -> Sources:
    """Sources of infection: longitude, latitude, cases."""
    found = tables.read(path, wanted=("longitude", "latitude", "cases"))
    for column in ("longitude", "latitude", "cases"):
        found.filled(column)
    lon, lat, cases = (
        np.array(found.read(column, tables.number, empty=0.0))
        for column in ("longitude", "latitude", "cases")
    )
    return Sources(np.column_stack([lon, lat]), cases)


def counts_of(path: Path, communities: Communities, *, split: str = "") -> Counts:
    """Cases by community and day, up to a day and after it; without a day, all are before.

    A community that is not in the list, a day that is none and a count below 0 are refused by row.
    """
    found = tables.read(path, wanted=("id", "day", "cases"))
    for column in ("id", "day", "cases"):
        found.filled(column)
    place = {one: at for at, one in enumerate(communities.ids)}
    for row, one in zip(found.row, found.cells["id"], strict=True):
        if one not in place:
            raise BadInput(
                N_("{file}, row {row}: there is no community {id}. Correct the id, or add it to "
                   "the list."),
                file=path.name,
                row=row,
                id=one,
            )  # fmt: skip
    days = np.array(found.read("day", tables.day, empty=0.0))
    cases = np.array(found.read("cases", tables.count, empty=0), dtype=float)
    at = np.array([place[one] for one in found.cells["id"]])
    last = tables.day(split) if split else days.max()
    before, after = np.zeros(len(communities)), np.zeros(len(communities))
    np.add.at(before, at[days <= last], cases[days <= last])
    np.add.at(after, at[days > last], cases[days > last])
    return Counts(before, after, tables.shown_day(float(last)))


def from_counts(communities: Communities, counts: Counts) -> Sources:
    """Communities with cases as the sources of the others."""
    at = np.flatnonzero(counts.before)
    return Sources(communities.points[at], counts.before[at], home=at.astype(np.int64))


def learnt(risk: Risk, counts: Counts, *, k: int = 0, seed: int = 1) -> posterior.Posterior:
    """What the counts add to a score: rates by the logarithms of its dimensions."""
    known = ~np.isnan(risk.score)
    if not known.all():
        raise BadInput(
            N_("{n} communities have no score, {id} among them; give one of the factors of each "
               "dimension, or leave them out."),
            n=int((~known).sum()),
            id=risk.communities.ids[int(np.flatnonzero(~known)[0])],
        )  # fmt: skip
    return posterior.learn(
        counts.before,
        risk.communities.population,
        np.log(risk.means),
        risk.communities.districts,
        k=k,
        seed=seed,
    )


def checked(
    communities: Communities,
    model: Model,
    counts: Counts,
    *,
    phase: str,
    sources: Sources | None = None,
    seed: int = 1,
) -> validation.Validation:
    """The score before counts and that after, beside the baselines, against what came later.

    ``sources``: where infection was known to be at the split; cases up to then take their place.
    """
    sources = from_counts(communities, counts) if counts.before.any() else sources
    risk = assess(communities, model, sources=sources, phase=phase)
    scores = {"prior": risk.score}
    if counts.before.any():
        scores["posterior"] = learnt(risk, counts, seed=seed).rate
    scores |= validation.baselines(communities, counts.before, risk.scaled, sources)
    return validation.validate(scores, counts.after, communities, seed=seed)


def told(risk: Risk, at: int, *, k: int, language: str, sure: Certainty | None) -> dict[str, Any]:
    """One community as a machine reads it: score, parts, types, and what would help."""
    factors = risk.model.factors
    parts = {f.id: round(float(p), 4) for f, p in zip(factors, risk.parts[at], strict=True)}
    flags = [name for name, holds in risk.flags().items() if holds[at]]
    found = {
        "id": risk.communities.ids[at],
        "name": risk.communities.name(at),
        "score": round(float(risk.score[at]), 4),
        "dimensions": {d.id: round(float(m), 4)
                       for d, m in zip(risk.model.dimensions, risk.means[at], strict=True)},
        "parts": parts,
        "types": flags,
        "missing": [f.id for f, x in zip(factors, risk.scaled[at], strict=True) if np.isnan(x)],
        "actions": [
            {"factor": a.factor, "says": _action(risk.model, a.factor, language),
             "before": a.before, "after": a.after, "score": round(a.score, 4), "enough": a.enough}
            for a in risk.actions(at, k=k)
        ],
        "way_off": [a.factor for a in risk.way_off(at, k=k)],
    }  # fmt: skip
    if sure is not None:
        found |= {"in_top": float(sure.in_top[at]), "rank_low": int(sure.rank_low[at]),
                  "rank_high": int(sure.rank_high[at])}  # fmt: skip
    return found


def picture(risk: Risk, listed: Sequence[int], *, title: str, x_label: str, language: str) -> str:
    """The riskiest communities as bars of what each dimension adds against the middle (SVG)."""
    rows = []
    for at in listed[:SHOWN]:
        parts = [float(risk.parts[at, risk.model.of(d.id)].sum()) for d in risk.model.dimensions]
        rows.append((risk.communities.name(at), parts))
    names = [d.names.get(language, d.names["en"]) for d in risk.model.dimensions]
    return split_bars(title, rows, names, x_label=x_label)


def _action(model: Model, factor: str, language: str) -> str:
    found = next(f for f in model.factors if f.id == factor)
    actions = found.actions or {}
    return actions.get(language, actions.get("en", ""))
