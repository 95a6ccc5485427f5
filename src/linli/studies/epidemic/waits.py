"""How long from one day in the records to another, and how does the fit look?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import waits
from linli.analysis.epidemic.waits import Family, Fit
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.pictures import Series, lines

LATER = "_to"  # a column of this name beside another holds the last possible day
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Fitted:
    """A fit, the days it was made from, and how many rows had to be left out."""

    fit: Fit
    apart: NDArray[np.float64]
    n_left_out: int

    def told(self) -> dict[str, Any]:
        """All of it for a machine to read."""
        found = {
            **asdict(self.fit),
            "aic": self.fit.aic,
            "n_left_out": self.n_left_out,
            "quantiles": {f"{p:g}": round(self.fit.quantile(p), 3) for p in QUANTILES},
        }
        return {name: value for name, value in found.items() if value is not None}

    def picture(self, title: str, x_label: str, y_label: str, names: tuple[str, str]) -> str:
        """The waits as bars and the fit as a line; ``names``: of the bars and of the line."""
        low, high = np.floor(self.apart.min()), np.ceil(self.apart.max())
        days, n = np.unique(np.round(self.apart), return_counts=True)
        x = np.linspace(low - 0.5, high + 0.5, 200)
        y = self.fit.density(x) * len(self.apart)
        bars = list(zip(days.tolist(), n.astype(float).tolist(), strict=True))
        curve = Series(names[1], x.tolist(), y.tolist())
        return lines(title, [curve], x_label=x_label, y_label=y_label, bars=bars,
                     bar_name=names[0])  # fmt: skip


def from_file(
    path: Path,
    *,
    begins: str,
    ends: str,
    family: Family,
    seen_until: str | None = None,
) -> Fitted:
    """Fit the days from one column to another; rows without one of both days are left out.

    Beside a column ``onset`` there may be a column ``onset_to``: the last day on which it can
    have been, where ``onset`` is only the first.
    """
    also = (f"{begins}{LATER}", f"{ends}{LATER}")
    columns = tables.read(path, wanted=(begins, ends), also=also)
    first, second = (np.array(columns.read(c, tables.day, empty=np.nan)) for c in (begins, ends))
    last_first, last_second = (np.array(columns.read(c, tables.day, empty=np.nan)) for c in also)
    last_first = np.where(np.isnan(last_first), first, last_first)
    last_second = np.where(np.isnan(last_second), second, last_second)
    known = ~(np.isnan(first) | np.isnan(second))
    if not known.any():
        raise BadInput(
            N_("{file} has no row with both {begins} and {ends}."),
            file=path.name,
            begins=begins,
            ends=ends,
        )
    rows = np.array(columns.row)[known]
    backwards = (last_first[known] < first[known]) | (last_second[known] < second[known])
    if backwards.any():
        raise BadInput(
            N_("{file}, row {row}: the last possible day lies before the first. Mend it."),
            file=path.name,
            row=int(rows[backwards][0]),
        )
    made = waits.Waits(first[known], last_first[known], second[known], last_second[known])
    until = None if seen_until is None else tables.day(seen_until)
    apart = (made.ended_from + made.ended_to - made.began_from - made.began_to) / 2
    return Fitted(waits.fit(made, family=family, seen_until=until), apart, int((~known).sum()))
