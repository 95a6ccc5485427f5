"""Are explained candidates better than "same place, same day"? On real notices, by province.

The weights that rank a province are learnt from all other provinces. Recall counts links between
people who both told of a place. How much a province's line is worth is told by drawing its pairs
anew: where the difference from the join lies in nine draws of ten. `--picture FILE` draws the
curve; the shared data must be there.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import _notices
from benchmarks.ground import say, timed
from linli.analysis.tracing.curve import Curve, curve
from linli.analysis.tracing.learn import learn
from linli.analysis.tracing.score import candidates
from linli.analysis.tracing.weights import CHINA_2020, PRIOR, TERMS, Weights
from linli.studies.pictures import Series, lines

LEAST_LINKS = 3  # a province with fewer is counted in the whole, and has no line of its own
DRAWS = 1_000  # of a province's pairs, with replacement
OUTSIDE = (5, 95)  # percentiles of the draws that are told
RECALLS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Ranked:
    """All candidate pairs of some provinces: score, place-days in common, linked or not."""

    province: np.ndarray
    score: np.ndarray
    naive: np.ndarray
    linked: np.ndarray


def main(rest: Sequence[str]) -> None:
    """Cross-validate, print the curve, and say what all provinces together teach."""
    parser = argparse.ArgumentParser(prog="tracing")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--weights", action="store_true", help="print the weights learnt from all")
    asked = parser.parse_args(rest)
    folder = _notices.shared_data()
    if folder is None:
        raise SystemExit("The shared data is not here; LINLI_SHARED_DATA names its folder.")
    notices = _notices.read(folder)
    with timed() as took:
        ranked = cross_validated(notices)
    say(f"{len(ranked.score):,} pairs of {len(notices.links)} links", f"{took[0]:.1f} s")
    for name in sorted(set(ranked.province)):
        _province(notices, ranked, name)
    ours, naive = whole(notices, ranked)
    compare("all", ours, naive)
    compare("all but HK", *whole(notices, ranked, without="HK"))
    for recall in RECALLS:
        say(f"    precision at recall {recall}", f"{ours.precision_at(recall):.2f}",
            f"place-days in common: {naive.precision_at(recall):.2f}")  # fmt: skip
    say("    area below the curve", f"{ours.average_precision:.2f}",
        f"place-days in common: {naive.average_precision:.2f}")  # fmt: skip
    taught = from_all(notices)
    worst = float(np.abs(taught.values - CHINA_2020.values).max())
    say("weights shipped against learnt now, largest difference", f"{worst:.3f}", "<= 0.01")
    if asked.weights:
        for term, value in zip(TERMS, taught.values, strict=True):
            print(f'    "{term}": {value:.2f},')
    if asked.picture:
        asked.picture.write_text(picture(ours, naive), encoding="utf-8")


def decided(notices: _notices.Notices, weights: Weights) -> tuple:
    """The candidates under some weights, whether each is linked, and the provinces that link."""
    found = candidates(notices.visits, notices.people, weights=weights)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    linked = np.array([pair in notices.links for pair in pairs])
    province = notices.province[found.first]
    telling = [name for name in np.unique(province) if linked[province == name].any()]
    return found, linked, province, telling


def cross_validated(notices: _notices.Notices) -> Ranked:
    """Every pair ranked by weights that have not seen its province.

    Provinces whose notices link nobody who told of a place teach nothing and judge nothing: there
    an unlinked pair is a link that nobody wrote down.
    """
    found, linked, province, telling = decided(notices, PRIOR)
    shared = _notices.naive_join(notices)
    parts = []
    for name in telling:
        others = (province != name) & np.isin(province, telling)
        weights = learn(
            found.terms[others], linked[others], source="the others", stratum=province[others]
        )
        ranked, is_link, where, _ = decided(notices, weights)
        here = where == name
        pairs = list(zip(ranked.first[here].tolist(), ranked.second[here].tolist(), strict=True))
        place_days = np.array([float(shared.get(pair, 0)) for pair in pairs])
        parts.append((where[here], ranked.score[here], place_days, is_link[here]))
    return Ranked(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def from_all(notices: _notices.Notices) -> Weights:
    """What all provinces that link anybody teach together: the weights that are shipped."""
    found, linked, province, telling = decided(notices, PRIOR)
    known = np.isin(province, telling)
    return learn(found.terms[known], linked[known], source="all", stratum=province[known])


def whole(notices: _notices.Notices, ranked: Ranked, *, without: str = "") -> tuple[Curve, Curve]:
    """The curve of the score and that of place-days in common, over all provinces."""
    kept = ranked.province != without
    n_links = sum(notices.province[a] in set(ranked.province[kept]) for a, _ in notices.links)
    joined = kept & (ranked.naive > 0)
    return (
        curve(ranked.score[kept], ranked.linked[kept], n_links=n_links),
        curve(ranked.naive[joined], ranked.linked[joined], n_links=n_links),
    )


def compare(name: str, ours: Curve, naive: Curve) -> None:
    """One line: at the recall that the join reaches, both precisions."""
    recall, precision = naive.recall[-1], naive.precision[-1]
    say(f"{name}: precision at recall {recall:.2f}", f"{ours.precision_at(recall):.2f}",
        f"> {precision:.2f}, same place and day; area {ours.average_precision:.2f} against "
        f"{naive.average_precision:.2f}")  # fmt: skip


def _province(notices: _notices.Notices, ranked: Ranked, name: str) -> None:
    here = ranked.province == name
    n_links = sum(notices.province[a] == name for a, _ in notices.links)
    joined = here & (ranked.naive > 0)
    if n_links < LEAST_LINKS or not ranked.linked[joined].any():
        say(f"{name}: {n_links} links", "", "too few to judge")
        return
    ours = curve(ranked.score[here], ranked.linked[here], n_links=n_links)
    naive = curve(ranked.naive[joined], ranked.linked[joined], n_links=n_links)
    compare(f"{name}: {n_links} links, {int(here.sum())} pairs", ours, naive)
    low, high = drawn_anew(
        ranked.score[here], ranked.naive[here], ranked.linked[here], n_links=n_links
    )
    say("    by how much, in nine draws of ten", f"{low:+.2f} to {high:+.2f}",
        "nothing decided" if low <= 0 <= high else "")  # fmt: skip


def drawn_anew(
    score: np.ndarray, naive: np.ndarray, linked: np.ndarray, *, n_links: int
) -> tuple[float, float]:
    """Between what the score's precision less the join's lies, at the recall the join reaches.

    The pairs are drawn with replacement; links that no pair covers stay as many as they are.
    """
    dice = np.random.default_rng(1)
    found = []
    for _ in range(DRAWS):
        drawn = dice.integers(0, len(score), len(score))
        joined = drawn[naive[drawn] > 0]
        if linked[joined].any():
            n = n_links - int(linked.sum()) + int(linked[drawn].sum())
            ours = curve(score[drawn], linked[drawn], n_links=n)
            plain = curve(naive[joined], linked[joined], n_links=n)
            found.append(ours.precision_at(plain.recall[-1]) - plain.precision[-1])
    low, high = np.percentile(found, OUTSIDE)
    return float(low), float(high)


def picture(ours: Curve, naive: Curve) -> str:
    """Both curves, and the point at which the plain join stands."""
    return lines(
        "Candidates that people had linked, weights from other provinces",
        [
            Series("score that explains itself", ours.recall, ours.precision),
            Series("place-days in common", naive.recall, naive.precision),
            Series("same place, same day", naive.recall[-1:], naive.precision[-1:], dots=True),
        ],
        x_label="share of the links found (recall)",
        y_label="share of the proposed that are links (precision)",
    )
