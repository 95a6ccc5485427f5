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


def written(value: float | None, form: Form) -> str:
    """A figure as it is read: 1,234 or 87 %; a dash where there is none."""
    if value is None:
        return "–"
    if form is Form.SHARE:
        return f"{value * 100:.0f} %" if value in (0, 1) else f"{_percent(value)} %"
    if form is Form.DENSITY and 0 < abs(value) < 10:
        return f"{value:.1f}"
    return f"{value:,.0f}"


def _percent(share: float) -> str:
    """Per cent with one decimal near the ends, where rounding would say none or all."""
    near_an_end = share < 0.01 or share > 0.99
    return f"{share * 100:.1f}" if near_an_end else f"{share * 100:.0f}"


def _round(value: float) -> float:
    """The nearest round number."""
    scale = 10 ** floor(log10(value))
    return min(STEPS, key=lambda step: abs(step - value / scale)) * scale
