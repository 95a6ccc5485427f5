"""How many days lie between the onset of one case and of those it infected?"""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic.waits import Family, Fit, Waits, fit


def serial_interval(
    infector_from: NDArray[np.float64],
    infector_to: NDArray[np.float64],
    infected_from: NDArray[np.float64],
    infected_to: NDArray[np.float64],
    *,
    family: Family = Family.NORMAL,
) -> Fit:
    """The serial interval of pairs, onsets known to a day or to some days.

    Parameters
    ----------
    infector_from, infector_to, infected_from, infected_to
        First and last possible day of each onset, shape (pairs,), none missing. The infected may
        well have fallen ill first; then only a normal distribution fits, the default.

    Notes
    -----
    Pairs found while an epidemic grows hold too many short intervals; nothing here corrects it.
    """
    return fit(Waits(infector_from, infector_to, infected_from, infected_to), family=family)
