"""Who has it from whom? The links that people decided on, from one person out, as far as asked.

A link that leads out of reach is counted on the person it starts from, and the desk to ask is
named; who stands at its other end, and what is behind them, is that desk's to tell.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.db.models import Q

from linli.analysis.tracing import chains as analysis
from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.ledger import Item
from linli.loops.scene import Scene
from linli.policy.can import PATH_STEP, Actor, Ask, can
from linli.policy.roles import TRACERS, Purpose
from linli.registry.areas import Area
from linli.registry.person import Person, resolve

SEE = "chains.see"
MOST_NODES = 300  # people in one picture; what is beyond is counted, not drawn
MOST_DEPTH = 12
AT_ONCE = 500
NOT_ILL = frozenset({"contact", "unknown"})


@dataclass
class Node:
    """One person in a chain: what they are, and how far they stand from the first one known.

    ``generation``: -1 where people decided in a circle, so that nobody is the first. ``path`` is
    where they are looked after; ``n_more`` counts those not drawn behind them, ``n_beyond`` those
    linked to them who are looked after out of reach.
    """

    person_id: int
    item_id: int | None
    what: str  # the class of a case, or "contact", or "unknown"
    path: str
    onset_on: date | None
    generation: int = 0
    n_more: int = 0
    n_beyond: int = 0


@dataclass(frozen=True)
class Beyond:
    """How many people of a chain another desk looks after: the area to ask, and a count."""

    area_id: int
    name: str
    n: int


@dataclass(frozen=True)
class Link:
    """That one met the other, as a person decided, and where; by ids of people."""

    source: int
    target: int
    score: float
    place: str = ""


@dataclass(frozen=True)
class Followed:
    """What the analysis says of each person of a chain, in the same order."""

    people: list[int]
    chains: analysis.Chains


@dataclass(frozen=True)
class Chain:
    """A chain as far as it was followed."""

    start: int
    nodes: dict[int, Node]
    links: list[Link]
    n_left_out: int = 0
    beyond: tuple[Beyond, ...] = ()
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
    sight = _Sight(scene.actor)
    links, people, left_out = _follow(start, min(depth, MOST_DEPTH), most, sight)
    nodes = _nodes(people, scene.actor.exercise)
    followed = _followed(nodes, links, ill_only=False)
    for person, generation in zip(followed.people, followed.chains.generation, strict=True):
        nodes[person].generation = int(generation)
    for person, n in left_out.items():
        if person in nodes:
            nodes[person].n_more = n
    for person, others in sight.beyond.items():
        nodes[person].n_beyond = len(others)
    ill: dict[int, int] = {}
    for node in nodes.values():
        if node.what not in NOT_ILL:
            ill[node.generation] = ill.get(node.generation, 0) + 1
    n_left_out = sum(left_out.values())
    return Chain(start, nodes, links, n_left_out, sight.desks(), dict(sorted(ill.items())))


class _Sight:
    """Whom somebody sees of a chain, and who is linked to them out of sight."""

    def __init__(self, actor: Actor) -> None:
        self.exercise = actor.exercise
        self.beyond: dict[int, set[int]] = {}  # somebody seen -> those linked to them, unseen
        self._reach = [held.path for held in actor.holds(TRACERS)]
        self._path: dict[int, str] = {}

    def of(self, pairs: Iterable[tuple[int, int]]) -> set[int]:
        """Of links from somebody seen to somebody else, those others who are seen too."""
        wanted = list(pairs)
        self._know({other for _, other in wanted} - self._path.keys())
        seen = set()
        for known, other in wanted:
            if self._is_seen(other):
                seen.add(other)
            else:
                self.beyond.setdefault(known, set()).add(other)
        return seen

    def desks(self) -> tuple[Beyond, ...]:
        """How many are out of sight where, by the widest area nobody here reaches into."""
        unseen = set().union(*self.beyond.values())
        found = Counter(self._outside(self._path[person]) for person in unseen)
        areas = {area.path: area for area in Area.objects.filter(path__in=found)}
        return tuple(
            Beyond(areas[path].id, areas[path].name_zh, n) for path, n in sorted(found.items())
        )

    def _outside(self, path: str) -> str:
        above = (path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP))
        return next(up for up in above if not any(own.startswith(up) for own in self._reach))

    def _is_seen(self, person: int) -> bool:
        return any(self._path.get(person, "").startswith(own) for own in self._reach)

    def _know(self, people: set[int]) -> None:
        wanted = sorted(people)
        for n in range(0, len(wanted), AT_ONCE):
            rows = Person.objects.filter(id__in=wanted[n : n + AT_ONCE])
            self._path.update(rows.values_list("id", "path"))
        self._path.update((i, item.path) for i, item in _items(wanted, self.exercise).items())


def _follow(
    start: int, depth: int, most: int, sight: _Sight
) -> tuple[list[Link], set[int], dict[int, int]]:
    """Breadth first in both directions; sources first, so that the cap never hides them."""
    people = {start}
    links: dict[tuple[int, int], Link] = {}
    left_out: dict[int, int] = {}
    edge = {start}
    for _ in range(MOST_DEPTH):  # upwards: chains begin somewhere
        rows = _exposures(Q(person_id__in=edge), sight.exercise)
        seen = sight.of((row.person_id, row.source_person_id) for row in rows)
        edge = seen - people
        links.update(
            {
                (r.source_person_id, r.person_id): _link(r)
                for r in rows
                if r.source_person_id in seen
            }
        )
        people |= edge
        if not edge:
            break
    edge = set(people)
    for _ in range(depth):
        rows = _exposures(Q(source_person_id__in=edge), sight.exercise)
        seen = sight.of((row.source_person_id, row.person_id) for row in rows)
        edge = set()
        for row in sorted(rows, key=lambda r: (r.contact_id is None, -r.score, r.id)):
            if row.person_id not in seen:
                continue
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
    places = (piece.get("place", "") for piece in row.evidence if piece.get("way") == "met")
    return Link(row.source_person_id, row.person_id, row.score, next(places, ""))


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


def _followed(nodes: dict[int, Node], links: Sequence[Link], *, ill_only: bool) -> Followed:
    """The chain as the analysis follows it; every link was decided by a person, so its way is."""
    people = [p for p, node in nodes.items() if not ill_only or node.what not in NOT_ILL]
    at = {person: n for n, person in enumerate(people)}
    drawn = [link for link in links if link.source in at and link.target in at]
    return Followed(
        people,
        analysis.chains(
            analysis.Links(
                source=np.array([at[link.source] for link in drawn], dtype=np.int64),
                infected=np.array([at[link.target] for link in drawn], dtype=np.int64),
                direction=np.ones(len(drawn)),
                n_cases=len(people),
            )
        ),
    )


def offspring(chain: Chain) -> list[float]:
    """To how many each ill person passed it on; one with several sources counts in part for each.

    Most first, as far as people decided.
    """
    found = _followed(chain.nodes, chain.links, ill_only=True).chains
    return sorted((round(float(n), 2) for n in found.offspring), reverse=True)


def meeting_places(chain: Chain) -> list[tuple[str, int]]:
    """Where those who fell ill had met their sources, most infected first."""
    ill = {p for p, node in chain.nodes.items() if node.what not in NOT_ILL}
    names = sorted({link.place for link in chain.links if link.place})
    met = [link for link in chain.links if link.source in ill and link.target in ill]
    if not met or not names:
        return []
    number = {person: n for n, person in enumerate(sorted(ill))}
    found = analysis.by_place(
        analysis.Links(
            source=np.array([number[link.source] for link in met], dtype=np.int64),
            infected=np.array([number[link.target] for link in met], dtype=np.int64),
            direction=np.ones(len(met)),
            n_cases=len(ill),
        ),
        np.array([names.index(link.place) if link.place else -1 for link in met]),
    )
    return [
        (names[int(place)], int(n)) for place, n in zip(found.place, found.n_infected, strict=True)
    ]
