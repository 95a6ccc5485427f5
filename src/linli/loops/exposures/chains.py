"""Who has it from whom? The links that people decided on, from one person out, as far as asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.policy.can import Ask, can
from linli.policy.roles import TRACERS, Purpose
from linli.registry.person import resolve

SEE = "chains.see"
MOST_NODES = 300  # people in one picture; what is beyond is counted, not drawn
MOST_DEPTH = 12
AT_ONCE = 500


@dataclass
class Node:
    """One person in a chain: what they are, and how far they stand from the first one known.

    ``path`` is where they are looked after; ``n_more`` counts those not drawn behind them.
    """

    person_id: int
    item_id: int | None
    what: str  # the class of a case, or "contact", or "unknown"
    path: str
    onset_on: date | None
    generation: int = 0
    n_more: int = 0


@dataclass(frozen=True)
class Link:
    """That one met the other, as a person decided; by ids of people."""

    source: int
    target: int
    score: float


@dataclass(frozen=True)
class Chain:
    """A chain as far as it was followed."""

    start: int
    nodes: dict[int, Node]
    links: list[Link]
    n_left_out: int = 0
    generations: dict[int, int] = field(default_factory=dict)  # generation -> people who are ill


def around(person_id: int, scene: Scene, *, depth: int = 4, most: int = MOST_NODES) -> Chain:
    """The chain around a person: up to its first known source, and down as far as asked.

    Raises NotFound for somebody who stands in no chain, or out of reach. Recorded as a look.
    """
    start = resolve(person_id)
    own = _items([start], scene.actor.exercise)
    roles = TRACERS
    item = own.get(start)
    if item is None or not any(item.path.startswith(h.path) for h in scene.actor.holds(roles)):
        raise NotFound(what=Word(N_("chain of person")), value=person_id)
    purpose = Purpose(scene.purpose) if scene.purpose else None
    holding = can(scene.actor, Ask(SEE, roles, item.path, purpose, True)).required()
    record(
        scene.actor, "see_chain", "people", start, holding=holding, purpose=scene.purpose,
        path=item.path,
    )  # fmt: skip
    links, people, left_out = _follow(start, min(depth, MOST_DEPTH), most, scene.actor.exercise)
    nodes = _nodes(people, scene.actor.exercise)
    _number(start, nodes, links)
    for person, n in left_out.items():
        if person in nodes:
            nodes[person].n_more = n
    ill: dict[int, int] = {}
    for node in nodes.values():
        if node.what not in ("contact", "unknown"):
            ill[node.generation] = ill.get(node.generation, 0) + 1
    return Chain(start, nodes, links, sum(left_out.values()), dict(sorted(ill.items())))


def _follow(
    start: int, depth: int, most: int, exercise: bool
) -> tuple[list[Link], set[int], dict[int, int]]:
    """Breadth first in both directions; sources first, so that the cap never hides them."""
    people, links, left_out = {start}, {}, {}
    edge = {start}
    for _ in range(MOST_DEPTH):  # upwards: chains begin somewhere
        rows = _exposures(Q(person_id__in=edge), exercise)
        edge = {row.source_person_id for row in rows} - people
        links.update({(r.source_person_id, r.person_id): _link(r) for r in rows})
        people |= edge
        if not edge:
            break
    edge = set(people)
    for _ in range(depth):
        rows = _exposures(Q(source_person_id__in=edge), exercise)
        edge = set()
        for row in sorted(rows, key=lambda r: (r.contact_id is None, -r.score, r.id)):
            if row.person_id not in people and len(people) >= most:
                left_out[row.source_person_id] = left_out.get(row.source_person_id, 0) + 1
                continue
            edge |= {row.person_id} - people
            people.add(row.person_id)
            links[(row.source_person_id, row.person_id)] = _link(row)
        if not edge:
            break
    return list(links.values()), people, left_out


def _link(row: Exposure) -> Link:
    return Link(row.source_person_id, row.person_id, row.score)


def _exposures(which: Q, exercise: bool) -> list[Exposure]:
    rows = Exposure.objects.filter(which, decision=Decision.ACCEPTED, exercise=exercise)
    return list(rows.order_by("id"))


def _items(people: Iterable[int], exercise: bool) -> dict[int, Item]:
    """The item that says most of each person: a case before a contact, the last before others."""
    found: dict[int, Item] = {}
    wanted = sorted(people)
    for n in range(0, len(wanted), AT_ONCE):
        rows = Item.objects.filter(
            subject_kind="person",
            subject_id__in=wanted[n : n + AT_ONCE],
            loop__in=("case", "contact"),
            exercise=exercise,
        )
        for item in rows.exclude(outcome="excluded").order_by("-loop", "id"):
            found[item.subject_id or 0] = item  # "contact" sorts behind "case", so is met first
    return found


def _nodes(people: Iterable[int], exercise: bool) -> dict[int, Node]:
    items = _items(people, exercise)
    return {person: _node(person, items.get(person)) for person in people}


def _node(person: int, item: Item | None) -> Node:
    if item is None:
        return Node(person, None, "unknown", "", None)
    onset = item.data.get("onset_on")
    what = item.item_class if item.loop == "case" else "contact"
    return Node(person, item.id, what, item.path, date.fromisoformat(onset) if onset else None)


def _number(start: int, nodes: dict[int, Node], links: Sequence[Link]) -> None:
    """The generation of each: one more than the earliest of their sources; 0 has none known."""
    below: dict[int, list[int]] = {}
    for link in links:
        below.setdefault(link.source, []).append(link.target)
    targets = {link.target for link in links}
    edge = [person for person in nodes if person not in targets] or [start]
    known = dict.fromkeys(edge, 0)
    while edge:
        following: list[int] = []
        for person in edge:
            for target in below.get(person, ()):
                if target not in known:
                    known[target] = known[person] + 1
                    following.append(target)
        edge = following
    for person, node in nodes.items():
        node.generation = known.get(person, 0)


def offspring(chain: Chain) -> list[int]:
    """To how many each ill person of a chain passed it on, as far as people decided."""
    ill = {p for p, node in chain.nodes.items() if node.what not in ("contact", "unknown")}
    counts = dict.fromkeys(ill, 0)
    primary: dict[int, Link] = {}
    for link in chain.links:
        if link.target in ill and link.source in ill:
            best = primary.get(link.target)
            if best is None or link.score > best.score:
                primary[link.target] = link
    for link in primary.values():
        counts[link.source] += 1
    return sorted(counts.values(), reverse=True)
