"""Which shade does a value get, and what does the legend say? Round edges, few classes."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import floor, log10

from linli.onemap.layer import MOST_CLASSES, Form, Layer

STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)  # edges that are easily read and remembered
Bounds = tuple[float, ...]


def bounds_for(layer: Layer, values: Iterable[float | None]) -> Bounds:
    """Where each class begins: the layer's own edges, or round ones near the quantiles."""
    if layer.bounds is not None:
        return layer.bounds
    return round_bounds(
        [v for v in values if v is not None], whole=layer.painted.form is Form.COUNT
    )


def round_bounds(values: Sequence[float], *, whole: bool) -> Bounds:
    """Class edges at round numbers near equal shares of the values; nothing has its own class.

    Counts (``whole``) get a class for 0 and one that begins at 1; the others begin at 0.
    """
    positive = sorted(v for v in values if v > 0)
    edges = {0.0} | ({1.0} if whole and positive else set())
    n_free = MOST_CLASSES - (2 if whole else 1)
    for k in range(1, n_free + 1):
        if positive:
            edge = _round(positive[min(len(positive) - 1, k * len(positive) // (n_free + 1))])
            edges.add(float(round(edge)) if whole else edge)
    top = positive[-1] if positive else 0.0
    return tuple(sorted(e for e in edges if e <= top or e == 0.0))


def class_of(value: float, bounds: Bounds) -> int:
    """The number of a value's class, 0 for the lightest."""
    return max(0, bisect_right(bounds, value) - 1)


def labels(bounds: Bounds, form: Form) -> list[str]:
    """What the legend says of each class, such as "0", "1-4", "5 +"."""
    said = []
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        if high is None:
            said.append("0" if low == 0 else f"≥ {written(low, form)}")
        elif form is Form.COUNT and high - low == 1:
            said.append(written(low, form))
        elif form is Form.COUNT:
            said.append(f"{written(low, form)}–{written(high - 1, form)}")
        else:
            said.append(f"{written(low, form)}–{written(high, form)}")
    return said


def as_read(value: float, form: Form) -> float:
    """A value as precisely as it is written: what reads 70 % lies in the class that begins there.

    Shares have one decimal near the ends, where rounding would say none or all.
    """
    if form is Form.SHARE:
        return round(value, 2 if 0.01 <= value <= 0.99 else 3)
    return round(value, 1 if form is Form.DENSITY and abs(value) < 10 else 0)


def written(value: float | None, form: Form) -> str:
    """A figure as it is read: 1,234 or 87 %; a dash where there is none."""
    if value is None:
        return "–"
    told = as_read(value, form)
    if form is Form.SHARE:
        return f"{told * 100:.0f} %" if round(told, 2) == told else f"{told * 100:.1f} %"
    return f"{told:.1f}" if form is Form.DENSITY and 0 < abs(told) < 10 else f"{told:,.0f}"


def _round(value: float) -> float:
    """The nearest round number."""
    scale = 10 ** floor(log10(value))
    return min(STEPS, key=lambda step: abs(step - value / scale)) * scale
