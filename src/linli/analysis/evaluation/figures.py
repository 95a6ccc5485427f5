"""What does a result look like? Small SVG pictures: radar, bars, heat map, waterfall, ranks."""

from html import escape
from math import cos, isnan, pi, sin

INK, SOFT, GOOD, BAD, LINE = "#1f2933", "#d5dde5", "#1f7a5c", "#b4472e", "#52606d"
HEAT = ("#b4472e", "#e0a458", "#f2e8cf", "#8ebf9f", "#1f7a5c")  # low to high
NONE = "#ffffff"
ROW = 22  # height of a row, px
LABEL = 240  # width kept for names, px


def radar(names: list[str], series: dict[str, list[float]], *, most: float = 100.0) -> str:
    """A profile against others: one corner a part; missing corners are left open."""
    centre, radius = 210.0, 150.0
    out = [f'<circle cx="{centre}" cy="{centre}" r="{radius * k / 4:.0f}" fill="none" '
           f'stroke="{SOFT}"/>' for k in range(1, 5)]  # fmt: skip
    for at, name in enumerate(names):
        x, y = _corner(centre, radius + 16, at, len(names))
        anchor = "middle" if abs(x - centre) < 20 else ("start" if x > centre else "end")
        out.append(_text(x, y, name[:8], anchor=anchor))
    for colour, values in zip((GOOD, LINE, BAD), series.values(), strict=False):
        known = [
            _corner(centre, radius * min(max(v / most, 0), 1), at, len(names))
            for at, v in enumerate(values)
            if not isnan(v)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in known)
        out.append(f'<polygon points="{path}" fill="{colour}" fill-opacity=".15" '
                   f'stroke="{colour}" stroke-width="2"/>')  # fmt: skip
    for at, (colour, name) in enumerate(zip((GOOD, LINE, BAD), series, strict=False)):
        out.append(_text(8, 16 + 16 * at, f"■ {name}", colour=colour))
    return _svg(420, 420, out, "Profile")


def ranked_bars(
    rows: list[tuple[str, float, float | None, float | None]], *, most: float = 100.0
) -> str:
    """Units by score, each with the interval of its replicates where there is one."""
    out, width = [], 320.0
    for at, (name, value, low, high) in enumerate(rows):
        y = at * ROW
        out.append(_text(LABEL - 8, y + 15, name[:32], anchor="end"))
        if isnan(value):
            out.append(_text(LABEL, y + 15, "too little known", colour=LINE))
            continue
        out.append(_box(LABEL, y + 4, width * value / most, ROW - 8, GOOD))
        out.append(_text(LABEL + width + 8, y + 15, f"{value:.1f}"))
        if low is not None and high is not None:
            x1, x2 = (LABEL + width * v / most for v in (low, high))
            out.append(f'<path d="M{x1:.1f} {y + 11}H{x2:.1f}" stroke="{INK}" stroke-width="2"/>')
    return _svg(LABEL + width + 60, len(rows) * ROW + 4, out, "Scores")


def heat_map(rows: list[str], columns: list[str], values: list[list[float]]) -> str:
    """Which part is weak where: a row a unit, a column a part; a gap is an empty frame."""
    cell = 46
    out = [
        _text(LABEL + at * cell + cell / 2, 14, c[:7], anchor="middle")
        for at, c in enumerate(columns)
    ]
    for r, (name, line) in enumerate(zip(rows, values, strict=True)):
        y = 20 + r * ROW
        out.append(_text(LABEL - 8, y + 15, name[:32], anchor="end"))
        for c, value in enumerate(line):
            colour = NONE if isnan(value) else HEAT[min(int(max(value, 0) / 20), 4)]
            out.append(_box(LABEL + c * cell, y, cell - 2, ROW - 2, colour, frame=isnan(value)))
            said = "–" if isnan(value) else f"{value:.0f}"
            dark = colour in {HEAT[0], HEAT[4]}
            out.append(_text(LABEL + c * cell + cell / 2 - 1, y + 14, said, anchor="middle",
                             colour="#ffffff" if dark else INK))  # fmt: skip
    return _svg(LABEL + len(columns) * cell, 24 + len(rows) * ROW, out, "Heat map")


def waterfall(start: float, steps: list[tuple[str, float]], *, names: tuple[str, str]) -> str:
    """From one score to another, one step an indicator."""
    ends = [start]
    for _, step in steps:
        ends.append(ends[-1] + step)
    low, high = min(0.0, *ends), max(*ends, 1e-9)
    width = 320.0 / (high - low)
    out = [_text(LABEL - 8, 15, names[0], anchor="end"),
           _box(LABEL, 4, (start - low) * width, ROW - 8, LINE)]  # fmt: skip
    for at, (name, step) in enumerate(steps, start=1):
        left = LABEL + (min(ends[at - 1], ends[at]) - low) * width
        out.append(_text(LABEL - 8, at * ROW + 15, name[:32], anchor="end"))
        out.append(_box(left, at * ROW + 4, max(abs(step) * width, 0.5), ROW - 8,
                        GOOD if step >= 0 else BAD))  # fmt: skip
        out.append(_text(LABEL + 328, at * ROW + 15, f"{step:+.1f}"))
    at = len(steps) + 1
    out.append(_text(LABEL - 8, at * ROW + 15, names[1], anchor="end"))
    out.append(_box(LABEL, at * ROW + 4, (ends[-1] - low) * width, ROW - 8, LINE))
    out.append(_text(LABEL + 328, at * ROW + 15, f"{ends[-1]:.1f}"))
    return _svg(LABEL + 390, (at + 1) * ROW, out, "Contributions")


def rank_change(rows: list[tuple[str, float, float]], *, names: tuple[str, str]) -> str:
    """Who rose and who fell between two orders; rank 1 is on top."""
    known = [r for r in rows if not isnan(r[1]) and not isnan(r[2])]
    tall = int(max((max(b, a) for _, b, a in known), default=1))
    out = [_text(LABEL, 14, names[0], anchor="end"), _text(LABEL + 160, 14, names[1])]
    for name, before, after in known:
        y1, y2 = (20 + ROW * (rank - 0.5) for rank in (before, after))
        colour = GOOD if after < before else BAD if after > before else LINE
        out.append(f'<path d="M{LABEL + 8} {y1:.0f}L{LABEL + 152} {y2:.0f}" stroke="{colour}" '
                   'stroke-width="2"/>')  # fmt: skip
        out.append(_text(LABEL, y1 + 4, f"{name[:26]} {before:.0f}", anchor="end"))
        out.append(_text(LABEL + 160, y2 + 4, f"{after:.0f} {name[:26]}"))
    return _svg(2 * LABEL + 160, 30 + tall * ROW, out, "Rank change")


def _corner(centre: float, radius: float, at: int, n: int) -> tuple[float, float]:
    angle = 2 * pi * at / n - pi / 2
    return centre + radius * cos(angle), centre + radius * sin(angle)


def _text(x: float, y: float, said: str, *, anchor: str = "start", colour: str = INK) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {at} fill="{colour}">{escape(said)}</text>'


def _box(x: float, y: float, w: float, h: float, colour: str, *, frame: bool = False) -> str:
    stroke = f' stroke="{SOFT}"' if frame else ""
    size = f'width="{max(w, 0):.1f}" height="{h:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"{stroke}/>'


def _svg(width: float, height: float, parts: list[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" role="img" font-family="sans-serif" font-size="12">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
