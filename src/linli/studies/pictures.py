"""How does a result look? Small SVG pictures that need no library, no script and no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 64, 52
HALF_LETTER = 4.5  # of a figure, at the size of the texts
INK, FAINT = "#1f2430", "#d5d9e0"
NEAR_MARKS = 18.0  # px between two texts
DASHES = ' stroke-dasharray="6 4"'
COLOURS = (
    "#0b62a4", "#c2541b", "#3b7d3b", "#7a4fa3", "#8a6d1b", "#5b6470", "#b0306a", "#1c8a8a",
    "#12305c", "#e0a030", "#9bc46c", "#d98cb3",
)  # fmt: skip


@dataclass(frozen=True)
class Series:
    """One named line through points; ``dots`` draws the points alone, low and high a band."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    dots: bool = False
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    colour: str = ""  # its own; empty: the next one
    dashed: bool = False


def lines(
    title: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    bars: Sequence[tuple[float, float]] = (),
    bar_width: float = 1.0,
    bar_name: str = "",
    ticks: Sequence[tuple[float, str]] = (),
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """Lines over one pair of axes, before bars (centre, height) where there are any.

    ``ticks``: what stands under the axis instead of numbers. ``marks``: upright lines with a short
    text at their head.
    """
    xs = [x for s in series for x in s.x]
    xs += [x + side * bar_width / 2 for x, _ in bars for side in (-1, 1)]
    ys = [y for s in series for y in (*s.y, *s.high)] + [height for _, height in bars]
    frame = _Frame(min(xs), max(xs), 0.0, max(ys) or 1.0)
    parts = [_rectangle(frame, x, height, bar_width) for x, height in bars]
    names = [(bar_name, FAINT)] if bars else []
    for number, line in enumerate(series):
        colour = line.colour or COLOURS[number % len(COLOURS)]
        names.append((line.name, colour))
        points = [(frame.x(x), frame.y(y)) for x, y in zip(line.x, line.y, strict=True)]
        if line.high:
            parts.append(_band(frame, line, colour))
        if line.dots or len(set(line.x)) == 1:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
                      for x, y in points]  # fmt: skip
        else:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"'
                f"{DASHES if line.dashed else ''}/>"
            )
    parts += _marks(frame, marks)
    axes = _axes(frame, x_label, y_label, ticks)
    return _svg(title, [*axes, *parts, *_legend([n for n in names if n[0]])], HEIGHT)


SPARK_WIDTH, SPARK_HEIGHT = 200, 56


def spark(
    title: str,
    counts: Sequence[float | None],
    upper: Sequence[float | None],
    alarm: Sequence[bool],
) -> str:
    """A picture for one line of a table: bars, the bound as steps, days that warn filled dark.

    A value that is not known has no bar, and no step.
    """
    known = [v for v in (*counts, *upper) if v is not None]
    scale = (SPARK_HEIGHT - 6) / (max(known, default=0.0) or 1.0)
    step = SPARK_WIDTH / max(len(counts), 1)
    parts = []
    for n, (count, bound, loud) in enumerate(zip(counts, upper, alarm, strict=True)):
        x = n * step
        if count is not None:
            height = count * scale
            parts.append(
                f'<rect x="{x + 0.5:.1f}" y="{SPARK_HEIGHT - height:.1f}" width="{step - 1:.1f}" '
                f'height="{height:.1f}" fill="{COLOURS[1] if loud else COLOURS[5]}"/>'
            )
        if bound is not None:
            y = SPARK_HEIGHT - bound * scale
            parts.append(f'<path d="M{x:.1f} {y:.1f}h{step:.1f}" stroke="{INK}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" '
        f'width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" role="img"><title>{escape(title)}</title>'
        + "".join(parts)
        + f'<path d="M0 {SPARK_HEIGHT - 0.5}H{SPARK_WIDTH}" stroke="{INK}"/></svg>'
    )


def split_bars(
    title: str, rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], *, x_label: str
) -> str:
    """One bar a row, split into its parts: those below zero to the left, above to the right."""
    row_height = 26
    height = TOP + BOTTOM + 18 + row_height * len(rows)
    low = min([sum(min(v, 0) for v in values) for _, values in rows], default=0.0)
    high = max([sum(max(v, 0) for v in values) for _, values in rows], default=1.0)
    label_width = 150
    scale = (WIDTH - LEFT - RIGHT - label_width) / ((high - low) or 1.0)
    zero = LEFT + label_width - low * scale
    parts = []
    for n, (label, values) in enumerate(rows):
        top = TOP + 18 + n * row_height
        parts.append(_text(LEFT + label_width - 8 - LEFT + 0, top + 15, label, anchor="end"))
        left = right = zero
        for colour, value in zip(COLOURS * 4, values, strict=False):
            size = abs(value) * scale
            left = left - size if value < 0 else left
            x = left if value < 0 else right
            right = right + size if value >= 0 else right
            if size > 0.2:
                parts.append(
                    f'<rect x="{x:.1f}" y="{top}" width="{size:.1f}" height="{row_height - 7}" '
                    f'fill="{colour}"/>'
                )
        mark = zero + sum(values) * scale
        parts.append(
            f'<path d="M{mark:.1f} {top - 3}v{row_height - 1}" stroke="{INK}" stroke-width="3"/>'
        )
    foot = TOP + 18 + row_height * len(rows)
    parts.append(f'<path d="M{zero:.1f} {TOP + 10}V{foot}" stroke="{INK}"/>')
    parts.append(_text(zero, foot + 18, "0", anchor="middle"))
    parts.append(_text(WIDTH / 2, foot + 38, x_label, anchor="middle"))
    return _svg(title, [*parts, *_legend(list(zip(names, COLOURS * 4, strict=False)))], height)


@dataclass(frozen=True)
class _Frame:
    """Where a value stands in the picture."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float

    def x(self, value: float) -> float:
        return LEFT + (value - self.low_x) / ((self.high_x - self.low_x) or 1.0) * (
            WIDTH - LEFT - RIGHT
        )

    def y(self, value: float) -> float:
        return (
            HEIGHT
            - BOTTOM
            - (value - self.low_y) / (self.high_y - self.low_y) * (HEIGHT - TOP - BOTTOM)
        )


def _rectangle(frame: _Frame, x: float, height: float, width: float) -> str:
    left, right = frame.x(x - width / 2), frame.x(x + width / 2)
    top, foot = frame.y(height), frame.y(0)
    return (
        f'<rect x="{left + 0.5:.1f}" y="{top:.1f}" width="{max(right - left - 1, 0.5):.1f}" '
        f'height="{foot - top:.1f}" fill="{FAINT}"/>'
    )


def _band(frame: _Frame, line: Series, colour: str) -> str:
    there = zip(line.x, line.high, strict=True)
    back = zip(reversed(line.x), reversed(line.low), strict=True)
    corners = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in (*there, *back))
    return f'<polygon points="{corners}" fill="{colour}" fill-opacity="0.18"/>'


def _marks(frame: _Frame, marks: Sequence[tuple[float, str]]) -> list[str]:
    """Upright lines with their texts; a text too near the one before stands a line lower."""
    parts, before, low = [], -NEAR_MARKS, False
    for x, text in sorted(marks):
        at = frame.x(x)
        low = at - before < NEAR_MARKS and not low
        top = TOP + (24 if low else 10)
        parts.append(
            f'<path d="M{at:.1f} {top + 4}V{frame.y(0):.1f}" stroke="{INK}" '
            'stroke-dasharray="2 3"/>'
        )
        parts.append(_text(at, top, text, anchor="middle"))
        before = at
    return parts


def _axes(
    frame: _Frame, x_label: str, y_label: str, ticks: Sequence[tuple[float, str]] = ()
) -> list[str]:
    parts = []
    for value in _ticks(frame.low_y, frame.high_y):
        y = frame.y(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{FAINT}"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{value:g}", anchor="end"))
    below = ticks or [(value, f"{value:g}") for value in _ticks(frame.low_x, frame.high_x)]
    for value, text in below:
        at = min(frame.x(value), WIDTH - len(text) * HALF_LETTER)  # none leaves the picture
        parts.append(_text(at, HEIGHT - BOTTOM + 18, text, anchor="middle"))
    parts.append(f'<path d="M{LEFT} {frame.y(0):.1f}H{WIDTH - RIGHT}" stroke="{INK}"/>')
    parts.append(_text((WIDTH + LEFT) / 2, HEIGHT - 12, x_label, anchor="middle"))
    parts.append(
        f'<text transform="translate(18 {(HEIGHT + TOP - BOTTOM) / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label)}</text>'
    )
    return parts


def _ticks(low: float, high: float) -> list[float]:
    """Some five round numbers; the one there is where all values are the same."""
    if high <= low:
        return [low]
    step = 10.0 ** len(str(int(max(abs(high), abs(low), 1))))
    while (high - low) / step < 4:
        for part in (2, 2.5, 2):
            step /= part
            if (high - low) / step >= 4:
                break
    first = int(low / step) - 1
    return [round(n * step, 10) for n in range(first, int(high / step) + 2)
            if low <= n * step <= high]  # fmt: skip


def _legend(names: Sequence[tuple[str, str]]) -> list[str]:
    parts, at, row = [], 16.0, 0
    for name, colour in names:
        size = 26 + sum(13 if ord(c) > 0x2E80 else 7.2 for c in name)
        if at + size > WIDTH:
            at, row = 16.0, row + 1
        y = 34 + row * 17
        parts.append(f'<rect x="{at}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(at + 17, y + 11, name))
        at += size
    return parts


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str], height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="{INK}">\n<title>{escape(title)}</title>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="16" y="22" font-size="16" font-weight="bold">{escape(title)}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
