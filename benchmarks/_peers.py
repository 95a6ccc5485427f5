"""Which of our calls answers the same question as which call of the R packages?

The cases are those of `warning.R`, which runs surveillance 1.20 and EpiEstim 2.2; `warning`
compares all of them, and the tests the few figures of them that are kept.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from linli.analysis.epidemic.intervals import discretised
from linli.analysis.epidemic.reproduction import Reproduction, cohort, reproduction
from linli.analysis.warning.cusum import Scale, cusum
from linli.analysis.warning.ears import Rule, Variant, ears
from linli.analysis.warning.farrington import CLASSIC, IMPROVED, ORIGINAL, Bound, Plan, farrington
from linli.analysis.warning.finding import TOO_FEW, Findings
from linli.analysis.warning.glr import glr
from linli.analysis.warning.outbreak_p import outbreak_p
from linli.analysis.warning.windows import bayes, rki

Answers = dict[str, np.ndarray]

THREE = replace(IMPROVED, years=3, alpha=0.005, variant=Variant.R)
PLANS: dict[str, Plan] = {
    "farrington_improved": THREE,
    "farrington_muan": replace(THREE, bound=Bound.MUAN),
    "farrington_delta": replace(THREE, bound=Bound.DELTA),
    "farrington_five": replace(
        THREE, half_window=2, n_periods=5, skip=20, trend_p=0.05, alpha=0.01
    ),
    "farrington_original": replace(ORIGINAL, years=3, alpha=0.01, variant=Variant.R),
    "farrington_original_nb": replace(
        ORIGINAL, years=3, half_window=4, skip=4, alpha=0.01, bound=Bound.NB_PLUGIN,
        variant=Variant.R,
    ),
    "classic_3": replace(CLASSIC, years=3, variant=Variant.R_CLASSIC),
    "classic_4": replace(CLASSIC, years=4, variant=Variant.R_CLASSIC),
}  # fmt: skip
SCALES = {
    "cusum_standard": (Scale.STANDARD, 0.0),
    "cusum_rossi": (Scale.ROSSI, 0.0),
    "cusum_anscombe": (Scale.ANSCOMBE, 0.0),
    "cusum_pearsonNegBin": (Scale.NEGATIVE_BINOMIAL, 0.3),
    "cusum_anscombeNegBin": (Scale.ANSCOMBE_NEGATIVE_BINOMIAL, 0.3),
}
PASTS = {"1": (0, 6, True), "2": (1, 6, True), "3": (2, 4, False)}


def findings(case: str, counts: np.ndarray, last: int) -> Answers:
    """Our answer to one case of one series; arrays over the times tested."""
    row = counts[None, :]
    if case in PLANS:
        return _farrington(farrington(row, plan=PLANS[case], last=last), case)
    if case in {"C1", "C2", "C3"}:
        found = ears(row, rule=Rule(case), last=last, threshold=float(ndtri(0.999)),
                     variant=Variant.R)  # fmt: skip
        return _answers(found)
    if case in SCALES:
        scale, dispersion = SCALES[case]
        return _answers(cusum(row, last=last, scale=scale, dispersion=dispersion))
    if case == "cusum_glm":
        return _answers(cusum(row, last=last, seasonal=True))
    if case == "glr_poisson":
        return _answers(glr(row, last=last))
    if case == "glr_negative_binomial":
        return _answers(glr(row, last=last, dispersion=0.3))
    if case == "outbreak_p":
        found = outbreak_p(row, last=last)
        return {**_answers(found), "ratio": np.exp(found.details["log_ratio"][0])}
    method, past = case.split("_")
    years, half_window, this_year = PASTS[past]
    call: Callable[..., Findings] = bayes if method == "bayes" else rki
    return _answers(call(row, last=last, years=years, half_window=half_window, this_year=this_year))


def spread(
    case: str, cases: np.ndarray, interval: np.ndarray, imported: np.ndarray | None
) -> Reproduction:
    """Our R of one outbreak."""
    method, window = case.rsplit("_", 1)
    if method == "cohort":
        return cohort(cases[None, :], interval, window=int(window))
    if method == "imported":
        return reproduction(
            cases[None, :], interval, imported=None if imported is None else imported[None, :],
            window=int(window), prior_mean=2.0, prior_sd=1.0,
        )  # fmt: skip
    return reproduction(cases[None, :], interval, window=int(window))


def chances(case: str) -> np.ndarray:
    """Our serial interval of a mean and a spread said as 8.4_3.8."""
    mean, sd = (float(part) for part in case.split("_"))
    return discretised(mean, sd, 61)


def _answers(found: Findings) -> Answers:
    told = {
        "upper": found.upper[0],
        "expected": found.expected[0],
        "alarm": found.alarm[0].astype(float),
    }
    for name, values in found.details.items():
        told[name] = values[0].astype(float)
    if found.p is not None:
        told["p"] = found.p[0]
    return told


def _farrington(found: Findings, case: str) -> Answers:
    told = _answers(found)
    told["trend"] = np.where(told["trend"] != 0, 1.0, 0.0)
    if case.startswith("classic"):  # tells a bound of 0 where cases are too few, or none ever were
        nothing = (found.status[0] == TOO_FEW) | (found.expected[0] < 1e-9)
        told["upper"] = np.where(nothing, 0.0, told["upper"])
    else:
        del told["trend"]
    return told
