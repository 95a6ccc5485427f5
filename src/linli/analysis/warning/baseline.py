"""What would a series go on to be if nothing changed? Trend and seasons of its past, drawn out."""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.warning import glm
from linli.errors import N_, BadInput


def drawn_out(
    past: NDArray[np.float64],
    n_ahead: int,
    *,
    period: float = 52.0,
    harmonics: int = 1,
    trend: bool = True,
    dispersion: float = 0.0,
) -> NDArray[np.float64]:
    """The means to come of a Poisson regression on a line and some waves.

    Parameters
    ----------
    past
        Counts, shape (areas, times); NaN where not known, left out of the fit.
    n_ahead
        How many times to draw out.
    period
        Times a year.
    dispersion
        Above 0: of a negative binomial instead, variance mean + dispersion x mean².

    Returns
    -------
    Expected counts, shape (areas, n_ahead); NaN where the fit did not settle.

    Source
    ------
    Höhle and Paul (2008), doi:10.1016/j.csda.2008.02.015, equation 4.
    """
    n_columns = 1 + int(trend) + 2 * harmonics
    if past.shape[1] <= n_columns:
        raise BadInput(
            N_("{n} times are too short a past for a baseline; it takes more than {least}."),
            n=past.shape[1],
            least=n_columns,
        )
    design = _design(past.shape[1] + n_ahead, past.shape[1], period, harmonics, trend=trend)
    known = (~np.isnan(past)).astype(np.float64)
    fits = glm.fit(design[: past.shape[1]], np.nan_to_num(past), known, dispersion=dispersion)
    ahead = np.exp(fits.coefficients @ design[past.shape[1] :].T)
    return np.where(fits.settled[:, None], ahead, np.nan)


def _design(
    n_times: int, n_past: int, period: float, harmonics: int, *, trend: bool
) -> NDArray[np.float64]:
    time = np.arange(1, n_times + 1)
    columns = [np.ones(n_times)]
    if trend:
        columns.append((time - n_past) / period)
    for k in range(1, harmonics + 1):
        columns += [np.cos(2 * np.pi * k * time / period), np.sin(2 * np.pi * k * time / period)]
    return np.stack(columns, axis=1)
