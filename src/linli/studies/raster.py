"""How does a picture get onto paper that takes no SVG? Our own few shapes, drawn as pixels.

Only what `figures` draws is known: boxes, circles, polygons, straight paths and words. Needs
Pillow, of the extra `report`; words are drawn in the first font found that has Chinese.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

SCALE = 2  # pixels a unit, so that print is sharp
FONT_PX = 12
FONTS = (  # as Linux, Windows and macOS call fonts with Chinese; the last one has none
    "NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc",
    "msyh.ttc", "simhei.ttf", "simsun.ttc", "PingFang.ttc", "Hiragino Sans GB.ttc",
    "DejaVuSans.ttf",
)  # fmt: skip
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


@dataclass(frozen=True)
class Drawn:
    """A picture as PNG, with its width in the units of the drawing."""

    file: BytesIO
    width_px: float


def as_png(svg: str) -> Drawn:
    """Draw one of our own SVG pictures as PNG."""
    from PIL import Image, ImageDraw

    root = ElementTree.fromstring(svg)  # noqa: S314 - written by figures, from numbers and names
    _, _, width, height = (float(n) for n in root.attrib["viewBox"].split())
    size = (max(1, round(width * SCALE)), max(1, round(height * SCALE)))
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image, "RGBA")
    font = _font()
    for shape in root:
        _draw(pen, shape, font)
    into = BytesIO()
    image.save(into, "PNG", optimize=True)
    into.seek(0)
    return Drawn(into, width)


def _font() -> Any:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, FONT_PX * SCALE)
        except OSError:
            continue
    return ImageFont.load_default(FONT_PX * SCALE)


def _draw(pen: Any, shape: ElementTree.Element, font: Any) -> None:
    kind, said = shape.tag.rpartition("}")[2], shape.attrib
    fill, stroke = _colour(said, "fill"), _colour(said, "stroke")
    width = round(float(said.get("stroke-width", 1)) * SCALE)
    if kind == "rect":
        x, y, w, h = (float(said[k]) * SCALE for k in ("x", "y", "width", "height"))
        if w > 0 and h > 0:
            pen.rectangle((x, y, x + w, y + h), fill=fill, outline=stroke, width=SCALE)
    elif kind == "circle":
        x, y, r = (float(said[k]) * SCALE for k in ("cx", "cy", "r"))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=stroke, width=SCALE)
    elif kind == "polygon":
        corners = [float(n) * SCALE for n in re.findall(r"-?[\d.]+", said["points"])]
        points = list(zip(corners[::2], corners[1::2], strict=True))
        if len(points) > 1:
            pen.polygon(points, fill=fill, outline=stroke, width=width)
    elif kind == "path":
        pen.line(_points(said["d"]), fill=stroke, width=width)
    elif kind == "text":
        at = (float(said["x"]) * SCALE, float(said["y"]) * SCALE)
        anchor = ANCHORS[said.get("text-anchor", "start")]
        pen.text(at, shape.text or "", fill=fill, font=font, anchor=anchor)


def _points(path: str) -> list[tuple[float, float]]:
    """The corners of a path of M, L and H."""
    points: list[tuple[float, float]] = []
    for letter, numbers in re.findall(r"([MLH])([^MLH]*)", path):
        values = [float(n) * SCALE for n in re.findall(r"-?[\d.]+", numbers)]
        points.append((values[0], points[-1][1]) if letter == "H" else (values[0], values[1]))
    return points


def _colour(said: dict[str, str], key: str) -> tuple[int, int, int, int] | None:
    value = said.get(key, "none")
    if value == "none":
        return None
    opacity = float(said.get(f"{key}-opacity", 1))
    red, green, blue = (int(value[k : k + 2], 16) for k in (1, 3, 5))
    return red, green, blue, round(255 * opacity)
