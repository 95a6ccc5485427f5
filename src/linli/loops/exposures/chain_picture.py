"""How does a chain look? Laid out here, in rows of one generation, as a picture without names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from linli.errors import N_
from linli.loops.exposures.chains import Chain, Node

STEP_X, STEP_Y, RADIUS, MARGIN = 46, 84, 13, 34
SMALL, BESIDE = 8, 17  # the ring of those out of reach, and how far beside the mark it stands
MOST_IN_A_ROW = 24  # a longer generation goes on in a further row

CLASSES: Mapping[str, tuple[str, str]] = {  # what somebody is: colour and word
    "confirmed": ("#b3261e", N_("confirmed")),
    "suspected": ("#c77700", N_("suspected")),
    "fever": ("#8a6d00", N_("fever")),
    "contact": ("#1f5fa8", N_("contact")),
    "unknown": ("#6b6b6b", N_("nothing known")),
}
SHAPES = {"confirmed": "square", "suspected": "diamond"}  # so that colour alone says nothing


@dataclass(frozen=True)
class Picture:
    """The picture, and who is which number in it; the numbers mean nothing outside it."""

    svg: str
    numbers: Mapping[int, int]  # person -> number


def draw(chain: Chain, translate: Callable[[str], str] = str) -> Picture:
    """The chain as SVG: a mark a person, a line a link, numbered from the first generation on."""
    order = sorted(
        chain.nodes.values(), key=lambda n: (n.generation, _parent(chain, n), n.person_id)
    )
    numbers = {node.person_id: n for n, node in enumerate(order, start=1)}
    at, rows = _places(order)
    width = MARGIN * 2 + STEP_X * max((x for x, _ in at.values()), default=0) + 70
    height = MARGIN * 2 + STEP_Y * max(rows - 1, 0) + 40
    lines = [
        f'<line x1="{_x(at[li.source])}" y1="{_y(at[li.source])}" x2="{_x(at[li.target])}" '
        f'y2="{_y(at[li.target])}" stroke="#888" stroke-width="{1 + 2 * li.score:.1f}"/>'
        for li in chain.links
        if li.source in at and li.target in at
    ]
    marks = [_mark(node, at[node.person_id], numbers, chain, translate) for node in order]
    title = escape(translate(N_("Chain of transmission, without names")))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{title}" '
        f'font-family="sans-serif" font-size="11"><title>{title}</title>'
        + "".join(lines)
        + "".join(marks)
        + "</svg>"
    )
    return Picture(svg, numbers)


def _parent(chain: Chain, node: Node) -> int:
    """The first source of somebody, so that those of one source stand together."""
    return min((li.source for li in chain.links if li.target == node.person_id), default=0)


def _places(order: list[Node]) -> tuple[dict[int, tuple[int, int]], int]:
    """Column and row of each person; a generation that is too wide takes several rows."""
    at: dict[int, tuple[int, int]] = {}
    row, column, generation = 0, 0, None
    for node in order:
        if (generation is not None and node.generation != generation) or column == MOST_IN_A_ROW:
            row, column = row + 1, 0
        generation = node.generation
        at[node.person_id] = (column, row)
        column += 1
    return at, row + 1


def _x(place: tuple[int, int]) -> int:
    return MARGIN + 30 + STEP_X * place[0]


def _y(place: tuple[int, int]) -> int:
    return MARGIN + STEP_Y * place[1]


def _mark(
    node: Node,
    place: tuple[int, int],
    numbers: Mapping[int, int],
    chain: Chain,
    translate: Callable[[str], str],
) -> str:
    colour, word = CLASSES.get(node.what, CLASSES["unknown"])
    x, y = _x(place), _y(place)
    number = numbers[node.person_id]
    told = f"{number}: {translate(word)}, {translate(N_('generation'))} {node.generation}"
    stroke = ' stroke="#000" stroke-width="3"' if node.person_id == chain.start else ""
    shape = {
        "square": f'<rect x="{x - RADIUS}" y="{y - RADIUS}" width="{2 * RADIUS}" '
        f'height="{2 * RADIUS}" fill="{colour}"{stroke}/>',
        "diamond": f'<path d="M{x} {y - RADIUS - 3}L{x + RADIUS + 3} {y}L{x} {y + RADIUS + 3}'
        f'L{x - RADIUS - 3} {y}Z" fill="{colour}"{stroke}/>',
    }.get(
        SHAPES.get(node.what, ""),
        f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{colour}"{stroke}/>',
    )
    more = (
        f'<text x="{x}" y="{y + RADIUS + 14}" text-anchor="middle">+{node.n_more}</text>'
        if node.n_more
        else ""
    )
    return (
        f"<g><title>{escape(told)}</title>{shape}"
        f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="#fff">{number}</text>{more}</g>'
        f"{_beyond(node, x, y, translate)}"
    )


def _beyond(node: Node, x: int, y: int, translate: Callable[[str], str]) -> str:
    """A dashed ring with a number for those linked to somebody whom another desk looks after."""
    if not node.n_beyond:
        return ""
    told = translate(N_("linked to others, whom another desk looks after"))
    at = f'cx="{x + BESIDE}" cy="{y - BESIDE}"'
    return (
        f"<g><title>{escape(told)}: {node.n_beyond}</title>"
        f'<circle {at} r="{SMALL}" fill="#fff" stroke="#444" stroke-dasharray="2 2"/>'
        f'<text x="{x + BESIDE}" y="{y - BESIDE + 3}" text-anchor="middle" font-size="9">'
        f"{node.n_beyond}</text></g>"
    )
